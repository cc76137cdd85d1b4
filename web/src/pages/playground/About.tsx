/** A model's prices, routes and parameters. */
import { Badge, Code, Group, ScrollArea, Stack, Table, Text, Title } from "@mantine/core";
import { choicesOf, specOf } from "../../form/schema";
import { bounds, either } from "../../form/wording";
import { ago, usd, words } from "../../parts/words";
import type { ModelDetail } from "./models";

export function About({ model }: { model: ModelDetail }) {
  return (
    <Stack gap="xl">
      <section>
        <Title order={2} size="h4" mb="xs">
          Prices
        </Title>
        <Prices model={model} />
      </section>
      <section>
        <Title order={2} size="h4" mb="xs">
          Routes
        </Title>
        <Routes model={model} />
      </section>
      <section>
        <Title order={2} size="h4" mb="xs">
          Parameters
        </Title>
        <Parameters model={model} />
      </section>
      {(model.aliases.length > 0 || model.tags.length > 0) && (
        <section>
          <Title order={2} size="h4" mb="xs">
            Names and tags
          </Title>
          <Group gap={6}>
            {model.aliases.map((alias) => (
              <Code key={alias}>{alias}</Code>
            ))}
            {[...model.tasks, ...model.tags].map((tag) => (
              <Badge key={tag} variant="default" tt="none" fw={500}>
                {words(tag)}
              </Badge>
            ))}
          </Group>
        </section>
      )}
    </Stack>
  );
}

type Row = ModelDetail["price_table"]["rows"][number];

const PER: Record<string, string> = {
  second: " / second",
  megapixel: " / megapixel",
  thousand_characters: " / 1,000 characters",
};

function priceOf({ usd: price, per, base, billed_percent, otherwise }: Row): string {
  const start = base ? `${usd(base)} + ` : "";
  if (billed_percent !== undefined) {
    const share =
      billed_percent === 100 ? "what the provider bills" : `${billed_percent} % of what the provider bills`;
    return `${share}, at most ${usd(price)}${otherwise ? `; ${usd(otherwise)} where it does not say` : ""}`;
  }
  return `${start}${usd(price)}${per ? PER[per] : ""}`;
}

function Prices({ model }: { model: ModelDetail }) {
  const { rows } = model.price_table;
  const columns = [...new Set(rows.flatMap(({ when }) => Object.keys(when)))];
  return (
    <ScrollArea.Autosize mah={360} type="auto" viewportProps={{ tabIndex: 0, "aria-label": "Prices" }}>
      <Table stickyHeader withTableBorder verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
            <Table.Th ta={columns.length > 0 ? "right" : undefined}>Price</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={JSON.stringify(row)}>
              {columns.map((name) => (
                <Table.Td key={name}>{told((row.when as Record<string, unknown>)[name])}</Table.Td>
              ))}
              <Table.Td ta={columns.length > 0 ? "right" : undefined}>{priceOf(row)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}

/** A condition's value: a word, a number, a range, or that something is given. */
function told(value: unknown): string {
  if (value === undefined) {
    return "any";
  }
  return Array.isArray(value)
    ? either(value.map(told))
    : typeof value === "object" && value !== null
      ? Object.entries(value)
          .map(([name, one]) => `${name} ${String(one)}`)
          .join(", ")
      : String(value);
}

function Routes({ model }: { model: ModelDetail }) {
  return (
    <Stack gap={6}>
      {model.routes.map(({ provider, enabled, health }, at) => (
        <Group key={provider} gap="sm">
          <Text size="sm" fw={600} miw={120}>
            {at + 1}. {provider}
          </Text>
          {enabled ? (
            <Text size="sm" c="dimmed">
              {health
                ? `${health.attempts - health.failures} of the last ${health.attempts} attempts went well`
                : "Not asked since the server started"}
              {health?.last_failure && health.last_failure_at
                ? ` · last failure: ${words(health.last_failure)}, ${ago(new Date(health.last_failure_at * 1000).toISOString())}`
                : ""}
            </Text>
          ) : (
            <Text size="sm" c="dimmed">
              No credentials on this server
            </Text>
          )}
        </Group>
      ))}
    </Stack>
  );
}

function Parameters({ model }: { model: ModelDetail }) {
  const { properties = {}, required = [] } = specOf(model.input_schema);
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0, "aria-label": "Parameters" }}>
      <Table withTableBorder verticalSpacing={6} miw={520}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Parameter</Table.Th>
            <Table.Th>Takes</Table.Th>
            <Table.Th>Default</Table.Th>
            <Table.Th>Meaning</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {Object.entries(properties).map(([name, one]) => {
            const words = choicesOf(one.items ?? one);
            const item = one.items ?? one;
            const kind = item.contentMediaType ?? item.type;
            const takes = [words.length > 0 ? words.join(", ") : kind, bounds(one)]
              .filter(Boolean)
              .join("; ");
            return (
              <Table.Tr key={name}>
                <Table.Td>
                  <Code>{name}</Code>
                  {required.includes(name) ? " required" : ""}
                </Table.Td>
                <Table.Td>{one.type === "array" ? `list: ${takes}` : takes}</Table.Td>
                <Table.Td>
                  {one.default === undefined ? "" : <Code>{JSON.stringify(one.default)}</Code>}
                </Table.Td>
                <Table.Td>{one.description}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}
