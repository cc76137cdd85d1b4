import type { Page } from "@playwright/test";
import { accessible, expect, shot, signIn, test } from "./spool";

/** A picture of one pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

const run = (page: Page) => page.getByRole("button", { name: /^Run for \$/ });
const result = (page: Page) => page.getByRole("tabpanel", { name: "Result" });

/** Pictures of one pixel, as they are dropped or pasted. */
function pixels(page: Page, ...names: string[]) {
  return page.evaluateHandle(
    ([bytes, names]) => {
      const data = new DataTransfer();
      for (const name of names) {
        data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
      }
      return data;
    },
    [[...PIXEL], names] as const,
  );
}

/** What the account was charged in all. */
async function charged(page: Page): Promise<string> {
  const answer = await page.request.get("/v1/balance");
  const { available_usd } = (await answer.json()) as { available_usd: string };
  return available_usd;
}

test("from the first visit to a finished picture", async ({ user: page }) => {
  // Axe looks at every part of four pages.
  test.slow();
  await expect(page.getByRole("heading", { name: "Playground", level: 1 })).toBeVisible();
  await expect(page.getByRole("link", { name: /Qwen-Image 3.0 Pro/ })).toBeVisible();
  await accessible(page);
  await shot(page, "playground");
  await page.getByLabel("Search for models").fill("flux schnell");
  await expect(page).toHaveURL(/search=flux/);
  await expect(page.getByRole("status").filter({ hasText: /models?$/ })).toBeVisible();
  await page.getByRole("link", { name: /FLUX.1 \[schnell\]/ }).click();

  await expect(page.getByRole("heading", { name: "FLUX.1 [schnell]", level: 1 })).toBeVisible();
  await page.getByLabel(/^Prompt/).fill("a lighthouse at dawn");
  await expect(run(page)).toHaveText("Run for $0.003");
  await expect(page.getByText("at sandbox")).toBeVisible();
  await expect(page.getByText(/is left of your balance after it/)).toBeVisible();
  await accessible(page);
  await shot(page, "playground-model");
  await run(page).click();
  await expect(result(page).getByRole("button", { name: "Run again", exact: true })).toBeVisible();
  const picture = result(page).locator("img").first();
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(100);
  await accessible(page);
  await shot(page, "playground-result");
  await page.getByRole("tab", { name: "About" }).click();
  await expect(page.getByRole("heading", { name: "Prices" })).toBeVisible();
  await accessible(page);
  await shot(page, "playground-about");
});

test("the same seed makes the same picture again, and the runs of the page stay at hand", async ({
  user: page,
}) => {
  await page.goto("/playground/black-forest-labs/flux-schnell?seed=7");
  await page.getByLabel(/^Prompt/).fill("a red fox");
  await run(page).click();
  await result(page).getByRole("button", { name: "Run again with the same seed" }).click();
  await expect(page.getByText("Runs of this page")).toBeVisible();
  const bytes = await page
    .getByRole("button", { name: /^Run \d$/ })
    .locator("img")
    .evaluateAll((images) =>
      Promise.all(
        images.map(async (image) =>
          [...new Uint8Array(await (await fetch((image as HTMLImageElement).src)).arrayBuffer())].join(),
        ),
      ),
    );
  expect(bytes).toHaveLength(2);
  expect(bytes[0]).toBe(bytes[1]);
  await expect(result(page).getByText("Seed 7")).toBeVisible();
});

test("a clip with its progress, and a voice", async ({ user: page }) => {
  await page.setViewportSize({ width: 1280, height: 1200 });
  await page.goto("/playground/kuaishou/kling-2.6");
  await page.getByLabel(/^Prompt/).fill("waves [sandbox delay=5 progress=on]");
  await run(page).click();
  await expect(result(page).getByText(/Being made, \d+ %/)).toBeVisible();
  await shot(page, "playground-running");
  await accessible(page);
  await expect(result(page).locator("video")).toBeVisible({ timeout: 40_000 });

  await page.goto("/playground/hexgrad/kokoro");
  await page.getByLabel(/^Prompt/).fill("Good morning.");
  await run(page).click();
  await expect(result(page).getByRole("button", { name: "Run again", exact: true })).toBeVisible();
  await expect(result(page).getByRole("button", { name: /Play/ }).first()).toBeVisible();
  await shot(page, "playground-voice");
});

test("a fault is shown at its field, by the page and by the server", async ({ user: page }) => {
  await page.setViewportSize({ width: 1280, height: 1200 });
  await page.goto("/playground/kuaishou/kling-2.6");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByText("Prompt or Start image is needed.")).toBeVisible();
  await expect(page.getByLabel(/^Prompt/)).toBeFocused();
  await page.getByLabel("End image: URL or id").fill("nonsense");
  await page.getByLabel("End image: URL or id").press("Enter");
  await expect(page.getByText(/A URL that begins with/)).toBeVisible();
  await page.getByLabel(/^Prompt/).fill("waves");
  await page.getByLabel("End image: URL or id").fill("https://example.com/end.png");
  await page.getByLabel("End image: URL or id").press("Enter");
  await expect(page.getByText("Only together with Start image.")).toBeVisible();

  // Only the server knows whose files there are.
  await page.goto("/playground/openai/gpt-image-2");
  await page.getByLabel(/^Prompt/).fill("a fox");
  await page.getByLabel("Images: URL or id").fill(`file_${"0".repeat(32)}`);
  await page.getByLabel("Images: URL or id").press("Enter");
  await expect(
    page.getByRole("group", { name: "Images" }).getByText(/names no file of this account/),
  ).toBeVisible();
  await accessible(page);
  await shot(page, "playground-faults");
});

test("a failed job tells its reason and can be tried again", async ({ user: page }) => {
  await page.goto("/playground/black-forest-labs/flux-schnell");
  await page.getByLabel(/^Prompt/).fill("a fox [sandbox outcome=refuse]");
  await run(page).click();
  await expect(result(page).getByRole("alert")).toContainText("Nothing was charged");
  await accessible(page);
  await shot(page, "playground-failed");
  await page.getByLabel(/^Prompt/).fill("a fox");
  await run(page).click();
  await expect(result(page).getByRole("button", { name: "Run again", exact: true })).toBeVisible();
});

test("a job is canceled and costs nothing", async ({ user: page }) => {
  await page.goto("/playground/black-forest-labs/flux-schnell");
  const before = await charged(page);
  await page.getByLabel(/^Prompt/).fill("a fox [sandbox delay=120]");
  await run(page).click();
  await expect(result(page).getByText("Being made")).toBeVisible();
  await result(page).getByRole("button", { name: "Cancel" }).click();
  await expect(result(page).getByText("Canceled", { exact: true })).toBeVisible();
  expect(await charged(page)).toBe(before);
});

test("a run is told to its end although its stream is refused and the look after it is too", async ({
  user: page,
}) => {
  const refused: string[] = [];
  // Once each: the next try is let through.
  for (const part of ["events", "job"]) {
    const address = part === "events" ? /\/v1\/jobs\/[^/]+\/events$/ : /\/v1\/jobs\/[^/]+$/;
    await page.route(
      address,
      (route) => {
        refused.push(part);
        return route.fulfill({
          status: 429,
          json: { error: { code: "RATE_LIMITED", message: "Too many." } },
        });
      },
      { times: 1 },
    );
  }
  await page.goto("/playground/black-forest-labs/flux-schnell");
  await page.getByLabel(/^Prompt/).fill("a fox [sandbox delay=3]");
  await run(page).click();
  await expect(result(page).getByRole("img").first()).toBeVisible({ timeout: 30_000 });
  expect(refused).toEqual(["events", "job"]);
});

test("an order whose answer was lost is sent again as the same one, and paid once", async ({
  user: page,
}) => {
  await page.addInitScript(() => {
    const { fetch } = window;
    let lost = false;
    window.fetch = async (given, ...rest) => {
      const answer = await fetch(given, ...rest);
      const orders =
        given instanceof Request && given.url.endsWith("/run") && !given.headers.has("Spool-Dry-Run");
      if (orders && !lost) {
        lost = true;
        throw new TypeError("the line is cut");
      }
      return answer;
    };
  });
  await page.goto("/playground/black-forest-labs/flux-schnell");
  const before = await charged(page);
  await page.getByLabel(/^Prompt/).fill("a fox");
  await run(page).click();
  await expect(result(page).getByText("The server cannot be reached.")).toBeVisible();
  await expect(result(page).getByText(/Whether the order arrived is not known/)).toBeVisible();
  await run(page).click();
  await expect(result(page).getByRole("button", { name: "Run again", exact: true })).toBeVisible();
  const answer = await page.request.get("/v1/library");
  const { data } = (await answer.json()) as { data: { charged_usd: string }[] };
  expect(data.map(({ charged_usd }) => charged_usd)).toEqual(["0.003"]);
  expect(Number(before) - Number(await charged(page))).toBeCloseTo(0.003, 6);
});

test("the price follows the fields, and is what the job is charged", async ({ user: page }) => {
  await page.goto("/playground/kuaishou/kling-3.0");
  await page.getByLabel(/^Prompt/).fill("waves");
  await expect(run(page)).toBeVisible();
  const first = await run(page).textContent();
  await page.getByRole("textbox", { name: "Duration" }).fill("8");
  await expect(run(page)).not.toHaveText(first ?? "");
  const told = /\$([\d.]+)/.exec((await run(page).textContent()) ?? "")?.[1];
  await run(page).click();
  await expect(result(page).locator("video")).toBeVisible({ timeout: 40_000 });
  const answer = await page.request.get("/v1/library?limit=1&model=kuaishou/kling-3.0");
  const { data } = (await answer.json()) as { data: { charged_usd: string }[] };
  expect(Number(data[0]?.charged_usd)).toBe(Number(told));
});

test("a dropped file is uploaded, shown, and sent", async ({ user: page }) => {
  await page.goto("/playground/openai/gpt-image-2");
  await page.getByLabel(/^Prompt/).fill("the same at night");
  const drop = page.getByLabel("Choose images");
  await expect(drop).toBeAttached();
  const data = await pixels(page, "dusk.png");
  await drop.dispatchEvent("drop", { dataTransfer: data });
  const given = page.getByRole("group", { name: "Images" });
  await expect(given.getByText("dusk.png")).toBeVisible();
  await expect(given.getByText("1 × 1")).toBeVisible();
  await expect(given.locator("img")).toBeVisible();
  await run(page).click();
  await expect(result(page).getByRole("button", { name: "Run again", exact: true })).toBeVisible();

  // What is typed outlives a reload, the file among it.
  await page.reload();
  await expect(given.getByText("dusk.png")).toBeVisible();
  await expect(page.getByLabel(/^Prompt/)).toHaveValue("the same at night");
  await given.getByRole("button", { name: "Remove Images 1" }).click();
  await expect(given.getByText("dusk.png")).toHaveCount(0);
});

test("pasted files are put in order, and sent in it", async ({ user: page }) => {
  await page.goto("/playground/openai/gpt-image-2");
  await page.getByLabel(/^Prompt/).fill("all in one picture");
  const given = page.getByRole("group", { name: "Images" });
  await expect(page.getByLabel("Choose images")).toBeAttached();
  for (const name of ["first.png", "second.png", "third.png"]) {
    const clipboardData = await pixels(page, name);
    await given.evaluate(
      (group, clipboardData) =>
        group.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })),
      clipboardData,
    );
    await expect(given.getByText(name)).toBeVisible();
  }
  await given.getByRole("button", { name: "Move Images 3 up" }).click();
  await given.getByRole("button", { name: "Move Images 1 down" }).click();
  await given.getByRole("button", { name: "Remove Images 3" }).click();
  await expect(given.getByText(/\.png$/)).toHaveText(["third.png", "first.png"]);
  await run(page).click();
  await expect(result(page).getByRole("button", { name: "Run again", exact: true })).toBeVisible();

  const read = async (path: string) => (await page.request.get(path)).json();
  const { data } = (await read("/v1/library?limit=1")) as { data: { id: string }[] };
  const { input } = (await read(`/v1/library/${data[0]?.id}`)) as { input: { image_urls: string[] } };
  const files = await Promise.all(input.image_urls.map((id) => read(`/v1/files/${id}`)));
  expect(files.map(({ name }) => name)).toEqual(["third.png", "first.png"]);
});

test("a model without a stanza takes parameters that only its provider knows", async ({ user: page }) => {
  await page.goto("/playground?search=any+model+at+fal");
  await page.getByRole("link", { name: /Any model at fal/ }).click();
  await page.getByLabel("Endpoint").fill("unheard-of/turbo");
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page).toHaveURL(/\/playground\/fal-ai\/unheard-of\/turbo$/);
  await page.getByLabel(/^Prompt/).fill("a kite");
  await page.getByLabel("Further parameters").fill('{ "guidance_scale": 3.5 }');
  await run(page).click();
  await expect(result(page).getByRole("button", { name: "Run again", exact: true })).toBeVisible();
  const read = async (path: string) => (await page.request.get(path)).json();
  const { data } = (await read("/v1/library?limit=1")) as { data: { id: string; model: string }[] };
  expect(data[0]?.model).toBe("fal-ai/unheard-of/turbo");
  expect((await read(`/v1/library/${data[0]?.id}`)).input).toMatchObject({ guidance_scale: 3.5 });
});

test("an earlier job fills the form, and its result goes into another model", async ({ user: page }) => {
  await page.goto("/playground/black-forest-labs/flux-schnell");
  await page.getByLabel(/^Prompt/).fill("a green bird");
  await run(page).click();
  await expect(result(page).getByRole("button", { name: "Run again", exact: true })).toBeVisible();
  const answer = await page.request.get("/v1/library?limit=1&model=black-forest-labs/flux-schnell");
  const { data } = (await answer.json()) as { data: { id: string }[] };
  const id = data[0]?.id ?? "";
  await page.evaluate(() => sessionStorage.clear());
  await page.goto(`/playground/black-forest-labs/flux-schnell?from=${id}`);
  await expect(page.getByLabel(/^Prompt/)).toHaveValue("a green bird");

  await page.goto(`/playground?file=${encodeURIComponent(`job_${id}#1`)}`);
  await expect(page.getByText("Models that start from this image")).toBeVisible();
  await page.getByText("Image to video", { exact: true }).click();
  await page.getByLabel("Search for models").fill("kling 2.6");
  await page
    .getByRole("link", { name: /Kling 2.6/ })
    .first()
    .click();
  const given = page.getByRole("group", { name: "Start image" });
  await expect(given.getByText("Output 1 of a job")).toBeVisible();
  await expect(given.locator("img")).toBeVisible();
  await expect(run(page)).toBeVisible();
});

test("from signing in to a finished picture with the keyboard alone", async ({ page, server }) => {
  await page.goto("/sign-in");
  await expect(page.getByLabel("API key")).toBeVisible();
  const reach = async (name: RegExp) => {
    for (let at = 0; at < 60; at++) {
      await page.keyboard.press("Tab");
      const here = await page.evaluate(() => {
        const { activeElement: one } = document;
        return (
          one?.getAttribute("aria-label") ??
          (one as HTMLInputElement | null)?.labels?.[0]?.textContent ??
          one?.textContent ??
          ""
        );
      });
      if (name.test(here)) {
        return;
      }
    }
    throw new Error(`no way to ${name} with the Tab key`);
  };
  if (!(await page.getByLabel("API key").evaluate((one) => one === document.activeElement))) {
    await reach(/API key/);
  }
  await page.keyboard.type(server.testKey);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Playground", level: 1 })).toBeVisible();
  await reach(/Search for models/);
  await page.keyboard.type("flux.1 [schnell]");
  await expect(page.getByRole("link", { name: /FLUX.1 \[schnell\]/ })).toBeVisible();
  await expect(page).toHaveURL(/search=/);
  await reach(/FLUX.1 \[schnell\]/);
  await page.keyboard.press("Enter");
  await expect(page.getByLabel(/^Prompt/)).toBeVisible();
  await reach(/^Prompt/);
  await page.keyboard.type("a lighthouse");
  await page.keyboard.press("Control+Enter");
  await expect(result(page).getByRole("button", { name: "Run again", exact: true })).toBeVisible();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 } });
  test("nothing is wider than the screen", async ({ user: page }) => {
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
    await expect(page.getByRole("link", { name: /Qwen-Image 3.0 Pro/ })).toBeVisible();
    expect(await fits()).toBe(true);
    await shot(page, "playground-phone");
    await page.goto("/playground/black-forest-labs/flux-schnell");
    await page.getByLabel(/^Prompt/).fill("a lighthouse at dawn");
    await run(page).click();
    await expect(result(page).getByRole("button", { name: "Run again", exact: true })).toBeVisible();
    expect(await fits()).toBe(true);
    await accessible(page);
    // So high that the bar at the form's foot stands at its foot in the picture.
    await page.setViewportSize({ width: 360, height: 1600 });
    await page.evaluate(() => window.scrollTo(0, 0));
    await shot(page, "playground-result-phone");
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/playground/kuaishou/kling-3.0-omni-video");
    await page.getByRole("button", { name: /More settings/ }).click();
    await page.getByRole("tab", { name: "About" }).click();
    await expect(page.getByRole("heading", { name: "Routes" })).toBeVisible();
    expect(await fits()).toBe(true);
  });
});

test.describe("in the dark", () => {
  test.use({ colorScheme: "dark" });
  test("the playground can be read", async ({ page, server }) => {
    await signIn(page, server.testKey);
    await expect(page.getByRole("link", { name: /Qwen-Image 3.0 Pro/ })).toBeVisible();
    await accessible(page);
    await shot(page, "playground-dark");
    await page.goto("/playground/black-forest-labs/flux-schnell");
    await page.getByRole("button", { name: /More settings/ }).click();
    await expect(page.getByLabel("Seed", { exact: true })).toBeVisible();
    await accessible(page);
    await page.getByRole("button", { name: "Fewer settings" }).click();
    await page.getByLabel(/^Prompt/).fill("a lighthouse at dawn");
    await run(page).click();
    await expect(result(page).getByRole("button", { name: "Run again", exact: true })).toBeVisible();
    await accessible(page);
    await shot(page, "playground-result-dark");
  });
});
