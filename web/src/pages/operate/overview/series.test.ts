import { describe, expect, it } from "vitest";
import type { UsageRow } from "../shared/types";
import { LINES_MAX, lines } from "./series";

const row = (day: string, model: string, charged_usd: string, cost_usd = "0.00"): UsageRow => ({
  day,
  model,
  jobs: 1,
  succeeded: 1,
  failed: 0,
  canceled: 0,
  charged_usd,
  cost_usd,
});
const DAYS = ["2026-01-01", "2026-01-02"];

describe("lines of a chart", () => {
  it("have a value for each day, the largest line first", () => {
    const found = lines(
      [
        row(DAYS[1] ?? "", "a/1.1", "0.10"),
        row(DAYS[0] ?? "", "b", "0.20"),
        row(DAYS[0] ?? "", "a/1.1", "0.05"),
      ],
      "model",
      "charged",
      DAYS,
    );
    expect(found).toEqual([
      { label: "b", total: 200_000n, values: [200_000n, 0n] },
      { label: "a/1.1", total: 150_000n, values: [50_000n, 100_000n] },
    ]);
  });

  it("add modes up, take refunds off, and leave out what is nothing", () => {
    const rows = [
      row(DAYS[0] ?? "", "a", "0.10", "0.04"),
      row(DAYS[0] ?? "", "a", "-0.30"),
      row(DAYS[0] ?? "", "b", "0.00"),
    ];
    expect(lines(rows, "model", "margin", DAYS)).toEqual([
      { label: "a", total: -240_000n, values: [-240_000n, 0n] },
    ]);
  });

  it("beyond what can be told apart are one, and nothing is lost", () => {
    const rows = Array.from({ length: 12 }, (_, index) => row(DAYS[0] ?? "", `m${index}`, `0.${10 + index}`));
    const found = lines(rows, "model", "jobs", DAYS);
    expect(found).toHaveLength(LINES_MAX);
    expect(found.at(-1)?.label).toBe("5 others");
    expect(found.reduce((sum, line) => sum + line.total, 0n)).toBe(12n);
  });
});
