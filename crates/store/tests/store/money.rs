//! Money beyond the single job: usage, budgets, bounded queues, refunds, statements.

use std::sync::Arc;

use futures::future::join_all;
use spool_domain::budget::{Budget, BudgetState, OverBudget, Period, Spent};
use spool_domain::day::Day;
use spool_domain::ids::{AccountId, AttemptNo, JobId, KeyId};
use spool_domain::job::{Job, Outcome, Phase};
use spool_domain::ledger::{Kind, top_up};
use spool_domain::money::MicroUsd;
use spool_domain::order::{Idempotency, Mode};
use spool_domain::scope::Scopes;
use spool_domain::statement::{Before, Line, Refund, Refunded};
use spool_domain::store::{KeyRow, NewJob, Submitted};
use spool_domain::usage::{Groups, Query, Row, Sums};

use crate::world::{ONE, PRICE, World};

const DAY_MS: u64 = 86_400_000;

/// A key of the account, as the orders of this world name it.
async fn key(world: &World, account: AccountId) -> KeyId {
    named_key(world, account, "k1234567").await
}

async fn named_key(world: &World, account: AccountId, id: &str) -> KeyId {
    let id = KeyId(id.to_owned());
    let row = KeyRow {
        rate: None,
        id: id.clone(),
        account,
        mode: Mode::Live,
        name: "ci".to_owned(),
        sha256: [1; 32],
        last4: "abcd".to_owned(),
        created_at: world.now(),
        expires_at: None,
        revoked_at: None,
        scopes: Scopes::customer(),
    };
    world.store.create_key(row).await.unwrap();
    id
}

fn today(world: &World) -> Day {
    Day::of(world.now())
}

/// Orders a job and ends it well, for the whole price or a part of it.
async fn charged(world: &World, account: AccountId, due: MicroUsd) -> Job {
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let mut step = world.succeeded(&job);
    step.transfers = world.purse(&job).capture(PRICE, due);
    Arc::make_mut(&mut step.job).charged = Some(due);
    world.commit(step).await
}

fn all(world: &World, groups: Groups) -> Query {
    Query { from: Day(0), to: today(world).plus(40), key: None, model: None, groups, limit: 100 }
}

async fn total(world: &World, account: AccountId) -> Sums {
    let rows = world.store.usage(account, Mode::Live, all(world, Groups::default())).await.unwrap();
    rows.first().map(|row| row.sums).unwrap_or_default()
}

/// What of a budget is left.
async fn left(world: &World, key: &KeyId) -> [Option<MicroUsd>; 3] {
    let state = world.store.budget(key).await.unwrap().unwrap();
    Period::ALL.map(|period| state.left(period))
}

fn bounds(day: Option<u32>, month: Option<u32>, total: Option<u32>) -> Budget {
    let jobs = |count: Option<u32>| count.map(|count| PRICE.times(count).unwrap());
    Budget { day: jobs(day), month: jobs(month), total: jobs(total) }
}

pub(crate) async fn usage_counts_what_ended_and_what_was_charged_and_paid(world: &World) {
    let account = world.account(9).await;
    charged(world, account, MicroUsd(15_000)).await;

    // A failed one that the provider billed, a canceled one, one that goes on.
    world.admit(world.order(account)).await;
    let mut job = world.claim(ONE).await;
    job.attempt = Some(world.attempt(1));
    let mut failed = world.failed(&job);
    failed.transfers.push(world.purse(&job).cost(AttemptNo(1), "fal", MicroUsd(25_000)));
    world.commit(failed).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let mut canceled = world.step(&job, Phase::Done(Outcome::Canceled));
    canceled.transfers = vec![world.purse(&job).release(PRICE)];
    world.commit(canceled).await;
    world.admit(world.order(account)).await;

    let counted = Sums {
        jobs: 3,
        succeeded: 1,
        failed: 1,
        canceled: 1,
        charged: MicroUsd(15_000),
        cost: MicroUsd(25_000),
    };
    assert_eq!(total(world, account).await, counted);

    // A whole counts once, however many parts it has; their bills count each.
    let whole = world.admit(world.order_in_parts(account, 2)).await;
    let mut ended = 0;
    loop {
        let claims = world.store.claim(ONE, 1, 30_000, &[]).await.unwrap().jobs;
        let Some(job) = claims.into_iter().next() else { break };
        if job.parent == Some(whole.id) {
            let mut job = job;
            job.attempt = Some(world.attempt(1));
            world.commit(world.succeeded(&job)).await;
            ended += 1;
        } else if job.id == whole.id {
            world.commit(world.succeeded(&job)).await;
        }
    }
    assert_eq!(ended, 2);
    let counted = Sums {
        jobs: 4,
        succeeded: 2,
        charged: MicroUsd(15_000 + PRICE.0),
        cost: MicroUsd(75_000),
        ..counted
    };
    assert_eq!(total(world, account).await, counted);
}

pub(crate) async fn usage_is_told_apart_as_asked_and_bounded(world: &World) {
    let account = world.account(9).await;
    let other = world.account(1).await;
    charged(world, account, PRICE).await;
    charged(world, other, PRICE).await;
    world.pass_ms(DAY_MS);
    charged(world, account, MicroUsd(1)).await;
    let mut new = world.order(account);
    (new.job.key, new.job.model) = (KeyId("k7654321".to_owned()), "acme/singer".to_owned());
    world.admit(new).await;
    world.commit(world.failed(&world.claim(ONE).await)).await;

    let day = today(world);
    let row = |day, key: Option<&str>, model: Option<&str>, jobs, charged| {
        (day, key.map(|key| KeyId(key.to_owned())), model.map(str::to_owned), jobs, MicroUsd(charged))
    };
    let read = async |query: Query| -> Vec<_> {
        let rows = world.store.usage(account, Mode::Live, query).await.unwrap();
        let shown = |row: Row| (row.day, row.key, row.model, row.sums.jobs, row.sums.charged);
        rows.into_iter().map(shown).collect()
    };
    let by = |day, key, model| all(world, Groups { day, key, model });
    assert_eq!(read(by(false, false, false)).await, [row(None, None, None, 3, PRICE.0 + 1)]);
    let days = [row(Some(day.plus(-1)), None, None, 1, PRICE.0), row(Some(day), None, None, 2, 1)];
    assert_eq!(read(by(true, false, false)).await, days);
    let (first, second) = (Some("k1234567"), Some("k7654321"));
    let (painter, singer) = (Some("acme/painter"), Some("acme/singer"));
    let keys = [row(None, first, None, 2, PRICE.0 + 1), row(None, second, None, 1, 0)];
    assert_eq!(read(by(false, true, false)).await, keys);
    let each = [
        row(Some(day.plus(-1)), first, painter, 1, PRICE.0),
        row(Some(day), first, painter, 1, 1),
        row(Some(day), second, singer, 1, 0),
    ];
    assert_eq!(read(by(true, true, true)).await, each);

    let all = by(true, true, true);
    assert_eq!(read(Query { limit: 2, ..all.clone() }).await.len(), 3, "one more says that there are more");
    assert_eq!(read(Query { limit: 1, ..all.clone() }).await.len(), 2);
    assert_eq!(read(Query { from: day, to: day, ..all.clone() }).await, each[1..]);
    assert_eq!(read(Query { key: Some(KeyId("k7654321".to_owned())), ..all.clone() }).await, each[2..]);
    assert_eq!(read(Query { model: Some("acme/painter".to_owned()), ..all.clone() }).await, each[..2]);
    assert!(world.store.usage(account, Mode::Test, all).await.unwrap().is_empty());
}

pub(crate) async fn a_budget_bounds_what_is_spent_and_held(world: &World) {
    let account = world.account(9).await;
    let key = key(world, account).await;
    assert_eq!(world.store.budget(&key).await.unwrap(), None);
    assert!(world.store.set_budget(&key, bounds(Some(3), None, Some(2))).await.unwrap());
    assert!(!world.store.set_budget(&KeyId("nobody".to_owned()), bounds(Some(1), None, None)).await.unwrap());

    world.admit(world.order(account)).await;
    world.admit(world.order(account)).await;
    let refused = world.store.submit(world.order(account)).await.unwrap();
    let over = OverBudget { period: Period::Total, max: PRICE.times(2).unwrap(), left: MicroUsd::ZERO };
    assert!(matches!(refused, Submitted::OverBudget(found) if found == over), "{refused:?}");

    // What one does not use comes back, and so does what the other one leaves.
    world.commit(world.failed(&world.claim(ONE).await)).await;
    let job = world.claim(ONE).await;
    let mut step = world.succeeded(&job);
    step.transfers = world.purse(&job).capture(PRICE, MicroUsd(10_000));
    Arc::make_mut(&mut step.job).charged = Some(MicroUsd(10_000));
    world.commit(step).await;
    let spent = MicroUsd(10_000);
    let state = BudgetState {
        budget: bounds(Some(3), None, Some(2)),
        spent: Spent { day: spent, month: spent, total: spent },
        held: MicroUsd::ZERO,
    };
    assert_eq!(world.store.budget(&key).await.unwrap(), Some(state));
    world.admit(world.order(account)).await;
    let refused = world.store.submit(world.order(account)).await.unwrap();
    assert!(matches!(refused, Submitted::OverBudget(over) if over.left == MicroUsd(30_000)), "{refused:?}");

    // Others keys are not bounded by it, and nobody is once it is gone.
    let mut other = world.order(account);
    other.job.key = KeyId("k7654321".to_owned());
    world.admit(other).await;
    assert!(world.store.set_budget(&key, Budget::default()).await.unwrap());
    assert_eq!(world.store.budget(&key).await.unwrap(), None);
    world.admit(world.order(account)).await;
    world.store.set_budget(&key, Budget { day: Some(MicroUsd(-1)), ..Budget::default() }).await.unwrap_err();
}

pub(crate) async fn racing_submits_never_exceed_a_budget(world: &World) {
    let account = world.account(100).await;
    let key = key(world, account).await;
    world.store.set_budget(&key, bounds(None, Some(5), None)).await.unwrap();
    let answers = join_all((0..64).map(|_| world.store.submit(world.order(account)))).await;
    let admitted = answers.iter().filter(|answer| matches!(answer, Ok(Submitted::New))).count();
    let refused = answers.iter().filter(|answer| matches!(answer, Ok(Submitted::OverBudget(_)))).count();
    assert_eq!((admitted, refused), (5, 59));

    // While some end and others are ordered, too.
    let jobs = world.store.claim(ONE, 5, 30_000, &[]).await.unwrap().jobs;
    let ends = jobs.iter().enumerate().map(|(n, job)| {
        world.store.commit(if n % 2 == 0 { world.failed(job) } else { world.succeeded(job) })
    });
    let orders = (0..64).map(|_| world.store.submit(world.order(account)));
    let (ended, ordered) = futures::join!(join_all(ends), join_all(orders));
    assert!(ended.iter().all(Result::is_ok));
    let admitted = ordered.iter().filter(|answer| matches!(answer, Ok(Submitted::New))).count();
    assert!(admitted <= 3, "{admitted} were admitted, three came back");
    let state = world.store.budget(&key).await.unwrap().unwrap();
    assert_eq!(state.spent.month, PRICE.times(2).unwrap());
    assert_eq!(state.held, PRICE.times(admitted as u32).unwrap());
}

pub(crate) async fn a_refused_order_over_budget_leaves_no_trace_and_a_replay_is_no_order(world: &World) {
    let account = world.account(9).await;
    let key = key(world, account).await;
    world.store.set_budget(&key, bounds(Some(1), None, None)).await.unwrap();
    let mut new = world.order(account);
    new.idempotency = Some(Idempotency { scope: [1; 32], fingerprint: [2; 32] });
    let first = world.admit(new.clone()).await;
    let before = world.store.audit().await.unwrap();

    let mut other = world.order(account);
    other.idempotency = Some(Idempotency { scope: [3; 32], fingerprint: [4; 32] });
    let refused = world.store.submit(other.clone()).await.unwrap();
    assert!(matches!(refused, Submitted::OverBudget(_)), "{refused:?}");
    assert_eq!(world.store.audit().await.unwrap(), before);
    assert_eq!(world.balance(account).await.held, PRICE);
    assert_eq!(left(world, &key).await, [Some(MicroUsd::ZERO), None, None]);
    assert!(world.store.job(account, Mode::Live, other.job.id).await.unwrap().is_none());

    let replayed = world.store.submit(new).await.unwrap();
    assert!(matches!(replayed, Submitted::Existing(job) if job.id == first.id));
    // The refused one left no record of its key: it can be ordered once there is room.
    world.commit(world.failed(&world.claim(ONE).await)).await;
    world.admit(other).await;
}

pub(crate) async fn a_budget_that_is_set_late_knows_what_was_before(world: &World) {
    let account = world.account(9).await;
    let key = key(world, account).await;
    charged(world, account, MicroUsd(10_000)).await;
    world.admit(world.order(account)).await;
    world.admit(world.order_in_parts(account, 2)).await;
    world.store.set_budget(&key, bounds(None, None, Some(4))).await.unwrap();
    let state = world.store.budget(&key).await.unwrap().unwrap();
    assert_eq!((state.spent.total, state.held), (MicroUsd(10_000), PRICE.times(2).unwrap()));
    // Set again, it counts nothing twice; below what is spent, it lets nothing pass.
    world.store.set_budget(&key, bounds(None, None, Some(1))).await.unwrap();
    assert_eq!(left(world, &key).await, [None, None, Some(MicroUsd::ZERO)]);
    let refused = world.store.submit(world.order(account)).await.unwrap();
    assert!(matches!(refused, Submitted::OverBudget(_)), "{refused:?}");
}

pub(crate) async fn days_and_months_renew_and_the_total_does_not(world: &World) {
    let account = world.account(9).await;
    let key = key(world, account).await;
    world.store.set_budget(&key, bounds(Some(1), Some(2), Some(3))).await.unwrap();
    let job = charged(world, account, PRICE).await;
    let none = Some(MicroUsd::ZERO);
    let some = |jobs: u32| Some(PRICE.times(jobs).unwrap());
    assert_eq!(left(world, &key).await, [none, some(1), some(2)]);
    world.pass_ms(DAY_MS);
    assert_eq!(left(world, &key).await, [some(1), some(1), some(2)]);
    charged(world, account, PRICE).await;
    assert_eq!(left(world, &key).await, [none, none, some(1)]);
    world.pass_ms(31 * DAY_MS);
    assert_eq!(left(world, &key).await, [some(1), some(2), some(1)]);
    // A refund of old work gives the total back; it does not make this day wider than it is.
    let back = refund(world, account, job.id, PRICE);
    assert!(matches!(world.store.refund(back).await.unwrap(), Refunded::New { .. }));
    assert_eq!(left(world, &key).await, [some(1), some(2), some(2)]);
}

pub(crate) async fn o2_an_account_has_a_bounded_number_of_jobs_open(world: &World) {
    let (account, other) = (world.account(20).await, world.account(1).await);
    let bounded = |max| NewJob { open_jobs_max: max, ..world.order(account) };
    world.admit(bounded(2)).await;
    // A whole with its parts is one job.
    world.admit(NewJob { open_jobs_max: 2, ..world.order_in_parts(account, 3) }).await;
    let before = world.store.audit().await.unwrap();
    let refused = world.store.submit(bounded(2)).await.unwrap();
    assert!(matches!(refused, Submitted::TooMany { open: 2, max: 2 }), "{refused:?}");
    assert_eq!(world.store.audit().await.unwrap(), before);
    // Others have places of their own, and zero is no bound.
    world.admit(NewJob { open_jobs_max: 2, ..world.order(other) }).await;
    world.admit(bounded(0)).await;

    // The account's own number comes before the server's.
    assert!(world.store.set_open_jobs_max(account, Some(4)).await.unwrap());
    assert!(!world.store.set_open_jobs_max(AccountId(99), Some(4)).await.unwrap());
    assert_eq!(world.store.account(account).await.unwrap().unwrap().open_jobs_max, Some(4));
    world.admit(bounded(2)).await;
    let refused = world.store.submit(bounded(0)).await.unwrap();
    assert!(matches!(refused, Submitted::TooMany { open: 4, max: 4 }), "{refused:?}");
    assert!(world.store.set_open_jobs_max(account, Some(0)).await.unwrap());
    world.admit(bounded(2)).await;

    // Who ends makes place.
    assert!(world.store.set_open_jobs_max(account, None).await.unwrap());
    let refused = world.store.submit(bounded(5)).await.unwrap();
    assert!(matches!(refused, Submitted::TooMany { open: 5, max: 5 }), "{refused:?}");
    let job = world.store.claim(ONE, 9, 30_000, &[]).await.unwrap().jobs;
    let mine = job.iter().find(|job| job.account == account && job.parent.is_none()).unwrap();
    world.commit(world.failed(mine)).await;
    world.admit(bounded(5)).await;
}

pub(crate) async fn o2_racing_submits_never_open_too_many_jobs(world: &World) {
    let account = world.account(100).await;
    let orders = (0..64).map(|_| world.store.submit(NewJob { open_jobs_max: 7, ..world.order(account) }));
    let answers = join_all(orders).await;
    let admitted = answers.iter().filter(|answer| matches!(answer, Ok(Submitted::New))).count();
    let refused = answers.iter().filter(|answer| matches!(answer, Ok(Submitted::TooMany { .. }))).count();
    assert_eq!((admitted, refused), (7, 57));
}

fn refund(world: &World, account: AccountId, job: JobId, amount: MicroUsd) -> Refund {
    Refund {
        account,
        mode: Mode::Live,
        job,
        amount,
        reason: "the picture was blank".to_owned(),
        reference: None,
        at: world.now(),
    }
}

pub(crate) async fn m6_refunds_are_numbered_bounded_and_taken_off_the_usage(world: &World) {
    let (account, other) = (world.account(2).await, world.account(1).await);
    let open = world.admit(world.order(account)).await;
    let nothing = MicroUsd::ZERO;
    let book = |refund| world.store.refund(refund);
    let asked = |amount| refund(world, account, open.id, MicroUsd(amount));
    assert_eq!(book(asked(1)).await.unwrap(), Refunded::Exceeds { left: nothing }, "it is not over");
    world.commit(world.succeeded(&world.claim(ONE).await)).await;

    let foreign = Refund { account: other, ..asked(1) };
    let play = Refund { mode: Mode::Test, ..asked(1) };
    for stranger in [foreign, play] {
        assert_eq!(book(stranger).await.unwrap(), Refunded::NoJob);
    }
    assert_eq!(book(asked(30_000)).await.unwrap(), Refunded::New { no: 1, left: MicroUsd(10_000) });
    assert_eq!(book(asked(10_001)).await.unwrap(), Refunded::Exceeds { left: MicroUsd(10_000) });
    for wrong in [0, -1] {
        assert!(matches!(book(asked(wrong)).await.unwrap(), Refunded::Exceeds { .. }));
    }
    world.pass_ms(DAY_MS);
    assert_eq!(
        book(refund(world, account, open.id, MicroUsd(10_000))).await.unwrap(),
        Refunded::New { no: 2, left: nothing }
    );
    assert_eq!(world.balance(account).await.available, PRICE.times(2).unwrap());
    // Each on its day; together nothing is left of the charge.
    let by_day = all(world, Groups { day: true, ..Groups::default() });
    let days = world.store.usage(account, Mode::Live, by_day).await.unwrap();
    let charged: Vec<(u64, i64)> = days.iter().map(|row| (row.sums.jobs, row.sums.charged.0)).collect();
    assert_eq!(charged, [(1, 10_000), (0, -10_000)]);
}

pub(crate) async fn m6_a_reference_is_refunded_once(world: &World) {
    let account = world.account(2).await;
    let job = charged(world, account, PRICE).await;
    let named = |name: &str, amount| Refund {
        reference: Some(name.to_owned()),
        ..refund(world, account, job.id, MicroUsd(amount))
    };
    let twins = join_all((0..16).map(|_| world.store.refund(named("case-7", 5)))).await;
    let new = twins.iter().filter(|answer| matches!(answer, Ok(Refunded::New { no: 1, .. }))).count();
    let known = twins.iter().filter(|answer| matches!(answer, Ok(Refunded::Known { no: 1 }))).count();
    assert_eq!((new, known), (1, 15));
    let other = world.store.refund(named("case-7", 6)).await.unwrap();
    assert_eq!(other, Refunded::Mismatch { booked: MicroUsd(5) });
    assert!(matches!(world.store.refund(named("case-8", 6)).await.unwrap(), Refunded::New { no: 2, .. }));
    assert_eq!(total(world, account).await.charged, MicroUsd(PRICE.0 - 11));
}

pub(crate) async fn a_statement_has_the_customers_entries_in_order(world: &World) {
    let account = world.account(2).await;
    let job = charged(world, account, MicroUsd(15_000)).await;
    for n in 1..=11 {
        world.pass_ms(1);
        world.store.refund(refund(world, account, job.id, MicroUsd(n))).await.unwrap();
    }
    let entries = world.store.entries(job.id).await.unwrap();
    let shown: Vec<(Kind, i64)> = entries.iter().map(|entry| (entry.kind, entry.amount.0)).collect();
    let booked = [(Kind::Hold, PRICE.0), (Kind::Capture, 15_000), (Kind::Rest, 25_000)];
    assert_eq!(shown[..3], booked);
    assert_eq!(shown[3..], (1..=11).map(|n| (Kind::Refund, n)).collect::<Vec<_>>());
    assert_eq!(entries[3].reason.as_deref(), Some("the picture was blank"));
    assert!(entries[..3].iter().all(|entry| entry.reason.is_none()));

    world.admit(world.order(account)).await;
    let failed = world.commit(world.failed(&world.claim(ONE).await)).await;
    let kinds: Vec<Kind> =
        world.store.entries(failed.id).await.unwrap().iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [Kind::Hold, Kind::Release]);
}

pub(crate) async fn a_ledger_is_read_newest_first_in_pages(world: &World) {
    let (account, other) = (world.account(9).await, world.account(1).await);
    let mut expected = vec!["topup first".to_owned()];
    for n in 0..4 {
        world.pass_ms(1);
        let job = charged(world, account, PRICE).await;
        expected.insert(0, format!("job {} 40000", job.id));
        world.pass_ms(1);
        let entry = top_up(account, Mode::Live, &format!("more-{n}"), MicroUsd(7), world.now());
        world.store.book(entry).await.unwrap();
        expected.insert(0, format!("topup more-{n}"));
        world.pass_ms(1);
        world.store.refund(refund(world, account, job.id, MicroUsd(5))).await.unwrap();
        expected.insert(0, format!("refund {}", job.id));
    }
    charged(world, other, PRICE).await;
    world.pass_ms(1);
    let open = world.admit(world.order_in_parts(account, 2)).await;
    expected.insert(0, format!("job {} open", open.id));

    for limit in [1, 2, 3, 100] {
        let (mut before, mut read) = (Before::default(), Vec::new());
        loop {
            let page = world.store.ledger(account, Mode::Live, before.clone(), limit).await.unwrap();
            assert!(page.len() <= limit as usize);
            if page.is_empty() {
                break;
            }
            for line in page {
                read.push(match line {
                    Line::Job { id, captured, held, .. } => {
                        before.job = Some(id);
                        assert_eq!(held, PRICE);
                        let shown = captured.map_or("open".to_owned(), |captured| captured.0.to_string());
                        format!("job {id} {shown}")
                    }
                    Line::Credit { key, kind, job, at, .. } => {
                        let reference = key.rsplit(':').next().unwrap_or_default().to_owned();
                        before.credit = Some((at, key));
                        let what = job.map_or(reference, |job| job.to_string());
                        format!("{} {what}", kind.as_str())
                    }
                });
            }
        }
        assert_eq!(read, expected, "in pages of {limit}");
    }
    assert!(world.store.ledger(account, Mode::Test, Before::default(), 10).await.unwrap().is_empty());
}
