/** The credentials of one provider; never a secret. */
import { Alert, Badge, Button, Code, Group, Paper, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Facts } from "../../../parts/Facts";
import { moment } from "../../../parts/words";
import type { Credential, Provider } from "../shared/types";
import { CheckButton } from "./CheckButton";
import { PutCredential, RemoveCredential } from "./dialogs";
import { RESULTS } from "./words";

const STATES = {
  used: { says: "In use", color: "green" },
  covered: { says: "Covered by a sealed one", color: "gray" },
  locked: { says: "Locked", color: "red" },
} as const;

export function Credentials({ provider }: { provider: Provider }) {
  if (provider.credentials.length === 0) {
    return (
      <Text size="sm">
        {provider.set_up ? "None. Its base URL is set, and it is called without." : "None yet."}
      </Text>
    );
  }
  return (
    <Stack component="ul" p={0} m={0} gap="xs">
      {provider.credentials.map((credential) => (
        <One key={`${credential.source} ${credential.name}`} provider={provider} credential={credential} />
      ))}
    </Stack>
  );
}

function One({ provider, credential }: { provider: Provider; credential: Credential }) {
  const [changing, change] = useDisclosure();
  const [removing, remove] = useDisclosure();
  const { name, state, source, last_check } = credential;
  const sealed = source === "sealed";
  const found = last_check && (RESULTS[last_check.result] ?? { says: last_check.result, color: "gray" });
  return (
    <Paper component="li" withBorder p="sm" display="block" aria-label={name}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Text fw={600}>{name}</Text>
            <Badge size="sm" variant="light" color={STATES[state].color} tt="none">
              {STATES[state].says}
            </Badge>
          </Group>
          <Group gap="xs">
            {state === "used" && <CheckButton provider={provider.name} credential={name} />}
            {sealed && (
              <>
                <Button size="xs" variant="default" onClick={change.open} aria-label={`Change ${name}`}>
                  Change
                </Button>
                <Button
                  size="xs"
                  variant="light"
                  color="red"
                  onClick={remove.open}
                  aria-label={`Remove ${name}`}
                >
                  Remove
                </Button>
              </>
            )}
          </Group>
        </Group>
        {state === "locked" && (
          <Alert color="red" variant="light" title="It cannot be opened with this master key">
            <Text size="sm">
              Jobs under it wait. Start the server with the master key that sealed it, or put the secret anew
              with Change.
            </Text>
          </Alert>
        )}
        <Facts
          facts={[
            ["Kept", sealed ? `Sealed, version ${credential.version ?? 1}` : "In the settings"],
            ["Share of new jobs", credential.weight === 0 ? "0: starts none" : credential.weight],
            ["For", credential.accounts.length === 0 ? "All accounts" : accounts(credential.accounts)],
            ...(provider.callbacks === "secret"
              ? [["Callback secret", credential.callback_secret ? "Set" : "None"] satisfies [string, string]]
              : []),
            [
              "Last check",
              found && last_check ? `${found.says}, ${moment(last_check.at)}` : "None since the start",
            ],
          ]}
        />
        {last_check?.message && (
          <Text size="xs" c="dimmed">
            {last_check.message}
          </Text>
        )}
        {!sealed && (
          <Text size="xs" c="dimmed">
            Changed by editing <Code>{credential.place ?? "the settings"}</Code> and sending the server
            SIGHUP.
          </Text>
        )}
      </Stack>
      <PutCredential opened={changing} onClose={change.close} provider={provider} credential={credential} />
      <RemoveCredential
        opened={removing}
        onClose={remove.close}
        provider={provider}
        credential={credential}
      />
    </Paper>
  );
}

function accounts(ids: number[]): string {
  return ids.length === 1 ? `Account ${ids[0]} alone` : `Accounts ${ids.join(", ")} alone`;
}
