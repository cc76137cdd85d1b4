/** One account: its balances, its bound, and where its keys and jobs are. */

import { Button, Drawer, Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Facts } from "../../../parts/Facts";
import { PageLink } from "../../../parts/links";
import { Trouble, Waiting } from "../../../parts/Notes";
import { moment, usd } from "../../../parts/words";
import { accountQuery } from "../shared/calls";
import type { Account } from "../shared/types";
import { AddCredit, EditAccount } from "./dialogs";
import { OpenJobs } from "./OpenJobs";

export function AccountDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title="Account"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {id !== undefined && <Whole id={id} />}
    </Drawer>
  );
}

function Whole({ id }: { id: string }) {
  const { data: account, error, isError, refetch } = useQuery(accountQuery(id));
  const [editing, edit] = useDisclosure();
  const [crediting, credit] = useDisclosure();
  if (isError) {
    return <Trouble error={error} again={() => refetch()} />;
  }
  if (!account) {
    return <Waiting what="the account" />;
  }
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Title order={2} size="h3">
          {account.name}
        </Title>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={edit.open}>
            Edit
          </Button>
          <Button size="xs" onClick={credit.open}>
            Add credit
          </Button>
        </Group>
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Balance account={account} mode="live" title="Live credit" />
        <Balance account={account} mode="test" title="Test credit (play money)" />
      </SimpleGrid>
      <Facts
        facts={[
          ["No.", account.id],
          ["Email", account.email ?? "–"],
          ["Made", moment(account.created_at)],
          [
            "Look at",
            <Group key="links" gap="md">
              <PageLink size="sm" to="/operate/keys" search={{ account: id }}>
                Its keys
              </PageLink>
              <PageLink size="sm" to="/operate/jobs" search={{ account: id }}>
                Its jobs
              </PageLink>
              <PageLink size="sm" to="/operate/log" search={{ subject: `account:${id}` }}>
                Its log
              </PageLink>
            </Group>,
          ],
        ]}
      />
      <OpenJobs account={account} />
      <EditAccount opened={editing} onClose={edit.close} account={account} />
      <AddCredit opened={crediting} onClose={credit.close} account={account} />
    </Stack>
  );
}

function Balance({ account, mode, title }: { account: Account; mode: "live" | "test"; title: string }) {
  const { available_usd, held_usd } = account.balances[mode];
  return (
    <Paper withBorder p="sm">
      <Text size="xs" c="dimmed">
        {title}
      </Text>
      <Text fz="xl" fw={650}>
        {usd(available_usd)}
      </Text>
      <Text size="xs" c="dimmed">
        {usd(held_usd)} more held for open jobs
      </Text>
    </Paper>
  );
}
