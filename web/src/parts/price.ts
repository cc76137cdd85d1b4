/** Prices as people read them. */
import { usd } from "./words";

/** A price list's ends, as models and tools tell them. */
export interface Rate {
  from: string;
  /** The highest, where it is told. */
  to?: string;
  per: "output" | "second" | "megapixel" | "thousand_characters";
}

const OUTPUTS: Record<string, string> = {
  image: "picture",
  video: "clip",
  audio: "sound",
  text: "text",
};
const UNITS = { second: "second", megapixel: "megapixel", thousand_characters: "1,000 characters" };

/** A price with what it is for: "$0.16 to $0.40 per clip". */
export function rate({ from, to, per }: Rate, makes: string): string {
  const unit = per === "output" ? (OUTPUTS[makes] ?? "result") : UNITS[per];
  return `${to === undefined || to === from ? usd(from) : `${usd(from)} to ${usd(to)}`} per ${unit}`;
}
