//! Replicate's callback signature: HMAC-SHA256 with the account's secret over id, time and body, as the webhooks
//! standard has it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use spool_domain::adapter::{Callback, Reply};

/// How far a callback's time may be from ours, seconds; what is older could be a replay.
const WINDOW_S: u64 = 300;

/// Checks time and signature. Several signatures can be given while the secret is changed; any will do.
pub(super) fn is_genuine(callback: &Callback, keys: &Reply) -> bool {
    check(callback, keys).is_some()
}

fn check(callback: &Callback, keys: &Reply) -> Option<()> {
    let header = |name: &str| {
        let mut found = callback.headers.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        // A header that is there twice could be read one way here and another way elsewhere.
        found.next().filter(|_| found.next().is_none())
    };
    let (id, time) = (header("webhook-id")?, header("webhook-timestamp")?);
    if time.parse::<i64>().ok()?.abs_diff(callback.now_unix_s) > WINDOW_S {
        return None;
    }
    let keys: serde_json::Value = serde_json::from_slice(&keys.body).ok()?;
    let secret = STANDARD.decode(keys["key"].as_str()?.strip_prefix("whsec_")?).ok()?;
    // An empty key would let everyone sign.
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).ok().filter(|_| !secret.is_empty())?;
    mac.update(format!("{id}.{time}.").as_bytes());
    mac.update(callback.body);
    let given = header("webhook-signature")?.split(' ').filter_map(|one| one.strip_prefix("v1,"));
    let mut given = given.filter_map(|digits| STANDARD.decode(digits).ok());
    given.any(|signature| mac.clone().verify_slice(&signature).is_ok()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = r#"{"key":"whsec_dGVzdC1zaWduaW5nLWtleS0zMi1ieXRlcy1sb25nISE="}"#;
    const BODY: &[u8] = br#"{"id":"p1","status":"succeeded"}"#;
    const SIGNED_AT: i64 = 1_760_000_000;
    const SIGNATURE: &str = "v1,zNiYK+l17wJH8qp8XtGob57aduLUSeJFh0ktbBLXi/Q=";

    fn headers(signature: &str) -> Vec<(String, String)> {
        [
            ("webhook-id", "msg_test1"),
            ("webhook-timestamp", "1760000000"),
            ("webhook-signature", signature),
            ("content-type", "application/json"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    fn genuine(headers: &[(String, String)], body: &[u8], now_unix_s: i64, keys: &str) -> bool {
        let keys = Reply { status: 200, body: keys.to_owned().into(), ..Reply::default() };
        is_genuine(&Callback { headers, body, now_unix_s, ..Callback::default() }, &keys)
    }

    #[test]
    fn the_vector_is_genuine_alone_and_among_other_signatures() {
        assert!(genuine(&headers(SIGNATURE), BODY, SIGNED_AT, KEY));
        let several = format!("v1,AAAA v2,xyz {SIGNATURE}");
        assert!(genuine(&headers(&several), BODY, SIGNED_AT, KEY));
    }

    #[test]
    fn u9_another_body_id_time_or_signature_is_a_forgery() {
        let good = headers(SIGNATURE);
        assert!(!genuine(&good, br#"{"id":"p1","status":"failed"}"#, SIGNED_AT, KEY));
        for place in 0..3 {
            let mut changed = good.clone();
            changed[place].1 = changed[place].1.replace(['1', 'z'], "2");
            assert!(!genuine(&changed, BODY, SIGNED_AT, KEY), "{}", good[place].0);
            let mut missing = good.clone();
            missing.remove(place);
            assert!(!genuine(&missing, BODY, SIGNED_AT, KEY), "without {}", good[place].0);
            let mut doubled = good.clone();
            doubled.push(doubled[place].clone());
            assert!(!genuine(&doubled, BODY, SIGNED_AT, KEY), "doubled {}", good[place].0);
        }
        for signature in
            ["", "v1,", "v1,AAAA", &SIGNATURE[3..], "v2,zNiYK+l17wJH8qp8XtGob57aduLUSeJFh0ktbBLXi/Q="]
        {
            assert!(!genuine(&headers(signature), BODY, SIGNED_AT, KEY), "{signature}");
        }
    }

    #[test]
    fn u9_a_callback_is_good_for_five_minutes_and_no_longer() {
        for (now, good) in [(-301, false), (-300, true), (300, true), (301, false)] {
            assert_eq!(genuine(&headers(SIGNATURE), BODY, SIGNED_AT + now, KEY), good, "{now} s");
        }
        assert!(!genuine(&headers(SIGNATURE), BODY, i64::MIN, KEY));
    }

    #[test]
    fn without_the_right_secret_nothing_is_genuine() {
        for keys in
            [r#"{"key":"whsec_b3RoZXI="}"#, r#"{"key":"whsec_"}"#, r#"{"key":"plain"}"#, "{}", "", "<html>"]
        {
            assert!(!genuine(&headers(SIGNATURE), BODY, SIGNED_AT, keys), "{keys}");
        }
    }
}
