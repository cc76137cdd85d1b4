import { expect, test } from "vitest";
import samples from "../../form/samples.json";
import { specOf } from "../../form/schema";
import { takenOver, withFile } from "./earlier";

const omni = specOf(samples["kuaishou/kling-3.0-omni-video"]);

test("defaults and what the model does not have are left out of an earlier job's parameters", () => {
  expect(takenOver(omni, { prompt: "a fox", mode: "pro", duration: 7, size: "1x1" })).toEqual({
    prompt: "a fox",
    duration: 7,
  });
  expect(takenOver(specOf(samples["fal-ai/**"]), { prompt: "a fox", steps: 3 })).toEqual({
    prompt: "a fox",
    steps: 3,
  });
});

test("a file goes where its kind is taken, first where it is needed", () => {
  expect(withFile(omni, { prompt: "x" }, "job_1#1", "image")).toEqual({
    prompt: "x",
    image_urls: ["job_1#1"],
  });
  expect(withFile(omni, {}, "job_1#1", "video")).toEqual({ video_url: "job_1#1" });
  expect(withFile(omni, {}, "job_1#1", "audio")).toEqual({});
  expect(withFile(specOf(samples["tool image-to-video"]), {}, "job_1#2", "image")).toEqual({
    image: "job_1#2",
  });
});
