//! The calls and shapes of the run dialect.

use serde_json::{Map, Value, json};

use super::paths::{LIMITS, answer, faults_as, parameter, provider_only, provider_order, with};
use super::schemas::{named_headers, providers, schema};
use super::webhooks::callback;

fn faults(more: &[(&str, &str)]) -> Map<String, Value> {
    let mut all = faults_as(
        "JobError",
        &[
            ("401", "`UNAUTHORIZED`: the key is missing, wrong or revoked."),
            ("429", "`RATE_LIMITED`: too many requests."),
            ("500", "`INTERNAL_ERROR`: our fault."),
        ],
    );
    all.extend(faults_as("JobError", more));
    all
}

fn id() -> Value {
    parameter("path", "id", json!({ "type": "string" }), "The job's id.")
}

const NOT_FOUND: (&str, &str) = ("404", "`JOB_NOT_FOUND`: no job of this account has this id.");

pub(super) fn run() -> Value {
    let path = parameter(
        "path",
        "model",
        json!({ "type": "string" }),
        "An id or alias; slashes may stay as they are.",
    );
    let mut call = run_call(path, "RunRequest", "`MODEL_NOT_FOUND`: no model has this name.");
    call["operationId"] = "runModel".into();
    call["tags"] = json!(["jobs"]);
    call["summary"] = "Run a model, and wait up to 55 seconds for the result".into();
    call
}

/// A run, of whatever the path names.
pub(super) fn run_call(path: Value, request: &str, not_found: &str) -> Value {
    let failed = |description: &str| {
        let either = json!({ "anyOf": [schema("Run"), schema("JobError")] });
        answer(description, either, &["Cache-Control", "Idempotent-Replayed"])
    };
    let answers = faults(&[
        ("400", "`INVALID_INPUT`: the body or an input of the model is wrong."),
        ("403", "`QUOTA_EXCEEDED`: the account's credit does not cover the price."),
        ("404", not_found),
    ]);
    json!({
        "parameters": [
            path,
            parameter("header", "Idempotency-Key", json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$" }),
                "The same key with the same request is the same job, however often it is sent."),
            provider_order(),
            provider_only(),
            parameter("header", "Spool-Dry-Run", json!({ "enum": ["true", "false"], "default": "false" }),
                "`true`: only check and price the request."),
        ],
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema(request) } } },
        "callbacks": { "ended": callback("webhook_url", "JobWebhook", "The job succeeded or failed") },
        "responses": with(answers, json!({
            "200": answer("It completed or was cancelled within the wait; or the dry run's result.",
                json!({ "anyOf": [schema("Run"), schema("JobDryRun")] }), &["Cache-Control", "Idempotent-Replayed"]),
            "202": answer("It goes on; read the job by its id.", schema("Run"), &["Cache-Control", "Idempotent-Replayed"]),
            "500": failed("`PROVIDER_FAILURE`: the provider failed it (a failed job); `INTERNAL_ERROR`: our fault."),
            "503": failed("`MODEL_UNAVAILABLE`: no provider of this model is set up, or none took the job; `TIMEOUT`: none made it in time."),
        })),
    })
}

pub(super) fn fetch(id_of_call: &str, summary: &str) -> Value {
    json!({
        "operationId": id_of_call,
        "tags": ["jobs"],
        "summary": summary,
        "parameters": [id()],
        "responses": with(faults(&[NOT_FOUND]), json!({ "200": answer("The job.", schema("Job"), &["Cache-Control"]) })),
    })
}

pub(super) fn cancel() -> Value {
    let answers = faults(&[NOT_FOUND, ("400", "`INVALID_INPUT`: the job has succeeded or failed.")]);
    json!({
        "operationId": "cancelJob",
        "tags": ["jobs"],
        "summary": "Cancel a job",
        "parameters": [id()],
        "responses": with(answers, json!({
            "200": answer("It is cancelled.", schema("JobCancellation"), &["Cache-Control"]),
            "202": answer("The provider was asked and has not confirmed it yet.", schema("JobCancellation"), &["Cache-Control"]),
        })),
    })
}

pub(super) fn watch() -> Value {
    let names: Vec<&str> = LIMITS.iter().copied().chain(["Cache-Control"]).collect();
    let answers = faults(&[NOT_FOUND, ("400", "`INVALID_INPUT`: `Last-Event-ID` is no number.")]);
    json!({
        "operationId": "watchJob",
        "tags": ["jobs"],
        "summary": "Watch a job until it is over",
        "parameters": [
            id(),
            parameter("header", "Last-Event-ID", json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }), "The last event that the reader has."),
        ],
        "responses": with(answers, json!({
            "200": {
                "description": "Server-Sent Events. The stream ends after the last.",
                "headers": named_headers(&names),
                "content": { "text/event-stream": { "schema": schema("JobStreamEvent") } },
            },
            "204": { "description": "The job is over, and the reader has all of its events.", "headers": named_headers(&names) },
        })),
    })
}

pub(super) fn run_request() -> Value {
    json!({
        "type": "object",
        "required": ["input"],
        "properties": {
            "input": { "type": "object", "description": "The model's own parameters, as its `input_schema` says.", "examples": [{ "prompt": "a red fox" }] },
            "sync": { "type": ["boolean", "null"], "default": true, "description": "`false` answers at once." },
            "webhook_url": { "type": ["string", "null"], "maxLength": 2048, "description": "Hears once of the end of the job; with it, the run answers 202 at once." },
        },
    })
}

/// What the run answer and the job answer have in common.
fn fields(statuses: &[&str]) -> Value {
    json!({
        "job_id": { "type": "string", "pattern": "^job_[0-9a-v]{32}$" },
        "request_id": { "type": "string", "minLength": 1, "description": "The provider's own id, or one of ours." },
        "status": { "enum": statuses },
        "model_id": { "type": "string", "description": "As it was asked for." },
        "output": schema("JobOutput"),
        "error": {
            "type": "object",
            "description": "If it failed.",
            "additionalProperties": false,
            "required": ["code", "message"],
            "properties": { "code": { "type": "string" }, "message": { "type": "string" } },
        },
        "duration_ms": { "type": "integer", "minimum": 0, "description": "From admission to end, if it succeeded." },
        "credits_used": { "type": "integer", "minimum": 0, "description": "In cents, rounded up, if it succeeded." },
    })
}

fn only_when(status: &str, names: &[&str]) -> Value {
    let each: Vec<Value> = names.iter().map(|name| json!({ "required": [name] })).collect();
    json!({
        "if": { "properties": { "status": { "const": status } } },
        "then": { "required": names },
        "else": { "not": { "anyOf": each } },
    })
}

pub(super) fn run_answer() -> Value {
    let mut properties = fields(&["queued", "processing", "completed", "failed", "cancelled"]);
    properties["message"] = json!({ "type": "string", "description": "For people." });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["job_id", "request_id", "status", "model_id"],
        "properties": properties,
        "allOf": [
            only_when("processing", &["message"]),
            only_when("completed", &["output", "duration_ms", "credits_used"]),
            only_when("failed", &["error"]),
        ],
    })
}

pub(super) fn job() -> Value {
    let mut properties = fields(&["queued", "processing", "succeeded", "failed", "cancelled"]);
    properties["created_at"] = json!({ "type": "string", "format": "date-time" });
    properties["completed_at"] =
        json!({ "type": "string", "format": "date-time", "description": "Once it is over." });
    let data = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["job_id", "request_id", "model_id", "status", "created_at"],
        "properties": properties,
        "allOf": [
            only_when("succeeded", &["output", "duration_ms", "credits_used"]),
            only_when("failed", &["error"]),
            {
                "if": { "properties": { "status": { "enum": ["queued", "processing"] } } },
                "then": { "not": { "required": ["completed_at"] } },
                "else": { "required": ["completed_at"] },
            },
        ],
    });
    wrapped(data)
}

fn wrapped(data: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "required": ["data"], "properties": { "data": data } })
}

pub(super) fn cancellation() -> Value {
    wrapped(json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["job_id", "status"],
        "properties": {
            "job_id": { "type": "string" },
            "status": { "enum": ["queued", "processing", "cancelled"] },
            "message": { "type": "string", "description": "While it goes on." },
        },
    }))
}

pub(super) fn output() -> Value {
    let kind = json!({ "enum": ["image", "video", "audio", "text"] });
    json!({
        "type": "object",
        "description": "If it succeeded.",
        "additionalProperties": false,
        "required": ["type", "items"],
        "properties": {
            "type": kind,
            "items": { "type": "array", "minItems": 1, "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["type"],
                "oneOf": [{ "required": ["url"] }, { "required": ["text"] }],
                "properties": {
                    "type": kind,
                    "url": { "type": "string", "description": "Good for an hour; every answer signs anew." },
                    "text": { "type": "string", "description": "The result itself, for texts." },
                    "width": { "type": "integer", "description": "Pixels." },
                    "height": { "type": "integer", "description": "Pixels." },
                    "content_type": { "type": "string", "examples": ["image/png"] },
                    "duration": { "type": "number", "description": "Seconds." },
                },
            }},
        },
    })
}

pub(super) fn event() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["no", "kind", "at", "status"],
        "properties": {
            "no": { "type": "integer", "minimum": 0, "description": "Counted from 1 without gaps; a `progress` repeats the last." },
            "kind": { "enum": ["queued", "submitting", "running", "storing", "reconciling", "needs_operator", "succeeded", "failed", "canceled", "progress"] },
            "at": { "type": "string", "format": "date-time" },
            "status": { "enum": ["queued", "processing", "succeeded", "failed", "cancelled"] },
            "progress": { "type": "integer", "minimum": 0, "maximum": 100, "description": "Percent, where the provider says." },
        },
    })
}

/// One event of the stream, as the schema of a stream of events says what each of them is.
pub(super) fn stream_event() -> Value {
    json!({
        "type": "object",
        "required": ["event", "data"],
        "properties": {
            "id": { "type": "string", "pattern": "^[0-9]+$", "description": "`no` of a step; a `progress` has none." },
            "event": { "type": "string", "description": "Its `kind`." },
            "data": { "type": "string", "contentMediaType": "application/json", "contentSchema": schema("JobEvent") },
        },
    })
}

pub(super) fn dry_run() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["status", "model_id", "model", "input", "providers", "credits", "cost_usd"],
        "properties": {
            "status": { "const": "dry_run" },
            "model_id": { "type": "string", "description": "As it was asked for." },
            "model": { "type": "string", "description": "The model's own id." },
            "input": { "type": "object", "description": "The parameters, defaults included." },
            "providers": providers(),
            "credits": { "type": "integer", "minimum": 0 },
            "cost_usd": { "type": "string", "description": "In decimal dollars." },
        },
    })
}

pub(super) fn error() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["error"],
        "properties": { "error": {
            "type": "object",
            "additionalProperties": false,
            "required": ["code", "message"],
            "properties": {
                "code": { "enum": [
                    "INVALID_INPUT", "UNAUTHORIZED", "FORBIDDEN", "QUOTA_EXCEEDED", "MODEL_NOT_FOUND", "JOB_NOT_FOUND",
                    "TOOL_NOT_FOUND", "RATE_LIMITED", "PROVIDER_FAILURE", "MODEL_UNAVAILABLE", "TIMEOUT", "INTERNAL_ERROR",
                ] },
                "message": { "type": "string", "description": "For people." },
                "details": { "type": "object", "required": ["field"], "properties": {
                    "field": { "type": "string", "description": "The field at fault.", "examples": ["input.prompt"] },
                }},
                "retry_after": { "type": "integer", "description": "Seconds." },
            },
        }},
    })
}
