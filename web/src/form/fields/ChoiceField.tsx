/** One of a few words, one of many, or several. */
import { Input, MultiSelect, SegmentedControl, Select, Switch, TagsInput } from "@mantine/core";
import { choicesOf } from "../schema";
import { type FieldProps, framed } from "../state";
import classes from "./Field.module.css";

/** A word of a choice for people. */
function told(name: string, word: string | number): string {
  return name === "duration" && /^\d+$/.test(String(word)) ? `${word} s` : String(word);
}

/** Whether all words fit beside each other, on a phone too. */
function few(words: (string | number)[]): boolean {
  return words.length <= 5 && words.join("").length + words.length * 3 <= 32;
}

export function ChoiceField(props: FieldProps) {
  const { id, name, label, required, disabled, spec, value, onChange, onLeave } = props;
  const words = choicesOf(spec);
  const preset = spec.default;
  const choose = (text: string | null) => {
    const word = words.find((word) => String(word) === text);
    onChange(word === preset ? undefined : word);
  };
  const chosen = value ?? preset;
  if (preset !== undefined && few(words)) {
    return (
      <Input.Wrapper {...framed(props)} labelElement="div" labelProps={{ id: `${id}-label` }}>
        <div className={classes.row}>
          <SegmentedControl
            id={id}
            aria-labelledby={`${id}-label`}
            disabled={disabled}
            data={words.map((word) => ({ value: String(word), label: told(name, word) }))}
            value={String(chosen)}
            onChange={(text) => {
              choose(text);
              onLeave();
            }}
          />
        </div>
      </Input.Wrapper>
    );
  }
  return (
    <Select
      id={id}
      {...framed(props)}
      aria-required={required || undefined}
      disabled={disabled}
      data={words.map((word) => ({
        value: String(word),
        label: word === preset ? `${told(name, word)} (default)` : told(name, word),
      }))}
      value={chosen === undefined ? null : String(chosen)}
      onChange={choose}
      onBlur={onLeave}
      placeholder={required ? "Choose one" : "Not set"}
      searchable={words.length > 8}
      nothingFoundMessage="Nothing like this"
      clearable={value !== undefined && preset === undefined}
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      allowDeselect={false}
    />
  );
}

export function SwitchField({
  id,
  label,
  help,
  fault,
  disabled,
  spec,
  value,
  onChange,
  onLeave,
}: FieldProps) {
  const preset = spec.default === true;
  return (
    <Switch
      id={id}
      label={label}
      description={help}
      error={fault}
      disabled={disabled}
      checked={typeof value === "boolean" ? value : preset}
      onChange={({ currentTarget: { checked } }) => onChange(checked === preset ? undefined : checked)}
      onBlur={onLeave}
    />
  );
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
const orNothing = (list: string[]) => (list.length > 0 ? list : undefined);

export function ChoicesField(props: FieldProps) {
  const { id, label, disabled, spec, value, onChange, onLeave } = props;
  return (
    <MultiSelect
      id={id}
      {...framed(props)}
      disabled={disabled}
      data={(spec.items?.enum ?? []).map(String)}
      value={texts(value)}
      onChange={(list) => onChange(orNothing(list))}
      onBlur={onLeave}
      maxValues={spec.maxItems}
      searchable
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
    />
  );
}

export function TextsField(props: FieldProps) {
  const { id, disabled, spec, value, onChange, onLeave } = props;
  return (
    <TagsInput
      id={id}
      {...framed(props)}
      disabled={disabled}
      value={texts(value)}
      onChange={(list) => onChange(orNothing(list))}
      onBlur={onLeave}
      maxTags={spec.maxItems}
      acceptValueOnBlur
      placeholder="Write one and press Enter"
    />
  );
}
