/** A secret that signs messages, shown where somebody asks for it. */
import { Alert, Code, Group, Modal, Stack, Text } from "@mantine/core";
import { query } from "../../api/client";
import { Copy } from "../../parts/Copy";
import { Trouble, Waiting } from "../../parts/Notes";
import { moment } from "../../parts/words";

/** The secret itself, with what it replaced. */
export function SecretText({ secret, previousUntil }: { secret: string; previousUntil?: string }) {
  return (
    <Stack gap={4}>
      <Group gap="xs" wrap="nowrap">
        <Code className="anywhere" p="xs" flex={1} aria-label="Secret">
          {secret}
        </Code>
        <Copy value={secret} what="the secret" />
      </Group>
      {previousUntil && (
        <Text size="sm" c="dimmed">
          The secret before it signs along until {moment(previousUntil)}.
        </Text>
      )}
    </Stack>
  );
}

/** The secret of an endpoint. Not kept: what is not shown is not in memory for long. */
export function Reveal({ endpoint }: { endpoint: string }) {
  const { data, error, refetch } = query.useQuery(
    "get",
    "/v1/webhooks/endpoints/{id}/secret",
    { params: { path: { id: endpoint } } },
    { gcTime: 0, staleTime: 0 },
  );
  if (error) {
    return <Trouble error={error} again={() => void refetch()} />;
  }
  return data ? (
    <SecretText secret={data.secret} previousUntil={data.previous_until} />
  ) : (
    <Waiting what="the secret" />
  );
}

/** The secret of an endpoint that was just made. */
export function NewSecret({ secret, close }: { secret: string | undefined; close: () => void }) {
  return (
    <Modal
      opened={secret !== undefined}
      onClose={close}
      title="The endpoint is there"
      closeButtonProps={{ "aria-label": "Close" }}
      size="lg"
    >
      <Stack>
        <Alert color="violet" variant="light">
          Your receiver checks with this secret that messages come from this server. Keep it where only the
          receiver reads it; it can be looked at again here.
        </Alert>
        {secret && <SecretText secret={secret} />}
      </Stack>
    </Modal>
  );
}
