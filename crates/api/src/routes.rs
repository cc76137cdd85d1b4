//! All routes as one table, and the router made of it.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};
use futures::FutureExt;
use futures::future::BoxFuture;
use http::Method;
use spool_domain::fault::{Fault, Kind};

use crate::answer::{self, Refuse};
use crate::{Api, assets, callbacks, generations, health, jobs, models, openapi, submit, tasks};

/// One call.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// Answers it. The future is boxed here once, so that a route can let go of what it no longer needs.
    pub(crate) answer: fn(Arc<Api>, Request) -> BoxFuture<'static, Response>,
    /// How its dialect shows a fault, for the one that the route itself did not survive to show.
    pub(crate) refuse: Refuse,
}

/// Every call this server takes.
pub(crate) fn all() -> impl Iterator<Item = &'static Route> {
    [
        generations::ROUTES,
        submit::ROUTES,
        jobs::ROUTES,
        tasks::ROUTES,
        models::ROUTES,
        assets::ROUTES,
        callbacks::ROUTES,
        health::ROUTES,
        openapi::ROUTES,
    ]
    .into_iter()
    .flatten()
}

/// The router over all of them.
pub(crate) fn router(api: &Arc<Api>) -> Router {
    let mut paths: BTreeMap<&str, MethodRouter> = BTreeMap::new();
    for route in all() {
        let api = Arc::clone(api);
        let handler = move |request: Request| {
            let api = Arc::clone(&api);
            survive(route.path, route.refuse, move || (route.answer)(api, request))
        };
        let methods = paths.remove(route.path).unwrap_or_else(|| other_methods(route.refuse));
        paths.insert(route.path, methods.on(filter(&route.method), handler));
    }
    paths
        .into_iter()
        .fold(Router::new(), |router, (path, methods)| router.route(path, methods))
        .fallback(async || answer::refuse(&Fault::new(Kind::NotFound, "There is nothing at this path.")))
}

/// A path refuses the methods it does not take in the words of its dialect.
fn other_methods(refuse: Refuse) -> MethodRouter {
    MethodRouter::new().fallback(move || async move { refuse(&Kind::MethodNotAllowed.into()) })
}

/// Answers, also where the route panics: the caller learns that it was us, and the other requests go on.
async fn survive(
    path: &'static str,
    refuse: Refuse,
    answer: impl FnOnce() -> BoxFuture<'static, Response>,
) -> Response {
    let answered = match std::panic::catch_unwind(AssertUnwindSafe(answer)) {
        Ok(answering) => AssertUnwindSafe(answering).catch_unwind().await,
        Err(panic) => Err(panic),
    };
    answered.unwrap_or_else(|_| {
        // What the panic says may hold anything (S10); the panic hook has shown where it was.
        tracing::error!(route = path, "a request to {path} panicked");
        refuse(&Kind::Internal.into())
    })
}

fn filter(method: &Method) -> MethodFilter {
    match *method {
        Method::POST => MethodFilter::POST,
        Method::HEAD => MethodFilter::HEAD,
        Method::DELETE => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_in_the_table_has_its_filter() {
        for route in all() {
            assert_eq!(MethodFilter::try_from(route.method.clone()).unwrap(), filter(&route.method));
        }
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error_without_its_text() {
        let answers: [fn() -> BoxFuture<'static, Response>; 2] =
            [|| panic!("a secret"), || Box::pin(async { panic!("a secret") })];
        for answer in answers {
            let response = survive("/test", answer::refuse, answer).await;
            assert_eq!(response.status(), 500);
            let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
            let text = String::from_utf8(body.to_vec()).unwrap();
            assert!(text.contains("internal_error") && !text.contains("secret"), "{text}");
        }
    }

    #[test]
    fn no_call_is_served_twice() {
        let mut seen = std::collections::HashSet::new();
        for route in all() {
            assert!(seen.insert((route.method.clone(), route.path)), "{} {}", route.method, route.path);
        }
    }
}
