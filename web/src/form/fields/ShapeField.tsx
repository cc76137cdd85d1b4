/** Ratios and sizes: each word beside a drawing of its shape, and free sizes where the model takes them. */
import { Group, Input, NumberInput, Radio, Text } from "@mantine/core";
import { useState } from "react";
import { choicesOf } from "../schema";
import { type FieldProps, framed } from "../state";
import { Shape } from "./Shape";
import classes from "./ShapeField.module.css";

/** Stands for "none of the words" among the cards. */
const FREE = "custom";

/** `landscape_16_9` as "landscape 16:9". */
function told(word: string): string {
  return word.replace(/_(\d+)_(\d+)$/, " $1:$2").replace(/_/g, " ");
}

function Cards({
  words,
  chosen,
  preset,
  disabled,
}: {
  words: string[];
  chosen: string | null;
  preset: unknown;
  disabled: boolean;
}) {
  return (
    <Group gap={6} mb={5}>
      {words.map((word) => (
        <Radio.Card
          key={word}
          value={word}
          className={classes.card}
          checked={chosen === word}
          disabled={disabled}
          aria-label={word === preset ? `${word}, default` : word}
        >
          <Shape word={word} />
          <Text size="sm" span>
            {told(word)}
          </Text>
        </Radio.Card>
      ))}
    </Group>
  );
}

export function ShapeField(props: FieldProps) {
  const { id, required, disabled, spec, value, onChange, onLeave } = props;
  const words = choicesOf(spec).map(String);
  const chosen = value ?? spec.default;
  const choose = (word: string) => {
    // Where there is no default, a second click takes the choice back.
    const again = spec.default === undefined && !required && word === value;
    onChange(word === spec.default || again ? undefined : word);
    onLeave();
  };
  return (
    <Radio.Group
      id={id}
      {...framed(props)}
      value={chosen === undefined ? null : String(chosen)}
      onChange={choose}
    >
      <Cards
        words={words}
        chosen={chosen === undefined ? null : String(chosen)}
        preset={spec.default}
        disabled={disabled}
      />
    </Radio.Group>
  );
}

/** Width and height of a free size, whichever of its forms it has. */
function sides(value: unknown): [string, string] | undefined {
  if (typeof value === "object" && value !== null && "width" in value && "height" in value) {
    return [String(value.width), String(value.height)];
  }
  const [, width, height] = (typeof value === "string" && /^(\d*)x(\d*)$/.exec(value)) || [];
  return width === undefined || height === undefined ? undefined : [width, height];
}

export function SizeField(props: FieldProps) {
  const { id, label, fault, disabled, spec, value, onChange, onLeave } = props;
  const words = choicesOf(spec).map(String);
  const pixels = sides(value);
  const known = typeof value === "string" && words.includes(value);
  const [opened, open] = useState(false);
  const free = words.length === 0 || (pixels !== undefined && !known) || opened;
  const [width = "", height = ""] = known ? [] : (pixels ?? []);
  const preset = typeof spec.default === "string" ? spec.default : undefined;
  const chosen = free ? FREE : known ? value : (preset ?? null);
  const choose = (word: string) => {
    open(word === FREE);
    onChange(word === FREE || word === preset ? undefined : word);
  };
  const write = (width: string | number, height: string | number) =>
    onChange(width === "" && height === "" ? undefined : `${width}x${height}`);
  const side = spec.anyOf?.find((form) => form.properties?.width)?.properties?.width;
  return (
    <Input.Wrapper
      {...framed(props)}
      labelElement="div"
      labelProps={{ id: `${id}-label` }}
      errorProps={{ role: "alert" }}
    >
      <div>
        {words.length > 0 && (
          <Radio.Group id={id} aria-labelledby={`${id}-label`} value={chosen} onChange={choose}>
            <Cards words={[...words, FREE]} chosen={chosen} preset={preset} disabled={disabled} />
          </Radio.Group>
        )}
        {free && (
          <Group gap="xs" mt={words.length > 0 ? 6 : 0} wrap="nowrap" maw={280} onBlur={onLeave}>
            <NumberInput
              id={words.length > 0 ? undefined : id}
              aria-label={`${label}: width in pixels`}
              placeholder={preset && words.length === 0 ? preset.split("x")[0] : "Width"}
              value={width}
              step={side?.multipleOf}
              onChange={(width) => write(width, height)}
              allowDecimal={false}
              allowNegative={false}
              error={Boolean(fault)}
              disabled={disabled}
            />
            <Text span aria-hidden>
              ×
            </Text>
            <NumberInput
              aria-label={`${label}: height in pixels`}
              placeholder={preset && words.length === 0 ? preset.split("x")[1] : "Height"}
              value={height}
              step={side?.multipleOf}
              onChange={(height) => write(width, height)}
              allowDecimal={false}
              allowNegative={false}
              error={Boolean(fault)}
              disabled={disabled}
            />
          </Group>
        )}
      </div>
    </Input.Wrapper>
  );
}
