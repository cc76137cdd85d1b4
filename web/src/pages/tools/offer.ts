/** What a tool asks for with one of its models, and how it is filled in for a first try. */
import type { components } from "../../api/schema";
import { fits } from "../../form/check";
import { type Spec, specOf } from "../../form/schema";
import { label } from "../../form/wording";

export type Tool = components["schemas"]["ToolDetail"];
export type ToolModel = Tool["models"][number];
export type Input = Record<string, unknown>;

/** The model that is asked for, or else the first that this key can use, or else the first. */
export function modelOf(tool: Tool, chosen: string | undefined): ToolModel | undefined {
  return (
    tool.models.find(({ id }) => id === chosen) ??
    tool.models.find(({ enabled }) => enabled) ??
    tool.models[0]
  );
}

/** The tool's input as this model takes it: what it has a place for, what it needs, and its own defaults. */
export function schemaFor(tool: Tool, model: ToolModel): Record<string, unknown> {
  const { properties = {}, required = [], ...rest } = specOf(tool.input_schema);
  const taken = Object.entries(properties)
    .filter(([name]) => model.takes.includes(name))
    .map(([name, spec]): [string, Spec] => [name, withDefault(spec, model.defaults[name])]);
  return { ...rest, properties: Object.fromEntries(taken), required: [...required, ...model.needs] };
}

function withDefault(spec: Spec, preset: unknown): Spec {
  if (preset === undefined) {
    return spec;
  }
  if (fits(spec, preset)) {
    return { ...spec, default: preset };
  }
  // A word of the model's own, such as "auto", which the tool does not take.
  return { ...spec, description: `${spec.description ?? ""} Left out: ${String(preset)}.`.trim() };
}

/** What was filled in and the chosen model takes; the rest is kept for another model, and not sent. */
export function taken(model: ToolModel, input: Input): Input {
  return Object.fromEntries(Object.entries(input).filter(([name]) => model.takes.includes(name)));
}

/** The names of what was filled in that the chosen model does not take. */
export function left(model: ToolModel, input: Input): string[] {
  return Object.keys(input).filter((name) => !model.takes.includes(name));
}

/** What a model of the tool has no place for, and what it needs beside what all need, in a sentence. */
export function differences(tool: Tool, model: ToolModel): string {
  const all = Object.keys(specOf(tool.input_schema).properties ?? {});
  const without = all.filter((name) => !model.takes.includes(name)).map(label);
  const needs = model.needs.map(label);
  return [
    needs.length > 0 ? `Needs ${needs.join(", ")}.` : "",
    without.length > 0 ? `Does not take ${without.join(", ")}.` : "",
  ]
    .filter(Boolean)
    .join(" ");
}

export type FileKind = "image" | "video" | "audio";

/** The parameters that take files, with the kind that they take. */
export function filesOf(spec: Spec): { name: string; kind: FileKind; many: boolean }[] {
  return Object.entries(spec.properties ?? {}).flatMap(([name, one]) => {
    const kind = kindOf(one.items ?? one);
    return kind ? [{ name, kind, many: one.type === "array" }] : [];
  });
}

function kindOf({ contentMediaType }: Spec): FileKind | undefined {
  const [kind] = contentMediaType?.split("/") ?? [];
  return kind === "image" || kind === "video" || kind === "audio" ? kind : undefined;
}
