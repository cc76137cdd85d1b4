/** Where a picture lies on its stage: the arithmetic of zooming and moving, without a browser. */

export interface Size {
  width: number;
  height: number;
}

/** From the stage's middle to the picture's middle, in pixels of the screen. */
export interface Point {
  x: number;
  y: number;
}

export interface View extends Point {
  /** Pixels of the screen for each of the picture. */
  scale: number;
}

const LARGEST = 16;

/** The scale at which the whole picture is seen; small pictures stay as they are. */
export function fitting(stage: Size, picture: Size): number {
  return Math.min(1, stage.width / picture.width, stage.height / picture.height) || 1;
}

/** No farther than to the picture's edge; what is smaller than the stage stays in the middle. */
export function held(view: View, stage: Size, picture: Size): View {
  const within = (at: number, length: number, room: number) => {
    const spare = Math.max(0, (length * view.scale - room) / 2);
    return Math.min(spare, Math.max(-spare, at));
  };
  return {
    scale: view.scale,
    x: within(view.x, picture.width, stage.width),
    y: within(view.y, picture.height, stage.height),
  };
}

/** Larger by the factor, with what lies at the point staying there. */
export function zoomed(view: View, factor: number, at: Point, stage: Size, picture: Size): View {
  const least = Math.min(fitting(stage, picture), 1);
  const scale = Math.min(LARGEST, Math.max(least, view.scale * factor));
  const by = scale / view.scale;
  return held({ scale, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by }, stage, picture);
}

/** Moved by so many pixels of the screen. */
export function moved(view: View, by: Point, stage: Size, picture: Size): View {
  return held({ ...view, x: view.x + by.x, y: view.y + by.y }, stage, picture);
}
