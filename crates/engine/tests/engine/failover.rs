//! Which provider is asked, when one of them fails, is full, or asks for patience, and what the operator's policy says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use spool_domain::adapter::Adapter;
use spool_domain::catalogue::Routing;
use spool_domain::fault::Kind;
use spool_domain::job::{AttemptResult, Job, Outcome, Phase};
use spool_engine::Breaker;
use spool_engine::settings::Settings;
use tokio::sync::watch;

use crate::rules::{Scripted, Server, answer, live_world, pass};
use crate::world::{Setting, World};

const URL: &str = "http://127.0.0.1:1/x.png";

async fn who(world: &World, job: &Job) -> Vec<(String, AttemptResult)> {
    let attempts = world.store.attempts(job.id).await.unwrap();
    attempts.into_iter().map(|attempt| (attempt.provider, attempt.result.unwrap())).collect()
}

fn ok(job: &Job) {
    assert!(matches!(job.phase, Phase::Done(Outcome::Succeeded(_))), "{job:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_keeps_failing_is_left_alone_and_the_next_one_asked_at_once() {
    let up = Server::start(|_, _| answer(200, URL)).await;
    // A lost answer would be looked into; a 401 is a refusal that proves that nothing was made.
    let shut = Server::start(|_, _| answer(401, "")).await;
    let closed = live_world(pass(), &[("scripted", &shut), ("second", &up)]).await;
    for round in 0..7 {
        let job = closed.run(&closed.live, "test/picture", "x").await;
        ok(&job);
        let expected = if round < 5 { 2 } else { 1 };
        assert_eq!(who(&closed, &job).await.len(), expected, "round {round}");
    }
    assert_eq!(shut.asked(), 5, "after five failures in a row nobody asks it");
    let health = closed.engine.health("scripted").unwrap();
    assert_eq!((health.breaker, health.open_jobs, health.failures), (Breaker::Open, 0, 5));
    assert_eq!(closed.engine.health("second").unwrap().breaker, Breaker::Closed);
    closed.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_asks_for_patience_is_passed_over_until_then() {
    let busy = Server::start(|_, _| {
        Some("HTTP/1.1 429 X\r\ncontent-length: 0\r\nretry-after: 60\r\nconnection: close\r\n\r\n".to_owned())
    })
    .await;
    let up = Server::start(|_, _| answer(200, URL)).await;
    let world = live_world(pass(), &[("scripted", &busy), ("second", &up)]).await;
    for _ in 0..3 {
        ok(&*world.run(&world.live, "test/picture", "x").await);
    }
    assert_eq!((busy.asked(), up.asked()), (1, 3));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_content_goes_to_nobody_else() {
    let refusing = Server::start(|_, _| answer(422, "")).await;
    let up = Server::start(|_, _| answer(200, URL)).await;
    let world = live_world(pass(), &[("scripted", &refusing), ("second", &up)]).await;
    for _ in 0..6 {
        let job = world.run(&world.live, "test/picture", "x").await;
        let Phase::Done(Outcome::Failed(fault)) = &job.phase else { panic!("{job:?}") };
        assert_eq!(fault.kind, Kind::ContentPolicy);
    }
    assert_eq!((refusing.asked(), up.asked()), (6, 0), "nor does it count as the provider's failure");
    world.close().await;
}

/// A server that holds every submit until the gate opens, and tells how many were open at most.
async fn holding(gate: watch::Receiver<bool>) -> (Server, Arc<AtomicUsize>) {
    let most = Arc::new(AtomicUsize::new(0));
    let (open, seen) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&most));
    let server = Server::start(move |_, _| {
        seen.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // A test's own thread: the closure stands for the provider's work.
        let mut gate = gate.clone();
        tokio::task::block_in_place(|| {
            let _ = tokio::runtime::Handle::current().block_on(gate.wait_for(|open| *open));
        });
        open.fetch_sub(1, Ordering::SeqCst);
        answer(200, URL)
    })
    .await;
    (server, most)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn no_more_jobs_are_open_at_a_provider_than_it_takes_and_the_rest_go_to_the_next_one_or_wait() {
    let (gate, opened) = watch::channel(false);
    let (full, most) = holding(opened).await;
    let up = Server::start(|_, _| answer(200, URL)).await;
    let live: Vec<(Arc<dyn Adapter>, String, &'static str)> = vec![
        (Scripted::taking("scripted", 2), full.base.clone(), ""),
        (Scripted::named("second"), up.base.clone(), ""),
    ];
    let world = World::with(Setting { settings: pass(), live, ..Setting::default() }).await;
    let mut tickets = Vec::new();
    for _ in 0..5 {
        tickets.push(world.order(&world.live, "test/picture", "x", 1).await.unwrap());
    }
    // Those that found the first one full are over while it still holds its two.
    let mut done = 0;
    for ticket in tickets.iter().skip(2) {
        let mut listener = world.engine.listen(ticket.job.id);
        if !world.engine.job(&world.live, ticket.job.id).await.unwrap().phase.is_done() {
            tokio::time::timeout(Duration::from_secs(60), listener.done()).await.unwrap();
        }
        done += 1;
    }
    assert_eq!((done, up.asked()), (3, 3));
    // With nowhere else to go, jobs wait for a place.
    let alone = world.order(&world.live, "test/dear", "x", 1).await.unwrap();
    assert_eq!(world.engine.job(&world.live, alone.job.id).await.unwrap().phase, Phase::Queued);
    gate.send_replace(true);
    ok(&*alone.wait(Duration::from_secs(60)).await);
    for ticket in tickets {
        ok(&*ticket.wait(Duration::from_secs(60)).await);
    }
    assert_eq!(most.load(Ordering::SeqCst), 2);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_policy_decides_where_the_caller_has_no_wish() {
    // `test/choice` costs a cent at `scripted` and three at `second`; here the dear one is listed first.
    let models = r#"
[[model]]
id = "test/policy"
name = "Policy"
description = "Pictures by two providers."
makes = "image"
tasks = ["text-to-image"]
[model.params]
prompt = { type = "text", role = "prompt", required = true }
[[model.prices]]
usd = "0.04"
[[model.routes]]
provider = "second"
upstream = "picture"
cost = "0.03"
[[model.routes]]
provider = "scripted"
upstream = "picture"
cost = "0.01"
"#;
    let pinned = "[[override]]\nmodel = \"test/policy\"\nrouting = \"scripted\"\n";
    for (routing, more, first, only) in [
        (Routing::Order, "", "second", false),
        (Routing::Cheapest, "", "scripted", false),
        (Routing::Order, pinned, "scripted", true),
    ] {
        let one = Server::start(|_, _| answer(200, URL)).await;
        let two = Server::start(|_, _| answer(200, URL)).await;
        let live: Vec<(Arc<dyn Adapter>, String, &'static str)> = vec![
            (Scripted::named("scripted"), one.base.clone(), ""),
            (Scripted::named("second"), two.base.clone(), ""),
        ];
        let settings = Settings { routing: routing.clone(), ..pass() };
        let models = format!("{models}{more}");
        let world = World::with(Setting { settings, live, models, ..Setting::default() }).await;
        let order =
            crate::world::order("test/policy", json!({"prompt": "x"}).as_object().unwrap().clone(), 1);
        let valid = world.engine.validate(&world.live, &order).await.unwrap();
        assert_eq!(valid.providers[0], first, "{routing:?}{more}: the dry run tells the same");
        assert_eq!(valid.providers.len(), if only { 1 } else { 2 });
        let job = world.run(&world.live, "test/policy", "x").await;
        assert_eq!(who(&world, &job).await, [(first.to_owned(), AttemptResult::Accepted)]);
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fastest_of_late_comes_first() {
    let slow = Server::start(|_, _| {
        std::thread::sleep(Duration::from_millis(300));
        answer(200, URL)
    })
    .await;
    let quick = Server::start(|_, _| answer(200, URL)).await;
    let settings = Settings { routing: Routing::Fastest, ..pass() };
    let world = live_world(settings, &[("scripted", &slow), ("second", &quick)]).await;
    ok(&*world.run(&world.live, "test/picture", "nobody has been measured").await);
    assert_eq!((slow.asked(), quick.asked()), (1, 0));
    ok(&*world.run(&world.live, "test/quiet", "the other one is measured").await);
    ok(&*world.run(&world.live, "test/picture", "now it is known").await);
    assert_eq!((slow.asked(), quick.asked()), (1, 2));
    world.close().await;
}
