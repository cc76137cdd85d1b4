/** One request as the calls of each dialect. */

import { common } from "./common";
import { type Json, type JsonObject, json } from "./json";

/** What is to be made, as the playground has it. */
export interface CodeRequest {
  model?: string;
  tool?: string;
  input: Record<string, unknown>;
}

export const DIALECTS = {
  generations: "generations",
  jobs: "run/jobs",
  "task-submit": "task/submit",
  tasks: "tasks",
} as const;

export type Dialect = keyof typeof DIALECTS;

/** The first call of a program, and what people should know about it. */
export interface Call {
  path: string;
  body: JsonObject;
  /** Beside those of every call. */
  headers: Record<string, string>;
  notes: string[];
}

/** Why there is no such call. */
export interface Refusal {
  refusal: string;
}

/** The parameters that are given; nothing and null are the same to every dialect but one, which refuses null. */
export function given(input: Record<string, unknown>): JsonObject {
  const kept: [string, Json][] = [];
  for (const [name, value] of Object.entries(input)) {
    const read = json(value);
    if (read !== undefined && read !== null) {
      kept.push([name, read]);
    }
  }
  return Object.fromEntries(kept);
}

function segment(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

export function callOf(dialect: Dialect, request: CodeRequest): Call | Refusal {
  const { model, tool } = request;
  const input = given(request.input);
  if (tool !== undefined) {
    return dialect === "jobs"
      ? {
          path: `/v1/tools/${segment(tool)}/run`,
          body: { ...(model !== undefined && { model }), input },
          headers: {},
          notes: [],
        }
      : { refusal: "Only the run/jobs dialect has tools. The other dialects run models by name." };
  }
  if (model === undefined) {
    return { refusal: "Choose a model first." };
  }
  switch (dialect) {
    case "generations":
      return generation(model, input);
    case "jobs":
      return { path: `/v1/models/${segment(model)}/run`, body: { input }, headers: {}, notes: [] };
    case "task-submit":
      return { path: "/v1/task/submit", body: { model, input }, headers: {}, notes: [] };
    case "tasks":
      return { path: "/v1/tasks", body: { model, input }, headers: {}, notes: [] };
  }
}

/** In the words that all models share if they say everything, else in the model's own. */
function generation(model: string, input: JsonObject): Call {
  const { words, n, others } = common(input);
  const path = "/v1/generations";
  if (others.length === 0) {
    return { path, body: { model, input: words, ...(n !== undefined && { n }) }, headers: {}, notes: [] };
  }
  const named = others.map((name) => `\`${name}\``).join(", ");
  return {
    path,
    body: { model, input },
    headers: { "Spool-Vocabulary": "model" },
    notes: [
      `The dialect's common fields have no word for ${named}. So the header Spool-Vocabulary: model is sent, and input takes the model's own parameters; without it this request would be refused.`,
    ],
  };
}
