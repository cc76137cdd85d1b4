//! The tasks dialect: its calls and its shapes.

use serde_json::{Map, Value, json};

use super::paths::{answer, parameter, provider_only, provider_order, with};
use super::schemas::{providers, schema};
use super::webhooks::callback;

pub(super) fn paths() -> Value {
    json!({
        "/v1/tasks": { "post": create(), "get": list() },
        "/v1/tasks/{task_id}": { "get": fetch() },
        "/account": { "get": account() },
        "/v1/resources/{provider}/{list}": { "get": resources() },
    })
}

pub(super) fn schemas() -> Value {
    json!({
        "TaskRequest": request(),
        "TaskCreated": created(),
        "TaskDryRun": dry_run(),
        "TaskAnswer": envelope(schema("Task")),
        "Task": task(),
        "TaskOutput": output(),
        "TaskClip": clip(),
        "TaskList": page(),
        "TaskAccount": account_answer(),
        "TaskResources": resources_answer(),
        "TaskError": error(),
    })
}

/// What every call of the dialect may answer.
const ALWAYS: [(&str, &str); 3] = [
    ("401", "`authentication_failed`: the key is missing or wrong."),
    (
        "429",
        "`rate_limit_exceeded`: too many requests within a second; the key is banned for this kind of call.",
    ),
    ("500", "`internal_error`: our fault."),
];

/// The answers that are faults, the usual ones included.
fn faults(more: &[(&str, &str)]) -> Map<String, Value> {
    let one = |status: &str, description: &str| {
        let headers: &[&str] = match status {
            "401" => &["Cache-Control", "WWW-Authenticate"],
            "409" | "429" => &["Cache-Control", "Retry-After"],
            _ => &["Cache-Control"],
        };
        answer(description, schema("TaskError"), headers)
    };
    let all = ALWAYS.iter().chain(more);
    all.map(|(status, description)| ((*status).to_owned(), one(status, description))).collect()
}

fn ok(description: &str, body: &str, more: &[&str]) -> Value {
    let headers: Vec<&str> = ["Cache-Control"].iter().chain(more).copied().collect();
    json!({ "200": answer(description, schema(body), &headers) })
}

fn create() -> Value {
    let answers = faults(&[
        ("400", "`validation_error`: the request is wrong."),
        ("402", "`insufficient_balance`: the balance does not cover the price."),
        ("404", "`model_not_found`: there is no such model here."),
        ("409", "`idempotency_busy`: the first request with this idempotency key is being admitted."),
        ("422", "`idempotency_mismatch`: the idempotency key belongs to another request."),
    ]);
    let either = json!({ "anyOf": [schema("TaskCreated"), schema("TaskDryRun")] });
    json!({
        "operationId": "createTask",
        "tags": ["tasks"],
        "summary": "Create a task, or price it",
        "parameters": [
            parameter("header", "Idempotency-Key", json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$" }),
                "The same key with the same request is the same task, however often it is sent."),
            provider_order(),
            provider_only(),
            parameter("header", "Spool-Dry-Run", json!({ "enum": ["true", "false"], "default": "false" }),
                "`true`: the same as `dry_run` in the body."),
        ],
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema("TaskRequest") } } },
        "callbacks": { "ended": callback("callback_url", "TaskCallback", "The task completed or failed") },
        "responses": with(answers, json!({
            "200": answer("It is made, or priced.", either, &["Cache-Control", "Idempotent-Replayed"]),
        })),
    })
}

fn fetch() -> Value {
    json!({
        "operationId": "getTask",
        "tags": ["tasks"],
        "summary": "State and output of a task",
        "parameters": [parameter("path", "task_id", json!({ "type": "string" }), "The task's id.")],
        "responses": with(
            faults(&[("404", "`task_not_found`: no task of this account has this id.")]),
            ok("The task.", "TaskAnswer", &[]),
        ),
    })
}

fn list() -> Value {
    json!({
        "operationId": "listTasks",
        "tags": ["tasks"],
        "summary": "Recent tasks, newest first",
        "parameters": [
            parameter("query", "limit", json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 20 }), "How many at most."),
            parameter("query", "before", json!({ "type": "string", "pattern": "^[0-9a-v]{32}$" }), "`next` of the page before."),
        ],
        "responses": with(
            faults(&[("400", "`validation_error`: a parameter is wrong.")]),
            ok("One page.", "TaskList", &[]),
        ),
    })
}

fn account() -> Value {
    json!({
        "operationId": "getAccount",
        "tags": ["tasks"],
        "summary": "Balance and account data",
        "responses": with(faults(&[]), ok("The account of the key.", "TaskAccount", &[])),
    })
}

fn resources() -> Value {
    json!({
        "operationId": "listResources",
        "tags": ["tasks"],
        "summary": "Ids that some parameters take",
        "parameters": [
            parameter("path", "provider", json!({ "type": "string" }), "Such as `elevenlabs`."),
            parameter("path", "list", json!({ "type": "string" }), "Such as `voices`."),
        ],
        "responses": with(
            faults(&[("404", "`resource_not_found`: there is no such list.")]),
            ok("The list.", "TaskResources", &[]),
        ),
    })
}

/// What is around every answer that went well.
fn envelope(data: Value) -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["code", "success", "data"],
        "properties": { "code": { "const": 200 }, "success": { "const": true }, "data": data },
    })
}

fn request() -> Value {
    json!({
        "type": "object",
        "description": "Unknown keys are ignored, and null counts as absent.",
        "required": ["model", "input"],
        "properties": {
            "model": { "type": "string", "minLength": 1, "examples": ["google/veo-3.1-fast"] },
            "input": { "type": "object", "description": "The model's own parameters, as its `input_schema` says.", "examples": [{ "prompt": "a red fox" }] },
            "callback_url": { "type": ["string", "null"], "maxLength": 2048, "description": "Hears of the end of the task: `TaskCallback`." },
            "dry_run": { "type": ["boolean", "null"], "default": false, "description": "Only check and price." },
        },
    })
}

fn created() -> Value {
    envelope(json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["task_id", "status"],
        "properties": { "task_id": { "type": "string" }, "status": { "const": "pending" } },
    }))
}

fn dry_run() -> Value {
    envelope(json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["dry_run", "model", "cost", "currency", "providers", "input"],
        "properties": {
            "dry_run": { "const": true },
            "model": { "type": "string", "description": "As it was asked for." },
            "cost": { "type": "number", "minimum": 0 },
            "currency": { "const": "USD" },
            "providers": providers(),
            "input": { "type": "object", "description": "The model's own parameters, defaults included." },
        },
    }))
}

/// The fields of a task.
fn task_fields() -> Value {
    json!({
        "task_id": { "type": "string", "pattern": "^[0-9a-v]{32}$" },
        "status": { "enum": ["pending", "processing", "completed", "failed"] },
        "output": schema("TaskOutput"),
        "error": {
            "type": "object",
            "additionalProperties": false,
            "required": ["code", "message"],
            "properties": { "code": { "enum": ["generation_failed", "cancelled"] }, "message": { "type": "string" } },
        },
    })
}

fn task() -> Value {
    json!({
        "type": "object",
        "required": ["task_id", "status"],
        "properties": task_fields(),
        "allOf": [
            { "if": { "properties": { "status": { "const": "completed" } } }, "else": { "not": { "required": ["output"] } } },
            { "if": { "properties": { "status": { "const": "failed" } } }, "then": { "required": ["error"] }, "else": { "not": { "required": ["error"] } } },
        ],
    })
}

fn output() -> Value {
    let url = |what: &str| json!({ "type": "string", "description": format!("{what}; good for an hour, and every answer signs anew.") });
    let urls = || json!({ "type": "array", "minItems": 1, "items": { "type": "string" }, "description": "All, where there are several." });
    json!({
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "properties": {
            "video_url": url("The clip, or the first"), "video_urls": urls(),
            "image_url": url("The picture, or the first"), "image_urls": urls(),
            "audio_url": url("The sound, or the first"), "audio_urls": urls(),
            "clips": { "type": "array", "minItems": 1, "items": schema("TaskClip"), "description": "Of Suno's tasks that make sound." },
            "title": { "type": "string", "description": "Of lyrics." },
            "text": { "type": "string", "description": "Lyrics, a transcript, or another text." },
            "language_code": { "type": "string" },
            "language_probability": { "type": "number" },
            "words": { "type": "array", "items": { "type": "object" } },
            "file_duration_seconds": { "type": "number" },
        },
    })
}

fn clip() -> Value {
    let text = || json!({ "type": "string" });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "status", "title", "audio_url", "model_name", "major_model_version", "prompt", "created_at"],
        "properties": {
            "id": { "type": "string", "description": "What `clip_id` takes." },
            "status": { "const": "complete" },
            "title": text(), "audio_url": text(),
            "video_url": text(), "image_url": text(), "image_large_url": text(),
            "duration": { "type": "number", "description": "Seconds." },
            "model_name": text(), "major_model_version": text(), "prompt": text(),
            "created_at": { "type": "string", "format": "date-time" },
        },
    })
}

fn page() -> Value {
    let more = json!({
        "type": "object",
        "required": ["model", "created_at"],
        "properties": { "model": { "type": "string" }, "created_at": { "type": "integer", "description": "Unix seconds." } },
    });
    envelope(json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["tasks"],
        "properties": {
            "tasks": { "type": "array", "items": { "allOf": [schema("Task"), more] } },
            "next": { "type": "string", "description": "Give it as `before`; absent on the last page." },
        },
    }))
}

fn account_answer() -> Value {
    envelope(json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["user_id", "balance_usd", "email", "created_at", "updated_at"],
        "properties": {
            "user_id": { "type": "integer" },
            "balance_usd": { "type": "number" },
            "email": { "type": "string", "description": "The account's name if that is an address, else empty." },
            "created_at": { "type": "integer", "description": "Unix seconds." },
            "updated_at": { "type": "integer", "description": "Unix seconds." },
        },
    }))
}

fn resources_answer() -> Value {
    envelope(json!({ "type": "array", "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "name"],
        "properties": {
            "id": { "type": "string" },
            "name": { "type": "string" },
            "parameter": { "type": "string", "description": "Which parameter takes it, where the list serves several." },
        },
    }}))
}

fn error() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["code", "success", "data"],
        "properties": {
            "code": { "type": "integer", "description": "The HTTP status." },
            "success": { "const": false },
            "data": {
                "type": "object",
                "additionalProperties": false,
                "required": ["message", "code"],
                "properties": {
                    "message": { "type": "string", "description": "For people; names the field at fault." },
                    "code": { "type": "string", "description": "Decide by this." },
                },
            },
        },
    })
}
