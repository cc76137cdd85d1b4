import { expect, it } from "vitest";
import { PRESETS, presetOf, unfit } from "./scopes";

it("a set is known by what is in it, whatever the order", () => {
  for (const { name, scopes } of PRESETS) {
    expect(presetOf([...scopes].reverse())).toBe(name);
  }
  expect(presetOf(["models:read"])).toBe("own");
});

it("a test key gets no admin, and no key nothing", () => {
  expect(unfit(["admin"], "test")).toMatch(/test key/);
  expect(unfit(["admin"], "live")).toBeUndefined();
  expect(unfit([], "live")).toMatch(/at least one/);
});
