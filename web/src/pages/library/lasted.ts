/** How long something took, as exactly as its moments say. */
import { span } from "../../parts/words";

/** Moments without a fraction are whole seconds: what is none apart took less than one. */
export function lasted(from: string, to: string): string {
  const ms = Date.parse(to) - Date.parse(from);
  const exact = from.includes(".") || to.includes(".");
  if (exact) {
    return span(ms);
  }
  return ms === 0 ? "under 1 s" : span(ms);
}
