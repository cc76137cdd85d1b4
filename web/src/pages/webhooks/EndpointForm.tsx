/** Adding an endpoint, or changing one. */
import { Checkbox, Group, Radio, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { answered, api } from "../../api/client";
import { Ask } from "../../parts/Ask";
import { NewSecret } from "./Secret";
import { type Endpoint, KINDS, type Kind } from "./words";

interface Props {
  opened: boolean;
  close: () => void;
  /** The one to be changed; none for a new one. */
  endpoint?: Endpoint;
}

export function EndpointForm({ opened, close, endpoint }: Props) {
  const queries = useQueryClient();
  const [url, setUrl] = useState("");
  const [description, setDescription] = useState("");
  const [all, setAll] = useState(true);
  const [events, setEvents] = useState<Kind[]>([]);
  const [secret, setSecret] = useState<string>();
  useEffect(() => {
    if (opened) {
      setUrl(endpoint?.url ?? "");
      setDescription(endpoint?.description ?? "");
      setAll(!endpoint || endpoint.events.length === KINDS.length);
      setEvents(endpoint?.events ?? []);
    }
  }, [opened, endpoint]);
  const act = async () => {
    const body = {
      url: url.trim(),
      description: description.trim(),
      events: all ? "all" : events,
    } as const;
    if (endpoint) {
      await api.PATCH("/v1/webhooks/endpoints/{id}", { params: { path: { id: endpoint.id } }, body });
    } else {
      setSecret((await answered(api.POST("/v1/webhooks/endpoints", { body }))).secret);
    }
    await queries.invalidateQueries({ queryKey: ["get", "/v1/webhooks/endpoints"] });
  };
  return (
    <>
      <Ask
        opened={opened}
        onClose={close}
        title={endpoint ? "Edit the endpoint" : "Add an endpoint"}
        verb={endpoint ? "Save" : "Add the endpoint"}
        size="lg"
        ready={url.trim() !== "" && (all || events.length > 0)}
        fields={["url", "description", "events"]}
        act={act}
      >
        {({ wrong }) => (
          <>
            <TextInput
              label="URL"
              description="Where messages are sent to with POST"
              placeholder="https://client.example/hook"
              inputMode="url"
              autoComplete="off"
              spellCheck={false}
              value={url}
              onChange={(event) => setUrl(event.currentTarget.value)}
              error={wrong("url")}
              required
              data-autofocus
            />
            <TextInput
              label="Description"
              description="A name for people, if you like"
              maxLength={200}
              value={description}
              onChange={(event) => setDescription(event.currentTarget.value)}
              error={wrong("description")}
            />
            <Radio.Group
              label="Events"
              value={all ? "all" : "some"}
              onChange={(value) => setAll(value === "all")}
              error={wrong("events")}
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
          </>
        )}
      </Ask>
      <NewSecret secret={secret} close={() => setSecret(undefined)} />
    </>
  );
}
