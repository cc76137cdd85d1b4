/** What the operator's calls answer. */
import type { components } from "../../../api/schema";

type Schemas = components["schemas"];

export type Mode = "live" | "test";
export type Account = Schemas["Account"];
export type ApiKey = Schemas["ApiKey"];
export type NewKey = Schemas["NewApiKey"];
export type Scope = ApiKey["scopes"][number];
export type KeyBudget = Schemas["KeyBudget"];
export type Job = Schemas["OperatedJob"];
export type Phase = Job["phase"];
export type LogLine = Schemas["OperatorLogLine"];

export interface Numbers {
  jobs: number;
  succeeded: number;
  failed: number;
  canceled: number;
  charged_usd: string;
  cost_usd: string;
}
export interface UsageRow extends Numbers {
  day?: string;
  account?: number;
  account_name?: string;
  key?: string;
  key_name?: string;
  model?: string;
  provider?: string | null;
}
export interface Usage {
  data: UsageRow[];
  totals: Numbers;
}
export interface PerformanceRow {
  provider?: string;
  attempts: number;
  succeeded: number;
  failed: number;
  refused: number;
  canceled: number;
  success_rate: number | null;
  latency_ms: { p50: number; p90: number; p99: number } | null;
}
export interface Performance {
  from: string;
  to: string;
  data: PerformanceRow[];
  sample: boolean;
  attempts_max: number;
}
export interface Limits {
  rate: { per_second: number; burst: number } | null;
  tasks_ban: { per_second: number; ban_s: number } | null;
  open_jobs_per_account: number;
  workers: number;
  workers_per_account: number;
  requests_at_once: number;
  large_bodies_at_once: number;
  uploads_at_once: number;
  body_bytes_max: number;
  upload_bytes_max: number;
  stored_upload_bytes_per_account: number;
  input_bytes_max: number;
  result_bytes_max: number;
  queue_stay_max_s: number;
  operator_from_usd: string;
}
export interface Attempt {
  no: number;
  provider: string;
  credential: string;
  token: string;
  outcome: string | null;
  provider_job?: string | null;
  trouble?: string | null;
  cost_usd?: string | null;
  started_at: string;
  ended_at: string | null;
}
export interface JobEvent {
  no: number;
  kind: string;
  detail: string;
  at: string;
}
export interface JobEntry {
  key: string;
  kind: string;
  from: string;
  to: string;
  usd: string;
  at: string;
}
export interface JobDetail extends Job {
  attempts: Attempt[];
  events: JobEvent[];
  entries: JobEntry[];
  parts: { id: string; phase: Phase; count: number }[];
  params?: Record<string, unknown>;
}
export interface Check {
  result: string;
  message: string;
  code: string | null;
  at: string;
}
export interface Credential {
  name: string;
  source: "settings" | "sealed";
  place: string | null;
  version: number | null;
  weight: number;
  accounts: number[];
  callback_secret: boolean;
  state: "used" | "covered" | "locked";
  last_check: Check | null;
}
export interface Provider {
  name: string;
  adapter: boolean;
  set_up: boolean;
  base_url: string | null;
  origin: string | null;
  credentials: Credential[];
  looks_up_lost_jobs: boolean | null;
  safety: "idempotent" | "lookup" | "blind" | null;
  callbacks: "none" | "unsigned" | "keys" | "credential" | "secret" | null;
  verified_on: string | null;
  concurrency: number | null;
  gate: {
    breaker: "closed" | "open" | "half_open";
    until: string | null;
    paused_until: string | null;
    open_jobs: number;
    waiting_jobs: number;
  } | null;
  health: {
    attempts: number;
    failures: number;
    success_rate: number;
    last_failure?: string;
    last_failure_at?: number;
    typical_ms?: number;
  } | null;
  routes: number;
}
export interface Providers {
  items: Provider[];
  orphans: { provider: string; credential: string; provider_job: string; created_at?: number }[];
  can_seal: boolean;
}
export interface Audit {
  sound: boolean;
  broken: string[];
  jobs: number;
  open_jobs: number;
  entries: number;
}
