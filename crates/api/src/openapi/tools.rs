//! The calls and shapes of the tools.

use serde_json::{Value, json};

use super::jobs;
use super::paths::{answer, faults_as, parameter, with};
use super::schemas::schema;

pub(super) fn paths() -> Value {
    json!({
        "/v1/tools": { "get": list() },
        "/v1/tools/{id}": { "get": one() },
        "/v1/tools/{id}/run": { "post": run() },
    })
}

pub(super) fn schemas() -> Value {
    json!({
        "ToolSummary": { "type": "object", "required": REQUIRED, "properties": fields() },
        "ToolPage": page(),
        "ToolDetail": detail(),
        "ToolRunRequest": request(),
    })
}

fn id() -> Value {
    parameter("path", "id", json!({ "type": "string" }), "The tool's id.")
}

const NOT_FOUND: &str = "`TOOL_NOT_FOUND`: no tool has this id.";

fn list() -> Value {
    let answers = faults_as(
        "JobError",
        &[
            ("400", "`INVALID_INPUT`: a parameter is wrong."),
            ("401", "`UNAUTHORIZED`: the key is missing or wrong."),
            ("429", "`RATE_LIMITED`: too many requests."),
        ],
    );
    json!({
        "operationId": "listTools",
        "tags": ["tools"],
        "summary": "List the tools",
        "parameters": [
            parameter("query", "limit", json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 100 }), "How many at most."),
            parameter("query", "offset", json!({ "type": "integer", "minimum": 0, "maximum": 1_000_000, "default": 0 }), "How many to leave out first."),
            parameter("query", "search", json!({ "type": "string", "maxLength": 200 }), "Words that all must occur."),
            parameter("query", "kind", json!({ "enum": ["image", "video", "audio", "text", ""] }), "Tools for pictures, clips, sounds or texts."),
        ],
        "responses": with(answers, json!({ "200": answer("One page of them.", schema("ToolPage"), &["Cache-Control"]) })),
    })
}

fn one() -> Value {
    let answers = faults_as(
        "JobError",
        &[
            ("401", "`UNAUTHORIZED`: the key is missing or wrong."),
            ("404", NOT_FOUND),
            ("429", "`RATE_LIMITED`: too many requests."),
        ],
    );
    json!({
        "operationId": "getTool",
        "tags": ["tools"],
        "summary": "One tool with its input, and its models with their prices",
        "parameters": [id()],
        "responses": with(answers, json!({ "200": answer("The tool.", schema("ToolDetail"), &["Cache-Control"]) })),
    })
}

fn run() -> Value {
    let mut call = jobs::run_call(id(), "ToolRunRequest", NOT_FOUND);
    call["operationId"] = "runTool".into();
    call["tags"] = json!(["tools"]);
    call["summary"] = "Run a tool, and wait up to 55 seconds for the result".into();
    call["description"] =
        "The job is an ordinary one of the model that serves the tool: `model_id` names it, and /v1/jobs reads it."
            .into();
    call
}

fn request() -> Value {
    let mut request = jobs::run_request();
    request["properties"]["input"] = json!({
        "type": "object",
        "description": "The tool's own parameters, as its `input_schema` says.",
        "examples": [{ "prompt": "a red fox" }],
    });
    request["properties"]["model"] = json!({ "type": ["string", "null"], "description": "One of the tool's models; the default one if left out." });
    request
}

const REQUIRED: [&str; 7] = ["id", "name", "description", "kind", "makes", "default_model", "enabled"];

fn price() -> Value {
    json!({
        "type": "object",
        "required": ["currency", "from", "to", "per"],
        "properties": {
            "currency": { "const": "USD" },
            "from": { "type": "string", "description": "The lowest price of a call of the tool, in decimal dollars." },
            "to": { "type": "string", "description": "The highest." },
            "per": { "enum": ["output", "second", "megapixel", "thousand_characters"] },
        },
    })
}

fn fields() -> Value {
    let kind = json!({ "enum": ["image", "video", "audio", "text"] });
    json!({
        "id": { "type": "string" },
        "name": { "type": "string" },
        "description": { "type": "string" },
        "kind": kind.clone(),
        "makes": kind,
        "default_model": { "type": "string", "description": "Who serves it unless another model is named." },
        "enabled": { "type": "boolean", "description": "Whether this key can use it, by any of its models." },
        "price": price(),
    })
}

fn page() -> Value {
    json!({
        "type": "object",
        "required": ["tools", "total", "limit", "offset"],
        "properties": {
            "tools": { "type": "array", "items": schema("ToolSummary") },
            "total": { "type": "integer" },
            "limit": { "type": "integer" },
            "offset": { "type": "integer" },
        },
    })
}

fn detail() -> Value {
    json!({ "allOf": [schema("ToolSummary"), {
        "type": "object",
        "required": ["input_schema", "example", "models"],
        "properties": {
            "input_schema": { "type": "object", "description": "JSON Schema 2020-12 of the tool's own parameters." },
            "example": schema("ToolRunRequest"),
            "models": { "type": "array", "minItems": 1, "items": {
                "type": "object",
                "required": ["id", "name", "description", "vendor", "enabled", "takes", "needs", "defaults"],
                "properties": {
                    "id": { "type": "string" },
                    "name": { "type": "string" },
                    "description": { "type": "string" },
                    "vendor": { "type": "string" },
                    "enabled": { "type": "boolean", "description": "Whether this key can use it." },
                    "price": price(),
                    "takes": { "type": "array", "items": { "type": "string" }, "description": "The tool's parameters that it has a place for." },
                    "needs": { "type": "array", "items": { "type": "string" }, "description": "Those of them that a call of this model cannot leave out, though the tool can." },
                    "defaults": { "type": "object", "description": "What holds where nothing is said." },
                },
            }},
        },
    }]})
}
