/** A job that is read again whenever it says that it moved. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { isOpen, readJob } from "../../api/library";
import { watchJob } from "../../run/useRun";

export function useJob(id: string) {
  const queries = useQueryClient();
  const {
    data: job,
    error,
    refetch,
  } = useQuery({
    queryKey: ["library", "job", id],
    queryFn: () => readJob(id),
    // Where the events are cut off, it is still noticed that it ended.
    refetchInterval: ({ state: { data } }) => (data && isOpen(data) ? 10_000 : false),
  });
  const [told, setTold] = useState<{ phase?: string; progress?: number }>({});
  const open = job !== undefined && isOpen(job);
  const bare = job?.id;
  useEffect(() => {
    if (!open || !bare) {
      return;
    }
    const again = () => void queries.invalidateQueries({ queryKey: ["library", "job", id] });
    return watchJob(
      `job_${bare}`,
      (phase, progress) => {
        setTold((before) => ({ phase: phase ?? before.phase, progress: progress ?? before.progress }));
        if (phase) {
          again();
        }
      },
      () => {
        again();
        // Its charge changes what there is to spend.
        void queries.invalidateQueries({ queryKey: ["get", "/v1/balance"] });
      },
    );
  }, [open, bare, id, queries]);
  const moved = {
    phase: told.phase ?? job?.phase ?? "queued",
    progress: told.progress ?? job?.progress ?? undefined,
  };
  return { job, error, again: () => void refetch(), moved };
}
