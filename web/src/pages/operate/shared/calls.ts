/** The operator's calls as queries, so that what one page changes the others see. */
import {
  type InfiniteData,
  queryOptions,
  type UseInfiniteQueryResult,
  useQueryClient,
} from "@tanstack/react-query";
import { answered, api, query } from "../../../api/client";
import type { paths } from "../../../api/schema";
import type { Account, Mode } from "./types";

/** The parameters of a call that looks. */
type Search<Path extends "/admin/v1/jobs" | "/admin/v1/log" | "/admin/v1/keys" | "/admin/v1/usage"> =
  NonNullable<paths[Path]["get"]["parameters"]["query"]>;

/** How lists are read page by page. */
const PAGES = {
  pageParamName: "before",
  // Not `undefined`: a page number would be sent in its place.
  initialPageParam: null,
  getNextPageParam: ({ next }: { next: string | number | null }) => next,
};

/** A list with the items of all its pages. */
function listed<Item, Error>(found: UseInfiniteQueryResult<InfiniteData<{ items: Item[] }>, Error>) {
  return { ...found, items: found.data?.pages.flatMap((page) => page.items) };
}

export const useJobs = (search: Search<"/admin/v1/jobs">) =>
  listed(
    query.useInfiniteQuery(
      "get",
      "/admin/v1/jobs",
      { params: { query: search } },
      { ...PAGES, refetchInterval: 10_000 },
    ),
  );
export const useLog = (search: Search<"/admin/v1/log">) =>
  listed(query.useInfiniteQuery("get", "/admin/v1/log", { params: { query: search } }, PAGES));
export const useAccountPages = () => listed(query.useInfiniteQuery("get", "/admin/v1/accounts", {}, PAGES));
export const useKeyPages = (search: Search<"/admin/v1/keys">) =>
  listed(query.useInfiniteQuery("get", "/admin/v1/keys", { params: { query: search } }, PAGES));

/** All accounts, for pickers: a thousand at most, in pages of a hundred. */
export const allAccounts = queryOptions({
  queryKey: ["get", "/admin/v1/accounts", "all"],
  queryFn: async ({ signal }) => {
    const accounts: Account[] = [];
    let before: string | undefined;
    for (let page = 0; page < 10; page++) {
      const params = { query: { limit: 100, before } };
      const { items, next } = await answered(api.GET("/admin/v1/accounts", { params, signal }));
      accounts.push(...items);
      if (next === null) {
        break;
      }
      before = next;
    }
    return accounts;
  },
});

/** What stands in the path of a call about one thing. */
export const about = (id: string | number) => ({ params: { path: { id: String(id) } } });

export const accountQuery = (id: string) => query.queryOptions("get", "/admin/v1/accounts/{id}", about(id));
export const keyQuery = (id: string) => query.queryOptions("get", "/admin/v1/keys/{id}", about(id));
export const budgetQuery = (id: string) => query.queryOptions("get", "/admin/v1/keys/{id}/budget", about(id));
export const jobQuery = (id: string) => query.queryOptions("get", "/admin/v1/jobs/{id}", about(id));
export const providersQuery = query.queryOptions("get", "/admin/v1/providers");
export const limitsQuery = query.queryOptions("get", "/admin/v1/limits");
export const auditQuery = query.queryOptions("get", "/admin/v1/audit", {}, { staleTime: 300_000 });
export const modelsQuery = query.queryOptions("get", "/admin/v1/models");

/** The jobs that need an operator, as many as one page holds. */
export const waitingQuery = query.queryOptions("get", "/admin/v1/jobs", {
  params: { query: { phase: "needs_operator", limit: 100 } },
});

export type Which = Mode | "both";

/** Usage of one mode, or of both after one another. */
export const usageQuery = (which: Which, search: Search<"/admin/v1/usage">) =>
  queryOptions({
    queryKey: ["get", "/admin/v1/usage", which, search],
    queryFn: ({ signal }) =>
      Promise.all(
        modes(which).map((mode) =>
          answered(api.GET("/admin/v1/usage", { params: { query: { ...search, mode } }, signal })),
        ),
      ),
  });

/** How providers did in one mode, or in both. */
export const performanceQuery = (which: Which, days: { from: string; to: string }) =>
  queryOptions({
    queryKey: ["get", "/admin/v1/performance", which, days],
    queryFn: ({ signal }) =>
      Promise.all(
        modes(which).map((mode) =>
          answered(api.GET("/admin/v1/performance", { params: { query: { ...days, mode } }, signal })),
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
          predicate: ({ queryKey: [, path] }) => String(path).startsWith(`/admin/v1/${kind}`),
        }),
      ),
    );
}
