//! The calls of a browser's session, and its shape.

use serde_json::{Value, json};
use spool_domain::scope::Scope;

use super::paths::{LIMITS, answer, faults_as, with};
use super::schemas::{named_headers, schema};

pub(super) fn paths() -> Value {
    json!({ "/v1/session": { "post": create(), "get": show(), "delete": end() } })
}

pub(super) fn schemas() -> Value {
    json!({ "SessionRequest": request(), "Session": session() })
}

const WRONG: (&str, &str) =
    ("401", "`unauthenticated`: the key is missing or wrong, or the session has ended.");
const MANY: (&str, &str) = ("429", "`rate_limited`: too many requests.");
const OURS: (&str, &str) = ("500", "`internal_error`: our fault.");

fn create() -> Value {
    let answers = faults_as(
        "Error",
        &[
            ("400", "`invalid_input`: the body is not `{\"key\": …}`."),
            ("401", "`unauthenticated`: the key is wrong."),
            ("403", "`forbidden`: a page of another site sent this."),
            ("413", "`invalid_input`: the body is larger than 1 MiB."),
            MANY,
            OURS,
        ],
    );
    json!({
        "operationId": "createSession",
        "tags": ["session"],
        "security": [],
        "summary": "Start a session with a key",
        "description": "It lasts 7 days, or until the key ends or is revoked. Nothing is kept of it on the server.",
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema("SessionRequest") } } },
        "responses": with(answers, json!({
            "201": answer("The session; the cookie comes with it.", schema("Session"), &["Cache-Control", "Set-Cookie"]),
        })),
    })
}

fn show() -> Value {
    let answers =
        faults_as("Error", &[WRONG, ("403", "`forbidden`: a page of another site sent this."), MANY, OURS]);
    json!({
        "operationId": "getSession",
        "tags": ["session"],
        "summary": "Who is in: the key, its account, and what it may do",
        "responses": with(answers, json!({
            "200": answer("The session; with a key instead of a cookie, the same without `csrf_token`.", schema("Session"), &["Cache-Control"]),
        })),
    })
}

fn end() -> Value {
    let refused =
        ("403", "`forbidden`: `X-CSRF-Token` is missing or wrong, or a page of another site sent this.");
    let answers = faults_as("Error", &[WRONG, refused, MANY, OURS]);
    let names: Vec<&str> = LIMITS.iter().chain(&["Cache-Control", "Set-Cookie"]).copied().collect();
    json!({
        "operationId": "endSession",
        "tags": ["session"],
        "summary": "End the session in this browser; the key stays good",
        "responses": with(answers, json!({
            "204": { "description": "The cookie is taken away.", "headers": named_headers(&names) },
        })),
    })
}

fn request() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["key"],
        "properties": { "key": { "type": "string", "description": "An API key.", "examples": ["spool_test_…"] } },
    })
}

/// An object with exactly these fields, all of them there.
fn object(description: &str, properties: Value) -> Value {
    let required: Vec<&String> =
        properties.as_object().map(|fields| fields.keys().collect()).unwrap_or_default();
    json!({ "type": "object", "description": description, "additionalProperties": false, "required": required, "properties": properties })
}

fn session() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.word()).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["object", "expires_at", "mode", "key", "account", "server"],
        "properties": {
            "object": { "const": "session" },
            "csrf_token": text("To be sent as `X-CSRF-Token` with everything but GET and HEAD. Absent where a key came without a session."),
            "expires_at": { "type": ["string", "null"], "format": "date-time", "description": "The end of the session; without one, that of the key, if it has one." },
            "mode": { "enum": ["live", "test"], "description": "What the key reaches: real providers, or the sandbox." },
            "key": object("The key behind it.", json!({
                "id": text("Its public part."),
                "name": text("What its maker called it."),
                "last4": text("Its last four characters."),
                "scopes": { "type": "array", "items": { "enum": scopes }, "description": "What it may do." },
            })),
            "account": object("Whose it is.", json!({
                "id": { "type": "integer" },
                "name": { "type": "string" },
            })),
            "server": object("Where this is.", json!({
                "version": { "type": "string" },
                "public_url": { "type": ["string", "null"], "description": "The address under which others reach it, if it was told." },
            })),
        },
    })
}
