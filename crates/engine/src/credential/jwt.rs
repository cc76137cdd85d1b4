//! Short-lived tokens in the compact form of RFC 7519.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use zeroize::Zeroizing;

/// How long a token is good, seconds. One is made for each call, so this only has to cover clocks that differ.
const GOOD_FOR_S: i64 = 1_800;
/// It counts from a little earlier, for providers whose clock is behind.
const EARLIER_S: i64 = 5;

/// A token that proves an access key's secret (HS256). The claims are exactly these three: an issue time beside them
/// is refused by some.
pub(super) fn of_pair(access: &str, secret: &str, now_unix_s: i64) -> Option<Zeroizing<String>> {
    let claims = json!({ "iss": access, "exp": now_unix_s + GOOD_FOR_S, "nbf": now_unix_s - EARLIER_S });
    let input = signing_input(&json!({ "alg": "HS256", "typ": "JWT" }), &claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(input.as_bytes());
    Some(signed(&input, &mac.finalize().into_bytes()))
}

/// What is signed: header and claims.
pub(super) fn signing_input(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}

/// The whole token.
pub(super) fn signed(input: &str, signature: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(format!("{input}.{}", BASE64URL_NOPAD.encode(signature)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_gives_the_token_of_the_worked_example() {
        let token = of_pair("AKtest0123456789", "SKtest-do-not-use-abcdef", 1_760_000_000).unwrap();
        assert_eq!(
            token.as_str(),
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.\
             eyJpc3MiOiJBS3Rlc3QwMTIzNDU2Nzg5IiwiZXhwIjoxNzYwMDAxODAwLCJuYmYiOjE3NTk5OTk5OTV9.\
             b6A_rIxsrEi61CCwCe_mC-9vBcy_Y4dbBR51ghGILCs"
        );
    }
}
