//! What may be told of providers and their credentials: everything but the secrets.

use spool_domain::adapter::{Callbacks, Safety};
use spool_domain::credential::CredentialRow;
use spool_domain::ids::AccountId;

use super::{Credential, Source};
use crate::Engine;

/// A provider as this server knows it. No secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name.
    pub name: &'static str,
    /// Whether live jobs could go there.
    pub set_up: bool,
    /// Where its API is.
    pub base_url: String,
    /// Scheme, host and port of it.
    pub origin: String,
    /// Its credentials, by name.
    pub credentials: Vec<Told>,
    /// What can be done about a submit whose answer was lost.
    pub safety: Safety,
    /// How many jobs may be open there at a time under one credential; 0 for any number.
    pub places: u32,
    /// How it calls back.
    pub callbacks: Callbacks,
    /// When its facts were last checked against its documentation.
    pub verified_on: &'static str,
}

/// What may be told of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What the operator calls it.
    pub name: String,
    /// Where it stands.
    pub source: Source,
    /// Its share of new jobs.
    pub weight: u32,
    /// The accounts it is for; empty for all that have none of their own.
    pub accounts: Vec<AccountId>,
    /// Whether it has a secret for callbacks.
    pub callback_secret: bool,
    /// Whether it counts.
    pub state: State,
}

/// Whether a credential counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Jobs use it.
    Used,
    /// A sealed one of the same name stands before it.
    Covered,
    /// It is sealed and cannot be opened here: the master key is missing or another one.
    Locked,
}

impl State {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Covered => "covered",
            Self::Locked => "locked",
        }
    }
}

impl Told {
    pub(super) fn of(credential: &Credential, state: State) -> Self {
        Self {
            name: credential.name.clone(),
            source: credential.source.clone(),
            weight: credential.weight,
            accounts: credential.accounts.clone(),
            callback_secret: credential.callback_secret.is_some(),
            state,
        }
    }

    pub(super) fn locked(row: &CredentialRow) -> Self {
        Self {
            name: row.name.clone(),
            source: Source::Sealed(row.version),
            weight: row.weight,
            accounts: row.accounts.clone(),
            callback_secret: row.envelope.callback_secret.is_some(),
            state: State::Locked,
        }
    }
}

impl Engine {
    /// All real providers that this program knows, by name.
    pub fn providers(&self) -> Vec<Provider> {
        let names = self.inner.providers.names();
        names.into_iter().filter_map(|name| self.provider(name)).collect()
    }

    /// One of them.
    pub fn provider(&self, name: &str) -> Option<Provider> {
        self.inner.providers.live_by_name(name).map(|live| {
            let manifest = live.manifest();
            Provider {
                name: manifest.provider,
                set_up: live.is_set_up(),
                base_url: live.base_url().to_owned(),
                origin: live.origin(),
                credentials: live.credentials.told(),
                safety: manifest.safety,
                places: live.places(),
                callbacks: manifest.callbacks,
                verified_on: manifest.verified_on,
            }
        })
    }
}
