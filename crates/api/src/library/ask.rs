//! What of the library is asked for.

use std::sync::Arc;

use spool_domain::catalogue::{Catalogue, Makes};
use spool_domain::fault::Fault;
use spool_domain::ids::JobId;
use spool_domain::library::{Filter, Kind, Status};

use crate::days;
use crate::fields::Fields;

const ALLOWED: [&str; 8] = ["status", "model", "key", "kind", "from", "to", "limit", "before"];

const LIMIT_USUAL: u32 = 30;

/// A page of it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) filter: Filter,
    pub(super) before: Option<JobId>,
    pub(super) limit: u32,
}

/// Reads the query.
pub(super) fn read(query: Option<&str>, catalogue: &Arc<Catalogue>) -> Result<Asked, Fault> {
    let mut given = Fields::query(query, &ALLOWED)?;
    let status =
        given.parsed("status", "one of queued, processing, succeeded, failed, canceled", Status::parse)?;
    let makes = given.parsed("kind", "one of image, video, audio, text", Makes::parse)?;
    let model = given.model()?.map(|name| catalogue.id_of(name));
    let key = given.key()?;
    let (from, until) = days::between(&mut given)?;
    let limit = given.limit(LIMIT_USUAL)?;
    let before = given.parsed("before", "the `next` of the page before", |id| JobId::parse(id).ok())?;
    let kind = makes.map(|makes| {
        let catalogue = Arc::clone(catalogue);
        Kind { makes, maker_of: Arc::new(move |id| catalogue.find(id).map(|model| model.makes)) }
    });
    let filter = Filter { status, model, key, kind, from, until };
    Ok(Asked { filter, before, limit })
}
