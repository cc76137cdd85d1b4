import { createHmac } from "node:crypto";
import { expect } from "@playwright/test";
import { type Got, receiver, test } from "./people";
import { accessible, shot } from "./spool";

const IMAGE = "black-forest-labs/flux-1.1-pro";

/** What the signature must be, computed by hand. */
function signature({ headers, body }: Got, secret: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

test("an endpoint is added, tested, given a new secret, switched off and on, changed and deleted", async ({
  mine: page,
  me,
}) => {
  test.slow();
  const to = await receiver(204);
  try {
    await page.goto("/webhooks");
    await expect(page.getByText("No endpoint yet")).toBeVisible();
    await accessible(page);
    await shot(page, "webhooks-empty");
    await page.getByRole("button", { name: "Add endpoint" }).click();
    const form = page.getByRole("dialog", { name: "Add an endpoint" });
    await expect(form.getByLabel("URL")).toBeFocused();
    await form.getByLabel("URL").fill(to.url);
    await form.getByLabel("Description").fill("production");
    await form.getByLabel("Only some").check();
    await form.getByLabel("job.failed").check();
    await accessible(page);
    await shot(page, "webhook-form");
    await form.getByRole("button", { name: "Add the endpoint" }).click();

    const made = page.getByRole("dialog", { name: "The endpoint is there" });
    const first = await made.getByLabel("Secret", { exact: true }).textContent();
    expect(first).toMatch(/^whsec_/);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await made.getByRole("button", { name: "Copy the secret" }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(first);
    await page.keyboard.press("Escape");

    const card = page.getByRole("article", { name: `Endpoint ${to.url}` });
    await expect(card).toContainText("production");
    await expect(card).toContainText("Hears of job.failed");
    await card.getByRole("button", { name: "Send a test" }).click();
    await expect(card.getByText("The test arrived")).toBeVisible();
    await expect(card).toContainText("HTTP 204");
    expect(to.got).toHaveLength(1);
    expect(to.got[0]?.headers["webhook-signature"]).toBe(signature(to.got[0] as Got, first ?? ""));

    await card.getByRole("button", { name: "Show secret" }).click();
    await expect(card.getByLabel("Secret", { exact: true })).toHaveText(first ?? "?");
    await card.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Rotate the secret" }).click();
    await expect(page.getByRole("dialog")).toContainText("For 24 hours the present one signs along");
    await page.getByRole("dialog").getByRole("button", { name: "Rotate the secret" }).click();
    await expect(card.getByLabel("Secret", { exact: true })).not.toHaveText(first ?? "?");
    await expect(card).toContainText("signs along until");

    await card.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Disable" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disable the endpoint" }).click();
    await expect(card.getByText("Disabled", { exact: true })).toBeVisible();
    await card.getByRole("button", { name: "Enable" }).click();
    await expect(card.getByText("Enabled", { exact: true })).toBeVisible();

    await card.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Edit" }).click();
    const edit = page.getByRole("dialog", { name: "Edit the endpoint" });
    await expect(edit.getByLabel("job.failed")).toBeChecked();
    await edit.getByLabel("All events").check();
    await edit.getByRole("button", { name: "Save" }).click();
    await expect(card).toContainText("Hears of all events");

    await card.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Leave it" }).click();
    await expect(card).toBeVisible();
    await card.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete the endpoint" }).click();
    await expect(page.getByText("No endpoint yet")).toBeVisible();
    expect(await me.call("GET", "/v1/webhooks/endpoints")).toEqual({ endpoints: [] });
  } finally {
    to.close();
  }
});

test("an address that the server does not call is refused at its field", async ({ mine: page }) => {
  await page.goto("/webhooks");
  await page.getByRole("button", { name: "Add endpoint" }).click();
  const form = page.getByRole("dialog", { name: "Add an endpoint" });
  await form.getByLabel("URL").fill("https://10.1.2.3/hook");
  await form.getByRole("button", { name: "Add the endpoint" }).click();
  await expect(form.getByLabel("URL")).toHaveAttribute("aria-invalid", "true");
  await expect(form.getByLabel("URL")).toHaveValue("https://10.1.2.3/hook");
});

test("what failed is found, looked at and sent again", async ({ mine: page, me }) => {
  test.slow();
  const to = await receiver(500, 204);
  const other = await receiver(204);
  try {
    const { id: endpoint } = await me.call<{ id: string }>("POST", "/v1/webhooks/endpoints", {
      url: to.url,
      events: ["job.succeeded"],
      description: "shaky",
    });
    await me.call("POST", "/v1/webhooks/endpoints", { url: other.url, description: "steady" });
    const id = await me.make("generations", IMAGE, { prompt: "a red fox" });
    await page.goto("/webhooks");
    const rows = page.getByRole("region", { name: "Deliveries", exact: true }).last().getByRole("row");
    // To the shaky one of the success, to the steady one of begin and success.
    await expect(rows).toHaveCount(4);
    await expect(page.getByRole("article", { name: `Endpoint ${to.url}` })).toContainText(
      "The last call failed",
    );
    await accessible(page);
    await shot(page, "webhooks");
    await page.getByRole("button", { name: "Use dark colours" }).click();
    await accessible(page);
    await shot(page, "webhooks-dark");
    await page.getByRole("button", { name: "Use light colours" }).click();

    await page.getByRole("combobox", { name: "State" }).click();
    await page.getByRole("option", { name: "Failed" }).click();
    await expect(rows).toHaveCount(2);
    await expect(page).toHaveURL(/state=failed/);
    await page.getByRole("combobox", { name: "State" }).click();
    await page.getByRole("option", { name: "Failed" }).click();
    await expect(rows).toHaveCount(4);
    await page.getByRole("combobox", { name: "Endpoint" }).click();
    await page.getByRole("option", { name: "steady" }).click();
    await expect(rows).toHaveCount(3);
    await page.goto(`/webhooks?job=${"0".repeat(32)}`);
    await expect(page.getByText("No delivery matches")).toBeVisible();
    await page.getByRole("button", { name: "Clear the filters" }).click();
    await expect(rows).toHaveCount(4);
    await page.getByLabel("Job", { exact: true }).fill(`gen_${id}`);
    await expect(page).toHaveURL(new RegExp(`job=gen_${id}`));
    await page.goto(`/webhooks?endpoint=${endpoint}`);
    await expect(rows).toHaveCount(2);

    await page.getByRole("button", { name: "Details of job.succeeded, failed" }).click();
    const drawer = page.getByRole("dialog", { name: "Delivery" });
    await expect(drawer.getByText("1. HTTP 500")).toBeVisible();
    await expect(drawer.getByText("out of order")).toBeVisible();
    await accessible(page);
    await drawer.getByRole("button", { name: "Replay" }).click();
    await expect(drawer.getByText("2. HTTP 204")).toBeVisible();
    await expect(drawer.getByRole("status")).toContainText("Delivered");
    await shot(page, "webhook-delivery");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(rows.nth(1)).toContainText("Delivered");
    expect(to.got.map(({ headers }) => headers["webhook-id"])).toEqual(
      Array(2).fill(to.got[0]?.headers["webhook-id"]),
    );
  } finally {
    to.close();
    other.close();
  }
});

test("everything of a time is sent again", async ({ mine: page, me }) => {
  const to = await receiver(500, 500, 204);
  try {
    await me.call("POST", "/v1/webhooks/endpoints", { url: to.url, events: ["job.succeeded"] });
    await me.make("generations", IMAGE, { prompt: "one" });
    await me.make("generations", IMAGE, { prompt: "two" });
    await page.goto("/webhooks?state=failed");
    await expect(page.getByRole("button", { name: /^Details of/ })).toHaveCount(2);
    await page.getByRole("button", { name: "Replay a time range" }).click();
    const form = page.getByRole("dialog", { name: "Replay a time range" });
    await accessible(page);
    await form.getByRole("button", { name: "Replay" }).click();
    await expect(form.getByRole("status")).toContainText("2 messages are sent again.");
    await shot(page, "webhook-replay");
    await form.getByRole("button", { name: "Close" }).last().click();
    await expect(page.getByText("No delivery matches")).toBeVisible();
    await expect.poll(() => to.got.length).toBe(4);
  } finally {
    to.close();
  }
});

test("callbacks of single jobs have a secret of their own", async ({ mine: page, me }) => {
  await page.goto("/webhooks");
  const section = page.getByRole("region", { name: "Signatures" });
  await section.getByRole("button", { name: "Show secret" }).click();
  const first = await section.getByLabel("Secret", { exact: true }).textContent();
  const to = await receiver(204);
  try {
    await me.call("POST", `/v1/models/${IMAGE}/run`, { input: { prompt: "called" }, webhook_url: to.url });
    await expect.poll(() => to.got.length).toBe(1);
    expect(to.got[0]?.headers["webhook-signature"]).toBe(signature(to.got[0] as Got, first ?? ""));
  } finally {
    to.close();
  }
  await section.getByRole("button", { name: "Rotate" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate the secret" }).click();
  await expect(section.getByLabel("Secret", { exact: true })).not.toHaveText(first ?? "?");
  await section.getByRole("button", { name: "Stop signing" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop signing" }).click();
  await expect(section.getByLabel("Secret", { exact: true })).toHaveCount(0);
  await section.getByRole("tab", { name: "Node" }).click();
  await expect(section.getByRole("region", { name: "the Node code" })).toContainText(
    "hook.verify(request.body",
  );
});

test("nothing sticks out on a phone", async ({ mine: page, me }) => {
  const to = await receiver(204);
  try {
    await me.call("POST", "/v1/webhooks/endpoints", {
      url: `${to.url}/${"long-".repeat(20)}`,
      description: "long",
    });
    await me.make("generations", IMAGE, { prompt: "small" });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/webhooks");
    await expect(page.getByRole("button", { name: /^Details of/ }).first()).toBeAttached();
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
      .toBeLessThanOrEqual(360);
    await accessible(page);
    await shot(page, "webhooks-phone");
  } finally {
    to.close();
  }
});
