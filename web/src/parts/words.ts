/** Money, times and names as people read them. */

/** US dollars from the API's decimal text: at least two decimals, and as many more as it has. */
export function usd(amount: string | null | undefined): string {
  if (amount === null || amount === undefined) {
    return "–";
  }
  const negative = amount.startsWith("-");
  const [whole = "0", cents = ""] = amount.replace(/^-/, "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${negative ? "−" : ""}$${grouped}.${cents.padEnd(2, "0")}`;
}

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A moment of the API in the reader's own time. */
export function moment(at: string | null | undefined): string {
  return at ? dateTime.format(new Date(at)) : "–";
}

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** How long ago, such as "3 minutes ago". */
export function ago(at: string, now = Date.now()): string {
  const seconds = Math.round((Date.parse(at) - now) / 1000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return relative.format(Math.round(seconds / size), unit);
}

/** A span of milliseconds, such as "1.2 s" or "3 min 20 s". */
export function span(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) {
    return "–";
  }
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 60_000) {
    return `${(ms / 1000).toFixed(1)} s`;
  }
  const minutes = Math.floor(ms / 60_000);
  return `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** A size in bytes, such as "1.4 MB". */
export function size(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) {
    return "–";
  }
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** A word of the API for people: `needs_operator` becomes "Needs operator". */
export function words(name: string): string {
  const text = name.replace(/[_-]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
