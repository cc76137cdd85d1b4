import { expect, test } from "vitest";
import { length, spans, steps } from "./timeline";

const at = (second: number) => new Date(Date.UTC(2026, 0, 5, 10, 0, second)).toISOString();
const event = (no: number, kind: string, second: number) => ({ no, kind, at: at(second), detail: "" });

test("each step says how long after the one before it came", () => {
  const told = steps([event(1, "queued", 0), event(2, "submitting", 2), event(3, "running", 2)]);
  expect(told.map(({ since }) => since)).toEqual([null, 2000, 0]);
});

test("phases follow each other, and the end lasts no time", () => {
  const events = [event(1, "queued", 0), event(2, "running", 2), event(3, "succeeded", 10)];
  const attempt = { part: null, no: 1, provider: "fal", outcome: "accepted", trouble: null };
  const attempts = [{ ...attempt, started_at: at(2), ended_at: at(10) }];
  expect(spans(events, attempts, at(0), at(10), 0)).toEqual([
    { what: "phase", name: "queued", from: 0, to: 2000 },
    { what: "phase", name: "running", from: 2000, to: 10_000 },
    { what: "attempt", name: "1. fal", from: 2000, to: 10_000 },
  ]);
});

test("what goes on reaches until now, and parts are told apart", () => {
  const events = [event(1, "queued", 0), event(2, "running", 1)];
  const attempt = { part: 1, no: 2, provider: "fal", outcome: "accepted", trouble: null };
  const attempts = [{ ...attempt, started_at: at(1), ended_at: null }];
  const now = Date.parse(at(5));
  expect(spans(events, attempts, at(0), null, now).map(({ name, to }) => [name, to])).toEqual([
    ["queued", 1000],
    ["running", 5000],
    ["2. fal, part 2", 5000],
  ]);
  expect(length(at(0), at(0), now)).toBe(1);
});
