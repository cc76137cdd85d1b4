/** A tool's input on one side, its result on the other. */
import { Box, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconPlayerPlay, IconWand } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { query } from "../../api/client";
import type { Fault } from "../../api/fault";
import { SchemaForm } from "../../form/SchemaForm";
import { label } from "../../form/wording";
import { Trouble } from "../../parts/Notes";
import { usd } from "../../parts/words";
import { isOpen } from "../../run/RunState";
import { usePrice } from "../../run/usePrice";
import { useRun } from "../../run/useRun";
import { exampleOf } from "./examples";
import { ModelChoice } from "./ModelChoice";
import { type Input, left, modelOf, schemaFor, type Tool, type ToolModel, taken } from "./offer";
import { ToolCode } from "./ToolCode";
import classes from "./ToolDesk.module.css";
import { ToolResult } from "./ToolResult";

/** The fault at its field, where it has one. */
function atField(fault: Fault | undefined): Record<string, string> {
  return fault?.field && fault.field !== "model" ? { [fault.field]: fault.message } : {};
}

export function ToolDesk({ tool, first, initial }: { tool: Tool; first: ToolModel; initial: Input }) {
  const [chosen, choose] = useState(first.id);
  const model = modelOf(tool, chosen) ?? first;
  const [input, setInput] = useState(initial);
  const [valid, setValid] = useState(false);
  /** What the run was started with: the form may say something else by now. */
  const [sent, setSent] = useState<Input>({});
  const schema = useMemo(() => schemaFor(tool, model), [tool, model]);
  const request = useMemo(
    () => ({ tool: tool.id, model: model.id, input: taken(model, input) }),
    [tool.id, model, input],
  );
  const { price, fault: refused, isFetching } = usePrice(request, valid && model.enabled);
  const { run, start, cancel } = useRun();
  const open = isOpen(run);
  useBalance(run.stage);

  const fault = refused ?? (run.id ? undefined : run.fault);
  const faults = useMemo(() => atField(fault), [fault]);
  const loose = valid && fault && (!fault.field || fault.field === "input") ? fault : undefined;
  const spare = left(model, input);

  const example = useMutation({
    mutationFn: () => exampleOf(tool),
    onSuccess: (input) => setInput(input),
  });
  const submit = () => {
    if (!open && model.enabled) {
      setSent(request.input);
      void start(request);
    }
  };
  return (
    <div className={classes.desk}>
      <Paper withBorder p="md" component="section" aria-labelledby="tool-input">
        <Group justify="space-between" mb="md">
          <Title order={2} size="h4" id="tool-input">
            Input
          </Title>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconWand size={14} />}
            loading={example.isPending}
            disabled={open}
            onClick={() => example.mutate()}
          >
            Try with an example
          </Button>
        </Group>
        {example.error && (
          <Box mb="md">
            <Trouble error={example.error} again={() => example.mutate()} />
          </Box>
        )}
        <SchemaForm
          schema={schema}
          value={request.input}
          // What only another model takes is kept for it.
          onChange={(value) =>
            setInput((input) => ({
              ...Object.fromEntries(left(model, input).map((name) => [name, input[name]])),
              ...value,
            }))
          }
          faults={faults}
          onValid={setValid}
          onSubmit={submit}
          disabled={open}
          idPrefix="tool"
        >
          <Stack gap="md" mt="md">
            <ModelChoice
              tool={tool}
              model={model}
              fault={fault?.field === "model" ? fault.message : undefined}
              disabled={open}
              onChoose={choose}
            />
            {spare.length > 0 && (
              <Text size="sm" role="status">
                {`Not sent, as ${model.name} does not take it: ${spare.map(label).join(", ")}.`}
              </Text>
            )}
            {loose && <Trouble error={loose} />}
            <Button
              type="submit"
              leftSection={<IconPlayerPlay size={16} />}
              loading={open}
              disabled={!model.enabled}
              aria-describedby="tool-price"
            >
              Run
            </Button>
            <Text size="sm" c="dimmed" ta="center" id="tool-price" role="status">
              {!model.enabled
                ? "No provider of this model is set up for this key."
                : !valid
                  ? "The price is told once the input is complete."
                  : price
                    ? `This run costs ${usd(price.cost_usd)}`
                    : isFetching
                      ? "Asking for the price…"
                      : "It cannot run like this."}
            </Text>
          </Stack>
        </SchemaForm>
      </Paper>
      <Stack gap="md">
        <ToolResult tool={tool} model={model} run={run} input={sent} onCancel={() => void cancel()} />
        <ToolCode tool={tool} model={model} input={request.input} />
      </Stack>
    </div>
  );
}

/** The balance in the page's head is another one after each run. */
function useBalance(stage: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (stage === "succeeded" || stage === "failed" || stage === "canceled") {
      void queries.invalidateQueries({ queryKey: query.queryOptions("get", "/v1/balance").queryKey });
    }
  }, [stage, queries]);
}
