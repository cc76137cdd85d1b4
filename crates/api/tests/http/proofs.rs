//! What a caller's money and patience can rely on, proved over real HTTP with the real database: twins under one key,
//! the last credits, and a client that gives up and asks again.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::{Balance, Store};
use spool_fakes::{Gate, openai};
use spool_providers::adapters::openai::OpenAi;

use crate::world::{Answer, Request, Setting, World};

/// One dialect's call that makes a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Generations,
    Run,
    Submit,
    Tasks,
}

const CALLS: [Call; 4] = [Call::Generations, Call::Run, Call::Submit, Call::Tasks];

impl Call {
    fn request(self, world: &World, model: &str, prompt: &str) -> Request {
        let input = json!({ "prompt": prompt });
        let (path, body) = match self {
            Self::Generations => {
                ("/v1/generations".to_owned(), json!({ "model": model, "input": input, "wait": 60 }))
            }
            Self::Run => (format!("/v1/models/{model}/run"), json!({ "input": input })),
            Self::Submit => ("/v1/task/submit".to_owned(), json!({ "model": model, "input": input })),
            Self::Tasks => ("/v1/tasks".to_owned(), json!({ "model": model, "input": input })),
        };
        world.request("POST", &path).json(body)
    }

    /// The bare id of the job that an answer is about; nothing if it refused.
    fn job(self, answer: &Answer) -> Option<String> {
        let said: Value = answer.body();
        let id = match self {
            Self::Generations | Self::Submit => &said["id"],
            Self::Run => &said["job_id"],
            Self::Tasks => &said["data"]["task_id"],
        };
        id.as_str().map(|id| id.rsplit('_').next().unwrap_or_default().to_owned())
    }
}

async fn balance(world: &World, mode: Mode) -> Balance {
    world.store.balance(world.account, mode).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn k6_a_thousand_clients_with_one_key_make_one_job_and_one_hold_in_every_dialect() {
    let world = World::with(Setting::default()).await;
    for (place, call) in CALLS.into_iter().enumerate() {
        let before = balance(&world, Mode::Test).await;
        let twins = (0..1_000).map(|_| {
            let request = call.request(&world, "flux-1.1-pro", "a fox").header("idempotency-key", "twin");
            tokio::spawn(request.send())
        });
        let mut ids = HashSet::new();
        let mut fresh = 0;
        for twin in join_all(twins).await {
            let answer = twin.unwrap();
            assert!(matches!(answer.status, 200 | 202), "{call:?}: {}", answer.text());
            ids.insert(call.job(&answer).unwrap());
            fresh += usize::from(answer.header("idempotent-replayed").is_none());
        }
        assert_eq!((ids.len(), fresh), (1, 1), "{call:?}: all answers are about one job, and one made it");
        for id in ids {
            world.finish(&format!("gen_{id}")).await;
        }
        assert_eq!(world.store.audit().await.unwrap().jobs, place as u64 + 1, "{call:?}");
        let after = balance(&world, Mode::Test).await;
        let paid = before.available.minus(after.available);
        assert_eq!(
            (paid, after.held),
            (Some(MicroUsd(40_000)), MicroUsd::ZERO),
            "{call:?}: held and paid once"
        );
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m2_64_clients_race_for_the_last_credits_and_exactly_what_they_cover_is_made() {
    let mut world = World::with(Setting::default()).await;
    // Five pictures at four cents, and a cent and a half that is enough for none.
    world.account = world.new_account("poor", MicroUsd(215_000)).await;
    world.key = world.new_key(world.account, Mode::Test).await;
    let racers = (0..64).map(|n| {
        let call = CALLS[n % 4];
        let request = call.request(&world, "flux-1.1-pro", &format!("fox {n}"));
        tokio::spawn(async move { (call, request.send().await) })
    });
    let mut made = Vec::new();
    let mut refused = 0;
    for racer in join_all(racers).await {
        let (call, answer) = racer.unwrap();
        match answer.status {
            200 | 202 => made.push(call.job(&answer).unwrap()),
            status => {
                let (expected, code) = match call {
                    Call::Generations => (402, "insufficient_quota"),
                    Call::Run => (403, "QUOTA_EXCEEDED"),
                    Call::Submit => (403, "insufficient_user_quota"),
                    Call::Tasks => (402, "insufficient_balance"),
                };
                let text = answer.text();
                assert_eq!((status, text.contains(code)), (expected, true), "{call:?}: {text}");
                refused += 1;
            }
        }
    }
    assert_eq!((made.len(), refused), (5, 59));
    for id in made {
        assert_eq!(world.finish(&format!("gen_{id}")).await.body()["status"], "completed");
    }
    let left = Balance { available: MicroUsd(15_000), held: MicroUsd::ZERO };
    assert_eq!(balance(&world, Mode::Test).await, left);
    assert_eq!(world.store.audit().await.unwrap().jobs, 5);
    world.close().await;
}

/// A client asks, gives up while the provider is still at it, and asks again; how often the provider was paid.
async fn paid_after_giving_up(call: Call, key: Option<&str>) -> usize {
    let fake = openai::Fake::start().await;
    let live = vec![(Arc::new(OpenAi) as _, fake.base_url(), openai::KEY)];
    let mut world = World::with(Setting { live, ..Setting::default() }).await;
    world.key = world.new_key(world.account, Mode::Live).await;
    let ask = || {
        let request = call.request(&world, "gpt-image-2", "a fox");
        match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        }
    };
    let slow = Gate::closed();
    fake.next(openai::Behaviour::Held(slow.clone()));
    let first = tokio::spawn(ask().send());
    slow.reached().await;
    // The connection is cut: nobody hears what the first request came to.
    first.abort();
    assert!(first.await.is_err() || matches!(call, Call::Submit | Call::Tasks), "{call:?} keeps its caller");
    let again = tokio::spawn(ask().send());
    if key.is_none() {
        fake.has_accepted(2).await;
    }
    slow.open();
    let answer = again.await.unwrap();
    assert!(matches!(answer.status, 200 | 202), "{call:?}: {}", answer.text());
    assert_eq!(answer.header("idempotent-replayed"), key.map(|_| "true"), "{call:?}");
    let jobs =
        world.store.jobs(world.account, Mode::Live, spool_domain::store::Page { limit: 10, before: None });
    for job in jobs.await.unwrap() {
        assert_eq!(world.finish(&format!("gen_{}", job.id)).await.body()["status"], "completed");
    }
    let paid = fake.bill().len();
    assert_eq!(world.store.audit().await.unwrap().jobs, paid as u64);
    world.close().await;
    paid
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_gives_up_and_asks_again_with_its_key_pays_once() {
    for call in CALLS {
        assert_eq!(paid_after_giving_up(call, Some("a")).await, 1, "{call:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_a_second_request_is_a_second_job() {
    for call in CALLS {
        assert_eq!(paid_after_giving_up(call, None).await, 2, "{call:?}");
    }
}
