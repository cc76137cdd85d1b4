//! The calls and shapes about webhooks, and the callbacks that jobs make.

use serde_json::{Map, Value, json};

use super::paths::{answer, faults_as, parameter, with};
use super::schemas::schema;

pub(super) fn paths() -> Value {
    json!({
        "/v1/webhooks/endpoints": { "post": create(), "get": list() },
        "/v1/webhooks/endpoints/{id}": {
            "get": about_one("getWebhookEndpoint", "One endpoint", "The endpoint.", "WebhookEndpoint"),
            "patch": change(),
            "delete": about_one("deleteWebhookEndpoint", "Delete an endpoint; what it has not heard is given up", "It is gone.", "WebhookDeleted"),
        },
        "/v1/webhooks/endpoints/{id}/secret": {
            "get": about_one("getWebhookEndpointSecret", "The secret of an endpoint", "The secret.", "WebhookSecret"),
        },
        "/v1/webhooks/endpoints/{id}/rotate": {
            "post": about_one("rotateWebhookEndpointSecret", "Give an endpoint a new secret; the old one signs along for 24 hours", "The new secret.", "WebhookSecret"),
        },
        "/v1/webhooks/endpoints/{id}/enable": {
            "post": about_one("enableWebhookEndpoint", "Switch an endpoint on again, with a clean record", "The endpoint.", "WebhookEndpoint"),
        },
        "/v1/webhooks/endpoints/{id}/test": { "post": test() },
        "/v1/webhooks/deliveries": { "get": deliveries() },
        "/v1/webhooks/deliveries/{id}": { "get": delivery() },
        "/v1/webhooks/deliveries/{id}/replay": { "post": replay_one() },
        "/v1/webhooks/replay": { "post": replay() },
        "/v1/webhooks/secret": {
            "get": call("getCallbackSecret", "The secret that signs the callbacks of single jobs; the first look makes one", &[], ok("The secret.", "WebhookSecret")),
            "delete": call("deleteCallbackSecret", "Callbacks are not signed any more", &[], ok("There is none now.", "WebhookDeleted")),
        },
        "/v1/webhooks/secret/rotate": {
            "post": call("rotateCallbackSecret", "A new secret for callbacks; the old one signs along for 24 hours", &[], ok("The new secret.", "WebhookSecret")),
        },
    })
}

pub(super) fn schemas() -> Value {
    json!({
        "WebhookEndpointRequest": endpoint_request(),
        "WebhookEndpointPatch": endpoint_patch(),
        "WebhookEndpoint": endpoint(),
        "WebhookEndpoints": {
            "type": "object",
            "additionalProperties": false,
            "required": ["endpoints"],
            "properties": { "endpoints": { "type": "array", "maxItems": 20, "items": schema("WebhookEndpoint") } },
        },
        "WebhookDeleted": {
            "type": "object",
            "additionalProperties": false,
            "required": ["deleted"],
            "properties": { "id": { "type": "string" }, "deleted": { "const": true } },
        },
        "WebhookSecret": secret(),
        "WebhookTest": {
            "type": "object",
            "additionalProperties": false,
            "required": ["delivery_id"],
            "properties": { "delivery_id": { "type": "string", "description": "Look there for what the endpoint answered." } },
        },
        "WebhookDelivery": delivery_shape(),
        "WebhookDeliveries": {
            "type": "object",
            "additionalProperties": false,
            "required": ["deliveries"],
            "properties": {
                "deliveries": { "type": "array", "items": schema("WebhookDelivery") },
                "next": { "type": "string", "description": "Give it as `before`; absent on the last page." },
            },
        },
        "WebhookReplayRequest": replay_request(),
        "WebhookReplayed": {
            "type": "object",
            "additionalProperties": false,
            "required": ["replayed"],
            "properties": { "replayed": { "type": "integer", "minimum": 0, "maximum": 1000, "description": "How many are sent again." } },
        },
        "WebhookMessage": message(),
        "JobWebhook": job_webhook(),
        "TaskCallback": task_callback(),
    })
}

/// A message that the server sends to an address which a request named. For the `callbacks` of an operation.
pub(super) fn callback(field: &str, body: &str, description: &str) -> Value {
    let header = |name: &str, kind: &str, description: &str| json!({ "in": "header", "name": name, "schema": { "type": kind }, "description": description });
    json!({ format!("{{$request.body#/{field}}}"): { "post": {
        "summary": description,
        "security": [],
        "parameters": [
            header("webhook-id", "string", "The same at every try."),
            header("webhook-timestamp", "integer", "When this try was made, Unix seconds."),
            header("webhook-signature", "string", "`v1,` and base64, if the account has a secret for callbacks."),
        ],
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema(body) } } },
        "responses": { "2XX": { "description": "It arrived." } },
    }}})
}

fn faults(more: &[(&str, &str)]) -> Map<String, Value> {
    let mut all = faults_as(
        "Error",
        &[
            ("401", "`unauthenticated`: the key is missing or wrong."),
            ("403", "`forbidden`: the key does not have the permission `webhooks:manage`."),
            ("429", "`rate_limited`: too many requests."),
            ("500", "`internal_error`: our fault."),
        ],
    );
    all.extend(faults_as("Error", more));
    all
}

fn ok(description: &str, shape: &str) -> Value {
    json!({ "200": answer(description, schema(shape), &["Cache-Control"]) })
}

fn accepted(description: &str, shape: &str) -> Value {
    json!({ "202": answer(description, schema(shape), &["Cache-Control"]) })
}

fn call(id: &str, summary: &str, more: &[(&str, &str)], answers: Value) -> Value {
    json!({ "operationId": id, "tags": ["webhooks"], "summary": summary, "responses": with(faults(more), answers) })
}

fn id(what: &str) -> Value {
    json!([parameter("path", "id", json!({ "type": "string" }), what)])
}

fn body(shape: &str) -> Value {
    json!({ "required": true, "content": { "application/json": { "schema": schema(shape) } } })
}

const WRONG: (&str, &str) = ("400", "`invalid_input`: the request is wrong; `param` names the field.");
const TOO_LARGE: (&str, &str) = ("413", "`too_large`: the body is larger than 1 MiB.");
const NO_ENDPOINT: (&str, &str) = ("404", "`not_found`: no endpoint of this account and mode has this id.");
const NO_DELIVERY: (&str, &str) = ("404", "`not_found`: no delivery of this account and mode has this id.");

fn about_one(operation: &str, summary: &str, description: &str, shape: &str) -> Value {
    let mut call = call(operation, summary, &[NO_ENDPOINT], ok(description, shape));
    call["parameters"] = id("The endpoint's id.");
    call
}

fn create() -> Value {
    let made = json!({ "201": answer("It is made. The answer has its secret.", schema("WebhookEndpoint"), &["Cache-Control"]) });
    let mut call = call("createWebhookEndpoint", "Register an endpoint", &[WRONG, TOO_LARGE], made);
    call["description"] =
        "It hears of every job of the account in the mode of the key, at most 20 endpoints of each. The messages have the shape `WebhookMessage`.".into();
    call["requestBody"] = body("WebhookEndpointRequest");
    call
}

fn list() -> Value {
    call("listWebhookEndpoints", "All endpoints, oldest first", &[], ok("All of them.", "WebhookEndpoints"))
}

fn change() -> Value {
    let more = [WRONG, NO_ENDPOINT, TOO_LARGE];
    let mut call =
        call("changeWebhookEndpoint", "Change an endpoint", &more, ok("As it is now.", "WebhookEndpoint"));
    call["parameters"] = id("The endpoint's id.");
    call["requestBody"] = body("WebhookEndpointPatch");
    call
}

fn test() -> Value {
    let more = [("400", "`invalid_input`: the endpoint is switched off."), NO_ENDPOINT];
    let answers = accepted("It is on its way.", "WebhookTest");
    let mut call = call("testWebhookEndpoint", "Send a test message to an endpoint now", &more, answers);
    call["parameters"] = id("The endpoint's id.");
    call
}

fn deliveries() -> Value {
    let text = || json!({ "type": "string" });
    let mut call = call(
        "listWebhookDeliveries",
        "Deliveries, newest first",
        &[WRONG],
        ok("One page.", "WebhookDeliveries"),
    );
    call["parameters"] = json!([
        parameter("query", "endpoint", text(), "Only to this endpoint."),
        parameter("query", "job", text(), "Only about this job, by its id in any dialect."),
        parameter("query", "state", json!({ "enum": STATES }), "Only in this state."),
        parameter(
            "query",
            "limit",
            json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 20 }),
            "How many at most."
        ),
        parameter("query", "before", text(), "`next` of the page before."),
    ]);
    call
}

fn delivery() -> Value {
    let mut call = call(
        "getWebhookDelivery",
        "One delivery with every try",
        &[NO_DELIVERY],
        ok("The delivery.", "WebhookDelivery"),
    );
    call["parameters"] = id("The delivery's id.");
    call
}

fn replay_one() -> Value {
    let more = [("400", "`invalid_input`: it is still being tried, or its endpoint is gone."), NO_DELIVERY];
    let answers = accepted("It is sent again, under its message's id.", "WebhookReplayed");
    let mut call = call("replayWebhookDelivery", "Send a message again", &more, answers);
    call["parameters"] = id("The delivery's id.");
    call
}

fn replay() -> Value {
    let answers = accepted("They are sent again, under their messages' ids.", "WebhookReplayed");
    let mut call =
        call("replayWebhookDeliveries", "Send the messages of a time again", &[WRONG, TOO_LARGE], answers);
    call["description"] =
        "Those that are over, oldest first, at most 1000 in one go. Messages that are still being tried are left alone.".into();
    call["requestBody"] = body("WebhookReplayRequest");
    call
}

const STATES: [&str; 4] = ["pending", "delivered", "failed", "dropped"];
const EVENTS: [&str; 4] = ["job.started", "job.succeeded", "job.failed", "job.canceled"];

fn url() -> Value {
    json!({
        "type": "string", "format": "uri", "maxLength": 2048, "examples": ["https://client.example/hook"],
        "description": "Absolute; https unless the operator allows http; no user name or password; not a private address.",
    })
}

fn events() -> Value {
    json!({
        "description": "What it hears.",
        "default": "all",
        "anyOf": [{ "const": "all" }, { "type": "array", "minItems": 1, "items": { "enum": EVENTS } }],
    })
}

fn description() -> Value {
    json!({ "type": "string", "maxLength": 200, "description": "A name for people." })
}

fn endpoint_request() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["url"],
        "properties": { "url": url(), "events": events(), "description": description() },
    })
}

fn endpoint_patch() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "description": "What is left out stays as it is.",
        "properties": {
            "url": url(), "events": events(), "description": description(),
            "enabled": { "type": "boolean", "description": "`false` switches it off and gives up what it has not heard." },
        },
    })
}

fn endpoint() -> Value {
    let moment =
        |description: &str| json!({ "type": "string", "format": "date-time", "description": description });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "mode", "url", "events", "description", "enabled", "created_at"],
        "properties": {
            "id": { "type": "string", "pattern": "^we_[0-9a-v]{32}$" },
            "mode": { "enum": ["live", "test"], "description": "Of whose jobs it hears: as the key that made it." },
            "url": { "type": "string" },
            "events": { "type": "array", "minItems": 1, "items": { "enum": EVENTS } },
            "description": { "type": "string" },
            "enabled": { "type": "boolean" },
            "disabled": {
                "type": "object",
                "description": "When and why it was switched off.",
                "additionalProperties": false,
                "required": ["at", "reason"],
                "properties": { "at": moment("When."), "reason": { "type": "string" } },
            },
            "failing": {
                "type": "object",
                "description": "While it fails.",
                "additionalProperties": false,
                "required": ["failures"],
                "properties": {
                    "failures": { "type": "integer", "minimum": 1, "description": "In a row." },
                    "since": moment("Five days after this moment it is switched off."),
                    "resting_until": moment("Nothing is sent before."),
                },
            },
            "created_at": moment("When it was made."),
            "secret": { "type": "string", "description": "Only in the answer that made it." },
        },
    })
}

fn secret() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["secret", "since"],
        "properties": {
            "secret": { "type": "string", "pattern": "^whsec_[A-Za-z0-9+/]{43}=$" },
            "since": { "type": "string", "format": "date-time", "description": "Since when it signs." },
            "previous_until": { "type": "string", "format": "date-time", "description": "Until then the one before it signs along." },
        },
    })
}

fn delivery_shape() -> Value {
    let moment =
        |description: &str| json!({ "type": "string", "format": "date-time", "description": description });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "message_id", "type", "sequence", "state", "tries", "created_at"],
        "properties": {
            "id": { "type": "string", "pattern": "^dlv_[0-9a-v]{32}$" },
            "message_id": { "type": "string", "description": "The header `webhook-id`: the same at every try and replay." },
            "endpoint_id": { "type": "string", "description": "Absent for a job's own callback." },
            "job_id": { "type": "string", "description": "Absent for a test." },
            "type": { "enum": ["job.started", "job.succeeded", "job.failed", "job.canceled", "webhook.test"] },
            "sequence": { "type": "integer", "minimum": 0, "description": "The number of the job's event; 0 for a test." },
            "state": { "enum": STATES, "description": "`dropped`: a newer state of the same job came first." },
            "due_at": moment("When it is tried next."),
            "tries": { "type": "integer", "minimum": 0, "description": "Since it was made or replayed." },
            "created_at": moment("When it was made."),
            "ended_at": moment("When it arrived, was given up or dropped."),
            "log": { "type": "array", "description": "Every try, oldest first; only in the answer about one delivery.", "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["at", "took_ms", "answer"],
                "properties": {
                    "at": moment("When."),
                    "took_ms": { "type": "integer", "minimum": 0 },
                    "status": { "type": "integer", "description": "The HTTP status, if there was an answer." },
                    "error": { "type": "string", "description": "Why there was none, in a word." },
                    "answer": { "type": "string", "description": "The first kilobyte of it." },
                },
            }},
        },
    })
}

fn replay_request() -> Value {
    let moment = |description: &str| json!({ "type": "string", "format": "date-time", "description": description, "examples": ["2026-02-08T10:30:00Z"] });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["from", "to"],
        "properties": {
            "from": moment("Messages made at or after this moment."),
            "to": moment("Messages made before this moment."),
            "endpoint": { "type": "string", "description": "Only to this endpoint." },
            "state": { "enum": ["delivered", "failed", "dropped"], "description": "Only in this state." },
        },
    })
}

fn message() -> Value {
    json!({
        "type": "object",
        "description": "What a registered endpoint gets, at most 20 kB.",
        "additionalProperties": false,
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": { "enum": ["job.started", "job.succeeded", "job.failed", "job.canceled", "webhook.test"] },
            "timestamp": { "type": "string", "format": "date-time", "description": "When it happened." },
            "data": {
                "type": "object",
                "required": ["sequence"],
                "description": "The job as the dialect that made it shows it: `JobWebhook`, `Submission`, `TaskCallback` or `Generation`.",
                "properties": {
                    "sequence": { "type": "integer", "minimum": 0, "description": "Grows with each event of a job: messages may overtake each other." },
                    "truncated": { "const": true, "description": "Long texts or lists were left out; fetch the job." },
                },
            },
        },
    })
}

fn job_webhook() -> Value {
    json!({
        "type": "object",
        "required": ["job_id", "status"],
        "properties": {
            "job_id": { "type": "string", "pattern": "^job_[0-9a-v]{32}$" },
            "status": { "enum": ["processing", "succeeded", "failed", "cancelled"], "description": "A callback only tells `succeeded` and `failed`." },
            "output": schema("JobOutput"),
            "error": {
                "type": "object",
                "additionalProperties": false,
                "required": ["code", "message"],
                "properties": { "code": { "type": "string" }, "message": { "type": "string" } },
            },
            "credits_used": { "type": "integer", "minimum": 0 },
            "completed_at": { "type": "string", "format": "date-time" },
        },
    })
}

fn task_callback() -> Value {
    json!({
        "type": "object",
        "required": ["task_id", "status"],
        "properties": {
            "task_id": { "type": "string", "pattern": "^[0-9a-v]{32}$" },
            "status": { "enum": ["processing", "completed", "failed"], "description": "A callback only tells `completed` and `failed`." },
            "data": schema("TaskOutput"),
            "error_message": { "type": "string" },
        },
    })
}
