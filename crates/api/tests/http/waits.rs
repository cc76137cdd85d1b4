//! How `wait` works.

use std::time::{Duration, Instant};

use serde_json::json;
use spool_domain::ids::JobId;
use spool_domain::order::{Caller, Mode};

use crate::world::World;

fn fox(prompt: &str, wait: serde_json::Value) -> serde_json::Value {
    json!({ "model": "flux-1.1-pro", "input": { "prompt": prompt }, "wait": wait })
}

/// Ends a job that would run for minutes.
async fn cancel(world: &World, id: &str) {
    let key = spool_api::keys::parse(&world.key).unwrap().id;
    let caller = Caller { account: world.account, key, mode: Mode::Test };
    world.engine.cancel(&caller, JobId::parse(id.strip_prefix("gen_").unwrap()).unwrap()).await.unwrap();
    assert_eq!(world.finish(id).await.body()["status"], "cancelled");
}

#[tokio::test]
async fn zero_answers_at_once_as_queued() {
    let world = World::new().await;
    let answer = world.post(fox("a fox", json!(0))).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let body = answer.body();
    assert_eq!(body["status"], "queued");
    assert_eq!(answer.header("retry-after"), Some("2"));
    let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["created_at", "id", "model", "object", "status"]);
    assert_eq!(world.finish(body["id"].as_str().unwrap()).await.body()["status"], "completed");
    world.close().await;
}

#[tokio::test]
async fn auto_and_seconds_hold_until_the_end() {
    let world = World::new().await;
    for body in [fox("one", json!("auto")), fox("two", json!(60)), {
        let mut body = fox("three", json!(null));
        body.as_object_mut().unwrap().remove("wait");
        body
    }] {
        let answer = world.post(body).await;
        assert_eq!((answer.status, answer.body()["status"].as_str()), (200, Some("completed")));
    }
    world.close().await;
}

#[tokio::test]
async fn the_window_closes_on_a_job_that_goes_on() {
    let world = World::new().await;
    let began = Instant::now();
    let answer = world.post(fox("slow [sandbox delay=300]", json!(1))).await;
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!((answer.status, answer.body()["status"].as_str()), (202, Some("running")));
    assert_eq!(answer.header("retry-after"), Some("2"));
    let id = answer.body()["id"].as_str().unwrap().to_owned();
    let began = Instant::now();
    let answer = world.get(&format!("/v1/generations/{id}?wait=1")).await;
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!((answer.status, answer.body()["status"].as_str()), (200, Some("running")));
    cancel(&world, &id).await;
    world.close().await;
}

#[tokio::test]
async fn a_get_without_wait_does_not_wait_and_one_with_wait_sees_the_end() {
    let world = World::new().await;
    let answer = world.post(fox("a while [sandbox delay=1]", json!(0))).await;
    let id = answer.body()["id"].as_str().unwrap().to_owned();
    let now = world.get(&format!("/v1/generations/{id}")).await;
    assert_eq!(now.header("cache-control"), Some("no-store"));
    assert_eq!(now.header("retry-after"), Some("2"));
    assert!(["queued", "running"].contains(&now.body()["status"].as_str().unwrap()), "{}", now.text());
    for wait in ["auto", "60"] {
        let end = world.get(&format!("/v1/generations/{id}?wait={wait}")).await;
        assert_eq!((end.status, end.body()["status"].as_str()), (200, Some("completed")));
    }
    for wait in ["61", "-1", "soon", "", "1.5"] {
        let answer = world.get(&format!("/v1/generations/{id}?wait={wait}")).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.fault(), ("invalid_input".to_owned(), Some("wait".to_owned())), "{wait}");
    }
    world.close().await;
}

#[tokio::test]
async fn all_who_wait_for_one_job_hear_of_its_end() {
    let world = World::new().await;
    let answer = world.post(fox("for many [sandbox delay=0.5]", json!(0))).await;
    let path = format!("/v1/generations/{}?wait=60", answer.body()["id"].as_str().unwrap());
    let waiting: Vec<_> = (0..50).map(|_| tokio::spawn(world.request("GET", &path).send())).collect();
    for one in waiting {
        assert_eq!(one.await.unwrap().body()["status"], "completed");
    }
    assert_eq!(world.engine.waited_for(), 0);
    world.close().await;
}

#[tokio::test]
async fn who_goes_away_is_forgotten() {
    let world = World::new().await;
    let answer = world.post(fox("slow [sandbox delay=300]", json!(0))).await;
    let id = answer.body()["id"].as_str().unwrap().to_owned();
    let waiting = tokio::spawn(world.request("GET", &format!("/v1/generations/{id}?wait=60")).send());
    while world.engine.waited_for() == 0 {
        tokio::task::yield_now().await;
    }
    waiting.abort();
    let _ = waiting.await;
    while world.engine.waited_for() > 0 {
        tokio::task::yield_now().await;
    }
    cancel(&world, &id).await;
    world.close().await;
}

#[tokio::test]
async fn a_clip_asks_to_come_back_later_than_a_picture() {
    let world = World::new().await;
    let body = json!({ "model": "veo-3", "input": { "prompt": "slow [sandbox delay=300]" }, "wait": 0 });
    let answer = world.post(body).await;
    assert_eq!((answer.status, answer.header("retry-after")), (202, Some("5")));
    let id = answer.body()["id"].as_str().unwrap().to_owned();
    assert_eq!(world.get(&format!("/v1/generations/{id}")).await.header("retry-after"), Some("5"));
    cancel(&world, &id).await;
    world.close().await;
}
