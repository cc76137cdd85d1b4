import { expect, test } from "vitest";
import { filesIn, kindOf } from "./given";

const ID = "3viadnpq1d8o7h8kvimiudvin0tt4io1";
const HOME = "https://media.example.com";

test("files of this server are found wherever they stand; other hosts are left alone", () => {
  const input = {
    prompt: `job_${ID} is only mentioned`,
    image: `file_${ID}`,
    images: [`job_${ID}#2`, "https://other.example/a.png"],
    shots: [{ image_url: `${HOME}/v1/assets/${ID}.png?v=1` }],
    number: 3,
    nothing: null,
  };
  expect(filesIn(input, HOME)).toEqual([
    { name: "image", value: `file_${ID}` },
    { name: "images", value: `job_${ID}#2` },
    { name: "shots", value: `${HOME}/v1/assets/${ID}.png?v=1` },
  ]);
});

test("the ending tells what a file is", () => {
  expect(kindOf(`${HOME}/v1/assets/${ID}.JPEG?x=.mp3`)).toBe("image");
  expect(kindOf("/v1/assets/a.mp3#t=1")).toBe("audio");
  expect(kindOf("/v1/assets/a")).toBeUndefined();
});
