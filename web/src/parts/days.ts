/** Spans of whole days in UTC, as the reports count them. */

export interface Days {
  /** Both days are within it. */
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;

function shifted(day: string, by: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY_MS).toISOString().slice(0, 10);
}

/** Whether a text is a day of the calendar. */
export function isDay(text: string | undefined): text is string {
  return (
    text !== undefined &&
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
    shifted(text, 0) === text
  );
}

/** The day it is now. */
export function today(now = Date.now()): string {
  return new Date(now).toISOString().slice(0, 10);
}

/** So many days up to this one. */
export function lastDays(count: number, to = today()): Days {
  return { from: shifted(to, 1 - count), to };
}

/** How many days a span has. */
export function length({ from, to }: Days): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}

/** As many days, right before. */
export function preceding(days: Days): Days {
  return { from: shifted(days.from, -length(days)), to: shifted(days.from, -1) };
}

/** Every day of a span. */
export function each(days: Days): string[] {
  return Array.from({ length: length(days) }, (_, index) => shifted(days.from, index));
}

/** The span that an address asks for, or the usual one. Days in the wrong order are put right. */
export function spanOf(search: { from?: string; to?: string }, usual = 30): Days {
  const { from, to } = search;
  if (isDay(from) && isDay(to)) {
    return from <= to ? { from, to } : { from: to, to: from };
  }
  return lastDays(usual);
}
