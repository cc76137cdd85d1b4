//! The operator's reports: usage over all accounts, how providers perform, which bounds are in force.

use serde_json::{Map, Value, json};

use super::admin::{call, mode, with_parameter};
use super::paths::parameter;
use super::schemas::schema;

pub(super) fn paths() -> Value {
    json!({
        "/admin/v1/usage": { "get": usage() },
        "/admin/v1/performance": { "get": performance() },
        "/admin/v1/limits": { "get": call("getLimits", "Which bounds callers are held to", None, "200", schema("Limits"), None) },
    })
}

fn usage() -> Value {
    let call = call(
        "getAllUsage",
        "What all accounts made, were charged, and cost",
        None,
        "200",
        schema("AllUsage"),
        None,
    );
    let account = json!({ "type": "integer", "minimum": 1 });
    let group = json!({ "type": "string", "default": "day", "examples": ["day,provider"] });
    with_all(
        call,
        [
            ("from", day(), "The first day, in UTC. Usually 29 days before `to`."),
            (
                "to",
                day(),
                "The last day, in UTC; at most 366 days in all, 92 where `provider` is told apart. Usually today.",
            ),
            ("mode", json!({ "enum": ["live", "test"], "default": "live" }), "Which books."),
            ("account", account, "Only of this account."),
            (
                "key",
                json!({ "type": "string", "minLength": 1, "maxLength": 64 }),
                "Only of this key, by its id.",
            ),
            (
                "model",
                json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
                "Only of this model, by an id or alias.",
            ),
            (
                "group",
                group,
                "What to tell apart: some of `day`, `account`, `key`, `model`, `provider`, separated by commas.",
            ),
        ],
    )
}

fn performance() -> Value {
    let call = call(
        "getPerformance",
        "How well and how fast providers or models did",
        None,
        "200",
        schema("Performance"),
        None,
    );
    with_all(
        call,
        [
            ("from", day(), "The first day, in UTC. Usually 6 days before `to`."),
            ("to", day(), "The last day, in UTC; at most 31 days in all. Usually today."),
            ("mode", json!({ "enum": ["live", "test"], "default": "live" }), "Which jobs."),
            ("group", json!({ "enum": ["provider", "model"], "default": "provider" }), "By what."),
        ],
    )
}

fn with_all<const N: usize>(call: Value, parameters: [(&str, Value, &str); N]) -> Value {
    parameters.into_iter().fold(call, |call, (name, shape, description)| {
        with_parameter(call, parameter("query", name, shape, description))
    })
}

pub(super) fn schemas() -> Value {
    json!({ "AllUsage": usage_shape(), "Performance": performance_shape(), "Limits": limits_shape(), "Books": books_shape() })
}

fn day() -> Value {
    json!({ "type": "string", "format": "date" })
}

fn usd(description: &str) -> Value {
    json!({ "type": "string", "pattern": "^-?[0-9]+\\.[0-9]{2,6}$", "description": format!("{description}, US dollars, exact.") })
}

fn count(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": description })
}

/// An object with exactly these fields, those in `may` possibly missing.
fn object(properties: Value, may: &[&str]) -> Value {
    let names = properties.as_object().into_iter().flat_map(Map::keys);
    let required: Vec<&String> = names.filter(|name| !may.contains(&name.as_str())).collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn numbers() -> Value {
    json!({
        "jobs": count("Jobs that ended. One that took several calls is one job."),
        "succeeded": count("Those with a result."),
        "failed": count("Those without."),
        "canceled": count("Those that the caller ended."),
        "charged_usd": usd("Captured, refunds taken off; below zero where more was refunded"),
        "cost_usd": usd("What providers cost"),
    })
}

fn usage_shape() -> Value {
    let told_apart = ["day", "account", "account_name", "key", "key_name", "model", "provider"];
    let mut row = numbers();
    row["day"] = day();
    row["account"] = json!({ "type": "integer" });
    row["account_name"] = json!({ "type": "string" });
    row["key"] = json!({ "type": "string", "description": "The key's id." });
    row["key_name"] = json!({ "type": "string" });
    row["model"] = json!({ "type": "string", "description": "The model's id." });
    row["provider"] = json!({
        "type": ["string", "null"],
        "description": "A job and its charge count at the provider of its last attempt, one of several calls at that of its \
                        first call with a result, else of its first call. What an attempt cost counts at its own provider. \
                        Null: at none.",
    });
    let groups = json!({ "enum": ["day", "account", "key", "model", "provider"] });
    object(
        json!({
            "object": { "const": "usage" },
            "mode": mode(),
            "currency": { "const": "USD" },
            "from": day(),
            "to": day(),
            "group": { "type": "array", "items": groups },
            "data": { "type": "array", "maxItems": 10_000, "items": object(row, &told_apart) },
            "totals": object(numbers(), &[]),
        }),
        &[],
    )
}

fn performance_shape() -> Value {
    let ms = || json!({ "type": "integer", "minimum": 0 });
    let mut latency = object(json!({ "p50": ms(), "p90": ms(), "p99": ms() }), &[]);
    latency["type"] = json!(["object", "null"]);
    latency["description"] = json!(
        "From the start of an attempt to its end, milliseconds, of those with a result; exact, by the nearest rank. Null \
         where there are none."
    );
    let row = object(
        json!({
            "provider": { "type": "string" },
            "model": { "type": "string", "description": "The model's id." },
            "attempts": count("Attempts that ended in these days; each call of a job that took several is one."),
            "succeeded": count("Those with a result."),
            "failed": count("Those that were the provider's failure, or ours."),
            "refused": count("Those that ended for what the caller asked: a wrong input, a content policy."),
            "canceled": count("Those that the caller ended."),
            "success_rate": {
                "type": ["number", "null"], "minimum": 0, "maximum": 1,
                "description": "Succeeded out of succeeded and failed; null where there are neither.",
            },
            "latency_ms": latency,
        }),
        &["provider", "model"],
    );
    object(
        json!({
            "object": { "const": "performance" },
            "mode": mode(),
            "from": day(),
            "to": day(),
            "group": { "enum": ["provider", "model"] },
            "data": { "type": "array", "items": row },
            "sample": { "type": "boolean", "description": "True where there are more attempts than are read: then these are those of the newest jobs." },
            "attempts_max": count("How many attempts are read at most."),
        }),
        &[],
    )
}

fn limits_shape() -> Value {
    let positive = |description: &str| json!({ "type": "integer", "minimum": 1, "description": description });
    let pair = |names: [&str; 2], description: &str| {
        let properties: Map<String, Value> =
            names.map(|name| (name.to_owned(), positive(""))).into_iter().collect();
        let mut pair = object(Value::Object(properties), &[]);
        pair["type"] = json!(["object", "null"]);
        pair["description"] = json!(description);
        pair
    };
    object(
        json!({
            "object": { "const": "limits" },
            "rate": pair(["per_second", "burst"], "Requests of a key that has no limit of its own; looking and making are counted apart. Null: any number."),
            "tasks_ban": pair(["per_second", "ban_s"], "In the tasks dialect, a key with more requests a second is shut out for so long. Null: never."),
            "open_jobs_per_account": count("Jobs that an account may have open in one mode, unless its own number says otherwise; 0: any number."),
            "workers": positive("Jobs that are worked on at once."),
            "workers_per_account": positive("How many of them one account may keep busy."),
            "requests_at_once": positive("Requests on their way into the engine."),
            "large_bodies_at_once": positive("Requests with a large body among them."),
            "uploads_at_once": positive("Files on their way in."),
            "body_bytes_max": positive("The largest JSON body of a call that orders work."),
            "upload_bytes_max": positive("The largest file that is uploaded or fetched."),
            "stored_upload_bytes_per_account": count("What an account's files may take together; 0: as much as the disk holds."),
            "input_bytes_max": positive("The largest file that a parameter takes where its model does not say."),
            "result_bytes_max": positive("The largest result file."),
            "queue_stay_max_s": positive("How long a job waits in the queue before it is given up."),
            "operator_from_usd": usd("From this price on, a job whose outcome is unknown waits for the operator"),
        }),
        &[],
    )
}

/// The answer of `GET /admin/v1/audit`.
fn books_shape() -> Value {
    json!({
        "type": "object", "required": ["sound", "broken", "jobs", "open_jobs", "entries", "sandbox", "costs"],
        "additionalProperties": false,
        "properties": {
            "sound": { "type": "boolean" },
            "broken": { "type": "array", "items": { "type": "string" }, "description": "A sentence for each broken rule." },
            "jobs": { "type": "integer" }, "open_jobs": { "type": "integer" }, "entries": { "type": "integer" },
            "sandbox": {
                "type": ["object", "null"], "description": "The sandbox's own bill beside ours.",
                "required": ["billed_usd", "cost_entries_usd", "billed_jobs", "cost_entries"],
                "properties": {
                    "billed_usd": { "type": "string" }, "cost_entries_usd": { "type": "string" },
                    "billed_jobs": { "type": "integer" }, "cost_entries": { "type": "integer" },
                },
            },
            "costs": { "type": "array", "items": {
                "type": "object", "required": ["provider", "mode", "usd", "entries"],
                "properties": {
                    "provider": { "type": "string" }, "mode": mode(), "usd": { "type": "string" },
                    "entries": { "type": "integer", "description": "How many are above zero." },
                },
            } },
        },
    })
}
