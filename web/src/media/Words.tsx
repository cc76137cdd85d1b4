/** A text result. Where it says when each word was spoken, a press on one leads the recording there. */
import { Button, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { CopyText } from "../parts/CopyText";
import { keep } from "./Actions";
import { clock, facts, fileName, type Origin, type Output } from "./output";
import classes from "./Results.module.css";
import { Sound } from "./Sound";
import { type Piece, spokenAt, type Transcript, transcript } from "./transcript";
import type { GivenFile } from "./useGiven";

interface Props {
  output: Output;
  name: string;
  no: number;
  count: number;
  of?: Origin;
  /** What was written down, where it is known. */
  recording?: GivenFile;
}

export function Words({ output, name, no, count, of, recording }: Props) {
  const text = output.text ?? "";
  const timed = useMemo(() => transcript(text), [text]);
  const [at, setAt] = useState(-1);
  const [broken, setBroken] = useState(false);
  const audio = useRef<HTMLAudioElement>(null);
  const hold = useCallback((element: HTMLAudioElement | null) => {
    audio.current = element;
  }, []);
  const pieces = timed?.pieces;
  const follow = useCallback((second: number) => setAt(pieces ? spokenAt(pieces, second) : -1), [pieces]);
  const heard = recording && !broken ? recording : undefined;
  const go = (piece: Piece) => {
    if (audio.current) {
      audio.current.currentTime = piece.start;
      // Where the browser does not let it sound, it still stands at the right place.
      audio.current.play().catch(() => undefined);
    }
  };
  return (
    <Stack gap="xs">
      {heard && (
        <Sound
          url={heard.url}
          name="the recording"
          onTime={follow}
          player={hold}
          onError={() => setBroken(true)}
        />
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard */}
      <section className={classes.text} tabIndex={0} aria-label={name}>
        {timed ? <Timed transcript={timed} at={at} go={heard && go} /> : text || "The text is empty."}
      </section>
      <Text size="sm" c="dimmed">
        {[facts({ ...output, text: timed?.text ?? text }), timed?.form, timed?.language]
          .filter(Boolean)
          .join(" · ")}
      </Text>
      <Group gap={6}>
        <CopyText text={timed?.text ?? text}>Copy text</CopyText>
        {timed && <CopyText text={text}>{`Copy ${timed.form}`}</CopyText>}
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} />}
          onClick={() => save(text, fileName(named(output, timed), no, count, of))}
        >
          Download
        </Button>
      </Group>
    </Stack>
  );
}

/** Subtitles and JSON keep their endings, so that other programs know them. */
function named(output: Output, timed: Transcript | undefined): Output {
  return timed ? { ...output, content_type: null, url: `x.${timed.form.toLowerCase()}` } : output;
}

function save(text: string, name: string) {
  keep(new Blob([text], { type: "text/plain;charset=utf-8" }), name);
}

function Timed({
  transcript: { pieces, by },
  at,
  go,
}: {
  transcript: Transcript;
  at: number;
  go?: (piece: Piece) => void;
}) {
  return pieces.map((piece, index) => {
    const turn = piece.speaker !== undefined && piece.speaker !== pieces[index - 1]?.speaker;
    const key = `${index}-${piece.start}`;
    const now = index === at || undefined;
    if (by === "line") {
      return (
        <Spoken key={key} className={`${classes.spoken} ${classes.line}`} piece={piece} now={now} go={go}>
          <span className={classes.time}>{clock(piece.start)}</span>
          <span>
            {turn && <b>{piece.speaker}: </b>}
            {piece.text}
          </span>
        </Spoken>
      );
    }
    return (
      <span key={key}>
        {turn && (
          <>
            {index > 0 && "\n"}
            <b>{piece.speaker}: </b>
          </>
        )}
        <Spoken className={classes.spoken} piece={piece} now={now} go={go}>
          {piece.text}
        </Spoken>{" "}
      </span>
    );
  });
}

interface SpokenProps {
  piece: Piece;
  className?: string;
  now?: boolean;
  go?: (piece: Piece) => void;
  children: React.ReactNode;
}

function Spoken({ piece, className, now, go, children }: SpokenProps) {
  return go ? (
    <UnstyledButton
      component="button"
      className={className}
      aria-current={now}
      onClick={() => go(piece)}
      title={clock(piece.start)}
    >
      {children}
    </UnstyledButton>
  ) : (
    <span className={className} title={clock(piece.start)}>
      {children}
    </span>
  );
}
