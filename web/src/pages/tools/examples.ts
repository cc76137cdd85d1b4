/** Something to try each tool with: files that come with the app (made by the sandbox, so free to use), and words. */
import { Fault } from "../../api/fault";
import { upload } from "../../form/media/upload";
import { specOf } from "../../form/schema";
import clip from "./files/clip.mp4?url";
import picture from "./files/picture.jpg?url";
import speech from "./files/speech.mp3?url";
import { type FileKind, filesOf, type Input, type Tool } from "./offer";

const FILES: Record<FileKind, { address: string; name: string; type: string }> = {
  image: { address: picture, name: "picture.jpg", type: "image/jpeg" },
  video: { address: clip, name: "clip.mp4", type: "video/mp4" },
  audio: { address: speech, name: "speech.mp3", type: "audio/mpeg" },
};

/** Words that suit the tool and the example file better than those of the API's own example. */
const WORDS: Record<string, Input> = {
  "ai-image-generator": { prompt: "A lighthouse at dawn, soft light, seen from the sea" },
  "image-to-image": { prompt: "The same sea in winter, with ice on the water" },
  "object-remover": { object: "the moon" },
  "style-transfer": { style: "a woodcut from 1900" },
  "ai-art-generator": { prompt: "A fishing village in thick oil paint, evening light" },
  "text-to-video": { prompt: "Waves roll in below a lighthouse, the camera rises slowly" },
  "image-to-video": { prompt: "Clouds drift past the moon" },
  "ai-video-generator": { prompt: "A paper boat floats down a stream in the rain" },
  "text-to-speech": { text: "Good morning. The sea is calm today, and a small boat leaves the pier." },
  "ai-music-generator": { prompt: "Calm piano with soft strings, slow, hopeful" },
  "voice-cloning": { text: "This is what the voice says when it reads something new." },
  "sound-effects": { prompt: "Rain on a tin roof, with distant thunder" },
};

/** Sends one of the app's own files in, as if somebody had chosen it. */
async function send(kind: FileKind): Promise<string> {
  const { address, name, type } = FILES[kind];
  const answer = await fetch(address);
  if (!answer.ok) {
    throw new Fault("The example cannot be loaded.", answer.status, "unknown");
  }
  const file = new File([await answer.blob()], name, { type });
  const stored = await upload(file, () => {}, new AbortController().signal);
  return stored.id;
}

/** A complete input for the tool. */
export async function exampleOf(tool: Tool): Promise<Input> {
  const input: Input = { ...tool.example.input, ...WORDS[tool.id] };
  for (const { name, kind, many } of filesOf(specOf(tool.input_schema))) {
    if (name in input) {
      const id = await send(kind);
      input[name] = many ? [id] : id;
    }
  }
  return input;
}
