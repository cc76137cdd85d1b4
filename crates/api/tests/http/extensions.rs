//! What this server adds to the contract by headers: idempotency, the model's vocabulary, dry runs.

use serde_json::{Value, json};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::Store;

use crate::world::{Answer, World};

fn fox(wait: u32) -> Value {
    json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": wait })
}

async fn keyed(world: &World, key: &str, body: Value) -> Answer {
    world.request("POST", "/v1/generations").header("idempotency-key", key).json(body).send().await
}

async fn jobs(world: &World) -> u64 {
    world.store.audit().await.unwrap().jobs
}

#[tokio::test]
async fn k2_same_key_same_request_is_the_same_generation() {
    let world = World::new().await;
    let first = keyed(&world, "a", fox(0)).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (202, None));
    let id = first.body()["id"].as_str().unwrap().to_owned();
    world.finish(&id).await;
    // The same text in another spelling.
    let again = r#" {"wait":0, "input":{"prompt":"a fox"}, "model":"flux-1.1-pro"} "#;
    let again =
        world.request("POST", "/v1/generations").header("idempotency-key", "a").bytes(again).send().await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (202, Some("true")));
    assert_eq!(again.bytes, first.bytes);

    let waited = keyed(&world, "b", fox(60)).await;
    let replayed = keyed(&world, "b", fox(60)).await;
    assert_eq!((waited.status, replayed.status), (200, 200));
    assert_eq!(waited.body()["id"], replayed.body()["id"]);
    assert_eq!(waited.body()["completed_at"], replayed.body()["completed_at"]);
    assert_eq!(jobs(&world).await, 2);
    world.close().await;
}

#[tokio::test]
async fn k3_same_key_other_request_is_refused() {
    let mut world = World::new().await;
    assert_eq!(keyed(&world, "a", fox(60)).await.status, 200);
    let mut other = fox(60);
    other["input"]["prompt"] = "another fox".into();
    let answer = keyed(&world, "a", other.clone()).await;
    assert_eq!((answer.status, answer.fault().0.as_str()), (422, "idempotency_mismatch"));
    assert_eq!(jobs(&world).await, 1);
    // K4: another account's key is another key.
    let account = world.new_account("other", MicroUsd(1_000_000)).await;
    world.key = world.new_key(account, Mode::Test).await;
    assert_eq!(keyed(&world, "a", other).await.status, 200);
    world.close().await;
}

#[tokio::test]
async fn k1_a_refused_request_does_not_use_its_key_up() {
    let world = World::new().await;
    let mut wrong = fox(60);
    wrong["n"] = 99.into();
    assert_eq!(keyed(&world, "a", wrong).await.status, 400);
    assert_eq!(keyed(&world, "a", fox(60)).await.status, 200);
    let long = keyed(&world, &"k".repeat(256), fox(60)).await;
    assert_eq!((long.status, long.fault().1.as_deref()), (400, Some("Idempotency-Key")));
    world.close().await;
}

#[tokio::test]
async fn k6_twins_become_one_generation() {
    let world = World::new().await;
    let twins: Vec<_> = (0..20)
        .map(|_| {
            let request =
                world.request("POST", "/v1/generations").header("idempotency-key", "twin").json(fox(60));
            tokio::spawn(request.send())
        })
        .collect();
    let mut ids = std::collections::HashSet::new();
    for twin in twins {
        let answer = twin.await.unwrap();
        match answer.status {
            200 => drop(ids.insert(answer.body()["id"].as_str().unwrap().to_owned())),
            409 => assert_eq!(answer.header("retry-after"), Some("1")),
            other => panic!("{other}: {}", answer.text()),
        }
    }
    assert_eq!((ids.len(), jobs(&world).await), (1, 1));
    world.close().await;
}

#[tokio::test]
async fn the_models_own_words_are_taken_strictly() {
    let world = World::new().await;
    let ask = |input: Value| {
        let body = json!({ "model": "flux-1.1-pro", "input": input, "wait": 60 });
        world.request("POST", "/v1/generations").header("spool-vocabulary", "model").json(body).send()
    };
    let made =
        ask(json!({ "prompt": "a fox", "image_size": "square", "num_images": 2, "output_format": "png" }))
            .await;
    assert_eq!(made.status, 200, "{}", made.text());
    let body = made.body();
    assert_eq!(body["output"]["media"].as_array().unwrap().len(), 2);
    assert_eq!(body["output"]["media"][0]["format"], "png");
    for (input, param) in [
        (json!({ "prompt": "a fox", "image_siz": "square" }), "input.image_siz"),
        (json!({ "prompt": "a fox", "num_images": "2" }), "input.num_images"),
        (json!({ "prompt": "a fox", "size": "512x512" }), "input.size"),
        (json!({}), "input.prompt"),
    ] {
        let answer = ask(input).await;
        assert_eq!((answer.status, answer.fault().1.as_deref()), (400, Some(param)), "{}", answer.text());
    }
    let wrong = world
        .request("POST", "/v1/generations")
        .header("spool-vocabulary", "other")
        .json(fox(0))
        .send()
        .await;
    assert_eq!((wrong.status, wrong.fault().1.as_deref()), (400, Some("Spool-Vocabulary")));
    world.close().await;
}

#[tokio::test]
async fn a_dry_run_prices_and_stores_nothing() {
    let world = World::new().await;
    let ask = |body: Value, how: &str| {
        world.request("POST", "/v1/generations").header("spool-dry-run", how).json(body).send()
    };
    let answer =
        ask(json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "n": 3 }), "true").await;
    assert_eq!(answer.status, 200);
    let body = answer.body();
    assert_eq!((&body["object"], &body["n"]), (&json!("generation.dry_run"), &json!(3)));
    assert_eq!(
        (&body["model"], &body["model_id"]),
        (&json!("flux-1.1-pro"), &json!("black-forest-labs/flux-1.1-pro"))
    );
    assert_eq!(body["usage"]["cost_usd"], 0.12);
    assert_eq!(body["input"]["image_size"], "square_hd");
    assert_eq!(jobs(&world).await, 0);
    assert_eq!(ask(json!({ "model": "flux-1.1-pro", "input": {} }), "true").await.status, 400);
    assert_eq!(ask(fox(0), "perhaps").await.fault().1.as_deref(), Some("Spool-Dry-Run"));
    world.close().await;
}
