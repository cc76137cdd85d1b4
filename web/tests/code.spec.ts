/** Every program that the app shows is run as it stands, and must make what the request itself makes. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Json, JsonObject } from "../src/code/json";
import { LANGUAGES, type Language, programOf } from "../src/code/program";
import { type Call, callOf, DIALECTS, type Dialect } from "../src/code/request";
import { accessible, expect, type Server, shot, test } from "./spool";

const run = promisify(execFile);

const NASTY =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: meant to be misread
  "it's a \"fox\" at 100 % in $HOME `id` ${PATH} \\n \\ !!\nJSON\nEOF\n\u2028 h\u00e9n \u{1f98a} {x} # no // no\t<&> '";

/** What is asked for. A seed makes the sandbox draw the same again. */
const REQUESTS: { name: string; model: string; input: Record<string, unknown> }[] = [
  {
    name: "two pictures",
    model: "black-forest-labs/flux-1.1-pro",
    input: {
      prompt: NASTY,
      num_images: 2,
      seed: 7,
      output_format: "png",
      image_size: { width: 256, height: 320 },
    },
  },
  {
    name: "a picture in the words of all models",
    model: "black-forest-labs/flux-schnell",
    input: { prompt: NASTY, seed: 7 },
  },
  {
    name: "a clip",
    model: "alibaba/wan-3.0",
    input: { prompt: NASTY, seed: 7, duration: 3, resolution: "480p", aspect_ratio: "9:16" },
  },
  { name: "speech", model: "elevenlabs/eleven-v4", input: { text: NASTY, seed: 7, stability: 0.5 } },
  {
    name: "a transcript",
    model: "openai/whisper",
    input: { audio_url: 'https://example.com/it\'s a "talk".mp3', task: "transcribe" },
  },
];

const START: Record<Language, (file: string) => [string, string[]]> = {
  curl: (file) => ["sh", [file]],
  python: (file) => ["python3", [file]],
  javascript: (file) => [process.execPath, [file]],
  // The command is found by its name, as it is where the program is installed.
  cli: (file) => ["sh", [file]],
};
const FILES: Record<Language, string> = {
  curl: "run.sh",
  python: "run.py",
  javascript: "run.mjs",
  cli: "run.sh",
};

const hash = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");

async function post(server: Server, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { Authorization: `Bearer ${server.testKey}`, "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return await response.json();
}

/** What the request makes when it is sent without any program: the hashes of its files, or its text. */
async function wanted(server: Server, model: string, input: Record<string, unknown>): Promise<string[]> {
  let job = await post(server, `/v1/models/${model}/run`, { input });
  expect(job.status, JSON.stringify(job)).toBe("completed");
  job = job.output.items;
  return await Promise.all(
    job.map(async (item: { url?: string; text?: string }) =>
      item.url ? hash(new Uint8Array(await (await fetch(item.url)).arrayBuffer())) : item.text,
    ),
  );
}

/** Starts the program in a folder of its own; what it saved, else what it printed. */
async function made(server: Server, folder: string, language: Language, text: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const file = FILES[language];
  await writeFile(join(folder, file), text);
  const [program, args] = START[language](file);
  const path = `${join(folder, "..", "bin")}:${process.env.PATH}`;
  const { stdout } = await run(program, args, {
    cwd: folder,
    env: { PATH: path, HOME: folder, LANG: "C.UTF-8", SPOOL_KEY: server.testKey },
  });
  const saved = (await readdir(folder)).filter((name) => name !== file);
  return saved.length > 0
    ? await Promise.all(saved.map(async (name) => hash(await readFile(join(folder, name)))))
    : // The command says what a text has cost in a line below it.
      [stdout.trim().replace(/\ncost .*$/, "")];
}

for (const { name, model, input } of REQUESTS) {
  for (const language of Object.keys(LANGUAGES) as Language[]) {
    test(`${LANGUAGES[language]} makes ${name}`, async ({ server }, info) => {
      const bin = info.outputPath("bin");
      await mkdir(bin, { recursive: true });
      const spool = process.env.SPOOL_BIN ?? "";
      await writeFile(join(bin, "spool"), `#!/bin/sh\nexec '${spool}' "$@"\n`, { mode: 0o755 });
      const want = (await wanted(server, model, input)).sort();
      // The command has one form for all dialects.
      const dialects = language === "cli" ? (["jobs"] as const) : (Object.keys(DIALECTS) as Dialect[]);
      await Promise.all(
        dialects.map(async (dialect) => {
          const program = programOf(language, dialect, { model, input }, server.url);
          expect(program).toHaveProperty("text");
          const text = "text" in program ? program.text : "";
          const got = await made(server, info.outputPath(dialect), language, text);
          expect({ dialect, got: got.sort() }).toEqual({ dialect, got: want });
        }),
      );
    });
  }
}

test("the page of a model shows the request that its form makes", async ({ user: page, server }) => {
  await page.goto("/playground/black-forest-labs/flux-1.1-pro");
  await page.getByLabel("Prompt").fill(NASTY);
  await page.getByRole("tab", { name: "Code" }).click();
  const program = page.getByRole("region", { name: "Program" });
  const languages = page.getByRole("radiogroup", { name: "Language" });
  const input = { prompt: NASTY };
  for (const [dialect, label] of Object.entries(DIALECTS) as [Dialect, string][]) {
    await page.getByRole("tab", { name: label, exact: true }).click();
    for (const [language, name] of Object.entries(LANGUAGES) as [Language, string][]) {
      await languages.getByText(name, { exact: true }).click();
      const written = programOf(
        language,
        dialect,
        { model: "black-forest-labs/flux-1.1-pro", input },
        server.url,
      );
      await expect.poll(() => program.textContent()).toBe("text" in written ? written.text : "");
    }
  }
  await languages.getByText("Python", { exact: true }).click();
  await shot(page, "code-tabs");
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await accessible(page);
    await shot(page, `code-tabs-${colorScheme}`);
  }
  // The choice is still there at the next visit.
  await page.reload();
  await page.getByRole("tab", { name: "Code" }).click();
  await expect(page.getByRole("radio", { name: "Python", exact: true })).toBeChecked();
  await expect(page.getByRole("tab", { name: "tasks", exact: true })).toHaveAttribute(
    "aria-selected",
    "true",
  );
});

test("the common fields of generations mean what the model's own parameters mean", async ({ server }) => {
  test.setTimeout(300_000);
  const dryRun = { "Spool-Dry-Run": "true" };
  const { models } = await get(server, "/v1/models?limit=100");
  let compared = 0;
  for (const { id } of models) {
    const { input_schema: schema } = await get(server, `/v1/models/${id}`);
    const input = example(schema);
    const own = await post(server, `/v1/models/${id}/run`, { input }, dryRun);
    if (own.error) {
      // It needs more than an example can guess, such as a file.
      continue;
    }
    const call = callOf("generations", { model: id, input });
    expect(call).toHaveProperty("body");
    const { body, headers } = call as Call;
    const common = await post(server, "/v1/generations", body, { ...headers, ...dryRun });
    expect({ id, input: common.input, n: common.n }).toEqual({ id, input: own.input, n: common.n });
    compared += Object.keys(headers).length === 0 ? 1 : 0;
  }
  expect(compared).toBeGreaterThan(20);
});

async function get(server: Server, path: string) {
  return await (
    await fetch(server.url + path, { headers: { Authorization: `Bearer ${server.testKey}` } })
  ).json();
}

/** Values other than the defaults, for the parameters that may have a common word. */
function example(schema: {
  properties: Record<string, { type?: string; enum?: Json[]; anyOf?: { enum?: Json[] }[]; minimum?: number }>;
}): JsonObject {
  const texts: Record<string, string> = {
    prompt: "a fox",
    text: "a fox",
    negative_prompt: "rain",
    aspect_ratio: "16:9",
  };
  const found: JsonObject = {};
  for (const [name, { type, enum: words, anyOf, minimum }] of Object.entries(schema.properties)) {
    const choice = (words ?? anyOf?.[0]?.enum)?.at(-1);
    if (
      ["aspect_ratio", "size", "image_size", "resolution", "duration"].includes(name) &&
      choice !== undefined
    ) {
      found[name] = choice;
    } else if (type === "string" && texts[name] !== undefined) {
      found[name] = texts[name];
    } else if (type === "integer" && ["seed", "duration"].includes(name)) {
      found[name] = Math.max(minimum ?? 0, 6);
    }
  }
  return found;
}
