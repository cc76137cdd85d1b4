import { expect } from "@playwright/test";
import { person, receiver, test } from "./people";
import { accessible, shot, signIn } from "./spool";

const IMAGE = "black-forest-labs/flux-1.1-pro";
const CLIP = "google/veo-3.1-fast";

const cards = (page: import("@playwright/test").Page) =>
  page.getByRole("list", { name: "Jobs" }).getByRole("listitem");

test("jobs of all dialects turn up with pictures of what they made", async ({ mine: page, me }) => {
  test.slow();
  await me.make("generations", IMAGE, { prompt: "a red fox" });
  await me.make("jobs", IMAGE, { prompt: "a grey heron" });
  await me.make("task/submit", IMAGE, { prompt: "a blue whale" });
  await me.make("tasks", CLIP, { prompt: "a white owl" });
  await page.goto("/library");
  await expect(cards(page)).toHaveCount(4);
  for (const [index, prompt] of ["a white owl", "a blue whale", "a grey heron", "a red fox"].entries()) {
    await expect(cards(page).nth(index).getByRole("link", { name: prompt })).toBeVisible();
    await expect(cards(page).nth(index)).toContainText("Succeeded");
  }
  await expect(cards(page).first()).toContainText(CLIP);
  await expect(cards(page).first()).toContainText("$0.");
  // The pictures are really there, and the clip shows its first one.
  await expect
    .poll(() =>
      page.evaluate(() => ({
        pictures: Array.from(document.querySelectorAll("main img"), (img) =>
          img instanceof HTMLImageElement ? img.naturalWidth > 0 : false,
        ),
        clips: Array.from(document.querySelectorAll("main video"), (clip) =>
          clip instanceof HTMLVideoElement ? clip.videoWidth > 0 : false,
        ),
      })),
    )
    .toEqual({ pictures: [true, true, true], clips: [true] });
  await accessible(page);
  await shot(page, "library");
  await page.getByRole("button", { name: "Use dark colours" }).click();
  await accessible(page);
  await shot(page, "library-dark");
  await page.getByText("List", { exact: true }).click();
  await expect(page).toHaveURL(/view=list/);
  const rows = page.getByRole("region", { name: "Jobs" }).getByRole("row");
  await expect(rows).toHaveCount(5);
  await expect(rows.nth(1)).toContainText("tasks");
  await expect(rows.nth(4)).toContainText("generations");
  await accessible(page);
  await page.getByRole("button", { name: "Use light colours" }).click();
  await shot(page, "library-list");
});

test("each filter narrows, stands in the address, and can be cleared", async ({ mine: page, me }) => {
  test.slow();
  const other = me.another("nightly");
  await me.make("jobs", IMAGE, { prompt: "kept" });
  await me.make("jobs", IMAGE, { prompt: "broken [sandbox outcome=fail]" });
  await other.make("tasks", CLIP, { prompt: "moving" });
  await page.goto("/library");
  await expect(cards(page)).toHaveCount(3);
  const choose = async (label: string, option: string | RegExp) => {
    await page.getByRole("combobox", { name: label }).click();
    await page.getByRole("option", { name: option }).click();
  };
  const clear = async () => {
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await expect(cards(page)).toHaveCount(3);
  };
  await choose("Status", "Failed");
  await expect(cards(page)).toHaveCount(1);
  await expect(cards(page)).toContainText("broken");
  await expect(page).toHaveURL(/status=failed/);
  await clear();
  await choose("Kind", "Video");
  await expect(cards(page)).toHaveCount(1);
  await expect(cards(page)).toContainText("moving");
  await clear();
  await page.getByRole("combobox", { name: "Model" }).fill("flux-1.1-pro");
  await page.getByRole("option", { name: IMAGE, exact: true }).click();
  await expect(cards(page)).toHaveCount(2);
  await expect(page).toHaveURL(/model=/);
  await clear();
  await choose("Key", /nightly/);
  await expect(cards(page)).toHaveCount(1);
  await expect(cards(page)).toContainText("moving");
  await page.reload();
  await expect(cards(page)).toHaveCount(1);
  await clear();
  await page.getByLabel("To (UTC)").fill("2020-01-31");
  await expect(page.getByText("No job matches")).toBeVisible();
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await expect(cards(page)).toHaveCount(3);
  await page.getByLabel("From (UTC)").fill(new Date().toISOString().slice(0, 10));
  await expect(page).toHaveURL(/from=/);
  await expect(cards(page)).toHaveCount(3);
});

test("a long library goes on with the next page", async ({ mine: page, me }) => {
  for (let made = 0; made < 32; made++) {
    await me.order("jobs", IMAGE, { prompt: `no. ${made}` });
  }
  await page.goto("/library?view=list");
  const rows = page.getByRole("region", { name: "Jobs" }).getByRole("row");
  await expect(rows).toHaveCount(31);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(rows).toHaveCount(33);
  await expect(page.getByRole("button", { name: "Show more" })).toHaveCount(0);
});

test("an empty library says what to do", async ({ mine: page }) => {
  await page.goto("/library");
  await expect(page.getByText("Nothing was made yet")).toBeVisible();
  await accessible(page);
  await shot(page, "library-empty");
  await page.getByRole("link", { name: "Go to the playground" }).click();
  await expect(page).toHaveURL(/\/playground/);
});

test("what goes on moves by itself", async ({ mine: page, me }) => {
  await me.order("jobs", IMAGE, { prompt: "slow [sandbox delay=6 progress=on]" });
  await page.goto("/library");
  await expect(cards(page)).toContainText("Processing");
  await expect(cards(page)).toContainText("%");
  await expect(cards(page)).toContainText("Succeeded");
});

test("the page of a job shows result, time, money, request and answer", async ({ mine: page, me }) => {
  test.slow();
  const id = await me.make("jobs", IMAGE, { prompt: "a red fox in the snow", seed: 7 });
  await page.goto("/library");
  await page.getByRole("link", { name: "a red fox in the snow" }).click();
  await expect(page).toHaveURL(new RegExp(`/library/${id}$`));
  await expect(page.getByRole("heading", { level: 1, name: IMAGE })).toBeVisible();
  await expect(page.getByRole("link", { name: "Download picture" })).toBeVisible();
  await expect(page.getByText("a red fox in the snow").first()).toBeVisible();

  // The timeline and the costs say what the server says.
  interface Told {
    events: { kind: string }[];
    entries: { type: string; amount_usd: string }[];
    charged_usd: string;
    attempts: { provider: string }[];
  }
  const told = await me.call<Told>("GET", `/v1/library/${id}`);
  const statement = await me.call<Told>("GET", `/v1/jobs/${id}/statement`);
  const timeline = page.getByRole("region", { name: "Timeline" });
  for (const { kind } of told.events) {
    await expect(timeline.getByText(new RegExp(kind, "i")).first()).toBeVisible();
  }
  const attempts = page.getByRole("region", { name: "Attempts" }).getByRole("row");
  await expect(attempts).toHaveCount(statement.attempts.length + 1);
  await expect(attempts.nth(1)).toContainText(statement.attempts[0]?.provider ?? "?");
  const entries = page.getByRole("table", { name: "Entries" }).getByRole("row");
  await expect(entries).toHaveCount(statement.entries.length + 1);
  for (const [index, { type, amount_usd }] of statement.entries.entries()) {
    await expect(entries.nth(index + 1)).toContainText(new RegExp(type, "i"));
    await expect(entries.nth(index + 1)).toContainText(`$${amount_usd}`);
  }
  await expect(page.getByRole("region", { name: "Costs" })).toContainText(`Charged$${statement.charged_usd}`);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Statement" }).click(),
  ]);
  expect(file.suggestedFilename()).toBe(`statement-${id}.json`);

  await expect(page.getByRole("region", { name: "the request" })).toContainText(
    `POST /v1/models/${IMAGE}/run`,
  );
  await expect(page.getByRole("region", { name: "the answer" })).toContainText(`"job_id": "job_${id}"`);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy the job's id" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(id);

  const again = page.getByRole("link", { name: "Run again", exact: true });
  await expect(again).toHaveAttribute("href", new RegExp(`^/playground/${IMAGE}\\?from=.?.?.?${id}`));
  await expect(page.getByRole("link", { name: "Run again with the same seed" })).toHaveAttribute(
    "href",
    /seed=/,
  );
  await accessible(page);
  await shot(page, "job");
  await page.getByRole("button", { name: "Use dark colours" }).click();
  await accessible(page);
  await shot(page, "job-dark");
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await shot(page, "job-phone");
  await page.goto("/library");
  await expect(cards(page)).toHaveCount(1);
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await shot(page, "library-phone");
});

test("a given file is shown, and leads to what it is", async ({ mine: page, me }) => {
  const first = await me.make("jobs", IMAGE, { prompt: "a first one" });
  const id = await me.make("jobs", "black-forest-labs/flux-kontext-pro", {
    prompt: "the same at night",
    input_image: `job_${first}`,
  });
  await page.goto(`/library/${id}`);
  const given = page.getByRole("list", { name: "Given files" }).getByRole("listitem");
  await expect(given).toHaveCount(1);
  await expect(given).toContainText("input_image");
  await expect(given.getByRole("img")).toBeVisible();
});

test("a failed job says why, and that nothing was charged", async ({ mine: page, me }) => {
  const id = await me.make("generations", IMAGE, { prompt: "a fox [sandbox outcome=unavailable]" });
  await page.goto(`/library/${id}`);
  await expect(page.getByRole("alert").getByText("Nothing was charged.")).toBeVisible();
  await expect(page.getByText("provider_unavailable").first()).toBeVisible();
  await expect(page.getByRole("region", { name: "Costs" })).toContainText("Release");
  const attempts = page.getByRole("region", { name: "Attempts" }).getByRole("row");
  expect(await attempts.count()).toBeGreaterThan(2);
  await expect(attempts.nth(1)).toContainText("Rejected");
  await accessible(page);
  await shot(page, "job-failed");
});

test("an open job is live, and can be canceled", async ({ mine: page, me }) => {
  const id = await me.order("jobs", CLIP, { prompt: "a long one [sandbox delay=120 progress=on]" });
  await page.goto(`/library/${id}`);
  await expect(page.getByText("The provider is at it.")).toBeVisible();
  await expect(page.getByText(/Running, \d+ %/)).toBeVisible();
  await accessible(page);
  await shot(page, "job-open");
  await page.getByRole("button", { name: "Cancel the job" }).click();
  await expect(page.getByText("It was canceled")).toBeVisible();
  await expect(page.getByRole("region", { name: "Timeline" })).toContainText("Canceled");
  await expect(page.getByRole("region", { name: "Costs" })).toContainText("Charged$0.00");
});

test("a job of somebody else is not there", async ({ mine: page, server }) => {
  const id = await person(server).make("jobs", IMAGE, { prompt: "not yours" });
  await page.goto(`/library/${id}`);
  await expect(page.getByText("There is no such job")).toBeVisible();
});

test("a delivery of the job that failed is sent again from its page", async ({ mine: page, me }) => {
  const to = await receiver(503, 204);
  try {
    await me.call("POST", "/v1/webhooks/endpoints", { url: to.url, events: ["job.succeeded"] });
    const id = await me.make("jobs", IMAGE, { prompt: "told twice" });
    await page.goto(`/library/${id}`);
    const deliveries = page.getByRole("region", { name: "Webhook deliveries" });
    await expect(deliveries.getByText("Failed")).toBeVisible();
    await deliveries.getByRole("button", { name: "Details of job.succeeded, failed" }).click();
    const drawer = page.getByRole("dialog", { name: "Delivery" });
    await expect(drawer.getByText("1. HTTP 503")).toBeVisible();
    await drawer.getByRole("button", { name: "Replay" }).click();
    await expect(drawer.getByRole("status").getByText("Delivered")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(deliveries.getByText("Delivered")).toBeVisible();
    expect(to.got.map(({ headers }) => headers["webhook-id"])).toEqual(
      Array(2).fill(to.got[0]?.headers["webhook-id"]),
    );
  } finally {
    to.close();
  }
});

test("a key that may not manage webhooks sees the job without its deliveries", async ({
  page,
  me,
  server,
}) => {
  const id = await me.make("jobs", IMAGE, { prompt: "little" });
  const made = JSON.parse(
    server.spool("keys", "create", "--account", String(me.account), "--scopes", "jobs:read", "--json"),
  );
  await signIn(page, made.secret);
  await page.goto(`/library/${id}`);
  await expect(page.getByRole("heading", { name: "Costs" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Webhook deliveries" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Statement" })).toHaveCount(0);
});
