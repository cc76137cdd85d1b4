//! Forgetting idempotency records that have had their time (K5).
//!
//! No index leads from old jobs to their records: it would cost every order something, for a look once an hour. The
//! records are walked instead, page by page beside the writer, and only what is to go is handed to it.

use rusqlite::{Connection, params};
use spool_domain::store::Pruned;
use spool_domain::time::Timestamp;

use super::failure::Failure;

/// Records looked at in one page; at most so many are removed in one piece of the writer's work: some milliseconds.
const PAGE: usize = 500;

/// What one page holds: the records to forget, by scope and job, and where the next page begins.
pub(super) struct Look {
    dead: Vec<([u8; 32], i64)>,
    next: Option<[u8; 32]>,
}

/// Looks at the page behind this scope.
pub(super) fn look(
    connection: &Connection,
    ended_before: Timestamp,
    after: Option<[u8; 32]>,
) -> Result<Look, Failure> {
    // An empty text of bytes sorts before every scope.
    let after: &[u8] = after.as_ref().map_or(&[], |scope| scope);
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/prune_look.sql"))?;
    let rows = statement.query_map(params![after, ended_before.0, PAGE as i64], |row| {
        // A job that goes on has no end, and is not before anything.
        Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, i64>(1)?, row.get::<_, Option<bool>>(2)?))
    })?;
    let page = rows.collect::<Result<Vec<_>, _>>()?;
    let next = page.last().filter(|_| page.len() == PAGE).map(|(scope, ..)| *scope);
    let dead = page.into_iter().filter(|(.., dead)| *dead == Some(true));
    Ok(Look { dead: dead.map(|(scope, job, _)| (scope, job)).collect(), next })
}

impl Look {
    /// Whether there is nothing to remove.
    pub(super) fn is_clean(&self) -> bool {
        self.dead.is_empty()
    }

    /// What came of it without a removal.
    pub(super) fn untouched(&self) -> Pruned {
        Pruned { removed: 0, next: self.next }
    }

    /// Removes what the page held. By job as well: the key may be in use again since the look.
    pub(super) fn remove(&self, connection: &Connection) -> Result<Pruned, Failure> {
        let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/prune.sql"))?;
        let mut removed = 0;
        for (scope, job) in &self.dead {
            removed += statement.execute(params![scope, job])? as u64;
        }
        Ok(Pruned { removed, next: self.next })
    }
}
