/** One delivery with every try, and the button that sends it again. */
import { Alert, Button, Code, Drawer, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconRotate } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, query } from "../../api/client";
import { Facts } from "../../parts/Facts";
import { PageLink } from "../../parts/links";
import { Trouble, Waiting } from "../../parts/Notes";
import { StatusBadge } from "../../parts/StatusBadge";
import { moment, span } from "../../parts/words";
import { bare, receiver } from "./DeliveryTable";
import { type Delivery, type Endpoint, outcome } from "./words";

export function DeliveryDrawer({
  id,
  endpoints,
  close,
}: {
  id: string | undefined;
  endpoints: Endpoint[];
  close: () => void;
}) {
  return (
    <Drawer
      opened={id !== undefined}
      onClose={close}
      position="right"
      size="lg"
      title="Delivery"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {id && <Detail id={id} endpoints={endpoints} />}
    </Drawer>
  );
}

function Detail({ id, endpoints }: { id: string; endpoints: Endpoint[] }) {
  const queries = useQueryClient();
  const path = { params: { path: { id } } };
  const { data, error, refetch } = query.useQuery("get", "/v1/webhooks/deliveries/{id}", path, {
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.state === "pending" ? 700 : false),
  });
  const replay = useMutation({
    mutationFn: () => api.POST("/v1/webhooks/deliveries/{id}/replay", path),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["get", "/v1/webhooks/deliveries/{id}"] }),
        queries.invalidateQueries({ queryKey: ["get", "/v1/webhooks/deliveries"] }),
      ]),
  });
  if (error) {
    return <Trouble error={error} again={() => void refetch()} />;
  }
  if (!data) {
    return <Waiting what="the delivery" />;
  }
  const pending = data.state === "pending";
  const log = data.log ?? [];
  return (
    <Stack>
      <Group justify="space-between">
        <div role="status">
          <StatusBadge status={data.state} />
        </div>
        <Button
          size="xs"
          leftSection={<IconRotate size={14} />}
          disabled={pending}
          title={pending ? "It is still being tried" : undefined}
          loading={replay.isPending}
          onClick={() => replay.mutate()}
        >
          Replay
        </Button>
      </Group>
      {replay.error && <Trouble error={replay.error} />}
      {data.state === "dropped" && (
        <Alert color="gray" variant="light">
          A newer state of the same job came first, so this one was not sent any more.
        </Alert>
      )}
      <Facts facts={facts(data, endpoints)} />
      <Title order={3} size="h5">
        Tries
      </Title>
      {log.length === 0 ? (
        <Text c="dimmed" size="sm">
          None yet.
        </Text>
      ) : (
        <Stack component="ol" gap="xs" p={0} m={0} className="plain">
          {log.map((attempt, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: tries are only ever added behind
            <Paper component="li" withBorder p="sm" key={index}>
              <Group justify="space-between" gap="xs">
                <Text size="sm" fw={600} c={arrived(attempt.status) ? "green.9" : undefined}>
                  {index + 1}. {outcome(attempt)}
                </Text>
                <Text size="sm" c="dimmed">
                  {moment(attempt.at)} · took {span(attempt.took_ms)}
                </Text>
              </Group>
              {attempt.answer !== "" && (
                <Code block mt="xs" mah={160} tabIndex={0} aria-label={`Answer to try ${index + 1}`}>
                  {attempt.answer}
                </Code>
              )}
            </Paper>
          ))}
        </Stack>
      )}
    </Stack>
  );
}

function arrived(status?: number): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

function facts(delivery: Delivery, endpoints: Endpoint[]): Parameters<typeof Facts>[0]["facts"] {
  const { type, job_id, message_id, sequence, created_at, ended_at, due_at, state } = delivery;
  return [
    ["Event", <Code key="type">{type}</Code>],
    ["To", receiver(delivery, endpoints)],
    [
      "Job",
      job_id ? (
        <PageLink key="job" to="/library/$id" params={{ id: bare(job_id) }} inherit>
          {job_id}
        </PageLink>
      ) : (
        "None: it is a test"
      ),
    ],
    ["webhook-id", <Code key="message">{message_id}</Code>],
    ["Sequence", sequence],
    ["Made", moment(created_at)],
    state === "pending" ? ["Next try", moment(due_at)] : ["Over", moment(ended_at)],
  ];
}
