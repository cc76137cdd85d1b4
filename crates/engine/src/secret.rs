//! Secrets of the server: kept out of every log and message by having no `Debug` and no `Display` (S10).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use spool_domain::adapter::Token;
use spool_domain::ids::{AssetId, AttemptNo, JobId};
use zeroize::Zeroizing;

/// A secret text, such as a provider's key. Wiped from memory when it is dropped (S8).
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the secret in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Lets the secret out, where it goes on the wire.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

/// The server's own key: 32 random bytes from which names at providers and callback paths are derived (U7).
#[derive(Clone)]
pub struct ServerKey([u8; 32]);

impl ServerKey {
    /// Takes the key in.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// HMAC-SHA256 over labelled parts; the length before each part keeps neighbours apart.
    fn mac(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes keys of any length; this one has 32 bytes.
        #[expect(clippy::expect_used, reason = "a 32-byte key is always accepted")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a 32-byte key");
        for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The name of one attempt at its provider: the same after every restart (U7).
    pub fn token(&self, job: JobId, attempt: AttemptNo) -> Token {
        let mac = self.mac("attempt", &[job.bytes(), &attempt.0.to_be_bytes()]);
        Token(data_encoding::HEXLOWER.encode(&mac[..16]))
    }

    /// The unguessable part of the path a provider calls back on (U9).
    pub fn callback(&self, provider: &str, job: JobId, attempt: AttemptNo) -> String {
        let mac = self.mac("callback", &[provider.as_bytes(), job.bytes(), &attempt.0.to_be_bytes()]);
        data_encoding::HEXLOWER.encode(&mac[..16])
    }

    /// The id of a job ordered under an idempotency key (U7): a retry after a restore meets the same job.
    pub fn job_id(&self, scope: &[u8; 32], fingerprint: &[u8; 32]) -> JobId {
        let mac = self.mac("job", &[scope, fingerprint]);
        let mut id = [0; 20];
        id.copy_from_slice(&mac[..20]);
        JobId(id)
    }

    /// The id of a job's result file (S9: unguessable; the same when a copy is repeated). The job's first four
    /// bytes keep it near its neighbours in the index.
    pub fn asset_id(&self, job: JobId, place: usize) -> AssetId {
        let mac = self.mac("asset", &[job.bytes(), &(place as u64).to_be_bytes()]);
        let mut id = [0; 20];
        id[..4].copy_from_slice(&job.bytes()[..4]);
        id[4..].copy_from_slice(&mac[..16]);
        AssetId(id)
    }

    /// One version of a webhook secret (W2): `whsec_` and the base64 of 32 bytes that only this key gives.
    pub(crate) fn webhook_secret(&self, owner: &str, version: u32) -> String {
        let mac = self.mac("webhook", &[owner.as_bytes(), &version.to_be_bytes()]);
        format!("{}{}", crate::deliver::PREFIX, data_encoding::BASE64.encode(&mac))
    }

    /// A key for another use, such as signing URLs.
    pub fn derive(&self, label: &str) -> [u8; 32] {
        self.mac(label, &[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u7_a_token_is_the_same_for_the_same_attempt_and_another_for_every_other() {
        let key = ServerKey::new([1; 32]);
        let (job, other) = (JobId([1; 20]), JobId([2; 20]));
        assert_eq!(key.token(job, AttemptNo(1)), key.token(job, AttemptNo(1)));
        assert_ne!(key.token(job, AttemptNo(1)), key.token(job, AttemptNo(2)));
        assert_ne!(key.token(job, AttemptNo(1)), key.token(other, AttemptNo(1)));
        assert_ne!(key.token(job, AttemptNo(1)), ServerKey::new([2; 32]).token(job, AttemptNo(1)));
    }
}
