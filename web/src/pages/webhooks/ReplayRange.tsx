/** Sending everything again that was made in a time, after a receiver was down. */
import { Alert, Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../../api/client";
import { Fault } from "../../api/fault";
import { Trouble } from "../../parts/Notes";

/** A moment as a field for local times wants it, to the second. */
export function local(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

const OVER = ["failed", "dropped", "delivered"] as const;

const HOUR = 3_600_000;

/** As many as are replayed in one go. */
const MAX = 1000;

interface Props {
  opened: boolean;
  close: () => void;
  endpoints: { value: string; label: string }[];
}

export function ReplayRange({ opened, close, endpoints }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Replay a time range"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Fields close={close} endpoints={endpoints} />
    </Modal>
  );
}

function Fields({ close, endpoints }: Omit<Props, "opened">) {
  const queries = useQueryClient();
  const [from, setFrom] = useState(() => local(new Date(Date.now() - 24 * HOUR)));
  const [to, setTo] = useState(() => local(new Date(Date.now() + 60_000)));
  const [state, setState] = useState<(typeof OVER)[number] | undefined>("failed");
  const [endpoint, setEndpoint] = useState<string>();
  const replay = useMutation({
    mutationFn: async () => {
      const body = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), state, endpoint };
      const { data } = await api.POST("/v1/webhooks/replay", { body });
      return data?.replayed ?? 0;
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["get", "/v1/webhooks/deliveries"] }),
  });
  const fault = replay.error instanceof Fault ? replay.error : undefined;
  const at = (field: string) => (fault?.field === field ? fault.message : undefined);
  const elsewhere = replay.error && !at("from") && !at("to");
  const turned = from !== "" && to !== "" && from >= to;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    replay.mutate();
  };
  const sent = replay.data;
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          Messages made in this time are sent again, each with its <code>webhook-id</code> and the job as it
          is now. What is still being tried is left alone.
        </Text>
        <TextInput
          type="datetime-local"
          step={1}
          label="From"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
          error={at("from")}
          required
          data-autofocus
        />
        <TextInput
          type="datetime-local"
          step={1}
          label="To"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          error={at("to") ?? (turned ? "Must be after From" : undefined)}
          required
        />
        <Select
          label="State"
          data={[
            { value: "failed", label: "Only failed ones" },
            { value: "dropped", label: "Only dropped ones" },
            { value: "delivered", label: "Only delivered ones" },
            { value: "any", label: "All that are over" },
          ]}
          value={state ?? "any"}
          onChange={(value) => setState(OVER.find((one) => one === value))}
          allowDeselect={false}
        />
        <Select
          label="Endpoint"
          placeholder="All, and callbacks"
          data={endpoints}
          value={endpoint ?? null}
          onChange={(value) => setEndpoint(value ?? undefined)}
          clearable
        />
        {elsewhere && <Trouble error={replay.error} />}
        <div role="status">
          {sent !== undefined && !replay.isPending && (
            <Alert color={sent === 0 ? "gray" : "green"} variant="light">
              {sent === 0
                ? "Nothing in this time is to be sent again."
                : `${sent === 1 ? "One message is" : `${sent} messages are`} sent again.`}
              {sent === MAX && " There may be more: replay once more until nothing is left."}
            </Alert>
          )}
        </div>
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {sent === undefined ? "Cancel" : "Close"}
          </Button>
          <Button type="submit" loading={replay.isPending} disabled={from === "" || to === "" || turned}>
            Replay
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
