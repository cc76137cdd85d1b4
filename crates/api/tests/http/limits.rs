//! Rate limits and their headers.

use serde_json::json;
use spool_domain::order::Mode;

use crate::world::{Answer, Setting, World, limit};

const NAMES: [&str; 3] = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];

fn numbers(answer: &Answer) -> [i64; 3] {
    NAMES.map(|name| {
        answer.header(name).unwrap_or_else(|| panic!("no {name} at {}", answer.status)).parse().unwrap()
    })
}

#[tokio::test]
async fn every_answer_of_the_dialect_carries_the_limit() {
    let mut world = World::with(Setting { rate_limit: Some(limit(1, 100)), ..Setting::default() }).await;
    let fox = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 60 });
    let made = world.post(fox.clone()).await;
    assert_eq!(made.status, 200);
    let id = made.body()["id"].as_str().unwrap().to_owned();
    for answer in [
        made,
        world.get(&format!("/v1/generations/{id}")).await,
        world.get("/v1/generations/gen_no").await,
        world.post(json!({})).await,
        world.get("/v1/models").await,
    ] {
        let [limit, remaining, reset] = numbers(&answer);
        assert_eq!(limit, 100);
        assert!((0..100).contains(&remaining), "{remaining}");
        let now = jiff::Timestamp::now().as_second();
        assert!((now..=now + 100).contains(&reset), "{reset} at {now}");
    }
    world.key = "wrong".to_owned();
    let answer = world.post(fox).await;
    assert_eq!(answer.status, 401);
    assert_eq!(numbers(&answer)[0], 100);
    world.close().await;
}

#[tokio::test]
async fn a_request_too_many_is_told_when_to_come_back() {
    let mut world = World::with(Setting { rate_limit: Some(limit(1, 2)), ..Setting::default() }).await;
    let refused = loop {
        let answer = world.get("/v1/generations/gen_no").await;
        if answer.status != 404 {
            break answer;
        }
    };
    assert_eq!((refused.status, refused.fault().0.as_str()), (429, "rate_limited"));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(numbers(&refused)[1], 0);
    // Another key of the same account has a bucket of its own.
    world.key = world.new_key(world.account, Mode::Test).await;
    assert_eq!(world.get("/v1/generations/gen_no").await.status, 404);
    world.close().await;
}

#[tokio::test]
async fn without_a_limit_nothing_is_counted() {
    let world = World::with(Setting::default()).await;
    for _ in 0..5 {
        let answer = world.get("/v1/generations/gen_no").await;
        assert_eq!(answer.status, 404);
        assert!(NAMES.iter().all(|name| answer.header(name).is_none()));
    }
    world.close().await;
}
