//! The keys that callbacks of fal and Ideogram are signed with, and a stranger's.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

/// The fake's own key, and the one that a forger would use.
const GENUINE: [u8; 32] = [7; 32];
const FORGED: [u8; 32] = [8; 32];

/// The published keys.
pub(crate) fn published() -> Value {
    let x = URL_SAFE_NO_PAD.encode(SigningKey::from_bytes(&GENUINE).verifying_key().as_bytes());
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x }] })
}

/// The signature of a message in lower-case hex, or a stranger's.
pub(crate) fn signed(message: &str, genuine: bool) -> String {
    let key = SigningKey::from_bytes(if genuine { &GENUINE } else { &FORGED });
    HEXLOWER.encode(&key.sign(message.as_bytes()).to_bytes())
}
