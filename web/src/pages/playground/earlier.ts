/** What a form begins with: an earlier job's parameters, a result that becomes an input, or a draft. */
import { Fault } from "../../api/fault";
import { lookOf, planOf, type Spec } from "../../form/schema";

type Input = Record<string, unknown>;

/** What `GET /v1/library/{id}` tells that a form needs. */
export interface EarlierJob {
  model: string;
  input: Input;
}

/** A job of the library; ids may have their prefix. */
export async function fetchEarlier(id: string): Promise<EarlierJob> {
  const response = await fetch(`/v1/library/${id.replace(/^(job|gen|task)_/, "")}`, {
    credentials: "same-origin",
  });
  if (!response.ok) {
    throw await Fault.of(response);
  }
  return (await response.json()) as EarlierJob;
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
