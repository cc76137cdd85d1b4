/** A model's own parameters in the words that all models share (docs/dialects/generations.md). */
import type { Json, JsonObject } from "./json";

interface Common {
  words: JsonObject;
  /** How many; it stands beside the input. */
  n?: number;
  /** Parameters without a common word. */
  others: string[];
}

/** The common word for a parameter, if its value can be said with it; the server turns it back into the same. */
function wordFor(name: string, value: Json): string | undefined {
  const text = typeof value === "string" ? value : undefined;
  switch (name) {
    case "prompt":
    case "negative_prompt":
      return text && name;
    case "text":
      return text && "prompt";
    case "seed":
    case "duration":
      return Number.isInteger(value) ? name : undefined;
    case "aspect_ratio":
      return text && /^\d+:\d+$/.test(text) ? name : undefined;
    case "size":
    case "image_size":
      return text && /^\d+x\d+$/.test(text) ? "size" : undefined;
    case "resolution":
      // Other words, such as `hd`, mean another thing with each model.
      return text && /^(\d{3,4}p|\dk)$/.test(text) ? name : undefined;
    case "n":
    case "num_images":
      return Number.isInteger(value) ? "n" : undefined;
    // Lists are left out: with some models they are references, with others the first and the last frame.
    case "image":
    case "image_url":
    case "input_image":
      return text && "images";
    default:
      return undefined;
  }
}

export function common(input: JsonObject): Common {
  const words: JsonObject = {};
  const others: string[] = [];
  let n: number | undefined;
  for (const [name, value] of Object.entries(input)) {
    const word = wordFor(name, value);
    if (word === undefined || word in words || (word === "n" && n !== undefined)) {
      others.push(name);
    } else if (word === "n" && typeof value === "number") {
      n = value;
    } else {
      words[word] = word === "images" ? [value] : value;
    }
  }
  if (words.prompt === undefined && words.images === undefined) {
    // One of them must be there.
    return { words: {}, others: Object.keys(input) };
  }
  return { words, n, others };
}
