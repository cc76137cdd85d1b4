/** A form made from the `input_schema` of a model or a tool. */
import { Text } from "@mantine/core";
import Form, { type IChangeEvent } from "@rjsf/core/lib/components/Form.js";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { check } from "./check";
import { JsonField } from "./fields/MixedField";
import { type JsonSchema, type Spec, specOf } from "./schema";
import { FormContext } from "./state";
import { fields, outlineOf, templates, uiOf } from "./theme";
import { validator } from "./validator";

export type { JsonSchema } from "./schema";

type Input = Record<string, unknown>;

/** `input.images[0]` and `input.images.0` are the place `images.0`. */
function placeOf(field: string): string {
  return field.replace(/^input\./, "").replace(/\[(\d+)\]/g, ".$1");
}

/** What was given, without what was emptied again. */
function given(input: Input): Input {
  return Object.fromEntries(
    Object.entries(input).filter(
      ([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

const rootOf = (place: string) => place.split(".")[0] ?? "";

/** The first thing that can be focused in a field. */
function focusOn(prefix: string, place: string): void {
  const field = document.getElementById([prefix, ...place.split(".")].join("_"));
  const target = field?.matches("input, textarea, button, [tabindex]")
    ? field
    : field?.querySelector("input, textarea, button");
  (target instanceof HTMLElement ? target : field)?.focus();
  field?.scrollIntoView({ block: "center" });
}

/** The server's faults of the values as they were when it told them; none of what was changed since. */
function useCurrent(faults: Record<string, string> | undefined, value: Input): Record<string, string> {
  const seen = useRef({ faults, value });
  if (seen.current.faults !== faults) {
    seen.current = { faults, value };
  }
  const { value: then } = seen.current;
  return Object.fromEntries(
    Object.entries(faults ?? {})
      .map(([field, message]) => [placeOf(field), message] as const)
      .filter(([place]) => value[rootOf(place)] === then[rootOf(place)]),
  );
}

export function SchemaForm(props: {
  schema: JsonSchema;
  value: Input;
  onChange(value: Input): void;
  /** By parameter, such as `prompt` or `input.images.0`. */
  faults?: Record<string, string>;
  onSubmit?(): void;
  disabled?: boolean;
  onValid?(valid: boolean): void;
  /** Apart for each form of a page. */
  idPrefix?: string;
  /** Below the fields. */
  children?: ReactNode;
}) {
  const { value, onChange, onSubmit, onValid, disabled = false, idPrefix = "input", children } = props;
  const spec = specOf(props.schema);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [outline, ui] = useMemo(() => [outlineOf(spec), uiOf(spec)], [spec]);
  const wrong = useMemo(() => check(spec, value), [spec, value]);
  const told = useCurrent(props.faults, value);
  const valid = Object.keys(wrong).length === 0;
  const tell = useRef(onValid);
  tell.current = onValid;
  useEffect(() => tell.current?.(valid), [valid]);

  const shown: Record<string, string> = {};
  for (const [place, message] of Object.entries(wrong)) {
    if (tried || place === "" || left.has(rootOf(place)) || left.has(place)) {
      shown[place] = message;
    }
  }
  for (const [place, message] of Object.entries(told)) {
    // What is only not filled in yet is no fault before one was there.
    if (!(place in wrong) && (tried || left.has(rootOf(place)) || value[rootOf(place)] !== undefined)) {
      shown[place] = message;
    }
  }
  const leave = useCallback((place: string) => setLeft((left) => new Set([...left, place])), []);
  const state = { spec, faults: shown, leave, disabled };

  const submit = () => {
    setTried(true);
    const first = Object.keys(wrong).find((place) => place !== "");
    if (first !== undefined) {
      // What is behind "More settings" comes into view with the next paint.
      requestAnimationFrame(() => focusOn(idPrefix, first));
    } else if (valid && !disabled) {
      onSubmit?.();
    }
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
  };
  return (
    <FormContext value={state}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for what the button does */}
      <div onKeyDown={keys}>
        <Form<Input>
          schema={outline}
          uiSchema={ui}
          validator={validator}
          fields={fields}
          templates={templates}
          formData={value}
          onChange={({ formData }: IChangeEvent<Input>) => onChange(given(formData ?? {}))}
          onSubmit={submit}
          idPrefix={idPrefix}
          disabled={disabled}
          noValidate
          noHtml5Validate
          showErrorList={false}
        >
          <Beyond spec={spec} value={value} onChange={onChange} id={`${idPrefix}_beyond`} />
          {shown[""] && (
            <Text size="sm" c="var(--mantine-color-error)" mt="md" role="alert">
              {shown[""]}
            </Text>
          )}
          {children}
        </Form>
      </div>
    </FormContext>
  );
}

/** Parameters that the schema does not name, where it takes such. */
function Beyond({
  spec,
  value,
  onChange,
  id,
}: {
  spec: Spec;
  value: Input;
  onChange(value: Input): void;
  id: string;
}) {
  if (spec.additionalProperties !== true) {
    return null;
  }
  const isNamed = (name: string) => name in (spec.properties ?? {});
  const part = (named: boolean) =>
    Object.fromEntries(Object.entries(value).filter(([name]) => isNamed(name) === named));
  const others = part(false);
  return (
    <JsonField
      id={id}
      name="beyond"
      label="Further parameters"
      help="An object in JSON with what else this endpoint takes."
      spec={{}}
      required={false}
      disabled={false}
      value={Object.keys(others).length > 0 ? others : undefined}
      onChange={(further) =>
        onChange({
          ...part(true),
          ...(typeof further === "object" && !Array.isArray(further) ? further : {}),
        })
      }
      onLeave={() => {}}
    />
  );
}
