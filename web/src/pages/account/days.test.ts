import { expect, test } from "vitest";
import { days } from "./days";

test("days go over the ends of months, and both ends count", () => {
  expect(days("2028-02-27", "2028-03-01")).toEqual(["2028-02-27", "2028-02-28", "2028-02-29", "2028-03-01"]);
  expect(days("2026-01-31", "2026-01-31")).toEqual(["2026-01-31"]);
});
