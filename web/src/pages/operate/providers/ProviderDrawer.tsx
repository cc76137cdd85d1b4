/** One provider: how it does, and its credentials. */
import { Alert, Button, Drawer, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { Facts } from "../../../parts/Facts";
import { PageLink } from "../../../parts/links";
import { moment, span, words } from "../../../parts/words";
import { ProviderState } from "../Providers";
import type { Provider } from "../shared/types";
import { CheckButton } from "./CheckButton";
import { Credentials } from "./Credentials";
import { PutCredential } from "./dialogs";
import { CALLBACKS, SAFETY } from "./words";

export function ProviderDrawer({
  provider,
  canSeal,
  onClose,
}: {
  provider: Provider | undefined;
  canSeal: boolean;
  onClose: () => void;
}) {
  return (
    <Drawer
      opened={provider !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title="Provider"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {provider && <Whole provider={provider} canSeal={canSeal} />}
    </Drawer>
  );
}

function Whole({ provider, canSeal }: { provider: Provider; canSeal: boolean }) {
  const [adding, add] = useDisclosure();
  const { name, gate } = provider;
  const cannot = !provider.adapter
    ? "This release cannot speak to it"
    : canSeal
      ? undefined
      : "The server has no master key to seal it with";
  return (
    <Stack gap="lg">
      <Group gap="xs">
        <Title order={2} size="h3">
          {name}
        </Title>
        <ProviderState provider={provider} />
      </Group>
      {gate?.breaker === "open" && (
        <Alert color="red" variant="light" title="It is left alone">
          <Text size="sm">
            It failed so often that no job is sent there{gate.until ? ` until ${moment(gate.until)}` : ""}.
            Then one job tries whether it is back.
          </Text>
        </Alert>
      )}
      {gate?.paused_until && (
        <Alert
          color="orange"
          variant="light"
          title={`It asked for patience until ${moment(gate.paused_until)}`}
        />
      )}
      <Facts facts={facts(provider)} />
      <Stack gap="xs" component="section" aria-label="Credentials">
        <Group justify="space-between">
          <Title order={3} size="h4">
            Credentials
          </Title>
          <Group gap="xs">
            <CheckButton provider={name} disabled={!provider.set_up} />
            <Tooltip label={cannot} disabled={cannot === undefined}>
              <Button
                size="xs"
                onClick={cannot === undefined ? add.open : undefined}
                data-disabled={cannot !== undefined || undefined}
                aria-disabled={cannot !== undefined}
              >
                Add a credential
              </Button>
            </Tooltip>
          </Group>
        </Group>
        {cannot && (
          <Text size="sm" c="dimmed">
            {cannot}.
          </Text>
        )}
        <Credentials provider={provider} />
      </Stack>
      <PutCredential opened={adding} onClose={add.close} provider={provider} />
    </Stack>
  );
}

function facts(provider: Provider): [string, ReactNode][] {
  const { name, gate, health, safety, callbacks, concurrency } = provider;
  const failed =
    health?.last_failure_at === undefined
      ? "–"
      : `${words(health.last_failure ?? "unknown")}, ${moment(new Date(health.last_failure_at * 1000).toISOString())}`;
  return [
    ["Base URL", provider.base_url ?? "–"],
    [
      "Last outcomes",
      health ? `${health.attempts - health.failures} of ${health.attempts} well` : "None yet",
    ],
    ["Last failure", failed],
    ["Typical time", span(health?.typical_ms)],
    ["Open jobs", gate ? `${gate.open_jobs}, ${gate.waiting_jobs} more wait for a place` : "–"],
    [
      "At most open",
      concurrency === null ? "–" : concurrency === 0 ? "Any number" : `${concurrency} under one credential`,
    ],
    ["When an answer is lost", safety ? SAFETY[safety] : "–"],
    ["Callbacks", callbacks ? CALLBACKS[callbacks] : "–"],
    ["Routes of models", provider.routes],
    ["Verified against its documentation on", provider.verified_on ?? "–"],
    [
      "Look at",
      <PageLink size="sm" key="jobs" to="/operate/jobs" search={{ provider: name }}>
        Its jobs
      </PageLink>,
    ],
  ];
}
