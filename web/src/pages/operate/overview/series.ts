/** Usage as lines of a chart: what was told apart, day by day, with the small ones together. */
import { micro } from "../../../parts/money";
import type { UsageRow } from "../shared/types";

export type Measure = "charged" | "cost" | "margin" | "jobs";
export type By = "model" | "provider" | "key" | "account";

/** What a row counts for: millionths of a dollar, or jobs. */
export function counted(row: Pick<UsageRow, "charged_usd" | "cost_usd" | "jobs">, measure: Measure): bigint {
  switch (measure) {
    case "charged":
      return micro(row.charged_usd);
    case "cost":
      return micro(row.cost_usd);
    case "margin":
      return micro(row.charged_usd) - micro(row.cost_usd);
    case "jobs":
      return BigInt(row.jobs);
  }
}

/** What a row is about, and how it is called. */
function subject(row: UsageRow, by: By): [id: string, label: string] {
  switch (by) {
    case "model":
      return [row.model ?? "", row.model ?? ""];
    case "provider":
      return row.provider ? [row.provider, row.provider] : ["", "no provider"];
    case "key":
      return [row.key ?? "", row.key_name ? `${row.key_name} (${row.key})` : (row.key ?? "")];
    case "account":
      return [String(row.account), `${row.account_name} (${row.account})`];
  }
}

export interface Line {
  label: string;
  total: bigint;
  /** One for each day. */
  values: bigint[];
}

/** So many lines are shown apart; more could not be told from each other. */
export const LINES_MAX = 8;

/** The lines, the largest first, the rest in one. Lines without anything are left out. */
export function lines(rows: UsageRow[], by: By, measure: Measure, days: string[]): Line[] {
  const at = new Map(days.map((day, index) => [day, index]));
  const found = new Map<string, Line>();
  for (const row of rows) {
    const index = at.get(row.day ?? "");
    const [id, label] = subject(row, by);
    const line = found.get(id) ?? { label, total: 0n, values: days.map(() => 0n) };
    found.set(id, line);
    if (index !== undefined) {
      const value = counted(row, measure);
      line.values[index] = (line.values[index] ?? 0n) + value;
      line.total += value;
    }
  }
  const sorted = [...found.values()]
    .filter((line) => line.values.some((value) => value !== 0n))
    .sort((a, b) => (a.total === b.total ? a.label.localeCompare(b.label) : a.total < b.total ? 1 : -1));
  if (sorted.length <= LINES_MAX) {
    return sorted;
  }
  const rest = sorted.slice(LINES_MAX - 1);
  const together = {
    label: `${rest.length} others`,
    total: rest.reduce((sum, line) => sum + line.total, 0n),
    values: days.map((_, index) => rest.reduce((sum, line) => sum + (line.values[index] ?? 0n), 0n)),
  };
  return [...sorted.slice(0, LINES_MAX - 1), together];
}
