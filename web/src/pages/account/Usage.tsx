/** What was made and charged in the last thirty days. */
import { Anchor, Group, Paper, SegmentedControl, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { query } from "../../api/client";
import type { components } from "../../api/schema";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { ScrollTable } from "../../parts/ScrollTable";
import { usd } from "../../parts/words";

type Report = components["schemas"]["Usage"];

/** Only with `format=csv` the answer is a text. */
function report(answer: Report | string): Report | undefined {
  return typeof answer === "string" ? undefined : answer;
}

const Chart = lazy(() => import("./UsageChart"));

export function Usage() {
  const [group, setGroup] = useState<"model" | "key">("model");
  const days = query.useQuery(
    "get",
    "/v1/usage",
    { params: { query: { group: "day" } } },
    { select: report },
  );
  const table = query.useQuery("get", "/v1/usage", { params: { query: { group } } }, { select: report });
  const error = days.error ?? table.error;
  const again = () => {
    void days.refetch();
    void table.refetch();
  };
  return (
    <Stack component="section" gap="sm" aria-labelledby="usage">
      <Group justify="space-between">
        <Title order={2} size="h4" id="usage">
          Usage of the last 30 days
        </Title>
        <Anchor href="/v1/usage?group=day,key,model&format=csv" download="usage.csv" size="sm">
          <Group gap={4} component="span">
            <IconDownload size={16} aria-hidden /> CSV by day, key and model
          </Group>
        </Anchor>
      </Group>
      {error ? (
        <Trouble error={error} again={again} />
      ) : !days.data || !table.data ? (
        <Waiting what="the usage" />
      ) : days.data.totals.jobs === 0 && days.data.data.length === 0 ? (
        <Empty title="No job has ended in these days" />
      ) : (
        <>
          <Text size="sm">
            {usd(days.data.totals.charged_usd)} for {days.data.totals.jobs.toLocaleString()} jobs:{" "}
            {days.data.totals.succeeded} succeeded, {days.data.totals.failed} failed,{" "}
            {days.data.totals.canceled} canceled.
          </Text>
          <Paper withBorder p="md">
            <Suspense fallback={<Skeleton h={180} aria-hidden />}>
              <Chart from={days.data.from} to={days.data.to} rows={days.data.data} />
            </Suspense>
          </Paper>
          <SegmentedControl
            aria-label="Usage by"
            value={group}
            onChange={(value) => setGroup(value === "key" ? "key" : "model")}
            data={[
              { value: "model", label: "By model" },
              { value: "key", label: "By key" },
            ]}
            w="fit-content"
          />
          <ScrollTable name="Usage" minWidth={520}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{group === "key" ? "Key" : "Model"}</Table.Th>
                <Table.Th ta="right">Jobs</Table.Th>
                <Table.Th ta="right">Succeeded</Table.Th>
                <Table.Th ta="right">Failed</Table.Th>
                <Table.Th ta="right">Canceled</Table.Th>
                <Table.Th ta="right">Charged</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {table.data.data.map((row) => (
                <Table.Tr key={row.model ?? row.key}>
                  <Table.Td>{row.model ?? (row.key_name || row.key)}</Table.Td>
                  <Table.Td ta="right">{row.jobs}</Table.Td>
                  <Table.Td ta="right">{row.succeeded}</Table.Td>
                  <Table.Td ta="right">{row.failed}</Table.Td>
                  <Table.Td ta="right">{row.canceled}</Table.Td>
                  <Table.Td ta="right">{usd(row.charged_usd)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </ScrollTable>
        </>
      )}
    </Stack>
  );
}
