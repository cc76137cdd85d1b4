//! The OpenAPI 3.1 document. Written by hand rather than derived: the contract's text is what it must agree with,
//! and a test holds it against the table of routes and against real answers.

mod account;
mod admin;
mod audio;
mod files;
mod jobs;
mod library;
mod paths;
mod providers;
mod reports;
mod schemas;
mod session;
mod tasks;
mod tools;
mod webhooks;

use std::sync::{Arc, LazyLock};

use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::routes::{Answer, Route};
use crate::{Api, answer};

/// The document itself.
pub(crate) const ROUTES: &[Route] = &[Route {
    method: Method::GET,
    path: "/openapi.json",
    answer: Answer::Open(show),
    refuse: answer::refuse,
}];

static TEXT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(document().to_string()));

fn show(_: Arc<Api>, _: Request) -> BoxFuture<'static, Response> {
    Box::pin(async { answer::json_bytes(StatusCode::OK, TEXT.clone()) })
}

/// The document.
pub(crate) fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Spool",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "One gateway for images, video, audio and speech of any provider.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "key": [] }, { "session": [] }],
        "tags": [
            { "name": "generations", "description": "Make something, and wait for it." },
            { "name": "audio", "description": "Speak a text; the answer is the sound itself." },
            { "name": "task/submit", "description": "Submit, poll, collect." },
            { "name": "jobs", "description": "Run a model by its name; read, watch and cancel the job." },
            { "name": "tasks", "description": "Make something, and poll for it." },
            { "name": "models", "description": "What can be made, with which parameters, at which price." },
            { "name": "tools", "description": "The same without choosing a model: what goes in, what comes out." },
            { "name": "library", "description": "What was made so far, and all that is known of a job." },
            { "name": "account", "description": "What there is to spend, and what was spent." },
            { "name": "session", "description": "Coming in with a browser: the key is typed once and then kept in a cookie." },
            { "name": "webhooks", "description": "Endpoints that hear of every job, what was sent to them, and the secret of callbacks." },
            { "name": "files", "description": "Files to start from." },
            { "name": "assets", "description": "Reading files by their signed URLs." },
            { "name": "admin", "description": "For operators: accounts, keys, credit, everybody's jobs, the log." },
            { "name": "operation", "description": "For whoever runs the server." },
        ],
        "paths": merged(PARTS.map(|(paths, _)| paths())),
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http", "scheme": "bearer",
                    "description": "An API key: spool_live_… or, for the sandbox, spool_test_….",
                },
                "session": {
                    "type": "apiKey", "in": "cookie", "name": "spool_session",
                    "description": "The cookie of POST /v1/session, for this server's own pages; __Host-spool_session where its public address is https. All but GET and HEAD need the header X-CSRF-Token with the session's `csrf_token` too, else the answer is 403 (401 in /v1/tasks). A key in `Authorization` wins over it.",
                },
            },
            "headers": schemas::headers(),
            "schemas": merged(PARTS.map(|(_, schemas)| schemas())),
        },
    })
}

/// Writes one object of the document.
type Written = fn() -> Value;

/// The calls and the shapes of each part.
const PARTS: [(Written, Written); 12] = [
    (paths::all, schemas::all),
    (tasks::paths, tasks::schemas),
    (account::paths, account::schemas),
    (library::paths, library::schemas),
    (webhooks::paths, webhooks::schemas),
    (files::paths, files::schemas),
    (admin::paths, admin::schemas),
    (reports::paths, reports::schemas),
    (|| json!({}), providers::schemas),
    (audio::paths, audio::schemas),
    (tools::paths, tools::schemas),
    (session::paths, session::schemas),
];

/// The fields of several objects as those of one.
fn merged<const N: usize>(objects: [Value; N]) -> Value {
    let fields = |object| match object {
        Value::Object(fields) => fields,
        _ => serde_json::Map::new(),
    };
    Value::Object(objects.into_iter().flat_map(fields).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::routes;

    const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    fn operations(document: &Value) -> Vec<(String, String, &Value)> {
        let paths = document["paths"].as_object().unwrap();
        paths
            .iter()
            .flat_map(|(path, item)| {
                item.as_object()
                    .unwrap()
                    .iter()
                    .map(move |(method, operation)| (path.clone(), method.clone(), operation))
            })
            .collect()
    }

    #[test]
    fn no_shape_of_one_dialect_hides_one_of_another() {
        let count = |object: &Value| object.as_object().unwrap().len();
        for parts in [PARTS.map(|(paths, _)| paths()), PARTS.map(|(_, schemas)| schemas())] {
            let all: usize = parts.iter().map(count).sum();
            assert_eq!(count(&merged(parts)), all);
        }
    }

    #[test]
    fn every_served_route_is_described_and_no_other() {
        let document = document();
        let described: BTreeSet<(String, String)> =
            operations(&document).into_iter().map(|(path, method, _)| (path, method)).collect();
        let served: BTreeSet<(String, String)> =
            routes::all().map(|route| (path(route), route.method.as_str().to_lowercase())).collect();
        assert_eq!(described, served);
    }

    /// A route's path as callers write it.
    fn path(route: &routes::Route) -> String {
        match (route.method.as_str(), route.path) {
            ("POST", "/v1/models/{*id}") => crate::jobs::RUN_PATH.to_owned(),
            (_, path) => path.replace("{*", "{"),
        }
    }

    #[test]
    fn every_operation_is_whole() {
        let document = document();
        let mut ids = BTreeSet::new();
        for (path, method, operation) in operations(&document) {
            assert!(METHODS.contains(&method.as_str()), "{method} {path}");
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{method} {path}: operationId");
            assert!(operation["summary"].is_string(), "{method} {path}: summary");
            let named: BTreeSet<&str> =
                path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let given: BTreeSet<&str> = parameters
                .iter()
                .filter(|p| p["in"] == "path")
                .map(|p| p["name"].as_str().unwrap())
                .collect();
            assert_eq!(named, given, "{method} {path}: path parameters");
            assert!(
                parameters
                    .iter()
                    .all(|p| p["schema"].is_object() && (p["in"] != "path" || p["required"] == true))
            );
            let responses = operation["responses"].as_object().unwrap();
            assert!(!responses.is_empty());
            for (status, response) in responses {
                assert!(status.len() == 3 && response["description"].is_string(), "{method} {path} {status}");
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn walk(value: &Value, document: &Value, seen: &mut usize) {
            match value {
                Value::Object(fields) => {
                    if let Some(Value::String(reference)) = fields.get("$ref") {
                        let pointer = reference.strip_prefix('#').unwrap();
                        assert!(document.pointer(pointer).is_some(), "{reference}");
                        *seen += 1;
                    }
                    fields.values().for_each(|value| walk(value, document, seen));
                }
                Value::Array(items) => items.iter().for_each(|item| walk(item, document, seen)),
                _ => {}
            }
        }
        let (document, mut seen) = (document(), 0);
        walk(&document, &document, &mut seen);
        assert!(seen > 10);
    }

    /// The same with the fields of every object in order of their names, so that a difference is one of content.
    fn sorted(value: Value) -> Value {
        match value {
            Value::Object(fields) => {
                let fields: std::collections::BTreeMap<String, Value> =
                    fields.into_iter().map(|(name, value)| (name, sorted(value))).collect();
                fields.into_iter().collect()
            }
            Value::Array(items) => items.into_iter().map(sorted).collect(),
            other => other,
        }
    }

    /// The types of the web app are made from this file, before anything of Rust is built.
    #[test]
    fn the_document_beside_the_web_app_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/openapi.json");
        let written = format!("{:#}\n", sorted(document()));
        if std::env::var_os("SPOOL_WRITE_DOCS").is_some() {
            std::fs::write(path, written).unwrap();
            return;
        }
        assert!(
            std::fs::read_to_string(path).unwrap_or_default() == written,
            "web/openapi.json is not the document: run with SPOOL_WRITE_DOCS=1 and read the difference"
        );
    }

    #[test]
    fn every_schema_is_one() {
        let document = document();
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            assert!(jsonschema::meta::validate(schema).is_ok(), "{name}");
        }
    }
}
