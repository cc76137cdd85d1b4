//! What a caller orders: decoded by a dialect, validated once at the door, and trusted behind it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::catalogue::{Metered, Model, Params, Route, Words};
use crate::ids::{AccountId, KeyId};
use crate::money::MicroUsd;

/// Live money and real providers, or play money and the sandbox. Comes from the key, never from the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Real providers and real money.
    Live,
    /// The sandbox and play money.
    Test,
}

impl Mode {
    /// `live` or `test`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

/// Who asks, as authentication found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account that owns and pays.
    pub account: AccountId,
    /// The key that was used.
    pub key: KeyId,
    /// What the key can reach.
    pub mode: Mode,
}

/// A wish as a dialect decoded it; nothing in it has been checked against the model yet.
#[derive(Clone, Debug)]
pub struct Order {
    /// Model id or alias as the caller wrote it.
    pub model: String,
    /// Parameters in the words that `words` names.
    pub input: serde_json::Map<String, serde_json::Value>,
    /// Which vocabulary `input` is written in, and how strict it is.
    pub words: Words,
    /// How many outputs; none leaves it to the model's own parameter or to one.
    pub count: Option<u32>,
    /// The dialect the order came through: a label for rendering, no rule looks at it.
    pub label: &'static str,
    /// The caller's idempotency key, already reduced to hashes.
    pub idempotency: Option<Idempotency>,
    /// What is asked beside the work itself.
    pub terms: Terms,
}

/// What a caller asks beside the work itself. Kept with the job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Whom to tell about this one job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Callback>,
    /// Which providers the caller would like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub providers: Option<Preference>,
    /// How the job is charged, where that follows the provider's bill: as it was when the job was admitted (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metered: Option<Metered>,
}

impl Terms {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An address that hears of one job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// Absolute http or https URL, as the caller wrote it.
    pub url: String,
    /// Of what it hears, and how hard it is tried.
    pub manner: Manner,
}

/// How a callback is delivered: each dialect's contract has one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// The end, unless it was canceled; tried once (run/jobs).
    Once,
    /// The end; tried three times (tasks).
    End,
    /// Every change of the status a caller sees, in order, stale ones left out; each tried three times (task/submit).
    Every,
}

/// Which providers a caller would like to do the work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preference {
    /// Provider names, the best first; unknown names are skipped.
    pub order: Vec<String>,
    /// Whether all others are out of the question.
    pub only: bool,
}

impl Preference {
    /// A model's routes, by number, in the order in which a job with this preference may try them: those to preferred
    /// providers first, each in the model's own order, then the others unless they are out of the question. A list
    /// without a name prefers nobody and excludes nobody.
    ///
    /// It looks at nothing but its arguments, so a place in it means the same route on every try.
    pub fn line_up(preference: Option<&Self>, routes: &[Route]) -> Vec<u16> {
        let rank = |route: &Route| match preference {
            Some(preference) => preference.place(&route.provider),
            None => Some(0),
        };
        let ranked = routes.iter().zip(0..).filter_map(|(route, no)| Some((rank(route)?, no)));
        let mut ranked: Vec<(usize, u16)> = ranked.collect();
        ranked.sort();
        ranked.into_iter().map(|(_, no)| no).collect()
    }

    /// How early the provider comes; nothing if it is out of the question. Case does not matter.
    pub fn place(&self, provider: &str) -> Option<usize> {
        let place = self.order.iter().position(|name| name.eq_ignore_ascii_case(provider));
        let excluded = self.only && !self.order.is_empty();
        place.or((!excluded).then_some(self.order.len()))
    }
}

/// An idempotency key's record (K4): hashes, never the key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// Hash over account, mode, route and key: which record.
    pub scope: [u8; 32],
    /// Hash over the canonical request: whether it is the same request.
    pub fingerprint: [u8; 32],
}

/// An order that met its model: every parameter known, in bounds, normalised and priced.
#[derive(Clone, Debug)]
pub struct Validated {
    /// The model.
    pub model: Arc<Model>,
    /// Its parameters by the model's own names.
    pub params: Params,
    /// How many outputs, at least one.
    pub count: u32,
    /// The price of one output.
    pub unit_price: MicroUsd,
    /// The price of the whole: what is held.
    pub price: MicroUsd,
    /// The providers that would be asked, in order, each named once. At least one.
    pub providers: Vec<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(order: &[&str], only: bool) -> Preference {
        Preference { order: order.iter().map(|name| (*name).to_owned()).collect(), only }
    }

    #[test]
    fn a_provider_comes_as_early_as_it_was_named_and_the_others_after_all_that_were() {
        for (order, only, provider, place) in [
            (&["a", "b"][..], false, "a", Some(0)),
            (&["a", "b"], false, "B", Some(1)),
            (&["a", "b"], false, "c", Some(2)),
            (&["a", "b"], true, "b", Some(1)),
            (&["a", "b"], true, "c", None),
            // Nobody was named: nobody is preferred, and nobody excluded.
            (&[], false, "c", Some(0)),
            (&[], true, "c", Some(0)),
        ] {
            assert_eq!(wish(order, only).place(provider), place, "{order:?} {only} {provider}");
        }
    }
}
