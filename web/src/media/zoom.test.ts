import { expect, test } from "vitest";
import { peaks } from "./peaks";
import { fitting, moved, zoomed } from "./zoom";

const stage = { width: 800, height: 600 };
const picture = { width: 1600, height: 600 };

test("what fits is whole; small pictures are not blown up", () => {
  expect(fitting(stage, picture)).toBe(0.5);
  expect(fitting(stage, { width: 100, height: 50 })).toBe(1);
});

test("zooming keeps the point under the pointer, and ends at both bounds", () => {
  const view = { scale: 1, x: 0, y: 0 };
  const at = { x: 200, y: 100 };
  const near = zoomed(view, 2, at, stage, picture);
  expect(near).toEqual({ scale: 2, x: -200, y: -100 });
  expect((at.x - near.x) / near.scale).toBe((at.x - view.x) / view.scale);
  expect(zoomed(view, 0.01, at, stage, picture)).toEqual({ scale: 0.5, x: 0, y: 0 });
  expect(zoomed(view, 1000, at, stage, picture).scale).toBe(16);
});

test("a picture is moved to its edge and no farther", () => {
  expect(moved({ scale: 1, x: 0, y: 0 }, { x: 5000, y: 50 }, stage, picture)).toEqual({
    scale: 1,
    x: 400,
    y: 0,
  });
});

test("the shape of a sound is its loudest sample in each span, over all channels", () => {
  const left = new Float32Array([0, 0.1, 0, 0, -0.5, 0]);
  const right = new Float32Array([0, 0, 0.25, 0, 0, 0]);
  expect([...peaks([left, right], 3)].map((value) => Math.round(value * 100) / 100)).toEqual([0.2, 0.5, 1]);
  expect([...peaks([new Float32Array(10)], 2)]).toEqual([0, 0]);
  expect(peaks([new Float32Array([1])], 4)).toHaveLength(4);
});
