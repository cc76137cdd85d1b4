//! The account's transcripts, newest first.

use serde_json::Value;
use spool_domain::adapter::{Listed, Listing};
use spool_domain::day::Day;

/// Reads the one page that is asked for; nothing if it is none. It holds more than can be begun between two sweeps.
pub(super) fn read(body: &Value) -> Option<Listing> {
    let transcripts = body["transcripts"].as_array()?.iter();
    let jobs = transcripts.map(|one| {
        let created_unix_ms = one["created"].as_str().and_then(moment_ms);
        Some(Listed { handle: super::handle(one["id"].as_str()?)?, token: None, created_unix_ms })
    });
    Some(Listing { jobs: jobs.collect::<Option<_>>()?, next: None })
}

/// `2026-11-21T08:00:00.250000`, in UTC without saying so; Unix milliseconds to the second.
fn moment_ms(text: &str) -> Option<i64> {
    let (day, time) = text.split_once('T')?;
    let mut parts = time.get(..8)?.split(':').map(|part| part.parse::<u64>().ok());
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
    Some(Day::parse(day)?.start().after_ms(((h * 60 + m) * 60 + s) * 1_000).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_to_the_second() {
        for text in ["2023-09-08T16:19:34", "2023-09-08T16:19:34.907244", "2023-09-08T16:19:34Z"] {
            assert_eq!(moment_ms(text), Some(1_694_189_974_000), "{text}");
        }
        for text in ["", "2023-09-08", "2023-02-30T00:00:00", "2023-09-08T16:19", "2023-09-08Tü6:19:34"] {
            assert_eq!(moment_ms(text), None, "{text}");
        }
    }
}
