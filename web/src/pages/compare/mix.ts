/** What several models can be asked for together: parameters that all have under the same name, and values that all take. */
import { fits } from "../../form/check";
import { choicesOf, type JsonSchema, type Spec, specOf } from "../../form/schema";

export interface Mix {
  /** What is asked for once. */
  shared: Spec;
  /** What is asked for beside it, model by model. */
  own: Spec[];
  /** What a model does not have, though the prompt is asked for or all the others have it. */
  lacking: string[][];
  /** What all have, but without a value in common. */
  apart: string[];
}

/** Asked for once even where one of the models has no place for it. */
const ALWAYS = "prompt";

export function mix(schemas: JsonSchema[]): Mix {
  const specs = schemas.map(specOf);
  const names = [...new Set(specs.flatMap((spec) => Object.keys(spec.properties ?? {})))];
  const shared: Record<string, Spec> = {};
  const apart: string[] = [];
  for (const name of names) {
    const having = specs.flatMap((spec) => spec.properties?.[name] ?? []);
    if (having.length < specs.length && name !== ALWAYS) {
      continue;
    }
    const met = meet(having);
    if (met) {
      shared[name] = met;
    } else {
      apart.push(name);
    }
  }
  const demanded = (name: string) => specs.some(({ required }) => required?.includes(name));
  return {
    shared: {
      type: "object",
      properties: shared,
      required: Object.keys(shared).filter(demanded),
      additionalProperties: false,
    },
    own: specs.map((spec) => without(spec, shared)),
    lacking: specs.map((spec) =>
      names.filter((name) => {
        const others = specs.filter((other) => other !== spec);
        return (
          !spec.properties?.[name] &&
          (name in shared || (others.length > 0 && others.every((other) => other.properties?.[name])))
        );
      }),
    ),
    apart,
  };
}

/** The parameters that are asked for at the model itself. Rules between parameters are looked at with the whole input. */
function without({ properties = {}, required = [] }: Spec, shared: Record<string, Spec>): Spec {
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !(name in shared))),
    required: required.filter((name) => !(name in shared)),
    additionalProperties: false,
  };
}

function same(first: unknown, second: unknown): boolean {
  return JSON.stringify(first) === JSON.stringify(second);
}

/** The parts of a schema that all have to agree on. */
function core({ description, default: preset, title, ...rest }: Spec): Spec {
  return rest;
}

const most = (values: (number | undefined)[]) => {
  const told = values.filter((value) => value !== undefined);
  return told.length > 0 ? Math.max(...told) : undefined;
};
const least = (values: (number | undefined)[]) => {
  const told = values.filter((value) => value !== undefined);
  return told.length > 0 ? Math.min(...told) : undefined;
};

/** A schema of what fits all of these; none where nothing does, or where it cannot be said. */
function meet(specs: Spec[]): Spec | undefined {
  const [first] = specs;
  if (!first) {
    return undefined;
  }
  const met = specs.every((spec) => same(core(spec), core(first))) ? core(first) : narrow(specs, first);
  if (!met) {
    return undefined;
  }
  const preset = first.default;
  const agreed =
    preset !== undefined && specs.every((spec) => same(spec.default, preset)) && fits(met, preset);
  return {
    ...met,
    ...(first.description && { description: first.description }),
    // Each model has its own otherwise, and what is left out is left to it.
    ...(agreed && { default: preset }),
  };
}

function narrow(specs: Spec[], first: Spec): Spec | undefined {
  const choices = [...new Set(specs.flatMap(choicesOf))].filter((choice) =>
    specs.every((spec) => fits(spec, choice)),
  );
  if (choices.length > 0) {
    const [choice] = choices;
    return { type: typeof choice === "number" ? (first.type ?? "number") : "string", enum: choices };
  }
  // What is left are plain types with other bounds.
  const bounded = ({ minimum, maximum, minLength, maxLength, minItems, maxItems, ...rest }: Spec) =>
    core(rest);
  const plain = bounded(first);
  if (first.enum || first.anyOf || !specs.every((spec) => same(bounded(spec), plain))) {
    return undefined;
  }
  const met: Spec = {
    ...plain,
    minimum: most(specs.map(({ minimum }) => minimum)),
    maximum: least(specs.map(({ maximum }) => maximum)),
    minLength: most(specs.map(({ minLength }) => minLength)),
    maxLength: least(specs.map(({ maxLength }) => maxLength)),
    minItems: most(specs.map(({ minItems }) => minItems)),
    maxItems: least(specs.map(({ maxItems }) => maxItems)),
  };
  const empty = (low: number | undefined, high: number | undefined) =>
    low !== undefined && high !== undefined && low > high;
  return empty(met.minimum, met.maximum) ||
    empty(met.minLength, met.maxLength) ||
    empty(met.minItems, met.maxItems)
    ? undefined
    : met;
}

type Input = Record<string, unknown>;

/** What is sent to one model: the shared values that it has a place for, and its own. */
export function inputFor(schema: JsonSchema, mix: Mix, at: number, shared: Input, own: Input): Input {
  const has = specOf(schema).properties ?? {};
  const ownNames = mix.own[at]?.properties ?? {};
  return {
    ...Object.fromEntries(
      Object.entries(shared).filter(([name]) => name in has && name in (mix.shared.properties ?? {})),
    ),
    ...Object.fromEntries(Object.entries(own).filter(([name]) => name in ownNames)),
  };
}
