/** How a run stands, what it made, and what was made before on this page. */
import { Alert, Anchor, Button, Group, Progress, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconBan, IconReload, IconSeeding } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { randomSeed } from "../../form/fields/NumberField";
import type { Spec } from "../../form/schema";
import { Empty, Waiting } from "../../parts/Notes";
import { span } from "../../parts/words";
import { failureOf } from "../../run/failure";
import type { Job, Run } from "../../run/useRun";
import { fetchEarlier } from "./earlier";
import { KIND_ICONS } from "./ModelCard";
import classes from "./RunView.module.css";

// Loaded with the first result.
const Results = lazy(() => import("../../media/Results").then(({ Results }) => ({ default: Results })));

type Input = Record<string, unknown>;

/** A run of this page that is over. */
export interface Ended {
  job: Job;
  input: Input;
}

const PHASES: Record<string, string> = {
  queued: "Waiting for its turn",
  submitting: "Being sent to the provider",
  running: "Being made",
  storing: "Being copied to this server",
  reconciling: "The provider's answer was lost; it is being looked for",
  needs_operator: "Nobody can tell what became of it; the operator has to look",
  held: "Waiting for its turn",
};

export function RunView({
  model,
  spec,
  run,
  sent,
  runs,
  onCancel,
  onRun,
}: {
  model: string;
  spec: Spec;
  run: Run;
  /** What the current run was asked for with. */
  sent: Input;
  runs: Ended[];
  onCancel(): void;
  onRun(input: Input): void;
}) {
  const [chosen, choose] = useState<string>();
  const busy = run.stage === "sending" || run.stage === "open";
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new run is what one wants to see
  useEffect(() => choose(undefined), [run.id, run.stage]);
  const shown = runs.find(({ job }) => job.job_id === (chosen ?? run.id));
  const again = (input: Input) => !busy && onRun(input);
  return (
    <Stack>
      {!chosen && busy && <UnderWay run={run} onCancel={onCancel} />}
      {!chosen && run.stage === "failed" && <Failed run={run} onAgain={() => again(sent)} />}
      {!chosen && run.stage === "canceled" && (
        <Alert color="gray" icon={<IconBan />} title="Canceled" role="status">
          Nothing was charged.
        </Alert>
      )}
      {shown?.job.status === "succeeded" && (
        <Made key={shown.job.job_id} model={model} spec={spec} run={shown} disabled={busy} onRun={again} />
      )}
      {!chosen && run.stage === "idle" && (
        <Empty title="Nothing made yet">What you run appears here, and in the library.</Empty>
      )}
      <Strip runs={runs} chosen={shown?.job.job_id} onChoose={choose} />
    </Stack>
  );
}

/** Seconds since a run began, while it lasts. */
function useElapsed(since: number | undefined): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return since === undefined ? 0 : Math.max(0, Math.floor((now - since) / 1000));
}

function UnderWay({ run, onCancel }: { run: Run; onCancel(): void }) {
  const seconds = useElapsed(run.startedAt);
  const phase = run.canceling ? "Being canceled" : (PHASES[run.phase ?? ""] ?? "Being sent");
  return (
    <div className={classes.way}>
      <Group justify="space-between" wrap="nowrap">
        <Text fw={600} role="status">
          {phase}
          {run.progress === undefined ? "" : `, ${run.progress} %`}
        </Text>
        <Text size="sm" c="dimmed" className={classes.time}>
          {seconds < 60 ? `${seconds} s` : span(seconds * 1000)}
        </Text>
      </Group>
      <Progress
        my="sm"
        value={run.progress ?? 100}
        animated={run.progress === undefined}
        striped={run.progress === undefined}
        aria-label={phase}
      />
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          You may leave this page: the job goes on, and its result will be in the{" "}
          <Anchor component={Link} to="/library" size="xs" underline="always">
            library
          </Anchor>
          .
        </Text>
        <Button size="xs" variant="default" onClick={onCancel} disabled={!run.id || run.canceling}>
          Cancel
        </Button>
      </Group>
      {run.fault && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert" mt="xs">
          {run.fault.message}
        </Text>
      )}
    </div>
  );
}

function Failed({ run, onAgain }: { run: Run; onAgain(): void }) {
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle />}
      title={run.fault?.message ?? "The job failed."}
      role="alert"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {run.fault?.code} · {failureOf(run).means}{" "}
          {run.id && (
            <Anchor
              component={Link}
              to={`/library/${run.id.replace(/^job_/, "")}`}
              size="sm"
              underline="always"
            >
              What happened
            </Anchor>
          )}
        </Text>
        <Button size="xs" variant="default" onClick={onAgain} leftSection={<IconReload size={14} />}>
          Try again
        </Button>
      </Stack>
    </Alert>
  );
}

/** A result, and ways to go on from it. */
function Made({
  model,
  spec,
  run: { job, input },
  disabled,
  onRun,
}: {
  model: string;
  spec: Spec;
  run: Ended;
  disabled: boolean;
  onRun(input: Input): void;
}) {
  const seeded = spec.properties?.seed?.type === "integer";
  // The library knows the seed if one was admitted.
  const { data } = useQuery({
    queryKey: ["earlier job", job.job_id],
    queryFn: () => fetchEarlier(job.job_id),
    enabled: seeded,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const seed = data?.input.seed ?? input.seed;
  const { seed: _, ...unseeded } = input;
  return (
    <Stack>
      <Suspense fallback={<Waiting what="the result" />}>
        <Results outputs={job.output?.items ?? []} of={{ model, input, job: job.job_id }} />
      </Suspense>
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          disabled={disabled}
          leftSection={<IconReload size={14} />}
          onClick={() => onRun(seeded ? unseeded : input)}
        >
          Run again
        </Button>
        {seeded && (
          <Button
            size="xs"
            variant="default"
            disabled={disabled}
            leftSection={<IconSeeding size={14} />}
            onClick={() =>
              onRun({
                ...input,
                seed: typeof seed === "number" ? seed : randomSeed(spec.properties?.seed ?? {}),
              })
            }
          >
            {typeof seed === "number" ? "Run again with the same seed" : "Run again with a fixed seed"}
          </Button>
        )}
        <Text size="xs" c="dimmed">
          {[typeof seed === "number" ? `Seed ${seed}` : undefined, span(job.duration_ms)]
            .filter(Boolean)
            .join(" · ")}
        </Text>
      </Group>
    </Stack>
  );
}

/** The runs of this page, the newest first. */
function Strip({
  runs,
  chosen,
  onChoose,
}: {
  runs: Ended[];
  chosen: string | undefined;
  onChoose(id: string): void;
}) {
  const made = runs.filter(({ job }) => job.status === "succeeded");
  if (made.length < 2) {
    return null;
  }
  return (
    <div>
      <Text size="xs" fw={600} c="dimmed" mb={6}>
        Runs of this page
      </Text>
      <div className={classes.strip}>
        {made.map(({ job }, at) => {
          const item = job.output?.items[0];
          const Icon = KIND_ICONS[item?.type ?? "image"];
          return (
            <UnstyledButton
              key={job.job_id}
              className={classes.thumb}
              aria-label={`Run ${made.length - at}`}
              aria-pressed={job.job_id === chosen}
              onClick={() => onChoose(job.job_id)}
            >
              {item?.type === "image" && item.url ? (
                <img src={item.url} alt="" />
              ) : (
                <Icon size={22} stroke={1.5} />
              )}
            </UnstyledButton>
          );
        })}
      </div>
    </div>
  );
}
