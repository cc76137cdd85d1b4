//! The list, the account, the resources, and tasks seen through another dialect.

use serde_json::{Value, json};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;

use super::{check, code, create, data, fox, make, message, post, read, world};
use crate::world::World;

async fn page(world: &World, query: &str) -> Value {
    let answer = world.get(&format!("/v1/tasks{query}")).await;
    check(world, "TaskList", &answer.body()).await;
    data(&answer)
}

fn ids(page: &Value) -> Vec<String> {
    let tasks = page["tasks"].as_array().unwrap();
    tasks.iter().map(|task| task["task_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_list_is_paged_and_holds_each_task_once() {
    let mut world = world().await;
    assert_eq!(page(&world, "").await, json!({ "tasks": [] }));
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(make(&world, fox()).await["task_id"].as_str().unwrap().to_owned());
    }
    let mut seen = Vec::new();
    let mut query = "?limit=2".to_owned();
    for expected in [2, 2, 1] {
        let page = page(&world, &query).await;
        assert_eq!(ids(&page).len(), expected, "{page}");
        seen.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => query = format!("?limit=2&before={next}"),
            None => assert_eq!(expected, 1),
        }
    }
    seen.sort_unstable();
    made.sort_unstable();
    assert_eq!(seen, made);
    let whole = page(&world, "").await;
    let one = &whole["tasks"][0];
    assert_eq!(super::keys(one), ["created_at", "model", "output", "status", "task_id"], "{one}");
    assert_eq!(one["model"], "black-forest-labs/flux-1.1-pro");
    for (query, field) in [("?limit=0", "limit"), ("?limit=101", "limit"), ("?before=x", "before")] {
        let answer = world.get(&format!("/v1/tasks{query}")).await;
        assert_eq!(code(&answer), (400, "validation_error".to_owned()));
        assert!(message(&answer).contains(field));
    }
    let other = world.new_account("other", MicroUsd::ZERO).await;
    world.key = world.new_key(other, Mode::Test).await;
    assert_eq!(page(&world, "").await, json!({ "tasks": [] }));
    world.close().await;
}

#[tokio::test]
async fn a_task_is_a_generation_and_a_generation_a_task() {
    let world = world().await;
    let id = create(&world, fox()).await;
    let generation = world.finish(&format!("gen_{id}")).await.body();
    assert_eq!(
        (&generation["status"], &generation["id"]),
        (&json!("completed"), &json!(format!("gen_{id}")))
    );
    let generation = world
        .post(json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 60, "n": 2 }))
        .await;
    let id = generation.body()["id"].as_str().unwrap()["gen_".len()..].to_owned();
    let task = read(&world, &id).await;
    assert_eq!((&task["status"], &task["task_id"]), (&json!("completed"), &json!(id)));
    assert_eq!(task["output"]["image_urls"].as_array().unwrap().len(), 2);
    world.close().await;
}

#[tokio::test]
async fn the_account_shows_what_is_free_to_spend() {
    let mut world = world().await;
    let answer = world.get("/account").await;
    check(&world, "TaskAccount", &answer.body()).await;
    let account = data(&answer);
    assert_eq!((&account["user_id"], &account["balance_usd"]), (&json!(world.account.0), &json!(100.0)));
    assert_eq!((&account["email"], &account["created_at"]), (&json!(""), &account["updated_at"]));
    make(&world, fox()).await;
    assert_eq!(data(&world.get("/account").await)["balance_usd"], 99.96);
    // What fails is given back.
    let mut failing = fox();
    failing["input"]["prompt"] = "a fox [sandbox outcome=fail]".into();
    make(&world, failing).await;
    assert_eq!(data(&world.get("/account").await)["balance_usd"], 99.96);
    let other = world.new_account("ann@example.com", MicroUsd::ZERO).await;
    world.key = world.new_key(other, Mode::Live).await;
    let account = data(&world.get("/account").await);
    assert_eq!((&account["email"], &account["balance_usd"]), (&json!("ann@example.com"), &json!(0.0)));
    world.close().await;
}

#[tokio::test]
async fn the_resources_are_lists_whose_ids_the_models_take() {
    let world = world().await;
    let list = async |name: &str| {
        let answer = world.get(&format!("/v1/resources/{name}")).await;
        check(&world, "TaskResources", &answer.body()).await;
        data(&answer).as_array().unwrap().clone()
    };
    let picture = "https://example.com/a.png";
    for (name, model, parameter, rest) in [
        ("elevenlabs/voices", "elevenlabs/text-to-speech", "voice", json!({ "text": "x" })),
        ("higgsfield/voices", "higgsfield-ai/tts", "voice_id", json!({ "prompt": "x" })),
        ("higgsfield/sounds", "higgsfield-ai/tts", "sound_id", json!({ "prompt": "x", "voice_id": "v" })),
        (
            "higgsfield/motions",
            "higgsfield-ai/lite",
            "motion_id",
            json!({ "prompt": "x", "start_image_url": picture }),
        ),
        ("higgsfield/camera-presets", "higgsfield-ai/cinematic-studio-image", "", json!({ "prompt": "x" })),
    ] {
        let resources = list(name).await;
        assert!(!resources.is_empty(), "{name}");
        for resource in resources {
            let parameter = resource["parameter"].as_str().unwrap_or(parameter);
            let (model, mut input) = match parameter {
                "preset_id" => {
                    ("higgsfield-ai/cinematic-studio-video", json!({ "start_image_url": picture }))
                }
                _ => (model, rest.clone()),
            };
            input[parameter] = resource["id"].clone();
            let body = json!({ "model": model, "input": input, "dry_run": true });
            let schema = world.get(&format!("/v1/models/{model}")).await.body()["input_schema"].clone();
            assert!(schema["properties"][parameter].is_object(), "{model} has no {parameter}");
            assert_eq!(post(&world, body).await.status, 200, "{resource}");
        }
    }
    for unknown in ["elevenlabs/hats", "kuaishou/kling/voices"] {
        let answer = world.get(&format!("/v1/resources/{unknown}")).await;
        assert_eq!(code(&answer), (404, "resource_not_found".to_owned()));
        assert!(message(&answer).contains("elevenlabs/voices"));
    }
    world.close().await;
}
