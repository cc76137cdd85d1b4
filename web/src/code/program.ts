/** A request as a whole program. */
import { cliProgram } from "./cli";
import { javascriptProgram } from "./javascript";
import { pythonProgram } from "./python";
import { type CodeRequest, callOf, type Dialect, type Refusal } from "./request";
import { shellProgram } from "./shell";

export const LANGUAGES = { curl: "curl", python: "Python", javascript: "JavaScript", cli: "CLI" } as const;

export type Language = keyof typeof LANGUAGES;

export interface Program {
  text: string;
  notes: string[];
}

const WRITERS = { curl: shellProgram, python: pythonProgram, javascript: javascriptProgram };

/** The program for a request at a server, or why there is none. */
export function programOf(
  language: Language,
  dialect: Dialect,
  request: CodeRequest,
  url: string,
): Program | Refusal {
  if (language === "cli") {
    const text = cliProgram(request, url);
    return typeof text === "string" ? { text, notes: [] } : text;
  }
  const call = callOf(dialect, request);
  return "refusal" in call ? call : { text: WRITERS[language](dialect, call, url), notes: call.notes };
}
