/** What keeps an input from fitting its schema, by the parameter at fault and in words. */
import { type Schema, Validator } from "@cfworker/json-schema";
import type { Spec } from "./schema";
import { bounds, either, label, number } from "./wording";

/** A message for each place at fault, such as `images.0`. What concerns nothing in particular is at "". */
export type Faults = Record<string, string>;

const validators = new WeakMap<Spec, Validator>();

/** Whether a value fits a schema. */
export function fits(spec: Spec, value: unknown): boolean {
  let validator = validators.get(spec);
  if (!validator) {
    validator = new Validator(spec as Schema, "2020-12");
    validators.set(spec, validator);
  }
  return validator.validate(value).valid;
}

type Input = Record<string, unknown>;

function isObject(value: unknown): value is Input {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Everything that is wrong with an input. */
export function check(spec: Spec, input: Input): Faults {
  const faults: Faults = {};
  object(spec, input, "", faults);
  return faults;
}

function object(spec: Spec, input: Input, at: string, faults: Faults): void {
  const put = (name: string, message: string) => {
    faults[at + name] ??= message;
  };
  for (const name of spec.required ?? []) {
    if (input[name] === undefined) {
      put(name, "This is needed.");
    }
  }
  for (const [name, value] of Object.entries(input)) {
    const one = spec.properties?.[name];
    if (value === undefined) {
      continue;
    }
    if (one) {
      field(one, value, at + name, faults);
    } else if (spec.additionalProperties === false) {
      put("", `There is no parameter ${name}.`);
    }
  }
  for (const [name, others] of Object.entries(spec.dependentRequired ?? {})) {
    const missing = others.filter((other) => input[other] === undefined);
    if (input[name] !== undefined && missing.length > 0) {
      put(name, `Only together with ${either(missing.map(label), "and")}.`);
    }
  }
  for (const rule of spec.allOf ?? []) {
    obey(rule, input, put);
  }
}

function field(spec: Spec, value: unknown, at: string, faults: Faults): void {
  if (spec.type !== "array" || !Array.isArray(value)) {
    if (!fits(spec, value)) {
      faults[at] = complaint(spec, value);
    }
    return;
  }
  if (value.length < (spec.minItems ?? 0)) {
    faults[at] = spec.minItems === 1 ? "This is needed." : `At least ${spec.minItems} are needed.`;
  } else if (value.length > (spec.maxItems ?? Number.POSITIVE_INFINITY)) {
    faults[at] = `At most ${spec.maxItems}.`;
  }
  const { items } = spec;
  if (items) {
    value.forEach((item, index) => {
      if (items.type === "object" && isObject(item)) {
        object(items, item, `${at}.${index}.`, faults);
      } else {
        field(items, item, `${at}.${index}`, faults);
      }
    });
  }
}

/** What a value should have been. */
function complaint(spec: Spec, value: unknown): string {
  if (spec.enum) {
    return `One of ${either(spec.enum)}.`;
  }
  const told = bounds(spec);
  if (spec.type === "integer" || spec.type === "number") {
    const kind = spec.type === "integer" ? "A whole number" : "A number";
    return told ? `${kind}, ${told}.` : `${kind}.`;
  }
  if (spec.type === "string" && typeof value === "string") {
    if (spec.maxLength !== undefined && [...value].length > spec.maxLength) {
      return `At most ${number(spec.maxLength)} characters; these are ${number([...value].length)}.`;
    }
    if (spec.contentMediaType || spec.format === "uri-reference") {
      return spec.format
        ? "A URL that begins with http:// or https://, or the id of a file or job."
        : "The id of a job, such as job_ and 32 more characters.";
    }
    if (spec.format === "uuid") {
      return "An id like 3f0c1b9a-2d4e-4c6f-8a10-5b7c9d1e2f34.";
    }
  }
  if (spec.anyOf && told) {
    return `${told.charAt(0).toUpperCase()}${told.slice(1)}.`;
  }
  return "This does not fit.";
}

/** The parameters that a condition looks at, in words: "Images" if it only must be there, else "this Mode". */
function looksAt(condition: Spec | undefined): string[] {
  const names = (condition?.allOf ?? []).flatMap((part) => [
    ...Object.keys(part.properties ?? {}).map((name) => `this ${label(name)}`),
    ...(part.properties ? [] : (part.required ?? []).map(label)),
    ...(part.not?.required ?? []).map((name) => `no ${label(name)}`),
  ]);
  return [...new Set(names)];
}

const firsts = (forms: Spec[]) => forms.flatMap((form) => form.required ?? []);

function obey(rule: Spec, input: Input, put: (name: string, message: string) => void): void {
  if (rule.if && !fits(rule.if, input)) {
    return;
  }
  const demand = rule.then ?? rule;
  if (fits(demand, input)) {
    return;
  }
  const given = (name: string) => input[name] !== undefined;
  const causes = looksAt(rule.if);
  const because = causes.length > 0 ? `With ${either(causes, "and")}: ` : "";
  if (demand.anyOf || demand.oneOf) {
    const names = firsts(demand.anyOf ?? demand.oneOf ?? []);
    const there = names.filter(given);
    if (there.length > 1) {
      put(there[there.length - 1] ?? "", `Not together with ${either(there.slice(0, -1).map(label))}.`);
    } else {
      put(names[0] ?? "", `${because}${either(names.map(label))} is needed.`);
    }
  }
  for (const name of (demand.required ?? []).filter((name) => !given(name) && !demand.properties?.[name])) {
    put(name, `${because}this is needed.`.replace(/^t/, "T"));
  }
  for (const pair of demand.allOf ?? []) {
    const [first = "", second = ""] = pair.not?.required ?? [];
    if (given(first) && given(second)) {
      put(second, `Not together with ${label(first)}.`);
    }
  }
  for (const name of firsts(demand.not?.anyOf ?? []).filter(given)) {
    put(name, causes.length > 0 ? `Not together with ${either(causes, "and")}.` : "Not here.");
  }
  for (const [name, one] of Object.entries(demand.properties ?? {})) {
    if (!given(name) ? demand.required?.includes(name) : !fits(one, input[name])) {
      put(name, `${because}${allowed(one)}.`);
    }
  }
}

/** What a rule lets a parameter be. */
function allowed(spec: Spec): string {
  if (spec.maxLength !== undefined) {
    return `at most ${number(spec.maxLength)} characters`;
  }
  return either(
    (spec.anyOf ?? []).map((form) => (form.const === undefined ? (bounds(form) ?? "") : String(form.const))),
  );
}
