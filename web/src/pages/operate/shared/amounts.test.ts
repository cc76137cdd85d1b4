import { describe, expect, it } from "vitest";
import { change, isAmount, percent } from "./amounts";

describe("amounts", () => {
  it("that the API takes are above zero and have at most six decimals", () => {
    expect(["1", "0.5", "0.000001"].every(isAmount)).toBe(true);
    expect(["", "0", "0.00", "-1", "1.", ".5", "1.0000001", "1e3", "1,5"].some(isAmount)).toBe(false);
  });

  it("are compared with what was before", () => {
    expect(change(15n, 10n)).toBe("+50%");
    expect(change(10n, 10n)).toBe("±0%");
    expect(change(995n, 1000n)).toBe("−0.5%");
    expect(change(-10n, -20n)).toBe("+50%");
    expect(change(5n, 0n)).toBeUndefined();
  });

  it("are shares of a whole", () => {
    expect(percent(1n, 4n)).toBe(25);
    expect(percent(9n, 4n)).toBe(100);
    expect(percent(0n, 0n)).toBe(0);
    expect(percent(1n, 0n)).toBe(100);
  });
});
