import { createServer, type Server as Http } from "node:http";
import type { AddressInfo } from "node:net";
import { call, dark, made, order, phone, reaches } from "./operating";
import { accessible, test as base, expect, type Server, shot, withServer } from "./spool";

const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A provider that reads orders and hangs up, so that nobody can tell whether it took them. It has the job `r1`. */
async function hangsUp(): Promise<{ url: string; http: Http }> {
  const http = createServer((request, answer) => {
    request.resume();
    request.on("end", () => {
      const { method, url = "" } = request;
      if (method === "POST") {
        request.socket.destroy();
      } else if (url.endsWith(".png")) {
        answer.setHeader("content-type", "image/png").end(Buffer.from(PIXEL, "base64"));
      } else {
        const at = `http://${request.headers.host}/r1.png`;
        const body = url.includes("/status") ? { status: "COMPLETED" } : { images: [{ url: at }] };
        answer.setHeader("content-type", "application/json").end(JSON.stringify(body));
      }
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, http };
}

const test = base.extend<object>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's form
  server: async ({}, use) => {
    const { url, http } = await hangsUp();
    const settings = [
      `providers.openai.base_url=${url}/v1`,
      `providers.fal.base_url=${url}`,
      "engine.operator_from_usd=0.01",
    ];
    await withServer(settings, async (server) => {
      server.spool("accounts", "credit", "1", "25.00", "--live", "--reference", "opening");
      await use(server);
    });
    http.close();
  },
});

/** A live job whose answer was lost. */
async function lost(server: Server, model = "openai/gpt-image-2"): Promise<string> {
  const job = await order(server, server.adminKey, "a lighthouse nobody saw", model);
  await reaches(server, job, "needs_operator");
  return job;
}

// Each goes through several states of a page and looks for faults in both colour schemes.
test.beforeEach(() => test.slow());

test("a job that needs an operator is found, looked at and written off, and the log tells all of it", async ({
  operator: page,
  server,
}) => {
  const job = await lost(server);
  await page.goto("/operate");
  await page
    .getByRole("region", { name: "Jobs that need an operator" })
    .getByRole("link", { name: /Decide about/ })
    .click();
  await expect(page.getByRole("tab", { name: /Needs operator/ })).toHaveAttribute("aria-selected", "true");
  await expect(page.getByText("What to do about these")).toBeVisible();
  await page.getByRole("link", { name: job.slice(0, 10) }).click();

  const drawer = page.getByRole("dialog", { name: "Job", exact: true });
  await expect(drawer.getByText("This job waits for your decision")).toBeVisible();
  const attempts = drawer.getByRole("region", { name: "Attempts" });
  await expect(attempts).toContainText("1. openai");
  await expect(attempts).toContainText("Token");
  await expect(drawer.getByRole("region", { name: "Entries" })).toContainText("Hold");
  await expect(drawer.getByRole("region", { name: "Events" })).toContainText("Needs operator");
  // What was asked for is out of sight until somebody wants to see it.
  await expect(page.getByText("a lighthouse nobody saw")).toHaveCount(0);
  await expect(drawer.getByText("the audit log says that you did", { exact: false })).toBeVisible();
  await shot(page, "operate-job");
  await drawer.getByRole("button", { name: "Show what was asked for" }).click();
  await expect(drawer.getByText("a lighthouse nobody saw")).toBeVisible();
  await accessible(page);

  await drawer.getByRole("button", { name: "Write off…" }).click();
  const dialog = page.getByRole("dialog", { name: "Write the job off?" });
  await expect(dialog.getByRole("button", { name: "Write it off" })).toBeDisabled();
  await dialog.getByLabel("Reason").fill("not in their console");
  await dialog.getByRole("button", { name: "Write it off" }).click();
  await expect(drawer.getByText("outcome_unknown")).toBeVisible();
  await expect(drawer.getByRole("button", { name: "Write off…" })).toHaveCount(0);
  await expect(drawer.getByRole("region", { name: "Entries" })).toContainText("Suspend");
  await reaches(server, job, "failed");

  await page.goto(`/operate/log?subject=job:${job}`);
  const log = page.getByRole("table", { name: "Audit log" });
  await expect(log.getByRole("row").filter({ hasText: "job.read_params" })).toBeVisible();
  await expect(log.getByRole("row").filter({ hasText: "job.write_off" })).toContainText(
    "not in their console",
  );
  await accessible(page);
  await shot(page, "operate-log");
  await log.getByRole("link", { name: /^Job/ }).first().click();
  await expect(drawer.getByText("outcome_unknown")).toBeVisible();
});

test("a job that was found at its provider is adopted, followed and charged", async ({
  operator: page,
  server,
}) => {
  const job = await lost(server, "black-forest-labs/flux-1.1-pro");
  await page.goto(`/operate/jobs?phase=needs_operator&job=${job}`);
  const drawer = page.getByRole("dialog", { name: "Job", exact: true });
  await drawer.getByRole("button", { name: "Adopt…" }).click();
  const dialog = page.getByRole("dialog", { name: "Adopt the job" });
  await expect(dialog.getByText("This is final.", { exact: false })).toBeVisible();
  await dialog.getByLabel("fal's id of the job").fill("r1");
  await shot(page, "operate-job-adopt");
  await dialog.getByRole("button", { name: "Adopt it" }).click();
  await expect(page.getByText("The job is adopted and followed from now on.")).toBeVisible();
  await reaches(server, job, "succeeded");
  await expect(drawer.getByRole("region", { name: "Entries" })).toContainText("Capture");
  await expect(drawer.getByRole("region", { name: "Attempts" })).toContainText("r1");
  await page.goto("/operate/log?action=job.adopt");
  await expect(page.getByRole("row").filter({ hasText: "job.adopt" })).toContainText("r1");
});

test("a job that cannot be followed is not adopted, and its field says why", async ({
  operator: page,
  server,
}) => {
  const job = await lost(server);
  await page.goto(`/operate/jobs?job=${job}`);
  await page.getByRole("button", { name: "Adopt…" }).click();
  const dialog = page.getByRole("dialog", { name: "Adopt the job" });
  const field = dialog.getByLabel("openai's id of the job");
  await field.fill("img_1");
  await dialog.getByRole("button", { name: "Adopt it" }).click();
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveValue("img_1");
  await reaches(server, job, "needs_operator");
});

test("refunds are at most what was charged, and each is booked once for its reference", async ({
  operator: page,
  server,
}) => {
  const job = await made(server, server.testKey);
  await page.goto(`/operate/jobs?job=${job}`);
  const drawer = page.getByRole("dialog", { name: "Job", exact: true });
  await drawer.getByRole("button", { name: "Refund…" }).click();
  const dialog = page.getByRole("dialog", { name: "Refund" });
  await dialog.getByLabel("Amount").fill("0.05");
  await expect(dialog.getByText("An amount above zero, at most $0.04")).toBeVisible();
  await dialog.getByLabel("Amount").fill("0.015");
  await dialog.getByLabel("Reason").fill("a crooked lighthouse");
  await dialog.getByLabel("Reference").fill("ticket-17");
  await dialog.getByRole("button", { name: "Give it back" }).click();
  await expect(drawer.getByRole("region", { name: "Entries" })).toContainText("$0.015");
  await drawer.getByRole("button", { name: "Refund…" }).click();
  await expect(dialog.getByText("At most $0.025")).toBeVisible();
  await dialog.getByLabel("Amount").fill("0.025");
  await dialog.getByLabel("Reason").fill("and the rest");
  await dialog.getByRole("button", { name: "Give it back" }).click();
  await expect(drawer.getByRole("button", { name: "All of it is refunded" })).toBeDisabled();
  const { body } = await call<{ refunded_usd: string }>(
    server,
    server.testKey,
    "GET",
    `/v1/jobs/${job}/statement`,
  );
  expect(body.refunded_usd).toBe("0.04");
});

test("jobs are filtered, canceled, and readable on a phone", async ({ operator: page, server }) => {
  const quick = await made(server, server.testKey);
  const slow = await order(server, server.testKey, "a red fox [sandbox delay=300]");
  await page.goto("/operate/jobs");
  await expect(page.getByRole("link", { name: slow.slice(0, 10) })).toBeVisible();
  await shot(page, "operate-jobs");
  await accessible(page);
  await page.getByRole("combobox", { name: "Phase" }).click();
  await page.getByRole("option", { name: "Succeeded" }).click();
  await expect(page).toHaveURL(/phase=succeeded/);
  await expect(page.getByRole("link", { name: slow.slice(0, 10) })).toHaveCount(0);
  await expect(page.getByRole("row").filter({ hasText: "Succeeded" }).first()).toBeVisible();
  await page.getByRole("combobox", { name: "Mode", exact: true }).click();
  await page.getByRole("option", { name: "Live" }).click();
  await expect(page).toHaveURL(/mode=live/);
  await expect(page.getByRole("link", { name: quick.slice(0, 10) })).toHaveCount(0);
  await page.getByRole("button", { name: "Clear" }).click();

  await page.getByRole("link", { name: slow.slice(0, 10) }).click();
  const drawer = page.getByRole("dialog", { name: "Job", exact: true });
  await drawer.getByRole("button", { name: "Cancel…" }).click();
  await page
    .getByRole("dialog", { name: "Cancel the job?" })
    .getByRole("button", { name: "Ask to cancel" })
    .click();
  await expect(drawer.getByText("Canceled", { exact: true }).first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await dark(page);
  await accessible(page);
  await shot(page, "operate-jobs-dark");
  await phone(page);
  await shot(page, "operate-jobs-phone");
  await accessible(page);
});
