//! Which providers are set up, and where each model's jobs would go. No secret is in either.

use std::collections::BTreeMap;

use http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use spool_domain::adapter::{Callbacks, Safety};
use spool_engine::Standing;

use super::performance::rate;
use super::{credentials, ok, route};
use crate::Api;
use crate::fields::Fields;
use crate::notation::iso;
use crate::routes::Route;

pub(super) const ROUTES: &[Route] = &[
    route(Method::GET, "/admin/v1/providers", |api, _, request| {
        Box::pin(async move {
            Fields::query(request.uri().query(), &[])?;
            let (items, orphans) = (providers(&api), api.engine.orphans());
            ok(&json!({ "items": items, "orphans": orphans, "can_seal": api.engine.can_seal() }))
        })
    }),
    route(Method::GET, "/admin/v1/models", |api, _, request| {
        Box::pin(async move {
            Fields::query(request.uri().query(), &[])?;
            ok(&json!({ "items": models(&api) }))
        })
    }),
];

/// All providers with an adapter, and those that some model has a route to; the catalogue bounds the list.
fn providers(api: &Api) -> Vec<Value> {
    let mut routes: BTreeMap<String, usize> = BTreeMap::new();
    let catalogue = api.engine.catalogue();
    for model in catalogue.models() {
        for route in &model.routes {
            *routes.entry(route.provider.clone()).or_default() += 1;
        }
    }
    // The sandbox is no provider that could be set up: it is always there.
    routes.remove("sandbox");
    for provider in api.engine.providers() {
        routes.entry(provider.name.to_owned()).or_default();
    }
    let shown = routes.into_iter().map(|(name, routes)| {
        let provider = api.engine.provider(&name);
        let known = provider.as_ref();
        let credentials: Vec<Value> = known
            .map(|provider| {
                let all = provider.credentials.iter();
                all.map(|told| credentials::shown(api, provider.name, told)).collect()
            })
            .unwrap_or_default();
        json!({
            "name": name,
            "adapter": known.is_some(),
            "set_up": known.is_some_and(|provider| provider.set_up),
            "base_url": known.map(|provider| &provider.base_url),
            "origin": known.map(|provider| &provider.origin),
            "credentials": credentials,
            "looks_up_lost_jobs": known.map(|provider| provider.safety == Safety::Lookup),
            "safety": known.map(|provider| safety(provider.safety)),
            "callbacks": known.map(|provider| callbacks(provider.callbacks)),
            "verified_on": known.map(|provider| provider.verified_on),
            "concurrency": known.map(|provider| provider.places),
            "gate": known.map(|_| gate(api, &name)),
            "health": api.engine.health(&name).map(|health| Health::of(&health)),
            "routes": routes,
        })
    });
    shown.collect()
}

/// How its last jobs went, with the share of those that went well.
#[derive(Serialize)]
struct Health {
    #[serde(flatten)]
    told: spool_engine::Health,
    success_rate: Option<f64>,
}

impl Health {
    fn of(told: &spool_engine::Health) -> Self {
        let (attempts, failures) = (told.attempts as u64, told.failures as u64);
        Self { told: told.clone(), success_rate: rate(attempts.saturating_sub(failures), failures) }
    }
}

/// Whether it may be asked now. The engine counts on a clock of its own; people read the wall's.
fn gate(api: &Api, provider: &str) -> Value {
    let Standing { breaker, shut_ms, paused_ms, open_jobs, waiting_jobs } = api.engine.standing(provider);
    let now = api.engine.clock().now();
    let until = |left_ms: Option<u64>| left_ms.map(|left_ms| iso(now.after_ms(left_ms)));
    json!({
        "breaker": breaker,
        "until": until(shut_ms),
        "paused_until": until(paused_ms),
        "open_jobs": open_jobs,
        "waiting_jobs": waiting_jobs,
    })
}

/// What can be done about a lost answer, in a word.
fn safety(safety: Safety) -> &'static str {
    match safety {
        Safety::Idempotent => "idempotent",
        Safety::Lookup => "lookup",
        Safety::Blind => "blind",
    }
}

/// How a provider's callbacks are proved, in a word.
fn callbacks(callbacks: Callbacks) -> &'static str {
    match callbacks {
        Callbacks::None => "none",
        Callbacks::Unsigned => "unsigned",
        Callbacks::Keys => "keys",
        Callbacks::Credential => "credential",
        Callbacks::Secret => "secret",
    }
}

/// All models with their routes in the order in which they are tried.
fn models(api: &Api) -> Vec<Value> {
    let catalogue = api.engine.catalogue();
    let shown = catalogue.models().iter().map(|model| {
        let routes: Vec<Value> = model
            .routes
            .iter()
            .map(|route| json!({ "provider": route.provider, "set_up": api.engine.serves(&route.provider) }))
            .collect();
        let enabled = model.routes.iter().any(|route| api.engine.serves(&route.provider));
        json!({ "id": model.id, "name": model.name, "makes": model.makes, "enabled": enabled, "routes": routes })
    });
    shown.collect()
}
