//! Writing steps.

use std::sync::Arc;

use futures::future::join_all;
use spool_domain::adapter::{Handle, Output};
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::AssetId;
use spool_domain::job::{Asset, AttemptResult, Outcome, Phase, Run, Stored};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::Committed;

use crate::world::{LEASE_MS, ONE, PRICE, TWO, World};

pub(crate) async fn j5_a_late_commit_is_lost(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let late = world.claim(ONE).await;
    world.pass_ms(LEASE_MS);
    let taken = world.claim(TWO).await;
    assert_eq!((taken.id, taken.epoch), (late.id, late.epoch + 1));
    assert_eq!(world.store.commit(world.failed(&late)).await.unwrap(), Committed::Lost);
    assert_eq!(world.read(&taken).await, taken, "nothing was written");
    assert_eq!(world.balance(account).await.held, PRICE);
    world.commit(world.failed(&taken)).await;
}

pub(crate) async fn j5_a_commit_after_the_lease_was_given_up_is_lost(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let given_up = world.commit(world.step(&job, Phase::Queued)).await;
    assert_eq!(world.store.commit(world.failed(&given_up)).await.unwrap(), Committed::Lost);
    assert_eq!(world.store.commit(world.failed(&job)).await.unwrap(), Committed::Lost);
}

pub(crate) async fn j5_a_job_that_is_over_takes_no_more_commits(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let over = world.commit(world.failed(&job)).await;
    assert_eq!(world.store.commit(world.succeeded(&job)).await.unwrap(), Committed::Lost);
    assert_eq!(world.store.commit(world.step(&over, Phase::Queued)).await.unwrap(), Committed::Lost);
    assert_eq!(world.read(&job).await, over);
}

pub(crate) async fn j6_events_are_numbered_without_gaps(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let good = world.step(&job, Phase::Queued);

    let mut skips = good.clone();
    Arc::make_mut(&mut skips.job).events += 1;
    skips.events[0].no += 1;
    let mut miscounts = good.clone();
    Arc::make_mut(&mut miscounts.job).events += 1;
    let mut repeats = good.clone();
    Arc::make_mut(&mut repeats.job).events -= 1;
    repeats.events[0].no -= 1;
    for broken in [skips, miscounts, repeats] {
        world.store.commit(broken).await.unwrap_err();
    }
    world.commit(good).await;
    let numbers: Vec<u32> =
        world.store.events(job.id, 0).await.unwrap().iter().map(|event| event.no).collect();
    assert_eq!(numbers, [1, 2]);
}

pub(crate) async fn m4_a_hold_is_resolved_with_the_end_of_its_job_and_once(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let mut never = world.failed(&job);
    never.transfers.clear();
    let mut early = world.step(&job, Phase::Queued);
    early.transfers.push(world.purse(&job).release(PRICE));
    let mut twice = world.failed(&job);
    twice.transfers.extend(world.purse(&job).capture(PRICE, PRICE));
    for broken in [never, early, twice] {
        world.store.commit(broken).await.unwrap_err();
    }
    assert_eq!(world.balance(account).await.held, PRICE);
    world.commit(world.failed(&job)).await;
    assert_eq!(world.balance(account).await.available, PRICE);
}

pub(crate) async fn m5_the_unused_rest_returns_in_the_same_transaction(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let mut step = world.succeeded(&job);
    step.transfers = world.purse(&job).capture(PRICE, MicroUsd(15_000));
    world.commit(step).await;
    let balance = world.balance(account).await;
    assert_eq!((balance.available, balance.held), (MicroUsd(25_000), MicroUsd(0)));
}

pub(crate) async fn m7_replaying_a_step_books_nothing(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let mut step = world.accepted(&job, "r-1");
    let cost = world.purse(&job).cost(spool_domain::ids::AttemptNo(1), "fal", MicroUsd(25_000));
    step.transfers.push(cost.clone());
    step.keep = true;
    let running = world.commit(step).await;
    let entries = world.store.audit().await.unwrap().entries;

    // The same cost again, at the end: its key is known.
    let end = world.succeeded(&running);
    assert!(end.transfers.iter().any(|entry| entry.key == cost.key));
    world.commit(end.clone()).await;
    let audit = world.store.audit().await.unwrap();
    assert_eq!(audit.entries, entries + 1, "the capture only");
    assert_eq!(audit.costs, [("fal".to_owned(), Mode::Live, MicroUsd(25_000), 1)]);
    assert_eq!(world.store.commit(end).await.unwrap(), Committed::Lost);
    assert_eq!(world.store.audit().await.unwrap(), audit);
}

pub(crate) async fn m12_costs_are_reported_per_provider_and_mode(world: &World) {
    let account = world.account(3).await;
    for (n, cost) in [0, 30, 40].into_iter().enumerate() {
        world.admit(world.order(account)).await;
        let job = world.claim(ONE).await;
        let mut step = world.accepted(&job, &format!("r-{n}"));
        step.keep = true;
        let running = world.commit(step).await;
        let mut end = world.failed(&running);
        let attempt = spool_domain::ids::AttemptNo(1);
        end.transfers.push(world.purse(&running).cost(attempt, "fal", MicroUsd(cost)));
        world.commit(end).await;
    }
    let audit = world.store.audit().await.unwrap();
    assert_eq!(audit.costs, [("fal".to_owned(), Mode::Live, MicroUsd(70), 2)]);
    assert_eq!((audit.jobs, audit.open_jobs), (3, 0));
}

pub(crate) async fn u8_a_provider_job_belongs_to_one_attempt(world: &World) {
    let account = world.account(2).await;
    world.admit(world.order(account)).await;
    world.commit(world.accepted(&world.claim(ONE).await, "r-1")).await;
    world.admit(world.order(account)).await;
    let second = world.claim(ONE).await;
    world.store.commit(world.accepted(&second, "r-1")).await.unwrap_err();
    assert_eq!(world.read(&second).await, second, "nothing was written");

    // The same id under another credential is another job.
    let mut elsewhere = world.accepted(&second, "r-1");
    Arc::make_mut(&mut elsewhere.job).attempt.as_mut().unwrap().credential = "spare".to_owned();
    world.commit(elsewhere).await;
}

pub(crate) async fn a_failed_commit_leaves_no_trace_and_others_go_on(world: &World) {
    let account = world.account(40).await;
    for _ in 0..40 {
        world.admit(world.order(account)).await;
    }
    let jobs = world.store.claim(ONE, 40, LEASE_MS, &[]).await.unwrap().jobs;
    // Every fourth step asks for the first job's id at the provider, after its events and attempt were written.
    let steps = jobs.iter().enumerate().map(|(n, job)| {
        let mut step = world.accepted(job, &format!("r-{}", if n % 4 == 0 { 0 } else { n }));
        step.keep = true;
        world.store.commit(step)
    });
    let answers = join_all(steps).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 31);
    for (job, answer) in jobs.iter().zip(&answers) {
        let (attempts, events) = if answer.is_ok() { (1, 2) } else { (0, 1) };
        assert_eq!(world.store.attempts(job.id).await.unwrap().len(), attempts);
        assert_eq!(world.store.events(job.id, 0).await.unwrap().len(), events);
    }
}

pub(crate) async fn every_phase_and_attempt_comes_back_as_it_was_written(world: &World) {
    let handle = Handle {
        id: "r-9".to_owned(),
        facts: [("status_url".to_owned(), "https://queue.example/r-9".to_owned())].into(),
    };
    let outputs = vec![Output::Url("https://cdn.example/1.png".to_owned()), Output::Text("la la".to_owned())];
    let open = [
        Phase::Queued,
        Phase::Submitting,
        Phase::Running(Run::Provider(handle)),
        Phase::Storing(outputs),
        Phase::Reconciling { misses: 1 },
        Phase::NeedsOperator,
    ];
    let text = Stored {
        text: Some("la la".to_owned()),
        kind: "text".to_owned(),
        content_type: "text/plain".to_owned(),
        ..serde_json::from_value(serde_json::json!({
            "kind": "", "format": "", "content_type": "", "size_bytes": 5
        }))
        .unwrap()
    };
    let ends = [
        Outcome::Succeeded(vec![text]),
        Outcome::Failed(Fault::field("input.prompt", "is too long").after_s(3)),
        Outcome::Failed(Fault::of(Kind::Internal)),
        Outcome::Canceled,
    ];
    let account = world.account(ends.len() as u32).await;
    for outcome in ends {
        world.admit(world.order(account)).await;
        let mut job = world.claim(ONE).await;
        let results = [
            AttemptResult::Rejected,
            AttemptResult::NotSent,
            AttemptResult::Unknown,
            AttemptResult::NotAccepted,
            AttemptResult::WrittenOff,
        ];
        for (n, phase) in open.iter().enumerate() {
            let mut step = world.step(&job, phase.clone());
            step.keep = *phase != Phase::NeedsOperator;
            let changed = Arc::make_mut(&mut step.job);
            changed.route = n as u16;
            changed.progress = Some(10 * n as u8);
            changed.cancel_sent = n > 2;
            let mut attempt = world.attempt(1 + n as u32 / 2);
            attempt.result = results.get(n).copied();
            attempt.provider_job = Some(format!("{}-{n}", job.id));
            attempt.billed = (n > 2).then_some(MicroUsd(7));
            attempt.trouble = Some("http_500".to_owned());
            attempt.ended_at = (n > 3).then(|| world.now());
            changed.attempt = Some(attempt);
            job = world.commit(step).await;
            assert_eq!(world.read(&job).await, job);
        }
        let mut end = world.failed(&job);
        Arc::make_mut(&mut end.job).phase = Phase::Done(outcome);
        let over = world.commit(end).await;
        assert_eq!(world.read(&over).await, over);
        let numbers: Vec<u32> =
            world.store.attempts(over.id).await.unwrap().iter().map(|attempt| attempt.no.0).collect();
        assert_eq!(numbers, [1, 2, 3]);
    }
}

pub(crate) async fn a_kept_lease_goes_on(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let mut step = world.step(&job, Phase::Submitting);
    step.keep = true;
    let job = world.commit(step).await;
    assert!(world.store.claim(TWO, 1, LEASE_MS, &[]).await.unwrap().jobs.is_empty());
    let job = world.commit(world.step(&job, Phase::Queued)).await;
    assert_eq!(world.claim(TWO).await.id, job.id);
}

pub(crate) async fn the_operator_decides_without_a_lease(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let waiting = world.commit(world.step(&job, Phase::NeedsOperator)).await;
    world.commit(world.failed(&waiting)).await;
    assert_eq!(world.balance(account).await.available, PRICE);
}

pub(crate) async fn the_last_part_to_end_wakes_the_whole(world: &World) {
    let account = world.account(1).await;
    let whole = world.admit(world.order_in_parts(account, 2)).await;
    for ended in 1..=2 {
        assert!(world.read(&whole).await.due > Some(world.now()), "the whole sleeps");
        let part = world.claim(ONE).await;
        assert_eq!(part.parent, Some(whole.id));
        let mut step = world.step(&part, Phase::Done(Outcome::Succeeded(Vec::new())));
        let asset = Asset {
            id: AssetId(*part.id.bytes()),
            account,
            job: part.id,
            content_type: "image/png".to_owned(),
            inline: true,
            format: "png".to_owned(),
            size_bytes: 5,
            sha256: [4; 32],
            created_at: world.now(),
        };
        step.assets.push(asset.clone());
        world.commit(step).await;
        assert_eq!(world.store.asset(asset.id).await.unwrap(), Some(asset));
        let parts = world.store.parts(whole.id).await.unwrap();
        assert_eq!(parts.iter().map(|part| part.part).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(parts.iter().filter(|part| part.phase.is_done()).count(), ended);
    }
    // It looks, and goes back to wait although nothing is left to wait for: it is woken at once.
    for _ in 0..2 {
        let awake = world.claim(ONE).await;
        assert_eq!(awake.id, whole.id);
        let mut step = world.step(&awake, Phase::Running(Run::Parts));
        Arc::make_mut(&mut step.job).due = Some(world.now().after_ms(600_000));
        world.commit(step).await;
    }
    let awake = world.claim(ONE).await;
    world.commit(world.succeeded(&awake)).await;
}
