//! Callbacks that are signed with one of the keys a provider publishes, as fal and Ideogram do: Ed25519 over the job, the
//! user, the time and the digest of the body, each on a line of its own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use spool_domain::adapter::{Callback, Reply};

/// How far a callback's time may be from ours, seconds; what is older could be a replay.
const WINDOW_S: u64 = 300;

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    #[serde(default)]
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
}

/// The headers in which a provider puts the parts of its message and the signature.
pub(super) struct Headers {
    pub(super) job: &'static str,
    pub(super) user: &'static str,
    pub(super) time: &'static str,
    pub(super) signature: &'static str,
}

/// Checks time and signature; any of the published keys will do, since they are rotated.
pub(super) fn is_genuine(callback: &Callback, keys: &Reply, headers: &Headers) -> bool {
    let Some((message, signature)) = signed(callback, headers) else { return false };
    let Ok(keys) = serde_json::from_slice::<Keys>(&keys.body) else { return false };
    // `verify_strict` also refuses weak keys and signatures that can be changed without the key.
    keys.keys.iter().filter_map(verifying).any(|key| key.verify_strict(&message, &signature).is_ok())
}

/// The message that was signed, and its signature; nothing if a header is missing, malformed or out of time.
fn signed(callback: &Callback, headers: &Headers) -> Option<(Vec<u8>, Signature)> {
    let header = |name: &str| {
        let mut found = callback.headers.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        // A header that is there twice could be read one way here and another way elsewhere.
        found.next().filter(|_| found.next().is_none())
    };
    let (job, user, time) = (header(headers.job)?, header(headers.user)?, header(headers.time)?);
    let signature = HEXLOWER_PERMISSIVE.decode(header(headers.signature)?.as_bytes()).ok()?;
    let signature = Signature::from_slice(&signature).ok()?;
    if time.parse::<i64>().ok()?.abs_diff(callback.now_unix_s) > WINDOW_S {
        return None;
    }
    let digest = HEXLOWER.encode(&Sha256::digest(callback.body));
    Some((format!("{job}\n{user}\n{time}\n{digest}").into_bytes(), signature))
}

fn verifying(key: &Key) -> Option<VerifyingKey> {
    if key.kty != "OKP" || key.crv != "Ed25519" {
        return None;
    }
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(key.x.trim_end_matches('=')).ok()?.try_into().ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA"},
        {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    const BODY: &[u8] = br#"{"request_id":"req-1","status":"OK"}"#;
    const SIGNED_AT: i64 = 1_760_000_000;
    const SIGNATURE: &str = "3c43807224658934c582bf87081dee45d6ee499442ecac99d83685bdd1b1b523\
                             57bb14a49fc9ef23aab369b2a98aeb3de91410f7164b4aaad954e730160bfe0c";

    fn headers() -> Vec<(String, String)> {
        [
            ("content-type", "application/json"),
            ("x-fal-webhook-request-id", "req-1"),
            ("x-fal-webhook-user-id", "user-1"),
            ("x-fal-webhook-timestamp", "1760000000"),
            ("x-fal-webhook-signature", SIGNATURE),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    fn genuine(headers: &[(String, String)], body: &[u8], now_unix_s: i64, keys: &str) -> bool {
        let keys = Reply { status: 200, body: keys.to_owned().into(), ..Reply::default() };
        let callback = Callback { headers, body, now_unix_s, ..Callback::default() };
        is_genuine(&callback, &keys, &crate::adapters::fal::SIGNED)
    }

    #[test]
    fn the_published_vector_is_genuine() {
        assert!(genuine(&headers(), BODY, SIGNED_AT, KEY));
    }

    #[test]
    fn u9_another_body_id_user_time_or_signature_is_a_forgery() {
        assert!(!genuine(&headers(), br#"{"request_id":"req-1","status":"ERROR"}"#, SIGNED_AT, KEY));
        for place in 1..headers().len() {
            let mut changed = headers();
            let last = changed[place].1.pop().unwrap();
            changed[place].1.push(if last == '1' { '2' } else { '1' });
            assert!(!genuine(&changed, BODY, SIGNED_AT, KEY), "{}", changed[place].0);
            let mut missing = headers();
            missing.remove(place);
            assert!(!genuine(&missing, BODY, SIGNED_AT, KEY), "without {}", headers()[place].0);
            let mut doubled = headers();
            doubled.push(doubled[place].clone());
            assert!(!genuine(&doubled, BODY, SIGNED_AT, KEY), "doubled {}", headers()[place].0);
        }
    }

    #[test]
    fn u9_a_callback_is_good_for_five_minutes_and_no_longer() {
        for (now, good) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
            assert_eq!(genuine(&headers(), BODY, SIGNED_AT + now, KEY), good, "{now} s");
        }
        assert!(!genuine(&headers(), BODY, i64::MIN, KEY));
    }

    #[test]
    fn without_the_right_key_nothing_is_genuine() {
        let other =
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"}]}"#;
        let zero =
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}"#;
        for keys in [other, zero, r#"{"keys":[]}"#, "{}", "", "<html>"] {
            assert!(!genuine(&headers(), BODY, SIGNED_AT, keys), "{keys}");
        }
    }
}
