/** What the operator's pages say about amounts. */
import { micro } from "../../../parts/money";

/** Whether a text is an amount above zero that the API takes: dollars with at most six decimals. */
export function isAmount(text: string): boolean {
  return /^[0-9]{1,9}(\.[0-9]{1,6})?$/.test(text) && micro(text) > 0n;
}

/** By how much something changed, in words; nothing where there was nothing to compare with. */
export function change(now: bigint, before: bigint): string | undefined {
  if (before === 0n) {
    return undefined;
  }
  const size = before < 0n ? -before : before;
  // Tenths of a percent.
  const tenths = Number(((now - before) * 1000n) / size);
  const sign = tenths > 0 ? "+" : tenths < 0 ? "−" : "±";
  const percent = Math.abs(tenths) / 10;
  return `${sign}${percent >= 10 ? Math.round(percent) : percent}%`;
}

/** Which share of the whole a part is, 0 to 100. */
export function percent(part: bigint, whole: bigint): number {
  if (whole <= 0n) {
    return part > 0n ? 100 : 0;
  }
  return Math.max(0, Math.min(100, Number((part * 1000n) / whole) / 10));
}
