//! The checker finds what does not hold, and the schema refuses most of it in the first place.

use rusqlite::Connection;
use spool_domain::budget::Budget;
use spool_domain::ids::{AttemptNo, KeyId};
use spool_domain::job::Phase;
use spool_domain::money::MicroUsd;

use crate::world::{ONE, World, sqlite};

/// A finished job with a bill, an open one, and one with a part.
async fn busy() -> World {
    let world = sqlite();
    let account = world.account(5).await;
    world.admit(world.order(account)).await;
    let running = world.commit(world.accepted(&world.claim(ONE).await, "r-1")).await;
    world.store.hint(running.id, AttemptNo(1)).await.unwrap();
    let job = world.claim(ONE).await;
    assert_eq!(job.id, running.id);
    world.commit(world.succeeded(&job)).await;
    world.admit(world.order(account)).await;
    world.admit(world.order_in_parts(account, 1)).await;
    let shell = shell(&world);
    shell
        .execute(
            "INSERT INTO api_key (id, account, mode, name, sha256, last4, created_at) \
             VALUES ('k1234567', ?1, 'live', 'ci', zeroblob(32), 'abcd', 0)",
            [account.0],
        )
        .unwrap();
    let budget = Budget { total: Some(MicroUsd(1_000_000)), ..Budget::default() };
    assert!(world.store.set_budget(&KeyId("k1234567".to_owned()), budget).await.unwrap());
    world.is_sound().await;
    world
}

fn shell(world: &World) -> Connection {
    Connection::open(world.folder().join(spool_store::sqlite::DATABASE)).unwrap()
}

#[tokio::test]
async fn m9_the_checker_finds_planted_damage() {
    let damages = [
        ("M9", "UPDATE book SET amount = amount + 1 WHERE name LIKE 'available:%:live'"),
        ("M1", "UPDATE book SET amount = amount + 1 WHERE name = 'revenue:live'"),
        ("M2", "UPDATE book SET amount = -1 WHERE name LIKE 'held:%:test'"),
        ("M9", "UPDATE usage SET charged = charged + 1"),
        ("M9", "UPDATE usage SET cost = cost - 1"),
        ("M9", "UPDATE usage SET jobs = jobs + 1, failed = failed + 1"),
        ("M9", "DELETE FROM usage"),
        ("M9", "UPDATE budget SET held = held + 1"),
        ("M9", "UPDATE budget SET spent = spent + 1"),
        ("M10", "UPDATE book SET holds = holds + 1 WHERE name LIKE 'held:%:live'"),
        ("M9", "DROP TRIGGER entry_is_never_changed; UPDATE entry SET amount = 1 WHERE kind = 'capture'"),
        ("M10", "DROP TRIGGER entry_is_never_deleted; DELETE FROM entry WHERE kind = 'capture'"),
        ("M10", "DROP TRIGGER entry_is_never_deleted; DELETE FROM entry WHERE kind = 'hold'"),
        ("M10", "UPDATE job SET price = price + 1 WHERE ended_at IS NULL"),
        ("M10", "UPDATE job SET parent = NULL WHERE parent IS NOT NULL"),
        ("M12", "DROP TRIGGER entry_is_never_deleted; DELETE FROM entry WHERE kind = 'cost'"),
        ("J3", "UPDATE job SET due = NULL WHERE phase = 'queued'"),
        ("J6", "DELETE FROM event WHERE no = 1"),
        ("J6", "UPDATE event SET no = no + 10"),
        ("J6", "UPDATE job SET events = events + 1"),
    ];
    for (rule, damage) in damages {
        let world = busy().await;
        let shell = shell(&world);
        shell.pragma_update(None, "ignore_check_constraints", true).unwrap();
        shell.execute_batch(damage).unwrap();
        assert!(shell.changes() > 0, "{damage} changes nothing");
        let broken = world.store.audit().await.unwrap().broken;
        assert!(
            broken.iter().any(|sentence| sentence.starts_with(&format!("{rule}:"))),
            "{damage}: {broken:?}"
        );
    }
}

#[tokio::test]
async fn the_checker_says_at_most_a_hundred_sentences() {
    let world = sqlite();
    let account = world.account(120).await;
    for _ in 0..120 {
        world.admit(world.order(account)).await;
    }
    shell(&world).execute_batch("DELETE FROM event").unwrap();
    assert_eq!(world.store.audit().await.unwrap().broken.len(), 100);
}

#[tokio::test]
async fn the_schema_refuses_what_a_row_can_show() {
    let world = busy().await;
    let shell = shell(&world);
    for (refused, why) in [
        ("UPDATE entry SET amount = 1", "M4"),
        ("DELETE FROM entry", "M4"),
        ("UPDATE book SET amount = -1 WHERE bounded", "CHECK"),
        ("UPDATE job SET due = NULL WHERE phase = 'queued'", "CHECK"),
        ("UPDATE job SET ended_at = 1 WHERE phase = 'queued'", "CHECK"),
        ("UPDATE job SET phase = 'lost'", "CHECK"),
        ("UPDATE job SET phase = 'failed' WHERE phase = 'queued'", "CHECK"),
        ("UPDATE job SET lease_until = 1 WHERE phase = 'queued'", "CHECK"),
        ("UPDATE attempt SET result = 'perhaps'", "CHECK"),
        (
            "INSERT INTO entry SELECT 'release:again', 'release', job, debit, credit, 0, at FROM entry \
             WHERE kind = 'capture'",
            "UNIQUE",
        ),
        (
            "INSERT INTO entry SELECT 'hold:again', 'hold', job, debit, credit, 0, at FROM entry WHERE kind = 'hold'",
            "UNIQUE",
        ),
        (
            "INSERT INTO attempt SELECT 2, 7, provider, credential, token, body_sha256, 0, NULL, provider_job, NULL, \
          NULL, 0, NULL FROM attempt",
            "UNIQUE",
        ),
    ] {
        let error = shell.execute_batch(refused).unwrap_err().to_string();
        assert!(error.contains(why), "{refused}: {error}");
    }
    let phases: i64 = shell
        .query_row("SELECT count(*) FROM job WHERE phase = ?1", [Phase::Queued.name()], |row| row.get(0))
        .unwrap();
    assert_eq!(phases, 2, "nothing was changed");
    world.is_sound().await;
}

/// No cost may grow with finished jobs: outside the checker and the operator's lists, no statement walks a table. Setting
/// a budget, removing a credential, a start, an orphan that bears a token, and a report by provider walk the open jobs, by
/// an index that has no others.
#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index() {
    let world = sqlite();
    let shell = shell(&world);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sql/sqlite");
    let mut looked_at = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("audit_")
            || [
                "accounts",
                "keys",
                "keys_before",
                "bookings",
                "ping",
                "budget_set",
                "credentials",
                "jobs_under",
                "open_attempts",
                "open_by_token",
                "reported_jobs_open",
            ]
            .contains(&name.as_str())
        {
            continue;
        }
        let sql = std::fs::read_to_string(&path).unwrap();
        let mut plan = shell.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut steps = plan.raw_query();
        while let Some(step) = steps.next().unwrap() {
            let step: String = step.get(3).unwrap();
            // A list that was given is walked.
            // `busy` is the list of receivers with something pending, which its own query has just made.
            let walks = step.starts_with("SCAN")
                && !["SCAN CONSTANT ROW", "SCAN busy", "SCAN json_each VIRTUAL TABLE INDEX 1:"]
                    .contains(&step.as_str());
            assert!(!walks && !step.contains("TEMP B-TREE"), "{name}: {step}");
        }
        looked_at += 1;
    }
    // The numbers of jobs would lead to all of them.
    for (name, step) in [
        ("reported_jobs_open", "SCAN job USING INDEX job_open"),
        ("reported_jobs_long", "SEARCH job USING INDEX job_long (ended_at>?)"),
    ] {
        let sql = std::fs::read_to_string(format!("{folder}/{name}.sql")).unwrap();
        let mut plan = shell.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let found: String = plan.raw_query().next().unwrap().unwrap().get(3).unwrap();
        assert_eq!(found, step);
    }
    assert!(looked_at > 30, "only {looked_at} statements were looked at");
}
