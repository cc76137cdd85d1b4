import { describe, expect, it } from "vitest";
import { each, isDay, lastDays, length, preceding, spanOf } from "./days";

describe("spans of days", () => {
  it("hold both their ends", () => {
    expect(lastDays(7, "2026-03-02")).toEqual({ from: "2026-02-24", to: "2026-03-02" });
    expect(length({ from: "2026-02-24", to: "2026-03-02" })).toBe(7);
    expect(each({ from: "2026-02-27", to: "2026-03-01" })).toEqual([
      "2026-02-27",
      "2026-02-28",
      "2026-03-01",
    ]);
  });

  it("follow one another", () => {
    expect(preceding({ from: "2026-01-01", to: "2026-01-01" })).toEqual({
      from: "2025-12-31",
      to: "2025-12-31",
    });
    expect(preceding({ from: "2026-03-01", to: "2026-03-30" })).toEqual({
      from: "2026-01-30",
      to: "2026-02-28",
    });
  });

  it("are read from an address", () => {
    expect(isDay("2026-02-30")).toBe(false);
    expect(isDay("yesterday")).toBe(false);
    expect(spanOf({ from: "2026-02-02", to: "2026-02-01" })).toEqual({
      from: "2026-02-01",
      to: "2026-02-02",
    });
    expect(length(spanOf({ from: "2026-02-02" }))).toBe(30);
  });
});
