import { expect, it } from "vitest";
import { said } from "./said";

it("particulars are told in words", () => {
  expect(said("ticket-17")).toBe("ticket-17");
  expect(said(null)).toBe("none");
  expect(said(false)).toBe("no");
  expect(said(["models:read", "jobs:read"])).toBe("models:read, jobs:read");
  expect(said({ per_second: 20, burst: 40 })).toBe("per second 20, burst 40");
  expect(said({ from: null, to: { per_second: 2, burst: 3 } })).toBe("none → per second 2, burst 3");
});
