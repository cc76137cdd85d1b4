/** What is counted, as people call it, and how its numbers are written. */

import { decimal } from "../../../parts/money";
import { usd } from "../../../parts/words";
import type { Measure } from "./series";

export const MEASURES: { measure: Measure; label: string; says: string }[] = [
  { measure: "charged", label: "Spend", says: "What accounts were charged, refunds taken off" },
  { measure: "cost", label: "Cost", says: "What providers cost" },
  { measure: "margin", label: "Margin", says: "Spend less cost" },
  { measure: "jobs", label: "Jobs", says: "Jobs that ended" },
];

/** A number for people. */
export function shown(value: bigint, measure: Measure): string {
  return measure === "jobs" ? value.toLocaleString("en-US") : usd(decimal(value));
}

/** A number for files: exact, without signs of currency. */
export function plain(value: bigint, measure: Measure): string {
  return measure === "jobs" ? value.toString() : decimal(value);
}
