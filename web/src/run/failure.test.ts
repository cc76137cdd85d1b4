import { describe, expect, it } from "vitest";
import { Fault } from "../api/fault";
import { failureOf } from "./failure";
import type { Job, Run } from "./useRun";

const failed: Run = { stage: "failed", canceling: false };
const fault = (status: number) => new Fault("It went wrong.", status, "wrong");

describe("what a failure means", () => {
  it("promises that nothing was charged only where that is known", () => {
    const means = (run: Partial<Run>) => failureOf({ ...failed, ...run }).means;
    expect(means({ id: "job_1", job: { status: "failed" } as Job, fault: fault(200) })).toBe(
      "Nothing was charged.",
    );
    for (const status of [400, 402, 429]) {
      expect(means({ fault: fault(status) })).toBe("Nothing was charged.");
    }
    for (const status of [0, 500, 502]) {
      expect(means({ fault: fault(status) })).toContain("not known");
    }
    expect(means({ id: "job_1", fault: fault(401) })).toContain("may go on");
  });
});
