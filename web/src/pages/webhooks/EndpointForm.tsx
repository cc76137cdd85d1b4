/** Adding an endpoint, or changing one. */
import { Button, Checkbox, Group, Modal, Radio, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../../api/client";
import { Fault } from "../../api/fault";
import { Trouble } from "../../parts/Notes";
import { NewSecret } from "./Secret";
import { type Endpoint, KINDS, type Kind } from "./words";

interface Props {
  opened: boolean;
  close: () => void;
  /** The one to be changed; none for a new one. */
  endpoint?: Endpoint;
}

export function EndpointForm({ opened, close, endpoint }: Props) {
  const [secret, setSecret] = useState<string>();
  return (
    <>
      <Modal
        opened={opened}
        onClose={close}
        title={endpoint ? "Edit the endpoint" : "Add an endpoint"}
        closeButtonProps={{ "aria-label": "Close" }}
        size="lg"
      >
        <Fields endpoint={endpoint} close={close} made={setSecret} />
      </Modal>
      <NewSecret secret={secret} close={() => setSecret(undefined)} />
    </>
  );
}

function Fields({
  endpoint,
  close,
  made,
}: {
  endpoint?: Endpoint;
  close: () => void;
  made: (secret: string) => void;
}) {
  const queries = useQueryClient();
  const [url, setUrl] = useState(endpoint?.url ?? "");
  const [description, setDescription] = useState(endpoint?.description ?? "");
  const [all, setAll] = useState(!endpoint || endpoint.events.length === KINDS.length);
  const [events, setEvents] = useState<Kind[]>(endpoint?.events ?? []);
  const save = useMutation({
    mutationFn: async () => {
      const body = {
        url: url.trim(),
        description: description.trim(),
        events: all ? "all" : events,
      } as const;
      if (endpoint) {
        await api.PATCH("/v1/webhooks/endpoints/{id}", { params: { path: { id: endpoint.id } }, body });
        return undefined;
      }
      const { data } = await api.POST("/v1/webhooks/endpoints", { body });
      return data?.secret;
    },
    onSuccess: async (secret) => {
      await queries.invalidateQueries({ queryKey: ["get", "/v1/webhooks/endpoints"] });
      close();
      if (secret) {
        made(secret);
      }
    },
  });
  const fault = save.error instanceof Fault ? save.error : undefined;
  const at = (field: string) =>
    fault?.field === field || fault?.field?.startsWith(`${field}.`) ? fault.message : undefined;
  const elsewhere = save.error && !at("url") && !at("description") && !at("events");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="URL"
          description="Where messages are sent to with POST"
          placeholder="https://client.example/hook"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          error={at("url")}
          required
          data-autofocus
        />
        <TextInput
          label="Description"
          description="A name for people, if you like"
          maxLength={200}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          error={at("description")}
        />
        <Radio.Group
          label="Events"
          value={all ? "all" : "some"}
          onChange={(value) => setAll(value === "all")}
          error={at("events")}
        >
          <Group mt={4}>
            <Radio value="all" label="All events" />
            <Radio value="some" label="Only some" />
          </Group>
        </Radio.Group>
        {!all && (
          <Checkbox.Group
            label="Events it hears of"
            value={events}
            onChange={(chosen) =>
              setEvents(KINDS.map(({ value }) => value).filter((kind) => chosen.includes(kind)))
            }
          >
            <Stack gap={6} mt={4}>
              {KINDS.map(({ value, means }) => (
                <Checkbox key={value} value={value} label={value} description={means} />
              ))}
            </Stack>
          </Checkbox.Group>
        )}
        {elsewhere && <Trouble error={save.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={save.isPending}
            disabled={url.trim() === "" || (!all && events.length === 0)}
          >
            {endpoint ? "Save" : "Add the endpoint"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
