/** What a form reads out of a model's or a tool's `input_schema`. */

/** `input_schema` of `GET /v1/models/{id}` and of `GET /v1/tools/{id}`, as it comes. */
export type JsonSchema = Record<string, unknown>;

/** The parts of JSON Schema 2020-12 that the server's schemas use. */
export interface Spec {
  type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  title?: string;
  description?: string;
  default?: unknown;
  enum?: (string | number)[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  /** What kind of file is taken: `image/*`, `video/*` or `audio/*`. */
  contentMediaType?: string;
  items?: Spec;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Spec>;
  required?: string[];
  dependentRequired?: Record<string, string[]>;
  additionalProperties?: boolean;
  anyOf?: Spec[];
  oneOf?: Spec[];
  allOf?: Spec[];
  not?: Spec;
  if?: Spec;
  then?: Spec;
}

/** The schema with its parts named. The server's tests hold its schemas to the draft, so nothing is checked again. */
export function specOf(schema: JsonSchema): Spec {
  return schema as Spec;
}

/** Where a value stands in the input, such as `["dialogue", 1, "text"]`. */
export type Path = readonly (string | number)[];

/** The part of the schema that a place in the input has to fit. */
export function specAt(root: Spec, path: Path): Spec {
  let spec: Spec | undefined = root;
  for (const step of path) {
    spec = typeof step === "number" ? spec?.items : spec?.properties?.[step];
  }
  return spec ?? {};
}

/** How a parameter is asked for. */
export type Look =
  | "text"
  | "words"
  | "number"
  | "seed"
  | "switch"
  | "choice"
  | "shape"
  | "size"
  | "choice or number"
  | "media"
  | "job"
  | "texts"
  | "choices"
  | "objects"
  | "json";

const LONG = /prompt|text|lyrics|script|transcript|instructions|description|words/;

function isFile(spec: Spec | undefined): boolean {
  return spec?.type === "string" && spec.format === "uri-reference";
}

/** `16:9`, `1024x768`, or words such as `landscape_16_9` and `auto` among them. */
const SHAPE = /^(\d+(\.\d+)?)[:x×](\d+(\.\d+)?)$|^(square|portrait|landscape)/i;

/** How to ask for a parameter: from its schema and, where that leaves it open, from its name. */
export function lookOf(name: string, spec: Spec): Look {
  if (isFile(spec) || (spec.type === "array" && isFile(spec.items))) {
    return "media";
  }
  if (spec.anyOf) {
    if (spec.anyOf.some((form) => form.type === "number")) {
      return "choice or number";
    }
    return spec.anyOf.length > 1 ? "size" : lookOf(name, { ...spec.anyOf[0], type: "string" });
  }
  if (spec.enum) {
    const shapes = spec.enum.filter((word) => SHAPE.test(String(word)));
    return shapes.length > 1 ? "shape" : "choice";
  }
  switch (spec.type) {
    case "boolean":
      return "switch";
    case "integer":
    case "number":
      return name === "seed" ? "seed" : "number";
    case "string":
      if (spec.contentMediaType) {
        return "job";
      }
      return !spec.pattern && LONG.test(name) && (spec.maxLength ?? 1000) > 120 ? "words" : "text";
    case "array":
      if (spec.items?.type === "object") {
        return "objects";
      }
      return spec.items?.enum ? "choices" : spec.items?.type === "string" ? "texts" : "json";
    default:
      return "json";
  }
}

/** All words of a choice, also of one that takes something else beside them. */
export function choicesOf(spec: Spec): (string | number)[] {
  return spec.enum ?? spec.anyOf?.flatMap((form) => form.enum ?? []) ?? [];
}

/** Whether there is nothing to choose. */
function settled(spec: Spec): boolean {
  return spec.enum?.length === 1 && spec.enum[0] === spec.default;
}

const EVERYDAY = new Set([
  "prompt",
  "text",
  "lyrics",
  "gen_text",
  "aspect_ratio",
  "size",
  "image_size",
  "resolution",
  "duration",
  "n",
  "num_images",
  "count",
  "batch_size",
  "voice",
  "voice_id",
  "style",
  "quality",
  "factor",
  "upscale_factor",
]);
const FIRST = ["prompt", "text", "gen_text", "transcript", "input", "gpt_description_prompt"];
const LAST = ["n", "num_images", "count", "batch_size", "seed"];

/** The names that a rule asks for in some way. */
function wanted(rules: Spec[] = []): string[] {
  return rules.flatMap((rule) => [...(rule.required ?? []), ...wanted(rule.anyOf), ...wanted(rule.oneOf)]);
}

/** Which parameters are always shown, and which only when somebody wants more settings. */
export interface Plan {
  everyday: string[];
  more: string[];
}

/** In the order in which they are shown. */
export function planOf(spec: Spec): Plan {
  const all = Object.entries(spec.properties ?? {}).filter(([, one]) => !settled(one));
  const asked = new Set([...(spec.required ?? []), ...wanted(spec.allOf)]);
  const rank = ([name, one]: [string, Spec]) => {
    if (lookOf(name, one) === "media") {
      return 1;
    }
    // Words that may be left out stand behind the file that may not.
    if (FIRST.includes(name) && lookOf(name, one) === "words") {
      return asked.has(name) ? 0 : 2;
    }
    return LAST.includes(name) ? 4 : 3;
  };
  const sorted = all
    .map((entry, at) => ({ entry, at }))
    .sort((a, b) => rank(a.entry) - rank(b.entry) || a.at - b.at)
    .map(({ entry }) => entry);
  const daily = ([name, one]: [string, Spec]) =>
    asked.has(name) || EVERYDAY.has(name) || (lookOf(name, one) === "media" && !name.includes("mask"));
  const everyday = sorted.filter(daily).map(([name]) => name);
  const more = sorted.filter((entry) => !daily(entry)).map(([name]) => name);
  // One or two are not worth a click.
  return more.length <= 2 ? { everyday: sorted.map(([name]) => name), more: [] } : { everyday, more };
}
