import { expect, test } from "vitest";
import { exceeds, minus, sum } from "./money";

test("sums are exact", () => {
  expect(sum(["0.1", "0.2"])).toBe("0.3");
  expect(sum([])).toBe("0");
  expect(minus("1000", "0.281232")).toBe("999.718768");
  expect(minus("0.01", "0.03")).toBe("-0.02");
  expect(minus("5.00", "5")).toBe("0");
  expect(exceeds("0.03", "0.029999")).toBe(true);
  expect(exceeds("9", "10")).toBe(false);
});
