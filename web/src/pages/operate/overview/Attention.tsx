/** What an operator should know before anything else. */
import { Group, List, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { told } from "../../../api/fault";
import { PageLink } from "../../../parts/links";
import { auditQuery, providersQuery, waitingQuery } from "../shared/calls";

export function Attention() {
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }} spacing="sm">
      <WaitingJobs />
      <ProvidersInTrouble />
      <Books />
    </SimpleGrid>
  );
}

function Tile({
  label,
  well,
  title,
  children,
}: {
  label: string;
  /** Nothing while it is not known. */
  well: boolean | undefined;
  title: ReactNode;
  children?: ReactNode;
}) {
  return (
    <Paper withBorder p="sm" component="section" aria-label={label}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        {well === true && <IconCircleCheck color="var(--mantine-color-green-6)" aria-hidden />}
        {well === false && <IconAlertTriangle color="var(--mantine-color-orange-6)" aria-hidden />}
        <Stack gap={2} flex={1} miw={0}>
          <Text size="sm" c="dimmed">
            {label}
          </Text>
          <Text fw={600}>{title}</Text>
          {children}
        </Stack>
      </Group>
    </Paper>
  );
}

function WaitingJobs() {
  const { data, error } = useQuery({ ...waitingQuery, refetchInterval: 30_000 });
  const count = data?.items.length ?? 0;
  const many = `${count}${data?.next == null ? "" : "+"}`;
  return (
    <Tile
      label="Jobs that need an operator"
      well={data && count === 0}
      title={
        error ? told(error) : !data ? "…" : count === 0 ? "None" : many === "1" ? "1 job" : `${many} jobs`
      }
    >
      {count > 0 && (
        <PageLink size="sm" to="/operate/jobs" search={{ phase: "needs_operator" }}>
          Decide about {many === "1" ? "it" : "them"}
        </PageLink>
      )}
    </Tile>
  );
}

function ProvidersInTrouble() {
  const { data, error } = useQuery({ ...providersQuery, refetchInterval: 30_000 });
  const troubles = data?.items.flatMap(({ name, gate, credentials }) => [
    ...(gate?.breaker === "open" ? [{ name, says: "is left alone because it failed too often" }] : []),
    ...(credentials.some(({ state }) => state === "locked")
      ? [{ name, says: "has a credential that cannot be opened" }]
      : []),
  ]);
  return (
    <Tile
      label="Providers"
      well={troubles && troubles.length === 0}
      title={
        error
          ? told(error)
          : !troubles
            ? "…"
            : troubles.length === 0
              ? `${data?.items.filter(({ set_up }) => set_up).length} set up, none in trouble`
              : `${troubles.length} in trouble`
      }
    >
      {troubles?.map(({ name, says }) => (
        <Text size="sm" key={`${name} ${says}`}>
          <PageLink size="sm" to="/operate/providers" search={{ provider: name }}>
            {name}
          </PageLink>{" "}
          {says}
        </Text>
      ))}
    </Tile>
  );
}

function Books() {
  const { data, error } = useQuery(auditQuery);
  return (
    <Tile
      label="The books"
      well={data?.sound}
      title={error ? told(error) : !data ? "Being checked…" : data.sound ? "Sound" : "Something is wrong"}
    >
      {data?.sound && (
        <Text size="xs" c="dimmed">
          {data.entries.toLocaleString("en-US")} entries of {data.jobs.toLocaleString("en-US")} jobs were
          recomputed
        </Text>
      )}
      {data && !data.sound && (
        <List size="sm">
          {data.broken.map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
      )}
    </Tile>
  );
}
