import { expect, test } from "vitest";
import { rate } from "./price";

test("a price names what it is for", () => {
  expect(rate({ from: "0.03", to: "0.03", per: "output" }, "image")).toBe("$0.03 per picture");
  expect(rate({ from: "0.16", to: "0.40", per: "output" }, "video")).toBe("$0.16 to $0.40 per clip");
  expect(rate({ from: "0.1", per: "thousand_characters" }, "audio")).toBe("$0.10 per 1,000 characters");
});
