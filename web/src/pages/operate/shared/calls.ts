/** The operator's calls as queries, so that what one page changes the others see. */
import { queryOptions, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { csrfHeaders } from "../../../api/client";
import { Fault } from "../../../api/fault";
import type {
  Account,
  ApiKey,
  Audit,
  Job,
  JobDetail,
  KeyBudget,
  Limits,
  LogLine,
  Mode,
  Performance,
  Providers,
  Usage,
} from "./types";

/** Parameters of an address; what is undefined or empty is left out. */
export type Search = Record<string, string | number | undefined>;

async function call<Answer>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`/admin/v1/${path}`, {
      method,
      credentials: "same-origin",
      signal,
      headers: method === "GET" ? {} : { "Content-Type": "application/json", ...csrfHeaders() },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    throw signal?.aborted ? error : Fault.unreachable(error);
  }
  if (!response.ok) {
    throw await Fault.of(response);
  }
  return (await response.json()) as Answer;
}

function address(path: string, search: Search): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== "") {
      given.set(name, String(value));
    }
  }
  const text = given.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** A call that changes something. */
export function change<Answer>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown) {
  return call<Answer>(method, path, method === "DELETE" ? undefined : (body ?? {}));
}

/** A call that looks. */
export function look<Answer>(path: string, search: Search = {}) {
  return queryOptions({
    queryKey: ["admin", path, search],
    queryFn: ({ signal }) => call<Answer>("GET", address(path, search), undefined, signal),
  });
}

interface PageOf<Item> {
  items: Item[];
  next: string | number | null;
}

/** A list that is read page by page. */
function usePages<Item>(path: string, search: Search, refetchInterval?: number) {
  const found = useInfiniteQuery({
    queryKey: ["admin", path, "pages", search],
    queryFn: ({ pageParam, signal }) =>
      call<PageOf<Item>>("GET", address(path, { ...search, before: pageParam }), undefined, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => (last.next === null ? undefined : String(last.next)),
    refetchInterval,
  });
  return { ...found, items: found.data?.pages.flatMap((page) => page.items) };
}

export const useJobs = (search: Search) => usePages<Job>("jobs", search, 10_000);
export const useLog = (search: Search) => usePages<LogLine>("log", search);
export const useAccountPages = () => usePages<Account>("accounts", {});
export const useKeyPages = (search: Search) => usePages<ApiKey>("keys", search);

/** All accounts, for pickers: a thousand at most, in pages of a hundred. */
export const allAccounts = queryOptions({
  queryKey: ["admin", "accounts", "all"],
  queryFn: async ({ signal }) => {
    const accounts: Account[] = [];
    let before: string | undefined;
    for (let page = 0; page < 10; page++) {
      const path = address("accounts", { limit: 100, before });
      const found = await call<PageOf<Account>>("GET", path, undefined, signal);
      accounts.push(...found.items);
      if (found.next === null) {
        break;
      }
      before = String(found.next);
    }
    return accounts;
  },
});

export const accountQuery = (id: string) => look<Account>(`accounts/${encodeURIComponent(id)}`);
export const keyQuery = (id: string) => look<ApiKey>(`keys/${encodeURIComponent(id)}`);
export const budgetQuery = (id: string) => look<KeyBudget>(`keys/${encodeURIComponent(id)}/budget`);
export const jobQuery = (id: string) => look<JobDetail>(`jobs/${encodeURIComponent(id)}`);
export const providersQuery = look<Providers>("providers");
export const limitsQuery = look<Limits>("limits");
export const auditQuery = { ...look<Audit>("audit"), staleTime: 300_000 };
export const modelsQuery = look<{ items: { id: string }[] }>("models");

/** The jobs that need an operator, as many as one page holds. */
export const waitingQuery = look<PageOf<Job>>("jobs", { phase: "needs_operator", limit: 100 });

/** The last number that was set for an account's open jobs. Accounts do not tell it; the log does. */
export const openJobsQuery = (account: string | number) =>
  look<PageOf<LogLine>>("log", { action: "account.open_jobs", subject: `account:${account}`, limit: 1 });

/** The accounts that have a number of their own, out of the newest lines of the log. */
export const boundsQuery = queryOptions({
  queryKey: ["admin", "log", "bounds"],
  queryFn: async ({ signal }) => {
    const found = new Map<string, number | null>();
    let before: string | undefined;
    for (let page = 0; page < 10; page++) {
      const path = address("log", { action: "account.open_jobs", limit: 100, before });
      const { items, next } = await call<PageOf<LogLine>>("GET", path, undefined, signal);
      for (const { subject, detail } of items) {
        const account = subject.replace("account:", "");
        // The newest line counts; older ones are what it was before.
        if (!found.has(account)) {
          found.set(account, typeof detail.max === "number" ? detail.max : null);
        }
      }
      if (next === null) {
        break;
      }
      before = String(next);
    }
    return [...found].filter(([, max]) => max !== null).map(([account, max]) => ({ account, max }));
  },
});

export type Which = Mode | "both";

/** Usage of one mode, or of both after one another. */
export const usageQuery = (which: Which, search: Search) =>
  queryOptions({
    queryKey: ["admin", "usage", which, search],
    queryFn: ({ signal }) =>
      Promise.all(
        modes(which).map((mode) =>
          call<Usage>("GET", address("usage", { ...search, mode }), undefined, signal),
        ),
      ),
  });

/** How providers did in one mode, or in both. */
export const performanceQuery = (which: Which, search: Search) =>
  queryOptions({
    queryKey: ["admin", "performance", which, search],
    queryFn: ({ signal }) =>
      Promise.all(
        modes(which).map((mode) =>
          call<Performance>("GET", address("performance", { ...search, mode }), undefined, signal),
        ),
      ),
  });

function modes(which: Which): Mode[] {
  return which === "both" ? ["live", "test"] : [which];
}

/** Lets all pages of these kinds look again. Every change also has its line in the log. */
export function useAgain() {
  const queries = useQueryClient();
  return (...kinds: ("accounts" | "keys" | "jobs" | "providers")[]) =>
    Promise.all(
      [...kinds, "log"].map((kind) =>
        queries.invalidateQueries({
          predicate: ({ queryKey: [of, path] }) => of === "admin" && String(path).split("/")[0] === kind,
        }),
      ),
    );
}
