//! The task: which fields it has when, for every kind of end, and what its requests may say.

use serde_json::{Value, json};
use spool_domain::ids::JobId;
use spool_domain::order::{Caller, Mode};

use super::{check, dry, finished, fox, keys, query, send, submitted};
use crate::world::World;

const OPEN: [&str; 3] = ["created_at", "id", "status"];

fn is_now(seconds: &Value) -> bool {
    let now = jiff::Timestamp::now().as_second();
    (now - 60..=now + 60).contains(&seconds.as_i64().unwrap())
}

/// The path of a URL as far as its query.
fn path(url: &str) -> &str {
    url.split('?').next().unwrap()
}

#[tokio::test]
async fn a_submitted_task_is_queued_in_a_bare_body() {
    let world = World::new().await;
    let answer = send(&world, fox()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.body();
    check(&world, "Submission", &body).await;
    assert_eq!((keys(&body), &body["status"]), (OPEN.to_vec(), &json!("queued")));
    assert!(body["id"].as_str().unwrap().starts_with("task_") && is_now(&body["created_at"]), "{body}");
    let over = finished(&world, body["id"].as_str().unwrap()).await;
    assert_eq!((&over["id"], &over["created_at"]), (&body["id"], &body["created_at"]));
    world.close().await;
}

#[tokio::test]
async fn a_task_is_in_progress_and_a_cancelled_one_has_failed() {
    let world = World::new().await;
    let id = submitted(&world, "flux-1.1-pro", json!({ "prompt": "slow [sandbox delay=300]" })).await;
    let body = loop {
        let answer = query(&world, &id).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        if answer.body()["status"] != "queued" {
            break answer.body();
        }
    };
    check(&world, "Submission", &body).await;
    assert_eq!((keys(&body), &body["status"]), (OPEN.to_vec(), &json!("in_progress")));
    let key = spool_api::keys::parse(&world.key).unwrap().id;
    let caller = Caller { account: world.account, key, mode: Mode::Test };
    world.engine.cancel(&caller, JobId::parse(&id["task_".len()..]).unwrap()).await.unwrap();
    let body = finished(&world, &id).await;
    check(&world, "Submission", &body).await;
    assert_eq!(keys(&body), ["completed_at", "created_at", "error", "id", "status"]);
    assert_eq!((&body["status"], &body["error"]), (&json!("failed"), &json!("The job was canceled.")));
    world.close().await;
}

#[tokio::test]
async fn a_completed_task_has_its_urls_in_a_flat_list() {
    let world = World::new().await;
    for (model, input, count, extension) in [
        ("flux-1.1-pro", json!({ "prompt": "a fox", "output_format": "png", "num_images": 3 }), 3, ".png"),
        ("flux-1.1-pro", json!({ "prompt": "a fox" }), 1, ".jpeg"),
        ("veo-3", json!({ "prompt": "a fox", "duration": 4 }), 1, ".mp4"),
        ("elevenlabs-sound-effects", json!({ "text": "a fox" }), 1, ".mp3"),
    ] {
        let id = submitted(&world, model, input).await;
        let body = finished(&world, &id).await;
        check(&world, "Submission", &body).await;
        assert_eq!(keys(&body), ["completed_at", "created_at", "id", "outputs", "status"], "{model}: {body}");
        assert_eq!(body["status"], "completed");
        assert!(is_now(&body["completed_at"]), "{body}");
        let outputs = body["outputs"].as_array().unwrap();
        assert_eq!(outputs.len(), count, "{model}");
        for url in outputs {
            let url = url.as_str().unwrap();
            let local = url.strip_prefix(&format!("http://{}", world.address)).unwrap();
            assert!(path(local).starts_with("/v1/assets/") && path(local).ends_with(extension), "{url}");
            assert_eq!(world.get(local).await.status, 200);
        }
        // In the order in which the job has them.
        let media = world.finish(&id.replace("task_", "gen_")).await.body()["output"]["media"].clone();
        let same = |(one, other): (&Value, &Value)| {
            path(one.as_str().unwrap()) == path(other["url"].as_str().unwrap())
        };
        assert!(outputs.iter().zip(media.as_array().unwrap()).all(same), "{media}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_text_comes_as_a_url_of_its_own() {
    let world = World::new().await;
    let id = submitted(&world, "free-text", json!({ "prompt": "a fox" })).await;
    let body = finished(&world, &id).await;
    check(&world, "Submission", &body).await;
    let url = body["outputs"][0].as_str().unwrap();
    assert!(url.starts_with("data:text/plain;charset=utf-8,") && url.len() > 40, "{url}");
    world.close().await;
}

#[tokio::test]
async fn urls_are_good_for_a_day_and_every_query_signs_anew() {
    let world = World::new().await;
    let id = submitted(&world, "flux-1.1-pro", json!({ "prompt": "a fox" })).await;
    let local = |body: &Value| {
        let url = body["outputs"][0].as_str().unwrap().to_owned();
        url.split_once("/v1/").map(|(_, path)| format!("/v1/{path}")).unwrap()
    };
    let first = local(&finished(&world, &id).await);
    world.pass_ms(86_400_000 - 60_000);
    assert_eq!(world.get(&first).await.status, 200);
    world.pass_ms(120_000);
    assert_eq!(world.get(&first).await.status, 404);
    let later = local(&query(&world, &id).await.body());
    assert_ne!(first, later);
    assert_eq!(world.get(&later).await.status, 200);
    world.close().await;
}

#[tokio::test]
async fn a_failed_task_is_no_http_error_and_its_error_is_a_text() {
    let world = World::new().await;
    for outcome in ["refuse", "fail", "timeout", "expired-asset", "nonsense"] {
        let prompt = format!("a fox [sandbox outcome={outcome}]");
        let id = submitted(&world, "flux-1.1-pro", json!({ "prompt": prompt })).await;
        let body = finished(&world, &id).await;
        check(&world, "Submission", &body).await;
        assert_eq!(keys(&body), ["completed_at", "created_at", "error", "id", "status"], "{outcome}: {body}");
        assert_eq!(body["status"], "failed");
        let shown = world.finish(&id.replace("task_", "gen_")).await.body();
        assert_eq!(body["error"], shown["error"]["message"], "{outcome}");
        assert!(!body["error"].as_str().unwrap().is_empty());
        // Terminal states never change.
        assert_eq!(query(&world, &id).await.body(), body);
    }
    world.close().await;
}

#[tokio::test]
async fn numbers_may_be_texts_and_unknown_keys_go_where_the_contract_says() {
    let world = World::new().await;
    let as_the_guide_writes = json!({ "model": "kling-v2-6", "input": { "prompt": "a dog in the snow", "duration": "5", "aspect_ratio": "16:9" } });
    let mut as_a_number = as_the_guide_writes.clone();
    as_a_number["input"]["duration"] = json!(5);
    let (text, number) = (dry(&world, as_the_guide_writes).await, dry(&world, as_a_number.clone()).await);
    assert_eq!((text.status, number.status), (200, 200), "{}", text.text());
    assert_eq!(text.bytes, number.bytes);
    assert_eq!(text.body()["input"]["duration"], 5);
    // At the top they are ignored, in the input they are handed on.
    as_a_number["webhook"] = json!("x");
    as_a_number["input"]["camera"] = json!({ "pan": 3 });
    let more = dry(&world, as_a_number).await.body();
    assert_eq!(more["input"]["camera"], json!({ "pan": 3 }));
    for (field, value, param) in [
        ("duration", json!("five"), "input.duration"),
        ("duration", json!("7"), "input.duration"),
        ("duration", json!(7), "input.duration"),
        ("prompt", json!(7), "input.prompt"),
        ("mode", json!("max"), "input.mode"),
    ] {
        let mut body = json!({ "model": "kling-v2-6", "input": { "prompt": "a dog" } });
        body["input"][field] = value;
        let answer = send(&world, body).await;
        let found = answer.fault();
        assert_eq!(
            (answer.status, found.0.as_str(), found.1.as_deref()),
            (400, "invalid_request", Some(param)),
            "{}",
            answer.text()
        );
    }
    world.close().await;
}

#[tokio::test]
async fn a_models_name_may_have_slashes_and_be_an_alias() {
    let world = World::new().await;
    for (name, id) in [
        ("black-forest-labs/flux-1.1-pro", "black-forest-labs/flux-1.1-pro"),
        ("flux-pro", "black-forest-labs/flux-1.1-pro"),
        ("fal-ai/flux-pro/v1.1", "black-forest-labs/flux-1.1-pro"),
    ] {
        let body = dry(&world, json!({ "model": name, "input": { "prompt": "a fox" } })).await.body();
        assert_eq!(body["model_id"], id, "{name}");
    }
    world.close().await;
}

#[tokio::test]
async fn jobs_of_other_dialects_are_tasks_and_tasks_are_theirs() {
    let world = World::new().await;
    let made =
        world.post(json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 60 })).await;
    let id = made.body()["id"].as_str().unwrap().replace("gen_", "task_");
    let body = query(&world, &id).await.body();
    check(&world, "Submission", &body).await;
    assert_eq!((&body["id"], &body["status"]), (&json!(id), &json!("completed")));
    // And the other way round.
    let id = submitted(&world, "flux-1.1-pro", json!({ "prompt": "a fox" })).await;
    let shown = world.finish(&id.replace("task_", "gen_")).await.body();
    assert_eq!((&shown["object"], &shown["status"]), (&json!("generation"), &json!("completed")));
    world.close().await;
}
