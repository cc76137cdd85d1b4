/** The library's filters. Each choice stands in the address, so that it can be handed on. */
import { Button, Group, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { query } from "../../api/client";
import type { Filter } from "../../api/library";
import { may, useSession } from "../../api/session";
import { DayFields } from "../../parts/DayFields";
import { words } from "../../parts/words";
import { isFiltered, KINDS, STATUSES } from "./filter";

const NONE = {
  status: undefined,
  model: undefined,
  key: undefined,
  kind: undefined,
  from: undefined,
  to: undefined,
};

/** Changes the filter in the address. */
export function useFilter() {
  const navigate = useNavigate({ from: "/library" });
  return {
    set: (change: { [Name in keyof Filter]: string | undefined }) =>
      void navigate({ search: (now) => ({ ...now, ...change }), replace: true }),
    clear: () => void navigate({ search: (now) => ({ ...now, ...NONE }), replace: true }),
  };
}

export function Filters({ filter }: { filter: Filter }) {
  const session = useSession();
  const { set, clear } = useFilter();
  return (
    <Group component="search" gap="sm" align="flex-end">
      <Select
        label="Status"
        placeholder="All"
        data={STATUSES.map((value) => ({ value, label: words(value) }))}
        value={filter.status ?? null}
        onChange={(value) => set({ status: value ?? undefined })}
        clearable
        flex="1 1 8rem"
      />
      <Select
        label="Kind"
        placeholder="All"
        data={KINDS.map((value) => ({ value, label: words(value) }))}
        value={filter.kind ?? null}
        onChange={(value) => set({ kind: value ?? undefined })}
        clearable
        flex="1 1 7rem"
      />
      <ModelFilter model={filter.model} set={(model) => set({ model })} />
      {may(session, "account:read") && <KeyFilter id={filter.key} set={(key) => set({ key })} />}
      <DayFields from={filter.from} to={filter.to} set={set} />
      {isFiltered(filter) && (
        <Button variant="subtle" onClick={clear}>
          Clear
        </Button>
      )}
    </Group>
  );
}

/** There are hundreds of models, so the server looks for them. */
function ModelFilter({ model, set }: { model?: string; set: (model?: string) => void }) {
  const [text, setText] = useState(model ?? "");
  const [asked] = useDebouncedValue(text, 200);
  const { data } = query.useQuery(
    "get",
    "/v1/models",
    { params: { query: { limit: 30, search: asked && asked !== model ? asked : undefined } } },
    { placeholderData: keepPreviousData },
  );
  const found = data?.models.map(({ id }) => id) ?? [];
  return (
    <Select
      label="Model"
      placeholder="All"
      data={model && !found.includes(model) ? [model, ...found] : found}
      filter={({ options }) => options}
      value={model ?? null}
      onChange={(value) => set(value ?? undefined)}
      searchValue={text}
      onSearchChange={setText}
      nothingFoundMessage="No such model"
      searchable
      clearable
      flex="2 1 14rem"
    />
  );
}

function KeyFilter({ id, set }: { id?: string; set: (key?: string) => void }) {
  const { data } = query.useQuery("get", "/v1/keys");
  const keys =
    data?.data.map(({ id, name, last4, revoked_at }) => ({
      value: id,
      label: `${name || id} …${last4}${revoked_at ? " (revoked)" : ""}`,
    })) ?? [];
  if (id && !keys.some(({ value }) => value === id)) {
    keys.push({ value: id, label: id });
  }
  return (
    <Select
      label="Key"
      placeholder="All"
      data={keys}
      value={id ?? null}
      onChange={(value) => set(value ?? undefined)}
      clearable
      flex="1 1 10rem"
    />
  );
}
