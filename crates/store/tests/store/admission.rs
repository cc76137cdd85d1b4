//! Admitting jobs.

use futures::future::join_all;
use spool_domain::ids::AccountId;
use spool_domain::job::Phase;
use spool_domain::money::MicroUsd;
use spool_domain::order::{Idempotency, Mode};
use spool_domain::store::{NewJob, Page, Submitted};
use spool_domain::time::Timestamp;

use crate::world::{LEASE_MS, ONE, PRICE, World};

const ALL: Page = Page { limit: 100, before: None };

pub(crate) async fn m2_a_hold_that_would_overdraw_is_refused_and_nothing_else_changes(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let refused = world.order(account);
    let answer = world.store.submit(refused.clone()).await.unwrap();
    assert!(matches!(answer, Submitted::Overdrawn { available: MicroUsd(0) }), "{answer:?}");

    let balance = world.balance(account).await;
    assert_eq!((balance.available, balance.held), (MicroUsd(0), PRICE));
    assert_eq!(world.store.jobs(account, Mode::Live, ALL).await.unwrap().len(), 1);
    assert!(world.store.job(account, Mode::Live, refused.job.id).await.unwrap().is_none());
    assert!(world.store.events(refused.job.id, 0).await.unwrap().is_empty());
    assert_eq!(world.store.audit().await.unwrap().entries, 2, "the top-up and one hold");
}

pub(crate) async fn m2_racing_submits_never_spend_a_credit_twice(world: &World) {
    let account = world.account(5).await;
    let answers = join_all((0..64).map(|_| world.store.submit(world.order(account)))).await;
    let admitted = answers.iter().filter(|answer| matches!(answer, Ok(Submitted::New))).count();
    let refused = answers.iter().filter(|answer| matches!(answer, Ok(Submitted::Overdrawn { .. }))).count();
    assert_eq!((admitted, refused), (5, 59));
    assert_eq!(world.balance(account).await.available, MicroUsd(0));
}

pub(crate) async fn m3_a_refused_admission_leaves_no_trace(world: &World) {
    let account = world.account(3).await;
    let first = world.admit(world.order(account)).await;
    let mut twin = world.order(account);
    twin.job.id = first.id;
    let mut gap = world.order(account);
    gap.events[0].no = 2;
    let mut cheap = world.order(account);
    cheap.hold.amount = MicroUsd(1);
    let mut unclear = world.order_in_parts(account, 2);
    unclear.parts[1].0.part = 0;
    for broken in [twin, gap, cheap, unclear] {
        world.store.submit(broken).await.unwrap_err();
    }
    assert_eq!(world.balance(account).await.held, PRICE);
    let audit = world.store.audit().await.unwrap();
    assert_eq!((audit.jobs, audit.entries), (1, 2));
}

pub(crate) async fn m3_an_admission_is_whole(world: &World) {
    let account = world.account(1).await;
    let new = world.order(account);
    world.admit(new.clone()).await;
    assert_eq!(world.read(&new.job).await, new.job);
    assert_eq!(world.store.events(new.job.id, 0).await.unwrap(), new.events);
    let balance = world.balance(account).await;
    assert_eq!((balance.available, balance.held), (MicroUsd(0), PRICE));
}

pub(crate) async fn k2_the_same_key_and_request_is_the_same_job(world: &World) {
    let account = world.account(1).await;
    let key = Some(Idempotency { scope: [1; 32], fingerprint: [2; 32] });
    let mut new = world.order(account);
    new.idempotency = key;
    let first = world.admit(new).await;
    let mut again = world.order(account);
    again.idempotency = key;
    // The credit is gone, and that does not matter for a job that exists.
    match world.store.submit(again).await.unwrap() {
        Submitted::Existing(job) => assert_eq!(*job, first),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.balance(account).await.held, PRICE);
}

pub(crate) async fn k3_the_same_key_with_another_request_is_refused_without_effect(world: &World) {
    let account = world.account(2).await;
    let mut new = world.order(account);
    new.idempotency = Some(Idempotency { scope: [1; 32], fingerprint: [2; 32] });
    world.admit(new).await;
    let mut other = world.order(account);
    other.idempotency = Some(Idempotency { scope: [1; 32], fingerprint: [3; 32] });
    assert!(matches!(world.store.submit(other).await.unwrap(), Submitted::Mismatch));
    assert_eq!(world.balance(account).await.held, PRICE);
    assert_eq!(world.store.audit().await.unwrap().jobs, 1);
}

pub(crate) async fn k6_a_thousand_twins_make_one_job(world: &World) {
    let account = world.account(1_000).await;
    let twins = (0..1_000).map(|_| {
        let mut twin = world.order(account);
        twin.idempotency = Some(Idempotency { scope: [5; 32], fingerprint: [6; 32] });
        world.store.submit(twin)
    });
    let answers = join_all(twins).await;
    let admitted = answers.iter().filter(|answer| matches!(answer, Ok(Submitted::New))).count();
    let existing = answers.iter().filter(|answer| matches!(answer, Ok(Submitted::Existing(_)))).count();
    assert_eq!((admitted, existing), (1, 999));
    assert_eq!(world.balance(account).await.held, PRICE);
}

pub(crate) async fn a_birth_claim_is_leased_and_has_its_attempt(world: &World) {
    let account = world.account(1).await;
    let mut new = world.order(account);
    new.job.phase = Phase::Submitting;
    new.job.epoch = 1;
    new.job.events = 2;
    new.job.attempt = Some(world.attempt(1));
    new.events.push(world.event(2, "begin"));
    new.claim = Some((ONE, LEASE_MS));
    let job = world.admit(new).await;
    assert_eq!(world.read(&job).await, job);
    assert_eq!(world.store.attempts(job.id).await.unwrap(), vec![world.attempt(1)]);
    assert!(world.store.claim(ONE, 10, LEASE_MS, &[]).await.unwrap().jobs.is_empty());
    world.commit(world.accepted(&job, "r-1")).await;
}

pub(crate) async fn an_account_that_does_not_exist_orders_nothing(world: &World) {
    world.store.submit(world.order(AccountId(99))).await.unwrap_err();
    assert_eq!(world.store.audit().await.unwrap().jobs, 0);
}

/// Walks all pages; how many records were removed.
async fn prune(world: &World, ended_before: Timestamp) -> u64 {
    let (mut removed, mut from) = (0, None);
    loop {
        let pruned = world.store.prune(ended_before, from).await.unwrap();
        removed += pruned.removed;
        from = pruned.next;
        if from.is_none() {
            return removed;
        }
    }
}

/// An order under a key, one of many.
fn keyed(world: &World, account: AccountId, key: u16) -> NewJob {
    let mut new = world.order(account);
    let mut scope = [9; 32];
    scope[..2].copy_from_slice(&key.to_be_bytes());
    new.idempotency = Some(Idempotency { scope, fingerprint: [6; 32] });
    new
}

pub(crate) async fn k5_a_key_is_forgotten_once_its_job_is_over_for_long_enough_and_not_before(world: &World) {
    // More than a page, so that the walk goes on where it was.
    let account = world.account(1_300).await;
    let mut open = Vec::new();
    for key in 0..1_200 {
        let new = keyed(world, account, key);
        world.admit(new.clone()).await;
        open.push(new);
    }
    let mut ended = Vec::new();
    for _ in 0..1_100 {
        let job = world.claim(ONE).await;
        ended.push(world.commit(world.failed(&job)).await.id);
    }
    let end = world.now();
    assert_eq!(prune(world, end).await, 0, "over at that moment and not before");
    assert_eq!(prune(world, end.after_ms(1)).await, 1_100);
    assert_eq!(prune(world, end.after_ms(1_000_000_000)).await, 0, "what goes on keeps its key for ever");
    for new in open {
        let known = ended.contains(&new.job.id);
        // Another request under the key: refused while it is kept, admitted once it is forgotten.
        let mut other = world.order(account);
        other.idempotency = new.idempotency.map(|key| Idempotency { fingerprint: [7; 32], ..key });
        let answer = world.store.submit(other).await.unwrap();
        assert_eq!(matches!(answer, Submitted::New), known, "{answer:?}");
        assert!(known || matches!(answer, Submitted::Mismatch), "{answer:?}");
    }
}

pub(crate) async fn k5_a_forgotten_key_is_free_for_others_and_still_finds_its_own_job(world: &World) {
    let account = world.account(5).await;
    let new = keyed(world, account, 1);
    world.admit(new.clone()).await;
    let job = world.claim(ONE).await;
    world.commit(world.failed(&job)).await;
    assert_eq!(prune(world, world.now().after_ms(1)).await, 1);
    // The same request: its job's id follows from key and request, so there is nothing to make.
    let again = world.store.submit(new).await.unwrap();
    let Submitted::Existing(found) = again else { panic!("{again:?}") };
    assert_eq!(found.id, job.id);
    assert_eq!(world.balance(account).await.held, MicroUsd(0));
}
