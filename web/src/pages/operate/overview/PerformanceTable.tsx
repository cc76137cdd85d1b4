/** How well and how fast each provider did. */
import { Card, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Days, lastDays, length } from "../../../parts/days";
import { PageLink } from "../../../parts/links";
import { Empty, Trouble, Waiting } from "../../../parts/Notes";
import { span } from "../../../parts/words";
import { performanceQuery, type Which } from "../shared/calls";
import { type Column, Rows } from "../shared/Rows";
import type { PerformanceRow } from "../shared/types";

/** The most days that the call takes. */
const DAYS_MAX = 31;

function columns(slowest: number): Column<PerformanceRow>[] {
  const latency = (name: "p50" | "p90" | "p99"): Column<PerformanceRow> => ({
    title: name,
    cell: ({ latency_ms }) =>
      latency_ms === null ? (
        <Text c="dimmed" size="sm">
          –
        </Text>
      ) : (
        <Bar
          text={span(latency_ms[name])}
          share={slowest === 0 ? 0 : (latency_ms[name] / slowest) * 100}
          color="blue.5"
        />
      ),
  });
  return [
    {
      title: "Provider",
      cell: ({ provider }) =>
        provider === "sandbox" ? (
          <Text size="sm" fw={600}>
            sandbox
          </Text>
        ) : (
          <PageLink size="sm" to="/operate/providers" search={{ provider }} fw={600}>
            {provider}
          </PageLink>
        ),
    },
    { title: "Attempts", cell: ({ attempts }) => attempts.toLocaleString("en-US"), right: true },
    {
      title: "Success",
      cell: ({ success_rate }) =>
        success_rate === null ? (
          <Text c="dimmed" size="sm">
            –
          </Text>
        ) : (
          <Bar
            text={`${Math.floor(success_rate * 1000) / 10}%`}
            share={success_rate * 100}
            color={success_rate >= 0.95 ? "teal.6" : success_rate >= 0.8 ? "yellow.6" : "red.6"}
          />
        ),
    },
    latency("p50"),
    latency("p90"),
    latency("p99"),
    { title: "Failed", cell: ({ failed }) => failed.toLocaleString("en-US"), right: true },
    { title: "Refused", cell: ({ refused }) => refused.toLocaleString("en-US"), right: true },
  ];
}

/** A number with its length beside others. The number says it all to screen readers. */
function Bar({ text, share, color }: { text: string; share: number; color: string }) {
  return (
    <Stack gap={3} miw={84}>
      <Text size="sm">{text}</Text>
      <Progress value={share} color={color} size="sm" aria-hidden />
    </Stack>
  );
}

export function PerformanceTable({ days, which }: { days: Days; which: Which }) {
  const asked = length(days) > DAYS_MAX ? lastDays(DAYS_MAX, days.to) : days;
  const { data, isPending, isError, error, refetch } = useQuery(performanceQuery(which, { ...asked }));
  const rows = data?.flatMap(({ data }) => data) ?? [];
  const slowest = Math.max(0, ...rows.map(({ latency_ms }) => latency_ms?.p99 ?? 0));
  const notes = [
    asked === days ? undefined : `of the last ${DAYS_MAX} days`,
    data?.some(({ sample }) => sample) ? "of the newest jobs, as there are too many to read all" : undefined,
  ].filter((note) => note !== undefined);
  return (
    <Card withBorder component="section" aria-label="Providers' performance">
      <Stack>
        <div>
          <Group gap="xs">
            <Title order={2} size="h4">
              Providers' performance
            </Title>
          </Group>
          <Text size="sm" c="dimmed">
            Attempts that ended{notes.length > 0 ? `, ${notes.join(", ")}` : ""}. Latency is from our call to
            the result, of those that have one. What callers asked wrongly (refused) counts for neither.
          </Text>
        </div>
        {isPending && <Waiting what="the performance" />}
        {isError && <Trouble error={error} again={() => refetch()} />}
        {data && rows.length === 0 && <Empty title="No attempt ended in these days" />}
        {rows.length > 0 && (
          <Rows
            label="Providers' performance"
            columns={columns(slowest)}
            items={rows}
            id={({ provider }) => provider ?? ""}
          />
        )}
      </Stack>
    </Card>
  );
}
