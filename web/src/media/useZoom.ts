/** Zooming and moving a picture with wheel, fingers, mouse and keys. */
import { useCallback, useEffect, useState } from "react";
import { fitting, moved, type Point, type Size, type View, zoomed } from "./zoom";

const MIDDLE: Point = { x: 0, y: 0 };

export function useZoom(picture: Size) {
  // A state, because dialogs bring their content later than the first effect runs.
  const [stage, setStage] = useState<HTMLDivElement | null>(null);
  const [room, setRoom] = useState<Size>({ width: 1, height: 1 });
  // Nothing means: as it fits, whatever becomes of the window.
  const [chosen, setChosen] = useState<View>();
  const { width, height } = picture;

  useEffect(() => {
    if (!stage) {
      return;
    }
    const watcher = new ResizeObserver(() =>
      setRoom({ width: stage.clientWidth, height: stage.clientHeight }),
    );
    watcher.observe(stage);
    return () => watcher.disconnect();
  }, [stage]);

  const change = useCallback(
    (next: (view: View, picture: Size) => View) =>
      setChosen((view) => {
        const picture = { width, height };
        return next(view ?? { ...MIDDLE, scale: fitting(room, picture) }, picture);
      }),
    [room, width, height],
  );
  const zoom = useCallback(
    (factor: number, at = MIDDLE) => change((view, picture) => zoomed(view, factor, at, room, picture)),
    [change, room],
  );
  const move = useCallback(
    (by: Point) => change((view, picture) => moved(view, by, room, picture)),
    [change, room],
  );
  const fitIn = useCallback(() => setChosen(undefined), []);
  const full = useCallback(
    (at = MIDDLE) => change((view, picture) => zoomed(view, 1 / view.scale, at, room, picture)),
    [change, room],
  );

  useEffect(() => {
    const element = stage;
    if (!element) {
      return;
    }
    const place = ({ clientX, clientY }: { clientX: number; clientY: number }): Point => {
      const box = element.getBoundingClientRect();
      return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
    };
    const fingers = new Map<number, Point>();
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / (event.deltaMode === 1 ? 20 : 400)), place(event));
    };
    const down = (event: PointerEvent) => {
      if (event.button === 0) {
        element.setPointerCapture(event.pointerId);
        fingers.set(event.pointerId, place(event));
      }
    };
    const drag = (event: PointerEvent) => {
      const from = fingers.get(event.pointerId);
      if (!from) {
        return;
      }
      const to = place(event);
      fingers.set(event.pointerId, to);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const apart = (point: Point) => Math.hypot(point.x - other.x, point.y - other.y);
        zoom(apart(to) / Math.max(1, apart(from)), { x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 });
        // The middle between two fingers goes half as far as the one that moves.
        move({ x: (to.x - from.x) / 2, y: (to.y - from.y) / 2 });
      } else {
        move({ x: to.x - from.x, y: to.y - from.y });
      }
    };
    const up = (event: PointerEvent) => fingers.delete(event.pointerId);
    // React listens passively to wheels and could not keep the page from scrolling.
    element.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("pointerdown", down);
    element.addEventListener("pointermove", drag);
    element.addEventListener("pointerup", up);
    element.addEventListener("pointercancel", up);
    return () => {
      element.removeEventListener("wheel", wheel);
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointermove", drag);
      element.removeEventListener("pointerup", up);
      element.removeEventListener("pointercancel", up);
    };
  }, [stage, zoom, move]);

  const view: View = chosen ?? { ...MIDDLE, scale: fitting(room, picture) };
  return { stage: setStage, view, fits: !chosen, zoom, move, fitIn, full };
}
