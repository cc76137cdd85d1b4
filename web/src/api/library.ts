/** The account's jobs, whatever dialect made them. */
import { answered, api } from "./client";
import type { components, paths } from "./schema";

export type LibraryItem = components["schemas"]["LibraryItem"];
export type LibraryJob = components["schemas"]["LibraryJob"];
export type Status = LibraryItem["status"];
export type MediaKind = NonNullable<LibraryItem["kind"]>;

type Search = NonNullable<paths["/v1/library"]["get"]["parameters"]["query"]>;

/** What of the library is asked for. */
export type Filter = Pick<Search, "status" | "model" | "key" | "kind" | "from" | "to">;

/** A page of the account's jobs, newest first. */
export function listJobs(filter: Filter, before?: string) {
  return answered(api.GET("/v1/library", { params: { query: { ...filter, before } } }));
}

export function readJob(id: string): Promise<LibraryJob> {
  return answered(api.GET("/v1/library/{id}", { params: { path: { id } } }));
}

/** Whether a job goes on, by the words of the library and of `/v1/jobs`. */
export function isOpen({ status }: { status: Status | "cancelled" }): boolean {
  return status === "queued" || status === "processing";
}
