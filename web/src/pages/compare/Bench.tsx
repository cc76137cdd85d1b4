/** What all are asked for, the button that starts all, and a column for each model. */
import { Alert, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useCallback, useMemo, useRef, useState } from "react";
import type { components } from "../../api/schema";
import { SchemaForm } from "../../form/SchemaForm";
import { either, label } from "../../form/wording";
import { sum } from "../../parts/money";
import { usd } from "../../parts/words";
import { Column } from "./Column";
import classes from "./Compare.module.css";
import { mix } from "./mix";
import { marks, type Told } from "./told";

export type Model = components["schemas"]["ModelDetail"];

/** What the page can have a column do. */
export interface Handle {
  start: () => void;
  cancel: () => void;
}

interface Props {
  models: Model[];
  prompt?: string;
  onPrompt: (prompt: string) => void;
  onRemove: (id: string) => void;
}

/** Models that speak have `text` for what is called `prompt` elsewhere; each is given under its own name. */
const WORDS = ["prompt", "text"];

export function Bench({ models, prompt, onPrompt, onRemove }: Props) {
  const mixed = useMemo(() => mix(models.map(({ input_schema }) => input_schema)), [models]);
  const words = WORDS.find((name) => mixed.shared.properties?.[name]);
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [first, setFirst] = useState(prompt);
  const shared = useMemo(
    () => (words && first && !(words in values) ? { ...values, [words]: first } : values),
    [values, words, first],
  );
  const [told, setTold] = useState<Record<string, Told>>({});
  const handles = useRef(new Map<string, Handle>());
  const tell = useCallback((id: string, one: Told) => setTold((told) => ({ ...told, [id]: one })), []);
  const hold = useCallback((id: string, handle: Handle) => {
    handles.current.set(id, handle);
    return () => void handles.current.delete(id);
  }, []);

  const columns = models.map(({ id, name }) => ({ id, name, told: told[id] }));
  const all = columns.flatMap(({ told }) => told ?? []);
  const ready = columns.filter(({ told }) => told?.cost !== undefined && !told.why);
  const open = columns.filter(({ told }) => told?.stage === "sending" || told?.stage === "open");
  const done = columns.filter(({ told }) => told && !["idle", "sending", "open"].includes(told.stage));
  const blocked = columns.filter(({ told }) => told?.why);
  const cancelAll = () => {
    for (const { id } of open) {
      handles.current.get(id)?.cancel();
    }
  };
  const startAll = () => {
    if (open.length === 0 && models.length > 1) {
      for (const { id } of ready) {
        handles.current.get(id)?.start();
      }
    }
  };
  const change = (value: Record<string, unknown>) => {
    setFirst(undefined);
    setValues(value);
    if (words) {
      const typed = value[words];
      onPrompt(typeof typed === "string" ? typed : "");
    }
  };
  const total = usd(sum(ready.flatMap(({ told }) => told?.cost ?? [])));
  return (
    <>
      <Paper withBorder p="md" component="section" aria-labelledby="compare-shared">
        <Title order={2} size="h4" mb="md" id="compare-shared">
          For all
        </Title>
        <SchemaForm
          schema={{ ...mixed.shared }}
          value={shared}
          onChange={change}
          onSubmit={startAll}
          disabled={open.length > 0}
          idPrefix="shared"
        >
          <Stack gap="xs" mt="md">
            {mixed.apart.length > 0 && (
              <Text size="sm" c="dimmed">
                {`${either(mixed.apart.map(label), "and")}: all have it, but no value in common. It is set in each column.`}
              </Text>
            )}
            <Group gap="sm">
              <Button
                type="submit"
                leftSection={<IconPlayerPlay size={16} />}
                loading={open.length > 0}
                disabled={models.length < 2 || ready.length === 0}
                aria-describedby="compare-why"
              >
                {ready.length > 0
                  ? `Run ${ready.length} ${ready.length === 1 ? "model" : "models"} · ${total}`
                  : "Run"}
              </Button>
              {open.length > 0 && (
                <Button variant="default" leftSection={<IconPlayerStop size={16} />} onClick={cancelAll}>
                  Cancel all
                </Button>
              )}
              <Text size="sm" c="dimmed" id="compare-why" role="status">
                {open.length > 0
                  ? `${done.length} of ${done.length + open.length} done`
                  : models.length < 2
                    ? "Choose one more model to compare with."
                    : blocked.length > 0
                      ? `Not run: ${blocked.map(({ name, told }) => `${name} (${told?.why})`).join("; ")}`
                      : ready.length < models.length
                        ? "Asking for the prices…"
                        : ""}
              </Text>
            </Group>
          </Stack>
        </SchemaForm>
      </Paper>
      {mixed.lacking.some((names) => names.includes("prompt")) && (
        <Alert color="gray" variant="light">
          Not all of these have a prompt; those that have none are run without it.
        </Alert>
      )}
      <ul className={classes.columns} aria-label="Models side by side">
        {models.map((model, at) => (
          <Column
            key={model.id}
            model={model}
            mixed={mixed}
            at={at}
            shared={shared}
            marks={marks(all, told[model.id])}
            tell={tell}
            hold={hold}
            onRemove={() => onRemove(model.id)}
          />
        ))}
      </ul>
    </>
  );
}
