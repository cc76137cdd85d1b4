/** What all tests share: a real server of their own, and a page that notices what should not happen. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";

export { expect };

/** A running server with a data folder of its own. */
export interface Server {
  /** Without a trailing slash. */
  url: string;
  /** A test key of account 1, which has play money. */
  testKey: string;
  /** A live key with every permission, `admin` among them, of account 1. */
  adminKey: string;
  /** Runs a command of the program against this server and returns what it prints. */
  spool(...args: string[]): string;
}

function program(): string {
  const path = process.env.SPOOL_BIN;
  if (!path) {
    throw new Error("SPOOL_BIN must name the program to be tested; `make test` does that");
  }
  return path;
}

/** Settings of test servers, beside the defaults: receivers of webhooks and fake providers are on this machine. */
const SETTINGS: string[] = ["egress.allow=127.0.0.0/8"];

/** The environment without what it says to the tests: the program takes no variable of its own that it does not know. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SPOOL_")));
}

async function ready(child: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    let told = "";
    const listen = (chunk: Buffer) => {
      told += chunk.toString();
      const url = /Spool is ready at (http:\S+)/.exec(told)?.[1];
      if (url) {
        resolve(url);
      }
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${told}`)));
  });
}

/** Starts a server, hands it over, and ends it. */
export async function withServer(settings: string[], use: (server: Server) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "spool-web-"));
  const data = join(folder, "data");
  const sets = [...SETTINGS, ...settings].flatMap((setting) => ["--set", setting]);
  const child = spawn(program(), ["serve", "--data", data, "--listen", "127.0.0.1:0", ...sets], {
    cwd: folder,
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    const url = await ready(child);
    const spool = (...args: string[]) =>
      execFileSync(program(), [...args, "--data", data], {
        cwd: folder,
        env: environment(),
        encoding: "utf8",
      });
    const scopes =
      "models:read,models:run,jobs:read,jobs:write,files:write,account:read,webhooks:manage,admin";
    const made = JSON.parse(
      spool("keys", "create", "--live", "--scopes", scopes, "--name", "operator", "--json"),
    );
    const testKey = readFileSync(join(data, "test.key"), "utf8").trim();
    await use({ url, testKey, adminKey: made.secret, spool });
  } finally {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Fixtures {
  server: Server;
  /** The page, signed in with the test key. */
  user: Page;
  /** The page, signed in with the operator's key. */
  operator: Page;
}

export const test = base.extend<Fixtures>({
  // One for each test: what one test makes, no other one counts.
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's form
  server: async ({}, use) => withServer([], use),
  baseURL: async ({ server }, use) => use(server.url),
  /** Fails the test where the page asks another host for something, breaks its content policy, or throws. */
  page: async ({ page, server }, use) => {
    const wrong: string[] = [];
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(server.url) && !/^(data|blob|about):/.test(url)) {
        wrong.push(`asked for ${url}`);
      }
    });
    page.on("pageerror", (error) => wrong.push(`threw ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) {
        wrong.push(`said ${message.text()}`);
      }
    });
    await use(page);
    expect(wrong).toEqual([]);
  },
  user: async ({ page, server }, use) => {
    await signIn(page, server.testKey);
    await use(page);
  },
  operator: async ({ page, server }, use) => {
    await signIn(page, server.adminKey);
    await use(page);
  },
});

/** Signs in as people do. */
export async function signIn(page: Page, key: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "Who is signed in" })).toBeVisible();
}

/** A picture of the whole page as it is now, for people to look at. */
export async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.SPOOL_SHOTS ?? "test-results/screenshots";
  mkdirSync(folder, { recursive: true });
  // What stays in place while a page scrolls stands where the page was scrolled to.
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** No fault that axe calls serious or critical. */
export async function accessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(
    grave.map(({ id, help, nodes }) => ({ id, help, at: nodes.map(({ target }) => target.join(" ")) })),
  ).toEqual([]);
}
