//! Migrations: each is one transaction together with its version number, so that a crash at any statement leaves
//! the database before or after it (D6).

use rusqlite::{Connection, TransactionBehavior};

use super::OpenError;

/// In order, each with the version it leads to.
const MIGRATIONS: &[(u32, &str)] = &[
    (1, include_str!("../../migrations/sqlite/0001_begin.sql")),
    (2, include_str!("../../migrations/sqlite/0002_terms.sql")),
    (3, include_str!("../../migrations/sqlite/0003_money.sql")),
    (4, include_str!("../../migrations/sqlite/0004_files.sql")),
    (5, include_str!("../../migrations/sqlite/0005_operator.sql")),
    (6, include_str!("../../migrations/sqlite/0006_outbox.sql")),
    (7, include_str!("../../migrations/sqlite/0007_fair.sql")),
    (8, include_str!("../../migrations/sqlite/0008_credentials.sql")),
    (10, include_str!("../../migrations/sqlite/0010_reports.sql")),
];

/// The version this program works with.
const KNOWN: u32 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Brings the database to this program's version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let found = version(connection)?;
    if found > KNOWN {
        return Err(OpenError::Newer { found, known: KNOWN });
    }
    for (version, migration) in MIGRATIONS.iter().filter(|(version, _)| *version > found) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
        tracing::info!(version, "migrated the database to schema version {version}");
    }
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use rusqlite::Batch;
    use rusqlite::fallible_iterator::FallibleIterator;
    use std::path::Path;

    use super::*;

    fn schema(connection: &Connection) -> Vec<(String, Option<String>)> {
        let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    fn open(dir: &Path) -> Connection {
        let connection = Connection::open(dir.join("spool.db")).unwrap();
        super::super::prepare_writer(&connection).unwrap();
        connection
    }

    /// The files as a killed process leaves them.
    fn image(from: &Path, to: &Path) {
        for file in std::fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }

    /// Runs some statements of a migration in a transaction; whether they were all.
    fn run_some(connection: &Connection, migration: &str, statements: usize) -> bool {
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut batch = Batch::new(connection, migration);
        for _ in 0..statements {
            match batch.next().unwrap() {
                Some(mut statement) => drop(statement.raw_query().next().map(|_| ())),
                None => return true,
            }
        }
        false
    }

    #[test]
    fn d6_a_migration_survives_a_crash_at_every_statement() {
        let fresh = tempfile::tempdir().unwrap();
        let mut connection = open(fresh.path());
        migrate(&mut connection).unwrap();
        let expected = schema(&connection);

        for n in 0..MIGRATIONS.len() {
            let mut statements = 0;
            loop {
                let dir = tempfile::tempdir().unwrap();
                let connection = open(dir.path());
                let mut before = 0;
                for (version, earlier) in &MIGRATIONS[..n] {
                    connection.execute_batch(earlier).unwrap();
                    connection.pragma_update(None, "user_version", version).unwrap();
                    before = *version;
                }
                let whole = run_some(&connection, MIGRATIONS[n].1, statements);
                // Push what is written into the files, as a full cache would.
                connection.cache_flush().unwrap();
                let killed = tempfile::tempdir().unwrap();
                image(dir.path(), killed.path());

                let mut reopened = open(killed.path());
                assert_eq!(version(&reopened).unwrap(), before, "after {statements} statements");
                migrate(&mut reopened).unwrap();
                assert_eq!(schema(&reopened), expected, "after {statements} statements");
                assert_eq!(version(&reopened).unwrap(), KNOWN);
                if whole {
                    break;
                }
                statements += 1;
            }
            assert!(statements > 1, "the migration was not taken apart");
        }
    }

    /// Two jobs that ended on different days, one of them refunded since, an open one, and a part.
    const BEFORE_USAGE: &str = "
        INSERT INTO account (id, name, created_at) VALUES (1, 'old', 0);
        INSERT INTO book (n, name, bounded, amount) VALUES
            (101, 'available:1:live', 1, 0), (102, 'held:1:live', 1, 0), (103, 'payable:fal:live', 0, 0);
        INSERT INTO job (
            n, id, account, phase, due, epoch, phase_since, route, events, cancel_asked, cancel_sent, ended_at,
            created_at, parent, part, mode, count, price, key, label, model, model_asked, params
        ) VALUES
            (1, zeroblob(20), 1, 'succeeded', NULL, 1, 0, 0, 1, 0, 0, 5, 0, NULL, 0, 'live', 1, 40, 'k', '', 'm', 'm', '{}'),
            (2, randomblob(20), 1, 'failed', NULL, 1, 0, 0, 1, 0, 0, 86400005, 0, NULL, 0, 'live', 1, 30, 'k', '', 'm', 'm', '{}'),
            (3, randomblob(20), 1, 'queued', 9, 1, 0, 0, 1, 0, 0, NULL, 0, NULL, 0, 'live', 1, 20, 'k', '', 'm', 'm', '{}'),
            (4, randomblob(20), 1, 'succeeded', NULL, 1, 0, 0, 1, 0, 0, 6, 0, 3, 0, 'live', 1, 10, 'k', '', 'm', 'm', '{}');
        INSERT INTO entry (key, kind, job, debit, credit, amount, at) VALUES
            ('topup:1:a', 'topup', NULL, (SELECT n FROM book WHERE name = 'funding:live'), 101, 100, 0),
            ('hold:1', 'hold', 1, 101, 102, 40, 0),
            ('capture:00000000000000000000000000000000', 'capture', 1, 102, (SELECT n FROM book WHERE name = 'revenue:live'), 40, 5),
            ('cost:1:1', 'cost', 1, 103, (SELECT n FROM book WHERE name = 'cost:live'), 25, 5),
            ('refund:00000000000000000000000000000000:1', 'refund', 1, (SELECT n FROM book WHERE name = 'revenue:live'), 101, 15, 86400006),
            ('hold:2', 'hold', 2, 101, 102, 30, 0),
            ('release:2', 'release', 2, 102, 101, 30, 86400005),
            ('hold:3', 'hold', 3, 101, 102, 20, 0),
            ('cost:4:1', 'cost', 4, 103, (SELECT n FROM book WHERE name = 'cost:live'), 7, 6)";

    #[test]
    fn usage_and_open_holds_are_filled_from_what_was_before() {
        let dir = tempfile::tempdir().unwrap();
        let mut connection = open(dir.path());
        for (version, earlier) in &MIGRATIONS[..2] {
            connection.execute_batch(earlier).unwrap();
            connection.pragma_update(None, "user_version", version).unwrap();
        }
        connection.execute_batch(BEFORE_USAGE).unwrap();
        migrate(&mut connection).unwrap();
        let mut statement = connection
            .prepare("SELECT day, jobs, succeeded, failed, canceled, charged, cost FROM usage ORDER BY day")
            .unwrap();
        let rows: Vec<[i64; 7]> = statement
            .query_map([], |row| {
                let mut columns = [0; 7];
                for (n, column) in columns.iter_mut().enumerate() {
                    *column = row.get(n)?;
                }
                Ok(columns)
            })
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(rows, [[0, 1, 1, 0, 0, 40, 32], [1, 1, 0, 1, 0, -15, 0]]);
        let holds: Vec<i64> = connection
            .prepare("SELECT holds FROM book WHERE n IN (101, 102) ORDER BY n")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(holds, [0, 1]);
    }

    #[test]
    fn a_database_of_a_newer_program_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let mut connection = open(dir.path());
        migrate(&mut connection).unwrap();
        connection.pragma_update(None, "user_version", KNOWN + 1).unwrap();
        let refused = migrate(&mut connection);
        assert!(matches!(refused, Err(OpenError::Newer { found, known }) if found == known + 1));
    }

    #[test]
    fn d3_the_bundled_sqlite_has_the_log_reset_repair() {
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }
}
