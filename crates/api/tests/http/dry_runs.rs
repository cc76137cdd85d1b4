//! What a request would become, cost, and who would be asked: the same in every dialect, in its own words.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::order::Mode;
use spool_domain::store::Store;
use spool_providers::adapters::fal::Fal;
use spool_providers::adapters::openai::OpenAi;

use crate::world::{Setting, World};

/// Nobody listens there: a dry run asks nobody.
const NOWHERE: &str = "http://127.0.0.1:1";

/// Each dialect's way to ask, and where its answer has the price, whatever else it says.
fn calls() -> [(&'static str, Value, &'static str, Value); 5] {
    let body = json!({ "model": "test/two-ways", "input": { "prompt": "a fox" } });
    let mut dry = body.clone();
    dry["dry_run"] = true.into();
    [
        ("/v1/generations", body.clone(), "/usage/cost_usd", json!(0.04)),
        ("/v1/models/test/two-ways/run", body.clone(), "/cost_usd", json!("0.04")),
        ("/v1/task/submit", body.clone(), "/usage/cost_usd", json!(0.04)),
        ("/v1/tasks", body, "/data/cost", json!(0.04)),
        ("/v1/tasks", dry, "/data/cost", json!(0.04)),
    ]
}

#[tokio::test]
async fn a_dry_run_names_price_parameters_and_who_would_be_asked_in_order() {
    let live = vec![
        (Arc::new(Fal::default()) as _, NOWHERE.to_owned(), "key"),
        (Arc::new(OpenAi) as _, NOWHERE.to_owned(), "key"),
    ];
    let mut world = World::with(Setting { live, ..Setting::default() }).await;
    world.key = world.new_key(world.account, Mode::Live).await;
    for (order, only, providers) in [
        ("", "false", &["fal", "openai"][..]),
        ("openai", "false", &["openai", "fal"]),
        ("nobody, OpenAI", "true", &["openai"]),
    ] {
        for (path, body, cost_at, cost) in calls() {
            let request = world.request("POST", path).header("spool-dry-run", "true").json(body);
            let request = request.header("x-provider-order", order).header("x-provider-only", only);
            let answer = request.send().await;
            let said = answer.body();
            assert_eq!(answer.status, 200, "{path}: {said}");
            let inside = said.get("data").unwrap_or(&said);
            assert_eq!(inside["providers"], json!(providers), "{path}: {said}");
            assert_eq!(inside["input"], json!({ "prompt": "a fox", "quality": "low" }), "{path}: {said}");
            assert_eq!(said.pointer(cost_at), Some(&cost), "{path}: {said}");
        }
    }
    assert_eq!(world.store.audit().await.unwrap().jobs, 0);
    world.close().await;
}

#[tokio::test]
async fn the_body_of_a_task_cannot_undo_the_header() {
    let world = World::new().await;
    let body = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "dry_run": false });
    let answer = world.request("POST", "/v1/tasks").header("spool-dry-run", "true").json(body).send().await;
    assert_eq!((answer.status, &answer.body()["data"]["dry_run"]), (200, &json!(true)));
    assert_eq!(world.store.audit().await.unwrap().jobs, 0);
    world.close().await;
}
