//! Files that callers bring: uploaded once, and then named as an input by their id. `docs/inputs.md` is the page for
//! callers.

pub(crate) mod receive;

use std::sync::Arc;

use axum::extract::Request;
use http::{Method, StatusCode};
use serde::Serialize;
use serde_json::Number;
use spool_domain::fault::{Fault, Kind};
use spool_domain::file::File;
use spool_domain::ids::AssetId;
use spool_domain::reference::{file_id, parse_file_id};
use spool_domain::scope::Scope;

use crate::auth::Entry;
use crate::links::Links;
use crate::notation::{iso, number};
use crate::routes::{Answer, Answering, Need, Route};
use crate::{Api, answer};

const COLLECTION: &str = "/v1/files";
const ONE: &str = "/v1/files/{id}";
const PAGE_USUAL: u32 = 20;
const PAGE_MAX: u32 = 100;

/// What is served here.
pub(crate) const ROUTES: &[Route] = &[
    route(Method::POST, COLLECTION, create),
    route(Method::GET, COLLECTION, list),
    route(Method::GET, ONE, fetch),
    route(Method::DELETE, ONE, delete),
];

const fn route(
    method: Method,
    path: &'static str,
    answer: fn(Arc<Api>, Entry, Request) -> Answering,
) -> Route {
    Route { method, path, answer: Answer::Keyed(Need::of(Scope::FilesWrite), answer), refuse: answer::refuse }
}

/// A file as it is shown.
#[derive(Serialize)]
struct Shown<'a> {
    id: String,
    object: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    content_type: &'a str,
    format: &'a str,
    size_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<Number>,
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    created_at: String,
    /// When it goes by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    url: Option<String>,
}

#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    data: Vec<Shown<'a>>,
    has_more: bool,
}

#[derive(Serialize)]
struct Deleted {
    id: String,
    object: &'static str,
    deleted: bool,
}

/// `POST /v1/files`.
fn create(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let links = Links::new(&api, request.headers());
        let file = Box::pin(receive::file(&api, &entry.caller, request)).await?;
        Ok(answer::json(StatusCode::CREATED, &shown(&file, &links)))
    })
}

/// `GET /v1/files`.
fn list(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let links = Links::new(&api, request.headers());
        let (limit, before) = page(request.uri().query().unwrap_or_default())?;
        let files = api.engine.files(&entry.caller, limit, before).await?;
        let has_more = match files.last() {
            Some(last) if files.len() == limit as usize => {
                !api.engine.files(&entry.caller, 1, Some(last.id)).await?.is_empty()
            }
            _ => false,
        };
        let data = files.iter().map(|file| shown(file, &links)).collect();
        Ok(answer::json(StatusCode::OK, &List { object: "list", data, has_more }))
    })
}

/// `GET /v1/files/{id}`.
fn fetch(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let links = Links::new(&api, request.headers());
        let file = api.engine.file(&entry.caller, named(&request)?).await?;
        Ok(answer::json(StatusCode::OK, &shown(&file, &links)))
    })
}

/// `DELETE /v1/files/{id}`.
fn delete(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let id = named(&request)?;
        api.engine.delete_file(&entry.caller, id).await?;
        Ok(answer::json(StatusCode::OK, &Deleted { id: file_id(id), object: "file", deleted: true }))
    })
}

fn named(request: &Request) -> Result<AssetId, Fault> {
    let text = request.uri().path().rsplit('/').next().unwrap_or_default();
    parse_file_id(text).ok_or_else(|| Kind::NotFound.into())
}

fn page(query: &str) -> Result<(u32, Option<AssetId>), Fault> {
    let (mut limit, mut before) = (PAGE_USUAL, None);
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match key.as_ref() {
            "limit" => {
                let given = value.parse().ok().filter(|given| (1..=PAGE_MAX).contains(given));
                limit = given.ok_or_else(|| {
                    Fault::field("limit", format!("limit must be a whole number from 1 to {PAGE_MAX}"))
                })?;
            }
            "before" => {
                let given = parse_file_id(&value);
                before = Some(given.ok_or_else(|| Fault::field("before", "before must be a file's id"))?);
            }
            _ => {}
        }
    }
    Ok((limit, before))
}

fn shown<'a>(file: &'a File, links: &Links) -> Shown<'a> {
    Shown {
        id: file_id(file.id),
        object: "file",
        kind: file.kind.as_str(),
        content_type: &file.content_type,
        format: &file.format,
        size_bytes: file.size_bytes,
        width: file.width,
        height: file.height,
        duration: file.duration_ms.map(|ms| number(i128::from(ms), 1_000)),
        sha256: file.sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
        name: file.name.as_deref(),
        created_at: iso(file.created_at),
        expires_at: file.lapses_at.map(iso),
        url: links.file(file.id, &file.format),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_bounds() {
        let id = AssetId([3; 20]);
        assert_eq!(page(&format!("limit=7&before=file_{id}&other=1")).unwrap(), (7, Some(id)));
        assert_eq!(page("").unwrap(), (20, None));
        for (query, field) in
            [("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("before=x", "before")]
        {
            assert_eq!(page(query).unwrap_err().param.as_deref(), Some(field), "{query}");
        }
    }
}
