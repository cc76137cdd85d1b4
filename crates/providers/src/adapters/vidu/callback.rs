//! Whether a callback was signed with the key that made the job. The signature covers the address and the time, not
//! the body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::fmt::rfc2822;
use sha2::Sha256;
use spool_domain::adapter::Callback;

/// How far a callback's time may be from ours, seconds; what is older could be a replay.
const WINDOW_S: u64 = 300;

/// Checks time and signature.
pub(super) fn is_genuine(callback: &Callback, key: &str) -> bool {
    let Some((message, signature)) = signed(callback) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return false };
    mac.update(message.as_bytes());
    mac.verify_slice(&signature).is_ok()
}

/// What was signed, and its signature; nothing if a header is missing, malformed or out of time.
fn signed(callback: &Callback) -> Option<(String, Vec<u8>)> {
    if callback.header("x-hmac-algorithm")? != "hmac-sha256" {
        return None;
    }
    let date = callback.header("date")?;
    let time = rfc2822::parse(date).ok()?.timestamp().as_second();
    if time.abs_diff(callback.now_unix_s) > WINDOW_S {
        return None;
    }
    let mut parameters: Vec<_> = callback.query.split('&').filter(|part| !part.is_empty()).collect();
    parameters.sort_unstable();
    let access = callback.header("x-hmac-access-key")?;
    let mut message = format!("POST\n{}\n{}\n{access}\n{date}\n", callback.path, parameters.join("&"));
    for name in callback.header("x-hmac-signed-headers")?.split(';').filter(|name| !name.is_empty()) {
        let value = callback.header(&name.to_ascii_lowercase())?;
        message.push_str(&format!("{name}:{value}\n"));
    }
    Some((message, STANDARD.decode(callback.header("x-hmac-signature")?).ok()?))
}
