//! The `Idempotency-Key` header, reduced to the two hashes that the store keeps (K4).

use http::HeaderMap;
use serde_json::Value;
use sha2::{Digest, Sha256};
use spool_domain::fault::Fault;
use spool_domain::order::{Caller, Idempotency};

use crate::hints;

const HEADER: &str = "idempotency-key";
const CHARS_MAX: usize = 255;
/// Changes when the meaning of a request changes, so that an old record is not taken for the same request.
const API_VERSION: &str = "v1";

/// The record's hashes, if the request has a key. `route` names the call; `body` is what was asked, and
/// `manner` whatever else changes what it means.
pub(crate) fn of(
    headers: &HeaderMap,
    caller: &Caller,
    route: &str,
    manner: &str,
    body: &Value,
) -> Result<Option<Idempotency>, Fault> {
    let mut given = headers.get_all(HEADER).iter();
    let Some(key) = given.next() else { return Ok(None) };
    let plain = |byte: &u8| (0x20..=0x7e).contains(byte);
    let key = key.as_bytes();
    if given.next().is_some() || !(1..=CHARS_MAX).contains(&key.len()) || !key.iter().all(plain) {
        let message =
            format!("Idempotency-Key must be one header of 1 to {CHARS_MAX} printable ASCII characters");
        return Err(Fault::field("Idempotency-Key", message));
    }
    let account = caller.account.0.to_be_bytes();
    let scope = hash(&[&account, caller.mode.as_str().as_bytes(), route.as_bytes(), key]);
    let mut canonical = String::new();
    write(body, &mut canonical);
    let mut told = vec![API_VERSION.as_bytes(), route.as_bytes(), manner.as_bytes(), canonical.as_bytes()];
    // Who may do the work is part of what is asked; without a word on it, the parts are as they always were.
    let wish = hints::read(headers)?.map(|wish| format!("{}{}", wish.only, wish.order.join(",")));
    told.extend(wish.as_deref().map(str::as_bytes));
    let fingerprint = hash(&told);
    Ok(Some(Idempotency { scope, fingerprint }))
}

/// SHA-256 over parts; the length before each keeps neighbours apart.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// JSON without blanks and with sorted keys: two texts that mean the same are the same.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| *key);
            text.push('{');
            for (place, (key, value)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use spool_domain::ids::{AccountId, KeyId};
    use spool_domain::order::Mode;

    use super::*;

    fn caller(account: i64, mode: Mode) -> Caller {
        Caller { account: AccountId(account), key: KeyId("k".into()), mode }
    }

    fn made(key: &str, caller: &Caller, route: &str, manner: &str, body: &Value) -> Idempotency {
        let headers = HeaderMap::from_iter([(HEADER.parse().unwrap(), key.parse().unwrap())]);
        of(&headers, caller, route, manner, body).unwrap().unwrap()
    }

    #[test]
    fn k4_the_scope_is_account_mode_route_and_key() {
        let (body, me) = (json!({}), caller(1, Mode::Live));
        let base = made("a", &me, "r", "", &body).scope;
        for other in [
            made("b", &me, "r", "", &body),
            made("a", &caller(2, Mode::Live), "r", "", &body),
            made("a", &caller(1, Mode::Test), "r", "", &body),
            made("a", &me, "s", "", &body),
        ] {
            assert_ne!(other.scope, base);
        }
        let same = Caller { key: KeyId("another key of the account".into()), ..me };
        assert_eq!(made("a", &same, "r", "", &json!([1])).scope, base);
    }

    #[test]
    fn k4_the_fingerprint_sees_meaning_and_not_spelling() {
        let me = caller(1, Mode::Live);
        let print = |text: &str, manner| {
            made("a", &me, "r", manner, &serde_json::from_str(text).unwrap()).fingerprint
        };
        let base = print(r#"{"a":1,"b":{"c":[1,"x"],"d":null}}"#, "");
        assert_eq!(print(r#" { "b": {"d":null, "c":[1, "\u0078"]}, "a" : 1 } "#, ""), base);
        assert_ne!(print(r#"{"a":1,"b":{"c":["x",1],"d":null}}"#, ""), base);
        assert_ne!(print(r#"{"a":1,"b":{"c":[1,"x"]}}"#, ""), base);
        assert_ne!(print(r#"{"a":1,"b":{"c":[1,"x"],"d":null}}"#, "model"), base);
    }

    #[test]
    fn k4_a_key_is_1_to_255_printable_characters() {
        let try_key = |key: &[u8]| {
            let value = http::HeaderValue::from_bytes(key).unwrap();
            of(
                &HeaderMap::from_iter([(HEADER.parse().unwrap(), value)]),
                &caller(1, Mode::Live),
                "r",
                "",
                &Value::Null,
            )
        };
        for bad in [&b""[..], &[b'x'; 256], "ä".as_bytes(), b"a\tb"] {
            assert_eq!(try_key(bad).unwrap_err().param.as_deref(), Some("Idempotency-Key"));
        }
        assert!(try_key(&[b'x'; 255]).unwrap().is_some());
        let mut two = HeaderMap::new();
        two.append(HEADER, "a".parse().unwrap());
        two.append(HEADER, "a".parse().unwrap());
        assert!(of(&two, &caller(1, Mode::Live), "r", "", &Value::Null).is_err());
    }
}
