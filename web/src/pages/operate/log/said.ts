/** A value of a log line's particulars in words. */

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function said(value: unknown): string {
  if (value === null || value === undefined || value === "") {
    return "none";
  }
  if (typeof value === "boolean") {
    return value ? "yes" : "no";
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? "none" : value.map(said).join(", ");
  }
  if (isObject(value)) {
    const { from, to, ...others } = value;
    if (Object.keys(others).length === 0 && "from" in value && "to" in value) {
      return `${said(from)} → ${said(to)}`;
    }
    return Object.entries(value)
      .map(([name, value]) => `${name.replaceAll("_", " ")} ${said(value)}`)
      .join(", ");
  }
  return String(value);
}
