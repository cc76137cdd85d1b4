/** Accounts of a test's own, so that tests do not see each other's jobs, and calls with their keys. */
import { createServer, type Server as Http, request } from "node:http";
import type { AddressInfo } from "node:net";
import { test as base, type Server, signIn, withServer } from "./spool";

/** Somebody with an account and a test key. */
export interface Person {
  account: number;
  key: { id: string; name: string };
  secret: string;
  /** Calls the API with the key. Refusals are thrown. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Orders a job in a dialect and waits for its end; the answer is its id without a prefix. */
  make(dialect: Dialect, model: string, input: Record<string, unknown>): Promise<string>;
  /** The same without waiting. */
  order(dialect: Dialect, model: string, input: Record<string, unknown>): Promise<string>;
  /** One more key of the same account. */
  another(name: string): Person;
}

export type Dialect = "generations" | "jobs" | "task/submit" | "tasks";

const ORDERS: Record<Dialect, (model: string) => { path: string; more: Record<string, unknown> }> = {
  generations: (model) => ({ path: "/v1/generations", more: { model, wait: 0 } }),
  jobs: (model) => ({ path: `/v1/models/${model}/run`, more: { sync: false } }),
  "task/submit": (model) => ({ path: "/v1/task/submit", more: { model } }),
  tasks: (model) => ({ path: "/v1/tasks", more: { model } }),
};

interface Answer {
  id?: string;
  job_id?: string;
  data?: { task_id: string };
}

/** A call of its own connection: one that is kept may be closed by the server at the moment it is used again. */
export async function send(
  url: string,
  key: string,
  method: string,
  body?: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  return await new Promise((resolve, reject) => {
    const head = { Authorization: `Bearer ${key}`, "Content-Type": "application/json", ...headers };
    const sent = request(url, { method, agent: false, headers: head }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

let accounts = 0;

/** Makes an account with play money and a key. */
export function person(server: Server, credit = "100"): Person {
  accounts += 1;
  const { id } = JSON.parse(server.spool("accounts", "create", `Test ${accounts}`, "--json"));
  server.spool("accounts", "credit", String(id), credit, "--reference", `start of ${id}`);
  return withKey(server, id, "app");
}

function withKey(server: Server, account: number, name: string): Person {
  const { key, secret } = JSON.parse(
    server.spool("keys", "create", "--account", String(account), "--name", name, "--json"),
  );
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const content = body === undefined ? undefined : JSON.stringify(body);
    const { status, text } = await send(server.url + path, secret, method, content);
    if (status >= 300) {
      throw new Error(`${method} ${path} was answered with ${status}: ${text}`);
    }
    return JSON.parse(text) as T;
  };
  const order = async (dialect: Dialect, model: string, input: Record<string, unknown>) => {
    const { path, more } = ORDERS[dialect](model);
    const answer = await call<Answer>("POST", path, { ...more, input });
    const id = answer.id ?? answer.job_id ?? answer.data?.task_id ?? "";
    return id.replace(/^[a-z]+_/, "");
  };
  return {
    account,
    key,
    secret,
    call,
    order,
    async make(dialect, model, input) {
      const id = await order(dialect, model, input);
      await call("GET", `/v1/generations/gen_${id}?wait=60`);
      return id;
    },
    another: (name) => withKey(server, account, name),
  };
}

/** A message that a receiver got. */
export interface Got {
  headers: Record<string, string>;
  body: string;
}

/** A receiver of webhooks that answers with the next of these statuses, and with the last one from then on. */
export async function receiver(...statuses: number[]): Promise<{ url: string; got: Got[]; close(): void }> {
  const got: Got[] = [];
  const http: Http = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const status = statuses[Math.min(got.length, statuses.length - 1)] ?? 204;
      got.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(status, { "Content-Type": "text/plain" });
      response.end(status >= 300 ? "out of order" : undefined);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, got, close: () => http.close() };
}

/** A server that tries each message once, so that what fails is over at once; and a person of the test's own. */
export const test = base.extend<{ me: Person; mine: import("@playwright/test").Page }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's form
  server: async ({}, use) => withServer(["webhooks.retry_pauses_s=0"], use),
  me: async ({ server }, use) => use(person(server)),
  /** The page, signed in as this person. */
  mine: async ({ page, me }, use) => {
    await signIn(page, me.secret);
    await use(page);
  },
});
