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
use spool_domain::scope::Scope;

use crate::answer::{self, Refuse};
use crate::auth::Entry;
use crate::{
    Api, account, admin, assets, audio, callbacks, docs, files, generations, health, jobs, library, models,
    openapi, session, submit, tasks, tools, webhooks,
};

/// One call.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// Who may ask, and what answers.
    pub(crate) answer: Answer,
    /// How its dialect shows a fault.
    pub(crate) refuse: Refuse,
}

/// Who may ask, and what answers. The futures are boxed here once, so that a route can let go of what it no longer
/// needs.
pub(crate) enum Answer {
    /// Anybody.
    Open(fn(Arc<Api>, Request) -> BoxFuture<'static, Response>),
    /// Whoever has a key with the permission.
    Keyed(Need, fn(Arc<Api>, Entry, Request) -> Answering),
}

/// The answer to a call that was let in, or what is wrong with it.
pub(crate) type Answering = BoxFuture<'static, Result<Response, Fault>>;

/// What a call asks of its key.
#[derive(Clone, Copy)]
pub(crate) struct Need {
    /// The permission; none where any key will do.
    scope: Option<Scope>,
    /// Whether the request counts towards the dialect's own ban too.
    bans: bool,
    /// Whether the route itself judges the rate, after its other checks.
    judged_late: bool,
}

impl Need {
    /// Any key.
    pub(crate) const ANY: Self = Self { scope: None, bans: false, judged_late: false };

    /// The permission.
    pub(crate) const fn of(scope: Scope) -> Self {
        Self { scope: Some(scope), ..Self::ANY }
    }

    /// For a dialect that bans.
    pub(crate) const fn bans(self) -> Self {
        Self { bans: true, ..self }
    }

    /// For a dialect whose contract puts the rate behind the other checks.
    pub(crate) const fn judged_late(self) -> Self {
        Self { judged_late: true, ..self }
    }
}

/// Every call this server takes.
pub(crate) fn all() -> impl Iterator<Item = &'static Route> {
    [
        generations::ROUTES,
        audio::ROUTES,
        submit::ROUTES,
        jobs::ROUTES,
        tasks::ROUTES,
        webhooks::ROUTES,
        models::ROUTES,
        tools::ROUTES,
        account::ROUTES,
        session::ROUTES,
        library::ROUTES,
        assets::ROUTES,
        files::ROUTES,
        callbacks::ROUTES,
        health::ROUTES,
        openapi::ROUTES,
        docs::ROUTES,
    ]
    .into_iter()
    .flatten()
    .chain(admin::routes())
}

/// The router over all of them.
pub(crate) fn router(api: &Arc<Api>) -> Router {
    over(api, all(), answered)
}

/// The router over the operator's calls, for whoever needs no key.
pub(crate) fn console(api: &Arc<Api>) -> Router {
    over(api, admin::routes(), answered_console)
}

/// A router over some routes, with the way in which a request comes to its answer.
fn over(
    api: &Arc<Api>,
    routes: impl Iterator<Item = &'static Route>,
    answered: fn(&'static Route, Arc<Api>, Request) -> BoxFuture<'static, Response>,
) -> Router {
    let mut paths: BTreeMap<&str, MethodRouter> = BTreeMap::new();
    for route in routes {
        let api = Arc::clone(api);
        let handler = move |request: Request| {
            let api = Arc::clone(&api);
            survive(route.path, route.refuse, move || answered(route, api, request))
        };
        let methods = paths.remove(route.path).unwrap_or_else(|| other_methods(route.refuse));
        paths.insert(route.path, methods.on(filter(&route.method), handler));
    }
    paths
        .into_iter()
        .fold(Router::new(), |router, (path, methods)| router.route(path, methods))
        .fallback(async || nothing_here())
}

/// The answer at a path that nobody serves.
pub(crate) fn nothing_here() -> Response {
    answer::refuse(&Fault::new(Kind::NotFound, "There is nothing at this path."))
}

/// Lets the request in, answers it, and writes the limit's headers, whatever the answer.
fn answered(route: &'static Route, api: Arc<Api>, request: Request) -> BoxFuture<'static, Response> {
    let (need, answer) = match &route.answer {
        Answer::Open(answer) => return answer(api, request),
        Answer::Keyed(need, answer) => (*need, *answer),
    };
    Box::pin(async move {
        let entered = match need.bans {
            false => api.enter(&route.method, request.headers()).await,
            true => api.enter_or_ban(&route.method, request.headers()).await,
        };
        let entry = match entered {
            Ok(entry) => entry,
            Err(stranger) => return stranger.turn_away(route.refuse),
        };
        let fit = need.scope.map_or(Ok(()), |scope| entry.may(scope)).and_then(|()| match need.judged_late {
            false => entry.within_limit(),
            true => Ok(()),
        });
        let response = match fit {
            Ok(()) => answer(api, entry.clone(), request).await,
            Err(fault) => Err(fault),
        };
        entry.stamp(response.unwrap_or_else(|fault| (route.refuse)(&fault)))
    })
}

/// Answers a request that came where only the operator can reach: no key, no limit.
fn answered_console(route: &'static Route, api: Arc<Api>, request: Request) -> BoxFuture<'static, Response> {
    match &route.answer {
        Answer::Open(answer) => answer(api, request),
        Answer::Keyed(_, answer) => {
            let answering = answer(api, Entry::console(), request);
            Box::pin(async move { answering.await.unwrap_or_else(|fault| (route.refuse)(&fault)) })
        }
    }
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
        Method::PUT => MethodFilter::PUT,
        Method::PATCH => MethodFilter::PATCH,
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
