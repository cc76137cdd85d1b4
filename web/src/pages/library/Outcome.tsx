/** What became of the job: its results, why there are none, or how far it is. */
import { Alert, Button, Group, Paper, Progress, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconPlayerStop } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client";
import { isOpen, type LibraryJob } from "../../api/library";
import { Results } from "../../media/Results";
import { Trouble } from "../../parts/Notes";
import { ago, words } from "../../parts/words";

export function Outcome({ job, moved }: { job: LibraryJob; moved: { phase: string; progress?: number } }) {
  return (
    <Stack component="section" gap="sm" aria-labelledby="result">
      <Title order={2} size="h4" id="result">
        Result
      </Title>
      {isOpen(job) ? (
        <Open job={job} moved={moved} />
      ) : job.status === "succeeded" ? (
        <Results
          outputs={job.outputs}
          of={{ model: job.model, input: job.input, job: `job_${job.id}`, files: job.files }}
        />
      ) : job.status === "failed" ? (
        <Alert
          color="red"
          variant="light"
          icon={<IconAlertTriangle />}
          title={job.error?.message ?? "It failed."}
        >
          <Text size="sm">
            <code>{job.error?.code}</code>. Nothing was charged.
          </Text>
        </Alert>
      ) : (
        <Alert color="gray" variant="light" title="It was canceled">
          <Text size="sm">Nothing was charged.</Text>
        </Alert>
      )}
    </Stack>
  );
}

const WAITS: Record<string, string> = {
  queued: "Waits for its turn.",
  submitting: "Is being handed to a provider.",
  running: "The provider is at it.",
  storing: "It is made, and its files are being copied here.",
  reconciling: "The provider's answer was lost; whether it took the job is being looked up.",
  needs_operator: "Whether the provider took the job is unknown. An operator of this server decides.",
};

function Open({ job, moved }: { job: LibraryJob; moved: { phase: string; progress?: number } }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => api.DELETE("/v1/jobs/{id}", { params: { path: { id: `job_${job.id}` } } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["library", "job"] }),
  });
  const goesOn = cancel.isSuccess;
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <div role="status">
            <Text fw={600}>
              {words(moved.phase)}
              {moved.progress !== undefined && `, ${moved.progress} %`}
            </Text>
            <Text size="sm" c="dimmed">
              {WAITS[moved.phase]}
            </Text>
          </div>
          <Button
            variant="default"
            leftSection={<IconPlayerStop size={16} />}
            loading={cancel.isPending}
            onClick={() => cancel.mutate()}
          >
            Cancel the job
          </Button>
        </Group>
        <Progress
          value={moved.progress ?? 100}
          animated={moved.progress === undefined}
          color={moved.progress === undefined ? "gray" : undefined}
          aria-label={moved.progress === undefined ? "Under way" : "Progress, percent"}
        />
        <Text size="sm" c="dimmed">
          Ordered {ago(job.created_at)}.
        </Text>
        {goesOn && (
          <Alert color="gray" variant="light" role="status">
            The provider was asked to stop and has not confirmed it yet. Until then the job goes on.
          </Alert>
        )}
        {cancel.error && <Trouble error={cancel.error} />}
      </Stack>
    </Paper>
  );
}
