//! Providers call back. The engine decides whether a call is genuine and believes nothing in it (U9).

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use http::{Method, StatusCode};
use spool_domain::fault::{Fault, Kind};
use spool_engine::{Incoming, Received};

use crate::routes::{Answer, Route};
use crate::{Api, answer, body};

/// The path that the engine gives out.
pub(crate) const ROUTES: &[Route] = &[Route {
    method: Method::POST,
    path: "/v1/callbacks/{provider}/{job}/{attempt}/{secret}",
    answer: Answer::Open(receive),
    refuse: answer::refuse,
}];

fn receive(api: Arc<Api>, request: Request) -> BoxFuture<'static, Response> {
    Box::pin(async move { note(&api, request).await.unwrap_or_else(|fault| answer::refuse(&fault)) })
}

async fn note(api: &Api, request: Request) -> Result<Response, Fault> {
    let (parts, content) = request.into_parts();
    let content = body::read(&parts, content).await?;
    // As it was written: none of the four parts has a character that needs an escape.
    let mut from_the_end = parts.uri.path().rsplit('/');
    let mut part = || from_the_end.next().unwrap_or_default();
    let (secret, attempt, job, provider) = (part(), part(), part(), part());
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let incoming = Incoming {
        provider,
        job,
        attempt,
        secret,
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &headers,
        body: &content,
    };
    match api.engine.callback(incoming).await {
        Received::Noted(None) => Ok(answer::json_bytes(StatusCode::OK, "{}")),
        Received::Noted(Some(body)) => Ok((StatusCode::OK, body).into_response()),
        Received::Unknown => Err(Kind::NotFound.into()),
    }
}
