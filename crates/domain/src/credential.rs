//! Providers' credentials as the database keeps them: sealed (S8). What is in an envelope only the engine can tell.

use async_trait::async_trait;

use crate::ids::AccountId;
use crate::operator::Note;
use crate::store::Error;
use crate::time::Timestamp;

/// Sealed secrets. Opaque to stores, and without a key outside the database worth nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The record's data key, wrapped by the master key.
    pub wrapped_key: Vec<u8>,
    /// The secret, under the data key.
    pub secret: Vec<u8>,
    /// The secret that callbacks are signed with, under the data key.
    pub callback_secret: Option<Vec<u8>>,
}

/// A credential's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRow {
    /// Of which provider.
    pub provider: String,
    /// What the operator calls it; unique for the provider.
    pub name: String,
    /// 1 for the first secret under this name, one more with every change.
    pub version: u32,
    /// How many jobs it takes in proportion to the others; 0: none that are new.
    pub weight: u32,
    /// The accounts it is for; empty for all that have none of their own.
    pub accounts: Vec<AccountId>,
    /// The secrets.
    pub envelope: Envelope,
    /// When the first version was made.
    pub created_at: Timestamp,
    /// When this one was made.
    pub changed_at: Timestamp,
}

/// What became of `remove_credential`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovedCredential {
    /// It is gone.
    Done {
        /// Jobs that are open at the provider under it, and now wait for it.
        open_jobs: u64,
    },
    /// Jobs are open under it. Nothing was written.
    InUse {
        /// How many.
        open_jobs: u64,
    },
    /// There is none of this name.
    Missing,
}

/// The moments of credentials.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// Keeps a version of a credential and its note, if it is the next one (the first is 1); else nothing is written
    /// and the answer is false. `created_at` counts for the first version only.
    async fn put_credential(&self, row: CredentialRow, note: Note) -> Result<bool, Error>;

    /// Forgets a credential; with `unused` only where no job is open under it.
    async fn remove_credential(
        &self,
        provider: &str,
        name: &str,
        unused: bool,
        note: Note,
    ) -> Result<RemovedCredential, Error>;

    /// All sealed credentials, by provider and name.
    async fn credentials(&self) -> Result<Vec<CredentialRow>, Error>;

    /// How many jobs are open at a provider under this credential's name, wherever the credential stands.
    async fn jobs_under(&self, provider: &str, credential: &str) -> Result<u64, Error>;
}
