//! What a fake provider charges for.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// One generation that is to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// The provider's id of the job or request.
    pub id: String,
    /// The model or endpoint.
    pub model: String,
    /// How many outputs.
    pub outputs: u32,
    /// SHA-256 of the prompt, lower-case hex: tests give each job a prompt of its own and find it by this.
    pub prompt_sha256: String,
    /// SHA-256 of the request body, lower-case hex: a resend has the same.
    pub body_sha256: String,
    /// Where the job was to be called back.
    pub callback_url: Option<String>,
}

/// SHA-256 of a text or body, lower-case hex.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}
