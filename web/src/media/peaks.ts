/** The shape of a sound: how loud it is at most in each of so many spans, from 0 to 1. */
export function peaks(channels: Float32Array[], count: number): Float32Array {
  const shape = new Float32Array(count);
  for (const samples of channels) {
    for (let span = 0; span < count; span++) {
      const from = Math.floor((span * samples.length) / count);
      const to = Math.max(from + 1, Math.floor(((span + 1) * samples.length) / count));
      let most = shape[span] ?? 0;
      for (let at = from; at < to; at++) {
        most = Math.max(most, Math.abs(samples[at] ?? 0));
      }
      shape[span] = most;
    }
  }
  // Quiet sounds are seen as well; true silence stays flat.
  const loudest = shape.reduce((most, value) => Math.max(most, value), 0);
  return loudest > 0.001 ? shape.map((value) => value / loudest) : shape.fill(0);
}
