//! Callbacks: signed as documented, or by somebody else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

use crate::bill::sha256;
use crate::letter::{Letter, now_s};

/// The fake's own key, and the one that a forger would use.
const GENUINE: [u8; 32] = [7; 32];
const FORGED: [u8; 32] = [8; 32];

/// The published keys.
pub(super) fn keys() -> Value {
    let x = URL_SAFE_NO_PAD.encode(SigningKey::from_bytes(&GENUINE).verifying_key().as_bytes());
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x }] })
}

/// Signs `body` about this request, or has it signed by a stranger.
pub(super) fn letter(url: String, request_id: &str, body: Bytes, genuine: bool) -> Letter {
    let time = now_s().to_string();
    let user = "user-fake";
    let message = format!("{request_id}\n{user}\n{time}\n{}", sha256(&body));
    let key = SigningKey::from_bytes(if genuine { &GENUINE } else { &FORGED });
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-fal-webhook-request-id", request_id.to_owned()),
        ("x-fal-webhook-user-id", user.to_owned()),
        ("x-fal-webhook-timestamp", time),
        ("x-fal-webhook-signature", HEXLOWER.encode(&key.sign(message.as_bytes()).to_bytes())),
    ];
    Letter { url, headers, body }
}
