/** Names, bounds and lists of parameters as people read them. */
import { words } from "../parts/words";
import type { Spec } from "./schema";

const NAMES: Record<string, string> = {
  n: "Count",
  num_images: "Count",
  batch_size: "Count",
  cfg_scale: "CFG scale",
  cfg: "CFG",
  fps: "Frames per second",
  bgm: "Background music",
  mv: "Version",
  vol: "Volume",
};

/** What a parameter is called in a form. */
export function label(name: string): string {
  return NAMES[name] ?? words(name.replace(/_url$/, "").replace(/_urls$/, "s"));
}

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 });

/** A number with its thousands apart. */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** "a, b or c". */
export function either(words: (string | number)[], by = "or"): string {
  return words.length < 2
    ? String(words[0] ?? "")
    : `${words.slice(0, -1).join(", ")} ${by} ${words[words.length - 1]}`;
}

function range(least: number | undefined, most: number | undefined, what = ""): string | undefined {
  if (least !== undefined && most !== undefined) {
    return least === most ? `${number(most)}${what}` : `${number(least)} to ${number(most)}${what}`;
  }
  if (most !== undefined) {
    return `at most ${number(most)}${what}`;
  }
  return least === undefined ? undefined : `at least ${number(least)}${what}`;
}

/** What a value may be, such as "1 to 10"; none where everything is allowed. */
export function bounds(spec: Spec): string | undefined {
  if (spec.type === "integer" || spec.type === "number") {
    // Beyond this a bound is one of the format and not of the model.
    const least = (spec.minimum ?? 0) > -1e9 ? spec.minimum : undefined;
    const most = (spec.maximum ?? 0) < 1e9 ? spec.maximum : undefined;
    return range(least === 0 && most === undefined ? undefined : least, most);
  }
  if (spec.type === "array") {
    const least = (spec.minItems ?? 0) > 1 ? spec.minItems : undefined;
    return range(least, spec.maxItems);
  }
  if (spec.type === "string" && spec.maxLength !== undefined) {
    return range(undefined, spec.maxLength, " characters");
  }
  const side = spec.anyOf?.find((form) => form.properties?.width)?.properties?.width;
  if (side) {
    const step = side.multipleOf && side.multipleOf > 1 ? ` in steps of ${side.multipleOf}` : "";
    return `each side ${range(side.minimum, side.maximum, " pixels")}${step}`;
  }
  const free = spec.anyOf?.find((form) => form.type === "number");
  return free && range(free.minimum, free.maximum);
}

/** The help below a field: what it is for, and its bounds. */
export function help(spec: Spec): string | undefined {
  const told = bounds(spec);
  const about = spec.description?.trim();
  if (!told) {
    return about || undefined;
  }
  const sentence = `${told.charAt(0).toUpperCase()}${told.slice(1)}.`;
  return about ? `${about} ${sentence}` : sentence;
}
