/** Every address of the app. Each page is loaded when it is first opened. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { sessionQuery } from "./api/session";
import { Broken, Missing } from "./parts/Notes";
import { Shell } from "./parts/Shell";

interface Context {
  queries: QueryClient;
}

/** Only texts that are there. */
function texts<Name extends string>(
  search: Record<string, unknown>,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === "string" || typeof value === "number") {
      found[name] = String(value);
    }
  }
  return found;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: Missing });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search) => texts(search, ["next"]),
  component: lazyRouteComponent(() => import("./pages/SignIn"), "SignIn"),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: Shell,
  errorComponent: Broken,
  beforeLoad: async ({ context, location }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (!session) {
      throw redirect({ to: "/sign-in", search: { next: location.href }, hash: location.hash });
    }
  },
});

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/playground" });
  },
});

const playground = createRoute({ getParentRoute: () => shell, path: "/playground" });
const playgroundModels = createRoute({
  getParentRoute: () => playground,
  path: "/",
  /** `file` is a result that becomes an input. */
  validateSearch: (search) => texts(search, ["search", "kind", "category", "vendor", "sort", "file"]),
  component: lazyRouteComponent(() => import("./pages/playground/Playground"), "Playground"),
});
/** The rest of the address is the id of a model. */
const playgroundModel = createRoute({
  getParentRoute: () => playground,
  path: "$",
  /** `from` is an earlier job whose parameters are taken over. */
  validateSearch: (search) => texts(search, ["from", "file", "seed"]),
  component: lazyRouteComponent(() => import("./pages/playground/ModelPage"), "ModelPage"),
});
const compare = createRoute({
  getParentRoute: () => shell,
  path: "/compare",
  validateSearch: (search) => texts(search, ["models", "prompt"]),
  component: lazyRouteComponent(() => import("./pages/compare/Compare"), "Compare"),
});
const tools = createRoute({
  getParentRoute: () => shell,
  path: "/tools",
  validateSearch: (search) => texts(search, ["search", "kind"]),
  component: lazyRouteComponent(() => import("./pages/tools/Tools"), "Tools"),
});
const tool = createRoute({
  getParentRoute: () => shell,
  path: "/tools/$id",
  validateSearch: (search) => texts(search, ["file"]),
  component: lazyRouteComponent(() => import("./pages/tools/ToolPage"), "ToolPage"),
});
const library = createRoute({
  getParentRoute: () => shell,
  path: "/library",
  validateSearch: (search) => texts(search, ["status", "model", "key", "kind", "from", "to", "view"]),
  component: lazyRouteComponent(() => import("./pages/library/Library"), "Library"),
});
const libraryJob = createRoute({
  getParentRoute: () => shell,
  path: "/library/$id",
  component: lazyRouteComponent(() => import("./pages/library/JobPage"), "JobPage"),
});
const webhooks = createRoute({
  getParentRoute: () => shell,
  path: "/webhooks",
  validateSearch: (search) => texts(search, ["endpoint", "state", "job", "delivery"]),
  component: lazyRouteComponent(() => import("./pages/webhooks/Webhooks"), "Webhooks"),
});
const account = createRoute({
  getParentRoute: () => shell,
  path: "/account-overview",
  component: lazyRouteComponent(() => import("./pages/account/Account"), "Account"),
});

const operate = createRoute({
  getParentRoute: () => shell,
  path: "/operate",
  component: lazyRouteComponent(() => import("./pages/operate/Operate"), "Operate"),
});
const operateOverview = createRoute({
  getParentRoute: () => operate,
  path: "/",
  validateSearch: (search) => texts(search, ["from", "to", "mode", "by", "show"]),
  component: lazyRouteComponent(() => import("./pages/operate/Overview"), "Overview"),
});
const operateAccounts = createRoute({
  getParentRoute: () => operate,
  path: "/accounts",
  validateSearch: (search) => texts(search, ["account"]),
  component: lazyRouteComponent(() => import("./pages/operate/Accounts"), "Accounts"),
});
const operateKeys = createRoute({
  getParentRoute: () => operate,
  path: "/keys",
  validateSearch: (search) => texts(search, ["account", "key"]),
  component: lazyRouteComponent(() => import("./pages/operate/Keys"), "Keys"),
});
const operateProviders = createRoute({
  getParentRoute: () => operate,
  path: "/providers",
  validateSearch: (search) => texts(search, ["provider"]),
  component: lazyRouteComponent(() => import("./pages/operate/Providers"), "Providers"),
});
const operateJobs = createRoute({
  getParentRoute: () => operate,
  path: "/jobs",
  validateSearch: (search) =>
    texts(search, ["phase", "account", "model", "mode", "provider", "key", "from", "to", "job"]),
  component: lazyRouteComponent(() => import("./pages/operate/Jobs"), "Jobs"),
});
const operateLimits = createRoute({
  getParentRoute: () => operate,
  path: "/limits",
  component: lazyRouteComponent(() => import("./pages/operate/Limits"), "Limits"),
});
const operateLog = createRoute({
  getParentRoute: () => operate,
  path: "/log",
  validateSearch: (search) => texts(search, ["action", "subject", "actor", "from", "to"]),
  component: lazyRouteComponent(() => import("./pages/operate/Log"), "Log"),
});

const tree = root.addChildren([
  signIn,
  shell.addChildren([
    home,
    playground.addChildren([playgroundModels, playgroundModel]),
    compare,
    tools,
    tool,
    library,
    libraryJob,
    webhooks,
    account,
    operate.addChildren([
      operateOverview,
      operateAccounts,
      operateKeys,
      operateProviders,
      operateJobs,
      operateLimits,
      operateLog,
    ]),
  ]),
]);

/** The router over all pages. */
export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: "intent",
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
