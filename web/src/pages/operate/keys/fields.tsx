/** The parts that the forms of keys have in common: permissions, rate, budget. */
import {
  Checkbox,
  Fieldset,
  Group,
  NumberInput,
  Radio,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import type { KeyBudget, Mode, Scope } from "../shared/types";
import { PRESETS, presetOf, SCOPES, unfit } from "./scopes";

export function Permissions({
  scopes,
  mode,
  onChange,
  wrong,
}: {
  scopes: Scope[];
  mode: Mode;
  onChange: (scopes: Scope[]) => void;
  wrong?: string;
}) {
  return (
    <Fieldset legend="Permissions">
      <Stack gap="sm">
        <Select
          label="Preset"
          value={presetOf(scopes)}
          allowDeselect={false}
          data={[
            ...PRESETS.map(({ name, label, live }) => ({
              value: name,
              label: live && mode === "test" ? `${label} (live keys only)` : label,
              disabled: live && mode === "test",
            })),
            { value: "own", label: "A choice of my own", disabled: true },
          ]}
          onChange={(name) => {
            const preset = PRESETS.find((preset) => preset.name === name);
            if (preset) {
              onChange(preset.scopes);
            }
          }}
        />
        <Checkbox.Group
          aria-label="Permissions"
          value={scopes}
          onChange={(chosen) =>
            onChange(SCOPES.map(({ scope }) => scope).filter((scope) => chosen.includes(scope)))
          }
          error={wrong ?? unfit(scopes, mode)}
        >
          <Stack gap={8} mb="xs">
            {SCOPES.map(({ scope, says }) => (
              <Checkbox
                key={scope}
                value={scope}
                label={scope}
                description={scope === "admin" && mode === "test" ? `${says}. Live keys only` : says}
                disabled={scope === "admin" && mode === "test" && !scopes.includes("admin")}
                size="sm"
              />
            ))}
          </Stack>
        </Checkbox.Group>
      </Stack>
    </Fieldset>
  );
}

export interface Rate {
  own: boolean;
  per_second: number | string;
  burst: number | string;
}

export const USUAL_RATE: Rate = { own: false, per_second: 20, burst: 40 };

/** As the API takes it: null leaves it to the server's setting. */
export function rateBody({ own, per_second, burst }: Rate) {
  return own ? { per_second: Number(per_second), burst: Number(burst) } : null;
}

export function rateReady({ own, per_second, burst }: Rate): boolean {
  return !own || (Number(per_second) >= 1 && Number(burst) >= 1);
}

export function RateFields({
  rate,
  onChange,
  wrong,
}: {
  rate: Rate;
  onChange: (rate: Rate) => void;
  wrong?: string;
}) {
  return (
    <Fieldset legend="Requests">
      <Radio.Group
        aria-label="How many requests it may make"
        value={rate.own ? "own" : "usual"}
        onChange={(value) => onChange({ ...rate, own: value === "own" })}
        error={wrong}
      >
        <Stack gap="xs">
          <Radio value="usual" label="The server's usual limit" />
          <Radio value="own" label="A limit of its own" />
        </Stack>
      </Radio.Group>
      {rate.own && (
        <SimpleGrid cols={2} mt="sm">
          <NumberInput
            label="Requests a second"
            value={rate.per_second}
            onChange={(per_second) => onChange({ ...rate, per_second })}
            min={1}
            max={1_000_000}
            allowDecimal={false}
          />
          <NumberInput
            label="At once"
            value={rate.burst}
            onChange={(burst) => onChange({ ...rate, burst })}
            min={1}
            max={1_000_000}
            allowDecimal={false}
          />
        </SimpleGrid>
      )}
    </Fieldset>
  );
}

export interface Bounds {
  day_usd: string;
  month_usd: string;
  total_usd: string;
}

export const NO_BOUNDS: Bounds = { day_usd: "", month_usd: "", total_usd: "" };

const PERIODS: { name: keyof Bounds; label: string }[] = [
  { name: "day_usd", label: "A day" },
  { name: "month_usd", label: "A month" },
  { name: "total_usd", label: "In all" },
];

export function boundsOf(budget: KeyBudget["budget"]): Bounds {
  return {
    day_usd: budget.day_usd ?? "",
    month_usd: budget.month_usd ?? "",
    total_usd: budget.total_usd ?? "",
  };
}

/** As the API takes them: what is left empty is no bound. */
export function boundsBody(bounds: Bounds) {
  const bound = (text: string) => text.trim() || null;
  return {
    day_usd: bound(bounds.day_usd),
    month_usd: bound(bounds.month_usd),
    total_usd: bound(bounds.total_usd),
  };
}

const isBound = (text: string) => text.trim() === "" || /^[0-9]{1,9}(\.[0-9]{1,6})?$/.test(text.trim());

export function boundsReady(bounds: Bounds): boolean {
  return PERIODS.every(({ name }) => isBound(bounds[name]));
}

export function BudgetFields({
  bounds,
  onChange,
  wrong,
}: {
  bounds: Bounds;
  onChange: (bounds: Bounds) => void;
  wrong?: (field: string) => string | undefined;
}) {
  return (
    <Fieldset legend="Budget">
      <Text size="sm" c="dimmed" mb="xs">
        The most that it may spend, what is held for open jobs included. Days and calendar months are those of
        UTC. Empty: no bound.
      </Text>
      <Group grow align="flex-start" preventGrowOverflow={false}>
        {PERIODS.map(({ name, label }) => (
          <TextInput
            key={name}
            label={label}
            leftSection="$"
            inputMode="decimal"
            placeholder="none"
            miw={110}
            value={bounds[name]}
            onChange={(event) => onChange({ ...bounds, [name]: event.currentTarget.value })}
            error={wrong?.(name) ?? (isBound(bounds[name]) ? undefined : "Dollars, such as 5.00")}
          />
        ))}
      </Group>
    </Fieldset>
  );
}
