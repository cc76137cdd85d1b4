/** What was charged on each day, as columns. A module of its own: charts are heavy. */
import "@mantine/charts/styles.css";
import { BarChart } from "@mantine/charts";
import { each } from "../../parts/days";
import { usd } from "../../parts/words";

interface Row {
  day?: string;
  charged_usd: string;
}

const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

export default function UsageChart({ from, to, rows }: { from: string; to: string; rows: Row[] }) {
  const charged = new Map(rows.map((row) => [row.day, row.charged_usd]));
  // Columns are drawn from floats; the sums that count stand beside them.
  const data = each({ from, to }).map((day) => ({
    day: short.format(new Date(day)),
    Charged: Number(charged.get(day) ?? "0"),
  }));
  const top = data.reduce((most, day) => (day.Charged > most.Charged ? day : most), { day: "", Charged: 0 });
  return (
    <div
      role="img"
      aria-label={`Columns of what was charged on each day from ${from} to ${to}; the most, $${top.Charged}, on ${top.day || "no day"}`}
    >
      <BarChart
        h={180}
        data={data}
        dataKey="day"
        series={[{ name: "Charged", color: "violet.6" }]}
        valueFormatter={(value) => usd(value.toFixed(6))}
        tickLine="none"
        gridAxis="x"
        barProps={{ isAnimationActive: false }}
        barChartProps={{ accessibilityLayer: false }}
      />
    </div>
  );
}
