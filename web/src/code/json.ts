/** JSON as literals of several languages. */

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

/** A value as JSON has it; nothing for what JSON does not have. */
export function json(value: unknown): Json | undefined {
  const text: string | undefined = JSON.stringify(value);
  return text === undefined ? undefined : (JSON.parse(text) as Json);
}

interface Words {
  indent: string;
  yes: string;
  no: string;
  nothing: string;
  name: (name: string) => string;
}

const JSON_WORDS: Words = { indent: "  ", yes: "true", no: "false", nothing: "null", name: quoted };
const PYTHON: Words = { indent: "    ", yes: "True", no: "False", nothing: "None", name: quoted };
const JAVASCRIPT: Words = {
  ...JSON_WORDS,
  // A plain `__proto__` in a literal is no ordinary name.
  name: (name) =>
    name === "__proto__" ? '["__proto__"]' : /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name),
};

/** What JSON escapes, Python and JavaScript read in the same way. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function literal(value: Json, words: Words, depth: number): string {
  if (value === null) {
    return words.nothing;
  }
  if (typeof value === "boolean") {
    return value ? words.yes : words.no;
  }
  if (typeof value !== "object") {
    return typeof value === "string" ? quoted(value) : JSON.stringify(value);
  }
  const inner = words.indent.repeat(depth + 1);
  const [open, close, items] = Array.isArray(value)
    ? ["[", "]", value.map((item) => literal(item, words, depth + 1))]
    : [
        "{",
        "}",
        Object.entries(value).map(
          ([name, item]) => `${words.name(name)}: ${literal(item, words, depth + 1)}`,
        ),
      ];
  if (items.length === 0) {
    return open + close;
  }
  // JSON has no comma after the last one.
  const last = words === JSON_WORDS ? "" : ",";
  return `${open}\n${inner}${items.join(`,\n${inner}`)}${last}\n${words.indent.repeat(depth)}${close}`;
}

export const asJson = (value: Json) => literal(value, JSON_WORDS, 0);
export const asPython = (value: Json) => literal(value, PYTHON, 0);
export const asJavaScript = (value: Json) => literal(value, JAVASCRIPT, 0);

/** A word of a POSIX shell: as it is where that is safe, else in single quotes, in which nothing is special. */
export function asShell(text: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
