import { expect, test } from "vitest";
import { asInput, clock, ending, facts, fileName, hasEnded, type Output } from "./output";

const picture: Output = {
  type: "image",
  url: "http://h/v1/assets/0a1b.jpeg?v=1&e=1000",
  content_type: "image/jpeg",
  width: 1024,
  height: 768,
  bytes: 1_234_567,
};
const of = {
  model: "black-forest-labs/flux-1.1-pro",
  input: {},
  job: "job_3viadnpq1d8o7h8kvimiudvin0tt4io1",
};

test("facts are what is known and nothing else", () => {
  expect(facts(picture)).toBe("1024×768 · JPG · 1.2 MB");
  expect(facts({ type: "video", content_type: "video/mp4", duration: 5 })).toBe("MP4 · 5.0 s");
  expect(facts({ type: "text", text: " one two\nthree " })).toBe("3 words");
  expect(facts({ type: "audio", url: "/v1/assets/x.flac?e=1" })).toBe("FLAC");
});

test("endings are those that people know", () => {
  expect(ending({ type: "audio", content_type: "audio/mpeg; x=1" })).toBe("mp3");
  expect(ending({ type: "video", content_type: "video/quicktime" })).toBe("mov");
  expect(ending({ type: "image", content_type: "application/octet-stream", url: "/a.b/c.webp#t" })).toBe(
    "webp",
  );
  expect(ending({ type: "image", url: "https://host.example/no-ending" })).toBe("png");
});

test("file names tell the model, the job and the number", () => {
  expect(fileName(picture, 2, 4, of)).toBe("flux-1.1-pro-3viadnpq-2.jpg");
  expect(fileName(picture, 1, 1, of)).toBe("flux-1.1-pro-3viadnpq.jpg");
  expect(fileName({ type: "text" }, 1, 1, { ...of, model: "fal-ai/**" })).toBe("--3viadnpq.txt");
  expect(fileName(picture, 1, 1)).toBe("spool.jpg");
});

test("a signed link ends when it says so; of others nothing is known", () => {
  expect(hasEnded(picture.url ?? "", 999_999)).toBe(false);
  expect(hasEnded(picture.url ?? "", 1_000_000)).toBe(true);
  expect(hasEnded("https://other.example/a.png?e=1")).toBe(false);
  expect(hasEnded("")).toBe(false);
});

test("places in a sound, and a result as an input", () => {
  expect([0, 5.9, 65, 3723].map(clock)).toEqual(["0:00", "0:05", "1:05", "1:02:03"]);
  expect(asInput(of, 2)).toBe("job_3viadnpq1d8o7h8kvimiudvin0tt4io1#2");
});
