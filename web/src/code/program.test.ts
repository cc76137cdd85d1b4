import { execFileSync } from "node:child_process";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { cliProgram } from "./cli";
import { common } from "./common";
import { tokens } from "./highlight";
import { asJavaScript, asJson, asPython, asShell } from "./json";
import { LANGUAGES, type Language, programOf } from "./program";
import { callOf, DIALECTS, type Dialect } from "./request";

// biome-ignore lint/suspicious/noTemplateCurlyInString: meant to be misread
const NASTY = "it's \"100 %\" $HOME `id` \\n \\ !!\nEOF\n{}${x}\u2028 \u00e9 \u{1f98a} 'q' #no //no \t<&>";
const MODEL = "black-forest-labs/flux-1.1-pro";
const URL = "https://media.example.com";

test("a word of the shell is read as exactly itself", () => {
  for (const text of [NASTY, "", "plain-word_1.2/x", "-n", "~", "*", "a b", "$(id)"]) {
    expect(execFileSync("sh", ["-c", `printf %s ${asShell(text)}`], { encoding: "utf8" })).toBe(text);
  }
  expect(asShell("n=2")).toBe("n=2");
});

test("literals are read as exactly what they stand for", () => {
  const value = {
    "a b": NASTY,
    n: -1.5e21,
    list: [true, false, null, {}, [], ["x"]],
    __proto__x: 1,
    ok: { deep: "" },
  };
  expect(JSON.parse(asJson(value))).toEqual(value);
  expect(runInNewContext(`(${asJavaScript(value)})`)).toEqual(value);
  const own = JSON.parse('{"__proto__": 1}');
  expect(Object.keys(runInNewContext(`(${asJavaScript(own)})`))).toEqual(["__proto__"]);
  expect(asPython([true, false, null, "a\nb"])).toBe('[\n    True,\n    False,\n    None,\n    "a\\nb",\n]');
});

test("a request goes out in each dialect's own form", () => {
  const request = {
    model: MODEL,
    input: { prompt: "a fox", num_images: 2, seed: undefined, image_size: null },
  };
  expect(callOf("generations", request)).toMatchObject({
    path: "/v1/generations",
    body: { model: MODEL, input: { prompt: "a fox" }, n: 2 },
    headers: {},
    notes: [],
  });
  expect(callOf("jobs", request)).toMatchObject({
    path: `/v1/models/${MODEL}/run`,
    body: { input: { prompt: "a fox", num_images: 2 } },
  });
  expect(callOf("task-submit", request)).toMatchObject({ path: "/v1/task/submit", body: { model: MODEL } });
  expect(callOf("tasks", request)).toMatchObject({ path: "/v1/tasks", body: { model: MODEL } });
});

test("what the common fields cannot say goes out in the model's own words, and people are told", () => {
  const input = { prompt: "a fox", num_images: 2, output_format: "png" };
  const call = callOf("generations", { model: MODEL, input });
  expect(call).toMatchObject({ body: { model: MODEL, input }, headers: { "Spool-Vocabulary": "model" } });
  expect(JSON.stringify(call)).toContain("no word for `output_format`");
  expect(JSON.stringify(call)).not.toContain('"n":');
});

test("only what means the same has a common word", () => {
  expect(
    common({ text: "Hello", duration: 5, image_url: "file_1", aspect_ratio: "16:9", size: "10x20" }),
  ).toEqual({
    words: { prompt: "Hello", duration: 5, images: ["file_1"], aspect_ratio: "16:9", size: "10x20" },
    n: undefined,
    others: [],
  });
  const input = {
    prompt: "x",
    duration: "5",
    image_size: "square",
    image_urls: ["a"],
    resolution: "hd",
    seed: 1.5,
  };
  expect(common(input).others).toEqual(["duration", "image_size", "image_urls", "resolution", "seed"]);
  // Two names for one word, and nothing to begin with.
  expect(common({ prompt: "x", text: "y" }).others).toEqual(["text"]);
  expect(common({ seed: 1 }).others).toEqual(["seed"]);
});

test("tools are of one dialect", () => {
  const request = { tool: "remove-background", model: "bria/background-remove", input: { image: "file_1" } };
  expect(callOf("jobs", request)).toMatchObject({
    path: "/v1/tools/remove-background/run",
    body: { model: "bria/background-remove", input: { image: "file_1" } },
  });
  for (const dialect of ["generations", "task-submit", "tasks"] as const) {
    expect(callOf(dialect, request)).toHaveProperty("refusal");
  }
  expect(cliProgram(request, URL)).toHaveProperty("refusal");
});

test("the command line says what it can and refuses what it would misread", () => {
  const input = { prompt: "it's", n: 2, loop: true, images: ["a", "b"], word: "null", quoted: '"x"' };
  expect(cliProgram({ model: MODEL, input }, URL)).toContain(
    `spool run ${MODEL} \\
  --url ${URL} \\
  -i 'prompt=it'\\''s' \\
  -i n=2 \\
  -i loop=true \\
  -i 'images=["a","b"]' \\
  -i word=null \\
  -i 'quoted="x"'
`,
  );
  for (const prompt of ["42", "true", "[1]", "{}", " 1 ", "x".repeat(200_000)]) {
    expect(cliProgram({ model: MODEL, input: { prompt } }, URL), prompt.slice(0, 9)).toHaveProperty(
      "refusal",
    );
  }
});

test("colours change no character, and remarks are told from texts", () => {
  const input = { prompt: NASTY, output_format: "png", seed: 42, ok: true };
  for (const language of Object.keys(LANGUAGES) as Language[]) {
    for (const dialect of Object.keys(DIALECTS) as Dialect[]) {
      const program = programOf(language, dialect, { model: MODEL, input }, URL);
      const text = "text" in program ? program.text : "";
      expect(text).not.toBe("");
      const parts = tokens(language, text);
      expect(parts.map((part) => part.text).join("")).toBe(text);
      expect(parts.filter(({ kind, text }) => kind === "comment" && text.includes("no //no"))).toEqual([]);
    }
  }
  expect(tokens("python", 'x = "# no" # yes').map(({ kind }) => kind)).toEqual([
    undefined,
    "string",
    undefined,
    "comment",
  ]);
  expect(tokens("curl", `a='it'\\''s # "' # yes`).at(-1)).toEqual({ text: "# yes", kind: "comment" });
});
