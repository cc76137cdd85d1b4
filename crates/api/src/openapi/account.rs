//! The calls over an account's money, and their shapes.

use serde_json::{Map, Value, json};

use super::paths::{LIMITS, answer, faults_as, parameter, with};
use super::schemas::{named_headers, schema};

pub(super) fn paths() -> Value {
    json!({
        "/v1/balance": { "get": balance() },
        "/v1/usage": { "get": usage() },
        "/v1/jobs/{id}/statement": { "get": statement() },
        "/v1/ledger": { "get": ledger() },
    })
}

/// The faults of all four, and some more.
fn faults(more: &[(&str, &str)]) -> Map<String, Value> {
    let always = [
        ("400", "`invalid_input`: a parameter is unknown, repeated or wrong; `param` names it."),
        ("401", "`unauthenticated`: the key is missing or wrong."),
        ("403", "`forbidden`: the key does not have the permission `account:read`."),
        ("429", "`rate_limited`: too many requests."),
        ("500", "`internal_error`: our fault."),
    ];
    let all: Vec<(&str, &str)> = always.iter().chain(more).copied().collect();
    faults_as("Error", &all)
}

fn ok(description: &str, body: &str) -> Value {
    json!({ "200": answer(description, schema(body), &["Cache-Control"]) })
}

fn balance() -> Value {
    json!({
        "operationId": "getBalance",
        "tags": ["account"],
        "summary": "What there is to spend",
        "responses": with(faults(&[]), ok("The balance of the key's mode, and the key's budget if it has one.", "Balance")),
    })
}

fn usage() -> Value {
    let day = || json!({ "type": "string", "format": "date" });
    let names: Vec<&str> = LIMITS
        .iter()
        .chain(&["Cache-Control", "Content-Disposition", "X-Content-Type-Options"])
        .copied()
        .collect();
    json!({
        "operationId": "getUsage",
        "tags": ["account"],
        "summary": "What was made and charged",
        "parameters": [
            parameter("query", "from", day(), "The first day, in UTC. Usually 29 days before `to`."),
            parameter("query", "to", day(), "The last day, in UTC; at most 366 days in all. Usually today."),
            parameter("query", "group", json!({ "type": "string", "default": "day", "examples": ["day,model"] }),
                "What to tell apart: some of `day`, `key`, `model`, separated by commas."),
            parameter("query", "key", json!({ "type": "string", "minLength": 1, "maxLength": 64 }), "Only of this key, by its id."),
            parameter("query", "model", json!({ "type": "string", "minLength": 1, "maxLength": 200 }), "Only of this model, by an id or alias."),
            parameter("query", "format", json!({ "enum": ["json", "csv"], "default": "json" }), "`csv`: a table to save."),
        ],
        "responses": with(faults(&[]), json!({ "200": {
            "description": "The sums. At most 10,000 rows.",
            "headers": named_headers(&names),
            "content": {
                "application/json": { "schema": schema("Usage") },
                "text/csv": { "schema": { "type": "string", "description": "A header line, then one line for each row; RFC 4180. Names that look like formulas begin with `'`." } },
            },
        }})),
    })
}

fn statement() -> Value {
    json!({
        "operationId": "getStatement",
        "tags": ["account"],
        "summary": "What one job cost, entry by entry",
        "parameters": [parameter("path", "id", json!({ "type": "string" }), "The job's id in the form of any dialect, or without its prefix.")],
        "responses": with(
            faults(&[("404", "`not_found`: no job of this account has this id.")]),
            ok("The price at admission, all entries, and who was asked.", "Statement"),
        ),
    })
}

fn ledger() -> Value {
    json!({
        "operationId": "getLedger",
        "tags": ["account"],
        "summary": "The account's money, newest first",
        "parameters": [
            parameter("query", "limit", json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 50 }), "How many lines at most."),
            parameter("query", "before", json!({ "type": "string" }), "The `next` of the page before."),
        ],
        "responses": with(faults(&[]), ok("One page: jobs, top-ups and refunds.", "Ledger")),
    })
}

pub(super) fn schemas() -> Value {
    json!({
        "Balance": balance_shape(),
        "BudgetBound": bound_shape(),
        "Usage": usage_shape(),
        "Statement": statement_shape(),
        "Ledger": ledger_shape(),
    })
}

/// An exact amount.
pub(super) fn usd(description: &str) -> Value {
    json!({ "type": "string", "pattern": "^-?[0-9]+\\.[0-9]{2,6}$", "description": format!("{description}, US dollars, exact.") })
}

pub(super) fn time(description: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": description })
}

pub(super) fn time_or_null(description: &str) -> Value {
    json!({ "type": ["string", "null"], "format": "date-time", "description": description })
}

pub(super) fn mode() -> Value {
    json!({ "enum": ["live", "test"], "description": "As the key that asks." })
}

fn count(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": description })
}

/// An object with exactly these fields, those in `may` possibly missing.
pub(super) fn object(properties: Value, may: &[&str]) -> Value {
    let names = properties.as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>());
    let required: Vec<String> =
        names.unwrap_or_default().into_iter().filter(|name| !may.contains(&name.as_str())).collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn balance_shape() -> Value {
    let bound = || schema("BudgetBound");
    let budget = object(
        json!({ "day": bound(), "month": bound(), "total": bound(), "held_usd": usd("For the key's open jobs; counts in every bound") }),
        &["day", "month", "total"],
    );
    let properties = json!({
        "object": { "const": "balance" },
        "mode": mode(),
        "currency": { "const": "USD" },
        "available_usd": usd("Free to spend"),
        "held_usd": usd("Held for open jobs"),
        "credits": { "type": "integer", "description": "Whole credits of the run/jobs dialect that are available." },
        "budget": budget,
    });
    object(properties, &["budget"])
}

fn bound_shape() -> Value {
    let properties = json!({
        "max_usd": usd("The most that may be spent"),
        "spent_usd": usd("Charged in the period, refunds taken off"),
        "left_usd": usd("Left, after what is held for open jobs"),
        "renews_at": time_or_null("When all of it is there again; null for the total."),
    });
    object(properties, &[])
}

fn numbers() -> Value {
    json!({
        "jobs": count("Jobs that ended."),
        "succeeded": count("Those with a result."),
        "failed": count("Those without."),
        "canceled": count("Those that the caller ended."),
        "charged_usd": usd("Charged, refunds taken off; below zero where more was refunded"),
    })
}

fn usage_shape() -> Value {
    let mut row = numbers();
    row["day"] = json!({ "type": "string", "format": "date" });
    row["key"] = json!({ "type": "string", "description": "The key's id." });
    row["key_name"] = json!({ "type": "string" });
    row["model"] = json!({ "type": "string", "description": "The model's id." });
    let day = || json!({ "type": "string", "format": "date" });
    let properties = json!({
        "object": { "const": "usage" },
        "mode": mode(),
        "currency": { "const": "USD" },
        "from": day(),
        "to": day(),
        "group": { "type": "array", "items": { "enum": ["day", "key", "model"] } },
        "data": { "type": "array", "items": object(row, &["day", "key", "key_name", "model"]) },
        "totals": object(numbers(), &[]),
    });
    object(properties, &[])
}

/// The price of a job at its admission.
pub(super) fn price() -> Value {
    let properties = json!({
        "unit_usd": usd("The price of one output"),
        "count": { "type": "integer", "minimum": 1 },
        "total_usd": usd("The price of all, which was held"),
    });
    object(properties, &[])
}

/// An entry of a job.
pub(super) fn entry() -> Value {
    let properties = json!({
        "type": { "enum": ["hold", "capture", "rest", "release", "refund"] },
        "amount_usd": usd("How much"),
        "at": time("When."),
        "reason": { "type": ["string", "null"], "description": "Of a refund." },
    });
    object(properties, &[])
}

/// A try at a provider.
pub(super) fn attempt() -> Value {
    let properties = json!({
        "part": { "type": ["integer", "null"], "minimum": 0, "description": "Which of the parts, from 0, of a job that took several calls." },
        "no": { "type": "integer", "minimum": 1 },
        "provider": { "type": "string" },
        "outcome": { "enum": ["pending", "accepted", "rejected", "not_sent", "unknown", "not_accepted", "written_off"] },
        "trouble": { "type": ["string", "null"], "description": "What went wrong last: the provider's code or ours; `other` where it is no plain word." },
        "started_at": time("When it was begun."),
        "ended_at": time_or_null("When it was over."),
    });
    object(properties, &[])
}

fn statement_shape() -> Value {
    let properties = json!({
        "object": { "const": "statement" },
        "job": { "type": "string", "description": "The id as it was asked for." },
        "mode": mode(),
        "model": { "type": "string" },
        "status": { "enum": ["queued", "running", "succeeded", "failed", "canceled"] },
        "currency": { "const": "USD" },
        "price": schema("JobPrice"),
        "entries": { "type": "array", "items": schema("LedgerEntry") },
        "charged_usd": usd("Captured"),
        "refunded_usd": usd("Given back since"),
        "attempts": { "type": "array", "items": schema("JobAttempt") },
        "created_at": time("When it was admitted."),
        "ended_at": time_or_null("When it ended."),
    });
    object(properties, &[])
}

fn ledger_shape() -> Value {
    let job = json!({
        "type": { "const": "job" },
        "job": { "type": "string" },
        "model": { "type": "string" },
        "held_usd": usd("Held at admission"),
        "charged_usd": { "type": ["string", "null"], "description": "Captured at its end, US dollars, exact; null while it is open." },
        "at": time("When it was admitted."),
        "ended_at": time_or_null("When it ended."),
    });
    let top_up = json!({
        "type": { "const": "topup" },
        "reference": { "type": "string" },
        "amount_usd": usd("Credit added"),
        "at": time("When."),
    });
    let refund = json!({
        "type": { "const": "refund" },
        "job": { "type": ["string", "null"] },
        "amount_usd": usd("Given back"),
        "at": time("When."),
    });
    let properties = json!({
        "object": { "const": "ledger" },
        "mode": mode(),
        "currency": { "const": "USD" },
        "data": { "type": "array", "items": { "oneOf": [object(job, &[]), object(top_up, &[]), object(refund, &[])] } },
        "next": { "type": ["string", "null"], "description": "For `before` of the next page; null after the last line." },
    });
    object(properties, &[])
}
