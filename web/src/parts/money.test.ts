import { expect, test } from "vitest";
import { decimal, exceeds, micro, minus, sum } from "./money";

test("amounts are read and written exactly", () => {
  for (const text of ["0.00", "0.04", "12.000001", "-3.50", "123456789.123456"]) {
    expect(decimal(micro(text))).toBe(text);
  }
  expect(micro("5")).toBe(5_000_000n);
});

test("sums are exact", () => {
  expect(sum(["0.1", "0.2"])).toBe("0.30");
  expect(sum([])).toBe("0.00");
  expect(minus("1000", "0.281232")).toBe("999.718768");
  expect(minus("0.01", "0.03")).toBe("-0.02");
  expect(minus("5.00", "5")).toBe("0.00");
  expect(exceeds("0.03", "0.029999")).toBe(true);
  expect(exceeds("9", "10")).toBe(false);
});
