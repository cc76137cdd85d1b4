/** What a run that went wrong means for whoever pays: only what is known is said. */
import type { Run } from "./useRun";

export function failureOf({ id, job, fault }: Run): { title: string; means: string } {
  if (job) {
    return { title: "Failed; nothing was charged", means: "Nothing was charged." };
  }
  if (id) {
    return {
      title: "Lost sight of",
      means: "The job may go on; the library shows what becomes of it.",
    };
  }
  if (fault?.outcomeUnknown) {
    return {
      title: "No answer",
      means: "Whether the order arrived is not known. Sent again as it is, it is the same job and paid once.",
    };
  }
  return { title: "Not started", means: "Nothing was charged." };
}
