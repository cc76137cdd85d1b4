//! S9: what is somebody else's does not exist.

use serde_json::json;
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;

use crate::world::{Answer, Setting, World};

fn everything(answer: &Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (answer.status, headers, answer.bytes.to_vec())
}

#[tokio::test]
async fn s9_foreign_missing_and_malformed_are_the_same_404_byte_for_byte() {
    // Without a limit, so that no counter in the headers differs by its nature.
    let mut world = World::with(Setting::default()).await;
    let fox = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 60 });
    let id = world.post(fox).await.body()["id"].as_str().unwrap().to_owned();
    assert_eq!(world.get(&format!("/v1/generations/{id}")).await.status, 200);

    let missing = everything(&world.get(&format!("/v1/generations/gen_{}", "0".repeat(32))).await);
    assert_eq!(missing.0, 404);
    for malformed in
        ["x", "gen_", "gen_x", &id[4..], &id.to_uppercase(), &format!("{id}0"), &format!("{id}%20")]
    {
        assert_eq!(
            everything(&world.get(&format!("/v1/generations/{malformed}")).await),
            missing,
            "{malformed}"
        );
    }
    let other = world.new_account("other", MicroUsd(1_000_000)).await;
    for (account, mode) in [(other, Mode::Test), (other, Mode::Live), (world.account, Mode::Live)] {
        world.key = world.new_key(account, mode).await;
        for query in ["", "?wait=60", "?wait=auto"] {
            let answer = world.get(&format!("/v1/generations/{id}{query}")).await;
            assert_eq!(everything(&answer), missing, "{mode:?} {query}");
        }
    }
    world.close().await;
}

#[tokio::test]
async fn s9_parts_of_a_generation_cannot_be_fetched() {
    let world = World::new().await;
    let many = json!({ "model": "flux-schnell", "input": { "prompt": "foxes" }, "n": 5, "wait": 60 });
    let answer = world.post(many).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.body()["output"]["media"].as_array().unwrap().len(), 5);
    let id = answer.body()["id"].as_str().unwrap()[4..].to_owned();
    let parent = spool_domain::ids::JobId::parse(&id).unwrap();
    let parts = spool_domain::store::Store::parts(world.store.as_ref(), parent).await.unwrap();
    // No provider makes five with one call.
    assert!(parts.len() > 1);
    for part in parts {
        assert_eq!(world.get(&format!("/v1/generations/gen_{}", part.id)).await.status, 404);
    }
    world.close().await;
}
