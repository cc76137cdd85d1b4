/** Prices as people read them, and sums of money without the rounding of floats. */
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

/** As many decimals as the smallest amount that the server books has, and some to spare. */
const DECIMALS = 12;

function fine(amount: string): bigint {
  const negative = amount.startsWith("-");
  const [whole = "", part = ""] = amount.replace("-", "").split(".");
  const value = BigInt(whole + part.padEnd(DECIMALS, "0").slice(0, DECIMALS));
  return negative ? -value : value;
}

/** The sum of decimal texts as a decimal text. */
export function sum(amounts: string[]): string {
  const total = amounts.reduce((total, amount) => total + fine(amount), 0n);
  const digits = String(total < 0n ? -total : total).padStart(DECIMALS + 1, "0");
  const part = digits.slice(-DECIMALS).replace(/0+$/, "");
  return `${total < 0n ? "-" : ""}${digits.slice(0, -DECIMALS)}${part && `.${part}`}`;
}

/** Which of two decimal texts is less: negative if it is the first, 0 if they are the same. */
export function less(first: string, second: string): number {
  const difference = fine(first) - fine(second);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
