/** How many jobs an account may have open at a time. */
import { Button, Group, NumberInput, Paper, Radio, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "../../../api/client";
import { Ask } from "../../../parts/Ask";
import { about, limitsQuery, useAgain } from "../shared/calls";
import type { Account } from "../shared/types";

type Kind = "usual" | "own" | "any";

/** The number in words; null is the server's usual one. */
export function bound(max: number | null, usual: number | undefined): string {
  if (max === null) {
    return usual === undefined
      ? "The server's usual number"
      : `The server's usual number: ${usual === 0 ? "any" : usual.toLocaleString("en-US")}`;
  }
  return max === 0 ? "Any number" : `At most ${max.toLocaleString("en-US")}`;
}

export function OpenJobs({ account }: { account: Account }) {
  const { data: limits } = useQuery(limitsQuery);
  const [opened, dialog] = useDisclosure();
  const max = account.open_jobs_max;
  return (
    <Stack gap="xs">
      <Title order={3} size="h4">
        Open jobs
      </Title>
      <Paper withBorder p="sm">
        <Group justify="space-between" wrap="nowrap">
          <div>
            <Text size="sm">{bound(max, limits?.open_jobs_per_account)}</Text>
            <Text size="xs" c="dimmed">
              At the same time and in one mode. One more is refused with 429.
            </Text>
          </div>
          <Button size="xs" variant="default" onClick={dialog.open}>
            Change
          </Button>
        </Group>
      </Paper>
      <Change
        opened={opened}
        onClose={dialog.close}
        account={account}
        max={max}
        usual={limits?.open_jobs_per_account}
      />
    </Stack>
  );
}

function Change({
  opened,
  onClose,
  account,
  max,
  usual,
}: {
  opened: boolean;
  onClose: () => void;
  account: Account;
  max: number | null;
  usual: number | undefined;
}) {
  const again = useAgain();
  const [kind, setKind] = useState<Kind>("usual");
  const [own, setOwn] = useState<number | string>(100);
  useEffect(() => {
    if (opened) {
      setKind(max === null ? "usual" : max === 0 ? "any" : "own");
      setOwn(max || 100);
    }
  }, [opened, max]);
  const act = async () => {
    const body = { max: kind === "usual" ? null : kind === "any" ? 0 : Number(own) };
    await api.PUT("/admin/v1/accounts/{id}/open-jobs", { ...about(account.id), body });
    await again("accounts");
  };
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title={`Open jobs of ${account.name}`}
      verb="Save"
      ready={kind !== "own" || Number(own) >= 1}
      fields={["max"]}
      act={act}
    >
      {({ wrong }) => (
        <>
          <Radio.Group
            label="How many jobs it may have open"
            value={kind}
            onChange={(value) => setKind(value === "own" || value === "any" ? value : "usual")}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="usual" label={bound(null, usual)} />
              <Radio value="own" label="A number of its own" />
              <Radio value="any" label="Any number" />
            </Stack>
          </Radio.Group>
          {kind === "own" && (
            <NumberInput
              label="At most"
              value={own}
              onChange={setOwn}
              min={1}
              max={4_294_967_295}
              allowDecimal={false}
              error={wrong("max")}
            />
          )}
        </>
      )}
    </Ask>
  );
}
