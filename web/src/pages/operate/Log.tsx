/** What operators did: who, what, to what. Lines are never changed or removed. */
import { Autocomplete, Button, Code, Group, SimpleGrid, Text, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { DayFields } from "../../parts/DayFields";
import { PageLink } from "../../parts/links";
import { More } from "../../parts/More";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { moment } from "../../parts/words";
import { Detail, Subject } from "./log/parts";
import { useLog } from "./shared/calls";
import { type Column, Rows } from "./shared/Rows";
import type { LogLine } from "./shared/types";

const ACTIONS = [
  "account",
  "account.create",
  "account.update",
  "account.credit",
  "account.open_jobs",
  "key",
  "key.create",
  "key.update",
  "key.rotate",
  "key.revoke",
  "key.budget",
  "credential",
  "credential.put",
  "credential.remove",
  "job",
  "job.adopt",
  "job.write_off",
  "job.cancel",
  "job.refund",
  "job.read_params",
];

const COLUMNS: Column<LogLine>[] = [
  { title: "Action", cell: ({ action }) => <Code>{action}</Code> },
  { title: "Subject", cell: ({ subject }) => <Subject subject={subject} /> },
  { title: "Particulars", cell: ({ detail }) => <Detail detail={detail} /> },
  {
    title: "Who",
    cell: ({ actor }) =>
      actor === "console" ? (
        <Text size="sm" title="The command line on the server's machine">
          console
        </Text>
      ) : (
        <PageLink size="sm" to="/operate/keys" search={{ key: actor }}>
          {actor}
        </PageLink>
      ),
  },
  { title: "When", cell: ({ at }) => <time dateTime={at}>{moment(at)}</time> },
];

export function Log() {
  const search = useSearch({ from: "/shell/operate/log" });
  const navigate = useNavigate();
  const pages = useLog(search);
  const change = (changed: Partial<typeof search>) =>
    navigate({ to: "/operate/log", search: { ...search, ...changed } });
  const set = (name: keyof typeof search) => (value: string) => change({ [name]: value.trim() || undefined });
  const filtered = Object.values(search).some(Boolean);
  return (
    <Page
      title="Audit log"
      lead="Everything that operators changed, and whose parameters they looked at. It holds no keys and no prompts."
    >
      <Group align="flex-end" gap="sm">
        <SimpleGrid cols={{ base: 2, md: 5 }} spacing="sm" verticalSpacing="xs" flex="1 1 20rem">
          <Autocomplete
            key={`action ${search.action}`}
            label="Action"
            placeholder="All"
            data={ACTIONS}
            defaultValue={search.action}
            onOptionSubmit={set("action")}
            onBlur={(event) => set("action")(event.currentTarget.value)}
          />
          <Written
            key={`subject ${search.subject}`}
            label="Subject"
            hint="account:7"
            value={search.subject}
            onChange={set("subject")}
          />
          <Written
            key={`actor ${search.actor}`}
            label="Who"
            hint="A key's id, or console"
            value={search.actor}
            onChange={set("actor")}
          />
          <DayFields from={search.from} to={search.to} set={change} />
        </SimpleGrid>
        <Button
          variant="default"
          disabled={!filtered}
          onClick={() => navigate({ to: "/operate/log", search: {} })}
        >
          Clear
        </Button>
      </Group>
      {pages.isPending && <Waiting what="the log" />}
      {pages.isLoadingError && <Trouble error={pages.error} again={() => pages.refetch()} />}
      {pages.items?.length === 0 && (
        <Empty title={filtered ? "There are no such lines" : "Nothing was done yet"} />
      )}
      {pages.items && pages.items.length > 0 && (
        <Rows label="Audit log" columns={COLUMNS} items={pages.items} id={({ n }) => n} />
      )}
      <More pages={pages} />
    </Page>
  );
}

/** A text that counts once it is written. */
function Written({
  label,
  hint,
  value = "",
  onChange,
}: {
  label: string;
  hint: string;
  value?: string;
  onChange: (value: string) => void;
}) {
  return (
    <TextInput
      label={label}
      placeholder={hint}
      defaultValue={value}
      maxLength={200}
      onBlur={(event) => {
        if (event.currentTarget.value.trim() !== value) {
          onChange(event.currentTarget.value);
        }
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter") {
          onChange(event.currentTarget.value);
        }
      }}
    />
  );
}
