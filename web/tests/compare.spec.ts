/** Models side by side: what is shared, what each is sent, how each runs, and what stands below it. */
import type { Page } from "@playwright/test";
import { usd } from "../src/parts/words";
import { accessible, expect, type Server, shot, test } from "./spool";

const FOUR = [
  "google/nano-banana",
  "black-forest-labs/flux-schnell",
  "openai/gpt-image-2",
  "bytedance/seedream-4.5",
] as const;
const NAMES = ["Nano Banana", "FLUX.1 [schnell]", "GPT Image 2", "Seedream 4.5"];

const address = (models: readonly string[], prompt: string) =>
  `/compare?${new URLSearchParams({ models: models.join(","), prompt })}`;
const column = (page: Page, name: string) => page.getByRole("listitem", { name, exact: true });
const runAll = (page: Page) => page.getByRole("button", { name: /^Run \d models? · / });

interface Item {
  model: string;
  charged_usd: string | null;
  created_at: string;
  ended_at: string;
}

/** What the API tells whoever has the test key. */
async function asked<Answer>(server: Server, path: string): Promise<Answer> {
  const answer = await fetch(`${server.url}${path}`, {
    headers: { Authorization: `Bearer ${server.testKey}` },
  });
  return (await answer.json()) as Answer;
}

/** The jobs of the test key. */
async function library(server: Server): Promise<Item[]> {
  return (await asked<{ data: Item[] }>(server, "/v1/library?limit=100")).data;
}

/** What stands beside a name of a list of facts. */
async function fact(page: Page, name: string, of: string): Promise<string> {
  const place = column(page, name)
    .locator("dl > div")
    .filter({ has: page.locator("dt", { hasText: of }) });
  return (await place.locator("dd > :first-child").textContent()) ?? "";
}

async function done(page: Page, name: string): Promise<void> {
  await expect(column(page, name).getByRole("button", { name: /^Look closer/ })).toBeVisible({
    timeout: 30_000,
  });
}

test("four models are run to the end, with the time and the cost of each", async ({ user: page, server }) => {
  test.slow();
  await page.goto("/compare");
  await expect(page.getByText("No models chosen")).toBeVisible();
  await shot(page, "compare-empty");
  await page.goto(address(FOUR, "a red fox in the snow"));
  for (const name of NAMES) {
    await expect(column(page, name).getByText("a red fox in the snow")).toBeVisible();
  }
  // One of them needs a setting that not all have: the others are ready without it.
  await expect(page.getByText("Not run: Nano Banana (needs Aspect ratio)")).toBeVisible();
  await expect(page.getByRole("button", { name: "Run 3 models · $0.096" })).toBeEnabled();
  await expect(column(page, "FLUX.1 [schnell]").getByText("Does not have image_urls")).toBeVisible();
  await accessible(page);
  await column(page, "Nano Banana").getByText("16:9", { exact: true }).click();
  await expect(page.getByRole("button", { name: "Run 4 models · $0.126" })).toBeEnabled();
  await shot(page, "compare");

  await runAll(page).click();
  for (const name of NAMES) {
    await done(page, name);
    await expect.poll(() => fact(page, name, "Cost")).toMatch(/^\$/);
  }
  const jobs = await library(server);
  const charged = [];
  for (const [at, name] of NAMES.entries()) {
    const job = jobs.find(({ model }) => model === FOUR[at]);
    expect(await fact(page, name, "Cost")).toBe(`$${job?.charged_usd}`);
    charged.push(Number(job?.charged_usd));
    const took = Date.parse(job?.ended_at ?? "") - Date.parse(job?.created_at ?? "");
    const told = await fact(page, name, "Time");
    const shown = told.endsWith(" ms") ? Number.parseFloat(told) : Number.parseFloat(told) * 1000;
    // The library may tell whole seconds only.
    expect(Math.abs(shown - took)).toBeLessThanOrEqual(1000);
  }
  await expect(column(page, "FLUX.1 [schnell]").getByText("Cheapest")).toBeVisible();
  expect(Math.min(...charged)).toBe(0.003);
  await expect(page.getByText("Cheapest")).toHaveCount(1);
  // Some may have taken the same time to the millisecond, but not all.
  expect(await page.getByText("Fastest").count()).toBeLessThan(FOUR.length);
  const left = await asked<{ available_usd: string }>(server, "/v1/balance");
  await expect(page.getByRole("link", { name: usd(left.available_usd) })).toBeVisible();
  await shot(page, "compare-result");
  await accessible(page);

  // One again, alone.
  await page.getByRole("button", { name: "Run again only GPT Image 2" }).click();
  await expect.poll(async () => (await library(server)).length).toBe(5);
  await done(page, "GPT Image 2");
  await column(page, "Seedream 4.5")
    .getByRole("link", { name: "Open Seedream 4.5 in the playground" })
    .click();
  await expect(page).toHaveURL(/\/playground\/bytedance(\/|%2F)seedream-4\.5\?from=job_/);
});

test("one that is canceled or fails leaves the others alone", async ({ user: page }) => {
  test.slow();
  const [flux, seedream] = ["FLUX.1 [schnell]", "Seedream 4.5"];
  const prompt = page.getByRole("region", { name: "For all" }).getByLabel("Prompt");
  await page.goto(
    address(
      ["black-forest-labs/flux-schnell", "bytedance/seedream-4.5"],
      "a fox [sandbox delay=600 progress=on]",
    ),
  );
  await runAll(page).click();
  await expect(page.getByText("0 of 2 done")).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: `Cancel ${flux}` }).click();
  await expect(column(page, flux).getByText("Canceled; nothing was charged")).toBeVisible();
  await expect(page.getByText("1 of 2 done")).toBeVisible();
  await expect(page.getByRole("button", { name: `Cancel ${seedream}` })).toBeEnabled();
  await page.getByRole("button", { name: `Cancel ${seedream}` }).click();
  await expect(column(page, seedream).getByText("Canceled; nothing was charged")).toBeVisible();

  await prompt.fill("a fox");
  await page.getByRole("button", { name: `Run again only ${seedream}` }).click();
  await done(page, seedream);
  await expect(column(page, flux).getByText("Canceled; nothing was charged")).toBeVisible();
  await prompt.fill("a fox [sandbox outcome=fail]");
  await expect(column(page, seedream).getByText("Made with other settings")).toBeVisible();
  await page.getByRole("button", { name: `Run again only ${flux}` }).click();
  await expect(column(page, flux).getByText("Failed; nothing was charged")).toBeVisible();
  await expect(column(page, seedream).getByRole("button", { name: /^Look closer/ })).toBeVisible();
  await shot(page, "compare-failed");
});

test("all can be canceled at once", async ({ user: page }) => {
  await page.goto(
    address(["black-forest-labs/flux-schnell", "bytedance/seedream-4.5"], "a fox [sandbox delay=600]"),
  );
  await runAll(page).click();
  for (const name of ["FLUX.1 [schnell]", "Seedream 4.5"]) {
    await expect(column(page, name).getByRole("button", { name: `Cancel ${name}` })).toBeEnabled();
  }
  await page.getByRole("button", { name: "Cancel all" }).click();
  await expect(page.getByText("Canceled; nothing was charged")).toHaveCount(2);
});

test("models are found by words, of one kind, and kept in the address with the prompt", async ({
  user: page,
}) => {
  await page.goto("/compare");
  const picker = page.getByRole("combobox", { name: "Models" });
  await picker.fill("kling 2.6");
  await page
    .getByRole("option", { name: /^Kling 2\.6\b/ })
    .first()
    .click();
  await expect(page.getByText("Choose one more model to compare with.")).toBeVisible();
  await picker.fill("nano banana");
  await expect(page.getByText("No model fits")).toBeVisible();
  await picker.fill("veo 3");
  await page.getByRole("option", { name: /google\/veo-3$/ }).click();
  await page.keyboard.press("Escape");
  // Lengths have no value in common; shapes have two.
  await expect(page.getByText("Duration: all have it, but no value in common.")).toBeVisible();
  const shared = page.getByRole("region", { name: "For all" });
  await expect(shared.getByText("16:9", { exact: true })).toBeVisible();
  await expect(shared.getByText("1:1", { exact: true })).toBeHidden();
  await shared.getByLabel("Prompt").fill("waves at night");
  await shared.getByText("9:16", { exact: true }).click();
  await expect(page).toHaveURL(
    /models=kuaishou(\/|%2F)kling-2\.6(,|%2C)google(\/|%2F)veo-3&prompt=waves(\+|%20)at(\+|%20)night/,
  );
  await expect(column(page, "Veo 3").getByText("9:16", { exact: true }).last()).toBeVisible();
  await page.reload();
  await expect(column(page, "Kling 2.6").getByText("waves at night")).toBeVisible();
  await page.getByRole("button", { name: "Take Kling 2.6 out" }).click();
  await expect(column(page, "Kling 2.6")).toBeHidden();
  await expect(page).not.toHaveURL(/kling/);
});

test("what cannot be compared is left out and said", async ({ user: page }) => {
  await page.goto(address(["black-forest-labs/flux-schnell", "google/veo-3", "nobody/nothing"], "a fox"));
  await expect(page.getByText("Veo 3 is left out")).toBeVisible();
  await expect(page.getByText("nobody/nothing is left out")).toBeVisible();
  await expect(column(page, "FLUX.1 [schnell]")).toBeVisible();
});

test("comparing works on a phone and in the dark", async ({ user: page }) => {
  test.slow();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(address(FOUR.slice(1), "a red fox"));
  await expect(page.getByRole("button", { name: "Run 3 models · $0.096" })).toBeEnabled();
  await runAll(page).click();
  for (const name of NAMES.slice(1)) {
    await done(page, name);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  await column(page, "Seedream 4.5").scrollIntoViewIfNeeded();
  await expect(column(page, "Seedream 4.5")).toBeInViewport();
  await accessible(page);
  await shot(page, "compare-result-dark-phone");
});
