//! Whether a credential works: a provider's free call, made as jobs make theirs.

use std::collections::HashMap;

use parking_lot::Mutex;
use spool_domain::adapter::{Trouble, TroubleClass};
use spool_domain::fault::{Fault, Kind};
use spool_domain::time::Timestamp;

use super::Reached;
use super::keep::no_provider;
use crate::Engine;
use crate::providers::Sending;
use crate::upstream::Why;

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The credential's name; empty where the provider needs none.
    pub credential: String,
    /// What it means.
    pub verdict: Verdict,
    /// The provider's or our own short word, where something is wrong.
    pub code: Option<String>,
}

/// What a check means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The provider takes it.
    Works,
    /// The provider refuses it.
    Refused,
    /// The provider takes it and has no money of ours.
    NoMoney,
    /// The provider has too many requests.
    Busy,
    /// The provider is down or failing.
    Failing,
    /// No answer came.
    Unreachable,
    /// The answer is not understood.
    Unclear,
    /// This provider has no free call.
    NoFreeCall,
}

impl Verdict {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Refused => "refused",
            Self::NoMoney => "no_money",
            Self::Busy => "busy",
            Self::Failing => "failing",
            Self::Unreachable => "unreachable",
            Self::Unclear => "unclear",
            Self::NoFreeCall => "no_free_call",
        }
    }

    /// For people.
    pub fn says(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Refused => "the provider refuses the credential",
            Self::NoMoney => "the credential works, but the account at the provider is out of money",
            Self::Busy => "the provider has too many requests; try again later",
            Self::Failing => "the provider is down or failing",
            Self::Unreachable => "the provider cannot be reached",
            Self::Unclear => "the provider's answer is not understood",
            Self::NoFreeCall => "this provider has no free call to check a credential with",
        }
    }
}

/// What the last check of each credential found, by provider and name. Forgotten at a restart and with a change of the
/// credential. As large as there are credentials.
#[derive(Default)]
pub(crate) struct Checks(Mutex<HashMap<(String, String), (Checked, Timestamp)>>);

impl Checks {
    /// Nothing is known any more.
    pub(crate) fn forget_all(&self) {
        self.0.lock().clear();
    }

    /// Nothing is known of a credential that was changed.
    pub(crate) fn forget(&self, provider: &str, credential: &str) {
        self.0.lock().remove(&(provider.to_owned(), credential.to_owned()));
    }
}

impl Engine {
    /// What the last check of a credential since the start found, and when.
    pub fn last_check(&self, provider: &str, credential: &str) -> Option<(Checked, Timestamp)> {
        self.inner.checks.0.lock().get(&(provider.to_owned(), credential.to_owned())).cloned()
    }

    /// Makes the provider's free call with one of its credentials, or with each of them.
    pub async fn check_provider(
        &self,
        provider: &str,
        credential: Option<&str>,
    ) -> Result<Vec<Checked>, Fault> {
        let live = self.inner.providers.live_by_name(provider).ok_or_else(|| no_provider(provider))?;
        let reached: Vec<Reached> = match credential {
            Some(name) => {
                let shown: String = name.chars().take(64).collect();
                let message = format!("{provider} has no credential `{shown}` that can be used");
                let held = live.credentials.named(name);
                let held = held.ok_or_else(|| Fault {
                    param: Some("credential".to_owned()),
                    ..Fault::new(Kind::NotFound, message)
                })?;
                vec![Reached::with(live, Some(held))]
            }
            None if !live.is_set_up() => {
                let message =
                    format!("{provider} is not set up: it has no credential and no base URL of its own");
                return Err(Fault::new(Kind::Conflict, message));
            }
            None if live.goes_bare() => vec![Reached::with(live, None)],
            None => {
                let all = live.credentials.in_force();
                all.iter().map(|held| Reached::with(live, Some(held.clone()))).collect()
            }
        };
        let mut checked = Vec::with_capacity(reached.len());
        // One after the other: a provider that counts requests is not to be hit by all at once.
        for reached in reached {
            let one = self.check(&reached).await;
            let place = (provider.to_owned(), one.credential.clone());
            self.inner.checks.0.lock().insert(place, (one.clone(), self.inner.clock.now()));
            checked.push(one);
        }
        Ok(checked)
    }

    async fn check(&self, reached: &Reached) -> Checked {
        let credential = reached.held().map(|held| held.credential.name.clone()).unwrap_or_default();
        let Some(call) = reached.adapter().check() else {
            return Checked { credential, verdict: Verdict::NoFreeCall, code: None };
        };
        let sending = Sending::free(reached.manifest().call_timeout_ms);
        let (verdict, code) = match self.inner.providers.call_live(reached, &call, sending).await {
            Ok(reply) => match reached.adapter().read_check(&reply) {
                Ok(()) => (Verdict::Works, None),
                Err(trouble) => (verdict(&trouble), Some(crate::attempt::code_of(&trouble))),
            },
            Err(unanswered) => {
                let verdict = match unanswered.why {
                    Why::Credential => Verdict::Refused,
                    Why::Token => Verdict::Failing,
                    _ => Verdict::Unreachable,
                };
                (verdict, Some(unanswered.why.code().to_owned()))
            }
        };
        Checked { credential, verdict, code }
    }
}

fn verdict(trouble: &Trouble) -> Verdict {
    match trouble.class {
        TroubleClass::Credential => Verdict::Refused,
        TroubleClass::Quota => Verdict::NoMoney,
        TroubleClass::Busy => Verdict::Busy,
        TroubleClass::Unavailable | TroubleClass::Timeout => Verdict::Failing,
        TroubleClass::Caller | TroubleClass::ContentPolicy | TroubleClass::Gone | TroubleClass::Unknown => {
            Verdict::Unclear
        }
    }
}
