//! Looking through an account's jobs. No index knows phase, key, model or day of a job, because every order would pay
//! for it: the account's jobs are walked by admission, a bounded number of them for each page.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use spool_domain::ids::{AccountId, AssetId, JobId};
use spool_domain::library::{Filter, Found, Glance, Library};
use spool_domain::order::Mode;
use spool_domain::store::Error;
use spool_domain::time::Timestamp;

use super::failure::Failure;
use super::{Sqlite, rows};

/// A page holds at most this many jobs, whatever was asked for.
const PAGE_MAX: u32 = 100;

/// A page looks at most at this many jobs: some ten milliseconds of one reader.
const LOOK_MAX: u32 = 10_000;

/// Jobs are admitted in the order of their numbers, and nearly in that of their times: a moment passes between the two,
/// and a clock may be set back. Beyond this nothing is believed to be out of order.
const DISORDER_MS: i64 = 3_600_000;

#[async_trait]
impl Library for Sqlite {
    async fn library(
        &self,
        account: AccountId,
        mode: Mode,
        filter: Filter,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Found, Error> {
        let limit = limit.clamp(1, PAGE_MAX);
        self.read(move |db| Shelf { db, account, mode }.page(&filter, before, limit as usize)).await
    }

    async fn assets_gone(&self, assets: Vec<AssetId>) -> Result<Vec<AssetId>, Error> {
        self.read(move |db| {
            let mut one = db.prepare_cached(include_str!("../../sql/sqlite/asset.sql"))?;
            let mut gone = Vec::new();
            for asset in assets {
                if !one.exists([asset.bytes()])? {
                    gone.push(asset);
                }
            }
            Ok(gone)
        })
        .await
    }
}

/// The jobs of one account and mode, by their numbers.
struct Shelf<'a> {
    db: &'a Connection,
    account: AccountId,
    mode: Mode,
}

impl Shelf<'_> {
    fn page(&self, filter: &Filter, before: Option<JobId>, limit: usize) -> Result<Found, Failure> {
        let mut above = match before {
            None => i64::MAX,
            Some(job) => match self.number(job)? {
                Some(n) => n,
                None => return Ok(Found::default()),
            },
        };
        if let Some(until) = filter.until {
            above = self.newer_than(above, Timestamp(until.0.saturating_add(DISORDER_MS)))?.1;
        }
        let mut below = 0;
        if let Some(from) = filter.from {
            below = self.newer_than(above, Timestamp(from.0.saturating_sub(DISORDER_MS + 1)))?.0;
        }
        let (numbers, mut next) = self.look(filter, above, below, limit)?;
        let mut one = self.db.prepare_cached(include_str!("../../sql/sqlite/job_by_number.sql"))?;
        let mut jobs = Vec::with_capacity(numbers.len());
        for n in numbers {
            jobs.push(one.query_row([n], rows::job)?);
        }
        // One more than a page was looked for: it says that there is another.
        if jobs.len() > limit {
            jobs.truncate(limit);
            next = jobs.last().map(|job| job.id);
        }
        Ok(Found { jobs, next })
    }

    /// The numbers of at most `limit` and one wanted jobs between two numbers; and where the look reached its bound, the
    /// last job that it saw.
    fn look(
        &self,
        filter: &Filter,
        above: i64,
        below: i64,
        limit: usize,
    ) -> Result<(Vec<i64>, Option<JobId>), Failure> {
        let mut statement = self.db.prepare_cached(include_str!("../../sql/sqlite/library.sql"))?;
        let mut rows =
            statement.query(params![self.account.0, self.mode.as_str(), above, below, LOOK_MAX + 1])?;
        let (mut numbers, mut looked, mut last) = (Vec::new(), 0, 0);
        while let Some(row) = rows.next()? {
            if looked == LOOK_MAX {
                return Ok((numbers, Some(self.id(last)?)));
            }
            looked += 1;
            last = row.get(0)?;
            let seen = glance(row)?;
            if filter.takes(&seen) && self.is_kind(filter, last, seen.model)? {
                numbers.push(last);
                if numbers.len() > limit {
                    break;
                }
            }
        }
        Ok((numbers, None))
    }

    /// Whether the job makes what is wanted: what its model makes, or what it made, where nobody knows the model.
    fn is_kind(&self, filter: &Filter, n: i64, model: &str) -> Result<bool, Failure> {
        let Some(kind) = &filter.kind else { return Ok(true) };
        if let Some(makes) = (kind.maker_of)(model) {
            return Ok(makes == kind.makes);
        }
        let mut statement = self.db.prepare_cached(include_str!("../../sql/sqlite/library_made.sql"))?;
        let made: Option<String> = statement.query_row([n], |row| row.get(0))?;
        Ok(made.is_some_and(|made| made == kind.makes.as_str()))
    }

    /// Cuts the numbers below `above` where the times pass a moment: all jobs at the first number or below it are not
    /// newer, and one at the second is, unless there is none.
    fn newer_than(&self, above: i64, moment: Timestamp) -> Result<(i64, i64), Failure> {
        let (mut old, mut new) = (0, above);
        while new - old > 1 {
            // From the newest job on, whose number is far below the largest one.
            let middle = if new == i64::MAX { new - 1 } else { old + (new - old) / 2 };
            match self.at(middle)? {
                Some((n, created_at)) if created_at > moment => new = n,
                Some((n, _)) if new == i64::MAX => return Ok((n, new)),
                Some(_) | None => old = middle,
            }
        }
        Ok((old, new))
    }

    fn at(&self, n: i64) -> Result<Option<(i64, Timestamp)>, Failure> {
        Ok(self
            .db
            .prepare_cached(include_str!("../../sql/sqlite/library_at.sql"))?
            .query_row(params![self.account.0, self.mode.as_str(), n], |row| {
                Ok((row.get(0)?, Timestamp(row.get(1)?)))
            })
            .optional()?)
    }

    fn number(&self, job: JobId) -> Result<Option<i64>, Failure> {
        Ok(self
            .db
            .prepare_cached(include_str!("../../sql/sqlite/library_before.sql"))?
            .query_row(params![job.bytes(), self.account.0, self.mode.as_str()], |row| row.get(0))
            .optional()?)
    }

    fn id(&self, n: i64) -> Result<JobId, Failure> {
        let mut one = self.db.prepare_cached(include_str!("../../sql/sqlite/job_by_number.sql"))?;
        Ok(one.query_row([n], rows::job)?.id)
    }
}

fn glance<'a>(row: &'a Row) -> rusqlite::Result<Glance<'a>> {
    Ok(Glance {
        phase: row.get_ref(1)?.as_str()?,
        key: row.get_ref(2)?.as_str()?,
        model: row.get_ref(3)?.as_str()?,
        created_at: Timestamp(row.get(4)?),
    })
}
