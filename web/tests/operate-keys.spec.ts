import { call, choose, dark, MODEL, made, order, phone } from "./operating";
import { accessible, expect, shot, signIn, test } from "./spool";

test("an account is made, edited, bounded and given credit once for a reference", async ({
  operator: page,
  server,
}) => {
  await page.goto("/operate/accounts");
  await page.getByRole("button", { name: "New account" }).click();
  const making = page.getByRole("dialog", { name: "New account" });
  await expect(making.getByRole("button", { name: "Make the account" })).toBeDisabled();
  await making.getByLabel("Name").fill("shop");
  await making.getByLabel("Email").fill("no-address");
  await making.getByRole("button", { name: "Make the account" }).click();
  // What the server refuses is told at its field, and what was typed stays.
  await expect(making.getByLabel("Email")).toHaveAttribute("aria-invalid", "true");
  await expect(making.getByLabel("Name")).toHaveValue("shop");
  await making.getByLabel("Email").fill("till@shop.example");
  await making.getByRole("button", { name: "Make the account" }).click();

  const drawer = page.getByRole("dialog", { name: "Account", exact: true });
  await expect(drawer.getByRole("heading", { name: "shop" })).toBeVisible();
  const credit = async (usd: string, reference: string) => {
    await drawer.getByRole("button", { name: "Add credit" }).click();
    const dialog = page.getByRole("dialog", { name: "Add credit to shop" });
    await dialog.getByText("Test: play money").click();
    await dialog.getByLabel("Amount").fill(usd);
    await dialog.getByLabel("Reference").fill(reference);
    await dialog.getByRole("button", { name: "Add credit" }).click();
    await expect(dialog).toBeHidden();
  };
  await credit("25.5", "invoice-7");
  await expect(drawer.getByText("$25.50", { exact: true })).toBeVisible();
  await credit("25.5", "invoice-7");
  await expect(page.getByText("Nothing was added")).toBeVisible();
  await expect(drawer.getByText("$25.50", { exact: true })).toBeVisible();

  await drawer.getByRole("button", { name: "Change" }).click();
  const bound = page.getByRole("dialog", { name: "Open jobs of shop" });
  await bound.getByLabel("A number of its own").check();
  await bound.getByLabel("At most").fill("3");
  await bound.getByRole("button", { name: "Save" }).click();
  await expect(drawer.getByText("At most 3")).toBeVisible();

  await drawer.getByRole("button", { name: "Edit", exact: true }).click();
  const edit = page.getByRole("dialog", { name: "Edit shop" });
  await edit.getByLabel("Name").fill("The shop");
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(drawer.getByRole("heading", { name: "The shop" })).toBeVisible();
  await accessible(page);
  await shot(page, "operate-account");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("row").filter({ hasText: "The shop" })).toContainText("$25.50");
  await shot(page, "operate-accounts");
  await accessible(page);
  await dark(page);
  await accessible(page);
  await phone(page);
  await shot(page, "operate-accounts-phone");
  const { body } = await call<{ items: { name: string; email: string }[] }>(
    server,
    server.adminKey,
    "GET",
    "/admin/v1/accounts",
  );
  expect(body.items.find(({ name }) => name === "The shop")?.email).toBe("till@shop.example");
});

test("a new key is shown once, signs in and works; its successor too, and a revoked one does not", async ({
  operator: page,
  server,
  browser,
}) => {
  await page.goto("/operate/keys");
  await page.getByRole("button", { name: "New key" }).click();
  const dialog = page.getByRole("dialog", { name: "New key" });
  await choose(dialog, "Account", /default \(1\)/);
  await dialog.getByText("Test: the sandbox").click();
  await dialog.getByLabel("Name").fill("kiosk");
  await choose(dialog, "Preset", /Read only/);
  await expect(dialog.getByLabel("models:run")).not.toBeChecked();
  await dialog.getByLabel("models:run").check();
  await expect(dialog.getByLabel("admin", { exact: true })).toBeDisabled();
  await choose(dialog, "Ends", "In 30 days");
  await dialog.getByLabel("A limit of its own").check();
  await dialog.getByLabel("A day").fill("1.5");
  await accessible(page);
  await shot(page, "operate-key-new");
  await dialog.getByRole("button", { name: "Make the key" }).click();

  const told = page.getByRole("dialog", { name: "The key kiosk is made" });
  const secret = await told.getByLabel("API key").inputValue();
  expect(secret).toMatch(/^spool_test_/);
  await expect(told.getByRole("button", { name: "Copy" })).toBeVisible();
  await shot(page, "operate-key-created");
  await told.getByRole("button", { name: "I have copied it" }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
  const row = page.getByRole("row").filter({ hasText: "kiosk" });
  await expect(row).toContainText("20 a second, 40 at once");

  // It does what it may, and nothing else.
  await made(server, secret);
  expect((await call(server, secret, "GET", "/v1/webhooks/endpoints")).status).toBe(403);
  const other = await browser.newContext({ baseURL: server.url });
  const theirs = await other.newPage();
  await signIn(theirs, secret);
  await expect(theirs.getByRole("link", { name: "Playground" })).toBeVisible();

  await row.getByRole("link", { name: "kiosk" }).click();
  const drawer = page.getByRole("dialog", { name: "Key", exact: true });
  await expect(drawer.getByText("Today: $1.50")).toBeVisible();
  await drawer.getByRole("button", { name: "Rotate" }).click();
  const rotate = page.getByRole("dialog", { name: "Rotate kiosk" });
  await rotate.getByRole("button", { name: "Make the successor" }).click();
  const next = page.getByRole("dialog", { name: "The key kiosk is made" });
  const successor = await next.getByLabel("API key").inputValue();
  expect(successor).not.toBe(secret);
  await next.getByRole("button", { name: "I have copied it" }).click();
  // For a day both work.
  for (const key of [secret, successor]) {
    expect((await call(server, key, "GET", "/v1/balance")).status).toBe(200);
  }

  await drawer.getByRole("button", { name: "Revoke", exact: true }).click();
  const revoke = page.getByRole("dialog", { name: "Revoke kiosk?" });
  await revoke.getByRole("button", { name: "Leave it" }).click();
  expect((await call(server, secret, "GET", "/v1/balance")).status).toBe(200);
  await drawer.getByRole("button", { name: "Revoke", exact: true }).click();
  await revoke.getByRole("button", { name: "Revoke the key" }).click();
  await expect(drawer.getByText("revoked", { exact: true })).toBeVisible();
  await expect(drawer.getByRole("button", { name: "Revoke", exact: true })).toHaveCount(0);
  await expect.poll(async () => (await call(server, secret, "GET", "/v1/balance")).status).toBe(401);
  expect((await call(server, successor, "GET", "/v1/balance")).status).toBe(200);
  await theirs.reload();
  await expect(theirs.getByRole("heading", { name: "Sign in to Spool" })).toBeVisible();
  await other.close();
});

test("a budget refuses what goes beyond it, and says how much is spent", async ({
  operator: page,
  server,
}) => {
  const created = server.spool("keys", "create", "--name", "thrifty", "--json");
  const { key, secret } = JSON.parse(created) as { key: { id: string }; secret: string };
  await page.goto(`/operate/keys?key=${key.id}`);
  const drawer = page.getByRole("dialog", { name: "Key", exact: true });
  await expect(drawer.getByText("None. It may spend all of its account's credit.")).toBeVisible();
  await drawer.getByRole("button", { name: "Set a budget" }).click();
  const dialog = page.getByRole("dialog", { name: "Budget of thrifty" });
  await dialog.getByLabel("A day").fill("five");
  await expect(dialog.getByText("Dollars, such as 5.00")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Save" })).toBeDisabled();
  await dialog.getByLabel("A day").fill("0.05");
  await dialog.getByLabel("In all").fill("10");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(drawer.getByText("Today: $0.05")).toBeVisible();

  await made(server, secret);
  const refused = await call<{ error: { message: string } }>(
    server,
    secret,
    "POST",
    `/v1/models/${MODEL}/run`,
    {
      input: { prompt: "one too many" },
      sync: false,
    },
  );
  expect(refused.status).toBe(403);
  expect(refused.body.error.message).toContain("budget");
  await page.reload();
  await expect(drawer.getByText("$0.04 spent, $0.00 held for open jobs").first()).toBeVisible();
  await expect(drawer.getByText("$0.01 left")).toBeVisible();
  await accessible(page);
  await shot(page, "operate-key");

  await drawer.getByRole("button", { name: "Change" }).click();
  await dialog.getByLabel("A day").fill("");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(drawer.getByText("Today:")).toHaveCount(0);
  await order(server, secret);

  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await shot(page, "operate-keys");
  await accessible(page);
  await dark(page);
  await accessible(page);
  await shot(page, "operate-keys-dark");
  await phone(page);
  await shot(page, "operate-keys-phone");
});
