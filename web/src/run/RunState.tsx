/** How a run goes: its step, its progress and its time while it is open, and what kept it from its end. */
import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { IconAlertTriangle, IconPlayerStop } from "@tabler/icons-react";
import { useState } from "react";
import { span, words } from "../parts/words";
import { failureOf } from "./failure";
import type { Run } from "./useRun";

interface Props {
  run: Run;
  /** What runs, for those who do not see where the button stands. */
  name: string;
  onCancel: () => void;
}

export function isOpen({ stage }: Run): boolean {
  return stage === "sending" || stage === "open";
}

/** The words for a step; what a provider does with a job is the same to whoever waits. */
function stepOf({ stage, phase, canceling }: Run): string {
  if (canceling) {
    return "Canceling";
  }
  return stage === "sending" ? "Sending" : words(phase ?? "queued");
}

export function RunState({ run, name, onCancel }: Props) {
  if (isOpen(run)) {
    return <Open run={run} name={name} onCancel={onCancel} />;
  }
  if (run.stage === "failed") {
    const { title, means } = failureOf(run);
    return (
      <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle />} title={title}>
        {run.fault?.message} {!run.job && means}
      </Alert>
    );
  }
  if (run.stage === "canceled") {
    return (
      <Alert color="gray" variant="light" role="status" title="Canceled; nothing was charged">
        {`Stopped after ${span((run.endedAt ?? 0) - (run.startedAt ?? 0))}.`}
      </Alert>
    );
  }
  return null;
}

function Open({ run, name, onCancel }: Props) {
  const [now, setNow] = useState(Date.now);
  useInterval(() => setNow(Date.now()), 1000, { autoInvoke: true });
  const step = stepOf(run);
  return (
    <Stack gap={6}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">
          <span role="status">{step}</span>
          {run.progress !== undefined && ` · ${run.progress} %`}
          {` · ${Math.max(0, Math.round((now - (run.startedAt ?? now)) / 1000))} s`}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlayerStop size={14} />}
          disabled={run.stage === "sending" || run.canceling}
          onClick={onCancel}
          aria-label={`Cancel ${name}`}
        >
          Cancel
        </Button>
      </Group>
      <Progress
        size="sm"
        value={run.progress ?? 100}
        animated={run.progress === undefined}
        striped={run.progress === undefined}
        aria-label={`Progress of ${name}`}
      />
      {run.fault && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {`It could not be canceled: ${run.fault.message}`}
        </Text>
      )}
    </Stack>
  );
}
