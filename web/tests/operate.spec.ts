import { readFileSync } from "node:fs";
import { minus } from "../src/parts/money";
import { usd } from "../src/parts/words";
import { call, dark, made, phone } from "./operating";
import { accessible, expect, shot, test } from "./spool";

interface Numbers {
  jobs: number;
  charged_usd: string;
  cost_usd: string;
}

// Each goes through several states of a page and looks for faults in both colour schemes.
test.beforeEach(() => test.slow());

test("the overview shows the API's numbers, as tiles, as a chart, as a table and as a file", async ({
  operator: page,
  server,
}) => {
  await made(server, server.testKey);
  await made(server, server.testKey, "a lighthouse");
  await page.goto("/operate?mode=test");
  const { body } = await call<{ totals: Numbers; data: ({ day: string; model: string } & Numbers)[] }>(
    server,
    server.adminKey,
    "GET",
    "/admin/v1/usage?mode=test&group=day,model",
  );
  const { totals, data } = body;
  const tile = (name: string) => page.getByRole("region", { name, exact: true });
  await expect(tile("Spend")).toContainText(`$${totals.charged_usd}`);
  await expect(tile("Cost")).toContainText(`$${totals.cost_usd}`);
  await expect(tile("Jobs")).toContainText(String(totals.jobs));
  await expect(tile("Margin")).toContainText(usd(minus(totals.charged_usd, totals.cost_usd)));

  const chart = page.getByRole("region", { name: "Spend by model" });
  await expect(chart.getByRole("img", { name: /Spend by model, day by day/ })).toBeVisible();
  await expect(chart.locator(".recharts-bar-rectangle path").first()).toBeVisible();
  await expect(page.getByRole("region", { name: "The books" })).toContainText("Sound");
  await expect(page.getByRole("region", { name: "Jobs that need an operator" })).toContainText("None");
  await shot(page, "operate-overview");
  await accessible(page);

  await chart.getByText("Table", { exact: true }).click();
  const row = data[0];
  const shown = chart.getByRole("row").filter({ hasText: row?.day ?? "" });

  const waiting = page.waitForEvent("download");
  await chart.getByRole("button", { name: "CSV" }).click();
  const file = await (await waiting).path();
  const lines = readFileSync(file, "utf8").trim().split("\r\n");
  expect(lines).toHaveLength(31);
  // A column for each model, in the same order as in the table, which has its day as a heading.
  const column = lines[0]?.split(",").indexOf(`${row?.model} (USD)`) ?? -1;
  expect(column).toBeGreaterThan(0);
  expect(lines.at(-1)?.split(",")[column]).toBe(row?.charged_usd);
  await expect(shown.getByRole("cell").nth(column - 1)).toHaveText(`$${row?.charged_usd}`);

  const providers = page.getByRole("region", { name: "Providers' performance" });
  await expect(providers.getByRole("row").filter({ hasText: "sandbox" })).toContainText("100%");

  await page.getByRole("group", { name: "By" }).getByText("Provider", { exact: true }).click();
  await expect(page.getByRole("region", { name: "Spend by provider" })).toContainText("sandbox");
  await page.getByRole("group", { name: "Days" }).getByText("7 days").click();
  await expect(page.getByText("the 7 days before").or(page.getByText("none before")).first()).toBeVisible();
  await page.getByRole("group", { name: "Mode" }).getByText("Both", { exact: true }).click();
  await expect(tile("Jobs")).toContainText(String(totals.jobs));

  await dark(page);
  await accessible(page);
  await shot(page, "operate-overview-dark");
  await phone(page);
  await shot(page, "operate-overview-phone");
});

test("limits say what is in force, what sets it, and who has their own", async ({
  operator: page,
  server,
}) => {
  const { body: limits } = await call<{ open_jobs_per_account: number; rate: { per_second: number } }>(
    server,
    server.adminKey,
    "GET",
    "/admin/v1/limits",
  );
  const account = server.spool("accounts", "create", "bounded", "--json");
  const { id } = JSON.parse(account) as { id: number };
  await call(server, server.adminKey, "PUT", `/admin/v1/accounts/${id}/open-jobs`, { max: 17 });
  await page.goto("/operate/limits");
  await expect(page.getByText(`${limits.rate.per_second} a second`, { exact: false }).first()).toBeVisible();
  await expect(page.getByText(limits.open_jobs_per_account.toLocaleString("en-US")).first()).toBeVisible();
  await expect(page.getByText("limits.requests_per_second")).toBeVisible();
  const own = page.getByRole("region", { name: "Accounts with a bound of their own" });
  await expect(own.getByRole("row").filter({ hasText: `No. ${id}` })).toContainText("At most 17");
  await accessible(page);
  await shot(page, "operate-limits");
  await own.getByRole("link", { name: `No. ${id}` }).click();
  await expect(page.getByRole("heading", { name: "bounded" })).toBeVisible();
  await expect(page.getByText("At most 17")).toBeVisible();
});

test("a customer's key sees none of the operator's pages, and the API gives it 403", async ({
  user: page,
  server,
}) => {
  await expect(page.getByRole("link", { name: "Audit log" })).toHaveCount(0);
  for (const path of ["", "/jobs", "/accounts", "/keys", "/providers", "/limits", "/log"]) {
    await page.goto(`/operate${path}`);
    await expect(page.getByText("These pages are for operators")).toBeVisible();
  }
  for (const path of ["usage", "jobs", "accounts", "keys", "providers", "limits", "log", "audit"]) {
    const { status } = await call(server, server.testKey, "GET", `/admin/v1/${path}`);
    expect(status).toBe(403);
    expect(await page.evaluate((path) => fetch(path).then(({ status }) => status), `/admin/v1/${path}`)).toBe(
      403,
    );
  }
});
