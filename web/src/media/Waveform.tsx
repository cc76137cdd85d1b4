/** The shape of a sound, drawn; a press, a drag or the arrow keys lead to a place in it. */
import { useComputedColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { clock } from "./output";
import { shapeOf } from "./shapeOf";
import classes from "./Waveform.module.css";

const BAR = 2;
const GAP = 1;

function draw(canvas: HTMLCanvasElement, width: number, shape: Float32Array | null, played: number) {
  const height = canvas.clientHeight;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  if (!pen) {
    return;
  }
  const style = getComputedStyle(canvas);
  const colours = { played: style.getPropertyValue("--played"), open: style.color };
  pen.scale(ratio, ratio);
  const bars = Math.floor(width / (BAR + GAP));
  for (let bar = 0; bar < bars; bar++) {
    const from = Math.floor((bar / bars) * (shape?.length ?? 0));
    const to = Math.max(from + 1, Math.floor(((bar + 1) / bars) * (shape?.length ?? 0)));
    const loud = shape ? Math.max(0, ...shape.subarray(from, to)) : 0;
    const tall = Math.max(2, loud * (height - 4));
    pen.fillStyle = bar / bars < played ? colours.played : colours.open;
    pen.fillRect(bar * (BAR + GAP), (height - tall) / 2, BAR, tall);
  }
}

interface Props {
  url: string;
  name: string;
  /** Seconds. */
  length: number;
  at: number;
  seek: (second: number) => void;
}

export function Waveform({ url, name, length, at, seek }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const scheme = useComputedColorScheme("light");
  const { data: shape = null, isFetched } = useQuery({
    queryKey: ["waveform", url.split("?")[0]],
    queryFn: ({ signal }) => shapeOf(url, length, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    enabled: length > 0,
  });

  useEffect(() => {
    const element = canvas.current;
    if (!element) {
      return;
    }
    const watcher = new ResizeObserver(() => setWidth(element.clientWidth));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other colours are another picture
  useEffect(() => {
    if (canvas.current && width > 0) {
      draw(canvas.current, width, shape, length > 0 ? at / length : 0);
    }
  }, [shape, width, at, length, scheme]);

  const point = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    seek(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * length);
  };
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: at - 10,
      PageUp: at + 10,
      Home: 0,
      End: length,
    };
    const to = steps[event.key];
    if (to !== undefined) {
      event.preventDefault();
      seek(Math.min(length, Math.max(0, to)));
    }
  };
  return (
    <div
      className={classes.slider}
      role="slider"
      tabIndex={0}
      aria-label={`Place in ${name}`}
      aria-valuemin={0}
      aria-valuemax={Math.round(length * 10) / 10}
      aria-valuenow={Math.round(at * 10) / 10}
      aria-valuetext={`${clock(at)} of ${clock(length)}`}
      onKeyDown={press}
      onPointerDown={(event) => {
        if (event.button === 0) {
          event.currentTarget.setPointerCapture(event.pointerId);
          point(event);
        }
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && point(event)}
    >
      <canvas ref={canvas} className={classes.canvas} aria-hidden data-drawn={isFetched && shape !== null} />
    </div>
  );
}
