/** Numbers: with a slider where the range is small, and the seed with its dice. */
import { ActionIcon, Group, Input, NumberInput, Slider, Tooltip } from "@mantine/core";
import { IconDice5, IconX } from "@tabler/icons-react";
import type { Spec } from "../schema";
import { type FieldProps, framed } from "../state";
import classes from "./Field.module.css";

/** How far one step goes: small ranges are told finer. */
function stepOf({ type, multipleOf, minimum = 0, maximum = 0 }: Spec): number {
  if (multipleOf) {
    return multipleOf;
  }
  const span = maximum - minimum;
  return type === "integer" ? 1 : span <= 2 ? 0.05 : span <= 30 ? 0.1 : 1;
}

/** Whether all values have room on a slider. */
function slides(spec: Spec): spec is Spec & { minimum: number; maximum: number } {
  if (spec.minimum === undefined || spec.maximum === undefined) {
    return false;
  }
  const steps = (spec.maximum - spec.minimum) / stepOf(spec);
  return steps > 1 && steps <= 300;
}

function asNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function NumberField(props: FieldProps) {
  const { id, label, help, fault, required, disabled, spec, onChange, onLeave } = props;
  const value = asNumber(props.value);
  const preset = asNumber(spec.default);
  const leave = () => {
    // Only now: on the way to 150 one passes 15.
    if (value !== undefined && value === preset) {
      onChange(undefined);
    }
    onLeave();
  };
  return (
    <Input.Wrapper
      {...framed(props)}
      labelProps={{ htmlFor: id }}
      descriptionProps={{ id: `${id}-help` }}
      errorProps={{ id: `${id}-fault`, role: "alert" }}
    >
      <Group gap="md" wrap="nowrap" className={classes.row}>
        {slides(spec) && (
          <Slider
            flex={1}
            label={null}
            min={spec.minimum}
            max={spec.maximum}
            step={stepOf(spec)}
            value={value ?? preset ?? spec.minimum}
            onChange={(value) => onChange(value === preset ? undefined : value)}
            onChangeEnd={onLeave}
            disabled={disabled}
            thumbLabel={label}
            color={value === undefined ? "gray" : undefined}
          />
        )}
        <NumberInput
          id={id}
          flex={slides(spec) ? "0 0 8.5rem" : 1}
          value={value ?? ""}
          onChange={(value) => onChange(value === "" ? undefined : Number(value))}
          onBlur={leave}
          placeholder={preset === undefined ? "Not set" : `${preset} (default)`}
          step={stepOf(spec)}
          allowDecimal={spec.type !== "integer"}
          allowNegative={(spec.minimum ?? -1) < 0}
          clampBehavior="none"
          error={Boolean(fault)}
          disabled={disabled}
          aria-required={required || undefined}
          aria-describedby={
            [help && `${id}-help`, fault && `${id}-fault`].filter(Boolean).join(" ") || undefined
          }
        />
      </Group>
    </Input.Wrapper>
  );
}

/** The largest seed that every model takes. */
const MOST = 2 ** 31 - 1;

/** A seed by chance within the bounds of the schema. */
export function randomSeed(spec: Spec): number {
  const least = Math.max(spec.minimum ?? 0, 0);
  const most = Math.min(spec.maximum ?? MOST, MOST);
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return least + (random % (most - least + 1));
}

export function SeedField(props: FieldProps) {
  const { id, disabled, spec, value, onChange, onLeave } = props;
  const seed = asNumber(value);
  return (
    <NumberInput
      id={id}
      {...framed(props)}
      disabled={disabled}
      value={seed ?? ""}
      onChange={(value) => onChange(value === "" ? undefined : Number(value))}
      onBlur={onLeave}
      placeholder="Random"
      allowDecimal={false}
      clampBehavior="none"
      hideControls
      rightSectionWidth={seed === undefined ? 40 : 72}
      rightSection={
        <Group gap={2} wrap="nowrap">
          {seed !== undefined && (
            <Tooltip label="Random again">
              <ActionIcon
                variant="subtle"
                color="gray"
                disabled={disabled}
                aria-label="Clear the seed"
                onClick={() => onChange(undefined)}
              >
                <IconX size={16} />
              </ActionIcon>
            </Tooltip>
          )}
          <Tooltip label="Choose one by chance and keep it">
            <ActionIcon
              variant="subtle"
              disabled={disabled}
              aria-label="Choose a seed"
              onClick={() => onChange(randomSeed(spec))}
            >
              <IconDice5 size={18} />
            </ActionIcon>
          </Tooltip>
        </Group>
      }
    />
  );
}
