/** What a page's first load weighs, and when it shows something. Bytes are held to a bound; times are told only, since they hang on the machine. */
import { expect, signIn, test } from "./spool";

/** The most compressed script that the playground's first load may take, bytes. */
const SCRIPT_MAX = 300_000;

const PAGES = [
  "/sign-in",
  "/playground",
  "/playground/openai/gpt-image-2",
  "/compare",
  "/tools",
  "/library",
  "/webhooks",
  "/account-overview",
  "/operate",
];

test("the playground's first load is light", async ({ page, server, browser }) => {
  await signIn(page, server.adminKey);
  const state = await page.context().storageState();
  const loads = [];
  for (const path of PAGES) {
    // A context of its own has an empty cache.
    const context = await browser.newContext({ storageState: state, baseURL: server.url });
    const fresh = await context.newPage();
    await fresh.goto(path);
    await expect(fresh.getByRole("heading", { level: 1 })).toBeVisible();
    await fresh.waitForLoadState("networkidle");
    const { scripts, painted } = await fresh.evaluate(() => ({
      scripts: performance
        .getEntriesByType("resource")
        .filter((entry) => entry.name.endsWith(".js"))
        .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
      painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    }));
    loads.push({ path, scripts, painted });
    await context.close();
  }
  const lines = loads.map(
    ({ path, scripts, painted }) =>
      `  ${path.padEnd(32)} ${(scripts / 1000).toFixed(1).padStart(6)} kB of script, first content after ${painted.toFixed(0)} ms`,
  );
  process.stdout.write(`${lines.join("\n")}\n`);
  for (const { path, scripts } of loads.filter(({ path }) => path.startsWith("/playground"))) {
    expect(scripts, path).toBeLessThan(SCRIPT_MAX);
    expect(scripts, path).toBeGreaterThan(50_000);
  }
});
