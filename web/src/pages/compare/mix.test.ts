import { expect, test } from "vitest";
import { inputFor, mix } from "./mix";

const prompt = { type: "string", minLength: 1, description: "What to draw." };
const model = (properties: Record<string, unknown>, required: string[] = ["prompt"]) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

test("choices are shared as far as all have them", () => {
  const { shared, own } = mix([
    model({ prompt, aspect_ratio: { type: "string", enum: ["auto", "1:1", "16:9"], default: "auto" } }),
    model({ prompt, aspect_ratio: { type: "string", enum: ["16:9", "1:1", "21:9"], default: "1:1" } }, [
      "prompt",
      "aspect_ratio",
    ]),
  ]);
  expect(shared.properties?.aspect_ratio).toEqual({ type: "string", enum: ["1:1", "16:9"] });
  expect(shared.required).toEqual(["prompt", "aspect_ratio"]);
  expect(own.map(({ properties }) => properties)).toEqual([{}, {}]);
});

test("what has no value in common is asked for model by model", () => {
  const { shared, own, apart } = mix([
    model({ prompt, duration: { type: "integer", enum: [5, 10], default: 5 } }),
    model({ prompt, duration: { type: "integer", enum: [4, 6, 8], default: 8 } }),
  ]);
  expect(Object.keys(shared.properties ?? {})).toEqual(["prompt"]);
  expect(apart).toEqual(["duration"]);
  expect(own.map(({ properties }) => Object.keys(properties ?? {}))).toEqual([["duration"], ["duration"]]);
});

test("a list of choices meets a range", () => {
  const { shared } = mix([
    model({ prompt, duration: { type: "integer", enum: [5, 10] } }),
    model({ prompt, duration: { type: "integer", minimum: 1, maximum: 8 } }),
  ]);
  expect(shared.properties?.duration).toEqual({ type: "integer", enum: [5] });
});

test("bounds narrow each other, and defaults hold where all have the same", () => {
  const { shared } = mix([
    model({
      prompt: { ...prompt, maxLength: 500 },
      n: { type: "integer", minimum: 1, maximum: 4, default: 1 },
    }),
    model({ prompt, n: { type: "integer", minimum: 1, maximum: 10, default: 1 } }),
  ]);
  expect(shared.properties?.prompt).toMatchObject({ minLength: 1, maxLength: 500 });
  expect(shared.properties?.n).toMatchObject({ minimum: 1, maximum: 4, default: 1 });
});

test("other forms under one name are not taken for the same", () => {
  const { shared, apart } = mix([
    model({ prompt, seed: { type: "integer" } }),
    model({ prompt, seed: { type: "string" } }),
  ]);
  expect(shared.properties?.seed).toBeUndefined();
  expect(apart).toEqual(["seed"]);
});

test("the prompt goes to those that have one, and each is sent only what it has", () => {
  const schemas = [
    model({ prompt, seed: { type: "integer" }, steps: { type: "integer" } }),
    model({ prompt, seed: { type: "integer" } }),
    model({ image: { type: "string" } }, ["image"]),
  ];
  const mixed = mix(schemas);
  expect(Object.keys(mixed.shared.properties ?? {})).toEqual(["prompt"]);
  expect(mixed.lacking).toEqual([[], [], ["prompt", "seed"]]);
  const sent = (at: number, own: Record<string, unknown>) =>
    inputFor(schemas[at] ?? {}, mixed, at, { prompt: "a fox", gone: 1 }, own);
  expect(sent(0, { steps: 4, image: "x" })).toEqual({ prompt: "a fox", steps: 4 });
  expect(sent(2, { image: "file_1" })).toEqual({ image: "file_1" });
});
