//! The port's moments, each handed to the writer or to a reader.

use async_trait::async_trait;
use rusqlite::Connection;
use spool_domain::adapter::Token;
use spool_domain::budget::{Budget, BudgetState};
use spool_domain::day::Day;
use spool_domain::ids::{AccountId, AssetId, AttemptNo, JobId, KeyId, NodeId};
use spool_domain::job::{Asset, Attempt, Event, Job};
use spool_domain::ledger::Transfer;
use spool_domain::order::Mode;
use spool_domain::statement::{Before, Entry, Line, Refund, Refunded};
use spool_domain::store::{
    AccountRow, Audit, Balance, Claims, Commit, Committed, Error, KeyRow, NewJob, Page, Pruned, Store,
    Submitted,
};
use spool_domain::time::Timestamp;
use spool_domain::usage::{Query, Row};

use super::{
    Sqlite, accounts, audit, budget, claim, commit, control, prune, read, refund, statement, submit, usage,
};

#[async_trait]
impl Store for Sqlite {
    async fn submit(&self, new: NewJob) -> Result<Submitted, Error> {
        let now = self.now();
        // Boxed, because most of the queue's entries are much smaller.
        let new = Box::new(new);
        self.write(move |db| submit::submit(db, now, &new)).await
    }

    async fn claim(
        &self,
        node: NodeId,
        limit: u32,
        lease_ms: u64,
        except: &[AccountId],
    ) -> Result<Claims, Error> {
        let (now, except) = (self.now(), except.to_vec());
        self.write(move |db| claim::claim(db, now, node, limit, lease_ms, &except)).await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, Error> {
        let now = self.now();
        self.write(move |db| commit::commit(db, now, &commit)).await
    }

    async fn renew(&self, node: NodeId, lease_ms: u64) -> Result<u64, Error> {
        let now = self.now();
        self.write(move |db| control::renew(db, now, node, lease_ms)).await
    }

    async fn take_over(&self, node: NodeId) -> Result<u64, Error> {
        let now = self.now();
        self.write(move |db| control::take_over(db, now, node)).await
    }

    async fn ask_cancel(&self, account: AccountId, mode: Mode, job: JobId) -> Result<Option<Job>, Error> {
        let now = self.now();
        self.write(move |db| control::ask_cancel(db, now, account, mode, job)).await
    }

    async fn hint(&self, job: JobId, attempt: AttemptNo) -> Result<bool, Error> {
        let now = self.now();
        self.write(move |db| control::hint(db, now, job, attempt)).await
    }

    async fn open_attempts(&self) -> Result<Vec<(JobId, String, String)>, Error> {
        self.read(control::open_attempts).await
    }

    async fn knows(&self, provider: &str, credential: &str, provider_job: &str) -> Result<bool, Error> {
        let words = [provider, credential, provider_job].map(str::to_owned);
        self.read(move |db| control::knows(db, &words[0], &words[1], &words[2])).await
    }

    async fn open_by_token(
        &self,
        provider: &str,
        token: &Token,
    ) -> Result<Option<(JobId, AttemptNo)>, Error> {
        let (provider, token) = (provider.to_owned(), token.0.clone());
        self.read(move |db| control::open_by_token(db, &provider, &token)).await
    }

    async fn job(&self, account: AccountId, mode: Mode, job: JobId) -> Result<Option<Job>, Error> {
        self.read(move |db| read::job(db, account, mode, job)).await
    }

    async fn jobs(&self, account: AccountId, mode: Mode, page: Page) -> Result<Vec<Job>, Error> {
        self.read(move |db| read::jobs(db, account, mode, page)).await
    }

    async fn parts(&self, parent: JobId) -> Result<Vec<Job>, Error> {
        self.read(move |db| read::parts(db, parent)).await
    }

    async fn events(&self, job: JobId, after: u32) -> Result<Vec<Event>, Error> {
        self.read(move |db| read::events(db, job, after)).await
    }

    async fn attempts(&self, job: JobId) -> Result<Vec<Attempt>, Error> {
        self.read(move |db| read::attempts(db, job)).await
    }

    async fn asset(&self, asset: AssetId) -> Result<Option<Asset>, Error> {
        self.read(move |db| read::asset(db, asset)).await
    }

    async fn delete_asset(&self, account: AccountId, asset: AssetId) -> Result<bool, Error> {
        self.write(move |db| read::delete_asset(db, account, asset)).await
    }

    async fn create_account(&self, name: &str, at: Timestamp) -> Result<AccountRow, Error> {
        let name = name.to_owned();
        self.write(move |db| accounts::create(db, &name, None, at)).await
    }

    async fn account(&self, account: AccountId) -> Result<Option<AccountRow>, Error> {
        self.read(move |db| accounts::one(db, account)).await
    }

    async fn accounts(&self) -> Result<Vec<AccountRow>, Error> {
        self.read(accounts::all).await
    }

    async fn balance(&self, account: AccountId, mode: Mode) -> Result<Balance, Error> {
        self.read(move |db| accounts::balance(db, account, mode)).await
    }

    async fn book(&self, transfer: Transfer) -> Result<bool, Error> {
        self.write(move |db| accounts::book(db, &transfer)).await
    }

    async fn create_key(&self, key: KeyRow) -> Result<(), Error> {
        self.write(move |db| accounts::create_key(db, &key)).await
    }

    async fn key(&self, key: &KeyId) -> Result<Option<KeyRow>, Error> {
        let key = key.clone();
        self.read(move |db| accounts::key(db, &key)).await
    }

    async fn keys(&self, account: Option<AccountId>) -> Result<Vec<KeyRow>, Error> {
        self.read(move |db| accounts::keys(db, account)).await
    }

    async fn keys_of_mode(&self, account: AccountId, mode: Mode, limit: u32) -> Result<Vec<KeyRow>, Error> {
        self.read(move |db| accounts::keys_of_mode(db, account, mode, limit)).await
    }

    async fn revoke_key(&self, key: &KeyId, at: Timestamp) -> Result<bool, Error> {
        let key = key.clone();
        self.write(move |db| accounts::revoke_key(db, &key, at)).await
    }

    async fn set_budget(&self, key: &KeyId, budget: Budget) -> Result<bool, Error> {
        let key = key.clone();
        self.write(move |db| budget::set(db, &key, &budget)).await
    }

    async fn budget(&self, key: &KeyId) -> Result<Option<BudgetState>, Error> {
        let (key, today) = (key.clone(), Day::of(self.now()));
        self.read(move |db| budget::state(db, &key, today)).await
    }

    async fn set_open_jobs_max(&self, account: AccountId, max: Option<u32>) -> Result<bool, Error> {
        self.write(move |db| accounts::set_open_jobs_max(db, account, max)).await
    }

    async fn usage(&self, account: AccountId, mode: Mode, query: Query) -> Result<Vec<Row>, Error> {
        self.read(move |db| usage::read(db, account, mode, &query)).await
    }

    async fn entries(&self, job: JobId) -> Result<Vec<Entry>, Error> {
        self.read(move |db| statement::entries(db, job)).await
    }

    async fn refund(&self, refund: Refund) -> Result<Refunded, Error> {
        self.write(move |db| refund::refund(db, &refund)).await
    }

    async fn ledger(
        &self,
        account: AccountId,
        mode: Mode,
        before: Before,
        limit: u32,
    ) -> Result<Vec<Line>, Error> {
        self.read(move |db| statement::ledger(db, account, mode, &before, limit)).await
    }

    async fn prune(&self, ended_before: Timestamp, from: Option<[u8; 32]>) -> Result<Pruned, Error> {
        let look = self.read(move |db| prune::look(db, ended_before, from)).await?;
        if look.is_clean() {
            return Ok(look.untouched());
        }
        self.write(move |db| look.remove(db)).await
    }

    async fn audit(&self) -> Result<Audit, Error> {
        self.read(audit::audit).await
    }

    /// Through the writer too: a server that cannot write is not ready.
    async fn ping(&self) -> Result<(), Error> {
        let look = |db: &Connection| {
            db.prepare_cached(include_str!("../../sql/sqlite/ping.sql"))?.query_row([], |_| Ok(()))?;
            Ok(())
        };
        self.write(look).await?;
        self.read(look).await
    }
}
