/** One model of a comparison: its own settings, what it is sent, its run, and what came of it. */
import { ActionIcon, Badge, Button, Collapse, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconPlayerPlay, IconRefresh, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useMemo, useState } from "react";
import { query } from "../../api/client";
import { check } from "../../form/check";
import { SchemaForm } from "../../form/SchemaForm";
import { specOf } from "../../form/schema";
import { label } from "../../form/wording";
import { Results } from "../../media/Results";
import { PageButton } from "../../parts/links";
import { span, usd } from "../../parts/words";
import { isOpen, RunState } from "../../run/RunState";
import { usePrice } from "../../run/usePrice";
import { useRun } from "../../run/useRun";
import type { Handle, Model } from "./Bench";
import classes from "./Compare.module.css";
import { inputFor, type Mix } from "./mix";
import { Sent } from "./Sent";
import type { Marks, Told } from "./told";

type Input = Record<string, unknown>;

interface Props {
  model: Model;
  mixed: Mix;
  /** The model's place in the mix. */
  at: number;
  shared: Input;
  marks: Marks;
  tell: (id: string, told: Told) => void;
  hold: (id: string, handle: Handle) => () => void;
  onRemove: () => void;
}

/** What keeps an input from being run, in a few words. */
function whyNot(model: Model, input: Input): string | undefined {
  if (!model.enabled) {
    return "no provider set up";
  }
  const [first] = Object.entries(check(specOf(model.input_schema), input));
  if (!first) {
    return undefined;
  }
  const [place, message] = first;
  const [name = ""] = place.split(".");
  return input[name] === undefined ? `needs ${label(name)}` : `${label(name)}: ${message.replace(/\.$/, "")}`;
}

export function Column({ model, mixed, at, shared, marks, tell, hold, onRemove }: Props) {
  const { id, name } = model;
  const [own, setOwn] = useState<Input>({});
  const input = useMemo(
    () => inputFor(model.input_schema, mixed, at, shared, own),
    [model, mixed, at, shared, own],
  );
  const unfit = useMemo(() => whyNot(model, input), [model, input]);
  const { price, fault: refused } = usePrice({ model: id, input }, !unfit);
  const why = unfit ?? refused?.message;
  const { run, start, cancel } = useRun();
  /** What the run was started with: the settings may be others by now. */
  const [sent, setSent] = useState<Input>({});
  const open = isOpen(run);
  const charged = useCharged(run.stage === "succeeded" ? run.id : undefined);
  const took = run.job?.duration_ms;

  const cost = price?.cost_usd;
  const { stage } = run;
  useEffect(() => tell(id, { cost, why, stage, took, charged }), [tell, id, cost, why, stage, took, charged]);
  const go = () => {
    if (!open && !why) {
      setSent(input);
      void start({ model: id, input });
    }
  };
  useEffect(() => hold(id, { start: go, cancel: () => void cancel() }));

  const faults = useMemo(
    (): Record<string, string> => (refused?.field ? { [refused.field]: refused.message } : {}),
    [refused],
  );
  const heading = useId();
  return (
    <Paper withBorder p="md" component="li" aria-labelledby={heading} className={classes.column}>
      <Stack gap="sm" justify="flex-start">
        <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
          <div>
            <Title order={2} size="h4" id={heading}>
              {name}
            </Title>
            <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {id}
            </Text>
          </div>
          <ActionIcon variant="subtle" color="gray" onClick={onRemove} aria-label={`Take ${name} out`}>
            <IconX size={16} />
          </ActionIcon>
        </Group>
        <Own
          spec={mixed.own[at] ?? {}}
          value={own}
          onChange={setOwn}
          faults={faults}
          onSubmit={go}
          disabled={open}
          id={id}
          name={name}
        />
        <Sent input={input} lacking={mixed.lacking[at] ?? []} />
        {why && (
          <Text size="sm" c="var(--mantine-color-error)">
            {`It cannot run like this: ${why}.`.replace(/\.\.$/, ".")}
          </Text>
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={stage === "idle" ? <IconPlayerPlay size={14} /> : <IconRefresh size={14} />}
          onClick={go}
          disabled={open || why !== undefined}
          aria-label={`Run ${stage === "idle" ? "" : "again "}only ${name}`}
        >
          {`${stage === "idle" ? "Run only this" : "Run again"}${cost && !why ? ` · ${usd(cost)}` : ""}`}
        </Button>
      </Stack>
      <Stack gap="sm" justify="flex-start">
        <RunState run={run} name={name} onCancel={() => void cancel()} />
        {stage === "succeeded" && run.job && run.id && (
          <>
            <Facts took={took} charged={charged} marks={marks} />
            <Results outputs={run.job.output?.items ?? []} of={{ model: id, input: sent, job: run.id }} />
            {JSON.stringify(sent) !== JSON.stringify(input) && (
              <Text size="xs" c="dimmed">
                Made with other settings than those above.
              </Text>
            )}
          </>
        )}
        <PageButton
          to="/playground/$"
          params={{ _splat: id }}
          search={run.id && !open ? { from: run.id } : {}}
          size="xs"
          variant="subtle"
          aria-label={`Open ${name} in the playground`}
        >
          Open in the playground
        </PageButton>
      </Stack>
    </Paper>
  );
}

/** Time and cost, and in words what is best about them. */
function Facts({ took, charged, marks }: { took?: number; charged?: string; marks: Marks }) {
  return (
    <Group component="dl" gap="sm" my={0} align="flex-start" grow preventGrowOverflow={false}>
      <Fact name="Time" value={span(took)} mark={marks.fastest ? "Fastest" : undefined} />
      <Fact name="Cost" value={usd(charged)} mark={marks.cheapest ? "Cheapest" : undefined} />
    </Group>
  );
}

function Fact({ name, value, mark }: { name: string; value: string; mark?: string }) {
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Stack component="dd" gap={2} m={0} align="flex-start">
        <Text component="span" fw={600}>
          {value}
        </Text>
        {mark && (
          <Badge variant="default" tt="none">
            {mark}
          </Badge>
        )}
      </Stack>
    </div>
  );
}

/** What was really charged for a job. */
function useCharged(id: string | undefined): string | undefined {
  const queries = useQueryClient();
  const { data } = query.useQuery(
    "get",
    "/v1/library/{id}",
    { params: { path: { id: id ?? "" } } },
    { enabled: id !== undefined, staleTime: Number.POSITIVE_INFINITY },
  );
  useEffect(() => {
    if (id) {
      void queries.invalidateQueries({ queryKey: query.queryOptions("get", "/v1/balance").queryKey });
    }
  }, [id, queries]);
  return id ? (data?.charged_usd ?? undefined) : undefined;
}

interface OwnProps {
  spec: Mix["own"][number];
  value: Input;
  onChange: (value: Input) => void;
  faults: Record<string, string>;
  onSubmit: () => void;
  disabled: boolean;
  id: string;
  name: string;
}

/** What only this model is asked for; in view from the beginning where it needs something. */
function Own({ spec, value, onChange, faults, onSubmit, disabled, id, name }: OwnProps) {
  const count = Object.keys(spec.properties ?? {}).length;
  const [opened, show] = useState(Boolean(spec.required?.length));
  const place = useId();
  useEffect(() => {
    // What runs is looked at below; the settings are out of its way.
    if (disabled) {
      show(false);
    }
  }, [disabled]);
  if (count === 0) {
    return null;
  }
  return (
    <div>
      <Button
        type="button"
        variant="subtle"
        color="gray"
        size="compact-sm"
        onClick={() => show(!opened)}
        aria-expanded={opened}
        aria-controls={place}
        aria-label={`Settings of ${name} alone`}
        leftSection={opened ? <IconChevronUp size={16} /> : <IconChevronDown size={16} />}
      >
        {`Its own settings (${count})`}
      </Button>
      <Collapse expanded={opened} id={place}>
        <SchemaForm
          schema={{ ...spec }}
          value={value}
          onChange={onChange}
          faults={faults}
          onSubmit={onSubmit}
          disabled={disabled}
          idPrefix={`own-${id.replace(/[^a-z0-9]+/gi, "-")}`}
        />
      </Collapse>
    </div>
  );
}
