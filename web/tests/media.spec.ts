/** Results as people see, hear and keep them, on the page of a job. */
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { accessible, expect, type Server, shot, test } from "./spool";

/** Makes something and returns the job's bare id. */
async function make(server: Server, model: string, input: Record<string, unknown>): Promise<string> {
  const response = await fetch(`${server.url}/v1/models/${model}/run`, {
    method: "POST",
    headers: { Authorization: `Bearer ${server.testKey}`, "Content-Type": "application/json" },
    body: JSON.stringify({ input }),
  });
  const answer = await response.json();
  expect(answer.status, JSON.stringify(answer)).toBe("completed");
  return answer.job_id.replace("job_", "");
}

const pictures = (server: Server, count: number) =>
  make(server, "black-forest-labs/flux-1.1-pro", {
    prompt: "a harbour in the evening",
    num_images: count,
    image_size: "landscape_4_3",
    output_format: "png",
    seed: 11,
  });

const speech = (server: Server) =>
  make(server, "hexgrad/kokoro", {
    prompt: "Good morning. The harbour is quiet, and the boats are still asleep.",
  });

/** Both colour schemes without a grave fault. */
async function accessibleInBoth(page: Page) {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await accessible(page);
  }
}

/** Changes what the server says about a job's first result. */
async function say(page: Page, change: (output: Record<string, unknown>) => void) {
  await page.route(/\/v1\/library\/\w{32}$/, async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    change(json.outputs[0]);
    await route.fulfill({ response, json });
  });
}

test("a picture opens, is zoomed and moved, has neighbours, and gives the focus back", async ({
  user: page,
  server,
}) => {
  await page.goto(`/library/${await pictures(server, 3)}`);
  const first = page.getByRole("button", { name: "Look closer at picture 1" });
  await first.click();
  const viewer = page.getByRole("dialog", { name: /^Picture \d/ });
  await expect(viewer.getByText("(1 of 3)")).toBeVisible();
  const picture = viewer.getByRole("img", { name: "Picture 1" });
  const width = async () => (await picture.boundingBox())?.width ?? 0;
  const natural = await picture.evaluate((image: HTMLImageElement) => image.naturalWidth);
  expect(natural).toBeGreaterThan(0);

  await viewer.getByRole("button", { name: "100 %" }).click();
  await expect.poll(width).toBeCloseTo(natural, 0);
  await page.keyboard.press("+");
  await expect.poll(width).toBeCloseTo(natural * 1.25, 0);
  await viewer.getByRole("button", { name: "Zoom in" }).click();
  await expect.poll(width).toBeCloseTo(natural * 1.5625, 0);

  const box = (await picture.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(600, 400);
  await page.mouse.wheel(0, -200);
  await expect.poll(width).toBeGreaterThan(box.width * 1.4);
  const before = await picture.boundingBox();
  await page.mouse.down();
  await page.mouse.move(640, 430, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await picture.boundingBox())?.x).toBeCloseTo((before?.x ?? 0) + 40, 0);
  await page.keyboard.press("Shift+ArrowRight");
  await expect.poll(async () => (await picture.boundingBox())?.x).toBeCloseTo((before?.x ?? 0) - 20, 0);
  await page.keyboard.press("0");
  await expect(viewer.getByRole("button", { name: "Fit" })).toHaveAttribute("aria-pressed", "true");
  await shot(page, "viewer-image");
  await accessibleInBoth(page);

  await page.keyboard.press("ArrowRight");
  await expect(viewer.getByText("(2 of 3)")).toBeVisible();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await expect(viewer.getByText("(3 of 3)")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(viewer).toBeHidden();
  await expect(first).toBeFocused();
});

test("a result is compared with the picture that it was made from, with keys and with the mouse", async ({
  user: page,
  server,
}) => {
  const original = await pictures(server, 1);
  const edited = await make(server, "black-forest-labs/flux-kontext-pro", {
    prompt: "make it night",
    input_image: `job_${original}`,
  });
  await page.goto(`/library/${edited}`);
  await page.getByRole("button", { name: "Compare with the input" }).click();
  const dialog = page.getByRole("dialog", { name: "Compare pictures" });
  await expect(dialog.getByLabel("Before")).toHaveValue("0");
  await expect(dialog.getByRole("img", { name: "Before" })).toHaveJSProperty("complete", true);
  const slider = dialog.getByRole("slider");
  const now = (value: number) => expect(slider).toHaveAttribute("aria-valuenow", String(value));
  await now(50);
  await slider.focus();
  await page.keyboard.press("ArrowLeft");
  await now(49);
  await page.keyboard.press("PageUp");
  await now(59);
  await page.keyboard.press("Home");
  await now(0);
  await page.keyboard.press("End");
  await now(100);
  const frame = await dialog.getByRole("img", { name: "After" }).boundingBox();
  await page.mouse.click((frame?.x ?? 0) + (frame?.width ?? 0) * 0.3, (frame?.y ?? 0) + 50);
  await now(30);
  await shot(page, "viewer-compare");
  await accessibleInBoth(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("a clip plays, goes frame by frame, and over and over", async ({ user: page, server }) => {
  const job = await make(server, "alibaba/wan-3.0", { prompt: "waves", duration: 3, resolution: "480p" });
  await page.goto(`/library/${job}`);
  const clip = page.locator("video");
  const time = () => clip.evaluate((video: HTMLVideoElement) => video.currentTime);
  await expect.poll(() => clip.evaluate((video: HTMLVideoElement) => video.readyState)).toBeGreaterThan(1);
  await page.getByRole("button", { name: "Next frame of Clip" }).click();
  await expect.poll(time).toBeGreaterThan(0.03);
  const second = await time();
  await page.getByRole("button", { name: "Next frame of Clip" }).click();
  await expect.poll(time).toBeGreaterThan(second + 0.03);
  await page.getByRole("button", { name: "Previous frame of Clip" }).click();
  await expect.poll(time).toBeCloseTo(second, 2);
  await page.getByRole("switch", { name: "Loop" }).click();
  await expect(clip).toHaveJSProperty("loop", true);
  await clip.evaluate(async (video: HTMLVideoElement) => {
    video.muted = true;
    await video.play();
  });
  await expect.poll(time).toBeGreaterThan(0.3);
  await clip.evaluate((video: HTMLVideoElement) => video.pause());
  await expect(page.getByText("MP4 · ").first()).toContainText("3.0 s");
  await shot(page, "viewer-video");
  await accessibleInBoth(page);
});

test("a sound shows its waveform, and is led by keys and presses", async ({ user: page, server }) => {
  await page.goto(`/library/${await speech(server)}`);
  const place = page.getByRole("slider", { name: "Place in sound" });
  await expect(place.locator("canvas")).toHaveAttribute("data-drawn", "true");
  const heights = await place.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
    const { data, width, height } =
      canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? new ImageData(1, 1);
    return Array.from({ length: Math.floor(width / 3) }, (_, bar) => {
      let drawn = 0;
      for (let y = 0; y < height; y++) {
        drawn += (data[(y * width + bar * 3) * 4 + 3] ?? 0) > 128 ? 1 : 0;
      }
      return drawn;
    });
  });
  expect(new Set(heights).size).toBeGreaterThan(8);
  await expect(place).toHaveAttribute("aria-valuetext", /^0:00 of 0:0\d$/);
  const length = Number(await place.getAttribute("aria-valuemax"));
  expect(length).toBeGreaterThan(1);
  await place.focus();
  await page.keyboard.press("ArrowRight");
  await expect(place).toHaveAttribute("aria-valuenow", "1");
  const box = await place.boundingBox();
  await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 20);
  await expect
    .poll(async () => Math.abs(Number(await place.getAttribute("aria-valuenow")) - length / 2))
    .toBeLessThan(0.2);
  await page.keyboard.press("Home");
  await page.getByRole("button", { name: "Play sound" }).click();
  await expect.poll(async () => Number(await place.getAttribute("aria-valuenow"))).toBeGreaterThan(0.3);
  await page.getByRole("button", { name: "Pause sound" }).click();
  await expect(page.getByRole("button", { name: "Play sound" })).toBeVisible();
  await shot(page, "viewer-audio");
  await accessibleInBoth(page);
});

test("a transcript with times leads its recording", async ({ user: page, server }) => {
  const job = await make(server, "elevenlabs/speech-to-text", { audio_url: `job_${await speech(server)}` });
  const words = ["Good", "morning.", "The", "harbour", "is", "quiet."].map((text, at) => ({
    text,
    start: at * 0.5,
    end: at * 0.5 + 0.4,
    type: "word",
    speaker_id: at < 2 ? "Ann" : "Ben",
  }));
  await say(page, (output) => {
    output.text = JSON.stringify({ text: "Good morning. The harbour is quiet.", language_code: "en", words });
  });
  await page.goto(`/library/${job}`);
  const text = page.getByRole("region", { name: "Text" });
  await expect(text).toContainText("Ben: The harbour");
  await expect(page.getByText("6 words · JSON · en")).toBeVisible();
  const place = page.getByRole("slider", { name: "Place in the recording" });
  await expect(place.locator("canvas")).toHaveAttribute("data-drawn", "true");
  await text.getByRole("button", { name: "harbour" }).click();
  await expect
    .poll(async () => Number(await place.getAttribute("aria-valuenow")))
    .toBeGreaterThanOrEqual(1.5);
  await page.getByRole("button", { name: "Pause the recording" }).click();
  await expect(text.locator("[aria-current]")).toHaveCount(1);
  await shot(page, "viewer-text");
  await accessibleInBoth(page);
});

test("an ordinary text is copied and kept", async ({ user: page, server, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const job = await make(server, "openai/whisper", { audio_url: "https://example.com/a.mp3" });
  await page.goto(`/library/${job}`);
  const said = ((await page.getByRole("region", { name: "Text" }).textContent()) ?? "").trim();
  expect(said.length).toBeGreaterThan(10);
  await page.getByRole("button", { name: "Copy text" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect((await page.evaluate(() => navigator.clipboard.readText())).trim()).toBe(said);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`whisper-${job.slice(0, 8)}.txt`);
  expect((await readFile(await download.path(), "utf8")).trim()).toBe(said);
});

test("a download is the file itself under a name that tells what it is; the link is handed on", async ({
  user: page,
  server,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const job = await pictures(server, 2);
  await page.goto(`/library/${job}`);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download picture 2" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`flux-1.1-pro-${job.slice(0, 8)}-2.png`);
  await page.getByRole("button", { name: "Copy the link of picture 2" }).click();
  await expect(page.getByText("Copied: works for an hour").first()).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain(`${server.url}/v1/assets/`);
  const file = Buffer.from(await (await fetch(link)).arrayBuffer());
  expect(file.equals(await readFile(await download.path()))).toBe(true);
  await page.getByRole("link", { name: "Use picture 2 as input of another model" }).click();
  await expect(page).toHaveURL((url) => url.searchParams.get("file") === `job_${job}#2`);
});

test("a link that has ended says so, and is had anew", async ({ user: page, server }) => {
  await say(page, (output) => {
    output.url = String(output.url).replace(/([?&]e=)\d+/, "$11000000000");
  });
  await page.goto(`/library/${await pictures(server, 1)}`);
  await expect(page.getByText("The link to picture has ended")).toBeVisible();
  await accessibleInBoth(page);
  await shot(page, "result-link-ended");
  await page.getByRole("button", { name: "Get a new link" }).click();
  await expect(page.getByRole("button", { name: "Look closer at picture" })).toBeVisible();
});

test("a file that is gone says how to make it again", async ({ user: page, server }) => {
  await say(page, (output) => {
    output.url = `${server.url}/v1/assets/00000000000000000000000000000000.png`;
  });
  const job = await pictures(server, 1);
  await page.goto(`/library/${job}`);
  await expect(page.getByText("Picture cannot be loaded")).toBeVisible();
  await expect(page.getByRole("link", { name: "Make it again" })).toHaveAttribute(
    "href",
    `/playground/black-forest-labs/flux-1.1-pro?from=job_${job}`,
  );
});

test("results fit on a phone", async ({ user: page, server }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`/library/${await pictures(server, 2)}`);
  await expect(page.getByRole("button", { name: "Look closer at picture 2" })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await shot(page, "results-phone");
});
