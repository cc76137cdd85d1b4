import { expect, test } from "vitest";
import { spokenAt, transcript } from "./transcript";

test("subtitles of both forms become lines", () => {
  const srt =
    "1\r\n00:00:01,500 --> 00:00:02,000\r\nHello,\r\nyou\r\n\r\n2\r\n01:00:00,000 --> 01:00:01,000\r\n<i>Bye</i>\r\n";
  expect(transcript(srt)).toEqual({
    form: "SRT",
    text: "Hello, you\nBye",
    by: "line",
    pieces: [
      { text: "Hello, you", start: 1.5, end: 2 },
      { text: "Bye", start: 3600, end: 3601 },
    ],
  });
  const vtt =
    "WEBVTT - a title\n\nNOTE 00:01 is no cue\n\nintro\n00:01.000 --> 00:02.5 align:start\n<v Ann>Hi</v>";
  expect(transcript(vtt)).toMatchObject({
    form: "VTT",
    pieces: [{ text: "Hi", start: 1, end: 2.5, speaker: "Ann" }],
  });
});

test("words with times are taken from JSON, blanks and noise left out", () => {
  const words = [
    { text: "Hello", start: 0, end: 0.5, type: "word", speaker_id: "a" },
    { text: " ", start: 0.5, end: 0.6, type: "spacing" },
    { word: "you", start: 0.6, end: 1 },
    { text: "lost" },
    null,
  ];
  expect(transcript(JSON.stringify({ text: "Hello you", language_code: "en", words }))).toEqual({
    form: "JSON",
    text: "Hello you",
    by: "word",
    language: "en",
    pieces: [
      { text: "Hello", start: 0, end: 0.5, speaker: "a" },
      { text: "you", start: 0.6, end: 1 },
    ],
  });
  const chunks = [
    { text: " One.", timestamp: [0, 2] },
    { text: "Two.", timestamp: [2, null] },
  ];
  expect(transcript(JSON.stringify({ chunks }))).toMatchObject({
    by: "line",
    text: "One.\nTwo.",
    pieces: [{ end: 2 }, { start: 2, end: 2 }],
  });
});

test("an ordinary text stays one", () => {
  for (const text of ["", "Hello\n\n1\nthere", "{not json", '{"a":1}', "[1, 2]", "from 00:01 --> 00:02"]) {
    expect(transcript(text), text).toBeUndefined();
  }
});

test("the piece that is spoken is the last that has begun", () => {
  const pieces = [1, 2, 3].map((start) => ({ text: "x", start, end: start + 0.5 }));
  expect([0, 1, 2.7, 9].map((at) => spokenAt(pieces, at))).toEqual([-1, 0, 1, 2]);
});
