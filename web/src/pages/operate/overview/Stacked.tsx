/** The chart itself. Loaded only where one is shown, because it is the heaviest part of the app. */
import "@mantine/charts/styles.css";
import { BarChart } from "@mantine/charts";
import { Box } from "@mantine/core";
import { micro } from "../../../parts/money";
import { shown } from "./measures";
import type { Line, Measure } from "./series";

const COLOURS = ["violet.6", "teal.6", "orange.6", "blue.5", "pink.6", "lime.7", "cyan.7", "gray.5"] as const;

/** A bar's length. Its number is told from the exact one. */
function bar(value: bigint, measure: Measure): number {
  return measure === "jobs" ? Number(value) : Number(value) / 1e6;
}

export function Stacked({
  dates,
  lines,
  measure,
  title,
}: {
  dates: string[];
  lines: Line[];
  measure: Measure;
  title: string;
}) {
  const data = dates.map((day, index) => ({
    day,
    // Names of models have dots, which the chart would take for paths.
    ...Object.fromEntries(lines.map(({ values }, n) => [`line${n}`, bar(values[index] ?? 0n, measure)])),
  }));
  const series = lines.map(({ label }, n) => ({
    name: `line${n}`,
    label,
    color: COLOURS[n % COLOURS.length] ?? "gray.5",
  }));
  return (
    <Box role="img" aria-label={`${title}, day by day; its numbers follow as a table`}>
      <BarChart
        h={300}
        data={data}
        dataKey="day"
        type="stacked"
        series={series}
        withLegend
        legendProps={{ verticalAlign: "bottom" }}
        maxBarWidth={48}
        valueFormatter={(value) =>
          measure === "jobs" ? value.toLocaleString("en-US") : shown(micro(value.toFixed(6)), measure)
        }
        yAxisProps={{ width: 72, allowDecimals: measure !== "jobs" }}
        barProps={{ isAnimationActive: false }}
        barChartProps={{ accessibilityLayer: false, stackOffset: "sign" }}
      />
    </Box>
  );
}
