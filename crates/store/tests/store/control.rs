//! Wishes to cancel, and hints.

use std::sync::Arc;

use spool_domain::adapter::Token;
use spool_domain::ids::{AttemptNo, JobId};
use spool_domain::job::Phase;
use spool_domain::order::Mode;
use spool_domain::store::Committed;

use crate::world::{LEASE_MS, ONE, World};

pub(crate) async fn j7_a_wish_to_cancel_is_noted_and_due_now(world: &World) {
    let account = world.account(2).await;
    let mut later = world.order(account);
    later.job.due = Some(world.now().after_ms(60_000));
    let later = world.admit(later).await;
    let job = world.store.ask_cancel(account, Mode::Live, later.id).await.unwrap().unwrap();
    assert!(job.cancel_asked);
    assert_eq!(job.due, Some(world.now()));
    assert_eq!(world.read(&later).await, job);

    // A job that was due before keeps its place in the row.
    let overdue = world.admit(world.order(account)).await;
    world.pass_ms(5_000);
    let job = world.store.ask_cancel(account, Mode::Live, overdue.id).await.unwrap().unwrap();
    assert_eq!((job.cancel_asked, job.due), (true, overdue.due));
}

pub(crate) async fn j7_a_wish_to_cancel_under_a_lease_is_told_with_the_commit(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let asked = world.store.ask_cancel(account, Mode::Live, job.id).await.unwrap().unwrap();
    assert!(asked.cancel_asked);
    let step = world.accepted(&job, "r-1");
    assert!(!step.job.cancel_asked && step.job.due > Some(world.now()));
    assert_eq!(world.store.commit(step).await.unwrap(), Committed::Done { cancel_asked: true });

    // The worker let go without knowing of it, so the job is due now and not in a minute.
    let again = world.claim(ONE).await;
    assert!(again.cancel_asked);
    let mut step = world.step(&again, again.phase.clone());
    Arc::make_mut(&mut step.job).due = Some(world.now().after_ms(60_000));
    world.commit(step).await;
    assert!(
        world.store.claim(ONE, 1, LEASE_MS, &[]).await.unwrap().jobs.is_empty(),
        "known wishes do not wake"
    );
}

pub(crate) async fn j7_a_wish_to_cancel_reaches_the_parts(world: &World) {
    let account = world.account(1).await;
    let mut new = world.order_in_parts(account, 3);
    for (part, _) in &mut new.parts {
        part.due = Some(world.now().after_ms(60_000));
    }
    let whole = world.admit(new).await;
    world.store.ask_cancel(account, Mode::Live, whole.id).await.unwrap().unwrap();
    let parts = world.store.parts(whole.id).await.unwrap();
    assert_eq!(parts.len(), 3);
    assert!(parts.iter().all(|part| part.cancel_asked && part.due == Some(world.now())));
}

pub(crate) async fn j7_a_job_that_is_over_cannot_be_canceled(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let over = world.commit(world.failed(&world.claim(ONE).await)).await;
    assert_eq!(world.store.ask_cancel(account, Mode::Live, over.id).await.unwrap(), Some(over.clone()));
    assert_eq!(world.read(&over).await, over);
}

pub(crate) async fn s9_nobody_cancels_a_foreign_job(world: &World) {
    let owner = world.account(1).await;
    let stranger = world.account(1).await;
    let job = world.admit(world.order(owner)).await;
    assert_eq!(world.store.ask_cancel(stranger, Mode::Live, job.id).await.unwrap(), None);
    assert_eq!(world.store.ask_cancel(owner, Mode::Test, job.id).await.unwrap(), None);
    assert_eq!(world.read(&job).await, job);
}

pub(crate) async fn u9_a_hint_makes_a_running_job_due_and_nothing_else(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let running = world.commit(world.accepted(&world.claim(ONE).await, "r-1")).await;
    let (hint, first) = (|job, no| world.store.hint(job, AttemptNo(no)), running.id);
    assert!(!hint(first, 2).await.unwrap());
    assert!(!hint(JobId([9; 20]), 1).await.unwrap());
    assert_eq!(world.read(&running).await, running, "no hint was for it");

    assert!(hint(first, 1).await.unwrap());
    let hinted = world.read(&running).await;
    assert_eq!(hinted.due, Some(world.now()));
    assert!(hint(first, 1).await.unwrap(), "hints can be repeated");

    let stored = world.commit(world.step(&world.claim(ONE).await, Phase::Storing(Vec::new()))).await;
    world.pass_ms(1);
    assert!(!hint(first, 1).await.unwrap(), "it is not running any more");
    assert_eq!(world.read(&stored).await, stored);
}

pub(crate) async fn u13_what_is_open_at_a_provider_is_known_by_job_token_and_id(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let running = world.commit(world.accepted(&world.claim(ONE).await, "r-1")).await;
    let attempt = running.attempt.clone().unwrap();
    let (provider, credential) = (attempt.provider.as_str(), attempt.credential.as_str());
    let open = world.store.open_attempts().await.unwrap();
    assert!(open.contains(&(running.id, provider.to_owned(), credential.to_owned())), "{open:?}");
    assert!(world.store.knows(provider, credential, "r-1").await.unwrap());
    for (p, c, j) in [("kling", credential, "r-1"), (provider, "other", "r-1"), (provider, credential, "r-2")]
    {
        assert!(!world.store.knows(p, c, j).await.unwrap(), "{p} {c} {j}");
    }
    let by = async |provider: &str, token: &str| {
        world.store.open_by_token(provider, &Token(token.to_owned())).await.unwrap()
    };
    assert_eq!(by(provider, &attempt.token.0).await, Some((running.id, attempt.no)));
    assert_eq!(by("kling", &attempt.token.0).await, None);
    assert_eq!(by(provider, "another").await, None);
}
