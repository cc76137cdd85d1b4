//! A provider together with the credential of one attempt.

use std::sync::Arc;

use spool_domain::adapter::Callbacks;

use super::Held;
use crate::providers::Live;

/// A real provider with the credential of one attempt.
#[derive(Clone)]
pub(crate) struct Reached {
    live: Arc<Live>,
    held: Option<Arc<Held>>,
}

impl Reached {
    /// The provider with the credential of this name; an empty name is for providers that need none. Nothing, and a
    /// line in the log the first time, if the name is gone.
    pub(crate) fn again(live: &Arc<Live>, credential: &str) -> Option<Self> {
        let (live, held) = (Arc::clone(live), live.credentials.named(credential));
        if held.is_none() && !(credential.is_empty() && live.is_open()) {
            if live.credentials.misses(credential) {
                let provider = live.manifest().provider;
                tracing::warn!(
                    provider,
                    credential,
                    "{provider} has no credential `{credential}` any more; jobs that were started with it wait until \
                     one of that name is there again"
                );
            }
            return None;
        }
        Some(Self { live, held })
    }

    /// The provider with one of its credentials.
    pub(crate) fn with(live: &Arc<Live>, held: Option<Arc<Held>>) -> Self {
        Self { live: Arc::clone(live), held }
    }

    /// What the provider signs its callbacks about jobs of this credential with, where that is a secret.
    pub(crate) fn callback_secret(&self) -> Option<&str> {
        let credential = &self.held()?.credential;
        match self.manifest().callbacks {
            Callbacks::Credential => Some(credential.secret.reveal()),
            Callbacks::Secret => credential.callback_secret.as_ref().map(|secret| secret.reveal()),
            Callbacks::None | Callbacks::Unsigned | Callbacks::Keys => None,
        }
    }

    /// The credential, if there is one.
    pub(crate) fn held(&self) -> Option<&Held> {
        self.held.as_deref()
    }
}

impl std::ops::Deref for Reached {
    type Target = Live;
    fn deref(&self) -> &Live {
        &self.live
    }
}
