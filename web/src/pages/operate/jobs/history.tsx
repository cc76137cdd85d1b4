/** What happened to a job: who was asked, what was booked, step by step. */
import { Group, Paper, Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Copied } from "../../../parts/Copy";
import { Facts } from "../../../parts/Facts";
import { PageLink } from "../../../parts/links";
import { StatusBadge } from "../../../parts/StatusBadge";
import { moment, span, usd, words } from "../../../parts/words";
import type { Attempt, JobDetail, JobEntry, JobEvent } from "../shared/types";

/** What an attempt came to, for people. */
const OUTCOMES: Record<string, string> = {
  accepted: "Accepted",
  rejected: "Rejected",
  not_sent: "Not sent",
  unknown: "Its answer was lost",
  not_accepted: "Not accepted",
  written_off: "Written off",
};

export function Attempts({ attempts }: { attempts: Attempt[] }) {
  if (attempts.length === 0) {
    return <Text size="sm">No provider was asked yet.</Text>;
  }
  return attempts.map((attempt) => (
    <Paper withBorder p="sm" key={attempt.no}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Text size="sm" fw={600}>
            {attempt.no}. {attempt.provider}
          </Text>
          <Text size="sm">
            {attempt.outcome === null ? "Open" : (OUTCOMES[attempt.outcome] ?? words(attempt.outcome))}
          </Text>
        </Group>
        {attempt.trouble && (
          <Text size="sm" c="var(--mantine-color-error)" style={{ overflowWrap: "anywhere" }}>
            {attempt.trouble}
          </Text>
        )}
        <Facts
          facts={[
            ["Token (our name for it there)", <Copied key="token" text={attempt.token} />],
            [
              "Provider's id",
              attempt.provider_job ? <Copied key="job" text={attempt.provider_job} /> : "not known",
            ],
            ["Credential", attempt.credential || "none"],
            ["Cost", usd(attempt.cost_usd)],
            ["Started", moment(attempt.started_at)],
            ["Took", took(attempt)],
          ]}
        />
      </Stack>
    </Paper>
  ));
}

function took({ started_at, ended_at }: Attempt): string {
  return ended_at === null ? "–" : span(Date.parse(ended_at) - Date.parse(started_at));
}

export function Entries({ entries }: { entries: JobEntry[] }) {
  if (entries.length === 0) {
    return <Text size="sm">Nothing was booked.</Text>;
  }
  return (
    <Wide label="Entries" titles={["Entry", "From", "To", "Amount", "At"]}>
      {entries.map((entry) => (
        <Table.Tr key={entry.key}>
          <Table.Td>{words(entry.kind)}</Table.Td>
          <Table.Td>{entry.from}</Table.Td>
          <Table.Td>{entry.to}</Table.Td>
          <Table.Td ta="right">{usd(entry.usd)}</Table.Td>
          <Table.Td>{moment(entry.at)}</Table.Td>
        </Table.Tr>
      ))}
    </Wide>
  );
}

export function Events({ events }: { events: JobEvent[] }) {
  return (
    <Wide label="Events" titles={["Event", "Particulars", "At"]}>
      {events.map((event) => (
        <Table.Tr key={event.no}>
          <Table.Td>{words(event.kind)}</Table.Td>
          <Table.Td style={{ overflowWrap: "anywhere" }}>{event.detail || "–"}</Table.Td>
          <Table.Td>{moment(event.at)}</Table.Td>
        </Table.Tr>
      ))}
    </Wide>
  );
}

export function Parts({ parts }: { parts: JobDetail["parts"] }) {
  return (
    <Stack gap={6}>
      {parts.map(({ id, phase, count }) => (
        <Group key={id} gap="xs">
          <PageLink size="sm" to="/operate/jobs" search={{ job: id }} ff="monospace">
            {id}
          </PageLink>
          <StatusBadge status={phase} />
          <Text size="sm">{count === 1 ? "1 output" : `${count} outputs`}</Text>
        </Group>
      ))}
    </Stack>
  );
}

/** A table that scrolls inside itself where it is too wide. */
function Wide({ label, titles, children }: { label: string; titles: string[]; children: ReactNode }) {
  return (
    <Table.ScrollContainer
      minWidth={480}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "group", "aria-label": label } }}
    >
      <Table aria-label={label} fz="sm">
        <Table.Thead>
          <Table.Tr>
            {titles.map((title) => (
              <Table.Th key={title} ta={title === "Amount" ? "right" : undefined}>
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
