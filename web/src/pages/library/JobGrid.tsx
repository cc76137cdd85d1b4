/** Jobs as pictures of what they made. */
import { Badge, Group, Text } from "@mantine/core";
import type { LibraryItem } from "../../api/library";
import { PageLink } from "../../parts/links";
import { StatusBadge } from "../../parts/StatusBadge";
import { ago, moment, usd } from "../../parts/words";
import classes from "./JobGrid.module.css";
import { Look } from "./Look";

export function JobGrid({ jobs }: { jobs: LibraryItem[] }) {
  return (
    <ul className={classes.grid} aria-label="Jobs">
      {jobs.map((job) => (
        <li key={job.id} className={classes.card}>
          <div className={classes.look}>
            <Look job={job} size={148} />
            {job.outputs.length > 1 && (
              <Badge className={classes.count} color="dark" variant="filled" tt="none">
                {job.outputs.length} results
              </Badge>
            )}
          </div>
          <div className={classes.words}>
            <PageLink
              to="/library/$id"
              params={{ id: job.id }}
              className={classes.link}
              size="sm"
              c="inherit"
              fw={600}
              underline="never"
              lineClamp={2}
            >
              {job.prompt || job.model}
            </PageLink>
            <Text size="xs" c="dimmed" truncate title={job.model}>
              {job.model}
            </Text>
            <Group gap={6} justify="space-between" mt="auto">
              <StatusBadge status={job.status} />
              <Text size="xs">{usd(job.charged_usd ?? job.price_usd)}</Text>
            </Group>
            <Text size="xs" c="dimmed" title={moment(job.created_at)}>
              {ago(job.created_at)}
            </Text>
          </div>
        </li>
      ))}
    </ul>
  );
}
