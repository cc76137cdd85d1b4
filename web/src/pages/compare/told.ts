/** What the columns tell the page, and what stands out among them. */
import { exceeds } from "../../parts/money";
import type { Run } from "../../run/useRun";

/** What one model's column tells. */
export interface Told {
  /** The price of what would be run now, in dollars. */
  cost?: string;
  /** Why it cannot be run now. */
  why?: string;
  stage: Run["stage"];
  /** Milliseconds from admission to end, once it succeeded. */
  took?: number;
  /** In dollars, once it is known. */
  charged?: string;
}

export interface Marks {
  fastest: boolean;
  cheapest: boolean;
}

function compared(one: string, other: string): number {
  return exceeds(one, other) ? 1 : exceeds(other, one) ? -1 : 0;
}

/** The fastest and the cheapest of at least two that succeeded; where all are the same, none is. */
export function marks(told: Told[], one: Told | undefined): Marks {
  const done = told.filter(({ stage }) => stage === "succeeded");
  const best = <T>(of: (told: Told) => T | undefined, compare: (a: T, b: T) => number) => {
    const mine = one && of(one);
    const all = done.map(of).filter((value) => value !== undefined);
    return (
      mine !== undefined &&
      all.length > 1 &&
      all.every((other) => compare(mine, other) <= 0) &&
      all.some((other) => compare(mine, other) < 0)
    );
  };
  const succeeded = one?.stage === "succeeded";
  return {
    fastest:
      succeeded &&
      best(
        ({ took }) => took,
        (a, b) => a - b,
      ),
    cheapest: succeeded && best(({ charged }) => charged, compared),
  };
}
