/** The account's money in one list: a line for each job, top-up and refund. */
import { Stack, Table, Text, Title } from "@mantine/core";
import { query } from "../../api/client";
import type { components } from "../../api/schema";
import { PageLink } from "../../parts/links";
import { More } from "../../parts/More";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { ScrollTable } from "../../parts/ScrollTable";
import { moment, usd } from "../../parts/words";

type Line = components["schemas"]["Ledger"]["data"][number];

export function LedgerList() {
  const pages = query.useInfiniteQuery(
    "get",
    "/v1/ledger",
    { params: { query: { limit: 25 } } },
    {
      pageParamName: "before",
      // Not `undefined`: a page number would be sent in its place.
      initialPageParam: null,
      getNextPageParam: (last) => last.next ?? undefined,
    },
  );
  const { data, error, refetch } = pages;
  const lines = data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Stack component="section" gap="sm" aria-labelledby="ledger">
      <Title order={2} size="h4" id="ledger">
        Ledger
      </Title>
      {error && !data ? (
        <Trouble error={error} again={() => void refetch()} />
      ) : !data ? (
        <Waiting what="the ledger" />
      ) : lines.length === 0 ? (
        <Empty title="No money has moved yet">
          Every job, top-up and refund gets a line here. Credit is added by the operator.
        </Empty>
      ) : (
        <>
          <ScrollTable name="Ledger" minWidth={620}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>What</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th ta="right">Amount</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {lines.map((line) => (
                <Table.Tr key={name(line)}>
                  <Table.Td>{moment(line.at)}</Table.Td>
                  <Table.Td>
                    <What line={line} />
                  </Table.Td>
                  <Table.Td>{state(line)}</Table.Td>
                  <Table.Td ta="right" ff="monospace">
                    {amount(line)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </ScrollTable>
          <More pages={pages} />
        </>
      )}
    </Stack>
  );
}

/** What tells a line from the others. A job may be refunded more than once. */
function name(line: Line): string {
  return line.type === "topup" ? `topup ${line.reference}` : `${line.type} ${line.job} ${line.at}`;
}

function What({ line }: { line: Line }) {
  switch (line.type) {
    case "job":
      return (
        <PageLink to="/library/$id" params={{ id: line.job }} size="sm">
          {line.model}
        </PageLink>
      );
    case "topup":
      return (
        <>
          Top-up{" "}
          <Text span size="sm" c="dimmed">
            {line.reference}
          </Text>
        </>
      );
    case "refund":
      return line.job ? (
        <>
          Refund of{" "}
          <PageLink to="/library/$id" params={{ id: line.job }} size="sm">
            a job
          </PageLink>
        </>
      ) : (
        "Refund"
      );
  }
}

function state(line: Line): string {
  if (line.type !== "job") {
    return "Added";
  }
  if (line.charged_usd === null) {
    return "Held, the job is open";
  }
  return /^0(\.0*)?$/.test(line.charged_usd) ? "Nothing charged" : "Charged";
}

function amount(line: Line): string {
  if (line.type !== "job") {
    return `+${usd(line.amount_usd)}`;
  }
  const taken = line.charged_usd ?? line.held_usd;
  return /^0(\.0*)?$/.test(taken) ? usd(taken) : `−${usd(taken)}`;
}
