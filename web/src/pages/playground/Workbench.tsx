/** Left the form, right what comes of it. */
import { Grid, Paper, Tabs } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { SchemaForm } from "../../form/SchemaForm";
import { specOf } from "../../form/schema";
import { Waiting } from "../../parts/Notes";
import { usePrice } from "../../run/usePrice";
import { useRun } from "../../run/useRun";
import { About } from "./About";
import { useKept } from "./draft";
import type { ModelDetail } from "./models";
import { RunBar } from "./RunBar";
import { type Ended, RunView } from "./RunView";

const RequestCode = lazy(() =>
  import("../../code/RequestCode").then(({ RequestCode }) => ({ default: RequestCode })),
);

type Input = Record<string, unknown>;

export function Workbench({
  id,
  model,
  begin,
  draft,
}: {
  id: string;
  model: ModelDetail;
  /** What the form begins with; asked once. */
  begin(): Input;
  draft: { keep(input: Input): void };
}) {
  const [input, setInput] = useState(begin);
  const [valid, setValid] = useState(false);
  useKept(draft, input);
  const request = useMemo(() => ({ model: id, input }), [id, input]);
  const { price, fault, isFetching } = usePrice(request, valid && model.enabled);
  const { run, start, cancel } = useRun();
  const [runs, setRuns] = useState<Ended[]>([]);
  const [tab, setTab] = useState<string | null>("result");
  const sent = useRef<Input>({});
  const result = useRef<HTMLDivElement>(null);
  const narrow = useMediaQuery("(max-width: 62em)");
  const queries = useQueryClient();
  const { job } = run;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each end of a job
  useEffect(() => {
    if (job) {
      void queries.invalidateQueries({ queryKey: ["get", "/v1/balance"] });
      setRuns((runs) => [
        { job, input: sent.current },
        ...runs.filter((one) => one.job.job_id !== job.job_id),
      ]);
    }
  }, [job]);

  const busy = run.stage === "sending" || run.stage === "open";
  const go = (input: Input) => {
    sent.current = input;
    setTab("result");
    void start({ model: id, input });
    if (narrow) {
      // On a phone the result is below the form.
      requestAnimationFrame(() => result.current?.scrollIntoView({ block: "start" }));
    }
  };
  const refused = run.stage === "failed" && !job ? run.fault : undefined;
  const faults = useMemo(() => {
    const found: Record<string, string> = {};
    for (const one of [refused, valid ? fault : undefined]) {
      if (one?.field?.startsWith("input.")) {
        found[one.field] = one.message;
      }
    }
    return found;
  }, [refused, fault, valid]);

  return (
    <Grid gap={{ base: "md", md: "xl" }}>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Paper withBorder p="md" pb={0}>
          <SchemaForm
            schema={model.input_schema}
            value={input}
            onChange={setInput}
            faults={faults}
            onValid={setValid}
            onSubmit={() => !busy && model.enabled && go(input)}
          >
            <RunBar
              price={valid ? price : undefined}
              fault={valid && !fault?.field?.startsWith("input.") ? fault : undefined}
              complete={valid}
              asking={isFetching}
              busy={busy}
              enabled={model.enabled}
              onReset={Object.keys(input).length > 0 ? () => setInput({}) : undefined}
            />
          </SchemaForm>
        </Paper>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 7 }} ref={result} style={{ scrollMarginTop: 64 }}>
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="result">Result</Tabs.Tab>
            <Tabs.Tab value="code">Code</Tabs.Tab>
            <Tabs.Tab value="about">About</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="result">
            <RunView
              model={id}
              spec={specOf(model.input_schema)}
              run={run}
              sent={sent.current}
              runs={runs}
              onCancel={cancel}
              onRun={(input) => {
                setInput(input);
                go(input);
              }}
            />
          </Tabs.Panel>
          <Tabs.Panel value="code">
            <Suspense fallback={<Waiting what="the code" />}>
              <RequestCode model={id} input={input} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="about">
            <About model={model} />
          </Tabs.Panel>
        </Tabs>
      </Grid.Col>
    </Grid>
  );
}
