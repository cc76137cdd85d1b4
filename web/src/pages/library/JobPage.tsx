/** One job with all that is known of it. */
import { Grid, Stack } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { Fault } from "../../api/fault";
import { isOpen, type LibraryJob } from "../../api/library";
import { may, useSession } from "../../api/session";
import { PageLink } from "../../parts/links";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { StatusBadge } from "../../parts/StatusBadge";
import { Again } from "./Again";
import { Costs } from "./Costs";
import { Exchange } from "./Exchange";
import { Inputs } from "./Inputs";
import { JobDeliveries } from "./JobDeliveries";
import { JobFacts } from "./JobFacts";
import { Outcome } from "./Outcome";
import { Timeline } from "./Timeline";
import { useJob } from "./useJob";

export function JobPage() {
  const { id } = useParams({ from: "/shell/library/$id" });
  const { job, error, again, moved } = useJob(id);
  if (job) {
    return <Loaded job={job} moved={moved} />;
  }
  return (
    <Page title="Job">
      {error instanceof Fault && error.status === 404 ? (
        <Empty title="There is no such job">
          No job of this account and mode has the id {id}. <PageLink to="/library">To the library</PageLink>
        </Empty>
      ) : error ? (
        <Trouble error={error} again={again} />
      ) : (
        <Waiting what="the job" />
      )}
    </Page>
  );
}

function Loaded({ job, moved }: { job: LibraryJob; moved: { phase: string; progress?: number } }) {
  const session = useSession();
  return (
    <Page
      title={job.model}
      lead={
        <>
          <PageLink to="/library" inherit underline="always">
            Library
          </PageLink>{" "}
          / job {job.id.slice(0, 8)}… <StatusBadge status={job.status} />
        </>
      }
      aside={<Again job={job} />}
    >
      <Grid gap="xl">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="xl">
            <Outcome job={job} moved={moved} />
            <Inputs job={job} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="xl">
            <JobFacts job={job} />
            <Costs job={job} statement={may(session, "account:read")} />
          </Stack>
        </Grid.Col>
      </Grid>
      <Timeline job={job} />
      {may(session, "webhooks:manage") && <JobDeliveries id={job.id} open={isOpen(job)} />}
      <Exchange job={job} />
    </Page>
  );
}
