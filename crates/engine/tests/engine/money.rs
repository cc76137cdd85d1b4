//! Money beyond the single job, as an operator and a caller meet it.

use spool_domain::budget::Budget;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AccountId, JobId};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::scope::Scopes;
use spool_domain::store::KeyRow;
use spool_domain::usage::{Groups, Query};
use spool_engine::Booked;
use spool_engine::settings::Settings;

use crate::world::{Setting, World};

const MODEL: &str = "flux-1.1-pro";
const PRICE: MicroUsd = MicroUsd(40_000);

async fn refund(
    world: &World,
    job: JobId,
    micros: i64,
    reason: &str,
    reference: Option<&str>,
) -> Result<Booked, Fault> {
    let account = world.test.account;
    world.engine.refund(account, Mode::Test, job, MicroUsd(micros), reason, reference).await
}

#[tokio::test]
async fn m6_a_refund_is_bounded_by_what_was_charged_and_booked_once() {
    let world = World::new().await;
    let job = world.run(&world.test, MODEL, "a fox").await;
    let before = world.store.balance(world.test.account, Mode::Test).await.unwrap().available;
    let booked = |no, new| Booked { no, new };
    assert_eq!(refund(&world, job.id, 15_000, "it was blank", Some("case-7")).await, Ok(booked(1, true)));
    assert_eq!(refund(&world, job.id, 15_000, "it was blank", Some("case-7")).await, Ok(booked(1, false)));
    assert_eq!(refund(&world, job.id, 5_000, "and late", None).await, Ok(booked(2, true)));

    let long = "x".repeat(501);
    for (micros, reason, reference, field, says) in [
        (20_001, "more", None, "amount_usd", "at most 0.02 USD"),
        (0, "nothing", None, "amount_usd", "above zero"),
        (-1, "less", None, "amount_usd", "-0.000001"),
        (1, "", None, "reason", "1 to 500"),
        (1, long.as_str(), None, "reason", "1 to 500"),
        (1, "again", Some(""), "reference", "1 to 500"),
        (1, "again", Some("case-7"), "reference", "0.015 USD"),
    ] {
        let fault = refund(&world, job.id, micros, reason, reference).await.unwrap_err();
        assert_eq!((fault.kind, fault.param.as_deref()), (Kind::InvalidInput, Some(field)));
        assert!(fault.message.contains(says), "{}", fault.message);
    }
    let stranger = world.engine.refund(AccountId(99), Mode::Test, job.id, MicroUsd(1), "x", None).await;
    assert_eq!(stranger.unwrap_err().kind, Kind::NotFound);
    let live = world.engine.refund(world.test.account, Mode::Live, job.id, MicroUsd(1), "x", None).await;
    assert_eq!(live.unwrap_err().kind, Kind::NotFound);

    let after = world.store.balance(world.test.account, Mode::Test).await.unwrap().available;
    assert_eq!(after, MicroUsd(before.0 + 20_000));
    world.close().await;
}

#[tokio::test]
async fn what_was_not_charged_cannot_be_refunded() {
    let world = World::new().await;
    let failed = world.run(&world.test, MODEL, "a fox [sandbox outcome=fail]").await;
    let fault = refund(&world, failed.id, 1, "it failed", None).await.unwrap_err();
    assert!(fault.message.contains("at most 0.00 USD"), "{}", fault.message);
    world.close().await;
}

#[tokio::test]
async fn usage_is_captures_minus_refunds_also_for_orders_in_parts() {
    let world = World::new().await;
    let one = world.run(&world.test, MODEL, "a fox").await;
    // Eight pictures in eight calls, each with a bill of its own.
    let ticket = world.order(&world.test, MODEL, "foxes", 8).await.unwrap();
    let many = world.wait(&world.test, ticket.job.id).await;
    world.run(&world.test, MODEL, "a fox [sandbox outcome=fail]").await;
    refund(&world, one.id, 10_000, "it was blank", None).await.unwrap();

    let today = spool_domain::day::Day::of(world.engine.clock().now());
    let query = Query {
        from: today.plus(-1),
        to: today,
        key: None,
        model: None,
        groups: Groups::default(),
        limit: 10,
    };
    let rows = world.store.usage(world.test.account, Mode::Test, query).await.unwrap();
    let sums = rows[0].sums;
    assert_eq!((sums.jobs, sums.succeeded, sums.failed), (3, 2, 1));
    assert_eq!(many.charged, PRICE.times(8));
    assert_eq!(sums.charged, MicroUsd(9 * PRICE.0 - 10_000));
    // What is booked as cost is what the sandbox's own book says it billed.
    assert_eq!(sums.cost, MicroUsd(world.bill().billed.0));
    world.close().await;
}

#[tokio::test]
async fn a_key_spends_no_more_than_its_budget_at_any_concurrency() {
    let world = World::new().await;
    let row = KeyRow {
        rate: None,
        id: world.test.key.clone(),
        account: world.test.account,
        mode: Mode::Test,
        name: "ci".to_owned(),
        sha256: [1; 32],
        last4: "abcd".to_owned(),
        created_at: world.engine.clock().now(),
        expires_at: None,
        revoked_at: None,
        scopes: Scopes::customer(),
    };
    world.store.create_key(row).await.unwrap();
    let budget = Budget { total: PRICE.times(5), ..Budget::default() };
    assert!(world.store.set_budget(&world.test.key, budget).await.unwrap());
    let orders = (0..40).map(|n| {
        // Every other one fails and gives back what it held.
        let prompt = if n % 2 == 0 { "a fox" } else { "a fox [sandbox outcome=fail]" };
        world.order(&world.test, MODEL, prompt, 1)
    });
    let mut refused = 0;
    for ordered in futures::future::join_all(orders).await {
        match ordered {
            Ok(ticket) => drop(world.wait(&world.test, ticket.job.id).await),
            Err(fault) => {
                assert_eq!(fault.kind, Kind::InsufficientCredit);
                assert!(fault.message.contains("total budget of 0.20 USD"), "{}", fault.message);
                refused += 1;
            }
        }
    }
    assert!(refused >= 15, "{refused}");
    let state = world.store.budget(&world.test.key).await.unwrap().unwrap();
    assert!(state.spent.total <= PRICE.times(5).unwrap(), "{state:?}");
    assert_eq!(state.held, MicroUsd::ZERO);
    world.close().await;
}

#[tokio::test]
async fn o2_the_setting_bounds_the_open_jobs_of_an_account() {
    let settings = Settings { open_jobs_max: 2, ..Settings::default() };
    let world = World::with(Setting { settings, ..Setting::default() }).await;
    let slow = "a fox [sandbox delay=300]";
    let first = world.order(&world.test, MODEL, slow, 1).await.unwrap().job.id;
    let second = world.order(&world.test, MODEL, slow, 2).await.unwrap().job.id;
    let fault = world.order(&world.test, MODEL, "a fox", 1).await.err().unwrap();
    assert_eq!((fault.kind, fault.retry_after_s), (Kind::RateLimited, Some(5)));
    assert!(fault.message.contains("2 jobs open, and 2 are allowed"), "{}", fault.message);
    for job in [first, second] {
        world.engine.cancel(&world.test, job).await.unwrap();
        world.wait(&world.test, job).await;
    }
    world.run(&world.test, MODEL, "a fox").await;
    world.close().await;
}
