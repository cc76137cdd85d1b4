/** What a job goes through, by the names that its history and its filters have for it. */
import type { components } from "../api/schema";

export type Phase = components["schemas"]["OperatedJob"]["phase"];

/** The phases behind which nothing follows. */
export const ENDS: Phase[] = ["succeeded", "failed", "canceled"];

export const PHASES: Phase[] = [
  "queued",
  "submitting",
  "running",
  "storing",
  "reconciling",
  "needs_operator",
  ...ENDS,
];
