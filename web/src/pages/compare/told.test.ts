import { expect, test } from "vitest";
import { marks, type Told } from "./told";

const done = (took: number, charged: string): Told => ({ stage: "succeeded", took, charged });

test("the fastest and the cheapest of those that succeeded are marked", () => {
  const quick = done(100, "0.10");
  const cheap = done(300, "0.09");
  const failed: Told = { stage: "failed" };
  const all = [quick, cheap, failed];
  expect(marks(all, quick)).toEqual({ fastest: true, cheapest: false });
  expect(marks(all, cheap)).toEqual({ fastest: false, cheapest: true });
  expect(marks(all, failed)).toEqual({ fastest: false, cheapest: false });
});

test("one alone wins nothing, and neither do equals", () => {
  const one = done(100, "0.1");
  expect(marks([one], one)).toEqual({ fastest: false, cheapest: false });
  expect(marks([one, done(100, "0.10")], one)).toEqual({ fastest: false, cheapest: false });
});

test("what runs again is out until it has ended", () => {
  const again: Told = { ...done(10, "0.01"), stage: "open" };
  const other = done(100, "0.10");
  expect(marks([again, other, done(90, "0.10")], again)).toEqual({ fastest: false, cheapest: false });
  expect(marks([again, other], other)).toEqual({ fastest: false, cheapest: false });
});
