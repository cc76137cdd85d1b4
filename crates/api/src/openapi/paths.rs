//! Every call with its parameters and answers.

mod submit;

use serde_json::{Map, Value, json};

use spool_domain::catalogue::{Makes, TAGS, Task};

use super::jobs;
use super::schemas::{named_headers, schema};

pub(super) const LIMITS: [&str; 3] = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];

pub(super) fn all() -> Value {
    json!({
        "/v1/generations": { "post": create() },
        "/v1/generations/{id}": { "get": fetch() },
        "/v1/task/submit": { "post": submit::create() },
        "/v1/task/{task_id}": { "get": submit::fetch() },
        "/v1/dashboard/billing/subscription": { "get": submit::subscription() },
        "/v1/dashboard/billing/usage": { "get": submit::usage() },
        "/v1/models/{model}/run": { "post": jobs::run() },
        "/v1/jobs/{id}": { "get": jobs::fetch("getJob", "Read a job"), "delete": jobs::cancel() },
        "/v1/jobs/{id}/result": { "get": jobs::fetch("getJobResult", "Read a job, by the name that an older version had for it") },
        "/v1/jobs/{id}/events": { "get": jobs::watch() },
        "/v1/models": { "get": models() },
        "/v1/models/{id}": { "get": model() },
        "/v1/assets/{file}": { "get": asset("getAsset", "Read a result file"), "head": asset("headAsset", "Look at a result file without reading it") },
        "/v1/callbacks/{provider}/{job}/{attempt}/{secret}": { "post": callback() },
        "/healthz": { "get": health("alive", "Whether the process lives", &["200"]) },
        "/readyz": { "get": health("ready", "Whether the server should get requests", &["200", "503"]) },
        "/openapi.json": { "get": {
            "operationId": "openapi", "tags": ["operation"], "security": [], "summary": "This document",
            "responses": { "200": { "description": "The document.", "content": { "application/json": { "schema": { "type": "object" } } } } },
        }},
        "/docs": { "get": {
            "operationId": "docs", "tags": ["operation"], "security": [], "summary": "This document as a page for people",
            "responses": { "200": { "description": "The page. It needs no script and fetches nothing.", "content": { "text/html": {} } } },
        }},
    })
}

/// A JSON answer with the limit's headers and some more.
pub(super) fn answer(description: &str, body: Value, more: &[&str]) -> Value {
    let names: Vec<&str> = LIMITS.iter().chain(more).copied().collect();
    json!({
        "description": description,
        "headers": named_headers(&names),
        "content": { "application/json": { "schema": body } },
    })
}

/// The answers that are faults.
fn faults(all: &[(&str, &str)]) -> Map<String, Value> {
    faults_as("Error", all)
}

/// The same in another form.
pub(super) fn faults_as(form: &str, all: &[(&str, &str)]) -> Map<String, Value> {
    let one = |status: &str, description: &str| {
        let more: &[&str] = match status {
            "401" => &["Cache-Control", "WWW-Authenticate"],
            "409" | "429" => &["Cache-Control", "Retry-After"],
            _ => &["Cache-Control"],
        };
        answer(description, schema(form), more)
    };
    all.iter().map(|(status, description)| ((*status).to_owned(), one(status, description))).collect()
}

pub(super) fn with(mut answers: Map<String, Value>, more: Value) -> Value {
    if let Value::Object(more) = more {
        answers.extend(more);
    }
    Value::Object(answers)
}

/// Who is tried first.
pub(super) fn provider_order() -> Value {
    parameter(
        "header",
        "X-Provider-Order",
        json!({ "type": "string" }),
        "Providers to try first, in this order, separated by commas; names as in `routes` of the model.",
    )
}

/// Who is tried at all.
pub(super) fn provider_only() -> Value {
    parameter(
        "header",
        "X-Provider-Only",
        json!({ "enum": ["true", "false"], "default": "false" }),
        "`true`: only the providers in `X-Provider-Order` are tried.",
    )
}

pub(super) fn parameter(place: &str, name: &str, schema: Value, description: &str) -> Value {
    json!({ "in": place, "name": name, "required": place == "path", "schema": schema, "description": description })
}

fn create() -> Value {
    let failed = |description: &str| {
        let either = json!({ "anyOf": [schema("Generation"), schema("Error")] });
        answer(description, either, &["Cache-Control", "Idempotent-Replayed"])
    };
    let answers = faults(&[
        ("401", "`unauthenticated`: the key is missing or wrong."),
        ("402", "`insufficient_quota`: the account's credit does not cover the price."),
        ("403", "`model_unavailable`: no provider of this model is set up."),
        ("409", "`idempotency_busy`: the first request with this idempotency key is being admitted."),
        ("413", "`invalid_input`: the body is larger than this server takes."),
        ("429", "`rate_limited`: too many requests."),
    ]);
    json!({
        "operationId": "createGeneration",
        "tags": ["generations"],
        "summary": "Make something, and wait for it",
        "parameters": [
            parameter("header", "Idempotency-Key", json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$" }),
                "The same key with the same request is the same generation, however often it is sent."),
            parameter("header", "Spool-Vocabulary", json!({ "enum": ["common", "model"], "default": "common" }),
                "`model`: `input` has the model's own parameters, as its `input_schema` says."),
            provider_order(),
            provider_only(),
            parameter("header", "Spool-Dry-Run", json!({ "enum": ["true", "false"], "default": "false" }),
                "`true`: only check and price the request."),
        ],
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema("GenerationRequest") } } },
        "responses": with(answers, json!({
            "200": answer("It ended within the wait; or the dry run's result.",
                json!({ "anyOf": [schema("Generation"), schema("DryRun")] }), &["Cache-Control", "Idempotent-Replayed"]),
            "202": answer("It goes on; fetch it by its id.", schema("Generation"), &["Cache-Control", "Retry-After", "Idempotent-Replayed"]),
            "400": failed("`invalid_input`: the request is wrong (an error), or the provider refused its parameters (a failed generation)."),
            "422": failed("`content_policy`: the provider refused the content (a failed generation); `idempotency_mismatch`: the idempotency key belongs to another request (an error)."),
            "500": failed("`internal_error`: our fault; quote the id."),
            "502": failed("`provider_unavailable`: no provider made it."),
            "504": failed("`provider_timeout`: no provider made it in time."),
        })),
    })
}

fn fetch() -> Value {
    let wait = json!({ "anyOf": [{ "const": "auto" }, { "type": "integer", "minimum": 0, "maximum": 60 }], "default": 0 });
    let answers = faults(&[
        ("400", "`invalid_input`: the wait is wrong."),
        ("401", "`unauthenticated`: the key is missing or wrong."),
        ("404", "`not_found`: no generation of this account has this id."),
        ("429", "`rate_limited`: too many requests."),
        ("500", "`internal_error`: our fault."),
    ]);
    json!({
        "operationId": "getGeneration",
        "tags": ["generations"],
        "summary": "Fetch a generation, and wait for its end if you like",
        "parameters": [
            parameter("path", "id", json!({ "type": "string" }), "The generation's id."),
            parameter("query", "wait", wait, "Seconds to keep the request open while the generation goes on."),
        ],
        "responses": with(answers, json!({
            "200": answer("The generation; `Retry-After` while it goes on.", schema("Generation"), &["Cache-Control", "Retry-After"]),
        })),
    })
}

fn models() -> Value {
    let answers = faults_as(
        "JobError",
        &[
            ("400", "`INVALID_INPUT`: a parameter is wrong."),
            ("401", "`UNAUTHORIZED`: the key is missing or wrong."),
            ("429", "`RATE_LIMITED`: too many requests."),
        ],
    );
    let tasks = Task::ALL.iter().map(|task| task.as_str());
    let categories: Vec<&str> =
        tasks.chain(Makes::ALL.iter().map(|kind| kind.as_str())).chain(TAGS).chain([""]).collect();
    json!({
        "operationId": "listModels",
        "tags": ["models"],
        "summary": "List the models",
        "parameters": [
            parameter("query", "limit", json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 20 }), "How many at most."),
            parameter("query", "offset", json!({ "type": "integer", "minimum": 0, "maximum": 1_000_000, "default": 0 }), "How many to leave out first."),
            parameter("query", "search", json!({ "type": "string", "maxLength": 200 }), "Words that all must occur."),
            parameter("query", "category", json!({ "enum": categories }), "A task, a kind of what is made, or a tag."),
            parameter("query", "vendor", json!({ "type": "string", "maxLength": 200 }), "Who makes it."),
            parameter("query", "sort", json!({ "enum": ["price", "-price", ""] }), "By the price of a plain run; else by relevance, or by id."),
        ],
        "responses": with(answers, json!({
            "200": answer("One page of them.", schema("ModelPage"), &["Cache-Control"]),
        })),
    })
}

fn model() -> Value {
    let answers = faults_as(
        "JobError",
        &[
            ("401", "`UNAUTHORIZED`: the key is missing or wrong."),
            ("404", "`MODEL_NOT_FOUND`: no model has this name."),
            ("429", "`RATE_LIMITED`: too many requests."),
        ],
    );
    json!({
        "operationId": "getModel",
        "tags": ["models"],
        "summary": "One model with its parameters, prices and routes",
        "parameters": [parameter("path", "id", json!({ "type": "string" }), "An id or alias; slashes may stay as they are.")],
        "responses": with(answers, json!({
            "200": answer("The model.", schema("ModelDetail"), &["Cache-Control"]),
        })),
    })
}

fn asset(id: &str, summary: &str) -> Value {
    let file = |description: &str, more: &[&str]| {
        let always = [
            "Cache-Control",
            "ETag",
            "Accept-Ranges",
            "Content-Disposition",
            "Content-Security-Policy",
            "X-Content-Type-Options",
        ];
        let names: Vec<&str> = always.iter().chain(more).copied().collect();
        json!({ "description": description, "headers": named_headers(&names), "content": { "*/*": {} } })
    };
    let text = || json!({ "type": "string" });
    json!({
        "operationId": id,
        "tags": ["assets"],
        "summary": summary,
        "description": "The URL comes from a generation; its signature is the right to read, so there is no key.",
        "security": [],
        "parameters": [
            parameter("path", "file", text(), "Id and extension, or id, slash and a name for the download."),
            parameter("query", "v", text(), "Version of the signature."),
            parameter("query", "k", text(), "Which key signed."),
            parameter("query", "e", text(), "Until when, Unix seconds."),
            parameter("query", "d", text(), "`i` to show, `a` to download."),
            parameter("query", "s", text(), "The signature."),
            parameter("header", "Range", text(), "One range of bytes."),
            parameter("header", "If-Range", text(), "The ETag that the range belongs to."),
            parameter("header", "If-None-Match", text(), "ETags that the reader has."),
        ],
        "responses": {
            "200": file("The file.", &[]),
            "206": file("Part of it.", &["Content-Range"]),
            "304": file("The reader has it.", &[]),
            "404": { "description": "Expired, altered, deleted or never there: one answer.", "content": { "application/json": { "schema": schema("Error") } } },
            "416": file("The range is behind the end.", &["Content-Range"]),
        },
    })
}

fn callback() -> Value {
    let part = |name: &str| {
        parameter("path", name, json!({ "type": "string" }), "As in the URL that the provider was given.")
    };
    json!({
        "operationId": "providerCallback",
        "tags": ["operation"],
        "summary": "A provider says that a job moved on",
        "description": "Only a hint to look: nothing in it is believed.",
        "security": [],
        "parameters": [part("provider"), part("job"), part("attempt"), part("secret")],
        "requestBody": { "content": { "application/json": {} } },
        "responses": {
            "200": { "description": "Noted." },
            "404": { "description": "Not for us.", "content": { "application/json": { "schema": schema("Error") } } },
            "413": { "description": "Larger than 1 MiB.", "content": { "application/json": { "schema": schema("Error") } } },
        },
    })
}

fn health(id: &str, summary: &str, statuses: &[&str]) -> Value {
    let one = |status: &&str| {
        let description =
            if *status == "200" { "Yes." } else { "No: it stops, or its database does not answer." };
        let body = json!({ "description": description, "content": { "application/json": { "schema": schema("Health") } } });
        ((*status).to_owned(), body)
    };
    let answers: Map<String, Value> = statuses.iter().map(one).collect();
    json!({ "operationId": id, "tags": ["operation"], "security": [], "summary": summary, "responses": answers })
}
