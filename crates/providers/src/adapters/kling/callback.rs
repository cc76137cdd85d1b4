//! Whether a callback was signed with the webhook secret, as Standard Webhooks says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use spool_domain::adapter::Callback;

/// How far a callback's time may be from ours, seconds; what is older could be a replay.
const WINDOW_S: u64 = 300;

/// Checks time and signature; while the secret changes there are two signatures, and either will do.
pub(super) fn is_genuine(callback: &Callback, secret: &str) -> bool {
    let (Some(id), Some(time), Some(signatures)) = (
        callback.header("webhook-id"),
        callback.header("webhook-timestamp"),
        callback.header("webhook-signature"),
    ) else {
        return false;
    };
    let Ok(signed_at) = time.parse::<i64>() else { return false };
    if signed_at.abs_diff(callback.now_unix_s) > WINDOW_S {
        return false;
    }
    let Ok(key) = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return false };
    mac.update(format!("{id}.{time}.").as_bytes());
    mac.update(callback.body);
    let given =
        signatures.split(' ').filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok());
    // Compared by the library in constant time.
    given.into_iter().any(|signature| mac.clone().verify_slice(&signature).is_ok())
}
