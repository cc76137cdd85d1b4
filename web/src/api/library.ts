/** The account's jobs, whatever dialect made them. */
import { api } from "./client";
import { Fault } from "./fault";
import type { components, paths } from "./schema";

export type LibraryItem = components["schemas"]["LibraryItem"];
export type LibraryJob = components["schemas"]["LibraryJob"];
export type Status = LibraryItem["status"];
export type MediaKind = NonNullable<LibraryItem["kind"]>;

type Search = NonNullable<paths["/v1/library"]["get"]["parameters"]["query"]>;

/** What of the library is asked for. */
export type Filter = Pick<Search, "status" | "model" | "key" | "kind" | "from" | "to">;

/** What came, which is there whenever the call returns. */
function there<Data>(data: Data | undefined): Data {
  if (data === undefined) {
    throw new Fault("The server answered with nothing.", 200, "unknown");
  }
  return data;
}

/** A page of the account's jobs, newest first. */
export async function listJobs(filter: Filter, before?: string) {
  const { data } = await api.GET("/v1/library", { params: { query: { ...filter, before } } });
  return there(data);
}

export async function readJob(id: string): Promise<LibraryJob> {
  const { data } = await api.GET("/v1/library/{id}", { params: { path: { id } } });
  return there(data);
}

/** Whether a job goes on. */
export function isOpen({ status }: { status: Status }): boolean {
  return status === "queued" || status === "processing";
}
