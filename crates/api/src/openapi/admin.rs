//! The operator's calls.

use serde_json::{Map, Value, json};

use super::paths::{answer, faults_as, parameter, with};
use super::providers;
use super::schemas::schema;
use crate::admin::PHASES;

pub(super) fn paths() -> Value {
    json!({
        "/admin/v1/accounts": {
            "get": list("listAccounts", "List the accounts", "Account", &[]),
            "post": call("createAccount", "Make an account", Some(json!({
                "type": "object", "additionalProperties": false, "required": ["name"],
                "properties": { "name": text(100), "email": email() },
            })), "201", schema("Account"), None),
        },
        "/admin/v1/accounts/{id}": {
            "get": call("getOperatedAccount", "Show an account with its balances", None, "200", schema("Account"), ACCOUNT),
            "patch": call("updateAccount", "Change an account", Some(json!({
                "type": "object", "additionalProperties": false, "properties": { "name": text(100), "email": email() },
            })), "200", schema("Account"), ACCOUNT),
        },
        "/admin/v1/accounts/{id}/credits": { "post": also(call("creditAccount",
            "Add credit; one reference of an account is booked once", Some(json!({
                "type": "object", "additionalProperties": false, "required": ["mode", "usd", "reference"],
                "properties": { "mode": mode(), "usd": usd(), "reference": text(200) },
            })), "201", schema("Credited"), ACCOUNT), "200", "The reference was booked before.", schema("Credited")) },
        "/admin/v1/keys": {
            "get": list("listKeys", "List the keys, never their secrets", "ApiKey", &[
                ("account", json!({ "type": "integer", "minimum": 1 }), "Only of this account."),
            ]),
            "post": call("createKey", "Make a key; its secret is told this once", Some(json!({
                "type": "object", "additionalProperties": false, "required": ["account", "mode"],
                "properties": {
                    "account": { "type": "integer", "minimum": 1 },
                    "mode": mode(),
                    "name": { "type": "string", "maxLength": 100 },
                    "scopes": scopes(),
                    "days": { "type": ["integer", "null"], "minimum": 1, "maximum": 36_500 },
                    "rate": rate(),
                },
            })), "201", schema("NewApiKey"), None),
        },
        "/admin/v1/keys/{id}": {
            "get": call("getKey", "Show a key", None, "200", schema("ApiKey"), KEY),
            "patch": conflicting(call("updateKey", "Change a key's name, permissions or limit", Some(json!({
                "type": "object", "additionalProperties": false, "properties": {
                    "name": { "type": "string", "maxLength": 100 }, "scopes": scopes(), "rate": rate(),
                },
            })), "200", schema("ApiKey"), KEY), "the key is revoked."),
            "delete": call("revokeKey", "End a key within a second", None, "200", schema("ApiKey"), KEY),
        },
        "/admin/v1/keys/{id}/rotate": { "post": conflicting(call("rotateKey",
            "Make a successor; the old key goes on for a while", Some(json!({
                "type": "object", "additionalProperties": false,
                "properties": { "overlap_s": { "type": "integer", "minimum": 0, "maximum": 2_592_000, "default": 86_400 } },
            })), "201", schema("NewApiKey"), KEY), "the key is revoked or expired.") },
        "/admin/v1/jobs": { "get": list("listAllJobs", "List the jobs of all accounts", "OperatedJob", &[
            ("phase", json!({ "enum": PHASES }), "Only in this phase; `needs_operator` lists parts too."),
            ("account", json!({ "type": "integer", "minimum": 1 }), "Only of this account."),
            ("mode", mode(), "Only live or test."),
            ("model", json!({ "type": "string" }), "Only of this model."),
            ("key", json!({ "type": "string", "minLength": 1, "maxLength": 64 }), "Only of this key, by its id."),
            ("provider", json!({ "type": "string", "minLength": 1, "maxLength": 64 }), "Only those with an attempt at this provider, their parts' included."),
            ("from", day(), "Only those admitted on this day, in UTC, or later."),
            ("to", day(), "Only those admitted on this day or earlier."),
        ]) },
        "/admin/v1/jobs/{id}": { "get": with_parameter(
            call("getAnyJob", "Show a job with its attempts, events and entries", None, "200", schema("OperatedJobDetail"), JOB),
            parameter("query", "params", json!({ "enum": ["true", "false"], "default": "false" }),
                "`true`: also what was asked for, prompts included; the log tells of it."),
        ) },
        "/admin/v1/jobs/{id}/adopt": { "post": conflicting(call("adoptJob",
            "Follow a job that was found at its provider", Some(json!({
                "type": "object", "additionalProperties": false, "required": ["provider_job"],
                "properties": { "provider_job": text(500) },
            })), "200", schema("OperatedJob"), JOB), "the job does not wait for the operator, or the provider's job is another one's.") },
        "/admin/v1/jobs/{id}/write-off": { "post": conflicting(call("writeOffJob",
            "Give up a job whose outcome nobody knows", Some(json!({
                "type": "object", "additionalProperties": false, "required": ["reason"], "properties": { "reason": text(500) },
            })), "200", schema("OperatedJob"), JOB), "the job does not wait for the operator.") },
        "/admin/v1/jobs/{id}/cancel": { "post": conflicting(call("cancelAnyJob",
            "Ask to cancel anybody's job", None, "200", schema("OperatedJob"), JOB), "the job is over.") },
        "/admin/v1/jobs/{id}/refunds": { "post": also(call("refundJob",
            "Give back part of what a job was charged", Some(json!({
                "type": "object", "additionalProperties": false, "required": ["usd", "reason"],
                "properties": { "usd": usd(), "reason": text(500), "reference": text(200) },
            })), "201", schema("Refunded"), JOB), "200", "The reference was booked before.", schema("Refunded")) },
        "/admin/v1/keys/{id}/budget": {
            "get": call("getBudget", "Show what a key may spend, and has", None, "200", schema("KeyBudget"), KEY),
            "put": call("setBudget", "Set what a key may spend; without any bound it has no budget", Some(bounds()), "200",
                schema("KeyBudget"), KEY),
        },
        "/admin/v1/accounts/{id}/open-jobs": { "put": call("setOpenJobs",
            "Set how many jobs an account may have open", Some(json!({
                "type": "object", "additionalProperties": false, "required": ["max"],
                "properties": { "max": { "type": ["integer", "null"], "minimum": 0, "maximum": u32::MAX } },
            })), "200", json!({
                "type": "object", "additionalProperties": false, "required": ["account", "max"],
                "properties": { "account": { "type": "integer" }, "max": nullable("integer") },
            }), ACCOUNT) },
        "/admin/v1/providers": { "get": call("listProviders", "Which providers are set up", None, "200", providers::list(), None) },
        "/admin/v1/providers/{id}/credentials/{name}": {
            "put": with_parameter(conflicting(call("putCredential",
                "Seal a credential, or change it; what is left out stays as it was", Some(json!({
                    "type": "object", "additionalProperties": false, "properties": {
                        "secret": { "type": "string", "minLength": 1, "writeOnly": true,
                            "description": "In the form that the provider asks for. Needed for a new name; never told again." },
                        "weight": { "type": "integer", "minimum": 0, "maximum": 1000,
                            "description": "Its share of new jobs; 0 starts none. 1 for a new name." },
                        "accounts": { "type": "array", "maxItems": 1000, "items": { "type": "integer", "minimum": 1 },
                            "description": "The accounts it is for; empty for all that have none of their own." },
                        "callback_secret": { "type": ["string", "null"], "minLength": 1, "writeOnly": true,
                            "description": "What the provider signs its callbacks with; null takes it away." },
                    },
                })), "200", schema("Credential"), PROVIDER), "there is no master key, or somebody changed it meanwhile."),
                credential()),
            "delete": with_parameter(with_parameter(conflicting(call("removeCredential", "Forget a sealed credential", None,
                "200", json!({
                    "type": "object", "additionalProperties": false, "required": ["removed", "waiting_jobs"],
                    "properties": { "removed": { "type": "string" }, "waiting_jobs": { "type": "integer", "minimum": 0 } },
                }), PROVIDER), "jobs are open that were started with it, or it stands in the settings."), credential()),
                parameter("query", "force", json!({ "enum": ["true", "false"], "default": "false" }),
                    "`true`: even while jobs are open under it; they wait until one of its name is there again.")),
        },
        "/admin/v1/providers/{id}/check": { "post": conflicting(call("checkProvider",
            "Try credentials with a call that costs nothing", Some(json!({
                "type": "object", "additionalProperties": false, "properties": {
                    "credential": { "type": ["string", "null"], "minLength": 1, "maxLength": 64,
                        "description": "Only this one; left out: all of the provider." },
                },
            })), "200", items(json!({
                "type": "object", "additionalProperties": false, "required": ["credential", "result", "message", "code"],
                "properties": {
                    "credential": { "type": "string", "description": "Empty where the provider needs none." },
                    "result": { "enum": providers::RESULTS },
                    "message": { "type": "string" }, "code": { "type": ["string", "null"] },
                },
            })), PROVIDER), "the provider is not set up.") },
        "/admin/v1/models": { "get": call("listModelRoutes", "Where each model's jobs would go", None, "200", providers::models(), None) },
        "/admin/v1/log": { "get": list("listOperatorLog", "What operators did", "OperatorLogLine", &[
            ("action", word(), "Only this action, such as `key.create`, or all of a kind, such as `key`."),
            ("subject", word(), "Only about this subject, such as `account:7`, or all of a kind, such as `account`."),
            ("actor", word(), "Only by this key, or by `console`."),
            ("from", day(), "Only lines of this day, in UTC, or later."),
            ("to", day(), "Only lines of this day or earlier."),
        ]) },
        "/admin/v1/audit": { "get": call("audit", "Check the books", None, "200", schema("Books"), None) },
    })
}

/// What a single job shows beyond a list's line.
fn job_detail() -> Value {
    let text = || json!({ "type": "string" });
    let list = |required: &[&str], properties: Value| json!({ "type": "array", "items": { "type": "object", "required": required, "properties": properties } });
    let outcomes =
        json!(["accepted", "rejected", "not_sent", "unknown", "not_accepted", "written_off", null]);
    json!({
        "type": "object", "required": ["attempts", "events", "entries", "parts"],
        "properties": {
            "attempts": list(&["no", "provider", "credential", "token", "outcome", "started_at", "ended_at"], json!({
                "no": { "type": "integer" }, "provider": text(), "credential": text(),
                "token": { "type": "string", "description": "The name that the job has at the provider; no secret." },
                "outcome": { "enum": outcomes }, "provider_job": nullable("string"), "trouble": nullable("string"),
                "cost_usd": nullable("string"), "started_at": time(), "ended_at": nullable("string"),
            })),
            "events": list(&["no", "kind", "detail", "at"], json!({
                "no": { "type": "integer" }, "kind": text(), "detail": text(), "at": time(),
            })),
            "entries": list(&["key", "kind", "from", "to", "usd", "at"], json!({
                "key": text(), "kind": text(), "from": text(), "to": text(), "usd": text(), "at": time(),
            })),
            "parts": list(&["id", "phase", "count"], json!({
                "id": text(), "phase": { "enum": PHASES }, "count": { "type": "integer" },
            })),
            "params": { "type": "object", "description": "What was asked for, where `params=true`." },
        },
    })
}

pub(super) fn schemas() -> Value {
    let balance = json!({
        "type": "object", "required": ["available_usd", "held_usd"], "additionalProperties": false,
        "properties": { "available_usd": { "type": "string" }, "held_usd": { "type": "string" } },
    });
    let job = json!({
        "id": { "type": "string" }, "account": { "type": "integer" }, "key": { "type": "string" }, "mode": mode(),
        "dialect": { "type": "string" }, "model": { "type": "string" }, "count": { "type": "integer" },
        "phase": { "enum": PHASES }, "fault": nullable("object"), "price_usd": { "type": "string" },
        "charged_usd": nullable("string"), "provider": nullable("string"), "progress": nullable("integer"),
        "cancel_asked": { "type": "boolean" }, "created_at": time(), "phase_since": time(),
        "due_at": nullable("string"), "ended_at": nullable("string"), "part_of": nullable("string"),
    });
    let required: Vec<&String> = job.as_object().into_iter().flat_map(Map::keys).collect();
    json!({
        "Account": {
            "type": "object", "additionalProperties": false, "required": ["id", "name", "email", "created_at", "open_jobs_max", "balances"],
            "properties": {
                "id": { "type": "integer" }, "name": { "type": "string" }, "email": nullable("string"), "created_at": time(),
                "open_jobs_max": {
                    "type": ["integer", "null"], "minimum": 0,
                    "description": "Jobs that it may have open in one mode; 0: any number, null: the server's usual number.",
                },
                "balances": {
                    "type": "object", "additionalProperties": false, "required": ["live", "test"],
                    "properties": { "live": balance, "test": balance },
                },
            },
        },
        "Credited": {
            "type": "object", "additionalProperties": false, "required": ["booked", "account"],
            "properties": { "booked": { "type": "boolean" }, "account": schema("Account") },
        },
        "ApiKey": {
            "type": "object", "additionalProperties": false,
            "required": ["id", "account", "mode", "name", "last4", "scopes", "rate", "state", "created_at", "expires_at", "revoked_at"],
            "properties": {
                "id": { "type": "string" }, "account": { "type": "integer" }, "mode": mode(), "name": { "type": "string" },
                "last4": { "type": "string" }, "scopes": scopes(), "rate": rate(),
                "state": { "enum": ["active", "expired", "revoked"] },
                "created_at": time(), "expires_at": nullable("string"), "revoked_at": nullable("string"),
            },
        },
        "NewApiKey": {
            "type": "object", "additionalProperties": false, "required": ["key", "secret"],
            "properties": {
                "key": schema("ApiKey"), "old": schema("ApiKey"),
                "secret": { "type": "string", "description": "The key itself. It is never told again." },
            },
        },
        "OperatedJob": { "type": "object", "required": required, "properties": job },
        "OperatedJobDetail": { "allOf": [schema("OperatedJob"), job_detail()] },
        "Refunded": {
            "type": "object", "additionalProperties": false, "required": ["job", "no", "usd", "new"],
            "properties": {
                "job": { "type": "string" }, "no": { "type": "integer", "minimum": 1 }, "usd": { "type": "string" },
                "new": { "type": "boolean", "description": "False if the reference was booked before." },
            },
        },
        "KeyBudget": {
            "type": "object", "additionalProperties": false, "required": ["key", "budget", "spent", "held_usd"],
            "properties": {
                "key": { "type": "string" }, "budget": bounds(),
                "spent": { "anyOf": [bounds(), { "type": "null" }] }, "held_usd": nullable("string"),
            },
        },
        "OperatorLogLine": {
            "type": "object", "additionalProperties": false, "required": ["n", "at", "actor", "action", "subject", "detail"],
            "properties": {
                "n": { "type": "integer" }, "at": time(),
                "actor": { "type": "string", "description": "A key's id, or `console` for whoever may open the data folder." },
                "action": { "type": "string" }, "subject": { "type": "string" }, "detail": { "type": "object" },
            },
        },
    })
}

fn credential() -> Value {
    parameter(
        "path",
        "name",
        json!({ "type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$" }),
        "The credential's name.",
    )
}

/// US dollars for each period.
fn bounds() -> Value {
    let usd = json!({ "type": ["string", "null"], "pattern": r"^[0-9]+(\.[0-9]{1,6})?$" });
    json!({
        "type": "object", "additionalProperties": false,
        "properties": { "day_usd": usd, "month_usd": usd, "total_usd": usd },
    })
}

const ACCOUNT: Option<&str> = Some("The account's number.");
const KEY: Option<&str> = Some("The key's id.");
const PROVIDER: Option<&str> = Some("The provider's name.");
const JOB: Option<&str> = Some("The job's id, with or without a dialect's prefix.");

fn text(max: u32) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": max })
}

fn word() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 200 })
}

fn day() -> Value {
    json!({ "type": "string", "format": "date" })
}

fn nullable(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

fn email() -> Value {
    json!({ "type": ["string", "null"], "minLength": 3, "maxLength": 254 })
}

pub(super) fn mode() -> Value {
    json!({ "enum": ["live", "test"] })
}

fn usd() -> Value {
    json!({ "type": "string", "description": "US dollars above zero with at most six decimals.", "examples": ["25.00"] })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn scopes() -> Value {
    let words: Vec<&str> = spool_domain::scope::Scope::ALL.iter().map(|scope| scope.word()).collect();
    json!({ "type": "array", "minItems": 1, "items": { "enum": words } })
}

fn rate() -> Value {
    let number = json!({ "type": "integer", "minimum": 1, "maximum": 1_000_000 });
    json!({
        "type": ["object", "null"], "additionalProperties": false, "required": ["per_second", "burst"],
        "properties": { "per_second": number, "burst": number },
        "description": "A limit of the key's own; null leaves it to the server's setting.",
    })
}

pub(super) fn items(item: Value) -> Value {
    json!({ "type": "object", "required": ["items"], "properties": { "items": { "type": "array", "items": item } } })
}

/// One call. `id` describes the path's parameter, where there is one.
pub(super) fn call(
    name: &str,
    summary: &str,
    body: Option<Value>,
    status: &str,
    shape: Value,
    id: Option<&str>,
) -> Value {
    let mut faults = vec![
        ("400", "`invalid_input`: the message names the field, what was given and what is allowed."),
        ("401", "`unauthenticated`: the key is missing or wrong."),
        ("403", "`forbidden`: the key does not have the permission `admin`."),
        ("429", "`rate_limited`: too many requests."),
    ];
    if id.is_some() {
        faults.push(("404", "`not_found`: there is no such thing."));
    }
    let success = Map::from_iter([(status.to_owned(), answer("Done.", shape, &["Cache-Control"]))]);
    let mut call = json!({
        "operationId": name,
        "tags": ["admin"],
        "summary": summary,
        "responses": with(faults_as("Error", &faults), Value::Object(success)),
    });
    if let Some(description) = id {
        call["parameters"] = json!([parameter("path", "id", json!({ "type": "string" }), description)]);
    }
    if let Some(body) = body {
        call["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": body } } });
    }
    call
}

/// A list in pages.
fn list(name: &str, summary: &str, item: &str, filters: &[(&str, Value, &str)]) -> Value {
    let page = json!({
        "type": "object", "additionalProperties": false, "required": ["items", "next"],
        "properties": { "items": { "type": "array", "items": schema(item) }, "next": { "type": ["string", "null"] } },
    });
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 50 });
    let mut call = call(name, summary, None, "200", page, None);
    call = with_parameter(call, parameter("query", "limit", limit, "How many at most."));
    let before = parameter("query", "before", json!({ "type": "string" }), "The `next` of the page before.");
    call = with_parameter(call, before);
    for (name, shape, description) in filters {
        call = with_parameter(call, parameter("query", name, shape.clone(), description));
    }
    call
}

pub(super) fn with_parameter(mut call: Value, parameter: Value) -> Value {
    match &mut call["parameters"] {
        Value::Array(all) => all.push(parameter),
        none => *none = json!([parameter]),
    }
    call
}

fn also(mut call: Value, status: &str, description: &str, shape: Value) -> Value {
    call["responses"][status] = answer(description, shape, &["Cache-Control"]);
    call
}

fn conflicting(mut call: Value, why: &str) -> Value {
    let conflict = answer(&format!("`conflict`: {why}"), schema("Error"), &["Cache-Control"]);
    call["responses"]["409"] = conflict;
    call
}
