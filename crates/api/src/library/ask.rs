//! What of the library is asked for.

use std::sync::Arc;

use spool_domain::catalogue::{Catalogue, Makes};
use spool_domain::day::Day;
use spool_domain::fault::Fault;
use spool_domain::ids::{JobId, KeyId};
use spool_domain::library::{Filter, Kind, Status};

use crate::account::{Query, wrong};

const ALLOWED: [&str; 8] = ["status", "model", "key", "kind", "from", "to", "limit", "before"];

const LIMIT_USUAL: u32 = 30;
const LIMIT_MAX: u32 = 100;

/// The longest model name and the longest key's id that are looked for, characters.
const MODEL_CHARS_MAX: usize = 200;
const KEY_CHARS_MAX: usize = 64;

/// A page of it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) filter: Filter,
    pub(super) before: Option<JobId>,
    pub(super) limit: u32,
}

/// Reads the query.
pub(super) fn read(query: Option<&str>, catalogue: &Arc<Catalogue>) -> Result<Asked, Fault> {
    let given = Query::read(query, &ALLOWED)?;
    let status =
        given.parsed("status", "one of queued, processing, succeeded, failed, canceled", Status::parse)?;
    let makes = given.parsed("kind", "one of image, video, audio, text", Makes::parse)?;
    // Jobs have ids; callers may say an alias. A model that left the catalogue still has its jobs.
    let model = given.parsed("model", "the name of a model, 1 to 200 characters", |name| {
        let fits = within(name, MODEL_CHARS_MAX);
        fits.then(|| catalogue.find(name).map_or_else(|| name.to_owned(), |model| model.id.clone()))
    })?;
    let key = given.parsed("key", "the id of a key, 1 to 64 characters", |key| {
        within(key, KEY_CHARS_MAX).then(|| KeyId(key.to_owned()))
    })?;
    let day = |name| given.parsed(name, "a day such as 2026-01-31", Day::parse);
    let (from, to) = (day("from")?, day("to")?);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(wrong("from", &from.to_string(), &format!("a day that is not after `to`, {to}")));
    }
    let limit = given.parsed("limit", "a whole number from 1 to 100", |text| {
        text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit))
    })?;
    let before = given.parsed("before", "the `next` of the page before", |id| JobId::parse(id).ok())?;
    let kind = makes.map(|makes| {
        let catalogue = Arc::clone(catalogue);
        Kind { makes, maker_of: Arc::new(move |id| catalogue.find(id).map(|model| model.makes)) }
    });
    let filter = Filter {
        status,
        model,
        key,
        kind,
        from: from.map(Day::start),
        until: to.map(|day| day.plus(1).start()),
    };
    Ok(Asked { filter, before, limit: limit.unwrap_or(LIMIT_USUAL) })
}

/// Whether a text is there and no longer than so many characters.
fn within(text: &str, chars_max: usize) -> bool {
    !text.is_empty() && text.chars().nth(chars_max).is_none()
}
