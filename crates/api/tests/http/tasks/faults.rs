//! The contract's table of errors.

use serde_json::json;
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;

use super::{check, code, create, fox, message, post, world};

/// The row 400 is in `requests`, the row 429 in `bans`.
#[tokio::test]
async fn every_refusal_has_its_status_and_code() {
    let mut world = world().await;
    let test = world.key.clone();
    let unknown = post(&world, json!({ "model": "google/veo-9", "input": { "prompt": "x" } })).await;
    assert_eq!(code(&unknown), (404, "model_not_found".to_owned()));
    assert!(message(&unknown).contains("google/veo-9"));
    check(&world, "TaskError", &unknown.body()).await;

    let poor = world.new_account("poor", MicroUsd(39_999)).await;
    world.key = world.new_key(poor, Mode::Test).await;
    assert_eq!(code(&post(&world, fox()).await), (402, "insufficient_balance".to_owned()));

    // No provider is set up, so a live key reaches no model.
    world.key = world.new_key(world.account, Mode::Live).await;
    assert_eq!(code(&post(&world, fox()).await), (404, "model_not_found".to_owned()));

    for key in ["", "spool_test_nonsense"] {
        world.key = key.to_owned();
        for answer in [
            post(&world, fox()).await,
            world.get("/v1/tasks").await,
            world.get("/v1/tasks/x").await,
            world.get("/account").await,
            world.get("/v1/resources/elevenlabs/voices").await,
        ] {
            assert_eq!(code(&answer), (401, "authentication_failed".to_owned()));
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }

    // The database is gone: our fault.
    world.key = test;
    assert_eq!(world.get("/account").await.status, 200);
    world.store.close();
    let answer = post(&world, fox()).await;
    assert_eq!(code(&answer), (500, "internal_error".to_owned()));
    assert!(!answer.text().contains("store"), "{}", answer.text());
}

#[tokio::test]
async fn s9_foreign_missing_and_malformed_are_the_same_404_byte_for_byte() {
    let mut world = world().await;
    let id = create(&world, fox()).await;
    world.finish(&format!("gen_{id}")).await;
    let missing = world.get(&format!("/v1/tasks/{}", "0".repeat(32))).await;
    assert_eq!(code(&missing), (404, "task_not_found".to_owned()));
    for malformed in ["x", &format!("gen_{id}"), &id[1..], &format!("{id}0")] {
        let answer = world.get(&format!("/v1/tasks/{malformed}")).await;
        assert_eq!((answer.status, answer.bytes), (404, missing.bytes.clone()), "{malformed}");
    }
    let other = world.new_account("other", MicroUsd(1_000_000)).await;
    for (account, mode) in [(other, Mode::Test), (world.account, Mode::Live)] {
        world.key = world.new_key(account, mode).await;
        let answer = world.get(&format!("/v1/tasks/{id}")).await;
        assert_eq!((answer.status, answer.bytes), (404, missing.bytes.clone()), "{mode:?}");
    }
    world.close().await;
}

#[tokio::test]
async fn s9_parts_of_a_task_cannot_be_read_or_listed() {
    let world = world().await;
    let foxes = json!({ "model": "kuaishou/kling-o1-video", "input": { "prompt": "foxes", "count": 4, "duration": 3 } });
    let id = create(&world, foxes).await;
    world.finish(&format!("gen_{id}")).await;
    let parent = spool_domain::ids::JobId::parse(&id).unwrap();
    let parts = spool_domain::store::Store::parts(world.store.as_ref(), parent).await.unwrap();
    for part in &parts {
        assert_eq!(world.get(&format!("/v1/tasks/{}", part.id)).await.status, 404);
    }
    let listed = super::data(&world.get("/v1/tasks").await);
    assert_eq!(listed["tasks"].as_array().unwrap().len(), 1);
    world.close().await;
}
