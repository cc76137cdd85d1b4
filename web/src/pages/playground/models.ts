/** What the playground tells of models. */
import type { components } from "../../api/schema";
import { usd } from "../../parts/words";

export type ModelSummary = components["schemas"]["ModelSummary"];
export type ModelDetail = components["schemas"]["ModelDetail"];
export type Kind = ModelSummary["kind"];

export const KINDS: Kind[] = ["image", "video", "audio", "text"];

/** What one can ask for: what goes in and what comes out. */
export const TASKS = [
  "text-to-image",
  "image-to-image",
  "text-to-video",
  "image-to-video",
  "video-to-video",
  "audio-to-video",
  "text-to-speech",
  "text-to-music",
  "text-to-audio",
  "audio-to-audio",
  "video-to-audio",
  "speech-to-text",
  "text-to-text",
] as const;
export const TAGS = [
  "editing",
  "upscaling",
  "enhancement",
  "inpainting",
  "outpainting",
  "background-removal",
  "object-removal",
  "style-transfer",
  "vector",
  "characters",
  "lip-sync",
  "avatar",
  "motion-control",
  "frame-interpolation",
  "voice-cloning",
  "voice-conversion",
  "audio-isolation",
  "stems",
  "dubbing",
  "sound-effects",
  "lyrics",
  "local",
] as const;
export type Category = (typeof TASKS)[number] | (typeof TAGS)[number] | Kind;

/** Only what the API knows as a category. */
export function categoryOf(text: string | undefined): Category | undefined {
  return [...TASKS, ...TAGS, ...KINDS].find((one) => one === text);
}

/** The tasks that start from a file of a kind. */
export function tasksFrom(type: string): Category[] {
  return TASKS.filter(
    (task) => task.startsWith(`${type}-to-`) || (type === "audio" && task === "speech-to-text"),
  );
}

/** What the models of one kind are asked for. */
export function tasksOf(kind: string | undefined): Category[] {
  const made: Record<string, RegExp> = {
    image: /-to-image$/,
    video: /-to-video$/,
    audio: /-to-(speech|music|audio)$/,
    text: /-to-text$/,
  };
  const fits = kind ? made[kind] : undefined;
  return TASKS.filter((task) => fits === undefined || fits.test(task));
}

const PER: Record<string, string> = {
  second: "second",
  megapixel: "megapixel",
  thousand_characters: "1,000 characters",
};

/** "from $0.03 / image". */
export function priceFrom({ price, kind }: ModelSummary): string | undefined {
  return price && `from ${usd(price.from)} / ${PER[price.per] ?? (kind === "audio" ? "audio file" : kind)}`;
}

/** Whether this stands for many models, each with a name of its own behind it. */
export function isFamily(id: string): boolean {
  return id.includes("*");
}
