/** One key: what it may do and spend, and what may be done with it. */

import { Badge, Button, Code, Drawer, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Copied } from "../../../parts/Copy";
import { Facts } from "../../../parts/Facts";
import { PageLink } from "../../../parts/links";
import { Trouble, Waiting } from "../../../parts/Notes";
import { moment } from "../../../parts/words";
import { keyQuery } from "../shared/calls";
import { ModeBadge } from "../shared/ModeBadge";
import type { ApiKey, NewKey } from "../shared/types";
import { Budget } from "./Budget";
import { EditKey, keyName, RevokeKey, RotateKey } from "./dialogs";
import { SCOPES } from "./scopes";

const STATES = { active: "green", expired: "gray", revoked: "red" } as const;

export function KeyState({ state }: { state: ApiKey["state"] }) {
  return (
    <Badge size="sm" variant="light" color={STATES[state]} tt="none" miw="max-content">
      {state}
    </Badge>
  );
}

export function KeyDrawer({
  id,
  onClose,
  onRotated,
}: {
  id: string | undefined;
  onClose: () => void;
  onRotated: (made: NewKey) => void;
}) {
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title="Key"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {id !== undefined && <Whole id={id} onRotated={onRotated} />}
    </Drawer>
  );
}

function Whole({ id, onRotated }: { id: string; onRotated: (made: NewKey) => void }) {
  const { data: apiKey, isError, error, refetch } = useQuery(keyQuery(id));
  const [editing, edit] = useDisclosure();
  const [rotating, rotate] = useDisclosure();
  const [revoking, revoke] = useDisclosure();
  if (isError) {
    return <Trouble error={error} again={() => refetch()} />;
  }
  if (!apiKey) {
    return <Waiting what="the key" />;
  }
  const account = String(apiKey.account);
  return (
    <Stack gap="lg">
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Title order={2} size="h3">
            {keyName(apiKey)}
          </Title>
          <ModeBadge mode={apiKey.mode} />
          <KeyState state={apiKey.state} />
        </Group>
        {apiKey.state === "active" && (
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={edit.open}>
              Edit
            </Button>
            <Button size="xs" variant="default" onClick={rotate.open}>
              Rotate
            </Button>
            <Button size="xs" color="red" variant="light" onClick={revoke.open}>
              Revoke
            </Button>
          </Group>
        )}
      </Group>
      <Facts
        facts={[
          ["Id", <Copied key="id" text={apiKey.id} />],
          ["Ends with", <Code key="last">…{apiKey.last4}</Code>],
          [
            "Account",
            <PageLink size="sm" key="account" to="/operate/accounts" search={{ account }}>
              No. {account}
            </PageLink>,
          ],
          ["Requests", rateText(apiKey.rate)],
          ["Made", moment(apiKey.created_at)],
          apiKey.revoked_at
            ? ["Revoked", moment(apiKey.revoked_at)]
            : ["Ends", apiKey.expires_at ? moment(apiKey.expires_at) : "Never"],
          [
            "Look at",
            <Group key="links" gap="md">
              <PageLink size="sm" to="/operate/jobs" search={{ key: id }}>
                Its jobs
              </PageLink>
              <PageLink size="sm" to="/operate/log" search={{ subject: `key:${id}` }}>
                Its log
              </PageLink>
            </Group>,
          ],
        ]}
      />
      <Budget apiKey={apiKey} />
      <Stack gap="xs">
        <Title order={3} size="h4">
          Permissions
        </Title>
        {SCOPES.filter(({ scope }) => apiKey.scopes.includes(scope)).map(({ scope, says }) => (
          <Group key={scope} gap="xs" wrap="nowrap" align="baseline">
            <Code>{scope}</Code>
            <Text size="sm">{says}</Text>
          </Group>
        ))}
      </Stack>
      <EditKey opened={editing} onClose={edit.close} apiKey={apiKey} />
      <RotateKey opened={rotating} onClose={rotate.close} apiKey={apiKey} onMade={onRotated} />
      <RevokeKey opened={revoking} onClose={revoke.close} apiKey={apiKey} />
    </Stack>
  );
}

/** A key's own limit in words. */
export function rateText(rate: ApiKey["rate"]): string {
  return rate ? `${rate.per_second} a second, ${rate.burst} at once` : "The server's usual limit";
}
