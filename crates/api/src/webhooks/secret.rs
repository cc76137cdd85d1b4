//! `/v1/webhooks/secret`: what signs the callbacks that single jobs name. Without one they are not signed.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::StatusCode;
use spool_domain::fault::Fault;
use spool_domain::outbox::SecretVersion;

use super::broken;
use super::wire::{Removed, Secret};
use crate::auth::Entry;
use crate::notation::iso;
use crate::routes::Answering;
use crate::{Api, answer};

/// A replaced secret signs along for a day (W2), milliseconds.
const OLD_SECRET_MS: u64 = 24 * 3_600_000;

/// `GET /v1/webhooks/secret`. The first look makes one.
pub(super) fn fetch(api: Arc<Api>, entry: Entry, _: Request) -> Answering {
    Box::pin(async move {
        let caller = &entry.caller;
        let found = api.engine.store().callback_secret(caller.account, caller.mode).await.map_err(broken)?;
        match found {
            Some(secret) => Ok(shown(&api, &entry, secret)),
            None => next(&api, &entry).await,
        }
    })
}

/// `POST /v1/webhooks/secret/rotate`.
pub(super) fn rotate(api: Arc<Api>, entry: Entry, _: Request) -> Answering {
    Box::pin(async move { next(&api, &entry).await })
}

/// `DELETE /v1/webhooks/secret`. That there was none is as good as gone.
pub(super) fn remove(api: Arc<Api>, entry: Entry, _: Request) -> Answering {
    Box::pin(async move {
        let caller = &entry.caller;
        api.engine.store().drop_callback_secret(caller.account, caller.mode).await.map_err(broken)?;
        Ok(answer::json(StatusCode::OK, &Removed { id: None, deleted: true }))
    })
}

async fn next(api: &Api, entry: &Entry) -> Result<Response, Fault> {
    let caller = &entry.caller;
    let made = api.engine.store().next_callback_secret(caller.account, caller.mode).await.map_err(broken)?;
    Ok(shown(api, entry, made))
}

fn shown(api: &Api, entry: &Entry, secret: SecretVersion) -> Response {
    let text = api.engine.callback_secret(entry.caller.account, entry.caller.mode, secret);
    show(api, text, secret)
}

/// A secret as an answer.
pub(super) fn show(api: &Api, text: String, secret: SecretVersion) -> Response {
    let ends = secret.since.after_ms(OLD_SECRET_MS);
    let signs_along = secret.version > 1 && api.engine.clock().now() < ends;
    let previous_until = signs_along.then(|| iso(ends));
    answer::json(StatusCode::OK, &Secret { secret: text, since: iso(secret.since), previous_until })
}
