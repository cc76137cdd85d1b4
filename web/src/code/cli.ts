/** The command line's own way, `spool run`. */
import { asShell, type Json } from "./json";
import { type CodeRequest, given, type Refusal } from "./request";

/** The longest single argument that Linux hands to a program is 128 KiB. */
const ARGUMENT_MAX = 120_000;

/** A text that `-i` would take for something else: it reads numbers, true, false, lists and objects as JSON. */
function misread(text: string): boolean {
  try {
    const read: unknown = JSON.parse(text);
    return read !== null && typeof read !== "string";
  } catch {
    return false;
  }
}

export function cliProgram({ model, tool, input }: CodeRequest, url: string): string | Refusal {
  if (tool !== undefined) {
    return { refusal: "The command line runs models, not tools. Take curl, Python or JavaScript." };
  }
  if (model === undefined) {
    return { refusal: "Choose a model first." };
  }
  const lines = [`spool run ${asShell(model)}`, `--url ${asShell(url)}`];
  for (const [name, value] of Object.entries(given(input))) {
    const said = argument(value);
    if (said === undefined) {
      return {
        refusal: `\`-i\` would take the text of ${name} for a number, a list or the like. Take another language.`,
      };
    }
    if (said.length > ARGUMENT_MAX) {
      return {
        refusal: `${name} is too long for a command line. Upload the file and name its id, or take another language.`,
      };
    }
    lines.push(`-i ${asShell(`${name}=${said}`)}`);
  }
  return `# SPOOL_KEY holds the key. The command waits for the result and saves it here.\n${lines.join(" \\\n  ")}\n`;
}

function argument(value: Json): string | undefined {
  if (typeof value === "string") {
    return misread(value) ? undefined : value;
  }
  return JSON.stringify(value);
}
