//! The account's predictions, newest first, a hundred a page.

use serde_json::Value;
use spool_domain::adapter::{Call, Listed, Listing};
use spool_domain::day::Day;
use spool_domain::time::Timestamp;

/// The first page of what was made since then.
pub(super) fn call(since_unix_ms: i64) -> Call {
    Call::get(format!("/predictions?created_after={}", written(Timestamp(since_unix_ms.max(0)))))
}

/// Reads a page; nothing if it is none. Predictions from the website are not ours and are left out.
pub(super) fn read(body: &Value) -> Option<Listing> {
    let ours = body["results"].as_array()?.iter().filter(|one| one["source"] != "web");
    let jobs = ours.map(|one| {
        let created_unix_ms = one["created_at"].as_str().and_then(read_moment).map(|at| at.0);
        Some(Listed { handle: super::handle(one["id"].as_str()?)?, token: None, created_unix_ms })
    });
    let next = body["next"].as_str().filter(|next| !next.is_empty()).map(Call::get);
    Some(Listing { jobs: jobs.collect::<Option<_>>()?, next })
}

/// `2026-11-21T08:00:00.250Z`.
fn written(at: Timestamp) -> String {
    let day = Day::of(at);
    let ms = at.since_ms(day.start());
    let (h, m, s) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    format!("{day}T{h:02}:{m:02}:{s:02}.{:03}Z", ms % 1_000)
}

/// Reads a moment of UTC, with any number of decimals; nothing for other zones, which Replicate does not write.
fn read_moment(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"))?;
    let (day, time) = text.split_once('T')?;
    let (time, decimals) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = time.split(':').map(|part| part.parse::<u64>().ok());
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
    let whole = decimals.bytes().all(|byte| byte.is_ascii_digit());
    let ms: u64 = format!("{decimals:0<3}").get(..3)?.parse().ok()?;
    let within = whole && parts.next().is_none() && h < 24 && m < 60 && s <= 60;
    within.then_some(Day::parse(day)?.start().after_ms(((h * 60 + m) * 60 + s) * 1_000 + ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_and_read_to_the_millisecond() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_694_189_974_907, "2023-09-08T16:19:34.907Z"),
            (1_795_219_199_999, "2026-11-20T23:59:59.999Z"),
        ] {
            assert_eq!(written(Timestamp(ms)), text);
            assert_eq!(read_moment(text), Some(Timestamp(ms)));
        }
        assert_eq!(read_moment("2023-09-08T16:19:34.907244Z"), Some(Timestamp(1_694_189_974_907)));
        assert_eq!(read_moment("2023-09-08T16:19:34+00:00"), Some(Timestamp(1_694_189_974_000)));
        for text in
            ["", "2023-09-08", "2023-09-08T16:19:34", "2023-02-30T00:00:00Z", "2023-09-08T24:00:00Z", "Z"]
        {
            assert_eq!(read_moment(text), None, "{text}");
        }
    }
}
