/** Usage day by day: a chart, the same as a table, and the same as a file. */
import {
  Button,
  Card,
  Group,
  Loader,
  SegmentedControl,
  Stack,
  Table,
  Title,
  VisuallyHidden,
} from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { type Days, each } from "../../../parts/days";
import { Empty } from "../../../parts/Notes";
import { csv, download } from "../shared/csv";
import type { UsageRow } from "../shared/types";
import { MEASURES, plain, shown } from "./measures";
import { type By, type Line, lines, type Measure } from "./series";

const Stacked = lazy(() => import("./Stacked").then(({ Stacked }) => ({ default: Stacked })));

export function UsageChart({
  rows,
  days,
  by,
  measure,
}: {
  rows: UsageRow[];
  days: Days;
  by: By;
  measure: Measure;
}) {
  const navigate = useNavigate();
  const [table, setTable] = useState(false);
  const dates = each(days);
  const found = lines(rows, by, measure, dates);
  const { label } = MEASURES.find((one) => one.measure === measure) ?? { label: "" };
  const title = `${label} by ${by}`;
  const save = () => {
    const body = dates.map((day, index) => [
      day,
      ...found.map(({ values }) => plain(values[index] ?? 0n, measure)),
    ]);
    const unit = measure === "jobs" ? "" : " (USD)";
    download(
      `spool-${measure}-by-${by}-${days.from}-${days.to}.csv`,
      csv([["day", ...found.map(({ label }) => `${label}${unit}`)], ...body]),
    );
  };
  return (
    <Card withBorder component="section" aria-label={title}>
      <Stack>
        <Group justify="space-between" gap="sm">
          <Title order={2} size="h4">
            {title}
          </Title>
          <Group gap="xs">
            <SegmentedControl
              size="xs"
              aria-label="What is counted"
              value={measure}
              onChange={(show) =>
                navigate({ to: "/operate", search: (search) => ({ ...search, show }), replace: true })
              }
              data={MEASURES.map(({ measure, label }) => ({ value: measure, label }))}
            />
            <SegmentedControl
              size="xs"
              aria-label="How it is shown"
              value={table ? "table" : "chart"}
              onChange={(value) => setTable(value === "table")}
              data={[
                { value: "chart", label: "Chart" },
                { value: "table", label: "Table" },
              ]}
            />
            <Button
              size="xs"
              variant="default"
              leftSection={<IconDownload size={14} />}
              onClick={save}
              disabled={found.length === 0}
            >
              CSV
            </Button>
          </Group>
        </Group>
        {found.length === 0 ? (
          <Empty title="Nothing in these days">Choose other days, or the other mode.</Empty>
        ) : table ? (
          <Numbers title={title} dates={dates} found={found} measure={measure} />
        ) : (
          <>
            <Suspense fallback={<Loader type="dots" mih={300} />}>
              <Stacked dates={dates} lines={found} measure={measure} title={title} />
            </Suspense>
            <VisuallyHidden>
              <Numbers title={title} dates={dates} found={found} measure={measure} />
            </VisuallyHidden>
          </>
        )}
      </Stack>
    </Card>
  );
}

function Numbers({
  title,
  dates,
  found,
  measure,
}: {
  title: string;
  dates: string[];
  found: Line[];
  measure: Measure;
}) {
  const sum = (values: bigint[]) => values.reduce((sum, value) => sum + value, 0n);
  return (
    <Table.ScrollContainer
      minWidth={0}
      maxHeight={400}
      scrollAreaProps={{
        viewportProps: { tabIndex: 0, role: "group", "aria-label": `${title}, as a table` },
      }}
    >
      <Table fz="sm" aria-label={title} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Day</Table.Th>
            {found.map(({ label }) => (
              <Table.Th key={label} ta="right">
                {label}
              </Table.Th>
            ))}
            <Table.Th ta="right">All</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {dates.map((day, index) => (
            <Table.Tr key={day}>
              <Table.Th scope="row" fw={400} style={{ whiteSpace: "nowrap" }}>
                {day}
              </Table.Th>
              {found.map(({ label, values }) => (
                <Table.Td key={label} ta="right">
                  {shown(values[index] ?? 0n, measure)}
                </Table.Td>
              ))}
              <Table.Td ta="right">
                {shown(sum(found.map(({ values }) => values[index] ?? 0n)), measure)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th scope="row">All days</Table.Th>
            {found.map(({ label, total }) => (
              <Table.Th key={label} ta="right">
                {shown(total, measure)}
              </Table.Th>
            ))}
            <Table.Th ta="right">{shown(sum(found.map(({ total }) => total)), measure)}</Table.Th>
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </Table.ScrollContainer>
  );
}
