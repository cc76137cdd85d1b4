//! `/v1/webhooks/deliveries`: what was sent, how it went, and sending it again.

use std::sync::Arc;

use axum::extract::Request;
use http::StatusCode;
use spool_domain::fault::{Fault, Kind};
use spool_domain::outbox::{DeliveryFilter, DeliveryState};

use super::wire::{Deliveries, Delivery, Replayed};
use super::{broken, decode};
use crate::auth::Entry;
use crate::routes::Answering;
use crate::{Api, answer, body};

/// `GET /v1/webhooks/deliveries`.
pub(super) fn list(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let asked = decode::listing(request.uri().query().unwrap_or_default())?;
        let (caller, limit) = (&entry.caller, asked.limit);
        let found =
            api.engine.store().deliveries(caller.account, caller.mode, asked.filter, limit, asked.before);
        let deliveries: Vec<Delivery> = found.await.map_err(broken)?.iter().map(Delivery::of).collect();
        // A full page may have been the last; then the next one is empty, and says so by having no `next`.
        let full = deliveries.len() >= limit as usize;
        let next = deliveries.last().filter(|_| full).map(|last| last.id.clone());
        Ok(answer::json(StatusCode::OK, &Deliveries { deliveries, next }))
    })
}

/// `GET /v1/webhooks/deliveries/{id}`.
pub(super) fn fetch(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let (id, caller) = (decode::delivery(request.uri().path())?, &entry.caller);
        let found = api.engine.store().delivery(caller.account, caller.mode, id).await.map_err(broken)?;
        let (delivery, tries) = found.ok_or(Kind::NotFound)?;
        Ok(answer::json(StatusCode::OK, &Delivery::with_log(&delivery, tries)))
    })
}

/// `POST /v1/webhooks/deliveries/{id}/replay`.
pub(super) fn replay_one(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let (id, caller) = (decode::delivery(request.uri().path())?, &entry.caller);
        let store = api.engine.store();
        let found = store.delivery(caller.account, caller.mode, id).await.map_err(broken)?;
        let (delivery, _) = found.ok_or(Kind::NotFound)?;
        let replayed = store.replay(caller.account, caller.mode, Some(id), DeliveryFilter::default());
        if replayed.await.map_err(broken)? == 0 {
            let message = match delivery.state {
                DeliveryState::Pending => "This delivery is still being tried; there is nothing to replay.",
                _ => "This delivery cannot be replayed: its endpoint was deleted or is switched off.",
            };
            return Err(Fault::new(Kind::InvalidInput, message));
        }
        api.engine.ring_deliveries();
        Ok(answer::json(StatusCode::ACCEPTED, &Replayed { replayed: 1 }))
    })
}

/// `POST /v1/webhooks/replay`.
pub(super) fn replay(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let _place = api.place()?;
        let (parts, content) = request.into_parts();
        let filter = decode::replay(body::parse(&body::read(&parts, content).await?)?)?;
        let caller = &entry.caller;
        let replayed = api.engine.store().replay(caller.account, caller.mode, None, filter);
        let replayed = replayed.await.map_err(broken)?;
        api.engine.ring_deliveries();
        Ok(answer::json(StatusCode::ACCEPTED, &Replayed { replayed }))
    })
}
