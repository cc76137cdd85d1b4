/** Two to four models of one kind, found by their names. */
import { Group, MultiSelect, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { query } from "../../api/client";
import { told } from "../../api/fault";
import type { components } from "../../api/schema";
import { rate } from "../../parts/price";

type Model = components["schemas"]["ModelSummary"];

/** Four columns are as many as can be looked at side by side. */
export const MOST = 4;

interface Props {
  chosen: string[];
  /** What is known of the chosen ones. */
  known: Model[];
  onChange: (ids: string[]) => void;
}

export function ModelPicker({ chosen, known, onChange }: Props) {
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed, 200);
  const kind = known[0]?.kind;
  const { data, error, isFetching } = query.useQuery(
    "get",
    "/v1/models",
    { params: { query: { search: search || undefined, category: kind, limit: 50 } } },
    { placeholderData: keepPreviousData },
  );
  const models = new Map([...(data?.models ?? []), ...known].map((model) => [model.id, model]));
  const full = chosen.length >= MOST;
  return (
    <MultiSelect
      label="Models"
      description={
        full
          ? "Four are the most. Take one out to choose another."
          : kind
            ? "Two to four that make the same kind of thing"
            : "Two to four; the first one says what kind of thing is made"
      }
      placeholder={
        full ? undefined : chosen.length > 0 ? "Add another" : "Add a model by its name, vendor or task"
      }
      data={[
        ...[...models.values()].map(({ id, name, enabled }) => ({
          value: id,
          label: name,
          disabled: !enabled,
        })),
        ...chosen.filter((id) => !models.has(id)).map((id) => ({ value: id, label: id })),
      ]}
      value={chosen}
      onChange={(ids) => {
        setTyped("");
        onChange(ids);
      }}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      // The server has looked already, in more than the names.
      filter={({ options }) => options}
      maxValues={MOST}
      hidePickedOptions
      clearable
      clearButtonProps={{ "aria-label": "Take all models out" }}
      maxDropdownHeight={360}
      nothingFoundMessage={isFetching ? "Looking…" : error ? told(error) : "No model fits"}
      renderOption={({ option }) => {
        const model = models.get(option.value);
        return model ? <Offer model={model} /> : option.label;
      }}
    />
  );
}

function Offer({ model: { id, name, kind, enabled, price } }: { model: Model }) {
  return (
    <Stack gap={0} flex={1}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" fw={500}>
          {name}
        </Text>
        <Text size="xs" ta="end">
          {enabled ? price && `from ${rate(price, kind)}` : "No provider set up"}
        </Text>
      </Group>
      <Text size="xs" c="dimmed">
        {id}
      </Text>
    </Stack>
  );
}
