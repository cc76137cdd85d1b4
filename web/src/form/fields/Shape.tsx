/** A little drawing of a picture's shape. */
const NAMED: Record<string, [number, number]> = {
  square: [1, 1],
  square_hd: [1, 1],
  portrait: [3, 4],
  landscape: [4, 3],
};

/** Width to height of a word such as `16:9`, `1024x768` or `landscape_16_9`. */
export function sidesOf(word: string): [number, number] | undefined {
  const sides = /^(\d+(?:\.\d+)?)[:x×](\d+(?:\.\d+)?)$/.exec(word);
  if (sides) {
    return [Number(sides[1]), Number(sides[2])];
  }
  const named = /^(portrait|landscape)_(\d+)_(\d+)$/i.exec(word);
  if (named) {
    const [small, large] = [Number(named[2]), Number(named[3])].sort((a, b) => a - b);
    return named[1]?.toLowerCase() === "portrait" ? [small ?? 1, large ?? 1] : [large ?? 1, small ?? 1];
  }
  return NAMED[word.toLowerCase()];
}

export function Shape({ word, size = 18 }: { word: string; size?: number }) {
  const sides = sidesOf(word);
  const [wide, high] = sides ?? [1, 1];
  const scale = (size - 2) / Math.max(wide, high);
  const [width, height] = [Math.max(wide * scale, 3), Math.max(high * scale, 3)];
  return (
    <svg width={size} height={size} viewBox={`0 0 ${size} ${size}`} aria-hidden="true">
      <rect
        x={(size - width) / 2}
        y={(size - height) / 2}
        width={width}
        height={height}
        rx={1.5}
        fill="none"
        stroke="currentColor"
        strokeWidth={1.5}
        strokeDasharray={sides ? undefined : "2.5 2.5"}
      />
    </svg>
  );
}
