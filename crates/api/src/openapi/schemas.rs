//! The shapes and headers that the paths refer to.

mod submit;

use serde_json::{Value, json};
use spool_domain::catalogue::TAGS;

use super::jobs;

/// A reference to a schema.
pub(super) fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// References to headers, by their names on the wire.
pub(super) fn named_headers(names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") })))
        .collect()
}

pub(super) fn headers() -> Value {
    let header =
        |kind: &str, description: &str| json!({ "description": description, "schema": { "type": kind } });
    json!({
        "X-RateLimit-Limit": header("integer", "How many requests a key that was quiet may make at once."),
        "X-RateLimit-Remaining": header("integer", "How many of them are left."),
        "X-RateLimit-Reset": header("integer", "When all of them are back, Unix seconds."),
        "Retry-After": header("integer", "Seconds to wait before the next request."),
        "Cache-Control": header("string", "Whether the answer may be kept."),
        "Idempotent-Replayed": header("boolean", "`true` if an earlier request with the same idempotency key made this job."),
        "Spool-Job-Id": header("string", "The generation behind the answer."),
        "Spool-Cost-Usd": header("string", "What it cost, decimal US dollars."),
        "WWW-Authenticate": header("string", "`Bearer`."),
        "Allow": header("string", "The methods that the path takes."),
        "Accept-Ranges": header("string", "`bytes`."),
        "Content-Range": header("string", "Which bytes these are, and how many there are."),
        "Content-Disposition": header("string", "`inline` for images, audio and video that browsers show; `attachment` for the rest."),
        "Content-Security-Policy": header("string", "`sandbox; default-src 'none'`."),
        "X-Content-Type-Options": header("string", "`nosniff`."),
        "Set-Cookie": header("string", "The cookie of the session, for this host alone and for no script; or what takes it away."),
        "ETag": header("string", "The SHA-256 of the content."),
    })
}

pub(super) fn all() -> Value {
    json!({
        "GenerationRequest": generation_request(),
        "Generation": generation(),
        "MediaArtifact": media_artifact(),
        "DryRun": dry_run(),
        "Error": error(),
        "Submission": submit::task(),
        "SubmissionRequest": submit::request(),
        "SubmissionDryRun": submit::dry_run(),
        "SubmissionError": submit::error(),
        "BillingSubscription": submit::subscription(),
        "BillingUsage": submit::usage(),
        "RunRequest": jobs::run_request(),
        "Run": jobs::run_answer(),
        "Job": jobs::job(),
        "JobCancellation": jobs::cancellation(),
        "JobOutput": jobs::output(),
        "JobEvent": jobs::event(),
        "JobStreamEvent": jobs::stream_event(),
        "JobDryRun": jobs::dry_run(),
        "JobError": jobs::error(),
        "ModelPage": model_page(),
        "ModelSummary": model_summary(),
        "ModelDetail": model_detail(),
        "Health": { "type": "object", "required": ["status"], "properties": { "status": { "type": "string" } } },
    })
}

fn generation_request() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["model", "input"],
        "properties": {
            "model": { "type": "string", "minLength": 1, "description": "The id or an alias of a model.", "examples": ["flux-1.1-pro"] },
            "input": { "description": "The fields below; with `Spool-Vocabulary: model`, the model's own parameters.", "anyOf": [
                {
                    "type": "object",
                    "additionalProperties": false,
                    "anyOf": [{ "required": ["prompt"] }, { "required": ["images"], "properties": { "images": { "minItems": 1 } } }],
                    "not": { "required": ["duration", "duration_seconds"] },
                    "properties": {
                        "prompt": { "type": "string", "minLength": 1, "maxLength": 8000 },
                        "images": { "type": "array", "maxItems": 8, "items": { "type": "string", "format": "uri" }, "description": "Reference pictures, the main one first." },
                        "aspect_ratio": { "type": "string", "pattern": "^\\d+:\\d+$", "examples": ["16:9"] },
                        "size": { "type": "string", "pattern": "^\\d+x\\d+$", "examples": ["1024x1024"] },
                        "duration": { "type": "integer", "minimum": 1, "description": "Seconds of a clip." },
                        "duration_seconds": { "type": "integer", "minimum": 1, "description": "Another name of `duration`; not both." },
                        "resolution": { "type": "string", "examples": ["720p"] },
                        "seed": { "type": "integer" },
                        "negative_prompt": { "type": "string" },
                    },
                },
                { "type": "object" },
            ]},
            "n": { "type": "integer", "minimum": 1, "maximum": 10, "default": 1, "description": "How many images; ignored by other models." },
            "wait": {
                "default": "auto",
                "description": "Seconds to keep the request open; `auto` suits the model, 0 answers at once.",
                "anyOf": [{ "const": "auto" }, { "type": "integer", "minimum": 0, "maximum": 60 }],
            },
        },
    })
}

fn generation() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "object", "status", "model", "created_at"],
        "properties": {
            "id": { "type": "string", "pattern": "^gen_[0-9a-v]{32}$" },
            "object": { "const": "generation" },
            "status": { "enum": ["queued", "running", "completed", "failed", "cancelled"] },
            "model": { "type": "string", "description": "As it was asked for." },
            "created_at": { "type": "string", "format": "date-time" },
            "completed_at": { "type": "string", "format": "date-time", "description": "Once it is over." },
            "output": {
                "type": "object",
                "description": "If it completed.",
                "additionalProperties": false,
                "required": ["media"],
                "properties": { "media": { "type": "array", "items": schema("MediaArtifact") } },
            },
            "usage": {
                "type": "object",
                "description": "Once it is over; 0 unless it completed.",
                "additionalProperties": false,
                "required": ["cost_usd"],
                "properties": { "cost_usd": { "type": "number", "minimum": 0 } },
            },
            "error": {
                "type": "object",
                "description": "If it failed.",
                "additionalProperties": false,
                "required": ["code", "message"],
                "properties": { "code": { "type": "string" }, "message": { "type": "string" } },
            },
        },
        "allOf": [
            { "if": { "properties": { "status": { "const": "completed" } } }, "then": { "required": ["output"] }, "else": { "not": { "required": ["output"] } } },
            { "if": { "properties": { "status": { "const": "failed" } } }, "then": { "required": ["error"] }, "else": { "not": { "required": ["error"] } } },
            {
                "if": { "properties": { "status": { "enum": ["completed", "failed", "cancelled"] } } },
                "then": { "required": ["completed_at", "usage"] },
                "else": { "not": { "anyOf": [{ "required": ["completed_at"] }, { "required": ["usage"] }] } },
            },
        ],
    })
}

fn media_artifact() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["type"],
        "properties": {
            "type": { "enum": ["image", "video", "audio", "text"] },
            "url": { "type": "string", "description": "Good for an hour; every answer signs anew. Absent for texts." },
            "text": { "type": "string", "description": "The result itself, for texts." },
            "format": { "type": "string", "examples": ["png", "mp4"] },
            "width": { "type": "integer", "description": "Pixels." },
            "height": { "type": "integer", "description": "Pixels." },
            "duration": { "type": "number", "description": "Seconds." },
        },
    })
}

/// Who would be asked, in every dialect's dry run.
pub(super) fn providers() -> Value {
    json!({
        "type": "array",
        "items": { "type": "string" },
        "minItems": 1,
        "description": "The providers that would be asked, in order.",
    })
}

fn dry_run() -> Value {
    json!({
        "type": "object",
        "required": ["object", "model", "model_id", "n", "input", "providers", "usage"],
        "properties": {
            "object": { "const": "generation.dry_run" },
            "model": { "type": "string" },
            "model_id": { "type": "string" },
            "n": { "type": "integer" },
            "input": { "type": "object", "description": "The model's own parameters, defaults included." },
            "providers": providers(),
            "usage": { "type": "object", "required": ["cost_usd"], "properties": { "cost_usd": { "type": "number" } } },
        },
    })
}

fn error() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["error"],
        "properties": { "error": {
            "type": "object",
            "additionalProperties": false,
            "required": ["code", "message"],
            "properties": {
                "code": { "type": "string" },
                "message": { "type": "string", "description": "For people." },
                "param": { "type": "string", "description": "The dotted path of the field at fault.", "examples": ["input.prompt"] },
            },
        }},
    })
}

fn summary_fields() -> Value {
    json!({
        "id": { "type": "string" },
        "aliases": { "type": "array", "items": { "type": "string" } },
        "name": { "type": "string" },
        "description": { "type": "string" },
        "vendor": { "type": "string" },
        "kind": { "enum": ["image", "video", "audio", "text"] },
        "category": { "type": ["string", "null"], "description": "The first of its tasks." },
        "tasks": { "type": "array", "items": { "type": "string" } },
        "tags": { "type": "array", "items": { "enum": TAGS } },
        "provider": { "type": "string", "description": "Who is asked first." },
        "enabled": { "type": "boolean", "description": "Whether this key can use it." },
        "status": { "enum": ["active", "unavailable", "retired"] },
        "retired": {
            "type": "object",
            "required": ["on", "successor"],
            "description": "There if its maker has shut it down.",
            "properties": {
                "on": { "type": "string", "format": "date" },
                "successor": { "type": "string", "description": "The model to use instead." },
            },
        },
        "price": {
            "type": "object",
            "required": ["currency", "from", "per"],
            "properties": {
                "currency": { "const": "USD" },
                "from": { "type": "string", "description": "The lowest price, in decimal dollars." },
                "per": { "enum": ["output", "second", "megapixel", "thousand_characters"] },
            },
        },
        "pricing": {
            "type": "object",
            "required": ["credits_per_run"],
            "properties": {
                "credits_per_run": { "type": "integer", "minimum": 0, "description": "Of a run with the defaults, in cents, rounded up." },
            },
        },
    })
}

const SUMMARY_REQUIRED: [&str; 13] = [
    "id",
    "aliases",
    "name",
    "description",
    "vendor",
    "kind",
    "category",
    "tasks",
    "tags",
    "provider",
    "enabled",
    "status",
    "pricing",
];

fn model_summary() -> Value {
    json!({ "type": "object", "required": SUMMARY_REQUIRED, "properties": summary_fields() })
}

fn model_page() -> Value {
    json!({
        "type": "object",
        "required": ["models", "total", "limit", "offset"],
        "properties": {
            "models": { "type": "array", "items": schema("ModelSummary") },
            "total": { "type": "integer" },
            "limit": { "type": "integer" },
            "offset": { "type": "integer" },
        },
    })
}

/// How a provider's last jobs went.
pub(super) fn health() -> Value {
    json!({
        "type": "object",
        "description": "How its last jobs went on this server, since it started.",
        "required": ["attempts", "failures"],
        "properties": {
            "attempts": { "type": "integer", "minimum": 1, "maximum": 50 },
            "failures": { "type": "integer", "minimum": 0, "maximum": 50 },
            "last_failure": { "type": "string", "description": "A short code." },
            "last_failure_at": { "type": "integer", "description": "Unix seconds." },
        },
    })
}

fn model_detail() -> Value {
    json!({ "allOf": [schema("ModelSummary"), {
        "type": "object",
        "required": ["input_schema", "price_table", "routes"],
        "properties": {
            "input_schema": { "type": "object", "description": "JSON Schema 2020-12 of the model's own parameters." },
            "price_table": { "type": "object", "required": ["currency", "rows"], "properties": {
                "currency": { "const": "USD" },
                "rows": { "type": "array", "items": { "type": "object", "required": ["when", "usd"], "properties": {
                    "when": { "type": "object", "description": "The parameters that the price holds for." },
                    "per": { "enum": ["second", "megapixel", "thousand_characters"], "description": "Absent for a fixed price." },
                    "usd": { "type": "string" },
                    "base": { "type": "string", "description": "Added once to a price per unit." },
                    "billed_percent": { "type": "integer", "minimum": 0, "description": "The charge in hundredths of what the provider bills; `usd` is the most then." },
                    "otherwise": { "type": "string", "description": "Charged then where the provider does not say what it billed." },
                }}},
            }},
            "routes": { "type": "array", "items": { "type": "object", "required": ["provider", "enabled"], "properties": {
                "provider": { "type": "string" }, "enabled": { "type": "boolean" },
                "health": health(),
            }}},
        },
    }]})
}
