/** The jobs of all accounts, and those that wait for a decision. */
import { Badge, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { PageLink } from "../../parts/links";
import { More } from "../../parts/More";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { StatusBadge } from "../../parts/StatusBadge";
import { ago, moment, usd } from "../../parts/words";
import { Filters } from "./jobs/Filters";
import { filterOf, type JobSearch } from "./jobs/filter";
import { Guide } from "./jobs/Guide";
import { JobDrawer } from "./jobs/JobDrawer";
import { useJobs, waitingQuery } from "./shared/calls";
import { ModeBadge } from "./shared/ModeBadge";
import { type Column, Rows } from "./shared/Rows";
import type { Job } from "./shared/types";

function columns(search: JobSearch): Column<Job>[] {
  return [
    {
      title: "Job",
      cell: ({ id }) => (
        <PageLink size="sm" to="/operate/jobs" search={{ ...search, job: id }} ff="monospace" title={id}>
          {id.slice(0, 10)}…
        </PageLink>
      ),
    },
    { title: "Phase", cell: ({ phase }) => <StatusBadge status={phase} /> },
    {
      title: "Model",
      cell: ({ model, part_of }) => (
        <>
          {model}
          {part_of && (
            <Text size="xs" c="dimmed">
              a part of a job
            </Text>
          )}
        </>
      ),
    },
    {
      title: "Provider",
      cell: ({ provider }) =>
        provider ?? (
          <Text c="dimmed" size="sm">
            –
          </Text>
        ),
    },
    {
      title: "Account",
      cell: ({ account }) => (
        <PageLink size="sm" to="/operate/accounts" search={{ account: String(account) }}>
          No. {account}
        </PageLink>
      ),
    },
    { title: "Mode", cell: ({ mode }) => <ModeBadge mode={mode} /> },
    { title: "Price", cell: ({ price_usd }) => usd(price_usd), right: true },
    { title: "Charged", cell: ({ charged_usd }) => usd(charged_usd), right: true },
    {
      title: "Ordered",
      cell: ({ created_at }) => (
        <time dateTime={created_at} title={moment(created_at)}>
          {ago(created_at)}
        </time>
      ),
    },
  ];
}

export function Jobs() {
  const search = useSearch({ from: "/shell/operate/jobs" });
  const navigate = useNavigate();
  const { job, ...filter } = search;
  const pages = useJobs(filterOf(filter));
  const { data: waiting } = useQuery(waitingQuery);
  const waits = filter.phase === "needs_operator";
  const count = waiting ? `${waiting.items.length}${waiting.next === null ? "" : "+"}` : undefined;
  return (
    <Page title="Jobs" lead="Of all accounts, the newest first. What was asked for stays out of sight.">
      <Tabs
        value={waits ? "waiting" : "all"}
        onChange={(tab) =>
          navigate({ to: "/operate/jobs", search: tab === "waiting" ? { phase: "needs_operator" } : {} })
        }
      >
        <Tabs.List>
          <Tabs.Tab value="all">All jobs</Tabs.Tab>
          <Tabs.Tab
            value="waiting"
            rightSection={
              count !== undefined && count !== "0" ? (
                <Badge size="sm" color="orange" variant="light">
                  {count}
                </Badge>
              ) : undefined
            }
          >
            Needs operator
          </Tabs.Tab>
        </Tabs.List>
      </Tabs>
      {waits && <Guide />}
      <Filters search={search} />
      {pages.isPending && <Waiting what="the jobs" />}
      {pages.isLoadingError && <Trouble error={pages.error} again={() => pages.refetch()} />}
      {pages.items?.length === 0 &&
        (waits ? (
          <Empty title="No job waits for you">Jobs come here when nobody can tell what became of them.</Empty>
        ) : (
          <Empty title="There are no such jobs">Clear the filters to see all.</Empty>
        ))}
      {pages.items && pages.items.length > 0 && (
        <Rows label="Jobs" columns={columns(search)} items={pages.items} id={({ id }) => id} />
      )}
      <More pages={pages} />
      <JobDrawer id={job} onClose={() => navigate({ to: "/operate/jobs", search: filter })} />
    </Page>
  );
}
