//! Which part of a list is asked for: `limit`, `offset`, and the words of a `search`.

use spool_domain::fault::Fault;

/// The most that one answer lists.
pub(crate) const LIMIT_MAX: usize = 100;
/// Far beyond any catalogue; beyond it, a number is a slip.
const OFFSET_MAX: usize = 1_000_000;
/// The longest words that are looked for, characters.
const WORDS_CHARS_MAX: usize = 200;

/// The part of a list that a query asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) limit: usize,
    pub(crate) offset: usize,
    pub(crate) search: String,
}

impl Window {
    /// The first so many, without words.
    pub(crate) fn of(limit: usize) -> Self {
        Self { limit, offset: 0, search: String::new() }
    }

    /// Takes one field of the query; false if it is none of these.
    pub(crate) fn take(&mut self, name: &str, value: &str) -> Result<bool, Fault> {
        let whole = |max: usize| value.parse().ok().filter(|number| *number <= max);
        match name {
            "limit" => {
                let limit = whole(LIMIT_MAX).filter(|limit| *limit > 0);
                self.limit = limit.ok_or_else(|| wrong(name, "a whole number from 1 to 100"))?;
            }
            "offset" => {
                self.offset = whole(OFFSET_MAX).ok_or_else(|| wrong(name, "a whole number up to 1000000"))?;
            }
            "search" => self.search = words(name, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// That part, and how long the list is.
    pub(crate) fn cut<T>(&self, found: Vec<T>) -> (impl Iterator<Item = T>, usize) {
        let total = found.len();
        (found.into_iter().skip(self.offset).take(self.limit), total)
    }
}

/// Words that are not too long.
pub(crate) fn words(name: &str, value: &str) -> Result<String, Fault> {
    match value.chars().nth(WORDS_CHARS_MAX) {
        Some(_) => Err(wrong(name, "at most 200 characters long")),
        None => Ok(value.to_owned()),
    }
}

/// The fault of a field of the query.
pub(crate) fn wrong(name: &str, allowed: &str) -> Fault {
    Fault::field(name, format!("{name} must be {allowed}"))
}
