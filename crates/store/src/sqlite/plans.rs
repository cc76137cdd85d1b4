//! That statements are compiled once. SQLite may compile one anew whenever other values are bound, if it thinks that its
//! plan could depend on them; on the busiest path that costs more than the statement itself.

use std::path::Path;

use rusqlite::{Connection, StatementStatus};

use super::migrate::migrate;

/// Statements that may: lists for people, and what runs once for many jobs or now and then. Their partial indexes are
/// chosen by the values.
const SELDOM: [&str; 21] = [
    "accounts_before",
    "claim",
    "deliveries",
    "delivery_due",
    "delivery_prune",
    "delivery_prune_tries",
    "delivery_replay",
    "file_lapsed",
    "files",
    "jobs",
    "jobs_anywhere",
    "jobs_anywhere_of_account",
    "jobs_for_operator",
    "keys_before",
    "keys_of_account_before",
    "keys_of_mode",
    "ledger_credits",
    "ledger_jobs",
    "library",
    "operator_log_before",
    "prune_look",
];

#[test]
fn no_statement_is_compiled_again_when_other_values_are_bound() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = Connection::open(folder.path().join("plans.db")).unwrap();
    migrate(&mut connection).unwrap();
    let mut again = Vec::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/sqlite")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut statement = connection.prepare(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        for round in 0..3 {
            for place in 1..=statement.parameter_count() {
                statement.raw_bind_parameter(place, format!("{round} {place}")).unwrap();
            }
            // What these values do, and whether they fit the columns, is of no matter here.
            let _ = statement.raw_query().next();
        }
        if statement.get_status(StatementStatus::RePrepare) > 0 && !SELDOM.contains(&name.as_str()) {
            again.push(name);
        }
    }
    assert!(again.is_empty(), "{again:?}");
}
