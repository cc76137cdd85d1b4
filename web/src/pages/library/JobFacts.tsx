/** What a job is, in a few lines. */
import { Code, Group, Paper, Stack, Title } from "@mantine/core";
import type { LibraryJob } from "../../api/library";
import { Copy } from "../../parts/Copy";
import { Facts } from "../../parts/Facts";
import { StatusBadge } from "../../parts/StatusBadge";
import { moment } from "../../parts/words";
import { lasted } from "./lasted";

export function JobFacts({ job }: { job: LibraryJob }) {
  const { id, phase, status, model, model_asked, dialect, key, key_name, mode, count } = job;
  return (
    <Stack component="section" gap="sm" aria-labelledby="job">
      <Title order={2} size="h4" id="job">
        Job
      </Title>
      <Paper withBorder p="md">
        <Facts
          facts={[
            [
              "Id",
              <Group key="id" gap="xs" wrap="nowrap">
                <Code className="anywhere">{id}</Code>
                <Copy value={id} what="the job's id" />
              </Group>,
            ],
            ["Status", <StatusBadge key="status" status={phase === "needs_operator" ? phase : status} />],
            ["Model", model === model_asked ? model : `${model} (ordered as ${model_asked})`],
            ["Ordered through", dialect],
            ["With the key", key_name || key],
            ["Mode", mode],
            ["Outputs ordered", count],
            ["Ordered", moment(job.created_at)],
            ["Over", moment(job.ended_at)],
            ["Took", job.ended_at ? lasted(job.created_at, job.ended_at) : "–"],
          ]}
        />
      </Paper>
    </Stack>
  );
}
