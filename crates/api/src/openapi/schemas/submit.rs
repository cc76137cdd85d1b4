//! The shapes of the dialect `task/submit`.

use serde_json::{Value, json};

pub(super) fn request() -> Value {
    json!({
        "type": "object",
        "required": ["model", "input"],
        "description": "Unknown keys are ignored.",
        "properties": {
            "model": { "type": "string", "minLength": 1, "description": "The id or an alias of a model.", "examples": ["kling-v2-6"] },
            "input": { "type": "object", "description": "The model's own parameters, as its `input_schema` says; numbers may be texts, and unknown keys go to the provider.", "examples": [{ "prompt": "a dog in the snow", "duration": "5" }] },
            "callback_url": { "type": ["string", "null"], "maxLength": 2048, "description": "Hears of every change of the status after `queued`; null and an empty text count as none." },
        },
    })
}

pub(super) fn task() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "status", "created_at"],
        "properties": {
            "id": { "type": "string", "pattern": "^task_[0-9a-v]{32}$" },
            "status": { "enum": ["queued", "in_progress", "completed", "failed"] },
            "created_at": { "type": "integer", "description": "Unix seconds." },
            "completed_at": { "type": "integer", "description": "Unix seconds, once it is over." },
            "outputs": {
                "type": "array",
                "items": { "type": "string", "format": "uri" },
                "description": "If it completed: URLs, the main results first; good for 24 hours, and every answer signs anew.",
            },
            "error": { "type": "string", "description": "If it failed: a sentence for people." },
        },
        "allOf": [
            { "if": { "properties": { "status": { "const": "completed" } } }, "then": { "required": ["outputs"] }, "else": { "not": { "required": ["outputs"] } } },
            { "if": { "properties": { "status": { "const": "failed" } } }, "then": { "required": ["error"] }, "else": { "not": { "required": ["error"] } } },
            { "if": { "properties": { "status": { "enum": ["completed", "failed"] } } }, "then": { "required": ["completed_at"] }, "else": { "not": { "required": ["completed_at"] } } },
        ],
    })
}

pub(super) fn dry_run() -> Value {
    json!({
        "type": "object",
        "required": ["object", "model", "model_id", "n", "input", "providers", "usage"],
        "properties": {
            "object": { "const": "task.dry_run" },
            "model": { "type": "string" },
            "model_id": { "type": "string" },
            "n": { "type": "integer" },
            "input": { "type": "object", "description": "The model's own parameters, defaults included." },
            "providers": super::providers(),
            "usage": { "type": "object", "required": ["cost_usd"], "properties": { "cost_usd": { "type": "number" } } },
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
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": { "type": "string", "description": "For people; ends with the request's id in brackets.", "pattern": " \\(request id: [0-9a-f]{16}\\)$" },
                "type": { "const": "api_error" },
                "param": { "type": "string", "description": "The field at fault, such as `input.duration`, or empty." },
                "code": { "type": "string" },
            },
        }},
    })
}

pub(super) fn subscription() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["object", "hard_limit_usd"],
        "properties": {
            "object": { "const": "billing_subscription" },
            "hard_limit_usd": { "type": "number", "description": "US dollars; minus `total_usage` / 100, what is available." },
        },
    })
}

pub(super) fn usage() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["object", "total_usage"],
        "properties": {
            "object": { "const": "list" },
            "total_usage": { "type": "integer", "description": "US cents held for open tasks." },
        },
    })
}
