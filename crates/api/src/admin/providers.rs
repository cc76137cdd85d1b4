//! Which providers are set up, and where each model's jobs would go. No secret is in either.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};

use super::fields::Fields;
use super::{ok, route};
use crate::Api;
use crate::routes::Route;

pub(super) const ROUTES: &[Route] = &[
    route(Method::GET, "/admin/v1/providers", |api, _, request| {
        Box::pin(async move {
            Fields::query(request.uri().query(), &[])?;
            ok(&json!({ "items": providers(&api) }))
        })
    }),
    route(Method::GET, "/admin/v1/models", |api, _, request| {
        Box::pin(async move {
            Fields::query(request.uri().query(), &[])?;
            ok(&json!({ "items": models(&api) }))
        })
    }),
];

/// All providers that some model has a route to; the catalogue bounds the list.
fn providers(api: &Api) -> Vec<Value> {
    let mut routes: BTreeMap<&str, usize> = BTreeMap::new();
    let catalogue = api.engine.catalogue();
    for model in catalogue.models() {
        for route in &model.routes {
            *routes.entry(&route.provider).or_default() += 1;
        }
    }
    let shown = routes.into_iter().map(|(name, routes)| {
        let provider = api.engine.provider(name);
        json!({
            "name": name,
            "set_up": provider.is_some(),
            "origin": provider.as_ref().map(|provider| &provider.origin),
            "credential": provider.as_ref().and_then(|provider| provider.credential.as_ref()),
            "looks_up_lost_jobs": provider.as_ref().map(|provider| provider.looks_up),
            "verified_on": provider.as_ref().map(|provider| provider.verified_on),
            "health": api.engine.health(name),
            "routes": routes,
        })
    });
    shown.collect()
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
