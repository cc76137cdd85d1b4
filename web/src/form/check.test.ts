import { describe, expect, test } from "vitest";
import { check, fits } from "./check";
import samples from "./samples.json";
import { lookOf, planOf, specOf } from "./schema";

/** Schemas of the catalogue: at least one of each shape that occurs in it. */
const spec = (id: keyof typeof samples) => specOf(samples[id]);
const URL = "https://x.example/1.png";

describe("what does not fit is told at its parameter", () => {
  const cases: [keyof typeof samples, Record<string, unknown>, Record<string, string>][] = [
    ["openai/gpt-image-2", {}, { prompt: "This is needed." }],
    ["openai/gpt-image-2", { prompt: "x" }, {}],
    [
      "openai/gpt-image-2",
      { prompt: "x", background: "transparent", output_format: "jpeg" },
      { output_format: "With this Background: png or webp." },
    ],
    ["black-forest-labs/flux-1.1-pro", { prompt: "x", image_size: "1024x768" }, {}],
    [
      "black-forest-labs/flux-1.1-pro",
      { prompt: "x", image_size: "1024x" },
      { image_size: "Each side 256 to 1,024 pixels in steps of 32." },
    ],
    ["elevenlabs/sound-effect", { text: "x", duration: "auto" }, {}],
    ["elevenlabs/sound-effect", { text: "x", duration: 99 }, { duration: "0.5 to 30." }],
    ["bytedance/seedance-1.0-lite", {}, { prompt: "Prompt, Start image or Images is needed." }],
    [
      "bytedance/seedance-1.0-lite",
      { image_urls: [URL], start_image_url: URL },
      { start_image_url: "Not together with Images." },
    ],
    [
      "bytedance/seedance-1.0-lite",
      { image_urls: [URL], resolution: "1080p" },
      { resolution: "With Images: 480p or 720p." },
    ],
    [
      "kuaishou/kling-3.0-omni-video",
      { prompt: "x", end_image_url: URL },
      { end_image_url: "Only together with Start image." },
    ],
    [
      "kuaishou/kling-3.0-omni-video",
      { multi_shot: [{ prompt: "a", duration: 20 }, { duration: 1 }] },
      { "multi_shot.0.duration": "A whole number, 1 to 15.", "multi_shot.1.prompt": "This is needed." },
    ],
    [
      "kuaishou/kling-3.0-omni-video",
      { prompt: "x", elements: [{}] },
      { "elements.0.image_urls": "With this Type: this is needed." },
    ],
    [
      "kuaishou/kling-3.0-omni-video",
      { prompt: "x", image_urls: [URL, "ftp://x"] },
      { "image_urls.1": "A URL that begins with http:// or https://, or the id of a file or job." },
    ],
    [
      "higgsfield-ai/lite",
      { prompt: "x", start_image_url: URL, motion_id: "x" },
      { motion_id: "An id like 3f0c1b9a-2d4e-4c6f-8a10-5b7c9d1e2f34." },
    ],
    ["elevenlabs/text-to-dialogue", { dialogue: [] }, { dialogue: "This is needed." }],
    ["fal-ai/**", { prompt: "x", steps: 3 }, {}],
    ["openai/gpt-image-2", { prompt: "x", steps: 3 }, { "": "There is no parameter steps." }],
  ];
  test.each(cases)("%s %j", (id, input, faults) => {
    expect(check(spec(id), input)).toEqual(faults);
  });

  test("and nothing that fits is called wrong", () => {
    for (const [id, input] of cases) {
      const told = Object.keys(check(spec(id), input)).length === 0;
      expect([id, input, told]).toEqual([id, input, fits(spec(id), input)]);
    }
  });
});

test("every parameter of the samples has a field of its own, and is shown once", () => {
  const looks = new Set<string>();
  for (const [id, schema] of Object.entries(samples)) {
    const { properties = {} } = specOf(schema);
    for (const [name, one] of Object.entries(properties)) {
      looks.add(lookOf(name, one));
    }
    const { everyday, more } = planOf(specOf(schema));
    const hidden = Object.keys(properties).filter((name) => ![...everyday, ...more].includes(name));
    expect(new Set([...everyday, ...more]).size).toBe(everyday.length + more.length);
    for (const name of hidden) {
      expect([id, name, properties[name]?.enum?.length]).toEqual([id, name, 1]);
    }
  }
  expect([...looks].sort()).toEqual([
    "choice",
    "choice or number",
    "choices",
    "job",
    "media",
    "number",
    "objects",
    "seed",
    "shape",
    "size",
    "switch",
    "text",
    "texts",
    "words",
  ]);
});

test("the words come first, then the files, and the count last", () => {
  expect(planOf(spec("kuaishou/kling-3.0-omni-video")).everyday.slice(0, 3)).toEqual([
    "prompt",
    "image_urls",
    "start_image_url",
  ]);
  expect(planOf(spec("kuaishou/kling-3.0-omni-video")).everyday.at(-1)).toBe("count");
});
