//! The account's balance, in the two halves in which clients of this dialect ask for it.

use std::sync::Arc;

use axum::extract::Request;
use http::StatusCode;
use serde_json::Number;
use spool_domain::fault::{Fault, Kind};
use spool_domain::order::Caller;
use spool_domain::store::Balance;

use super::wire::{Subscription, Usage};
use crate::auth::Entry;
use crate::routes::Answering;
use crate::{Api, answer};

const MICROS_PER_CENT: i64 = 10_000;

/// `GET /v1/dashboard/billing/subscription`.
pub(super) fn subscription(api: Arc<Api>, entry: Entry, _: Request) -> Answering {
    Box::pin(async move {
        let hard_limit_usd = dollars(cents(&api, &entry).await?.limit());
        Ok(answer::json(StatusCode::OK, &Subscription { object: "billing_subscription", hard_limit_usd }))
    })
}

/// `GET /v1/dashboard/billing/usage`.
pub(super) fn usage(api: Arc<Api>, entry: Entry, _: Request) -> Answering {
    Box::pin(async move {
        let total_usage = cents(&api, &entry).await?.held;
        Ok(answer::json(StatusCode::OK, &Usage { object: "list", total_usage }))
    })
}

async fn cents(api: &Api, entry: &Entry) -> Result<Cents, Fault> {
    let Caller { account, mode, .. } = *entry.caller;
    let balance = api.engine.store().balance(account, mode).await.map_err(|error| {
        tracing::error!(error = %error, "a balance could not be read: {error}");
        Fault::of(Kind::Internal)
    })?;
    Ok(Cents::of(balance))
}

/// A balance in whole cents, rounded so that nobody reads of a cent that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cents {
    available: i64,
    held: i64,
}

impl Cents {
    fn of(balance: Balance) -> Self {
        Self {
            available: balance.available.0.div_euclid(MICROS_PER_CENT),
            held: -(-balance.held.0).div_euclid(MICROS_PER_CENT),
        }
    }

    /// What was there before the open jobs. Minus `held`, it is exactly what is available.
    fn limit(self) -> i64 {
        self.available.saturating_add(self.held)
    }
}

/// US dollars, written without a decimal point where there is nothing behind it.
fn dollars(cents: i64) -> Number {
    if cents % 100 == 0 {
        Number::from(cents / 100)
    } else {
        // A quotient of finite numbers by a constant is finite.
        Number::from_f64(cents as f64 / 100.0).unwrap_or_else(|| Number::from(0))
    }
}

#[cfg(test)]
mod tests {
    use spool_domain::money::MicroUsd;

    use super::*;

    #[test]
    fn limit_minus_usage_is_the_available_credit_to_the_cent_below() {
        for (available, held, limit, usage, left) in [
            (0, 0, "0", 0, 0),
            (10_000_000, 0, "10", 0, 1_000),
            (7_500_000, 2_500_000, "10", 250, 750),
            // Parts of a cent: available goes down, held goes up.
            (9_999, 1, "0.01", 1, 0),
            (12_349_999, 10_001, "12.36", 2, 1_234),
            (99_960_000, 40_000, "100", 4, 9_996),
        ] {
            let cents = Cents::of(Balance { available: MicroUsd(available), held: MicroUsd(held) });
            assert_eq!((dollars(cents.limit()).to_string().as_str(), cents.held), (limit, usage));
            assert_eq!(cents.limit() - cents.held, left);
        }
    }
}
