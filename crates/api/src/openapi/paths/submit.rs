//! The calls of the dialect `task/submit`.

use serde_json::{Value, json};

use super::super::webhooks::callback;
use super::{answer, faults_as, parameter, provider_only, provider_order, schema, with};

pub(super) fn create() -> Value {
    let answers = faults_as(
        "SubmissionError",
        &[
            ("400", "`invalid_request`: the request is wrong; `model_not_found`: no model has this name."),
            ("401", "`invalid_api_key`: the key is missing or wrong."),
            ("403", "`insufficient_user_quota`: the account's credit does not cover the price."),
            ("409", "`idempotency_busy`: the first request with this idempotency key is being admitted."),
            ("413", "`invalid_request`: the body is larger than this server takes."),
            ("422", "`idempotency_mismatch`: the idempotency key belongs to another request."),
            ("429", "`rate_limit_exceeded`: too many requests."),
            ("500", "`internal_error`: our fault; quote the request id."),
            ("503", "`no_available_provider`: no provider of this model is set up, or the hints leave none."),
        ],
    );
    json!({
        "operationId": "submitTask",
        "tags": ["task/submit"],
        "summary": "Submit a task",
        "parameters": [
            provider_order(),
            provider_only(),
            parameter("header", "Idempotency-Key", json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$" }),
                "The same key with the same request is the same task, however often it is sent."),
            parameter("header", "Spool-Dry-Run", json!({ "enum": ["true", "false"], "default": "false" }),
                "`true`: only check and price the request."),
        ],
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema("SubmissionRequest") } } },
        "callbacks": { "changed": callback("callback_url", "Submission", "The task's status changed") },
        "responses": with(answers, json!({
            "200": answer("The task, always `queued`; or the dry run's result.",
                json!({ "anyOf": [schema("Submission"), schema("SubmissionDryRun")] }), &["Cache-Control", "Idempotent-Replayed"]),
        })),
    })
}

pub(super) fn fetch() -> Value {
    let mut fetch = read("querySubmission", "Query a task", "The task, also if it failed.", "Submission");
    fetch["parameters"] =
        json!([parameter("path", "task_id", json!({ "type": "string" }), "The task's id.")]);
    let missing =
        faults_as("SubmissionError", &[("404", "`task_not_found`: no task of this account has this id.")]);
    for (status, answer) in missing {
        fetch["responses"][status] = answer;
    }
    fetch
}

pub(super) fn subscription() -> Value {
    let summary = "The first half of the balance";
    read("billingSubscription", summary, "Credit before the open tasks.", "BillingSubscription")
}

pub(super) fn usage() -> Value {
    let summary = "The second half of the balance";
    read("billingUsage", summary, "Credit held for open tasks.", "BillingUsage")
}

/// A call without a body.
fn read(id: &str, summary: &str, description: &str, shape: &str) -> Value {
    let answers = faults_as(
        "SubmissionError",
        &[
            ("401", "`invalid_api_key`: the key is missing or wrong."),
            ("429", "`rate_limit_exceeded`: too many requests."),
            ("500", "`internal_error`: our fault; quote the request id."),
        ],
    );
    json!({
        "operationId": id,
        "tags": ["task/submit"],
        "summary": summary,
        "responses": with(answers, json!({ "200": answer(description, schema(shape), &["Cache-Control"]) })),
    })
}
