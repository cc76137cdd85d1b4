/** One run of a model or a tool: sent, watched until its end, and canceled where asked. */
import { useCallback, useEffect, useReducer, useRef } from "react";
import { api } from "../api/client";
import { Fault } from "../api/fault";
import { isOpen } from "../api/library";
import type { components } from "../api/schema";
import { ENDS, PHASES } from "../parts/phases";
import { randomName } from "../parts/random";

/** What is to be made. */
export interface RunRequest {
  /** The id of a model; with `tool`, one of the tool's models. */
  model?: string;
  /** The id of a tool. */
  tool?: string;
  input: Record<string, unknown>;
}

/** A job as `/v1/jobs/{id}` tells it. */
export type Job = components["schemas"]["Job"]["data"];

/** How a run stands. */
export interface Run {
  stage: "idle" | "sending" | "open" | "succeeded" | "failed" | "canceled";
  /** With the prefix `job_`. */
  id?: string;
  /** The job's phase by its name in the history, such as `queued` or `storing`. */
  phase?: string;
  /** Percent, where the provider tells. */
  progress?: number;
  /** Whether it was asked to stop. */
  canceling: boolean;
  startedAt?: number;
  endedAt?: number;
  job?: Job;
  fault?: Fault;
}

const IDLE: Run = { stage: "idle", canceling: false };

type Step =
  | { is: "reset" }
  | { is: "sent"; at: number }
  | { is: "admitted"; id: string }
  | { is: "moved"; phase?: string; progress?: number }
  | { is: "canceling" }
  | { is: "goes on"; fault: Fault }
  | { is: "ended"; job: Job; at: number }
  | { is: "refused"; fault: Fault; at: number };

function step(run: Run, step: Step): Run {
  switch (step.is) {
    case "reset":
      return IDLE;
    case "sent":
      return { stage: "sending", canceling: false, startedAt: step.at };
    case "admitted":
      return { ...run, stage: "open", id: step.id, phase: "queued" };
    case "moved":
      return { ...run, phase: step.phase ?? run.phase, progress: step.progress ?? run.progress };
    case "canceling":
      return { ...run, canceling: true };
    case "goes on":
      return { ...run, canceling: false, fault: step.fault };
    case "refused":
      return { ...run, stage: "failed", fault: step.fault, endedAt: step.at };
    case "ended":
      return ended(run, step.job, step.at);
  }
}

function ended(run: Run, job: Job, at: number): Run {
  const over = { ...run, job, endedAt: at, canceling: false, fault: undefined };
  switch (job.status) {
    case "succeeded":
      return { ...over, stage: "succeeded", progress: 100 };
    case "cancelled":
      return { ...over, stage: "canceled" };
    default: {
      const { code, message } = job.error ?? { code: "unknown", message: "The job failed." };
      return { ...over, stage: "failed", fault: new Fault(message, 200, code) };
    }
  }
}

/** How long after a failed look it is looked again, milliseconds. */
const RETRY_MS = 2_000;

/** What a job's events are called. */
const STEPS = [...PHASES, "held", "progress"];

/** Watches a job until its end; the returned function stops watching. */
export function watchJob(
  id: string,
  moved: (phase?: string, progress?: number) => void,
  over: () => void,
): () => void {
  const source = new EventSource(`/v1/jobs/${id}/events`);
  const told = (event: MessageEvent<string>) => {
    const { kind, progress } = JSON.parse(event.data) as { kind: string; progress?: number };
    moved(kind === "progress" ? undefined : kind, progress);
    if (ENDS.some((end) => end === kind)) {
      source.close();
      over();
    }
  };
  for (const kind of STEPS) {
    source.addEventListener(kind, told);
  }
  source.onerror = () => {
    // It comes again by itself, unless the server said that there is nothing more.
    if (source.readyState === EventSource.CLOSED) {
      over();
    }
  };
  return () => source.close();
}

async function submit({ model, tool, input }: RunRequest, key: string): Promise<{ job_id: string }> {
  const headers = { "Idempotency-Key": key };
  if (tool) {
    const { data } = await api.POST("/v1/tools/{id}/run", {
      params: { path: { id: tool }, header: headers },
      body: { input, model, sync: false },
    });
    return data as { job_id: string };
  }
  const { data } = await api.POST("/v1/models/{model}/run", {
    params: { path: { model: model ?? "" }, header: headers },
    body: { input, sync: false },
  });
  return data as { job_id: string };
}

/** Whether the same call may do better in a while. */
function passes(error: unknown): boolean {
  return error instanceof Fault && (error.outcomeUnknown || error.status === 429);
}

async function fetchJob(id: string): Promise<Job> {
  const { data } = await api.GET("/v1/jobs/{id}", { params: { path: { id } } });
  return (data as { data: Job }).data;
}

/** A run of its own for a page; whatever it was before ends with the next `start`. */
export function useRun() {
  const [run, dispatch] = useReducer(step, IDLE);
  const stop = useRef<() => void>(undefined);
  // What comes of an older run is not told any more.
  const turn = useRef(0);
  // A request of which nobody knows whether it arrived. Sent again it is the same job, and paid once.
  const unanswered = useRef<{ text: string; key: string }>(undefined);
  const leave = useCallback(() => {
    turn.current++;
    stop.current?.();
  }, []);
  useEffect(() => leave, [leave]);

  const start = useCallback(async (request: RunRequest) => {
    stop.current?.();
    const mine = ++turn.current;
    const tell = (step: Step) => {
      if (turn.current === mine) {
        dispatch(step);
      }
    };
    const refused = (error: unknown) =>
      tell({
        is: "refused",
        fault: error instanceof Fault ? error : Fault.unreachable(error),
        at: Date.now(),
      });
    tell({ is: "sent", at: Date.now() });
    const text = JSON.stringify(request);
    const key = unanswered.current?.text === text ? unanswered.current.key : randomName();
    unanswered.current = { text, key };
    try {
      const { job_id } = await submit(request, key);
      unanswered.current = undefined;
      tell({ is: "admitted", id: job_id });
      if (turn.current !== mine) {
        return;
      }
      // The stream was cut off or refused, or the server was away: the job goes on without us.
      const later = () => {
        if (turn.current !== mine) {
          return;
        }
        const timer = setTimeout(watch, RETRY_MS);
        stop.current = () => clearTimeout(timer);
      };
      const over = () =>
        fetchJob(job_id).then(
          (job) => (isOpen(job) ? later() : tell({ is: "ended", job, at: Date.now() })),
          (error) => (passes(error) ? later() : refused(error)),
        );
      const watch = () => {
        if (turn.current === mine) {
          stop.current = watchJob(job_id, (phase, progress) => tell({ is: "moved", phase, progress }), over);
        }
      };
      watch();
    } catch (error) {
      if (error instanceof Fault && !error.outcomeUnknown) {
        unanswered.current = undefined;
      }
      refused(error);
    }
  }, []);

  const { id } = run;
  const cancel = useCallback(async () => {
    if (!id) {
      return;
    }
    dispatch({ is: "canceling" });
    try {
      // The end itself is told by the events.
      await api.DELETE("/v1/jobs/{id}", { params: { path: { id } } });
    } catch (error) {
      dispatch({ is: "goes on", fault: error instanceof Fault ? error : Fault.unreachable(error) });
    }
  }, [id]);

  const reset = useCallback(() => {
    leave();
    dispatch({ is: "reset" });
  }, [leave]);

  return { run, start, cancel, reset };
}
