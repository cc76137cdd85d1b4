//! Volcengine's signature over a whole request: its method, path, query, some headers and the body's hash.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::{Digest, Sha256};
use spool_domain::day::Day;
use spool_domain::time::Timestamp;
use url::Url;

use crate::upstream;

/// The headers that are signed where they are there, in order of their names.
const SIGNED: [&str; 5] = ["content-type", "host", "x-content-sha256", "x-date", "x-security-token"];

/// Who signs.
pub(super) struct Signer<'a> {
    /// The access key's id.
    pub(super) access: &'a str,
    /// Its secret, used as it is written.
    pub(super) secret: &'a str,
    /// The service's name in the scope.
    pub(super) service: &'a str,
    /// The region in the scope.
    pub(super) region: &'a str,
}

impl Signer<'_> {
    /// Adds date, body hash and signature to the headers of a request; none if one of them cannot be written.
    pub(super) fn sign(
        &self,
        method: &http::Method,
        url: &Url,
        headers: &mut HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Option<()> {
        let moment = moment(now);
        let body_hash = HEXLOWER.encode(&Sha256::digest(body));
        for (name, value) in [("x-date", moment.as_str()), ("x-content-sha256", body_hash.as_str())] {
            let (name, value) = upstream::header(name, value)?;
            headers.insert(name, value);
        }
        let (mut lines, mut names) = (String::new(), Vec::new());
        for name in SIGNED {
            let value = match name {
                "host" => upstream::host(url)?,
                other => match headers.get(other) {
                    Some(value) => value.to_str().ok()?.trim().to_owned(),
                    None => continue,
                },
            };
            lines.push_str(&format!("{name}:{value}\n"));
            names.push(name);
        }
        let names = names.join(";");
        let canonical =
            format!("{method}\n{}\n{}\n{lines}\n{names}\n{body_hash}", url.path(), canonical_query(url));
        let day = moment.get(..8)?;
        let Self { access, secret, service, region } = self;
        let scope = format!("{day}/{region}/{service}/request");
        let hash = HEXLOWER.encode(&Sha256::digest(canonical.as_bytes()));
        let text = format!("HMAC-SHA256\n{moment}\n{scope}\n{hash}");
        let mut key = mac(secret.as_bytes(), day.as_bytes())?;
        for part in [region, service, "request"] {
            key = mac(&key, part.as_bytes())?;
        }
        let signature = HEXLOWER.encode(&mac(&key, text.as_bytes())?);
        let value =
            format!("HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}");
        let (name, mut value) = upstream::header("authorization", &value)?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Some(())
    }
}

fn mac(key: &[u8], text: &[u8]) -> Option<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text);
    Some(mac.finalize().into_bytes().into())
}

/// `20251009T085320Z`.
fn moment(at: Timestamp) -> String {
    let day = Day::of(at);
    let s = at.since_ms(day.start()) / 1_000;
    let day = day.to_string().replace('-', "");
    format!("{day}T{:02}{:02}{:02}Z", s / 3_600, s / 60 % 60, s % 60)
}

/// The query's pairs in order, with everything escaped that is not a letter, a digit or one of `-_.~`.
fn canonical_query(url: &Url) -> String {
    let mut pairs: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (escaped(&name), escaped(&value))).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNER: Signer = Signer {
        access: "AKLTtestaccesskeyid0001",
        secret: "VGVzdFNlY3JldEtleU9ubHlGb3JWZWN0b3JzMDAwMQ==",
        service: "cv",
        region: "cn-north-1",
    };

    #[test]
    fn a_request_is_signed_like_the_worked_example() {
        let body =
            br#"{"req_key":"jimeng_t2v_v30","prompt":"a cat","seed":-1,"frames":121,"aspect_ratio":"16:9"}"#;
        // Out of order, because the query is sorted for the signature.
        let url =
            Url::parse("https://visual.volcengineapi.com/?Version=2022-08-31&Action=CVSync2AsyncSubmitTask")
                .unwrap();
        let mut headers = HeaderMap::new();
        let (name, value) = upstream::header("content-type", "application/json").unwrap();
        headers.insert(name, value);
        let at = Timestamp(1_760_000_000_000);
        SIGNER.sign(&http::Method::POST, &url, &mut headers, body, at).unwrap();
        assert_eq!(headers["x-date"], "20251009T085320Z");
        assert_eq!(
            headers["x-content-sha256"],
            "c8b20c30685dd6838d0d70e6351fdae202131c02c7e7220f48f595b1fb33841a"
        );
        assert_eq!(
            headers["authorization"],
            "HMAC-SHA256 Credential=AKLTtestaccesskeyid0001/20251009/cn-north-1/cv/request, \
             SignedHeaders=content-type;host;x-content-sha256;x-date, \
             Signature=d172f777b552d1d3e471332b6f320bc770dc2f105345f49b1515ee3922a4a021"
        );
        assert!(headers["authorization"].is_sensitive());
    }

    #[test]
    fn what_is_not_plain_is_escaped_and_a_missing_header_is_not_signed() {
        let url = Url::parse("http://127.0.0.1:9/a?b=x%20y&b=1&a=%2F~").unwrap();
        assert_eq!(canonical_query(&url), "a=%2F~&b=1&b=x%20y");
        let mut headers = HeaderMap::new();
        SIGNER.sign(&http::Method::GET, &url, &mut headers, b"", Timestamp(0)).unwrap();
        let value = headers["authorization"].to_str().unwrap();
        assert!(value.contains("SignedHeaders=host;x-content-sha256;x-date,"), "{value}");
    }
}
