/** One job with all that happened to it. */
import { Alert, Code, Drawer, Group, Stack, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Copied } from "../../../parts/Copy";
import { Facts } from "../../../parts/Facts";
import { PageLink } from "../../../parts/links";
import { Trouble, Waiting } from "../../../parts/Notes";
import { StatusBadge } from "../../../parts/StatusBadge";
import { moment, usd, words } from "../../../parts/words";
import { jobQuery } from "../shared/calls";
import { ModeBadge } from "../shared/ModeBadge";
import type { JobDetail } from "../shared/types";
import { Actions, isOver } from "./Actions";
import { Asked } from "./Asked";
import { Attempts, Entries, Events, Parts } from "./history";

export function JobDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="xl"
      title="Job"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {id !== undefined && <Whole id={id} key={id} />}
    </Drawer>
  );
}

function Whole({ id }: { id: string }) {
  const {
    data: job,
    isError,
    error,
    refetch,
  } = useQuery({
    ...jobQuery(id),
    // An open job goes on while one looks.
    refetchInterval: ({ state }) => (state.data && !isOver(state.data) ? 3_000 : false),
  });
  if (isError) {
    return <Trouble error={error} again={() => refetch()} />;
  }
  if (!job) {
    return <Waiting what="the job" />;
  }
  return (
    <Stack gap="lg">
      <Stack gap="xs">
        <Group gap="xs">
          <Title order={2} size="h3" style={{ overflowWrap: "anywhere" }}>
            {job.model}
          </Title>
          <StatusBadge status={job.phase} />
          <ModeBadge mode={job.mode} />
        </Group>
        <Copied text={job.id} />
      </Stack>
      {job.cancel_asked && !isOver(job) && (
        <Alert color="blue" variant="light" title="Cancel is asked for">
          The provider's answer decides; until then the job goes on.
        </Alert>
      )}
      <Failure job={job} />
      <Actions job={job} />
      <About job={job} />
      {job.parts.length > 0 && (
        <Section title="Parts">
          <Parts parts={job.parts} />
        </Section>
      )}
      <Section title="Attempts">
        <Attempts attempts={job.attempts} />
      </Section>
      <Section title="Entries">
        <Entries entries={job.entries} />
      </Section>
      <Section title="Events">
        <Events events={job.events} />
      </Section>
      <Section title="What was asked for">
        <Asked id={job.id} />
      </Section>
    </Stack>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Title order={3} size="h4">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

function Failure({ job }: { job: JobDetail }) {
  const { code, message } = job.fault ?? {};
  return code === undefined ? null : (
    <Alert color="red" variant="light" title={String(message)}>
      <Code>{String(code)}</Code>
    </Alert>
  );
}

function About({ job }: { job: JobDetail }) {
  const facts: [string, ReactNode][] = [
    [
      "Account",
      <PageLink size="sm" key="account" to="/operate/accounts" search={{ account: String(job.account) }}>
        No. {job.account}
      </PageLink>,
    ],
    [
      "Key",
      <PageLink size="sm" key="key" to="/operate/keys" search={{ key: job.key }}>
        {job.key}
      </PageLink>,
    ],
    ["Price", usd(job.price_usd)],
    ["Charged", job.charged_usd === null ? "Not yet" : usd(job.charged_usd)],
    ["Outputs", job.count],
    ["Provider", job.provider ?? "–"],
    ["Dialect", job.dialect],
    ["Ordered", moment(job.created_at)],
    [`${words(job.phase)} since`, moment(job.phase_since)],
  ];
  if (job.ended_at === null) {
    facts.push(["Looked at again", moment(job.due_at)]);
    facts.push(["Progress", job.progress === null ? "–" : `${job.progress}%`]);
  }
  if (job.part_of) {
    facts.push([
      "Part of",
      <PageLink size="sm" key="part" to="/operate/jobs" search={{ job: job.part_of }} ff="monospace">
        {job.part_of}
      </PageLink>,
    ]);
  }
  return <Facts facts={facts} />;
}
