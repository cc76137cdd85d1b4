/** The account's jobs, whatever dialect made them. */
import { csrfHeaders } from "./client";
import { Fault } from "./fault";

export type Status = "queued" | "processing" | "succeeded" | "failed" | "canceled";
export type MediaKind = "image" | "video" | "audio" | "text";

export interface LibraryOutput {
  type: MediaKind;
  url: string | null;
  text: string | null;
  content_type: string | null;
  width: number | null;
  height: number | null;
  duration: number | null;
  bytes: number | null;
}

export interface LibraryItem {
  id: string;
  status: Status;
  phase: string;
  model: string;
  model_asked: string;
  kind: MediaKind | null;
  dialect: string;
  key: string;
  key_name: string | null;
  mode: "live" | "test";
  count: number;
  prompt: string | null;
  price_usd: string;
  charged_usd: string | null;
  progress: number | null;
  created_at: string;
  ended_at: string | null;
  error: { code: string; message: string } | null;
  outputs: LibraryOutput[];
}

export interface LibraryJob extends LibraryItem {
  input: Record<string, unknown>;
  files: {
    param: string;
    value: string;
    url: string | null;
    type: "image" | "video" | "audio" | null;
    content_type: string | null;
    name: string | null;
    bytes: number | null;
  }[];
  events: { no: number; kind: string; at: string; detail: string }[];
  attempts: {
    part: number | null;
    no: number;
    provider: string;
    outcome: string;
    trouble: string | null;
    started_at: string;
    ended_at: string | null;
  }[];
  price: { unit_usd: string; count: number; total_usd: string };
  entries: { type: string; amount_usd: string; at: string; reason: string | null }[];
  refunded_usd: string;
  request: { method: "POST"; path: string; headers: Record<string, string>; body: Record<string, unknown> };
  answer_status: number;
  answer: Record<string, unknown>;
}

async function read<T>(path: string): Promise<T> {
  const response = await fetch(path, { credentials: "same-origin", headers: csrfHeaders() }).catch(
    (error) => {
      throw Fault.unreachable(error);
    },
  );
  if (!response.ok) {
    throw await Fault.of(response);
  }
  return (await response.json()) as T;
}

export interface Filter {
  status?: Status;
  model?: string;
  key?: string;
  kind?: MediaKind;
  from?: string;
  to?: string;
}

/** A page of the account's jobs, newest first. */
export function listJobs(
  filter: Filter,
  before?: string,
): Promise<{ data: LibraryItem[]; next: string | null }> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, before })) {
    if (value !== undefined) {
      search.set(name, value);
    }
  }
  return read(`/v1/library?${search}`);
}

export function readJob(id: string): Promise<LibraryJob> {
  return read(`/v1/library/${encodeURIComponent(id)}`);
}

export interface OwnKey {
  id: string;
  name: string;
  last4: string;
  revoked_at: string | null;
}

export function listKeys(): Promise<{ data: OwnKey[] }> {
  return read("/v1/keys");
}

/** Whether a job goes on. */
export function isOpen({ status }: { status: Status }): boolean {
  return status === "queued" || status === "processing";
}
