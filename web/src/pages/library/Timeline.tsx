/** Where the time went: each step of the job, and phases and attempts on one axis. */
import { Box, Group, Paper, SimpleGrid, Stack, Timeline as Steps, Table, Text, Title } from "@mantine/core";
import type { LibraryJob } from "../../api/library";
import { ScrollTable } from "../../parts/ScrollTable";
import { StatusBadge } from "../../parts/StatusBadge";
import { moment, span, words } from "../../parts/words";
import { lasted } from "./lasted";
import classes from "./Timeline.module.css";
import { length, type Span, spans, steps } from "./timeline";

export function Timeline({ job }: { job: LibraryJob }) {
  const { events, attempts, created_at, ended_at } = job;
  const now = Date.now();
  const total = length(created_at, ended_at, now);
  const lines = spans(events, attempts, created_at, ended_at, now);
  const told = steps(events);
  return (
    <Stack component="section" gap="sm" aria-labelledby="timeline">
      <Title order={2} size="h4" id="timeline">
        Timeline
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Paper withBorder p="md">
          <Steps active={told.length} bulletSize={14} lineWidth={2}>
            {told.map((step, index) => (
              <Steps.Item key={step.no} title={words(step.kind)}>
                {step.detail && (
                  <Text size="sm" className="anywhere">
                    {step.detail}
                  </Text>
                )}
                <Text size="xs" c="dimmed">
                  {moment(step.at)}
                  {step.since !== null && `, ${lasted(told[index - 1]?.at ?? step.at, step.at)} later`}
                </Text>
              </Steps.Item>
            ))}
          </Steps>
        </Paper>
        <Paper withBorder p="md">
          <Stack gap="xs">
            <Group justify="space-between">
              <Text size="sm" fw={600}>
                Phases and attempts
              </Text>
              <Text size="sm" c="dimmed">
                {ended_at ? lasted(created_at, ended_at) : `${span(total)} so far`}
              </Text>
            </Group>
            <ul className={classes.lines}>
              {lines.map((line, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the same phase may come more than once
                <Line key={index} line={line} total={total} begin={created_at} />
              ))}
            </ul>
          </Stack>
        </Paper>
      </SimpleGrid>
      {attempts.length > 0 && (
        <ScrollTable name="Attempts" minWidth={760}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Attempt</Table.Th>
              <Table.Th>Provider</Table.Th>
              <Table.Th>Outcome</Table.Th>
              <Table.Th>What went wrong</Table.Th>
              <Table.Th>Began</Table.Th>
              <Table.Th ta="right">Took</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {attempts.map((attempt) => (
              <Table.Tr key={`${attempt.part} ${attempt.no}`}>
                <Table.Td>
                  {attempt.no}
                  {attempt.part !== null && `, part ${attempt.part + 1}`}
                </Table.Td>
                <Table.Td>{attempt.provider}</Table.Td>
                <Table.Td>
                  <StatusBadge status={attempt.outcome} />
                </Table.Td>
                <Table.Td>{attempt.trouble ? <code>{attempt.trouble}</code> : "–"}</Table.Td>
                <Table.Td>{moment(attempt.started_at)}</Table.Td>
                <Table.Td ta="right">
                  {attempt.ended_at ? lasted(attempt.started_at, attempt.ended_at) : "goes on"}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </ScrollTable>
      )}
    </Stack>
  );
}

/** A bar; its words say the same, so readers miss nothing. */
function Line({ line, total, begin }: { line: Span; total: number; begin: string }) {
  const { from, to, name, what } = line;
  const at = (ms: number) => new Date(Date.parse(begin) + ms).toISOString();
  const exact = begin.includes(".");
  const took = to === from && !exact ? "under 1 s" : span(Date.parse(at(to)) - Date.parse(at(from)));
  return (
    <li className={classes.line}>
      <Text size="sm" truncate title={name}>
        {what === "phase" ? words(name) : name}
      </Text>
      <Box className={classes.track} aria-hidden>
        <Box
          className={what === "phase" ? classes.phase : classes.attempt}
          left={`${(from / total) * 100}%`}
          w={`${((to - from) / total) * 100}%`}
        />
      </Box>
      <Text size="xs" c="dimmed" ta="right">
        {took}
      </Text>
    </li>
  );
}
