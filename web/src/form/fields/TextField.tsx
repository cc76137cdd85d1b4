/** Words, long or short, and the id of a job. */
import { Text, Textarea, TextInput } from "@mantine/core";
import { type FieldProps, framed } from "../state";
import { number } from "../wording";

/** How many characters there are, once the end is near. */
function Count({ text, most }: { text: string; most: number | undefined }) {
  const long = [...text].length;
  if (most === undefined || long < most * 0.8) {
    return null;
  }
  return (
    <Text size="xs" c={long > most ? "var(--mantine-color-error)" : "dimmed"} ta="right" aria-live="polite">
      {number(long)} / {number(most)}
    </Text>
  );
}

function useText({ value, onChange }: FieldProps) {
  const text = typeof value === "string" ? value : "";
  // What is empty is left out: the server takes blank for missing.
  return { text, write: (text: string) => onChange(text === "" ? undefined : text) };
}

export function WordsField(props: FieldProps) {
  const { id, required, disabled, spec, onLeave } = props;
  const { text, write } = useText(props);
  return (
    <div>
      <Textarea
        id={id}
        {...framed(props)}
        aria-required={required || undefined}
        disabled={disabled}
        autosize
        minRows={props.name === "negative_prompt" ? 2 : 3}
        maxRows={14}
        value={text}
        placeholder={typeof spec.default === "string" ? spec.default : undefined}
        onChange={(event) => write(event.currentTarget.value)}
        onBlur={onLeave}
      />
      <Count text={text} most={spec.maxLength} />
    </div>
  );
}

export function TextField(props: FieldProps & { placeholder?: string }) {
  const { id, required, disabled, spec, onLeave, placeholder } = props;
  const { text, write } = useText(props);
  return (
    <TextInput
      id={id}
      {...framed(props)}
      aria-required={required || undefined}
      disabled={disabled}
      value={text}
      placeholder={
        typeof spec.default === "string" && spec.default ? `${spec.default} (default)` : placeholder
      }
      onChange={(event) => write(event.currentTarget.value)}
      onBlur={onLeave}
    />
  );
}

/** A result of an earlier job, by its id. */
export function JobField(props: FieldProps) {
  return <TextField {...props} placeholder="job_…" />;
}
