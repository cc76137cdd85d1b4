import { expect, test } from "vitest";
import { filterOf, isFiltered } from "./filter";

test("what the server would refuse is not asked for", () => {
  const filter = filterOf({ status: "done", kind: "image", from: "yesterday", to: "2026-01-31", model: "" });
  expect(filter).toEqual({ kind: "image", to: "2026-01-31" });
  expect(isFiltered(filter)).toBe(true);
  expect(isFiltered(filterOf({ status: "running" }))).toBe(false);
});
