//! `GET /account`: who the key belongs to, and what is left to spend.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use spool_domain::fault::{Fault, Kind};
use spool_domain::store;

use super::success;
use super::wire::Account;
use crate::Api;
use crate::auth::Entry;
use crate::routes::Answering;

/// Answers it.
pub(super) fn show(api: Arc<Api>, entry: Entry, _: Request) -> Answering {
    Box::pin(async move { read(&api, &entry).await })
}

async fn read(api: &Api, entry: &Entry) -> Result<Response, Fault> {
    let broken = |error: store::Error| {
        tracing::error!(error = %error, "an account could not be read: {error}");
        Fault::of(Kind::Internal)
    };
    let (store, caller) = (api.engine.store(), &entry.caller);
    let row = store.account(caller.account).await.map_err(broken)?.ok_or(Kind::Internal)?;
    let balance = store.balance(caller.account, caller.mode).await.map_err(broken)?;
    let created_at = row.created_at.unix_s();
    Ok(success(Account {
        user_id: row.id.0,
        balance_usd: balance.available.as_usd(),
        // Operators who kept no address before there was a field for it used it as the name.
        email: row.email.as_deref().unwrap_or(if row.name.contains('@') { &row.name } else { "" }),
        created_at,
        // Nothing about an account changes after it was made.
        updated_at: created_at,
    }))
}
