/** Transcripts: what the several forms of written-down speech say, and when. */

/** A word or a line, with its place in the recording in seconds. */
export interface Piece {
  text: string;
  start: number;
  end: number;
  speaker?: string;
}

export interface Transcript {
  form: "JSON" | "SRT" | "VTT";
  /** Only the words. */
  text: string;
  /** Words where the text has them, else lines. */
  pieces: Piece[];
  by: "word" | "line";
  language?: string;
}

/** Reads a text that has times; nothing where it is an ordinary text. */
export function transcript(text: string): Transcript | undefined {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  if (trimmed.startsWith("{") || trimmed.startsWith("[")) {
    return fromJson(trimmed);
  }
  return fromCues(trimmed);
}

const CLOCK = String.raw`(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})`;
const TIMES = new RegExp(`^${CLOCK}[ \\t]+-->[ \\t]+${CLOCK}`);

function fromCues(text: string): Transcript | undefined {
  const vtt = /^WEBVTT(?:[ \t\r\n]|$)/.test(text);
  const pieces: Piece[] = [];
  for (const block of text.replace(/\r\n?/g, "\n").split(/\n{2,}/)) {
    const lines = block.split("\n");
    const at = lines.findIndex((line) => TIMES.test(line));
    const times = TIMES.exec(lines[at] ?? "");
    // The cue's number or name stands above its times, and nothing else does.
    if (!times || at > 1) {
      continue;
    }
    const spoken = lines.slice(at + 1).join(" ");
    const speaker = /^<v(?:\.[^ >]*)? ([^>]+)>/.exec(spoken)?.[1];
    pieces.push({
      text: spoken.replace(/<[^>]*>/g, "").trim(),
      start: seconds(times, 1),
      end: seconds(times, 5),
      ...(speaker && { speaker }),
    });
  }
  if (pieces.length === 0) {
    return undefined;
  }
  return {
    form: vtt ? "VTT" : "SRT",
    text: pieces.map(({ text }) => text).join("\n"),
    pieces,
    by: "line",
  };
}

function seconds(times: RegExpExecArray, at: number): number {
  const [hours, minutes, whole, parts] = times.slice(at, at + 4);
  return (
    Number(hours ?? 0) * 3600 +
    Number(minutes) * 60 +
    Number(whole) +
    Number((parts ?? "0").padEnd(3, "0")) / 1000
  );
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

function fromJson(text: string): Transcript | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  const whole = record(read) ?? { segments: read };
  const words = list(whole.words);
  const pieces = words.length > 0 ? words : list(whole.segments ?? whole.chunks ?? whole.utterances);
  if (pieces.length === 0) {
    return undefined;
  }
  const by = words.length > 0 ? "word" : "line";
  const language = whole.language ?? whole.language_code;
  return {
    form: "JSON",
    text:
      typeof whole.text === "string"
        ? whole.text
        : pieces.map(({ text }) => text).join(by === "word" ? " " : "\n"),
    pieces,
    by,
    ...(typeof language === "string" && { language }),
  };
}

/** Words or lines as the several providers write them. */
function list(value: unknown): Piece[] {
  return (Array.isArray(value) ? value : []).flatMap((item: unknown): Piece[] => {
    const { text, word, start, end, timestamp, speaker, speaker_id, type } = record(item) ?? {};
    const [from, to]: unknown[] = Array.isArray(timestamp) ? timestamp : [start, end];
    const said = typeof text === "string" ? text : word;
    // Some lists have the blanks between the words as well.
    if (typeof said !== "string" || said.trim() === "" || typeof from !== "number" || type === "spacing") {
      return [];
    }
    const who = speaker ?? speaker_id;
    return [
      {
        text: said.trim(),
        start: from,
        end: typeof to === "number" ? to : from,
        ...((typeof who === "string" || typeof who === "number") && { speaker: String(who) }),
      },
    ];
  });
}

/** The piece that is spoken at a moment; -1 between pieces before the first. */
export function spokenAt(pieces: Piece[], second: number): number {
  return pieces.findLastIndex(({ start }) => start <= second + 0.01);
}
