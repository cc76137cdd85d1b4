//! The operator's reports.

use std::sync::Arc;

use serde_json::Map;
use spool_domain::day::Day;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AccountId, AttemptNo};
use spool_domain::job::{Job, Outcome, Phase};
use spool_domain::money::MicroUsd;
use spool_domain::operator::{JobFilter, LogFilter, Note};
use spool_domain::order::Mode;
use spool_domain::report::{By, Groups, Performance, PerformanceQuery, Report, UsageQuery, UsageRow};
use spool_domain::statement::Refund;
use spool_domain::store::Commit;
use spool_domain::usage::Sums;

use crate::world::{ONE, PRICE, World};

const DAY_MS: u64 = 86_400_000;

/// What an attempt costs here.
const COST: MicroUsd = MicroUsd(25_000);

/// The job under a new attempt that its provider took; it is due again in a minute.
async fn begun(world: &World, job: &Job, no: u32, provider: &str) -> Job {
    let mut step = world.accepted(job, &format!("{}-{no}", job.id));
    let running = Arc::make_mut(&mut step.job);
    let attempt = running.attempt.as_mut().unwrap();
    (attempt.no, attempt.provider) = (AttemptNo(no), provider.to_owned());
    world.commit(step).await
}

/// The job after such a time, claimed again.
async fn later(world: &World, job: Job, ms: u64) -> Job {
    world.pass_ms(ms);
    let claimed = world.claim(ONE).await;
    assert_eq!(claimed.id, job.id);
    claimed
}

/// The same step with the attempt over.
fn over(world: &World, mut step: Commit) -> Commit {
    let job = Arc::make_mut(&mut step.job);
    job.attempt.as_mut().unwrap().ended_at = Some(world.now());
    step
}

/// A step that also books what the attempt cost.
fn billed(world: &World, mut step: Commit, cost: MicroUsd) -> Commit {
    let attempt = step.job.attempt.clone().unwrap();
    step.transfers.push(world.purse(&step.job).cost(attempt.no, &attempt.provider, cost));
    step
}

/// A job that took so long and succeeded.
async fn made(world: &World, account: AccountId, provider: &str, took_ms: u64) -> Job {
    world.admit(world.order(account)).await;
    let job = begun(world, &world.claim(ONE).await, 1, provider).await;
    let job = later(world, job, took_ms).await;
    world.commit(over(world, world.succeeded(&job))).await
}

/// A job whose only attempt took a minute and ended in such a way.
async fn ended(world: &World, account: AccountId, outcome: Outcome) -> Job {
    world.admit(world.order(account)).await;
    let job = begun(world, &world.claim(ONE).await, 1, "fal").await;
    let job = later(world, job, 60_000).await;
    let mut step = world.step(&job, Phase::Done(outcome));
    step.transfers = vec![world.purse(&job).release(job.price)];
    world.commit(over(world, billed(world, step, MicroUsd::ZERO))).await
}

fn query(from: Day, to: Day, groups: Groups) -> UsageQuery {
    let (account, key, model) = (None, None, None);
    UsageQuery { mode: Mode::Live, from, to, account, key, model, groups, rows_max: 1_000, read_max: 1_000 }
}

async fn rows(world: &World, query: UsageQuery) -> Vec<UsageRow> {
    match world.store.all_usage(query).await.unwrap() {
        Report::Whole(rows) => rows,
        other => panic!("{other:?}"),
    }
}

const FINE: Groups = Groups { day: true, account: true, key: true, model: true, provider: false };

/// A little of everything, over six days. The first of them, and the two accounts.
async fn busy(world: &World) -> (Day, AccountId, AccountId) {
    let (one, two) = (world.account(9).await, world.account(9).await);
    let first = Day::of(world.now());
    let refunded = made(world, one, "fal", 60_000).await;

    // Open to the end, with a failed attempt that was billed.
    world.admit(world.order(two)).await;
    let waits = begun(world, &world.claim(ONE).await, 1, "fal").await;
    let waits = later(world, waits, 60_000).await;
    let step = world.step(&waits, Phase::NeedsOperator);
    world.commit(over(world, billed(world, step, COST))).await;

    // Billed by one provider on the first day, made by another on the fourth.
    world.admit(world.order(one)).await;
    let job = begun(world, &world.claim(ONE).await, 1, "fal").await;
    let job = later(world, job, 60_000).await;
    let mut step = over(world, billed(world, world.step(&job, Phase::Queued), COST));
    Arc::make_mut(&mut step.job).due = Some(world.now().after_ms(3 * DAY_MS));
    world.commit(step).await;

    // In two parts, at two providers.
    world.pass_ms(DAY_MS);
    world.admit(world.order_in_parts(two, 2)).await;
    for part in [world.claim(ONE).await, world.claim(ONE).await] {
        begun(world, &part, 1, if part.part == 0 { "openai" } else { "fal" }).await;
    }
    world.pass_ms(60_000);
    for part in [world.claim(ONE).await, world.claim(ONE).await] {
        world.commit(over(world, world.succeeded(&part))).await;
    }
    let whole = world.claim(ONE).await;
    world.commit(world.succeeded(&whole)).await;

    // Ended before anybody was asked.
    world.admit(world.order(two)).await;
    let job = world.claim(ONE).await;
    let mut step = world.step(&job, Phase::Done(Outcome::Canceled));
    step.transfers = vec![world.purse(&job).release(job.price)];
    world.commit(step).await;

    world.pass_ms(2 * DAY_MS);
    let job = begun(world, &world.claim(ONE).await, 2, "openai").await;
    let job = later(world, job, 60_000).await;
    world.commit(over(world, world.succeeded(&job))).await;

    world.pass_ms(2 * DAY_MS);
    let refund = Refund {
        account: one,
        mode: Mode::Live,
        job: refunded.id,
        amount: MicroUsd(10_000),
        reason: "it was blank".to_owned(),
        reference: None,
        at: world.now(),
    };
    world.store.refund(refund).await.unwrap();
    (first, one, two)
}

pub(crate) async fn m9_usage_by_provider_adds_up_to_the_kept_usage_of_every_range_of_days(world: &World) {
    let (first, one, _) = busy(world).await;
    let mut compared = 0;
    for from in -1..=6 {
        for to in from..=6 {
            let days = (first.plus(from), first.plus(to));
            let kept = rows(world, query(days.0, days.1, FINE)).await;
            let apart = Groups { provider: true, ..FINE };
            let mut read: Vec<UsageRow> = Vec::new();
            for row in rows(world, query(days.0, days.1, apart)).await {
                let row = UsageRow { provider: None, ..row };
                match read.last_mut().filter(|last| UsageRow { sums: row.sums, ..(**last).clone() } == row) {
                    Some(last) => last.sums.add(&row.sums),
                    None => read.push(row),
                }
            }
            assert_eq!(read, kept, "days {from} to {to}");
            compared += kept.len();
        }
    }
    assert!(compared > 30, "{compared}");
    let groups = Groups { provider: true, ..Groups::default() };
    let found = rows(world, query(first, first.plus(6), groups)).await;
    let sums = |provider: Option<&str>| {
        let row = found.iter().find(|row| row.provider == Some(provider.map(str::to_owned)));
        row.map(|row| row.sums).unwrap()
    };
    assert_eq!(found.len(), 3);
    let canceled = Sums { jobs: 1, canceled: 1, ..Sums::default() };
    assert_eq!(sums(None), canceled, "it was at nobody");
    // One of its own and the one it did not finish, the one with the operator, and a part of one that counts elsewhere.
    let fal = Sums {
        jobs: 1,
        succeeded: 1,
        charged: MicroUsd(30_000),
        cost: COST.times(4).unwrap(),
        ..Sums::default()
    };
    assert_eq!(sums(Some("fal")), fal);
    let openai = Sums {
        jobs: 2,
        succeeded: 2,
        charged: PRICE.times(2).unwrap(),
        cost: COST.times(2).unwrap(),
        ..Sums::default()
    };
    assert_eq!(sums(Some("openai")), openai);

    let of_one = UsageQuery { account: Some(one), ..query(first, first.plus(6), groups) };
    let found = rows(world, of_one.clone()).await;
    assert_eq!(found.iter().map(|row| row.sums.jobs).sum::<u64>(), 2);
    let kept = rows(world, UsageQuery { groups: Groups::default(), ..of_one }).await;
    assert_eq!(found.iter().map(|row| row.sums.cost.0).sum::<i64>(), kept[0].sums.cost.0);
}

pub(crate) async fn a_report_that_would_be_too_long_or_read_too_much_says_so(world: &World) {
    let (first, ..) = busy(world).await;
    for provider in [false, true] {
        let groups = Groups { provider, ..FINE };
        let all = query(first, first.plus(6), groups);
        let long = UsageQuery { rows_max: 2, ..all.clone() };
        assert_eq!(world.store.all_usage(long).await.unwrap(), Report::TooLong);
        let much = UsageQuery { read_max: 2, ..all.clone() };
        assert_eq!(world.store.all_usage(much).await.unwrap(), Report::TooMuch);
        let other = UsageQuery { model: Some("none".to_owned()), ..all };
        assert_eq!(rows(world, other).await, []);
    }
}

pub(crate) async fn attempts_are_counted_by_how_they_ended_and_timed_by_those_with_a_result(world: &World) {
    let account = world.account(9).await;
    let day = Day::of(world.now());
    for took_ms in [90_000, 60_000, 70_000] {
        made(world, account, "fal", took_ms).await;
    }
    ended(world, account, Outcome::Failed(Fault::of(Kind::ProviderFailed))).await;
    ended(world, account, Outcome::Failed(Fault::of(Kind::ContentPolicy))).await;
    ended(world, account, Outcome::Canceled).await;
    // A second chance elsewhere: one attempt failed, the other had the result.
    world.admit(world.order(account)).await;
    let job = begun(world, &world.claim(ONE).await, 1, "fal").await;
    let job = later(world, job, 60_000).await;
    let job = world.commit(over(world, billed(world, world.step(&job, Phase::Queued), MicroUsd::ZERO))).await;
    let job = later(world, job, 0).await;
    let job = begun(world, &job, 2, "openai").await;
    let job = later(world, job, 60_000).await;
    world.commit(over(world, world.succeeded(&job))).await;
    // Nobody knows yet how this one ended.
    world.admit(world.order(account)).await;
    let job = begun(world, &world.claim(ONE).await, 1, "openai").await;
    let job = later(world, job, 60_000).await;
    world.commit(over(world, world.step(&job, Phase::NeedsOperator))).await;

    let all = PerformanceQuery {
        mode: Mode::Live,
        from: day,
        to: day.plus(1),
        by: By::Provider,
        attempts_max: 100,
        jobs_max: 100,
    };
    let found = world.store.performance(all).await.unwrap();
    let fal = Performance {
        succeeded: 3,
        failed: 2,
        refused: 1,
        canceled: 1,
        took_ms: vec![60_000, 70_000, 90_000],
    };
    let openai = Performance { succeeded: 1, took_ms: vec![60_000], ..Performance::default() };
    let expected = [("fal".to_owned(), fal), ("openai".to_owned(), openai)];
    assert_eq!((found.rows.as_slice(), found.sample), (expected.as_slice(), false));

    let by_model = world.store.performance(PerformanceQuery { by: By::Model, ..all }).await.unwrap();
    assert_eq!((by_model.rows[0].0.as_str(), by_model.rows[0].1.attempts()), ("acme/painter", 8));
    let earlier = PerformanceQuery { from: day.plus(-9), to: day.plus(-1), ..all };
    assert_eq!(world.store.performance(earlier).await.unwrap().rows, []);
    // The newest two that ended are those of the last job.
    for bounded in [PerformanceQuery { attempts_max: 2, ..all }, PerformanceQuery { jobs_max: 2, ..all }] {
        let found = world.store.performance(bounded).await.unwrap();
        let attempts: u64 = found.rows.iter().map(|(_, row)| row.attempts()).sum();
        assert_eq!((attempts, found.sample), (2, true), "{:?}", found.rows);
    }
}

pub(crate) async fn jobs_are_found_by_key_provider_and_day(world: &World) {
    let (first, one, two) = busy(world).await;
    let found = async |filter: JobFilter| world.store.any_jobs(filter, None, 100).await.unwrap().len();
    let all = JobFilter::default();
    let at = |provider: &str| JobFilter { provider: Some(provider.to_owned()), ..JobFilter::default() };
    assert_eq!(found(all.clone()).await, 5);
    assert_eq!((found(at("fal")).await, found(at("openai")).await, found(at("none")).await), (4, 2, 0));
    assert_eq!(found(JobFilter { account: Some(two), ..at("openai") }).await, 1, "by one of its parts");
    let day = |from: i64, to: i64| JobFilter {
        from: Some(first.plus(from).start()),
        until: Some(first.plus(to + 1).start()),
        ..JobFilter::default()
    };
    assert_eq!([found(day(0, 0)).await, found(day(1, 1)).await, found(day(2, 9)).await], [3, 2, 0]);
    assert_eq!(found(JobFilter { account: Some(one), ..day(0, 0) }).await, 2);
    let waiting = JobFilter { phase: Some("needs_operator".to_owned()), ..day(0, 0) };
    assert_eq!(found(waiting.clone()).await, 1);
    assert_eq!(found(JobFilter { provider: Some("openai".to_owned()), ..waiting }).await, 0);
    let key = |name: &str| Some(spool_domain::ids::KeyId(name.to_owned()));
    assert_eq!(found(JobFilter { key: key("k1234567"), ..all.clone() }).await, 5);
    assert_eq!(found(JobFilter { key: key("k"), ..all }).await, 0);
}

pub(crate) async fn lines_of_the_log_are_found_by_what_was_done_to_what_by_whom_and_when(world: &World) {
    for (actor, action, subject) in [
        ("console", "key.create", "key:abc"),
        ("abc", "key.revoke", "key:abc"),
        ("abc", "account.credit", "account:7"),
        ("abc", "account.credit", "account:77"),
        ("abc", "credential.put", "provider:fal/main"),
    ] {
        let (actor, subject) = (actor.to_owned(), subject.to_owned());
        world.store.note(Note { actor, action, subject, detail: Map::new(), at: world.now() }).await.unwrap();
        world.pass_ms(1_000);
    }
    let found = async |filter: LogFilter| world.store.log_before(filter, None, 100).await.unwrap().len();
    let action = |word: &str| LogFilter { action: Some(word.to_owned()), ..LogFilter::default() };
    let subject = |word: &str| LogFilter { subject: Some(word.to_owned()), ..LogFilter::default() };
    assert_eq!(
        [found(action("key")).await, found(action("key.create")).await, found(action("ke")).await],
        [2, 1, 0]
    );
    assert_eq!(
        [found(subject("account")).await, found(subject("account:7")).await, found(subject("acc")).await],
        [2, 1, 0]
    );
    assert_eq!([found(subject("provider:fal")).await, found(subject("key:abc")).await], [1, 2]);
    assert_eq!(found(LogFilter { actor: Some("console".to_owned()), ..LogFilter::default() }).await, 1);
    let (now, earlier) = (world.now(), world.now().before_ms(3_000));
    assert_eq!(found(LogFilter { from: Some(earlier), ..LogFilter::default() }).await, 3);
    assert_eq!(found(LogFilter { until: Some(earlier), ..LogFilter::default() }).await, 2);
    assert_eq!(found(LogFilter { from: Some(earlier), until: Some(now), ..action("account") }).await, 2);
}
