//! The operator's reports over all accounts. Each reads what lies in its days and little else.

mod by_provider;
mod performance;
mod usage;
pub(super) mod walk;

use async_trait::async_trait;
use spool_domain::report::{PerformanceQuery, Performances, Report, Reports, UsageQuery};
use spool_domain::store::Error;

use super::Sqlite;

#[async_trait]
impl Reports for Sqlite {
    async fn all_usage(&self, query: UsageQuery) -> Result<Report, Error> {
        self.read(move |db| match query.groups.provider {
            false => usage::read(db, &query),
            true => by_provider::read(db, &query),
        })
        .await
    }

    async fn performance(&self, query: PerformanceQuery) -> Result<Performances, Error> {
        self.read(move |db| performance::read(db, &query)).await
    }
}
