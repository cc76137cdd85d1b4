/** Two pictures one over the other, and a line between them that is moved with mouse, finger or keys. */
import { IconArrowsHorizontal } from "@tabler/icons-react";
import { type CSSProperties, type KeyboardEvent, type PointerEvent, useState } from "react";
import classes from "./BeforeAfter.module.css";

const KEYS: Record<string, (at: number) => number> = {
  ArrowLeft: (at) => at - 1,
  ArrowDown: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowUp: (at) => at + 1,
  PageDown: (at) => at - 10,
  PageUp: (at) => at + 10,
  Home: () => 0,
  End: () => 100,
};

const within = (at: number) => Math.min(100, Math.max(0, at));

export function BeforeAfter({ before, after }: { before: string; after: string; kind: "image" }) {
  /** Percent of the width that shows the first picture. */
  const [at, setAt] = useState(50);
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(within(((event.clientX - box.left) / box.width) * 100));
  };
  const press = (event: KeyboardEvent) => {
    const go = KEYS[event.key];
    if (go) {
      event.preventDefault();
      // Also where a dialog around this turns pages with the arrows.
      event.stopPropagation();
      setAt((at) => within(go(Math.round(at))));
    }
  };
  return (
    <div
      className={classes.frame}
      style={{ "--at": `${at}%` } as CSSProperties}
      onPointerDown={(event) => {
        if (event.button === 0) {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag(event);
        }
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && drag(event)}
    >
      <img className={classes.picture} src={after} alt="After" draggable={false} />
      <img className={classes.before} src={before} alt="Before" draggable={false} />
      <span className={classes.side} style={{ left: 8 }} aria-hidden>
        Before
      </span>
      <span className={classes.side} style={{ right: 8 }} aria-hidden>
        After
      </span>
      <div className={classes.line}>
        <div
          className={classes.handle}
          role="slider"
          tabIndex={0}
          aria-label="How much of the first picture is shown"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(at)}
          aria-valuetext={`${Math.round(at)} % before, ${100 - Math.round(at)} % after`}
          onKeyDown={press}
        >
          <IconArrowsHorizontal size={20} aria-hidden />
        </div>
      </div>
    </div>
  );
}
