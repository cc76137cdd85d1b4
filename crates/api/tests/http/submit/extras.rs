//! What this server adds to the contract by headers: idempotency and dry runs.

use serde_json::{Value, json};
use spool_domain::store::Store;

use super::{check, dry, finished, fox, send};
use crate::world::{Answer, World};

async fn keyed(world: &World, key: &str, body: Value) -> Answer {
    world.request("POST", "/v1/task/submit").header("idempotency-key", key).json(body).send().await
}

#[tokio::test]
async fn k2_same_key_same_request_is_the_same_task_to_the_byte() {
    let world = World::new().await;
    let first = keyed(&world, "a", fox()).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, None));
    finished(&world, first.body()["id"].as_str().unwrap()).await;
    let again = keyed(&world, "a", fox()).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")));
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(world.store.audit().await.unwrap().jobs, 1);
    world.close().await;
}

#[tokio::test]
async fn k3_same_key_other_request_is_refused_and_k4_other_calls_have_other_keys() {
    let world = World::new().await;
    let first = keyed(&world, "a", fox()).await;
    let mut other = fox();
    other["input"]["prompt"] = "another fox".into();
    let answer = keyed(&world, "a", other).await;
    assert_eq!((answer.status, answer.fault().0.as_str()), (422, "idempotency_mismatch"));
    let elsewhere = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 60 });
    let elsewhere =
        world.request("POST", "/v1/generations").header("idempotency-key", "a").json(elsewhere).send().await;
    assert_eq!((elsewhere.status, elsewhere.header("idempotent-replayed")), (200, None));
    let long = keyed(&world, &"k".repeat(256), fox()).await;
    assert_eq!((long.status, long.fault().1.as_deref()), (400, Some("Idempotency-Key")));
    finished(&world, first.body()["id"].as_str().unwrap()).await;
    world.close().await;
}

#[tokio::test]
async fn a_dry_run_prices_and_stores_nothing() {
    let world = World::new().await;
    let answer =
        dry(&world, json!({ "model": "flux-pro", "input": { "prompt": "a fox", "num_images": "3" } })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.body();
    check(&world, "SubmissionDryRun", &body).await;
    assert_eq!(
        (&body["object"], &body["model"], &body["model_id"], &body["n"]),
        (&json!("task.dry_run"), &json!("flux-pro"), &json!("black-forest-labs/flux-1.1-pro"), &json!(3))
    );
    assert_eq!((&body["usage"], &body["input"]["num_images"]), (&json!({ "cost_usd": 0.12 }), &json!(3)));
    assert_eq!(dry(&world, json!({ "model": "flux-pro", "input": {} })).await.status, 400);
    let wrong =
        world.request("POST", "/v1/task/submit").header("spool-dry-run", "yes").json(fox()).send().await;
    assert_eq!((wrong.status, wrong.fault().1.as_deref()), (400, Some("Spool-Dry-Run")));
    assert_eq!(world.store.audit().await.unwrap().jobs, 0);
    assert_eq!(send(&world, json!({})).await.status, 400);
    world.close().await;
}
