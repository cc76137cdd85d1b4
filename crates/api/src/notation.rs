//! How numbers and times are written in answers.

use serde_json::Number;
use spool_domain::time::Timestamp;

/// `units / per`, written without a decimal point where there is nothing behind it.
pub(crate) fn number(units: i128, per: i128) -> Number {
    if units % per == 0 {
        Number::from((units / per) as i64)
    } else {
        // A quotient of finite numbers by a constant is finite.
        Number::from_f64(units as f64 / per as f64).unwrap_or_else(|| Number::from(0))
    }
}

/// ISO 8601 in UTC, whole seconds.
pub(crate) fn iso(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.unix_s()).unwrap_or_default().to_string()
}

/// ISO 8601 in UTC, to the millisecond: for what happens within seconds.
pub(crate) fn iso_ms(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_seconds_of_utc() {
        assert_eq!(iso(Timestamp(1_767_607_200_999)), "2026-01-05T10:00:00Z");
        assert_eq!(iso(Timestamp(-1)), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn finer_times_have_milliseconds() {
        assert_eq!(iso_ms(Timestamp(1_767_607_200_999)), "2026-01-05T10:00:00.999Z");
        assert_eq!(iso_ms(Timestamp(1_767_607_200_000)), "2026-01-05T10:00:00Z");
    }
}
