//! Callbacks: signed as documented, or by somebody else.

use bytes::Bytes;

use crate::bill::sha256;
use crate::letter::{Letter, now_s};
use crate::published_keys::signed;

/// Signs `body` about this request, or has it signed by a stranger.
pub(super) fn letter(url: String, request_id: &str, body: Bytes, genuine: bool) -> Letter {
    let time = now_s().to_string();
    let user = "user-fake";
    let message = format!("{request_id}\n{user}\n{time}\n{}", sha256(&body));
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-fal-webhook-request-id", request_id.to_owned()),
        ("x-fal-webhook-user-id", user.to_owned()),
        ("x-fal-webhook-timestamp", time),
        ("x-fal-webhook-signature", signed(&message, genuine)),
    ];
    Letter { url, headers, body }
}
