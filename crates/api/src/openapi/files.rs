//! The calls about files that callers bring, and their shapes.

use serde_json::{Map, Value, json};

use super::paths::{answer, faults_as, parameter, with};
use super::schemas::schema;

pub(super) fn paths() -> Value {
    json!({
        "/v1/files": { "post": create(), "get": list() },
        "/v1/files/{id}": { "get": fetch(), "delete": delete() },
        "/upload": { "put": upload() },
    })
}

pub(super) fn schemas() -> Value {
    json!({
        "File": file(),
        "FileList": {
            "type": "object",
            "required": ["object", "data", "has_more"],
            "properties": {
                "object": { "const": "list" },
                "data": { "type": "array", "items": schema("File") },
                "has_more": { "type": "boolean" },
            },
        },
        "FileDeleted": {
            "type": "object",
            "required": ["id", "object", "deleted"],
            "properties": { "id": id(), "object": { "const": "file" }, "deleted": { "const": true } },
        },
        "Upload": {
            "type": "object",
            "required": ["success", "file_url"],
            "properties": { "success": { "const": true }, "file_url": { "type": "string", "description": "Good for seven days; as an input it is recognised as the file." } },
        },
        "UploadRefused": {
            "type": "object",
            "required": ["success", "message"],
            "properties": { "success": { "const": false }, "message": { "type": "string", "minLength": 1 } },
        },
    })
}

fn id() -> Value {
    json!({ "type": "string", "pattern": "^file_[0-9a-v]{32}$" })
}

fn file() -> Value {
    json!({
        "type": "object",
        "required": ["id", "object", "type", "content_type", "format", "size_bytes", "sha256", "created_at", "url"],
        "properties": {
            "id": id(),
            "object": { "const": "file" },
            "type": { "enum": ["image", "video", "audio"], "description": "By content." },
            "content_type": { "type": "string", "description": "By content." },
            "format": { "type": "string", "examples": ["png", "mp4"] },
            "size_bytes": { "type": "integer", "minimum": 0 },
            "width": { "type": "integer", "minimum": 1 },
            "height": { "type": "integer", "minimum": 1 },
            "duration": { "type": "number", "description": "Seconds." },
            "sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
            "name": { "type": "string", "description": "What the sender called it." },
            "created_at": { "type": "string", "format": "date-time" },
            "expires_at": { "type": "string", "format": "date-time", "description": "When it goes by itself; only files that came as `data:` URIs do." },
            "url": { "type": "string", "description": "Signed, good for an hour." },
        },
        "additionalProperties": false,
    })
}

fn faults(more: &[(&str, &str)]) -> Map<String, Value> {
    let mut all = faults_as(
        "Error",
        &[
            ("401", "`unauthenticated`: the key is missing or wrong."),
            ("403", "`forbidden`: the key lacks `files:write`."),
            ("429", "`rate_limited`: too many requests."),
            ("500", "`internal_error`: our fault."),
        ],
    );
    all.extend(faults_as("Error", more));
    all
}

const NOT_FOUND: (&str, &str) = ("404", "`not_found`: no file of this account has this id.");

/// The forms in which a file comes as itself.
fn content() -> Value {
    let bytes = json!({ "schema": { "type": "string", "contentMediaType": "application/octet-stream" } });
    json!({
        "multipart/form-data": { "schema": { "type": "object", "required": ["file"], "properties": { "file": { "type": "string", "contentMediaType": "application/octet-stream" } } } },
        "image/*": bytes, "video/*": bytes, "audio/*": bytes, "application/octet-stream": bytes,
    })
}

fn create() -> Value {
    let answers = faults(&[
        (
            "400",
            "`invalid_input`: there is no file, or it is no image, video or audio file of a known format.",
        ),
        ("413", "`too_large`: the file is too large, or the account's files take all they may."),
        ("503", "`overloaded`: too many files are on their way in."),
    ]);
    json!({
        "operationId": "createFile",
        "tags": ["files"],
        "summary": "Upload a file",
        "parameters": [parameter("header", "X-Filename", json!({ "type": "string" }), "What to call a file that is the whole body; `Content-Disposition` does the same.")],
        "requestBody": { "required": true, "content": content() },
        "responses": with(answers, json!({ "201": answer("It is kept.", schema("File"), &["Cache-Control"]) })),
    })
}

fn list() -> Value {
    json!({
        "operationId": "listFiles",
        "tags": ["files"],
        "summary": "List the account's files, newest first",
        "parameters": [
            parameter("query", "limit", json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 20 }), "How many."),
            parameter("query", "before", id(), "Only files older than this one: the last of the page before."),
        ],
        "responses": with(faults(&[("400", "`invalid_input`: `limit` or `before` is wrong.")]),
            json!({ "200": answer("A page.", schema("FileList"), &["Cache-Control"]) })),
    })
}

fn fetch() -> Value {
    json!({
        "operationId": "getFile",
        "tags": ["files"],
        "summary": "Read what is known of a file, with a fresh URL",
        "parameters": [parameter("path", "id", id(), "The file.")],
        "responses": with(faults(&[NOT_FOUND]), json!({ "200": answer("The file.", schema("File"), &["Cache-Control"]) })),
    })
}

fn delete() -> Value {
    json!({
        "operationId": "deleteFile",
        "tags": ["files"],
        "summary": "Delete a file; its URLs open nothing from then on",
        "parameters": [parameter("path", "id", id(), "The file.")],
        "responses": with(faults(&[NOT_FOUND]), json!({ "200": answer("It is gone.", schema("FileDeleted"), &["Cache-Control"]) })),
    })
}

fn upload() -> Value {
    let mut forms = content();
    forms["application/json"] = json!({ "schema": {
        "type": "object",
        "properties": {
            "base64": { "type": "string", "description": "The file, bare or as a `data:` URI." },
            "url": { "type": "string", "description": "Where to fetch it." },
        },
        "oneOf": [{ "required": ["base64"] }, { "required": ["url"] }],
    }});
    let answers = faults_as(
        "UploadRefused",
        &[
            ("400", "There is no file, it cannot be fetched, or it is too large or of no known format."),
            ("401", "The key is missing or wrong, or lacks `files:write`."),
            ("429", "Too many requests, or too many files on their way in."),
            ("500", "Our fault."),
        ],
    );
    json!({
        "operationId": "uploadFile",
        "tags": ["tasks"],
        "summary": "Upload a file as clients of the tasks API do",
        "requestBody": { "required": true, "content": forms },
        "responses": with(answers, json!({ "200": answer("It is kept.", schema("Upload"), &["Cache-Control"]) })),
    })
}
