/** The files among a request's parameters: what a result can be held against. */
import type { Output } from "./output";

const ID = /^(?:file_|(?:job|gen|task)_)[0-9a-v]{32}(?:#[1-9][0-9]{0,2})?$/;
const KINDS: [Output["type"], RegExp][] = [
  ["image", /\.(png|jpe?g|webp|gif|avif)$/i],
  ["audio", /\.(wav|mp3|m4a|aac|flac|ogg|opus)$/i],
  ["video", /\.(mp4|mov|webm)$/i],
];

/** A file as it stands in a request. */
export interface Given {
  /** The parameter's name. */
  name: string;
  /** An address, or an id of this server. */
  value: string;
}

/** Files of this server among the parameters: their ids and addresses. Pages do not ask other hosts for anything. */
export function filesIn(input: Record<string, unknown>, origin: string): Given[] {
  const found: Given[] = [];
  const look = (name: string, value: unknown) => {
    if (Array.isArray(value)) {
      for (const item of value) {
        look(name, item);
      }
    } else if (typeof value === "string" && (ID.test(value) || isHere(value, origin))) {
      found.push({ name, value });
    } else if (typeof value === "object" && value !== null) {
      for (const inner of Object.values(value)) {
        look(name, inner);
      }
    }
  };
  for (const [name, value] of Object.entries(input)) {
    look(name, value);
  }
  return found;
}

/** Whether an address is one of this server's files. */
export function isHere(url: string, origin: string): boolean {
  return url.startsWith("/v1/assets/") || url.startsWith(`${origin}/v1/assets/`);
}

/** What an address of a file holds, told by its ending. */
export function kindOf(url: string): Output["type"] | undefined {
  const path = url.split(/[?#]/)[0] ?? "";
  return KINDS.find(([, ending]) => ending.test(path))?.[0];
}
