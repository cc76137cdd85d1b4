//! Signatures as the providers check them, written down independently of the server's own.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::bill::sha256;
use crate::letter::now_s;

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The headers with which Volcengine wants a POST to `/` signed now. `key` is `access:secret`, `target` the path with
/// its query, whose parameters are sorted already.
pub fn volcengine(
    key: &str,
    service: &str,
    region: &str,
    host: &str,
    target: &str,
    content_type: &str,
    body: &[u8],
) -> Vec<(&'static str, String)> {
    let date = utc(now_s());
    let signature = volcengine_at(&date, key, service, region, host, target, content_type, body);
    vec![("x-date", date), ("x-content-sha256", sha256(body)), ("authorization", signature)]
}

/// The `Authorization` of such a request at this moment, `YYYYMMDDTHHMMSSZ`.
#[expect(clippy::too_many_arguments, reason = "all of it is signed")]
pub(crate) fn volcengine_at(
    date: &str,
    key: &str,
    service: &str,
    region: &str,
    host: &str,
    target: &str,
    content_type: &str,
    body: &[u8],
) -> String {
    let (access, secret) = key.split_once(':').unwrap_or((key, ""));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let names = "content-type;host;x-content-sha256;x-date";
    let digest = sha256(body);
    let canonical = format!(
        "POST\n{path}\n{query}\ncontent-type:{content_type}\nhost:{host}\nx-content-sha256:{digest}\nx-date:{date}\n\n\
         {names}\n{digest}"
    );
    let scope = format!("{}/{region}/{service}/request", &date[..8.min(date.len())]);
    let text = format!("HMAC-SHA256\n{date}\n{scope}\n{}", sha256(canonical));
    let parts = [region, service, "request"];
    let first = mac(secret.as_bytes(), &date[..8.min(date.len())]);
    let signing = parts.iter().fold(first, |key, part| mac(&key, part));
    let signature = HEXLOWER.encode(&mac(&signing, &text));
    format!("HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}")
}

/// `YYYYMMDDTHHMMSSZ` of a Unix time.
pub(crate) fn utc(unix_s: u64) -> String {
    // Days to a civil date, after the usual shift of the year's beginning to March.
    let days = unix_s / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hours, minutes, seconds) = (unix_s / 3_600 % 24, unix_s / 60 % 60, unix_s % 60);
    format!("{year:04}{month:02}{day:02}T{hours:02}{minutes:02}{seconds:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_of_volcengine_is_met() {
        assert_eq!(utc(1_760_000_000), "20251009T085320Z");
        let authorization = volcengine_at(
            "20251009T085320Z",
            "AKLTtestaccesskeyid0001:VGVzdFNlY3JldEtleU9ubHlGb3JWZWN0b3JzMDAwMQ==",
            "cv",
            "cn-north-1",
            "visual.volcengineapi.com",
            "/?Action=CVSync2AsyncSubmitTask&Version=2022-08-31",
            "application/json",
            br#"{"req_key":"jimeng_t2v_v30","prompt":"a cat","seed":-1,"frames":121,"aspect_ratio":"16:9"}"#,
        );
        assert!(
            authorization
                .ends_with("Signature=d172f777b552d1d3e471332b6f320bc770dc2f105345f49b1515ee3922a4a021"),
            "{authorization}"
        );
    }
}
