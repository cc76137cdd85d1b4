/** What a job has made: to look at, to listen to, to read, to keep and to go on with. */
import { Button, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconColumns2 } from "@tabler/icons-react";
import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { Trouble } from "../parts/Notes";
import { Actions } from "./Actions";
import { Gone } from "./Gone";
import { facts, hasEnded, nameOf, type Origin, type Output } from "./output";
import classes from "./Results.module.css";
import { useFresh } from "./useFresh";
import { type GivenFile, useGiven } from "./useGiven";

// None of these is needed before somebody asks for it.
const Viewer = lazy(() => import("./Viewer").then(({ Viewer }) => ({ default: Viewer })));
const Comparison = lazy(() => import("./Comparison").then(({ Comparison }) => ({ default: Comparison })));
const Sound = lazy(() => import("./Sound").then(({ Sound }) => ({ default: Sound })));
const Clip = lazy(() => import("./Clip").then(({ Clip }) => ({ default: Clip })));
const Words = lazy(() => import("./Words").then(({ Words }) => ({ default: Words })));

export type { Output };

export function Results({ outputs: given, of }: { outputs: Output[]; of?: Origin }) {
  const { outputs, renew, renewing, error } = useFresh(given, of);
  const inputs = useGiven(of);
  /** The picture in the viewer. */
  const [seen, setSeen] = useState<number>();
  const [comparing, setComparing] = useState(false);
  /** Links that could not be loaded. */
  const [failed, setFailed] = useState<string[]>([]);
  /** What had the focus when a dialog was opened: dialogs that are made when they open do not give it back themselves. */
  const opener = useRef<Element>(null);
  const remember = () => {
    opener.current = document.activeElement;
  };
  const giveBack = () => {
    const { current } = opener;
    if (current instanceof HTMLElement) {
      requestAnimationFrame(() => current.focus());
    }
  };
  const count = outputs.length;
  const pictures = outputs.flatMap((output, at) =>
    output.type === "image" && output.url && !failed.includes(output.url) ? [{ output, no: at + 1 }] : [],
  );
  const link = async (at: number) => {
    const url = outputs[at]?.url;
    const fresh = url && hasEnded(url) && renew ? (await renew())[at]?.url : url;
    if (!fresh) {
      throw new Error("There is no link to this file.");
    }
    return fresh;
  };
  const sides = [
    ...inputs
      .filter(({ type }) => type === "image")
      .map(({ name, url }) => ({ name: `Input (${name})`, url })),
    ...pictures.map(({ output, no }) => ({ name: nameOf(output, no, count), url: output.url ?? "" })),
  ];

  const cell = (output: Output, at: number) => {
    const no = at + 1;
    const name = nameOf(output, no, count);
    if (output.type === "text") {
      return (
        <Words
          output={output}
          name={name}
          no={no}
          count={count}
          of={of}
          recording={inputs.find(({ type }) => type === "audio")}
        />
      );
    }
    const url = output.url ?? "";
    if (url === "" || failed.includes(url)) {
      const again = renew && (() => void renew().catch(() => undefined));
      return (
        <div className={classes.gone}>
          <Gone name={name} ended={hasEnded(url)} of={of} again={again} busy={renewing} />
        </div>
      );
    }
    const fail = () => setFailed((failed) => [...failed, url]);
    return (
      <Stack gap={6}>
        {media(output, url, name, {
          inputs,
          fail,
          open: () => {
            remember();
            setSeen(pictures.findIndex((p) => p.no === no));
          },
        })}
        <Text size="sm" c="dimmed">
          {count > 1 ? `${no}: ` : ""}
          {facts(output)}
        </Text>
        <Actions output={output} no={no} count={count} of={of} link={() => link(at)} />
      </Stack>
    );
  };

  const onlyPictures = outputs.every(({ type }) => type === "image");
  return (
    <Stack gap="md">
      {error ? <Trouble error={error} /> : null}
      <div className={onlyPictures && count > 1 ? classes.grid : onlyPictures ? classes.one : undefined}>
        {outputs.map((output, at) => (
          // Their order is that of the job and does not change.
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is what a result is known by
          <Slot key={at}>{cell(output, at)}</Slot>
        ))}
      </div>
      {pictures.length > 0 && sides.length > 1 && (
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconColumns2 size={14} />}
            onClick={() => {
              remember();
              setComparing(true);
            }}
          >
            {sides.length > pictures.length ? "Compare with the input" : "Compare two pictures"}
          </Button>
        </Group>
      )}
      <Suspense>
        {seen !== undefined && seen >= 0 && (
          <Viewer
            pictures={pictures.map(({ output, no }) => ({ output, name: nameOf(output, no, count) }))}
            at={seen}
            show={setSeen}
            close={() => {
              setSeen(undefined);
              giveBack();
            }}
          />
        )}
        {comparing && (
          <Comparison
            sides={sides}
            close={() => {
              setComparing(false);
              giveBack();
            }}
          />
        )}
      </Suspense>
    </Stack>
  );
}

/** A place that keeps its height while the player for it is on its way. */
function Slot({ children }: { children: ReactNode }) {
  return (
    <Suspense fallback={<div style={{ minHeight: 96 }} />}>
      <div style={{ minWidth: 0, marginBottom: "var(--mantine-spacing-sm)" }}>{children}</div>
    </Suspense>
  );
}

interface Around {
  inputs: GivenFile[];
  fail: () => void;
  open: () => void;
}

function media(output: Output, url: string, name: string, { inputs, fail, open }: Around) {
  switch (output.type) {
    case "image":
      return (
        <UnstyledButton
          className={classes.open}
          onClick={open}
          aria-label={`Look closer at ${name.toLowerCase()}`}
        >
          <img
            className={classes.picture}
            src={url}
            alt=""
            width={output.width ?? undefined}
            height={output.height ?? undefined}
            decoding="async"
            onError={fail}
          />
        </UnstyledButton>
      );
    case "video":
      return (
        <Clip
          key={url}
          url={url}
          name={name}
          poster={inputs.find(({ type }) => type === "image")?.url}
          onError={fail}
        />
      );
    default:
      return (
        <Sound key={url} url={url} name={name.toLowerCase()} duration={output.duration} onError={fail} />
      );
  }
}
