/** Sums of the API's decimal texts, without the rounding of floating-point numbers. */

const DIGITS = 12;

function units(amount: string): bigint {
  const [, sign = "", whole = "0", part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  const value = BigInt(whole + part.slice(0, DIGITS).padEnd(DIGITS, "0"));
  return sign ? -value : value;
}

function decimal(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(DIGITS + 1, "0");
  const part = digits.slice(-DIGITS).replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -DIGITS)}${part ? `.${part}` : ""}`;
}

/** What is left of an amount. */
export function minus(amount: string, other: string): string {
  return decimal(units(amount) - units(other));
}

/** Amounts together. */
export function sum(amounts: string[]): string {
  return decimal(amounts.reduce((all, one) => all + units(one), 0n));
}

/** Whether one amount is larger than another. */
export function exceeds(amount: string, other: string): boolean {
  return units(amount) > units(other);
}
