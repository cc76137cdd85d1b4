/** What of the list is shown. All of it stands in the address, so that a view can be sent to somebody. */
import { Button, Group, Select, SimpleGrid, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { DayFields } from "../../../parts/DayFields";
import { PHASES } from "../../../parts/phases";
import { words } from "../../../parts/words";
import { AccountPicker, ModelPicker, ProviderPicker } from "../shared/Pickers";
import type { JobSearch } from "./filter";

export function Filters({ search }: { search: JobSearch }) {
  const navigate = useNavigate();
  const change = (changed: JobSearch) =>
    navigate({ to: "/operate/jobs", search: { ...search, job: undefined, ...changed } });
  const set = (name: keyof JobSearch) => (value: string | null) => change({ [name]: value || undefined });
  const waits = search.phase === "needs_operator";
  const { job: _job, phase, ...others } = search;
  const filtered = Object.values(others).some(Boolean) || (phase && !waits);
  return (
    <Group align="flex-end" gap="sm">
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm" verticalSpacing="xs" flex="1 1 20rem">
        {!waits && (
          <Select
            label="Phase"
            placeholder="Any"
            data={PHASES.map((phase) => ({ value: phase, label: words(phase) }))}
            value={phase ?? null}
            onChange={set("phase")}
            clearable
          />
        )}
        <Select
          label="Mode"
          placeholder="Both"
          data={[
            { value: "live", label: "Live" },
            { value: "test", label: "Test" },
          ]}
          value={search.mode ?? null}
          onChange={set("mode")}
          clearable
        />
        <ModelPicker placeholder="Any" value={search.model ?? null} onChange={set("model")} clearable />
        <ProviderPicker
          placeholder="Any"
          value={search.provider ?? null}
          onChange={set("provider")}
          clearable
        />
        <AccountPicker placeholder="All" value={search.account ?? null} onChange={set("account")} clearable />
        <KeyField key={search.key} value={search.key} onChange={set("key")} />
        <DayFields from={search.from} to={search.to} set={change} />
      </SimpleGrid>
      <Button
        variant="default"
        disabled={!filtered}
        onClick={() => navigate({ to: "/operate/jobs", search: waits ? { phase } : {} })}
      >
        Clear
      </Button>
    </Group>
  );
}

/** The id of a key, taken once it is written in full. */
function KeyField({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (value: string | null) => void;
}) {
  const take = (text: string) => {
    if (text.trim() !== (value ?? "")) {
      onChange(text.trim());
    }
  };
  return (
    <TextInput
      label="Key"
      placeholder="Its id"
      defaultValue={value}
      maxLength={64}
      onBlur={(event) => take(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") {
          take(event.currentTarget.value);
        }
      }}
    />
  );
}
