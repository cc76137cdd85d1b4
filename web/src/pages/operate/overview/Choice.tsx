/** Which days, which mode, and what is told apart. All of it stands in the address. */
import { Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { DayFields } from "../../../parts/DayFields";
import { type Days, lastDays, length, today } from "../../../parts/days";
import type { Which } from "../shared/calls";
import type { By } from "./series";

export interface Chosen {
  days: Days;
  which: Which;
  by: By;
}

const SPANS = [
  { value: "1", label: "Today" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
];

export function Choice({ days, which, by }: Chosen) {
  const navigate = useNavigate();
  const set = (changed: { from?: string; to?: string; mode?: string; by?: string }) =>
    navigate({ to: "/operate", search: (search) => ({ ...search, ...changed }), replace: true });
  const span = days.to === today() ? String(length(days)) : "";
  return (
    <Group gap="md" align="flex-end">
      <Labelled label="Days">
        <SegmentedControl
          value={SPANS.some(({ value }) => value === span) ? span : ""}
          onChange={(value) => set(lastDays(Number(value)))}
          data={SPANS}
        />
      </Labelled>
      <Group gap="xs" align="flex-end">
        <DayFields {...days} last={today()} set={(changed) => set({ ...days, ...changed })} />
      </Group>
      <Labelled label="Mode">
        <SegmentedControl
          value={which}
          onChange={(mode) => set({ mode })}
          data={[
            { value: "live", label: "Live" },
            { value: "test", label: "Test" },
            { value: "both", label: "Both" },
          ]}
        />
      </Labelled>
      <Labelled label="By">
        <SegmentedControl
          value={by}
          onChange={(by) => set({ by })}
          data={[
            { value: "model", label: "Model" },
            { value: "provider", label: "Provider" },
            { value: "key", label: "Key" },
            { value: "account", label: "Account" },
          ]}
        />
      </Labelled>
    </Group>
  );
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Stack gap={2} role="group" aria-label={label} maw="100%">
      <Text size="sm" fw={600} aria-hidden>
        {label}
      </Text>
      {children}
    </Stack>
  );
}
