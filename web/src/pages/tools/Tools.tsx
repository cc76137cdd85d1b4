/** All tools: one job each, without choosing a model first. */
import { Group, SegmentedControl, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { query } from "../../api/client";
import type { components } from "../../api/schema";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { rate } from "../../parts/price";
import classes from "./Tools.module.css";

type Tool = components["schemas"]["ToolSummary"];

const KINDS = [
  { value: "image", label: "Pictures" },
  { value: "video", label: "Clips" },
  { value: "audio", label: "Sounds" },
  { value: "text", label: "Texts" },
] as const;

function kindOf(text: string | undefined) {
  return KINDS.find(({ value }) => value === text)?.value;
}

export function Tools() {
  const { search, kind } = useSearch({ from: "/shell/tools" });
  const navigate = useNavigate();
  const [typed, setTyped] = useState(search ?? "");
  const change = (next: { search?: string; kind?: string }) =>
    navigate({ to: "/tools", search: { search, kind, ...next }, replace: true });
  const look = useDebouncedCallback((text: string) => void change({ search: text || undefined }), 250);
  const { data, error, refetch } = query.useQuery(
    "get",
    "/v1/tools",
    { params: { query: { search: search || undefined, kind: kindOf(kind), limit: 100 } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Page title="Tools" lead="Each does one thing and comes with a model. Another model can be chosen.">
      <Group gap="sm">
        <TextInput
          aria-label="Search the tools"
          placeholder="Search, such as background"
          type="search"
          leftSection={<IconSearch size={16} />}
          value={typed}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value);
            look(currentTarget.value);
          }}
          flex="1 1 14rem"
          maw={420}
        />
        <SegmentedControl
          aria-label="What is worked on"
          data={[{ value: "", label: "All" }, ...KINDS.slice(0, 3)]}
          value={kindOf(kind) ?? ""}
          onChange={(kind) => void change({ kind: kind || undefined })}
        />
      </Group>
      <Text role="status" className={classes.told}>
        {data ? `${data.total} ${data.total === 1 ? "tool" : "tools"}` : ""}
      </Text>
      {error ? (
        <Trouble error={error} again={() => void refetch()} />
      ) : !data ? (
        <Waiting what="the tools" />
      ) : data.total === 0 ? (
        <Empty title="No tool fits">
          <Link to="/tools" onClick={() => setTyped("")}>
            Show all tools
          </Link>{" "}
          or look among the{" "}
          <Link to="/playground" search={{ search: typed || undefined }}>
            models
          </Link>
          .
        </Empty>
      ) : (
        KINDS.map(({ value, label }) => (
          <Shelf key={value} label={label} tools={data.tools.filter((tool) => tool.kind === value)} />
        ))
      )}
    </Page>
  );
}

function Shelf({ label, tools }: { label: string; tools: Tool[] }) {
  return tools.length === 0 ? null : (
    <Stack component="section" gap="sm" aria-label={label}>
      <Title order={2} size="h4">
        {label}
      </Title>
      <SimpleGrid component="ul" cols={{ base: 1, xs: 2, lg: 3 }} spacing="sm" className={classes.list}>
        {tools.map((tool) => (
          <li key={tool.id}>
            <ToolCard tool={tool} />
          </li>
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function ToolCard({ tool }: { tool: Tool }) {
  return (
    <Link to="/tools/$id" params={{ id: tool.id }} className={classes.card}>
      <Text fw={600}>{tool.name}</Text>
      <Text size="sm" c="dimmed" flex={1} mt={2}>
        {tool.description}
      </Text>
      <Text size="sm" mt="sm">
        {tool.enabled
          ? tool.price && rate(tool.price, tool.makes)
          : "No provider of its models is set up for this key"}
      </Text>
    </Link>
  );
}
