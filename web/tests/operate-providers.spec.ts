import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, dark, phone } from "./operating";
import { accessible, test as base, expect, shot, withServer } from "./spool";

const SECRET = "sk-canary-81d2";

/** A provider that knows one key and lists its models. */
const test = base.extend<object>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's form
  server: async ({}, use) => {
    const http = createServer((request, answer) => {
      const known = request.headers.authorization === `Bearer ${SECRET}`;
      answer.writeHead(known ? 200 : 401, { "content-type": "application/json" });
      answer.end(
        JSON.stringify(
          known ? { object: "list", data: [] } : { error: { code: "invalid_api_key", message: "no" } },
        ),
      );
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const folder = mkdtempSync(join(tmpdir(), "spool-master-"));
    const file = join(folder, "master.key");
    execFileSync(process.env.SPOOL_BIN ?? "", ["master-key", "new", file], {
      env: { PATH: process.env.PATH },
    });
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`;
    await withServer([`secrets.master_key_file=${file}`, `providers.openai.base_url=${url}`], use);
    http.close();
    rmSync(folder, { recursive: true });
  },
});

// Each goes through several states of a page and looks for faults in both colour schemes.
test.beforeEach(() => test.slow());

test("a credential is sealed, checked, changed and removed, and its secret is shown nowhere", async ({
  operator: page,
  server,
}) => {
  const answers: string[] = [];
  page.on("response", async (response) => {
    if (response.url().includes("/admin/v1/")) {
      answers.push(await response.text().catch(() => ""));
    }
  });
  await page.goto("/operate/providers");
  await page.getByRole("textbox", { name: "Search providers" }).fill("openai");
  await page.getByRole("link", { name: "openai", exact: true }).click();
  const drawer = page.getByRole("dialog", { name: "Provider", exact: true });
  await expect(drawer.getByRole("heading", { name: "openai" })).toBeVisible();
  await expect(drawer.getByText("Never sent again", { exact: false })).toBeVisible();
  const seal = async (name: string, secret: string) => {
    await drawer.getByRole("button", { name: "Add a credential" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a credential for openai" });
    await dialog.getByLabel("Name").fill(name);
    const field = dialog.getByLabel(/^Secret/);
    await expect(field).toHaveAttribute("type", "password");
    await field.fill(secret);
    await dialog.getByRole("button", { name: "Seal it" }).click();
    await expect(dialog).toBeHidden();
  };
  await seal("main", SECRET);
  await seal("other", "sk-wrong-5c07");
  const main = drawer.getByRole("listitem", { name: "main" });
  const other = drawer.getByRole("listitem", { name: "other" });
  await expect(main).toContainText("Sealed, version 1");
  await main.getByRole("button", { name: "Check" }).click();
  await expect(main.getByText("Works", { exact: false }).first()).toBeVisible();
  await other.getByRole("button", { name: "Check" }).click();
  await expect(other.getByText("Refused", { exact: false }).first()).toBeVisible();

  await main.getByRole("button", { name: "Change" }).click();
  const change = page.getByRole("dialog", { name: "Change openai main" });
  await expect(change.getByLabel(/^Secret/)).toHaveValue("");
  await change.getByLabel("Share of new jobs").fill("3");
  await change.getByRole("button", { name: "Save" }).click();
  await expect(main).toContainText("version 2");
  await accessible(page);
  await shot(page, "operate-provider");

  await other.getByRole("button", { name: "Remove" }).click();
  await page
    .getByRole("dialog", { name: "Remove openai other?" })
    .getByRole("button", { name: "Remove it" })
    .click();
  await expect(other).toHaveCount(0);
  await expect(main).toBeVisible();

  const { body } = await call<{ items: { action: string; subject: string }[] }>(
    server,
    server.adminKey,
    "GET",
    "/admin/v1/log?action=credential",
  );
  expect(body.items.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
    "credential.remove provider:openai/other",
    "credential.put provider:openai/main",
    "credential.put provider:openai/other",
    "credential.put provider:openai/main",
  ]);
  expect(answers.length).toBeGreaterThan(5);
  expect(answers.join("")).not.toContain(SECRET);
  expect(await page.content()).not.toContain(SECRET);
});

test("providers are listed with how they do, in both colours and on a phone", async ({ operator: page }) => {
  await page.goto("/operate/providers");
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "fal", exact: true }) });
  await expect(row).toContainText("Not set up");
  await expect(page.getByRole("region", { name: "Orphans" })).toContainText("There are none.");
  await accessible(page);
  await shot(page, "operate-providers");
  await dark(page);
  await accessible(page);
  await shot(page, "operate-providers-dark");
  await phone(page);
  await shot(page, "operate-providers-phone");
});

base("without a master key the page says what is missing", async ({ operator: page }) => {
  await page.goto("/operate/providers?provider=fal");
  const drawer = page.getByRole("dialog", { name: "Provider", exact: true });
  await expect(drawer.getByText("The server has no master key to seal it with.")).toBeVisible();
  await expect(drawer.getByRole("button", { name: "Add a credential" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await expect(drawer.getByText("Signed with its published key")).toBeVisible();
});
