/** What the job cost, entry by entry. */
import { Anchor, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import type { LibraryJob } from "../../api/library";
import { Facts } from "../../parts/Facts";
import { moment, usd, words } from "../../parts/words";

/** What each kind of entry does with the money. */
const MEANS: Record<string, string> = {
  hold: "set aside at admission",
  capture: "charged",
  rest: "not delivered, given back",
  release: "given back: nothing was delivered",
  refund: "given back by the operator",
};

export function Costs({ job, statement }: { job: LibraryJob; statement: boolean }) {
  const { price, entries, charged_usd, refunded_usd } = job;
  return (
    <Stack component="section" gap="sm" aria-labelledby="costs">
      <Group justify="space-between">
        <Title order={2} size="h4" id="costs">
          Costs
        </Title>
        {statement && (
          <Anchor href={`/v1/jobs/${job.id}/statement`} download={`statement-${job.id}.json`} size="sm">
            <Group gap={4} component="span">
              <IconDownload size={16} aria-hidden /> Statement
            </Group>
          </Anchor>
        )}
      </Group>
      <Paper withBorder p="md">
        <Stack gap="sm">
          <Facts
            facts={[
              ["Price", price.count === 1 ? usd(price.unit_usd) : `${price.count} × ${usd(price.unit_usd)}`],
              ["Held at most", usd(price.total_usd)],
              ["Charged", charged_usd === null ? "Not before it is over" : usd(charged_usd)],
              ["Refunded", usd(refunded_usd)],
            ]}
          />
          <Table verticalSpacing={4} horizontalSpacing={0} aria-label="Entries">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Entry</Table.Th>
                <Table.Th ta="right">Amount</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {entries.map((entry, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: entries are only ever added behind
                <Table.Tr key={index}>
                  <Table.Td>
                    {words(entry.type)}
                    <Text size="xs" c="dimmed">
                      {entry.reason || MEANS[entry.type]} · {moment(entry.at)}
                    </Text>
                  </Table.Td>
                  <Table.Td ta="right" ff="monospace">
                    {usd(entry.amount_usd)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      </Paper>
    </Stack>
  );
}
