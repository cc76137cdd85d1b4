//! Rows to values and back.

use rusqlite::types::Type;
use rusqlite::{Row, ToSql};
use serde::Serialize;
use serde::de::DeserializeOwned;
use spool_domain::adapter::Token;
use spool_domain::catalogue::Params;
use spool_domain::ids::{AccountId, AssetId, AttemptNo, JobId, KeyId};
use spool_domain::job::{Asset, Attempt, AttemptResult, Event, Job, Outcome, Phase};
use spool_domain::money::MicroUsd;
use spool_domain::order::{Mode, Terms};
use spool_domain::store::{AccountRow, KeyRow};
use spool_domain::time::Timestamp;

use super::failure::Failure;

/// A row of the view `whole_job`.
pub(super) fn job(row: &Row) -> rusqlite::Result<Job> {
    Ok(Job {
        id: JobId(row.get(1)?),
        account: AccountId(row.get(2)?),
        key: KeyId(row.get(3)?),
        mode: mode(row, 4)?,
        label: row.get(5)?,
        model: row.get(6)?,
        model_asked: row.get(7)?,
        params: Params(json(row, 8)?),
        count: row.get(9)?,
        price: MicroUsd(row.get(10)?),
        phase: phase(row)?,
        due: time(row, 13)?,
        phase_since: Timestamp(row.get(14)?),
        epoch: row.get::<_, i64>(15)?.unsigned_abs(),
        route: row.get(16)?,
        attempt: if row.get_ref(26)?.data_type() == Type::Null { None } else { Some(attempt(row, 26)?) },
        events: row.get(17)?,
        progress: row.get(18)?,
        cancel_asked: row.get(19)?,
        cancel_sent: row.get(20)?,
        charged: row.get::<_, Option<i64>>(21)?.map(MicroUsd),
        parent: row.get::<_, Option<[u8; 20]>>(22)?.map(JobId),
        part: row.get(23)?,
        created_at: Timestamp(row.get(24)?),
        ended_at: time(row, 25)?,
        terms: match row.get_ref(39)?.data_type() {
            Type::Null => Terms::default(),
            _ => json(row, 39)?,
        },
    })
}

/// An attempt's twelve columns, the first of which is `from`.
pub(super) fn attempt(row: &Row, from: usize) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        no: AttemptNo(row.get(from)?),
        provider: row.get(from + 1)?,
        credential: row.get(from + 2)?,
        token: Token(row.get(from + 3)?),
        body_sha256: row.get(from + 4)?,
        send_deadline: Timestamp(row.get(from + 5)?),
        result: row.get::<_, Option<String>>(from + 6)?.map(|word| result(from + 6, &word)).transpose()?,
        provider_job: row.get(from + 7)?,
        billed: row.get::<_, Option<i64>>(from + 8)?.map(MicroUsd),
        trouble: row.get(from + 9)?,
        started_at: Timestamp(row.get(from + 10)?),
        ended_at: time(row, from + 11)?,
    })
}

/// A row of `events.sql`.
pub(super) fn event(row: &Row) -> rusqlite::Result<Event> {
    Ok(Event { no: row.get(0)?, kind: row.get(1)?, detail: row.get(2)?, at: Timestamp(row.get(3)?) })
}

/// A row of `asset.sql`.
pub(super) fn asset(row: &Row) -> rusqlite::Result<Asset> {
    Ok(Asset {
        id: AssetId(row.get(0)?),
        account: AccountId(row.get(1)?),
        job: JobId(row.get(2)?),
        content_type: row.get(3)?,
        inline: row.get(4)?,
        format: row.get(5)?,
        size_bytes: row.get::<_, i64>(6)?.unsigned_abs(),
        sha256: row.get(7)?,
        created_at: Timestamp(row.get(8)?),
    })
}

/// A row of `account.sql`.
pub(super) fn account(row: &Row) -> rusqlite::Result<AccountRow> {
    Ok(AccountRow { id: AccountId(row.get(0)?), name: row.get(1)?, created_at: Timestamp(row.get(2)?) })
}

/// A row of `key.sql`.
pub(super) fn key(row: &Row) -> rusqlite::Result<KeyRow> {
    Ok(KeyRow {
        id: KeyId(row.get(0)?),
        account: AccountId(row.get(1)?),
        mode: mode(row, 2)?,
        name: row.get(3)?,
        sha256: row.get(4)?,
        last4: row.get(5)?,
        created_at: Timestamp(row.get(6)?),
        expires_at: time(row, 7)?,
        revoked_at: time(row, 8)?,
        scopes: row.get_ref(9)?.as_str()?.parse().map_err(|_| unreadable(9))?,
    })
}

/// What the `detail` column holds beside the phase's name: the phase as JSON, where the name does not say it all.
pub(super) fn detail(phase: &Phase) -> Result<Option<String>, Failure> {
    match phase {
        Phase::Queued | Phase::Submitting | Phase::NeedsOperator | Phase::Done(Outcome::Canceled) => Ok(None),
        Phase::Running(_)
        | Phase::Storing(_)
        | Phase::Reconciling { .. }
        | Phase::Done(Outcome::Succeeded(_) | Outcome::Failed(_)) => to_json(phase).map(Some),
    }
}

/// A value as the JSON of a column.
pub(super) fn to_json(value: &impl Serialize) -> Result<String, Failure> {
    // The cause may quote the value.
    serde_json::to_string(value).map_err(|_| Failure::new("a value cannot be written as JSON"))
}

/// A mode's word.
pub(super) fn mode(row: &Row, column: usize) -> rusqlite::Result<Mode> {
    match row.get_ref(column)?.as_str()? {
        "live" => Ok(Mode::Live),
        "test" => Ok(Mode::Test),
        _ => Err(unreadable(column)),
    }
}

/// An epoch as a parameter. One that the column cannot hold is no row's.
pub(super) fn epoch(epoch: u64) -> i64 {
    i64::try_from(epoch).unwrap_or(i64::MAX)
}

/// A moment as a parameter.
pub(super) fn moment(at: Option<Timestamp>) -> impl ToSql {
    at.map(|at| at.0)
}

fn phase(row: &Row) -> rusqlite::Result<Phase> {
    match row.get_ref(11)?.as_str()? {
        "queued" => Ok(Phase::Queued),
        "submitting" => Ok(Phase::Submitting),
        "needs_operator" => Ok(Phase::NeedsOperator),
        "canceled" => Ok(Phase::Done(Outcome::Canceled)),
        _ => json(row, 12),
    }
}

fn result(column: usize, word: &str) -> rusqlite::Result<AttemptResult> {
    use AttemptResult::{Accepted, NotAccepted, NotSent, Rejected, Unknown, WrittenOff};
    [Accepted, Rejected, NotSent, Unknown, NotAccepted, WrittenOff]
        .into_iter()
        .find(|result| result.as_str() == word)
        .ok_or_else(|| unreadable(column))
}

/// A moment of a column that may be empty.
pub(super) fn time(row: &Row, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
}

fn json<T: DeserializeOwned>(row: &Row, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|_| unreadable(column))
}

/// The column does not hold what this program writes. Its content stays out of the text.
pub(super) fn unreadable(column: usize) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, "not written by this program".into())
}
