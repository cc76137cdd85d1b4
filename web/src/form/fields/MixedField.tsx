/** A word or a number, and whatever else a schema may have, as JSON. */
import { JsonInput, SegmentedControl, Stack } from "@mantine/core";
import { useState } from "react";
import { choicesOf } from "../schema";
import { type FieldProps, framed } from "../state";
import { label as labelOf } from "../wording";
import { NumberField } from "./NumberField";

/** A word such as `auto`, or a number within bounds. */
export function ChoiceOrNumberField(props: FieldProps) {
  const { id, name, label, disabled, spec, value, onChange, onLeave } = props;
  const words = choicesOf(spec).map(String);
  const [opened, open] = useState(false);
  const free = typeof value === "number" || opened;
  const preset = typeof spec.default === "string" ? spec.default : undefined;
  const number = { ...spec.anyOf?.find((form) => form.type === "number"), description: spec.description };
  const chosen = free ? "number" : typeof value === "string" ? value : (preset ?? words[0] ?? "");
  return (
    <Stack gap={6}>
      <SegmentedControl
        aria-label={`${label}: how`}
        disabled={disabled}
        data={[
          ...words.map((word) => ({ value: word, label: labelOf(word) })),
          { value: "number", label: name === "duration" ? "Seconds" : "Number" },
        ]}
        value={chosen}
        onChange={(word) => {
          open(word === "number");
          onChange(word === "number" ? number.minimum : word === preset ? undefined : word);
          onLeave();
        }}
      />
      {free && <NumberField {...props} id={id} spec={number} />}
    </Stack>
  );
}

/** What no other field is for. */
export function JsonField(props: FieldProps) {
  const { id, fault, disabled, value, onChange, onLeave } = props;
  const [text, setText] = useState(value === undefined ? "" : JSON.stringify(value, null, 2));
  const [trouble, setTrouble] = useState<string>();
  const write = (text: string) => {
    setText(text);
    setTrouble(undefined);
    if (text.trim() === "") {
      onChange(undefined);
      return;
    }
    try {
      onChange(JSON.parse(text));
    } catch {
      setTrouble("This is not JSON yet.");
    }
  };
  return (
    <JsonInput
      id={id}
      {...framed(props)}
      error={trouble ?? fault}
      disabled={disabled}
      value={text}
      onChange={write}
      onBlur={onLeave}
      autosize
      minRows={2}
      maxRows={12}
    />
  );
}
