//! Days of the calendar, always in UTC: what usage is counted by and budgets renew on.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::{self, Date};

use crate::time::Timestamp;

/// Milliseconds in a day of UTC, which has no other length.
const DAY_MS: i64 = 86_400_000;

/// Where days are counted from.
const FIRST: Date = civil::date(1970, 1, 1);

/// A day: how many have passed since the first of January 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// The day of a moment.
    pub fn of(at: Timestamp) -> Self {
        Self(at.0.div_euclid(DAY_MS))
    }

    /// Reads `2026-11-21`; nothing for any other way to write a day, and for a day that does not exist.
    pub fn parse(text: &str) -> Option<Self> {
        let date: Date = text.parse().ok()?;
        let day = Self::of_date(date);
        (day.to_string() == text).then_some(day)
    }

    /// Its first moment.
    pub fn start(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(DAY_MS))
    }

    /// Some days later, or earlier.
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The first day of its month.
    pub fn month(self) -> Self {
        Self::of_date(self.date().first_of_month())
    }

    /// The first day of the month after it.
    pub fn next_month(self) -> Self {
        self.date().last_of_month().tomorrow().map_or(self, Self::of_date)
    }

    /// Days that no calendar holds are shown as the first one; clocks do not tell such.
    fn date(self) -> Date {
        let days = i32::try_from(self.0).unwrap_or_default();
        FIRST.checked_add(days.days()).unwrap_or(FIRST)
    }

    fn of_date(date: Date) -> Self {
        Self(FIRST.until(date).map_or(0, |span| i64::from(span.get_days())))
    }
}

impl fmt::Display for Day {
    /// `2026-11-21`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.date().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written() {
        for (text, day) in
            [("1970-01-01", 0), ("1969-12-31", -1), ("2024-02-29", 19_782), ("2026-11-21", 20_778)]
        {
            assert_eq!(Day::parse(text), Some(Day(day)));
            assert_eq!(Day(day).to_string(), text);
        }
        for text in
            ["", "2026-02-29", "2026-13-01", "20261121", "2026-1-2", "2026-11-21T00:00:00", " 2026-11-21"]
        {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_ends_at_midnight_in_utc() {
        assert_eq!(Day::of(Timestamp(DAY_MS - 1)), Day(0));
        assert_eq!(Day::of(Timestamp(DAY_MS)), Day(1));
        assert_eq!(Day::of(Timestamp(-1)), Day(-1));
    }

    #[test]
    fn months_begin_where_the_calendar_says() {
        for (day, month, next) in [
            ("2024-02-29", "2024-02-01", "2024-03-01"),
            ("2026-12-31", "2026-12-01", "2027-01-01"),
            ("2027-01-01", "2027-01-01", "2027-02-01"),
        ] {
            let day = Day::parse(day).unwrap();
            assert_eq!(
                (day.month().to_string().as_str(), day.next_month().to_string().as_str()),
                (month, next)
            );
        }
    }
}
