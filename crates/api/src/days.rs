//! The days of a report and of a filter: `from` and `to`, both in UTC and both within it.

use serde_json::Value;
use spool_domain::day::Day;
use spool_domain::fault::Fault;
use spool_domain::time::Timestamp;

use crate::fields::{Fields, wrong};

const ALLOWED: &str = "a day such as 2026-01-31";

/// The first and the last day of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) from: Day,
    pub(crate) to: Day,
}

impl Days {
    /// What is asked for; as many days as usual, today among them, where nothing is said. At most so many.
    pub(crate) fn read(query: &mut Fields, today: Day, usual: i64, most: i64) -> Result<Self, Fault> {
        let (from, to) = (day(query, "from")?, day(query, "to")?);
        let to = to.unwrap_or_else(|| today.max(from.unwrap_or(today)));
        let from = from.unwrap_or_else(|| to.plus(1 - usual));
        ordered(from, to)?;
        if to.0 - from.0 >= most {
            let first = to.plus(1 - most);
            let allowed = format!("at most {most} days in this report: with this `to`, {first} or later");
            return Err(wrong("from", &Value::from(from.to_string()), &allowed));
        }
        Ok(Self { from, to })
    }
}

/// The moments between which a filter looks: from the first day's first, to before the one after the last day's last.
pub(crate) fn between(query: &mut Fields) -> Result<(Option<Timestamp>, Option<Timestamp>), Fault> {
    let (from, to) = (day(query, "from")?, day(query, "to")?);
    if let (Some(from), Some(to)) = (from, to) {
        ordered(from, to)?;
    }
    Ok((from.map(Day::start), to.map(|to| to.plus(1).start())))
}

fn day(query: &mut Fields, name: &str) -> Result<Option<Day>, Fault> {
    query.parsed(name, ALLOWED, Day::parse)
}

fn ordered(from: Day, to: Day) -> Result<(), Fault> {
    if from > to {
        let allowed = format!("a day that is not after `to`, {to}");
        return Err(wrong("from", &Value::from(from.to_string()), &allowed));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(query: &str) -> Fields {
        Fields::query(Some(query), &["from", "to"]).unwrap()
    }

    fn read(query: &str) -> Result<(String, String), Fault> {
        let today = Day::parse("2026-11-21").unwrap();
        Days::read(&mut fields(query), today, 7, 31).map(|days| (days.from.to_string(), days.to.to_string()))
    }

    #[test]
    fn days_that_are_not_named_are_the_usual_ones_up_to_today() {
        let days = |from: &str, to: &str| Ok((from.to_owned(), to.to_owned()));
        assert_eq!(read(""), days("2026-11-15", "2026-11-21"));
        assert_eq!(read("to=2026-01-31"), days("2026-01-25", "2026-01-31"));
        assert_eq!(read("from=2026-11-01"), days("2026-11-01", "2026-11-21"));
        assert_eq!(read("from=2026-12-01"), days("2026-12-01", "2026-12-01"));
        assert_eq!(read("from=2026-10-22&to=2026-11-21"), days("2026-10-22", "2026-11-21"));
    }

    #[test]
    fn what_is_wrong_is_named_with_what_was_given_and_what_is_allowed() {
        for (query, field, given, allowed) in [
            ("from=2026-02-30", "from", "2026-02-30", "a day such as"),
            ("to=today", "to", "today", "a day such as"),
            ("from=2026-02-02&to=2026-02-01", "from", "2026-02-02", "not after `to`, 2026-02-01"),
            ("from=2026-10-21&to=2026-11-21", "from", "2026-10-21", "2026-10-22 or later"),
        ] {
            let fault = read(query).unwrap_err();
            assert_eq!(fault.param.as_deref(), Some(field), "{query}");
            assert!(fault.message.contains(given) && fault.message.contains(allowed), "{}", fault.message);
        }
        assert!(between(&mut fields("from=2026-02-02&to=2026-02-01")).is_err());
    }

    #[test]
    fn a_filter_holds_the_whole_of_its_last_day() {
        let (from, until) = between(&mut fields("from=1970-01-02&to=1970-01-02")).unwrap();
        assert_eq!((from, until), (Some(Timestamp(86_400_000)), Some(Timestamp(2 * 86_400_000))));
        assert_eq!(between(&mut fields("")).unwrap(), (None, None));
    }
}
