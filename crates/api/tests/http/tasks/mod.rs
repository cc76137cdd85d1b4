//! The tasks dialect, case by case as its contract has them.

mod bans;
mod faults;
mod outputs;
mod requests;
mod shared;

use serde_json::{Value, json};
use spool_domain::ids::{JobId, KeyId};
use spool_domain::order::{Caller, Mode};

use crate::world::{Answer, Setting, World};

/// A world that counts no requests: tests poll as fast as they can.
async fn world() -> World {
    World::with(Setting::default()).await
}

fn fox() -> Value {
    json!({ "model": "black-forest-labs/flux-1.1-pro", "input": { "prompt": "a fox" } })
}

async fn post(world: &World, body: Value) -> Answer {
    world.request("POST", "/v1/tasks").json(body).send().await
}

/// The `data` of an answer that went well.
fn data(answer: &Answer) -> Value {
    let body = answer.body();
    assert_eq!(answer.status, 200, "{body}");
    assert_eq!((&body["code"], &body["success"]), (&json!(200), &json!(true)), "{body}");
    assert_eq!((body.as_object().unwrap().len(), answer.header("cache-control")), (3, Some("no-store")));
    body["data"].clone()
}

/// The status and `data.code` of a refusal.
fn code(answer: &Answer) -> (u16, String) {
    let body = answer.body();
    assert_eq!((&body["code"], &body["success"]), (&json!(answer.status), &json!(false)), "{body}");
    let data = body["data"].as_object().unwrap();
    assert_eq!((body.as_object().unwrap().len(), data.len()), (3, 2), "{body}");
    assert!(data["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
    (answer.status, data["code"].as_str().unwrap().to_owned())
}

fn message(answer: &Answer) -> String {
    answer.body()["data"]["message"].as_str().unwrap().to_owned()
}

/// Creates a task and gives its id.
async fn create(world: &World, body: Value) -> String {
    let data = data(&post(world, body).await);
    assert_eq!((data.as_object().unwrap().len(), &data["status"]), (2, &json!("pending")));
    data["task_id"].as_str().unwrap().to_owned()
}

async fn read(world: &World, id: &str) -> Value {
    let answer = world.get(&format!("/v1/tasks/{id}")).await;
    check(world, "TaskAnswer", &answer.body()).await;
    data(&answer)
}

/// Creates a task, waits for its end, and reads it.
async fn make(world: &World, body: Value) -> Value {
    let id = create(world, body).await;
    world.finish(&format!("gen_{id}")).await;
    read(world, &id).await
}

/// Holds a body against a schema of the served OpenAPI document.
async fn check(world: &World, schema: &str, body: &Value) {
    let document = world.get("/openapi.json").await.body();
    let schema =
        json!({ "$ref": format!("#/components/schemas/{schema}"), "components": document["components"] });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(body).map(|error| error.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new(), "{body}");
}

fn keys(body: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// Cancels a task, as another dialect would; it has ended when this returns.
async fn cancel(world: &World, id: &str) {
    let caller = Caller { account: world.account, key: KeyId("any".to_owned()), mode: Mode::Test };
    world.engine.cancel(&caller, JobId::parse(id).unwrap()).await.unwrap();
    world.finish(&format!("gen_{id}")).await;
}
