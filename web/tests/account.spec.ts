import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { send, test } from "./people";
import { accessible, shot } from "./spool";

const IMAGE = "black-forest-labs/flux-1.1-pro";

test("balance, budget, usage and ledger say what the API says", async ({ mine: page, me, server }) => {
  test.slow();
  const budget = JSON.stringify({ day_usd: "1.00", month_usd: "5.00" });
  const put = await send(`${server.url}/admin/v1/keys/${me.key.id}/budget`, server.adminKey, "PUT", budget);
  expect(put.status).toBe(200);
  const id = await me.make("jobs", IMAGE, { prompt: "paid" });
  await me.make("jobs", IMAGE, { prompt: "free [sandbox outcome=fail]" });
  await me.another("nightly").make("jobs", "google/veo-3.1-fast", { prompt: "a clip" });
  interface Balance {
    available_usd: string;
    credits: number;
    budget: { day: { left_usd: string } };
  }
  const balance = await me.call<Balance>("GET", "/v1/balance");
  const usage = await me.call<{ totals: { charged_usd: string } }>("GET", "/v1/usage");
  await page.goto("/account-overview");
  const section = (name: string) => page.getByRole("region", { name, exact: true });
  await expect(section("Balance")).toContainText(`Available$${balance.available_usd}`);
  await expect(section("Balance")).toContainText(`Credits${balance.credits.toLocaleString("en-US")}`);
  await expect(section("Budget of this key")).toContainText(`$${balance.budget.day.left_usd} left`);
  await expect(section("Budget of this key")).toContainText("of $5.00 spent");

  const used = section("Usage of the last 30 days");
  await expect(used).toContainText(
    `$${usage.totals.charged_usd} for 3 jobs: 2 succeeded, 1 failed, 0 canceled.`,
  );
  await expect(
    used
      .getByRole("img", { name: /^Columns/ })
      .locator("svg")
      .first(),
  ).toBeVisible();
  const rows = page.getByRole("region", { name: "Usage", exact: true }).getByRole("row");
  await expect(rows).toHaveCount(3);
  await expect(rows.filter({ hasText: IMAGE })).toContainText("211");
  await used.getByText("By key").click();
  await expect(rows.filter({ hasText: "nightly" })).toHaveCount(1);
  const [csv] = await Promise.all([
    page.waitForEvent("download"),
    used.getByRole("link", { name: /CSV/ }).click(),
  ]);
  const text = readFileSync(await csv.path(), "utf8");
  expect(text.split("\n")[0]).toContain("model");
  expect(text).toContain(IMAGE);

  const ledger = page.getByRole("region", { name: "Ledger" }).last();
  await expect(ledger.getByRole("row")).toHaveCount(5);
  await expect(ledger.getByRole("row").last()).toContainText("Top-up");
  await expect(ledger.getByRole("row").last()).toContainText("+$100.00");
  await expect(ledger.getByRole("row").nth(2)).toContainText("Nothing charged");
  await accessible(page);
  await shot(page, "account");
  await page.getByRole("button", { name: "Use dark colours" }).click();
  await accessible(page);
  await shot(page, "account-dark");
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await shot(page, "account-phone");
  await page.setViewportSize({ width: 1280, height: 800 });
  await ledger.getByRole("row").nth(3).getByRole("link", { name: IMAGE }).click();
  await expect(page).toHaveURL(new RegExp(`/library/.*${id}$`));
  await expect(page.getByRole("heading", { level: 1, name: IMAGE })).toBeVisible();
});

test("a long ledger goes on with the next page", async ({ mine: page, me }) => {
  for (let made = 0; made < 26; made++) {
    await me.order("jobs", IMAGE, { prompt: `no. ${made}` });
  }
  await page.goto("/account-overview");
  const ledger = page.getByRole("region", { name: "Ledger" }).last();
  await expect(ledger.getByRole("row")).toHaveCount(26);
  await page
    .getByRole("region", { name: "Ledger" })
    .first()
    .getByRole("button", { name: "Show more" })
    .click();
  await expect(ledger.getByRole("row")).toHaveCount(28);
});

test("uploaded files are listed, opened and deleted", async ({ mine: page, me, server }) => {
  await page.goto("/account-overview");
  await expect(page.getByText("No file was uploaded yet")).toBeVisible();
  const pixel = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  );
  const put = await send(`${server.url}/v1/files`, me.secret, "POST", pixel, {
    "Content-Type": "image/png",
    "X-Filename": "dot.png",
  });
  expect(put.status).toBe(201);
  await page.reload();
  const files = page.getByRole("region", { name: "Files", exact: true });
  await expect(files.getByRole("row")).toHaveCount(2);
  await expect(files).toContainText("image/png 1 × 1");
  await expect(files).toContainText(`${pixel.length} B`);
  await files.getByRole("button", { name: "Delete dot.png" }).click();
  await expect(page.getByRole("dialog")).toContainText("No link opens dot.png any more");
  await accessible(page);
  await page.getByRole("dialog").getByRole("button", { name: "Delete the file" }).click();
  await expect(page.getByText("No file was uploaded yet")).toBeVisible();
  expect(await me.call("GET", "/v1/files")).toMatchObject({ data: [] });
});

test("a new account says what will be where", async ({ mine: page }) => {
  await page.goto("/account-overview");
  await expect(page.getByText("No job has ended in these days")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Budget of this key" })).toHaveCount(0);
});
