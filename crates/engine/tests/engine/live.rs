//! Live jobs over the shipped models and adapters, against servers that speak the providers' protocols.

use std::sync::Arc;
use std::time::Duration;

use crate::world::{Setting, World};
use axum::extract::{Path, State};
use axum::routing::post;
use serde_json::json;
use spool_domain::fault::Kind;
use spool_domain::job::{Job, Outcome, Phase, Stored};
use spool_domain::money::MicroUsd;
use spool_engine::address::Allow;
use spool_engine::settings::Settings;
use spool_engine::{CALLBACK_PATH, Engine, Incoming, Received};
use spool_fakes::{Gate, fal, openai};
use spool_providers::adapters::fal::Fal;
use spool_providers::adapters::openai::OpenAi;

const BANANA: &str = "google/nano-banana";

fn loopback() -> Settings {
    Settings { allow: Arc::new(Allow::parse(["127.0.0.0/8"]).unwrap()), ..Settings::default() }
}

async fn with_fal(fake: &fal::Fake, settings: Settings) -> World {
    let adapter = Arc::new(Fal::with_callback_keys_at(fake.callback_keys_url()));
    let live = vec![(adapter as _, fake.base_url(), fal::KEY)];
    World::with(Setting { settings, live, ..Setting::default() }).await
}

async fn with_openai(fake: &openai::Fake) -> World {
    let live = vec![(Arc::new(OpenAi) as _, fake.base_url(), openai::KEY)];
    World::with(Setting { settings: loopback(), live, ..Setting::default() }).await
}

async fn banana(world: &World, prompt: &str) -> Arc<Job> {
    let input = json!({"prompt": prompt, "aspect_ratio": "16:9"});
    let ticket = world.order_with(&world.live, BANANA, input, 1).await.unwrap();
    let job = ticket.wait(Duration::from_secs(60)).await;
    assert!(job.phase.is_done(), "{job:?}");
    job
}

fn outputs(job: &Job) -> &[Stored] {
    match &job.phase {
        Phase::Done(Outcome::Succeeded(stored)) => stored,
        other => panic!("{other:?}"),
    }
}

fn fault(job: &Job) -> Kind {
    match &job.phase {
        Phase::Done(Outcome::Failed(fault)) => fault.kind,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn openai_answers_at_once_and_its_inline_pictures_are_stored() {
    let fake = openai::Fake::start().await;
    let world = with_openai(&fake).await;
    let input = json!({"prompt": "two boats", "size": "1536x1024", "quality": "low"});
    let ticket = world.order_with(&world.live, "gpt-image-2", input, 2).await.unwrap();
    let job = ticket.wait(Duration::from_secs(60)).await;
    let stored = outputs(&job);
    assert_eq!(stored.len(), 2, "one call makes both");
    assert_eq!((stored[0].width, stored[0].height), (Some(1536), Some(1024)));
    assert_eq!((fake.requests(), fake.bill().len()), (1, 1));
    assert_eq!(job.charged, Some(MicroUsd(18_000)));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openai_refusals_fail_by_class_and_a_lost_answer_is_never_sent_again() {
    let fake = openai::Fake::start().await;
    let world = with_openai(&fake).await;
    for (behaviour, expected) in [
        (openai::Behaviour::Refuse, Kind::ContentPolicy),
        (openai::Behaviour::QuotaSpent, Kind::ProviderUnavailable),
        (openai::Behaviour::AcceptThenDrop, Kind::OutcomeUnknown),
        (openai::Behaviour::Truncated, Kind::OutcomeUnknown),
        (openai::Behaviour::Html, Kind::OutcomeUnknown),
    ] {
        let before = fake.requests();
        fake.next(behaviour.clone());
        let job = world.run(&world.live, "gpt-image-2", "x").await;
        assert_eq!(fault(&job), expected, "{behaviour:?}");
        assert_eq!(fake.requests() - before, 1, "{behaviour:?}");
        assert_eq!(job.charged, Some(MicroUsd::ZERO));
    }
    fake.next(openai::Behaviour::Busy { retry_after_s: 1 });
    assert_eq!(
        outputs(&*world.run(&world.live, "gpt-image-2", "x").await).len(),
        1,
        "a busy provider is asked again"
    );
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fal_queues_and_its_result_is_fetched_and_stored() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake, loopback()).await;
    let job = banana(&world, "a lighthouse").await;
    assert_eq!(outputs(&job)[0].kind, "image");
    let attempts = world.store.attempts(job.id).await.unwrap();
    assert_eq!(attempts[0].provider_job.as_deref(), Some(fake.accepted()[0].as_str()));
    assert_eq!(fake.bill().len(), 1);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fal_failures_are_told_apart() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake, loopback()).await;
    for (behaviour, expected) in [
        (fal::Behaviour::Refuse, Kind::ContentPolicy),
        (fal::Behaviour::Crash { kind: "runner_disconnected" }, Kind::ProviderFailed),
        (fal::Behaviour::Expire, Kind::AssetLost),
        (fal::Behaviour::Locked, Kind::ProviderUnavailable),
        (fal::Behaviour::AcceptThenDrop, Kind::OutcomeUnknown),
    ] {
        fake.next(behaviour.clone());
        assert_eq!(fault(&*banana(&world, "x").await), expected, "{behaviour:?}");
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn u6_looks_that_go_wrong_do_not_fail_the_job() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake, loopback()).await;
    fake.next_look(fal::Look::Drop);
    assert_eq!(outputs(&*banana(&world, "x").await).len(), 1);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn j7_a_running_job_is_canceled_at_fal() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake, loopback()).await;
    fake.next(fal::Behaviour::Queue { waiting: 1_000, running: 0 });
    let input = json!({"prompt": "x", "aspect_ratio": "1:1"});
    let ticket = world.order_with(&world.live, BANANA, input, 1).await.unwrap();
    fake.has_accepted(1).await;
    world.engine.cancel(&world.live, ticket.job.id).await.unwrap();
    let job = ticket.wait(Duration::from_secs(60)).await;
    assert_eq!(job.phase, Phase::Done(Outcome::Canceled));
    assert_eq!(fake.bill().len(), 0);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o1_a_stop_waits_for_the_answer_to_a_submit_and_keeps_the_providers_id() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake, loopback()).await;
    let gate = Gate::closed();
    fake.next(fal::Behaviour::Held(gate.clone()));
    let input = json!({"prompt": "x", "aspect_ratio": "1:1"});
    let id = world.order_with(&world.live, BANANA, input, 1).await.unwrap().job.id;
    gate.reached().await;
    let engine = world.engine.clone();
    let stopping = tokio::spawn(async move { engine.stop().await });
    gate.open();
    stopping.await.unwrap();
    let job = world.engine.job(&world.live, id).await.unwrap();
    assert_eq!(job.phase.name(), "running");
    assert_eq!(job.attempt.as_ref().unwrap().provider_job.as_deref(), Some(fake.accepted()[0].as_str()));
    world.close().await;
}

/// Takes callbacks in as the API does.
pub(crate) async fn receive(engine: Engine, listener: tokio::net::TcpListener) {
    let take = async |State(engine): State<Engine>,
                      Path((provider, job, attempt, secret)): Path<(String, String, String, String)>,
                      headers: http::HeaderMap,
                      body: bytes::Bytes| {
        let headers: Vec<_> =
            headers.iter().map(|(n, v)| (n.as_str().to_owned(), v.to_str().unwrap().to_owned())).collect();
        let incoming = Incoming {
            provider: &provider,
            job: &job,
            attempt: &attempt,
            secret: &secret,
            path: "",
            query: "",
            headers: &headers,
            body: &body,
        };
        match engine.callback(incoming).await {
            Received::Noted(_) => http::StatusCode::OK,
            Received::Unknown => http::StatusCode::NOT_FOUND,
        }
    };
    let path = format!("{CALLBACK_PATH}/{{provider}}/{{job}}/{{attempt}}/{{secret}}");
    let router = axum::Router::new().route(&path, post(take)).with_state(engine);
    axum::serve(listener, router).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn u9_a_genuine_callback_is_noted_and_a_forged_one_is_not() {
    let fake = fal::Fake::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let public_url = Some(format!("http://{}", listener.local_addr().unwrap()));
    let world = with_fal(&fake, Settings { public_url, ..loopback() }).await;
    tokio::spawn(receive(world.engine.clone(), listener));
    // Without the callback the second look would come only after the queue's long pause.
    fake.next(fal::Behaviour::Queue { waiting: 1_000, running: 1_000 });
    fake.callbacks(fal::Callbacks::Delivered(0));
    let input = json!({"prompt": "x", "aspect_ratio": "1:1"});
    let ticket = world.order_with(&world.live, BANANA, input, 1).await.unwrap();
    fake.has_accepted(1).await;
    let theirs = fake.accepted()[0].clone();
    assert_eq!(fake.call_back(&theirs, false).await, Some(404), "forged");
    assert_eq!(fake.call_back(&theirs, true).await, Some(200), "genuine");
    assert_eq!(fake.call_back(&theirs, true).await, Some(200), "repeated");
    fake.callbacks(fal::Callbacks::Delivered(1));
    fake.finish(&theirs);
    let job = ticket.wait(Duration::from_secs(60)).await;
    assert_eq!(outputs(&job).len(), 1);
    world.close().await;
}
