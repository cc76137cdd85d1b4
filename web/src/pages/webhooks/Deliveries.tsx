/** What was sent, newest first, with filters that stand in the address. */
import { Button, Group, Select, Stack, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconHistory } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { query } from "../../api/client";
import { More } from "../../parts/More";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { words } from "../../parts/words";
import { DeliveryDrawer } from "./DeliveryDrawer";
import { DeliveryTable } from "./DeliveryTable";
import { ReplayRange } from "./ReplayRange";
import { STATES, type State } from "./words";

export function Deliveries() {
  const { endpoint, state, job, delivery } = useSearch({ from: "/shell/webhooks" });
  const navigate = useNavigate({ from: "/webhooks" });
  const [replaying, setReplaying] = useState(false);
  const endpoints = query.useQuery("get", "/v1/webhooks/endpoints").data?.endpoints ?? [];
  const known = STATES.find((one) => one === state);
  const pages = query.useInfiniteQuery(
    "get",
    "/v1/webhooks/deliveries",
    { params: { query: { endpoint, state: known, job, limit: 20 } } },
    {
      pageParamName: "before",
      // Not `undefined`: a page number would be sent in its place.
      initialPageParam: null,
      getNextPageParam: (last) => last.next,
      // What is on its way changes by itself.
      refetchInterval: ({ state: { data } }) =>
        data?.pages.some((page) => page.deliveries.some((one) => one.state === "pending")) ? 2000 : false,
    },
  );
  const { data, error, refetch } = pages;
  const rows = data?.pages.flatMap((page) => page.deliveries) ?? [];
  const filtered = endpoint !== undefined || known !== undefined || job !== undefined;
  const set = (change: { endpoint?: string; state?: State; job?: string }) =>
    navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  const show = (id?: string) => navigate({ search: (now) => ({ ...now, delivery: id }) });
  const names = endpoints.map(({ id, url, description }) => ({ value: id, label: description || url }));
  if (endpoint && !names.some(({ value }) => value === endpoint)) {
    names.push({ value: endpoint, label: endpoint });
  }
  return (
    <Stack component="section" gap="sm" aria-labelledby="deliveries">
      <Group justify="space-between">
        <Title order={2} size="h4" id="deliveries">
          Deliveries
        </Title>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconHistory size={14} />}
          onClick={() => setReplaying(true)}
        >
          Replay a time range
        </Button>
      </Group>
      <Group gap="sm" align="flex-end">
        <Select
          label="Endpoint"
          placeholder="All, and callbacks"
          data={names}
          value={endpoint ?? null}
          onChange={(value) => set({ endpoint: value ?? undefined })}
          clearable
          flex="1 1 12rem"
        />
        <Select
          label="State"
          placeholder="All"
          data={STATES.map((value) => ({ value, label: words(value) }))}
          value={known ?? null}
          onChange={(value) => set({ state: STATES.find((one) => one === value) })}
          clearable
          flex="1 1 9rem"
        />
        <JobFilter job={job} set={(job) => set({ job })} />
      </Group>
      {error && !data ? (
        <Trouble error={error} again={() => void refetch()} />
      ) : !data ? (
        <Waiting what="deliveries" />
      ) : rows.length === 0 && filtered ? (
        <Empty title="No delivery matches">
          <Button
            variant="light"
            onClick={() => set({ endpoint: undefined, state: undefined, job: undefined })}
          >
            Clear the filters
          </Button>
        </Empty>
      ) : rows.length === 0 ? (
        <Empty title="Nothing was sent yet">
          A delivery is made when something happens to a job that an endpoint hears of. It can be looked at
          for 30 days.
        </Empty>
      ) : (
        <>
          <DeliveryTable deliveries={rows} endpoints={endpoints} show={show} />
          <More pages={pages} />
        </>
      )}
      <DeliveryDrawer id={delivery} endpoints={endpoints} close={() => show(undefined)} />
      <ReplayRange opened={replaying} close={() => setReplaying(false)} endpoints={names} />
    </Stack>
  );
}

/** Typed, and asked for when one has stopped typing. */
function JobFilter({ job, set }: { job?: string; set: (job?: string) => void }) {
  const [text, setText] = useState(job ?? "");
  useEffect(() => setText(job ?? ""), [job]);
  const ask = useDebouncedCallback((value: string) => set(value.trim() || undefined), 300);
  return (
    <TextInput
      label="Job"
      placeholder="Its id in any dialect"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        ask(event.currentTarget.value);
      }}
      spellCheck={false}
      autoComplete="off"
      flex="1 1 12rem"
    />
  );
}
