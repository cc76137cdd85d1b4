/** Money in exact sums: the API's decimal texts as whole millionths of a dollar, as the server counts them. */

/** Millionths of a dollar. */
export function micro(amount: string): bigint {
  const negative = amount.startsWith("-");
  const [whole = "0", rest = ""] = amount.replace(/^[-+]/, "").split(".");
  const value = BigInt(whole === "" ? "0" : whole) * 1_000_000n + BigInt(rest.padEnd(6, "0").slice(0, 6));
  return negative ? -value : value;
}

/** The decimal text of an amount, with at least two decimals. */
export function decimal(amount: bigint): string {
  const size = amount < 0n ? -amount : amount;
  const rest = (size % 1_000_000n).toString().padStart(6, "0");
  return `${amount < 0n ? "-" : ""}${size / 1_000_000n}.${rest.slice(0, 2)}${rest.slice(2).replace(/0+$/, "")}`;
}

/** What is left of an amount. */
export function minus(amount: string, other: string): string {
  return decimal(micro(amount) - micro(other));
}

/** Amounts together. */
export function sum(amounts: string[]): string {
  return decimal(amounts.reduce((all, one) => all + micro(one), 0n));
}

/** Whether one amount is larger than another. */
export function exceeds(amount: string, other: string): boolean {
  return micro(amount) > micro(other);
}
