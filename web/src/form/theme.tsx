/** How react-jsonschema-form shows our schemas: every parameter by a field of ours, lists of objects by these templates. */
import { ActionIcon, Button, Fieldset, Group, Stack, Text } from "@mantine/core";
import type {
  ArrayFieldItemTemplateProps,
  ArrayFieldTemplateProps,
  FieldTemplateProps,
  ObjectFieldTemplateProps,
  RJSFSchema,
  FieldProps as RjsfFieldProps,
  UiSchema,
} from "@rjsf/utils";
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from "@tabler/icons-react";
import type { ComponentType } from "react";
import { ChoiceField, ChoicesField, SwitchField, TextsField } from "./fields/ChoiceField";
import { MediaField } from "./fields/MediaField";
import { ChoiceOrNumberField, JsonField } from "./fields/MixedField";
import { NumberField, SeedField } from "./fields/NumberField";
import { ShapeField, SizeField } from "./fields/ShapeField";
import { JobField, TextField, WordsField } from "./fields/TextField";
import { Groups } from "./Groups";
import { type Look, lookOf, type Spec, specAt } from "./schema";
import { type FieldProps, useForm } from "./state";
import { help, label } from "./wording";

const FIELDS: Record<Exclude<Look, "objects" | "media">, ComponentType<FieldProps>> = {
  text: TextField,
  words: WordsField,
  number: NumberField,
  seed: SeedField,
  switch: SwitchField,
  choice: ChoiceField,
  shape: ShapeField,
  size: SizeField,
  "choice or number": ChoiceOrNumberField,
  job: JobField,
  texts: TextsField,
  choices: ChoicesField,
  json: JsonField,
};

/** One parameter. */
function Parameter({ name, fieldPathId, formData, onChange, disabled, required }: RjsfFieldProps) {
  const { spec: root, faults, leave, disabled: all } = useForm();
  const { path } = fieldPathId;
  const spec = specAt(root, path);
  const place = path.join(".");
  const look = lookOf(name, spec);
  const props: FieldProps = {
    id: fieldPathId.$id,
    name,
    label: label(name),
    help: help(spec),
    spec,
    required: Boolean(required),
    disabled: Boolean(disabled) || all,
    fault: faults[place] ?? (look === "media" ? undefined : itemFault(faults, place)),
    value: formData,
    onChange: (value) => onChange(value, path, undefined, fieldPathId.$id),
    onLeave: () => leave(place),
  };
  if (look === "media") {
    return <MediaField {...props} place={place} />;
  }
  const Field = FIELDS[look === "objects" ? "json" : look];
  return <Field {...props} />;
}

/** The first fault inside of a list that is shown as one field. */
function itemFault(faults: Record<string, string>, place: string): string | undefined {
  return Object.entries(faults).find(([at]) => at.startsWith(`${place}.`))?.[1];
}

function List({ items, canAdd, onAddClick, fieldPathId, disabled, required }: ArrayFieldTemplateProps) {
  const { spec: root, faults } = useForm();
  const { path } = fieldPathId;
  const name = String(path[path.length - 1] ?? "");
  const fault = faults[path.join(".")];
  const about = help(specAt(root, path));
  return (
    <Fieldset id={fieldPathId.$id} legend={`${label(name)}${required ? " *" : ""}`} p="sm">
      <Stack gap="sm">
        {about && (
          <Text size="xs" c="dimmed">
            {about}
          </Text>
        )}
        {items}
        {fault && (
          <Text size="xs" c="var(--mantine-color-error)" role="alert">
            {fault}
          </Text>
        )}
        {canAdd && (
          <Group>
            <Button
              size="xs"
              variant="default"
              disabled={disabled}
              leftSection={<IconPlus size={14} />}
              onClick={onAddClick}
            >
              Add one
            </Button>
          </Group>
        )}
      </Stack>
    </Fieldset>
  );
}

function ListItem({ children, index, buttonsProps, disabled }: ArrayFieldItemTemplateProps) {
  const { hasMoveUp, hasMoveDown, hasRemove, onMoveUpItem, onMoveDownItem, onRemoveItem } = buttonsProps;
  return (
    <Stack gap={6}>
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          {index + 1}
        </Text>
        <Group gap={0}>
          {hasMoveUp && (
            <ActionIcon
              variant="subtle"
              color="gray"
              disabled={disabled}
              aria-label={`Move ${index + 1} up`}
              onClick={onMoveUpItem}
            >
              <IconArrowUp size={16} />
            </ActionIcon>
          )}
          {hasMoveDown && (
            <ActionIcon
              variant="subtle"
              color="gray"
              disabled={disabled}
              aria-label={`Move ${index + 1} down`}
              onClick={onMoveDownItem}
            >
              <IconArrowDown size={16} />
            </ActionIcon>
          )}
          {hasRemove && (
            <ActionIcon
              variant="subtle"
              color="gray"
              disabled={disabled}
              aria-label={`Remove ${index + 1}`}
              onClick={onRemoveItem}
            >
              <IconX size={16} />
            </ActionIcon>
          )}
        </Group>
      </Group>
      {children}
    </Stack>
  );
}

function Properties({ fieldPathId, properties }: ObjectFieldTemplateProps) {
  if (fieldPathId.path.length === 0) {
    return <Groups fields={new Map(properties.map(({ name, content }) => [name, content]))} />;
  }
  return <Stack gap="sm">{properties.map(({ content }) => content)}</Stack>;
}

/** Labels, help and faults are the fields' own. */
function Bare({ children }: FieldTemplateProps) {
  return children;
}

export const templates = {
  ArrayFieldTemplate: List,
  ArrayFieldItemTemplate: ListItem,
  ObjectFieldTemplate: Properties,
  FieldTemplate: Bare,
};
export const fields = { parameter: Parameter };

/**
 * The schema that the form is built from: what it has, and nothing of what it must be. Defaults stay out, as what is
 * left out is the server's to fill in; so do rules, as they change no field.
 */
export function outlineOf(spec: Spec): RJSFSchema {
  const properties: Record<string, RJSFSchema> = {};
  for (const [name, one] of Object.entries(spec.properties ?? {})) {
    const { items, maxItems } = one;
    properties[name] =
      lookOf(name, one) === "objects" && items
        ? { type: "array", items: outlineOf(items), ...(maxItems === undefined ? {} : { maxItems }) }
        : { type: "string" };
  }
  return { type: "object", properties, required: spec.required };
}

/** Which field each parameter has. */
export function uiOf(spec: Spec): UiSchema {
  const ui: UiSchema = {};
  for (const [name, one] of Object.entries(spec.properties ?? {})) {
    ui[name] =
      lookOf(name, one) === "objects" && one.items ? { items: uiOf(one.items) } : { "ui:field": "parameter" };
  }
  return ui;
}
