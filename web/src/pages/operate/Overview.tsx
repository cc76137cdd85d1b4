/** How the server does: its money, its jobs, its providers, and what waits for somebody. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { type Days, preceding, spanOf } from "../../parts/days";
import { Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { Attention } from "./overview/Attention";
import { Choice } from "./overview/Choice";
import { MEASURES } from "./overview/measures";
import { PerformanceTable } from "./overview/PerformanceTable";
import type { By, Measure } from "./overview/series";
import { Totals } from "./overview/Totals";
import { UsageChart } from "./overview/UsageChart";
import { usageQuery, type Which } from "./shared/calls";

function byOf(text: string | undefined): By {
  return text === "provider" || text === "key" || text === "account" ? text : "model";
}

function whichOf(text: string | undefined): Which {
  return text === "test" || text === "both" ? text : "live";
}

function measureOf(text: string | undefined): Measure {
  return MEASURES.find(({ measure }) => measure === text)?.measure ?? "charged";
}

export function Overview() {
  const search = useSearch({ from: "/shell/operate/" });
  const days = spanOf(search);
  const [which, by] = [whichOf(search.mode), byOf(search.by)];
  return (
    <Page title="Overview">
      <Attention />
      <Choice days={days} which={which} by={by} />
      <Money days={days} which={which} by={by} measure={measureOf(search.show)} />
      <PerformanceTable days={days} which={which} />
    </Page>
  );
}

function Money({ days, which, by, measure }: { days: Days; which: Which; by: By; measure: Measure }) {
  const options = { placeholderData: keepPreviousData, refetchInterval: 60_000 };
  const now = useQuery({ ...usageQuery(which, { ...days, group: `day,${by}` }), ...options });
  const before = useQuery({ ...usageQuery(which, { ...preceding(days), group: "day" }), ...options });
  if (now.isError) {
    return <Trouble error={now.error} again={() => now.refetch()} />;
  }
  if (!now.data) {
    return <Waiting what="usage" />;
  }
  const rows = now.data.flatMap(({ data }) => data);
  return (
    <>
      <Totals now={now.data} before={before.data} days={days} />
      <UsageChart rows={rows} days={days} by={by} measure={measure} />
    </>
  );
}
