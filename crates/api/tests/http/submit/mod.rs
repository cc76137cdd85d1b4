//! The dialect `task/submit`.

mod billing;
mod extras;
mod faults;
mod hints;
mod tasks;

use serde_json::{Value, json};

use crate::world::{Answer, World};

async fn send(world: &World, body: Value) -> Answer {
    world.request("POST", "/v1/task/submit").json(body).send().await
}

/// A task that is good.
fn fox() -> Value {
    json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" } })
}

/// Submits; the task's id.
async fn submitted(world: &World, model: &str, input: Value) -> String {
    let answer = send(world, json!({ "model": model, "input": input })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.body()["id"].as_str().unwrap().to_owned()
}

async fn query(world: &World, id: &str) -> Answer {
    world.get(&format!("/v1/task/{id}")).await
}

/// The task once it is over. The wait is another dialect's: this one has none.
async fn finished(world: &World, id: &str) -> Value {
    world.finish(&id.replace("task_", "gen_")).await;
    let answer = query(world, id).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.body()
}

/// What a request would become: its parameters by the model's own names, without making anything.
async fn dry(world: &World, body: Value) -> Answer {
    world.request("POST", "/v1/task/submit").header("spool-dry-run", "true").json(body).send().await
}

fn keys(body: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// Holds an answer against a schema of the served OpenAPI document.
async fn check(world: &World, schema: &str, body: &Value) {
    let document = world.get("/openapi.json").await.body();
    let schema =
        json!({ "$ref": format!("#/components/schemas/{schema}"), "components": document["components"] });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(body).map(|error| error.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new(), "{body}");
}
