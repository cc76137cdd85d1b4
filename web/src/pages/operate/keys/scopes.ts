/** What the permissions of keys mean, and the sets that people mostly want. */
import type { Mode, Scope } from "../shared/types";

export const SCOPES: { scope: Scope; says: string }[] = [
  { scope: "models:read", says: "List models and tools" },
  { scope: "models:run", says: "Order work, which spends money" },
  { scope: "jobs:read", says: "Read jobs, their events and results" },
  { scope: "jobs:write", says: "Cancel jobs" },
  { scope: "files:write", says: "Read and write uploaded files" },
  { scope: "account:read", says: "Read balance, usage and statements" },
  { scope: "webhooks:manage", says: "Webhook endpoints, their secrets and deliveries" },
  { scope: "admin", says: "Operate: all accounts, keys, jobs and providers of this server" },
];

const CUSTOMER = SCOPES.map(({ scope }) => scope).filter((scope) => scope !== "admin");

export type PresetName = "application" | "read-only" | "operator" | "everything" | "own";

export const PRESETS: { name: Exclude<PresetName, "own">; label: string; scopes: Scope[]; live?: true }[] = [
  { name: "application", label: "An application: all but admin", scopes: CUSTOMER },
  {
    name: "read-only",
    label: "Read only: models, jobs, account",
    scopes: ["models:read", "jobs:read", "account:read"],
  },
  { name: "operator", label: "An operator's tool: admin alone", scopes: ["admin"], live: true },
  {
    name: "everything",
    label: "An operator in this app: everything",
    scopes: [...CUSTOMER, "admin"],
    live: true,
  },
];

/** The set that these permissions are. */
export function presetOf(scopes: Scope[]): PresetName {
  const same = (others: Scope[]) =>
    others.length === scopes.length && others.every((scope) => scopes.includes(scope));
  return PRESETS.find((preset) => same(preset.scopes))?.name ?? "own";
}

/** Why a set of permissions cannot be given. */
export function unfit(scopes: Scope[], mode: Mode): string | undefined {
  if (scopes.length === 0) {
    return "Choose at least one permission";
  }
  return scopes.includes("admin") && mode === "test"
    ? "A test key cannot have admin; make it a live key"
    : undefined;
}
