/** Decodes a sound to draw it. Bounded, because a decoded hour takes more memory than a page should. */
import { peaks } from "./peaks";

const BYTES_MAX = 30_000_000;
const SECONDS_MAX = 30 * 60;
/** Enough to see a voice, and a sixth of what a full decoding would take. */
const RATE_HZ = 8000;
const SPANS = 400;

/** The shape of the sound behind an address; nothing where it is too long. */
export async function shapeOf(
  url: string,
  seconds: number | null | undefined,
  signal: AbortSignal,
): Promise<Float32Array | null> {
  if ((seconds ?? 0) > SECONDS_MAX) {
    return null;
  }
  const given = new AbortController();
  const response = await fetch(url, { signal: AbortSignal.any([signal, given.signal]) });
  if (!response.ok) {
    throw new Error(`the sound cannot be read: HTTP ${response.status}`);
  }
  if (Number(response.headers.get("content-length") ?? Number.POSITIVE_INFINITY) > BYTES_MAX) {
    given.abort();
    return null;
  }
  const context = new OfflineAudioContext(1, 1, RATE_HZ);
  const sound = await context.decodeAudioData(await response.arrayBuffer());
  const channels = Array.from({ length: sound.numberOfChannels }, (_, at) => sound.getChannelData(at));
  return peaks(channels, SPANS);
}
