/** What a form begins with: an earlier job's parameters, a result that becomes an input, or a draft. */
import { api } from "../../api/client";
import type { components } from "../../api/schema";
import { lookOf, planOf, type Spec } from "../../form/schema";

type Input = Record<string, unknown>;

/** A job of the library. */
export type EarlierJob = components["schemas"]["LibraryJob"];

/** Fetches it by its id in any form. */
export async function fetchEarlier(id: string): Promise<EarlierJob | undefined> {
  const { data } = await api.GET("/v1/library/{id}", { params: { path: { id } } });
  return data;
}

/** The parameters that the model has, without those that say what is so anyway. */
export function takenOver(spec: Spec, input: Input): Input {
  return Object.fromEntries(
    Object.entries(input).filter(([name, value]) => {
      const one = spec.properties?.[name];
      return one
        ? JSON.stringify(value) !== JSON.stringify(one.default)
        : spec.additionalProperties === true && value !== undefined;
    }),
  );
}

/** Puts a file into the first parameter that takes its kind; the input as it was if none does. */
export function withFile(spec: Spec, input: Input, file: string, type: string | undefined): Input {
  const { everyday, more } = planOf(spec);
  const takes = (name: string) => {
    const one = spec.properties?.[name] ?? {};
    const range = (one.items ?? one).contentMediaType;
    return lookOf(name, one) === "media" && (!range || !type || range.startsWith(type));
  };
  const fit = [...everyday, ...more].filter(takes);
  const name = fit.find((name) => spec.required?.includes(name)) ?? fit[0];
  if (name === undefined) {
    return input;
  }
  return { ...input, [name]: spec.properties?.[name]?.type === "array" ? [file] : file };
}
