//! Which providers a caller would like, over two live ones.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use spool_domain::fault::{Fault, Kind};
use spool_domain::job::{Job, Outcome, Phase};
use spool_domain::money::MicroUsd;
use spool_domain::order::{Caller, Mode, Order, Preference};
use spool_domain::store::Audit;

use crate::rules::{Server, answer, live_world, pass};
use crate::world::{World, order};

fn wanting(names: &[&str], only: bool, count: u32) -> Order {
    let input = json!({"prompt": "x"}).as_object().unwrap().clone();
    let mut order = order("test/choice", input, count);
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    order.terms.providers = Some(Preference { order: names, only });
    order
}

async fn run(world: &World, caller: &Caller, order: Order) -> Result<Arc<Job>, Fault> {
    let ticket = world.engine.submit(caller, order).await?;
    Ok(ticket.wait(Duration::from_secs(60)).await)
}

fn succeeded(job: &Job) -> bool {
    matches!(job.phase, Phase::Done(Outcome::Succeeded(_)))
}

/// What both providers cost us, in the order of their names.
fn costs(audit: &Audit) -> Vec<(&str, MicroUsd)> {
    let live = audit.costs.iter().filter(|(_, mode, ..)| *mode == Mode::Live);
    live.map(|(provider, _, amount, _)| (provider.as_str(), *amount)).collect()
}

async fn good() -> Server {
    Server::start(|_, _| answer(200, "http://127.0.0.1:1/a.png")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_providers_is_honoured_and_each_is_booked_at_its_own_routes_cost() {
    let (first, second) = (good().await, good().await);
    let world = live_world(pass(), &[("scripted", &first), ("second", &second)]).await;
    for (names, only, asked) in [
        (&[][..], false, "scripted"),
        (&[], true, "scripted"),
        (&["second"], false, "second"),
        (&["SECOND", "scripted"], false, "second"),
        (&["unknown", "second"], true, "second"),
        (&["unknown"], false, "scripted"),
        (&["scripted", "second"], false, "scripted"),
    ] {
        let before = (first.asked(), second.asked());
        let job = run(&world, &world.live, wanting(names, only, 1)).await.unwrap();
        assert!(succeeded(&job), "{names:?}: {job:?}");
        let expected = if asked == "scripted" { (before.0 + 1, before.1) } else { (before.0, before.1 + 1) };
        assert_eq!((first.asked(), second.asked()), expected, "{names:?} {only}");
        // What the job knows of its route survives in the database.
        let read = world.engine.job(&world.live, job.id).await.unwrap();
        assert_eq!((&read.terms, read.attempt.as_ref().unwrap().provider.as_str()), (&job.terms, asked));
    }
    let (audit, _) = world.close().await;
    assert_eq!(costs(&audit), [("scripted", MicroUsd(4 * 10_000)), ("second", MicroUsd(3 * 30_000))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_follows_the_callers_order_and_only_forbids_it() {
    let (first, second) = (good().await, Server::start(|_, _| answer(401, "")).await);
    let world = live_world(pass(), &[("scripted", &first), ("second", &second)]).await;
    let job = run(&world, &world.live, wanting(&["second"], false, 1)).await.unwrap();
    assert!(succeeded(&job), "{job:?}");
    let attempts = world.store.attempts(job.id).await.unwrap();
    let asked: Vec<&str> = attempts.iter().map(|attempt| attempt.provider.as_str()).collect();
    assert_eq!(asked, ["second", "scripted"]);
    // The place in the caller's line-up, not the number among the model's routes.
    assert_eq!(job.route, 1);

    let job = run(&world, &world.live, wanting(&["second"], true, 1)).await.unwrap();
    let Phase::Done(Outcome::Failed(fault)) = &job.phase else { panic!("{job:?}") };
    assert_eq!((fault.kind, job.charged), (Kind::ProviderUnavailable, Some(MicroUsd::ZERO)));
    assert_eq!((first.asked(), second.asked()), (1, 2), "nobody else was asked");
    let (audit, _) = world.close().await;
    assert_eq!(costs(&audit), [("scripted", MicroUsd(10_000))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_job_keep_its_preference() {
    let (first, second) = (good().await, good().await);
    let world = live_world(pass(), &[("scripted", &first), ("second", &second)]).await;
    let job = run(&world, &world.live, wanting(&["second"], true, 3)).await.unwrap();
    assert!(succeeded(&job), "{job:?}");
    assert_eq!((first.asked(), second.asked()), (0, 3));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_leaves_nobody_is_refused_before_anything_is_stored() {
    let (first, second) = (good().await, good().await);
    let world = live_world(pass(), &[("scripted", &first), ("second", &second)]).await;
    for names in [&["unknown"][..], &["fal", "openai"], &["sandbox"]] {
        let fault = run(&world, &world.live, wanting(names, true, 1)).await.err().unwrap();
        assert_eq!(fault.kind, Kind::ModelUnavailable);
        assert!(fault.message.contains("preferred"), "{}", fault.message);
    }
    // The sandbox stands in for every provider of the model, under its own name too.
    for names in [&["second"][..], &["unknown", "sandbox"]] {
        assert!(succeeded(&run(&world, &world.test, wanting(names, true, 1)).await.unwrap()), "{names:?}");
    }
    assert!(run(&world, &world.test, wanting(&["unknown"], true, 1)).await.is_err());
    let (audit, _) = world.close().await;
    assert_eq!(audit.jobs, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checked_order_names_who_would_be_asked() {
    let (first, second) = (good().await, good().await);
    let world = live_world(pass(), &[("scripted", &first), ("second", &second)]).await;
    for (caller, names, only, asked) in [
        (&world.live, &[][..], false, &["scripted", "second"][..]),
        (&world.live, &["second"], false, &["second", "scripted"]),
        (&world.live, &["second"], true, &["second"]),
        (&world.test, &["second"], false, &["sandbox"]),
    ] {
        let valid = world.engine.validate(caller, &wanting(names, only, 1)).await.unwrap();
        assert_eq!(valid.providers, asked, "{names:?} {only}");
    }
    world.close().await;
}
