//! Whether the process lives, and whether it should get requests.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use futures::future::BoxFuture;
use http::{Method, StatusCode};
use serde_json::json;

use crate::routes::{Answer, Route};
use crate::{Api, answer};

/// For load balancers and supervisors.
pub(crate) const ROUTES: &[Route] = &[
    Route { method: Method::GET, path: "/healthz", answer: Answer::Open(alive), refuse: answer::refuse },
    Route { method: Method::GET, path: "/readyz", answer: Answer::Open(ready), refuse: answer::refuse },
];

fn alive(_: Arc<Api>, _: Request) -> BoxFuture<'static, Response> {
    Box::pin(async { answer::json(StatusCode::OK, &json!({ "status": "ok" })) })
}

fn ready(api: Arc<Api>, _: Request) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let unready = |why| answer::json(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": why }));
        if api.stopping.is_cancelled() {
            return unready("draining");
        }
        match api.engine.store().ping().await {
            Ok(()) => answer::json(StatusCode::OK, &json!({ "status": "ready" })),
            Err(error) => {
                tracing::error!(error = %error, "not ready: {error}");
                unready("no database")
            }
        }
    })
}
