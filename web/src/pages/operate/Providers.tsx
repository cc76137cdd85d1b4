/** The providers: which are set up, how they do, and with which credentials. */
import { Alert, Badge, Code, Group, SegmentedControl, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { PageLink } from "../../parts/links";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { moment, span } from "../../parts/words";
import { ProviderDrawer } from "./providers/ProviderDrawer";
import { SAFETY_SHORT, stateOf } from "./providers/words";
import { providersQuery } from "./shared/calls";
import { type Column, Rows } from "./shared/Rows";
import type { Orphan, Provider } from "./shared/types";

export function ProviderState({ provider }: { provider: Provider }) {
  const { says, color } = stateOf(provider);
  return (
    <Badge size="sm" variant="light" color={color} tt="none" miw="max-content">
      {says}
    </Badge>
  );
}

const NONE = (
  <Text c="dimmed" size="sm">
    –
  </Text>
);

const COLUMNS: Column<Provider>[] = [
  {
    title: "Provider",
    cell: ({ name }) => (
      <PageLink size="sm" to="/operate/providers" search={{ provider: name }} fw={600}>
        {name}
      </PageLink>
    ),
  },
  { title: "State", cell: (provider) => <ProviderState provider={provider} /> },
  {
    title: "Credentials",
    cell: ({ credentials }) => credentials.filter(({ state }) => state !== "covered").length || NONE,
    right: true,
  },
  {
    title: "Last outcomes",
    cell: ({ health }) =>
      health ? `${Math.round(health.success_rate * 100)}% of ${health.attempts} well` : NONE,
  },
  {
    title: "Typical time",
    cell: ({ health }) => (health?.typical_ms === undefined ? NONE : span(health.typical_ms)),
    right: true,
  },
  { title: "Open jobs", cell: ({ gate }) => (gate ? gate.open_jobs : NONE), right: true },
  {
    title: "Lost answers",
    cell: ({ safety }) =>
      safety ? (
        <Text size="sm" style={{ whiteSpace: "nowrap" }}>
          {SAFETY_SHORT[safety]}
        </Text>
      ) : (
        NONE
      ),
  },
  { title: "Routes", cell: ({ routes }) => routes, right: true },
  { title: "Verified on", cell: ({ verified_on }) => verified_on ?? NONE },
];

export function Providers() {
  const { data, isPending, isError, error, refetch } = useQuery({
    ...providersQuery,
    refetchInterval: 15_000,
  });
  const { provider } = useSearch({ from: "/shell/operate/providers" });
  const navigate = useNavigate();
  const [search, setSearch] = useState("");
  const [which, setWhich] = useState("all");
  const shown = data?.items
    .filter(({ name, set_up }) => name.includes(search.trim().toLowerCase()) && (which === "all" || set_up))
    .sort((a, b) => Number(b.set_up) - Number(a.set_up) || a.name.localeCompare(b.name));
  return (
    <Page
      title="Providers"
      lead="Live jobs go to those that are set up: with a credential, or with a base URL of their own. Test jobs go to the sandbox."
    >
      {data && !data.can_seal && <NoMasterKey />}
      <Group gap="sm">
        <TextInput
          aria-label="Search providers"
          placeholder="Search"
          leftSection={<IconSearch size={16} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          w={{ base: "100%", xs: 240 }}
        />
        <SegmentedControl
          aria-label="Which providers"
          value={which}
          onChange={setWhich}
          data={[
            { value: "all", label: "All" },
            { value: "set-up", label: `Set up (${data?.items.filter(({ set_up }) => set_up).length ?? 0})` },
          ]}
        />
      </Group>
      {isPending && <Waiting what="the providers" />}
      {isError && <Trouble error={error} again={() => refetch()} />}
      {shown?.length === 0 &&
        (which === "set-up" && search === "" ? (
          <Empty title="No provider is set up">Open one, and give it a credential.</Empty>
        ) : (
          <Empty title="No provider is called that" />
        ))}
      {shown && shown.length > 0 && (
        <Rows label="Providers" columns={COLUMNS} items={shown} id={({ name }) => name} />
      )}
      {data && <Orphans orphans={data.orphans} />}
      <ProviderDrawer
        provider={data?.items.find(({ name }) => name === provider)}
        canSeal={data?.can_seal ?? false}
        onClose={() => navigate({ to: "/operate/providers", search: {} })}
      />
    </Page>
  );
}

function NoMasterKey() {
  return (
    <Alert color="blue" variant="light" title="Credentials cannot be added here yet">
      <Text size="sm">
        They are kept sealed, and this server has no master key. Make one with{" "}
        <Code>spool master-key new FILE</Code>, outside of the data folder, name it in the setting{" "}
        <Code>secrets.master_key_file</Code>, and start the server again. Credentials in the settings work
        without.
      </Text>
    </Alert>
  );
}

function Orphans({ orphans }: { orphans: Orphan[] }) {
  return (
    <Stack gap="xs" component="section" aria-label="Orphans">
      <Title order={2} size="h4">
        Orphans
      </Title>
      <Text size="sm" c="dimmed">
        Jobs that the providers' own lists showed since the start and this server does not know. They may have
        been made by somebody else with the same credential.
      </Text>
      {orphans.length === 0 ? (
        <Text size="sm">There are none.</Text>
      ) : (
        <Rows
          label="Orphans"
          columns={[
            { title: "Provider's job", cell: ({ provider_job }) => <Code>{provider_job}</Code> },
            { title: "Provider", cell: ({ provider }) => provider },
            { title: "Credential", cell: ({ credential }) => credential },
            {
              title: "Made",
              cell: ({ created_at }) =>
                created_at === undefined ? "–" : moment(new Date(created_at * 1000).toISOString()),
            },
          ]}
          items={orphans}
          id={({ provider, provider_job }) => `${provider} ${provider_job}`}
        />
      )}
    </Stack>
  );
}
