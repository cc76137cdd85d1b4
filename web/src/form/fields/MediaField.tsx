/** Files: dropped, pasted, chosen or taken with the camera; or given as a URL, a file's id or a job's. */
import { Button, Group, Input, Progress, Stack, Text, TextInput } from "@mantine/core";
import { type ClipboardEvent, lazy, Suspense, useEffect, useRef, useState } from "react";
import { told } from "../../api/fault";
import { fits } from "../check";
import { Given } from "../media/Given";
import classes from "../media/Media.module.css";
import { upload } from "../media/upload";
import { type FieldProps, framed, useForm } from "../state";

const Drop = lazy(() => import("../media/Drop"));

const WHAT: Record<string, [string, string]> = {
  "image/*": ["an image", "images"],
  "video/*": ["a video", "videos"],
  "audio/*": ["an audio file", "audio files"],
};

/** A file on its way to the server. */
interface Sending {
  no: number;
  name: string;
  part: number;
  trouble?: string;
  stop: AbortController;
}

let counter = 0;

function listed(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === "string");
}

export function MediaField(props: FieldProps & { place: string }) {
  const { id, label, fault, disabled, spec, place, onChange, onLeave } = props;
  const { faults } = useForm();
  const many = spec.type === "array";
  const one = many ? (spec.items ?? {}) : spec;
  const most = many ? (spec.maxItems ?? Number.POSITIVE_INFINITY) : 1;
  const range = one.contentMediaType;
  const [single, plural] = WHAT[range ?? ""] ?? ["a file", "files"];
  const values = listed(props.value);
  const [sending, setSending] = useState<Sending[]>([]);
  const [wrong, setWrong] = useState<string>();
  // Uploads end later, when the value may be another.
  const now = useRef(values);
  now.current = values;
  const running = useRef(sending);
  running.current = sending;
  useEffect(
    () => () => {
      for (const { stop } of running.current) {
        stop.abort();
      }
    },
    [],
  );

  const put = (list: string[]) => {
    now.current = list;
    onChange(list.length === 0 ? undefined : many ? list : list[0]);
  };
  const add = (value: string) => put(many ? [...now.current, value].slice(0, most) : [value]);
  const change = (no: number, part: Partial<Sending>) =>
    setSending((all) => all.map((one) => (one.no === no ? { ...one, ...part } : one)));
  const drop = (no: number) => setSending((all) => all.filter((one) => one.no !== no));

  const take = (files: File[]) => {
    setWrong(undefined);
    const room = many ? most - values.length : 1;
    if (files.length > room) {
      setWrong(`Only ${room} more ${room === 1 ? "is" : "are"} taken; the rest was left out.`);
    }
    for (const file of files.slice(0, room)) {
      const no = ++counter;
      const stop = new AbortController();
      setSending((all) => [...all, { no, name: file.name, part: 0, stop }]);
      upload(file, (part) => change(no, { part }), stop.signal).then(
        (stored) => {
          drop(no);
          if (range && !range.startsWith(stored.type)) {
            setWrong(`${file.name} is of the kind ${stored.type}; ${single} is needed.`);
          } else {
            add(stored.id);
          }
          onLeave();
        },
        (error) => (error instanceof DOMException ? drop(no) : change(no, { trouble: told(error) })),
      );
    }
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length > 0 && !disabled) {
      event.preventDefault();
      take(files);
    }
  };
  const move = (from: number, to: number) => {
    const list = [...values];
    list.splice(to, 0, ...list.splice(from, 1));
    put(list);
  };

  const full = values.length >= most;
  return (
    <Input.Wrapper
      {...framed(props)}
      labelElement="div"
      labelProps={{ id: `${id}-label` }}
      error={wrong ?? fault}
      errorProps={{ role: "alert" }}
    >
      <Stack gap={6} mb={5} role="group" aria-labelledby={`${id}-label`} onPaste={paste}>
        {values.map((value, at) => (
          <Given
            // biome-ignore lint/suspicious/noArrayIndexKey: the same file may stand in the list twice
            key={`${at} ${value.slice(0, 100)}`}
            value={value}
            what={many ? `${label} ${at + 1}` : label}
            fault={many ? faults[`${place}.${at}`] : undefined}
            disabled={disabled}
            onRemove={() => put(values.filter((_, other) => other !== at))}
            onUp={at > 0 ? () => move(at, at - 1) : undefined}
            onDown={at < values.length - 1 ? () => move(at, at + 1) : undefined}
          />
        ))}
        {sending.map((one) => (
          <OnItsWay key={one.no} {...one} onStop={() => (one.trouble ? drop(one.no) : one.stop.abort())} />
        ))}
        {!full && (
          <>
            <Suspense fallback={<div className={classes.wait} />}>
              <Drop
                id={id}
                range={range}
                what={many ? plural : single}
                many={many}
                disabled={disabled}
                onFiles={take}
                onWrong={() => setWrong(`Only ${plural} are taken here.`)}
              />
            </Suspense>
            <Written label={label} fits={(text) => fits(one, text)} disabled={disabled} onWrite={add} />
          </>
        )}
      </Stack>
    </Input.Wrapper>
  );
}

/** An upload, its progress, and what went wrong. */
function OnItsWay({ name, part, trouble, onStop }: Sending & { onStop(): void }) {
  return (
    <div className={classes.given}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" truncate>
          {name}
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          onClick={onStop}
          aria-label={`${trouble ? "Remove" : "Stop"} ${name}`}
        >
          {trouble ? "Remove" : "Stop"}
        </Button>
      </Group>
      {trouble ? (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {trouble}
        </Text>
      ) : (
        <Progress mt={6} size="sm" value={part * 100} aria-label={`Upload of ${name}`} />
      )}
    </div>
  );
}

/** A reference written by hand; taken over once it is one. */
function Written({
  label,
  fits,
  disabled,
  onWrite,
}: {
  label: string;
  fits(text: string): boolean;
  disabled: boolean;
  onWrite(text: string): void;
}) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  const take = () => {
    const value = text.trim();
    if (value === "") {
      setWrong(false);
    } else if (fits(value)) {
      setText("");
      onWrite(value);
    } else {
      setWrong(true);
    }
  };
  return (
    <TextInput
      size="xs"
      aria-label={`${label}: URL or id`}
      placeholder="or a URL, file_… or job_…"
      disabled={disabled}
      value={text}
      error={wrong ? "A URL that begins with http:// or https://, or the id of a file or job." : undefined}
      onChange={(event) => {
        setWrong(false);
        setText(event.currentTarget.value);
      }}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
          event.preventDefault();
          take();
        }
      }}
    />
  );
}
