/** Days of UTC, as reports count them. */

const DAY = 86_400_000;

/** All days from one to another, both included, such as `2026-01-31`. */
export function days(from: string, to: string): string[] {
  const all: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY) {
    all.push(new Date(at).toISOString().slice(0, 10));
  }
  return all;
}
