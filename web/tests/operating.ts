/** What the operator's tests share: calls to the API beside the page, and orders that end. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { Server } from "./spool";

/** Calls the API as a client would. */
export async function call<Answer>(
  server: Server,
  key: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Answer }> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

export const MODEL = "black-forest-labs/flux-1.1-pro";

/** Orders a picture with a key; its id without the prefix. */
export async function order(
  server: Server,
  key: string,
  prompt = "a red fox",
  model = MODEL,
): Promise<string> {
  const { status, body } = await call<{ job_id: string }>(server, key, "POST", `/v1/models/${model}/run`, {
    input: { prompt },
    sync: false,
  });
  expect(status).toBeLessThan(300);
  return body.job_id.replace("job_", "");
}

/** Waits until a job is in a phase. */
export async function reaches(server: Server, job: string, phase: string): Promise<void> {
  await expect
    .poll(
      async () =>
        (await call<{ phase: string }>(server, server.adminKey, "GET", `/admin/v1/jobs/${job}`)).body.phase,
    )
    .toBe(phase);
}

/** Orders a picture and waits until it is there. */
export async function made(server: Server, key: string, prompt?: string): Promise<string> {
  const job = await order(server, key, prompt);
  await reaches(server, job, "succeeded");
  return job;
}

/** Chooses one of a select's options. */
export async function choose(within: Locator, label: string, option: string | RegExp): Promise<void> {
  await within.getByRole("combobox", { name: label }).click();
  // The list lies at the end of the page, outside of what it belongs to.
  await within.page().getByRole("option", { name: option }).click();
}

/** Uses the other colours. */
export async function dark(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "dark" });
}

/** A phone held upright. Nothing may be wider than it. */
export async function phone(page: Page): Promise<void> {
  await page.setViewportSize({ width: 360, height: 740 });
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth))
    .toBeLessThanOrEqual(0);
}
