/** The tools: their list, and every one of them run to its end from its own page. */
import type { Page } from "@playwright/test";
import { accessible, expect, type Server, shot, test } from "./spool";

const PICTURE = "src/pages/tools/files/picture.jpg";

interface Listed {
  id: string;
  name: string;
  makes: string;
}

/** The tools as the API lists them. */
async function listed(server: Server): Promise<Listed[]> {
  const answer = await fetch(`${server.url}/v1/tools?limit=100`, {
    headers: { Authorization: `Bearer ${server.testKey}` },
  });
  const { tools } = (await answer.json()) as { tools: Listed[] };
  return tools;
}

const result = (page: Page) => page.getByRole("region", { name: "Result" });
const run = (page: Page) => page.getByRole("button", { name: "Run", exact: true });

async function upload(page: Page, path = PICTURE): Promise<void> {
  await page.locator('input[type="file"]').first().setInputFiles(path);
}

async function done(page: Page): Promise<void> {
  await expect(result(page).getByText(/^Done in /)).toBeVisible({ timeout: 60_000 });
}

test("all tools stand in the list, and are found by words and kind", async ({ user: page, server }) => {
  const tools = await listed(server);
  expect(tools.length).toBeGreaterThanOrEqual(20);
  await page.goto("/tools");
  for (const { name } of tools) {
    await expect(page.getByRole("link", { name: new RegExp(`^${name}`) })).toBeVisible();
  }
  await shot(page, "tools");
  await accessible(page);

  await page.getByLabel("Search the tools").fill("background");
  await expect(page.getByRole("link", { name: /^Remove Background/ })).toContainText("$0.01 per picture");
  await expect(page.getByRole("link", { name: /^Text to Speech/ })).toBeHidden();
  await expect(page).toHaveURL(/search=background/);
  await page.reload();
  await expect(page.getByRole("link", { name: /^Remove Background/ })).toBeVisible();
  await expect(page.getByRole("link", { name: /^Text to Speech/ })).toBeHidden();

  await page.getByLabel("Search the tools").fill("nothing like this");
  await expect(page.getByText("No tool fits")).toBeVisible();
  await page.getByRole("link", { name: "Show all tools" }).click();
  await page.getByText("Sounds", { exact: true }).first().click();
  await expect(page).toHaveURL(/kind=audio/);
  await expect(page.getByRole("link", { name: /^Text to Speech/ })).toBeVisible();
  await expect(page.getByRole("link", { name: /^Image Upscaler/ })).toBeHidden();
});

test("every tool makes something of its example", async ({ user: page, server }) => {
  test.setTimeout(480_000);
  for (const { id, name, makes } of await listed(server)) {
    await test.step(id, async () => {
      await page.goto(`/tools/${id}`);
      await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
      await page.getByRole("button", { name: "Try with an example" }).click();
      await expect(page.getByText(/^This run costs \$/)).toBeVisible();
      await run(page).click();
      await done(page);
      const made = result(page);
      if (makes === "image") {
        await expect(
          made
            .getByRole("img")
            .or(made.getByRole("button", { name: /^Look closer/ }))
            .first(),
        ).toBeVisible();
      } else if (makes === "text") {
        // The example's sound says this.
        await expect(made.getByText("A small boat leaves the pier", { exact: false }).first()).toBeVisible();
      } else if (makes === "video") {
        await expect(made.locator("video").last()).toBeVisible();
      } else {
        await expect(made.getByRole("link", { name: /^Download/ }).first()).toBeVisible();
      }
      if (
        [
          "remove-background",
          "image-to-video",
          "text-to-speech",
          "speech-to-text",
          "audio-enhancer",
        ].includes(id)
      ) {
        await shot(page, `tool-${id}`);
      }
    });
  }
});

test("an uploaded picture comes out as large as asked, and before and after are one slider", async ({
  user: page,
}) => {
  await page.goto("/tools/image-upscaler");
  await shot(page, "tool");
  await accessible(page);
  await upload(page);
  await page.getByText("4", { exact: true }).click();
  await expect(page.getByText("This run costs $0.03")).toBeVisible();
  await run(page).click();
  await done(page);

  const slider = result(page).getByRole("slider");
  await expect(slider).toHaveAttribute("aria-valuenow", "50");
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await expect(slider).toHaveAttribute("aria-valuenow", "51");
  await page.keyboard.press("Home");
  await expect(slider).toHaveAttribute("aria-valuenow", "0");
  await page.keyboard.press("End");
  await expect(slider).toHaveAttribute("aria-valuenow", "100");
  const width = (name: string) =>
    result(page)
      .getByRole("img", { name })
      .evaluate((image) => (image as HTMLImageElement).naturalWidth);
  await expect.poll(() => width("Before")).toBe(768);
  await expect.poll(() => width("After")).toBe(768 * 4);
  await slider.press("PageDown");
  await shot(page, "tool-result");
  await accessible(page);

  await result(page).getByText("Result", { exact: true }).last().click();
  await expect(result(page).getByText(/3072×2048/)).toBeVisible();
});

test("another model takes other things, and what it does not take is not sent", async ({ user: page }) => {
  await page.goto("/tools/image-upscaler");
  await upload(page);
  await page.getByLabel("Prompt").fill("hills under the moon");
  await expect(page.getByText("This run costs $0.03")).toBeVisible();
  await page.getByRole("combobox", { name: "Model" }).click();
  await expect(page.getByRole("option", { name: /Recraft Crisp Upscale/ })).toContainText(
    "Does not take Factor, Prompt",
  );
  await page.getByRole("option", { name: /Recraft Crisp Upscale/ }).click();
  await expect(page.getByLabel("Prompt")).toBeHidden();
  await expect(page.getByText("Not sent, as Recraft Crisp Upscale does not take it: Prompt.")).toBeVisible();
  await expect(page.getByText("This run costs $0.004")).toBeVisible();
  await run(page).click();
  await done(page);
  await expect(result(page).getByText("recraft/crisp-upscale")).toBeVisible();
  await page.getByRole("combobox", { name: "Model" }).click();
  await page.getByRole("option", { name: /Clarity Upscaler/ }).click();
  await expect(page.getByLabel("Prompt")).toHaveValue("hills under the moon");
});

test("what is missing or wrong is told at its field", async ({ user: page }) => {
  await page.goto("/tools/remove-background");
  await run(page).click();
  await expect(page.getByText("This is needed.")).toBeVisible();
  await page.goto("/tools/text-to-video");
  await page.getByLabel("Prompt").fill("waves");
  await page.getByRole("textbox", { name: /^Duration/ }).fill("60");
  await page.getByRole("textbox", { name: /^Duration/ }).blur();
  // What the chosen model cannot do, only the server knows.
  await expect(page.getByRole("alert").filter({ hasText: "kuaishou/kling-2.6" })).toBeVisible();
  await expect(page.getByText("It cannot run like this.")).toBeVisible();
});

test("a run can be canceled, and a failed one says why", async ({ user: page }) => {
  test.slow();
  await page.goto("/tools/ai-image-generator");
  await page.getByLabel("Prompt").fill("a fox [sandbox delay=600 progress=on]");
  await run(page).click();
  await expect(result(page).getByRole("progressbar")).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Cancel AI Image Generator" }).click();
  await expect(result(page).getByText("Canceled; nothing was charged")).toBeVisible();
  await page.getByLabel("Prompt").fill("a fox [sandbox outcome=fail]");
  await run(page).click();
  await expect(result(page).getByText("Failed; nothing was charged")).toBeVisible();
});

test("an earlier result goes into a tool", async ({ user: page, server }) => {
  const answer = await fetch(`${server.url}/v1/tools/ai-image-generator/run`, {
    method: "POST",
    headers: { Authorization: `Bearer ${server.testKey}`, "Content-Type": "application/json" },
    body: JSON.stringify({ input: { prompt: "a fox" } }),
  });
  const { job_id } = (await answer.json()) as { job_id: string };
  await page.goto(`/tools/remove-background?file=${encodeURIComponent(`${job_id}#1`)}`);
  await expect(page.getByText("This run costs $0.01")).toBeVisible();
  await run(page).click();
  await done(page);
  await expect(result(page).getByRole("slider")).toBeVisible();
});

test("the request stands below as code", async ({ user: page }) => {
  await page.goto("/tools/ai-image-generator");
  await page.getByLabel("Prompt").fill("a lighthouse in fog");
  await page.getByRole("button", { name: "The request as code" }).click();
  await expect(page.getByText("/v1/tools/ai-image-generator/run").first()).toBeVisible();
  await expect(page.getByText("a lighthouse in fog").last()).toBeVisible();
  await accessible(page);
});

test("an unknown tool is told of", async ({ user: page }) => {
  await page.goto("/tools/no-such-tool");
  await expect(page.getByText("There is no tool no-such-tool")).toBeVisible();
});

test("tools work on a phone and in the dark", async ({ user: page }) => {
  test.slow();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: "dark" });
  const fitting = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  await page.goto("/tools");
  await expect(page.getByRole("link", { name: /^Image Upscaler/ })).toBeVisible();
  expect(await fitting()).toBe(true);
  await accessible(page);
  await shot(page, "tools-dark-phone");
  await page.getByRole("link", { name: /^Style Transfer/ }).click();
  await page.getByRole("button", { name: "Try with an example" }).click();
  await expect(page.getByText("This run costs $0.04")).toBeVisible();
  await run(page).click();
  await done(page);
  await expect(result(page).getByRole("slider")).toBeInViewport();
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await fitting()).toBe(true);
  await accessible(page);
  await shot(page, "tool-result-dark-phone");
});
