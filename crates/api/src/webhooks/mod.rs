//! Webhooks: endpoints that hear of every job of an account, what was delivered to them, and the secret of the
//! callbacks that single jobs name. `docs/webhooks.md` is the page for callers.

mod decode;
mod deliveries;
mod endpoints;
mod secret;
mod wire;

use std::sync::Arc;

use axum::extract::Request;
use http::Method;
use spool_domain::fault::{Fault, Kind};
use spool_domain::scope::Scope;
use spool_domain::store;

use crate::auth::Entry;
use crate::routes::{Answer, Answering, Need, Route};
use crate::{Api, answer};

const ENDPOINTS: &str = "/v1/webhooks/endpoints";
const ENDPOINT: &str = "/v1/webhooks/endpoints/{id}";
const DELIVERIES: &str = "/v1/webhooks/deliveries";
const SECRET: &str = "/v1/webhooks/secret";

/// What is served here.
pub(crate) const ROUTES: &[Route] = &[
    route(Method::POST, ENDPOINTS, endpoints::create),
    route(Method::GET, ENDPOINTS, endpoints::list),
    route(Method::GET, ENDPOINT, endpoints::fetch),
    route(Method::PATCH, ENDPOINT, endpoints::change),
    route(Method::DELETE, ENDPOINT, endpoints::remove),
    route(Method::GET, "/v1/webhooks/endpoints/{id}/secret", endpoints::secret),
    route(Method::POST, "/v1/webhooks/endpoints/{id}/rotate", endpoints::rotate),
    route(Method::POST, "/v1/webhooks/endpoints/{id}/enable", endpoints::enable),
    route(Method::POST, "/v1/webhooks/endpoints/{id}/test", endpoints::test),
    route(Method::GET, DELIVERIES, deliveries::list),
    route(Method::GET, "/v1/webhooks/deliveries/{id}", deliveries::fetch),
    route(Method::POST, "/v1/webhooks/deliveries/{id}/replay", deliveries::replay_one),
    route(Method::POST, "/v1/webhooks/replay", deliveries::replay),
    route(Method::GET, SECRET, secret::fetch),
    route(Method::POST, "/v1/webhooks/secret/rotate", secret::rotate),
    route(Method::DELETE, SECRET, secret::remove),
];

const fn route(
    method: Method,
    path: &'static str,
    answer: fn(Arc<Api>, Entry, Request) -> Answering,
) -> Route {
    let answer = Answer::Keyed(Need::of(Scope::WebhooksManage), answer);
    Route { method, path, answer, refuse: answer::refuse }
}

/// The database failed.
fn broken(error: store::Error) -> Fault {
    tracing::error!(error = %error, "webhooks could not be read or written: {error}");
    Fault::of(Kind::Internal)
}
