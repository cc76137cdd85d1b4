/** One endpoint: what it hears, how it stands, and what can be done with it. */
import { ActionIcon, Alert, Badge, Button, Group, Menu, Paper, Stack, Text } from "@mantine/core";
import { IconDots, IconSend } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import { Ask } from "../../parts/Ask";
import { Trouble } from "../../parts/Notes";
import { ago, moment } from "../../parts/words";
import { EndpointForm } from "./EndpointForm";
import { Reveal } from "./Secret";
import { TestOutcome } from "./TestOutcome";
import { type Endpoint, KINDS } from "./words";

type Dialog = "edit" | "rotate" | "disable" | "delete";

export function EndpointCard({ endpoint }: { endpoint: Endpoint }) {
  const queries = useQueryClient();
  const [dialog, setDialog] = useState<Dialog>();
  const [secret, setSecret] = useState(false);
  const close = () => setDialog(undefined);
  const path = { params: { path: { id: endpoint.id } } };
  const changed = () => queries.invalidateQueries({ queryKey: ["get", "/v1/webhooks/endpoints"] });
  const test = useMutation({
    mutationFn: () => api.POST("/v1/webhooks/endpoints/{id}/test", path),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["get", "/v1/webhooks/deliveries"] }),
  });
  const enable = useMutation({
    mutationFn: () => api.POST("/v1/webhooks/endpoints/{id}/enable", path),
    onSuccess: changed,
  });
  const tested = test.data?.data?.delivery_id;
  return (
    <Paper withBorder p="md" component="article" aria-label={`Endpoint ${endpoint.url}`}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Stack gap={2} miw={0}>
            <Text fw={600} ff="monospace" size="sm" className="anywhere">
              {endpoint.url}
            </Text>
            <Text size="sm" c="dimmed" className="anywhere">
              {endpoint.description && `${endpoint.description} · `}
              <span title={moment(endpoint.created_at)}>added {ago(endpoint.created_at)}</span>
            </Text>
          </Stack>
          <Standing endpoint={endpoint} />
        </Group>
        <Text size="sm">
          Hears of {endpoint.events.length === KINDS.length ? "all events" : endpoint.events.join(", ")}
        </Text>
        {endpoint.disabled && endpoint.disabled.reason !== "" && (
          <Alert color="gray" variant="light" title="Nothing is sent to this endpoint">
            It was switched off {ago(endpoint.disabled.at)}: {endpoint.disabled.reason}
          </Alert>
        )}
        {endpoint.enabled && endpoint.failing && <Failing failing={endpoint.failing} />}
        <Group gap="xs">
          {endpoint.enabled ? (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconSend size={14} />}
              loading={test.isPending}
              onClick={() => test.mutate()}
            >
              Send a test
            </Button>
          ) : (
            <Button size="xs" variant="default" loading={enable.isPending} onClick={() => enable.mutate()}>
              Enable
            </Button>
          )}
          <Button size="xs" variant="default" aria-expanded={secret} onClick={() => setSecret(!secret)}>
            {secret ? "Hide secret" : "Show secret"}
          </Button>
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon variant="default" size={30} aria-label="More actions">
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setDialog("edit")}>Edit</Menu.Item>
              <Menu.Item onClick={() => setDialog("rotate")}>Rotate the secret</Menu.Item>
              {endpoint.enabled && <Menu.Item onClick={() => setDialog("disable")}>Disable</Menu.Item>}
              <Menu.Divider />
              <Menu.Item color="red" onClick={() => setDialog("delete")}>
                Delete
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
        {secret && <Reveal endpoint={endpoint.id} />}
        {test.error && <Trouble error={test.error} />}
        {enable.error && <Trouble error={enable.error} />}
        {tested && <TestOutcome key={tested} id={tested} />}
      </Stack>
      <EndpointForm opened={dialog === "edit"} close={close} endpoint={endpoint} />
      <Ask
        opened={dialog === "rotate"}
        onClose={close}
        title="Rotate the secret?"
        verb="Rotate the secret"
        act={async () => {
          await api.POST("/v1/webhooks/endpoints/{id}/rotate", path);
          await queries.invalidateQueries({ queryKey: ["get", "/v1/webhooks/endpoints/{id}/secret"] });
          setSecret(true);
        }}
      >
        <Text size="sm">
          A new secret signs from now on. For 24 hours the present one signs along, so that your receiver can
          be changed without losing a message. After that only the new one counts.
        </Text>
      </Ask>
      <Ask
        opened={dialog === "disable"}
        onClose={close}
        title="Disable this endpoint?"
        verb="Disable the endpoint"
        danger
        act={async () => {
          await api.PATCH("/v1/webhooks/endpoints/{id}", { ...path, body: { enabled: false } });
          await changed();
        }}
      >
        <Text size="sm">
          Nothing more is sent to {endpoint.url}, and what is still being tried is given up. It can be enabled
          again, and what it missed be replayed.
        </Text>
      </Ask>
      <Ask
        opened={dialog === "delete"}
        onClose={close}
        title="Delete this endpoint?"
        verb="Delete the endpoint"
        danger
        act={async () => {
          await api.DELETE("/v1/webhooks/endpoints/{id}", path);
          await changed();
        }}
      >
        <Text size="sm">
          Nothing more is sent to {endpoint.url}. What it has not heard yet is given up and cannot be
          replayed, and its secret is gone.
        </Text>
      </Ask>
    </Paper>
  );
}

function Standing({ endpoint }: { endpoint: Endpoint }) {
  const [colour, word] = !endpoint.enabled
    ? ["gray", "Disabled"]
    : endpoint.failing
      ? ["red", "Failing"]
      : ["green", "Enabled"];
  return (
    <Badge variant="light" color={colour} tt="none" flex="none">
      {word}
    </Badge>
  );
}

function Failing({ failing }: { failing: NonNullable<Endpoint["failing"]> }) {
  const { failures, since, resting_until } = failing;
  return (
    <Alert
      color="orange"
      variant="light"
      title={failures === 1 ? "The last call failed" : `The last ${failures} calls failed`}
    >
      <Text size="sm">
        {since && `Failing since ${moment(since)}; after five days of it the endpoint is switched off. `}
        {resting_until && `Nothing is sent before ${moment(resting_until)}. `}
        What failed is tried again by itself, and can be replayed below.
      </Text>
    </Alert>
  );
}
