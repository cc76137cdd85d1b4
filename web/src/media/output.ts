/** What is known about a result without looking into it. */
import { size } from "../parts/words";

/** One result of a job. */
export interface Output {
  type: "image" | "video" | "audio" | "text";
  url?: string | null;
  text?: string | null;
  content_type?: string | null;
  width?: number | null;
  height?: number | null;
  duration?: number | null;
  bytes?: number | null;
}

/** The job that results are of. */
export interface Origin {
  model: string;
  input: Record<string, unknown>;
  /** With the prefix `job_`. */
  job: string;
  /** The files among the input, where somebody has looked them up. */
  files?: { param: string; url: string | null; type: string | null }[];
}

/** Endings by media type, where the type's second half is not the ending that people know. */
const ENDINGS: Record<string, string> = {
  "image/jpeg": "jpg",
  "image/svg+xml": "svg",
  "audio/mpeg": "mp3",
  "audio/mp4": "m4a",
  "audio/x-wav": "wav",
  "video/quicktime": "mov",
  "text/plain": "txt",
};

/** The ending of a result's file name, without a dot. */
export function ending({ type, url, content_type }: Output): string {
  const media = content_type?.split(";")[0]?.trim().toLowerCase() ?? "";
  const known = ENDINGS[media] ?? /^(?:image|video|audio)\/(?:x-)?([a-z0-9]+)$/.exec(media)?.[1];
  if (known) {
    return known;
  }
  const path = url?.split(/[?#]/)[0] ?? "";
  const named = /\.([a-z0-9]{2,5})$/i.exec(path)?.[1]?.toLowerCase();
  return named === "jpeg"
    ? "jpg"
    : (named ?? { image: "png", video: "mp4", audio: "mp3", text: "txt" }[type]);
}

/** What stands under a result, such as `1024×1024 · PNG · 1.2 MB`. */
export function facts(output: Output): string {
  const { type, width, height, duration, bytes, text } = output;
  const known: string[] = [];
  if (width && height) {
    known.push(`${width}×${height}`);
  }
  if (type === "text") {
    const count = text?.match(/\S+/g)?.length ?? 0;
    known.push(count === 1 ? "1 word" : `${count.toLocaleString("en-US")} words`);
  } else {
    known.push(ending(output).toUpperCase());
  }
  if (bytes && type !== "text") {
    known.push(size(bytes));
  }
  if (duration) {
    known.push(length(duration));
  }
  return known.join(" · ");
}

/** Seconds of a clip or sound: `5.0 s`, from a minute on `3:20`. */
export function length(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : clock(seconds);
}

/** A place in a clip or sound: `0:05`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const pair = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${pair(minutes)}:${pair(whole % 60)}` : `${minutes}:${pair(whole % 60)}`;
}

/** The file name of the `no`th result: the model, the job's first characters and, among several, the number. */
export function fileName(output: Output, no: number, count: number, of?: Origin): string {
  const model = of?.model.split("/").pop() ?? "spool";
  const job = of?.job.replace(/^[a-z]+_/, "").slice(0, 8);
  const words = [model, job, count > 1 ? String(no) : undefined].filter(Boolean).join("-");
  return `${words.replace(/[^A-Za-z0-9._-]+/g, "-")}.${ending(output)}`;
}

/** Whether a signed link of the server has ended. Of other links nothing is known. */
export function hasEnded(url: string, now = Date.now()): boolean {
  const [path = "", search = ""] = url.split("?");
  const end = Number(new URLSearchParams(search).get("e"));
  return path.includes("/v1/assets/") && end > 0 && end * 1000 <= now;
}

/** The same output as a parameter of another job, such as `job_0a1b…#2`. */
export function asInput(of: Origin, no: number): string {
  return `${of.job}#${no}`;
}

/** What a result is called in labels. */
export function nameOf(output: Output, no: number, count: number): string {
  const noun = { image: "Picture", video: "Clip", audio: "Sound", text: "Text" }[output.type];
  return count > 1 ? `${noun} ${no}` : noun;
}
