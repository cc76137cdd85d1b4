//! `/v1/webhooks/endpoints`: who hears of an account's jobs.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{DeliveryId, EndpointId};
use spool_domain::outbox::{self, ENDPOINTS_MAX, EndpointPatch, SecretVersion};
use spool_domain::webhook::Health;

use super::decode::{self, DELIVERY_PREFIX, ENDPOINT_PREFIX};
use super::wire::{Endpoint, Endpoints, Removed, Testing};
use super::{ENDPOINTS, broken};
use crate::auth::Entry;
use crate::routes::Answering;
use crate::{Api, answer, body, target};

/// `POST /v1/webhooks/endpoints`.
pub(super) fn create(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let asked = decode::new_endpoint(json_of(&api, request).await?)?;
        target::check(&api, &asked.url, "url")?;
        let (caller, now) = (&entry.caller, api.engine.clock().now());
        let endpoint = outbox::Endpoint {
            id: EndpointId::new(now, api.engine.entropy().as_ref()),
            account: caller.account,
            mode: caller.mode,
            url: asked.url,
            events: asked.events,
            description: asked.description,
            secret: SecretVersion { version: 1, since: now },
            created_at: now,
            disabled: None,
            health: Health::default(),
            paused_until: None,
        };
        if !api.engine.store().create_endpoint(endpoint.clone()).await.map_err(broken)? {
            let message = format!(
                "This account has {ENDPOINTS_MAX} endpoints for {} keys, which is the most; delete one first.",
                caller.mode.as_str()
            );
            return Err(Fault::new(Kind::InvalidInput, message));
        }
        // From now on there is somebody to look out for.
        api.engine.ring_deliveries();
        let secret = api.engine.endpoint_secret(endpoint.id, endpoint.secret);
        let shown = Endpoint { secret: Some(secret), ..Endpoint::of(&endpoint) };
        let mut response = answer::json(StatusCode::CREATED, &shown);
        locate(response.headers_mut(), &shown.id);
        Ok(response)
    })
}

/// `GET /v1/webhooks/endpoints`.
pub(super) fn list(api: Arc<Api>, entry: Entry, _: Request) -> Answering {
    Box::pin(async move {
        let caller = &entry.caller;
        let all = api.engine.store().endpoints(caller.account, caller.mode).await.map_err(broken)?;
        let endpoints = all.iter().map(Endpoint::of).collect();
        Ok(answer::json(StatusCode::OK, &Endpoints { endpoints }))
    })
}

/// `GET /v1/webhooks/endpoints/{id}`.
pub(super) fn fetch(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let endpoint = find(&api, &entry, request.uri().path()).await?;
        Ok(answer::json(StatusCode::OK, &Endpoint::of(&endpoint)))
    })
}

/// `PATCH /v1/webhooks/endpoints/{id}`.
pub(super) fn change(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let id = decode::endpoint(request.uri().path())?;
        let patch = decode::patch(json_of(&api, request).await?)?;
        if let Some(url) = &patch.url {
            target::check(&api, url, "url")?;
        }
        update(&api, &entry, id, patch).await
    })
}

/// `POST /v1/webhooks/endpoints/{id}/enable`: with a clean record, so that one more failure does not switch it off.
pub(super) fn enable(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let id = decode::endpoint(request.uri().path())?;
        update(&api, &entry, id, EndpointPatch { enabled: Some(true), ..EndpointPatch::default() }).await
    })
}

/// `DELETE /v1/webhooks/endpoints/{id}`.
pub(super) fn remove(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let (id, caller) = (decode::endpoint(request.uri().path())?, &entry.caller);
        match api.engine.store().remove_endpoint(caller.account, caller.mode, id).await.map_err(broken)? {
            true => {
                let gone = Removed { id: Some(format!("{ENDPOINT_PREFIX}{id}")), deleted: true };
                Ok(answer::json(StatusCode::OK, &gone))
            }
            false => Err(Kind::NotFound.into()),
        }
    })
}

/// `GET /v1/webhooks/endpoints/{id}/secret`.
pub(super) fn secret(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let endpoint = find(&api, &entry, request.uri().path()).await?;
        Ok(show_secret(&api, &endpoint))
    })
}

/// `POST /v1/webhooks/endpoints/{id}/rotate`.
pub(super) fn rotate(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let (id, caller) = (decode::endpoint(request.uri().path())?, &entry.caller);
        let store = api.engine.store();
        let rotated = store.rotate_endpoint(caller.account, caller.mode, id).await.map_err(broken)?;
        Ok(show_secret(&api, &rotated.ok_or(Kind::NotFound)?))
    })
}

/// `POST /v1/webhooks/endpoints/{id}/test`.
pub(super) fn test(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let endpoint = find(&api, &entry, request.uri().path()).await?;
        if endpoint.disabled.is_some() {
            let message = "This endpoint is switched off; enable it first with POST …/enable.";
            return Err(Fault::new(Kind::InvalidInput, message));
        }
        let (caller, now) = (&entry.caller, api.engine.clock().now());
        // A fresh id of 128 unguessable bits, spelt like those of the other messages (W2).
        let message = format!("msg_{}_test", DeliveryId::new(now, api.engine.entropy().as_ref()));
        let store = api.engine.store();
        let queued = store.test_endpoint(caller.account, caller.mode, endpoint.id, message).await;
        let delivery = queued.map_err(broken)?.ok_or(Kind::NotFound)?;
        api.engine.ring_deliveries();
        let testing = Testing { delivery_id: format!("{DELIVERY_PREFIX}{delivery}") };
        Ok(answer::json(StatusCode::ACCEPTED, &testing))
    })
}

async fn find(api: &Api, entry: &Entry, path: &str) -> Result<outbox::Endpoint, Fault> {
    let (id, caller) = (decode::endpoint(path)?, &entry.caller);
    let found = api.engine.store().endpoint(caller.account, caller.mode, id).await.map_err(broken)?;
    found.ok_or_else(|| Kind::NotFound.into())
}

async fn update(api: &Api, entry: &Entry, id: EndpointId, patch: EndpointPatch) -> Result<Response, Fault> {
    let caller = &entry.caller;
    let store = api.engine.store();
    let changed = store.update_endpoint(caller.account, caller.mode, id, patch).await.map_err(broken)?;
    let changed = changed.ok_or(Kind::NotFound)?;
    // What waited for it to be switched on, or for another address, need not wait longer.
    api.engine.ring_deliveries();
    Ok(answer::json(StatusCode::OK, &Endpoint::of(&changed)))
}

fn show_secret(api: &Api, endpoint: &outbox::Endpoint) -> Response {
    let text = api.engine.endpoint_secret(endpoint.id, endpoint.secret);
    super::secret::show(api, text, endpoint.secret)
}

async fn json_of(api: &Api, request: Request) -> Result<Value, Fault> {
    let _place = api.place()?;
    let (parts, content) = request.into_parts();
    body::parse(&body::read(&parts, content).await?)
}

fn locate(headers: &mut HeaderMap, id: &str) {
    // Ids are plain letters and digits.
    if let Ok(place) = HeaderValue::try_from(format!("{ENDPOINTS}/{id}")) {
        headers.insert(header::LOCATION, place);
    }
}
