//! Jobs of every dialect and kind, made and waited for; each by its bare id.

use serde_json::{Value, json};
use spool_api::keys;
use spool_domain::order::Mode;
use spool_domain::scope::{Scope, Scopes};
use spool_domain::store::Store;
use spool_domain::time::Clock;

use crate::world::{Dice, World};

/// The bare id of a job in any dialect's form, once it is over.
pub(super) async fn ended(world: &World, id: &Value) -> String {
    let id = id.as_str().unwrap();
    let bare = id.rsplit('_').next().unwrap().to_owned();
    world.finish(&format!("gen_{bare}")).await;
    bare
}

async fn posted(world: &World, path: &str, body: Value) -> Value {
    let answer = world.request("POST", path).json(body).send().await;
    assert!(answer.status < 300, "{path}: {}", answer.text());
    answer.body()
}

/// A picture through `generations`; it may fail.
pub(super) async fn image(world: &World, prompt: &str) -> String {
    let order =
        json!({ "model": "flux-1.1-pro", "input": { "prompt": prompt, "size": "512x512" }, "wait": 60 });
    let made = world.post(order).await;
    match made.body()["id"].as_str() {
        Some(id) => id["gen_".len()..].to_owned(),
        None => panic!("{}", made.text()),
    }
}

/// A run of a tool.
pub(super) async fn tool(world: &World) -> String {
    let body = json!({ "input": { "image": "https://example.com/a.png" } });
    let made = posted(world, "/v1/tools/remove-background/run", body).await;
    ended(world, &made["job_id"]).await
}

/// Whatever is made through `tasks`.
pub(super) async fn task(world: &World, body: Value) -> String {
    let made = posted(world, "/v1/tasks", body).await;
    ended(world, &made["data"]["task_id"]).await
}

/// A clip.
pub(super) async fn video(world: &World) -> String {
    let input = json!({ "prompt": "a fox runs", "duration": 3 });
    task(world, json!({ "model": "kuaishou/kling-o1-video", "input": input })).await
}

/// A text.
pub(super) async fn verse(world: &World) -> String {
    task(world, json!({ "model": "free-text", "input": { "prompt": "rain" } })).await
}

/// A picture through `task/submit`.
pub(super) async fn submission(world: &World, prompt: &str) -> String {
    let body = json!({ "model": "flux-1.1-pro", "input": { "prompt": prompt } });
    let made = posted(world, "/v1/task/submit", body).await;
    ended(world, &made["id"]).await
}

/// Speech, whose answer is the sound itself.
pub(super) async fn speech(world: &World) -> String {
    let body = json!({ "model_id": "test/speaker", "text": "Hello" });
    let answer = world.request("POST", "/v1/tts/synthesize").json(body).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    ended(world, &json!(answer.header("spool-job-id").unwrap())).await
}

/// A key of the world's account with a name of its own, for everything but the operator's calls.
pub(super) async fn named_key(world: &World, name: &str) -> String {
    key_for(world, name, Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Admin)).await
}

/// The same for some calls.
pub(super) async fn key_for(world: &World, name: &str, scopes: impl IntoIterator<Item = Scope>) -> String {
    let key = keys::generate(&Dice, Mode::Test);
    let mut row = key.row(world.account, name, world.clock.now(), None);
    row.scopes = scopes.into_iter().collect::<Scopes>();
    world.store.create_key(row).await.unwrap();
    key.into_text()
}
