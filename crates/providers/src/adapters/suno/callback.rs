//! Callbacks. sunoapi.org signs nothing; kie.ai signs the task's id and the time, but not the body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use spool_domain::adapter::Callback;

/// The task that a body speaks of; callbacks write it otherwise than records do.
pub(super) fn task(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let data = &body["data"];
    data["task_id"].as_str().or_else(|| data["taskId"].as_str()).map(str::to_owned)
}

/// Whether the signature is right; where the operator has no key for it, the secret path is all there is. No bound is
/// documented for the time, and none is needed: a repeated callback only wakes.
pub(super) fn is_genuine(callback: &Callback) -> bool {
    let Some(key) = callback.secret else { return true };
    let (Some(time), Some(signature)) =
        (callback.header("x-webhook-timestamp"), callback.header("x-webhook-signature"))
    else {
        return false;
    };
    let (Some(task), Ok(signature)) = (task(callback.body), STANDARD.decode(signature)) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return false };
    mac.update(format!("{task}.{time}").as_bytes());
    mac.verify_slice(&signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"code":200,"data":{"callbackType":"complete","task_id":"task_1","data":[]}}"#;
    const SIGNATURE: &str = "Rr9xodRw0cxmo+GQkRii/HuSEWxTtQy+oenX9kwwRGg=";

    fn genuine(key: Option<&str>, time: &str, signature: &str, body: &[u8]) -> bool {
        let headers = [("x-webhook-timestamp", time), ("x-webhook-signature", signature)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        is_genuine(&Callback { headers: &headers, body, secret: key, ..Callback::default() })
    }

    #[test]
    fn the_published_vector_is_genuine() {
        assert!(genuine(Some("kie-key"), "1760000000", SIGNATURE, BODY));
        let camel = br#"{"code":200,"data":{"taskId":"task_1"}}"#;
        assert!(genuine(Some("kie-key"), "1760000000", SIGNATURE, camel));
    }

    #[test]
    fn u9_another_key_time_task_or_signature_is_a_forgery() {
        assert!(!genuine(Some("another"), "1760000000", SIGNATURE, BODY));
        assert!(!genuine(Some("kie-key"), "1760000001", SIGNATURE, BODY));
        assert!(!genuine(Some("kie-key"), "1760000000", SIGNATURE, br#"{"data":{"task_id":"task_2"}}"#));
        for wrong in ["", "?", "AAAA", "Sr9xodRw0cxmo+GQkRii/HuSEWxTtQy+oenX9kwwRGg="] {
            assert!(!genuine(Some("kie-key"), "1760000000", wrong, BODY), "{wrong}");
        }
        for body in [&b""[..], b"{}", b"<html>"] {
            assert!(!genuine(Some("kie-key"), "1760000000", SIGNATURE, body));
        }
        assert!(!is_genuine(&Callback { body: BODY, secret: Some("kie-key"), ..Callback::default() }));
    }

    #[test]
    fn u9_without_a_key_the_path_is_all_there_is() {
        assert!(is_genuine(&Callback { body: BODY, ..Callback::default() }));
    }
}
