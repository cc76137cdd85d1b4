/** What webhooks are called in the API, and what people read. */
import type { components } from "../../api/schema";

export type Endpoint = components["schemas"]["WebhookEndpoint"];
export type Delivery = components["schemas"]["WebhookDelivery"];
export type Kind = Endpoint["events"][number];
export type State = Delivery["state"];

/** What an endpoint can hear of, with what it means. */
export const KINDS: { value: Kind; means: string }[] = [
  { value: "job.started", means: "work on a job has begun" },
  { value: "job.succeeded", means: "its results are there" },
  { value: "job.failed", means: "it ended without results" },
  { value: "job.canceled", means: "somebody ended it" },
];

export const STATES: State[] = ["pending", "delivered", "failed", "dropped"];

/** Errors of a try come as words of the API. */
export function wrong(error: string): string {
  return error.replace(/[_-]/g, " ");
}

/** What a try came to, in few words. */
export function outcome(attempt: { status?: number; error?: string }): string {
  if (attempt.status !== undefined) {
    return `HTTP ${attempt.status}`;
  }
  return attempt.error ? wrong(attempt.error) : "no answer";
}
