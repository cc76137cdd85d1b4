//! Looks through an account's jobs, where there are more of them than one look sees.

use std::sync::Arc;

use rusqlite::Connection;
use spool_domain::catalogue::Makes;
use spool_domain::ids::{AccountId, JobId, KeyId};
use spool_domain::library::{Filter, Found, Kind, Status};
use spool_domain::order::Mode;
use spool_domain::store::KeyRow;
use spool_domain::time::Timestamp;

use crate::world::{World, sqlite};

const HOUR_MS: i64 = 3_600_000;

/// Many jobs that failed, as rows: `at` says in SQL when the job number `value`, from 1, was admitted.
fn many(world: &World, account: AccountId, jobs: u32, at: &str) -> Connection {
    let shell = Connection::open(world.folder().join(spool_store::sqlite::DATABASE)).unwrap();
    shell
        .execute(
            &format!(
                "WITH RECURSIVE series (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM series WHERE value < ?2) \
                 INSERT INTO job (id, account, phase, epoch, phase_since, route, events, cancel_asked, cancel_sent, \
                 charged, ended_at, created_at, part, mode, count, price, key, label, model, model_asked, detail, params) \
                 SELECT randomblob(20), ?1, 'failed', 1, 0, 0, 1, 0, 0, 0, 1, {at}, 0, 'live', 1, 1, 'k', 'jobs', \
                 'acme/' || (value % 7), 'x', \
                 '{{\"done\":{{\"failed\":{{\"kind\":\"internal\",\"message\":\"m\"}}}}}}', '{{}}' FROM series"
            ),
            rusqlite::params![account.0, jobs],
        )
        .unwrap();
    shell
}

async fn page(world: &World, account: AccountId, filter: &Filter, before: Option<JobId>) -> Found {
    world.store.library(account, Mode::Live, filter.clone(), before, 100).await.unwrap()
}

/// All jobs that a filter finds, and how many pages it took.
async fn all(world: &World, account: AccountId, filter: &Filter) -> (Vec<JobId>, usize) {
    let (mut found, mut pages, mut before) = (Vec::new(), 0, None);
    loop {
        let Found { jobs, next } = page(world, account, filter, before).await;
        assert!(jobs.len() <= 100);
        found.extend(jobs.iter().map(|job| job.id));
        pages += 1;
        match next {
            Some(next) => before = Some(next),
            None => return (found, pages),
        }
    }
}

#[tokio::test]
async fn a_look_for_what_is_rare_ends_after_ten_thousand_jobs_and_says_where_to_go_on() {
    let world = sqlite();
    let account = world.account(1).await;
    let rare = world.admit(world.order(account)).await;
    many(&world, account, 20_500, "value");
    let wanted = Filter { model: Some(rare.model.clone()), ..Filter::default() };
    let Found { jobs, next } = page(&world, account, &wanted, None).await;
    assert!(jobs.is_empty() && next.is_some());
    assert_eq!(all(&world, account, &wanted).await, (vec![rare.id], 3));
    let open = Filter { status: Some(Status::Queued), ..Filter::default() };
    assert_eq!(all(&world, account, &open).await, (vec![rare.id], 3));
    // What is frequent is found at once.
    let one_in_seven = Filter { model: Some("acme/3".to_owned()), ..Filter::default() };
    assert_eq!(page(&world, account, &one_in_seven, None).await.jobs.len(), 100);
}

#[tokio::test]
async fn days_are_found_however_many_jobs_came_later() {
    let world = sqlite();
    let account = world.account(1).await;
    // A job each minute for three weeks, each up to half an hour early or late.
    let disorder = "value * 60000 + (value * 7919 % 61 - 30) * 60000";
    let shell = many(&world, account, 30_000, disorder);
    let span = |from: Option<i64>, until: Option<i64>| Filter {
        from: from.map(Timestamp),
        until: until.map(Timestamp),
        ..Filter::default()
    };
    for (from_h, until_h) in [
        (Some(24), Some(48)),
        (Some(0), Some(3)),
        (None, Some(2)),
        (Some(498), None),
        (Some(499), Some(600)),
        (Some(9_000), None),
        (None, Some(-5)),
        (Some(100), Some(100)),
        (Some(250), Some(251)),
    ] {
        let (from, until) = (from_h.map(|h| h * HOUR_MS), until_h.map(|h| h * HOUR_MS));
        let mut statement = shell
            .prepare(
                "SELECT id FROM job WHERE account = ?1 AND created_at >= ?2 AND created_at < ?3 ORDER BY n DESC",
            )
            .unwrap();
        let expected: Vec<JobId> = statement
            .query_map((account.0, from.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX)), |row| {
                row.get(0).map(JobId)
            })
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let (found, pages) = all(&world, account, &span(from, until)).await;
        assert_eq!(found, expected, "{from_h:?} {until_h:?}");
        assert!(pages <= 1 + expected.len() / 100, "{from_h:?} {until_h:?}: {pages} pages");
    }
}

#[tokio::test]
async fn the_kind_of_a_job_whose_model_nobody_knows_is_what_it_made() {
    let world = sqlite();
    let account = world.account(1).await;
    let shell = many(&world, account, 3, "value");
    let made = r#"{"done":{"succeeded":[{"kind":"video","format":"mp4","content_type":"video/mp4","size_bytes":1}]}}"#;
    shell.execute("UPDATE job SET phase = 'succeeded', detail = ?1 WHERE model = 'acme/2'", [made]).unwrap();
    let of = |makes: Makes, known: Option<Makes>| {
        let maker_of = Arc::new(move |id: &str| known.filter(|_| id != "acme/2"));
        Filter { kind: Some(Kind { makes, maker_of }), ..Filter::default() }
    };
    for (makes, known, jobs) in [
        (Makes::Video, None, 1),
        (Makes::Image, None, 0),
        (Makes::Image, Some(Makes::Image), 2),
        (Makes::Video, Some(Makes::Image), 1),
        (Makes::Video, Some(Makes::Video), 3),
    ] {
        let found = all(&world, account, &of(makes, known)).await.0;
        assert_eq!(found.len(), jobs, "{makes:?} {known:?}");
    }
}

#[tokio::test]
async fn keys_of_one_mode_are_listed_newest_first() {
    let world = sqlite();
    let (account, other) = (world.account(1).await, world.account(1).await);
    for (nth, (account, mode)) in
        [(account, Mode::Live), (account, Mode::Test), (account, Mode::Live), (other, Mode::Live)]
            .into_iter()
            .enumerate()
    {
        let key = KeyRow {
            id: KeyId(format!("key-{nth}")),
            account,
            mode,
            name: "ci".to_owned(),
            sha256: [7; 32],
            last4: "wxyz".to_owned(),
            created_at: world.now().after_ms(nth as u64),
            expires_at: None,
            revoked_at: None,
            scopes: "jobs:read".parse().unwrap(),
            rate: None,
        };
        world.store.create_key(key).await.unwrap();
    }
    let ids = async |limit| -> Vec<String> {
        let keys = world.store.keys_of_mode(account, Mode::Live, limit).await.unwrap();
        keys.into_iter().map(|key| key.id.0).collect()
    };
    assert_eq!(ids(10).await, ["key-2", "key-0"]);
    assert_eq!(ids(1).await, ["key-2"]);
}
