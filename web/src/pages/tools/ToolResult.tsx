/** What a tool has made, beside what it was made from. */
import { Group, Paper, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { BeforeAfter } from "../../media/BeforeAfter";
import type { Origin } from "../../media/output";
import { Results } from "../../media/Results";
import { type GivenFile, useGiven } from "../../media/useGiven";
import { Empty } from "../../parts/Notes";
import { span } from "../../parts/words";
import { RunState } from "../../run/RunState";
import type { Job, Run } from "../../run/useRun";
import type { Input, Tool, ToolModel } from "./offer";
import classes from "./ToolResult.module.css";

interface Props {
  tool: Tool;
  model: ToolModel;
  run: Run;
  /** What the run was started with. */
  input: Input;
  onCancel: () => void;
}

export function ToolResult({ tool, model, run, input, onCancel }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { stage } = run;
  useEffect(() => {
    // On a phone the result stands below what was just filled in.
    const top = heading.current?.getBoundingClientRect().top ?? 0;
    if (stage !== "idle" && (top < 0 || top > window.innerHeight / 2)) {
      heading.current?.scrollIntoView({ block: "start" });
    }
  }, [stage]);
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="tool-result">
      <Title order={2} size="h4" mb="md" id="tool-result" ref={heading} className={classes.heading}>
        Result
      </Title>
      {stage === "idle" ? (
        <Empty title="Nothing made yet">
          Fill in the input and run it, or begin with the example.
          {model.price ? null : " Its price is told before it runs."}
        </Empty>
      ) : (
        <RunState run={run} name={tool.name} onCancel={onCancel} />
      )}
      {stage === "succeeded" && run.job && <Made key={run.id} job={run.job} input={input} />}
    </Paper>
  );
}

function Made({ job, input }: { job: Job; input: Input }) {
  const of: Origin = { model: job.model_id, input, job: job.job_id };
  const given = useGiven(of);
  const outputs = job.output?.items ?? [];
  const [first] = outputs;
  const picture = given.find(({ type }) => type === "image");
  const [asked, ask] = useState<string>();
  const comparable =
    first?.type === "image" && picture && first.url ? { before: picture.url, after: first.url } : undefined;
  const view = comparable ? (asked ?? (outputs.length === 1 ? "both" : "result")) : "result";
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text size="sm" role="status">
          {`Done in ${span(job.duration_ms)} by ${job.model_id}`}
        </Text>
        {comparable && (
          <SegmentedControl
            size="xs"
            aria-label="What is shown"
            data={[
              { value: "both", label: "Before and after" },
              { value: "result", label: outputs.length > 1 ? "Results" : "Result" },
            ]}
            value={view}
            onChange={ask}
          />
        )}
      </Group>
      {comparable && view === "both" ? (
        <div className={classes.slider}>
          <BeforeAfter {...comparable} kind="image" />
        </div>
      ) : (
        <div
          className={
            first && first.type !== "image" && first.type !== "text" && given.length > 0
              ? classes.beside
              : undefined
          }
        >
          {first?.type !== "image" && first?.type !== "text" && given.length > 0 && (
            <Stack gap="xs">
              {given.map((file) => (
                <Given key={`${file.name} ${file.url}`} file={file} />
              ))}
            </Stack>
          )}
          <Results outputs={outputs} of={of} />
        </div>
      )}
    </Stack>
  );
}

/** A file that went in. */
function Given({ file: { name, type, url } }: { file: GivenFile }) {
  const title =
    type === "image" ? "The given picture" : type === "video" ? "The given clip" : "The given sound";
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {title}
      </Text>
      {type === "image" ? (
        <img className={classes.given} src={url} alt={`${title} (${name})`} />
      ) : type === "video" ? (
        // biome-ignore lint/a11y/useMediaCaption: nobody has written down what the caller's own clip says
        <video className={classes.given} src={`${url}#t=0.001`} controls playsInline aria-label={title} />
      ) : (
        // biome-ignore lint/a11y/useMediaCaption: nobody has written down what the caller's own sound says
        <audio className={classes.sound} src={url} controls aria-label={title} />
      )}
    </div>
  );
}
