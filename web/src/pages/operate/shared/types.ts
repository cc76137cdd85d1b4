/** What the operator's calls answer. */
import type { components, paths } from "../../../api/schema";

type Schemas = components["schemas"];

export type Mode = "live" | "test";
export type Account = Schemas["Account"];
export type ApiKey = Schemas["ApiKey"];
export type NewKey = Schemas["NewApiKey"];
export type Scope = ApiKey["scopes"][number];
export type KeyBudget = Schemas["KeyBudget"];
export type Job = Schemas["OperatedJob"];
export type JobDetail = Schemas["OperatedJobDetail"];
export type Attempt = JobDetail["attempts"][number];
export type JobEvent = JobDetail["events"][number];
export type JobEntry = JobDetail["entries"][number];
export type LogLine = Schemas["OperatorLogLine"];
export type Usage = Schemas["AllUsage"];
export type UsageRow = Usage["data"][number];
export type PerformanceRow = Schemas["Performance"]["data"][number];
export type Limits = Schemas["Limits"];
export type Provider = Schemas["Provider"];
export type Credential = Schemas["Credential"];

type Providers = paths["/admin/v1/providers"]["get"]["responses"][200]["content"]["application/json"];
export type Orphan = Providers["orphans"][number];
