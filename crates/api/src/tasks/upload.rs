//! `PUT /upload`: the file host of the tasks dialect. The service that the contract comes from has it under a host of
//! its own; here the same server answers.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use spool_domain::fault::Fault;
use spool_domain::file::File;
use spool_engine::signature::TTL_MAX_S;
use url::Url;

use super::codes;
use crate::auth::Entry;
use crate::links::Links;
use crate::routes::Answering;
use crate::{Api, answer, body, files};

#[derive(Serialize)]
struct Uploaded {
    success: bool,
    file_url: Option<String>,
}

#[derive(Serialize)]
struct Refused<'a> {
    success: bool,
    message: &'a str,
}

/// Answers it.
pub(super) fn put(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        // As long as a signature can live: the address is meant to be named in later tasks.
        let links = Links::new(&api, request.headers()).good_for_s(TTL_MAX_S);
        let file = Box::pin(take(&api, &entry, request)).await?;
        let file_url = links.file(file.id, &file.format);
        Ok(answer::json(StatusCode::OK, &Uploaded { success: true, file_url }))
    })
}

/// A fault in the words of this one call.
pub(super) fn refuse(fault: &Fault) -> Response {
    let (_, status) = codes::code(fault.kind);
    answer::refusal(fault, status, &Refused { success: false, message: &fault.message })
}

async fn take(api: &Api, entry: &Entry, request: Request) -> Result<File, Fault> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let json =
        kind.is_some_and(|kind| kind.split(';').next().unwrap_or_default().trim() == "application/json");
    if !json {
        return files::receive::file(api, &entry.caller, request).await;
    }
    let _place = api.upload_place()?;
    let (parts, content) = request.into_parts();
    let (bytes, _room) = body::read_order(api, &parts, content).await?;
    let mut asked = body::parse(&bytes)?;
    drop(bytes);
    match (asked.get_mut("base64").map(Value::take), asked.get_mut("url").map(Value::take)) {
        (Some(Value::String(text)), None | Some(Value::Null)) => {
            api.engine.upload_text(&entry.caller, text).await
        }
        (None | Some(Value::Null), Some(Value::String(text))) => {
            let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            let url = url.ok_or_else(|| Fault::field("url", "url must be an https URL"))?;
            api.engine.upload_from(&entry.caller, &url).await
        }
        _ => Err(Fault::field("base64", "give exactly one of base64 and url, as a text")),
    }
}
