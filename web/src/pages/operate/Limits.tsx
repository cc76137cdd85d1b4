/** Which bounds callers are held to, where each comes from, and where it is changed. */
import { Code, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { PageLink } from "../../parts/links";
import { More } from "../../parts/More";
import { Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { size, usd } from "../../parts/words";
import { bound } from "./accounts/OpenJobs";
import { rateText } from "./keys/KeyDrawer";
import { allAccounts, limitsQuery, useKeyPages } from "./shared/calls";
import { Rows } from "./shared/Rows";
import type { Limits as InForce } from "./shared/types";

interface Limit {
  name: string;
  value: string;
  says: string;
  /** The setting that sets it; none where the program does. */
  setting?: string;
}

const many = (count: number) => count.toLocaleString("en-US");
/** A time of whole units, such as "1 h" or "90 s". */
function lasting(seconds: number): string {
  if (seconds % 3600 === 0) {
    return `${seconds / 3600} h`;
  }
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
const orAny = (count: number, any: string) => (count === 0 ? any : many(count));

function limits(found: InForce): { title: string; limits: Limit[] }[] {
  const { rate, tasks_ban } = found;
  return [
    {
      title: "What each key and account may do",
      limits: [
        {
          name: "Requests of a key",
          value: rate ? `${many(rate.per_second)} a second, ${many(rate.burst)} at once` : "Any number",
          says: "Where the key has no limit of its own. What looks and what makes are counted apart.",
          setting: "limits.requests_per_second, limits.requests_burst",
        },
        {
          name: "Open jobs of an account",
          value: orAny(found.open_jobs_per_account, "Any number"),
          says: "In one mode, where the account has no number of its own.",
          setting: "limits.open_jobs_per_account",
        },
        {
          name: "Jobs of one account at work",
          value: `${many(found.workers_per_account)} of ${many(found.workers)}`,
          says: "Further ones wait their turn, so that a noisy account does not make a quiet one wait.",
          setting: "engine.workers_per_account, engine.workers",
        },
        {
          name: "Uploaded files of an account",
          value:
            found.stored_upload_bytes_per_account === 0
              ? "As much as the disk holds"
              : size(found.stored_upload_bytes_per_account),
          says: "Together.",
          setting: "limits.stored_upload_bytes_per_account",
        },
        {
          name: "Ban in the tasks dialect",
          value: tasks_ban
            ? `${lasting(tasks_ban.ban_s)} above ${many(tasks_ban.per_second)} requests a second`
            : "Never",
          says: "As clients of that dialect know it.",
        },
      ],
    },
    {
      title: "How large things may be",
      limits: [
        {
          name: "Body of a call that orders work",
          value: size(found.body_bytes_max),
          says: "Larger files are uploaded first.",
          setting: "limits.body_bytes_max",
        },
        {
          name: "Uploaded file",
          value: size(found.upload_bytes_max),
          says: "One file.",
          setting: "limits.upload_bytes_max",
        },
        {
          name: "File that a job starts from",
          value: size(found.input_bytes_max),
          says: "Where its model does not say.",
          setting: "limits.input_bytes_max",
        },
        {
          name: "Result file",
          value: size(found.result_bytes_max),
          says: "What is larger is not copied, and its job fails uncharged.",
          setting: "engine.result_bytes_max",
        },
      ],
    },
    {
      title: "What the server does at a time",
      limits: [
        {
          name: "Requests on their way in",
          value: many(found.requests_at_once),
          says: `At most ${many(found.large_bodies_at_once)} of them with large bodies.`,
        },
        { name: "Uploads on their way in", value: many(found.uploads_at_once), says: "Others wait." },
        {
          name: "Longest stay in the queue",
          value: lasting(found.queue_stay_max_s),
          says: "Then a job fails uncharged.",
          setting: "engine.queue_stay_max_s",
        },
        {
          name: "A lost answer waits for an operator from",
          value: usd(found.operator_from_usd),
          says: "Below this price it fails uncharged by itself.",
          setting: "engine.operator_from_usd",
        },
      ],
    },
  ];
}

export function Limits() {
  const { data, isPending, isError, error, refetch } = useQuery(limitsQuery);
  return (
    <Page
      title="Limits"
      lead={
        <>
          Those of the server come from its settings and are read at its start: in <Code>spool.toml</Code>,
          the environment or <Code>--set</Code>. <Code>spool check-config</Code> prints what counts and where
          it came from.
        </>
      }
    >
      {isPending && <Waiting what="the limits" />}
      {isError && <Trouble error={error} again={() => refetch()} />}
      {data && limits(data).map((group) => <Group key={group.title} {...group} />)}
      <OwnBounds usual={data?.open_jobs_per_account} />
      <OwnRates />
    </Page>
  );
}

function Section({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Title order={2} size="h4">
        {title}
      </Title>
      {lead && (
        <Text size="sm" c="dimmed">
          {lead}
        </Text>
      )}
      {children}
    </Stack>
  );
}

function Group({ title, limits }: { title: string; limits: Limit[] }) {
  return (
    <Section title={title}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm">
        {limits.map(({ name, value, says, setting }) => (
          <Paper withBorder p="sm" key={name}>
            <Text size="sm" c="dimmed">
              {name}
            </Text>
            <Text fw={650}>{value}</Text>
            <Text size="xs" mt={4}>
              {says}
            </Text>
            <Text size="xs" c="dimmed" mt={4} style={{ overflowWrap: "anywhere" }}>
              {setting
                ? setting.split(", ").map((name) => <Code key={name}>{name} </Code>)
                : "Fixed in this release"}
            </Text>
          </Paper>
        ))}
      </SimpleGrid>
    </Section>
  );
}

function OwnBounds({ usual }: { usual: number | undefined }) {
  const { data, isError, error, refetch } = useQuery(allAccounts);
  const own = data?.filter(({ open_jobs_max }) => open_jobs_max !== null);
  return (
    <Section title="Accounts with a bound of their own" lead="How many jobs they may have open at a time.">
      {isError && <Trouble error={error} again={() => refetch()} />}
      {own?.length === 0 && <Text size="sm">None. All have {bound(null, usual).toLowerCase()}.</Text>}
      {own && own.length > 0 && (
        <Rows
          label="Accounts with a bound of their own"
          columns={[
            {
              title: "Account",
              cell: ({ id, name }) => (
                <PageLink size="sm" to="/operate/accounts" search={{ account: String(id) }}>
                  {name} (No. {id})
                </PageLink>
              ),
            },
            { title: "Open jobs", cell: ({ open_jobs_max }) => bound(open_jobs_max, usual) },
          ]}
          items={own}
          id={({ id }) => id}
        />
      )}
    </Section>
  );
}

function OwnRates() {
  const pages = useKeyPages({ limit: 100 });
  const own = pages.items?.filter(({ rate, state }) => rate !== null && state === "active");
  return (
    <Section title="Keys with a limit of their own" lead="How many requests they may make.">
      {pages.isLoadingError && <Trouble error={pages.error} again={() => pages.refetch()} />}
      {own?.length === 0 && !pages.hasNextPage && <Text size="sm">None. All go by the server's limit.</Text>}
      {own && own.length > 0 && (
        <Rows
          label="Keys with a limit of their own"
          columns={[
            {
              title: "Key",
              cell: ({ id, name }) => (
                <PageLink size="sm" to="/operate/keys" search={{ key: id }}>
                  {name || id}
                </PageLink>
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
            { title: "Requests", cell: ({ rate }) => rateText(rate) },
          ]}
          items={own}
          id={({ id }) => id}
        />
      )}
      <More pages={pages} />
    </Section>
  );
}
