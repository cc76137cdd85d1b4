import { expect, test } from "vitest";
import { less, rate, sum } from "./price";

test("a price names what it is for", () => {
  expect(rate({ from: "0.03", to: "0.03", per: "output" }, "image")).toBe("$0.03 per picture");
  expect(rate({ from: "0.16", to: "0.40", per: "output" }, "video")).toBe("$0.16 to $0.40 per clip");
  expect(rate({ from: "0.1", per: "thousand_characters" }, "audio")).toBe("$0.10 per 1,000 characters");
});

test("sums are exact", () => {
  expect(sum(["0.1", "0.2"])).toBe("0.3");
  expect(sum(["0.281232", "0.05", "1"])).toBe("1.331232");
  expect(sum(["0.5", "-0.75"])).toBe("-0.25");
  expect(sum(["1.50", "0.5"])).toBe("2");
  expect(sum([])).toBe("0");
});

test("amounts are compared by what they are worth", () => {
  expect(less("0.09", "0.1")).toBe(-1);
  expect(less("0.10", "0.1")).toBe(0);
  expect(less("10", "9.5")).toBe(1);
});
