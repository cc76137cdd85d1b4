//! What operators see of providers and of where models' jobs go.

use serde_json::{Value, json};

use super::admin::items;
use super::schemas::schema;

fn nullable(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

fn time_or_null(description: &str) -> Value {
    json!({ "type": ["string", "null"], "format": "date-time", "description": description })
}

/// The answer of `GET /admin/v1/providers`.
pub(super) fn list() -> Value {
    let mut list = items(schema("Provider"));
    list["required"] = json!(["items", "orphans", "can_seal"]);
    list["properties"]["orphans"] = json!({
        "type": "array",
        "description": "Jobs that the providers' own lists showed since the start and this server does not know.",
        "items": {
            "type": "object",
            "required": ["provider", "credential", "provider_job"],
            "properties": {
                "provider": { "type": "string" }, "credential": { "type": "string" },
                "provider_job": { "type": "string" },
                "created_at": { "type": "integer", "description": "Unix seconds." },
            },
        },
    });
    list["properties"]["can_seal"] =
        json!({ "type": "boolean", "description": "Whether there is a master key." });
    list
}

/// The answer of `GET /admin/v1/models`.
pub(super) fn models() -> Value {
    items(json!({
        "type": "object", "additionalProperties": false, "required": ["id", "name", "makes", "enabled", "routes"],
        "properties": {
            "id": { "type": "string" }, "name": { "type": "string" }, "makes": { "type": "string" },
            "enabled": { "type": "boolean", "description": "Whether a live job has anywhere to go." },
            "routes": { "type": "array", "items": {
                "type": "object", "additionalProperties": false, "required": ["provider", "set_up"],
                "properties": { "provider": { "type": "string" }, "set_up": { "type": "boolean" } },
            } },
        },
    }))
}

pub(super) fn schemas() -> Value {
    let provider = json!({
        "name": { "type": "string" },
        "adapter": { "type": "boolean", "description": "Whether this release can speak to it." },
        "set_up": { "type": "boolean", "description": "Whether live jobs can go there." },
        "base_url": nullable("string"), "origin": nullable("string"),
        "credentials": { "type": "array", "items": schema("Credential") },
        "looks_up_lost_jobs": nullable("boolean"),
        "safety": {
            "enum": ["idempotent", "lookup", "blind", null],
            "description": "What can be done about a submit whose answer was lost: send it again, look for its job, nothing.",
        },
        "callbacks": { "enum": ["none", "unsigned", "keys", "credential", "secret", null] },
        "verified_on": {
            "type": ["string", "null"], "format": "date",
            "description": "When its facts were last checked against its documentation.",
        },
        "concurrency": {
            "type": ["integer", "null"], "minimum": 0,
            "description": "How many jobs may be open there at a time under one credential; 0: any number.",
        },
        "gate": { "anyOf": [schema("ProviderGate"), { "type": "null" }] },
        "health": { "anyOf": [schema("ProviderHealth"), { "type": "null" }],
            "description": "From its last outcomes since the start; null before the first." },
        "routes": { "type": "integer", "minimum": 0, "description": "How many routes of models lead there." },
    });
    let required: Vec<&String> = provider.as_object().into_iter().flat_map(serde_json::Map::keys).collect();
    json!({
        "Provider": { "type": "object", "additionalProperties": false, "required": required, "properties": provider },
        "ProviderGate": {
            "type": "object", "additionalProperties": false,
            "required": ["breaker", "until", "paused_until", "open_jobs", "waiting_jobs"],
            "properties": {
                "breaker": { "enum": ["closed", "open", "half_open"],
                    "description": "`open`: it failed so often that it is left alone. `half_open`: one job tries whether it is back." },
                "until": time_or_null("Until when it is left alone, where it is."),
                "paused_until": time_or_null("The provider asked for patience until then."),
                "open_jobs": { "type": "integer", "minimum": 0, "description": "Jobs of this server that are open there." },
                "waiting_jobs": { "type": "integer", "minimum": 0, "description": "Jobs that wait for a place." },
            },
        },
        "ProviderHealth": {
            "type": "object", "additionalProperties": false,
            "required": ["attempts", "failures", "success_rate", "breaker", "open_jobs"],
            "properties": {
                "attempts": { "type": "integer", "minimum": 1, "maximum": 50, "description": "How many of its last outcomes are counted." },
                "failures": { "type": "integer", "minimum": 0, "description": "How many were its own failures." },
                "success_rate": { "type": "number", "minimum": 0, "maximum": 1 },
                "last_failure": { "type": "string", "description": "The short code of the last failure." },
                "last_failure_at": { "type": "integer", "description": "Unix seconds." },
                "typical_ms": { "type": "integer", "minimum": 0, "description": "How long the middle one of its last successes took." },
                "breaker": { "enum": ["closed", "open", "half_open"] },
                "open_jobs": { "type": "integer", "minimum": 0 },
            },
        },
        "Credential": {
            "type": "object", "additionalProperties": false,
            "required": ["name", "source", "place", "version", "weight", "accounts", "callback_secret", "state", "last_check"],
            "properties": {
                "name": { "type": "string" }, "source": { "enum": ["settings", "sealed"] },
                "place": { "type": ["string", "null"], "description": "Where in the settings." },
                "version": { "type": ["integer", "null"], "description": "Of a sealed one: one more with every change." },
                "weight": { "type": "integer" }, "accounts": { "type": "array", "items": { "type": "integer" } },
                "callback_secret": { "type": "boolean", "description": "Whether there is one." },
                "state": { "enum": ["used", "covered", "locked"],
                    "description": "`covered`: a sealed one of the same name counts. `locked`: it cannot be opened with this master key." },
                "last_check": { "anyOf": [schema("CredentialCheck"), { "type": "null" }],
                    "description": "What the last check since the start found; null before one, and after a change." },
            },
        },
        "CredentialCheck": {
            "type": "object", "additionalProperties": false, "required": ["result", "message", "code", "at"],
            "properties": {
                "result": { "enum": RESULTS }, "message": { "type": "string" }, "code": nullable("string"),
                "at": { "type": "string", "format": "date-time" },
            },
        },
    })
}

/// What a check of a credential may find.
pub(super) const RESULTS: [&str; 8] =
    ["works", "refused", "no_money", "busy", "failing", "unreachable", "unclear", "no_free_call"];
