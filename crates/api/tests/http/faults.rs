//! The contract's table of errors, and the order of the checks.

use serde_json::{Value, json};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;

use crate::world::{Answer, Setting, World, limit};

fn fox(model: &str) -> Value {
    json!({ "model": model, "input": { "prompt": "a fox" }, "wait": 0 })
}

fn code(answer: &Answer) -> (u16, String) {
    let body = answer.body();
    let error = body["error"].as_object().unwrap();
    assert!(error.keys().all(|key| ["code", "message", "param"].contains(&key.as_str())), "{body}");
    assert_eq!((body.as_object().unwrap().len(), answer.header("cache-control")), (1, Some("no-store")));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    (answer.status, answer.fault().0)
}

/// The rows with a failed job behind them are in `answers`.
#[tokio::test]
async fn every_refusal_has_its_status_and_code() {
    let mut world = World::new().await;
    let test = world.key.clone();
    assert_eq!(code(&world.post(fox("no-such-model")).await), (400, "invalid_input".to_owned()));
    assert_eq!(code(&world.get("/v1/generations/gen_unknown").await), (404, "not_found".to_owned()));

    let poor = world.new_account("poor", MicroUsd(39_999)).await;
    world.key = world.new_key(poor, Mode::Test).await;
    assert_eq!(code(&world.post(fox("flux-1.1-pro")).await), (402, "insufficient_quota".to_owned()));

    // No provider is set up, so a live key reaches no model.
    world.key = world.new_key(world.account, Mode::Live).await;
    assert_eq!(code(&world.post(fox("flux-1.1-pro")).await), (403, "model_unavailable".to_owned()));

    world.key = String::new();
    let answer = world.post(fox("flux-1.1-pro")).await;
    assert_eq!(code(&answer), (401, "unauthenticated".to_owned()));
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));

    // The database is gone: our fault.
    world.key = test;
    assert_eq!(world.get("/v1/models").await.status, 200);
    world.store.close();
    let answer = world.post(fox("flux-1.1-pro")).await;
    assert_eq!(code(&answer), (500, "internal_error".to_owned()));
    assert!(!answer.text().contains("store"), "{}", answer.text());
}

#[tokio::test]
async fn the_checks_run_in_the_contracts_order() {
    let mut world = World::with(Setting { rate_limit: Some(limit(1, 1)), ..Setting::default() }).await;
    let poor = world.new_account("poor", MicroUsd::ZERO).await;
    let bad_field = || json!({ "model": "no-such-model", "input": { "promt": "x" } });
    let mut codes = Vec::new();
    for (account, mode, body) in [
        (None, Mode::Test, bad_field()),
        (Some(poor), Mode::Live, bad_field()),
        (Some(poor), Mode::Live, fox("no-such-model")),
        (Some(poor), Mode::Live, fox("flux-1.1-pro")),
        (Some(poor), Mode::Test, fox("flux-1.1-pro")),
        (Some(world.account), Mode::Test, fox("flux-1.1-pro")),
    ] {
        world.key = match account {
            Some(account) => world.new_key(account, mode).await,
            None => "spool_test_nonsense".to_owned(),
        };
        // The bucket is emptied first, so that the rate is exceeded as well and the first check that fails shows.
        // It may get one back meanwhile; then an order that is good is taken, and sent once more.
        let answer = loop {
            while ![401, 429].contains(&world.get("/v1/generations/gen_no").await.status) {}
            let answer = world.post(body.clone()).await;
            if answer.status != 202 {
                break answer;
            }
        };
        codes.push((answer.status, answer.fault().1));
    }
    assert_eq!(
        codes,
        [
            (401, None),
            (400, Some("input.promt".to_owned())),
            (400, Some("model".to_owned())),
            (403, None),
            (402, None),
            (429, None),
        ]
    );
    world.close().await;
}

#[tokio::test]
async fn a_refused_request_leaves_nothing_behind() {
    let world = World::new().await;
    for body in [
        fox("no-such-model"),
        json!({}),
        json!({ "model": "kling-2.6", "input": { "prompt": "x", "duration": 3 } }),
    ] {
        assert_eq!(world.post(body).await.status, 400);
    }
    let audit = spool_domain::store::Store::audit(world.store.as_ref()).await.unwrap();
    assert_eq!((audit.jobs, audit.open_jobs), (0, 0));
    world.close().await;
}
