//! What a request may say: every field, both vocabularies of strictness, and the dry run.

use serde_json::{Value, json};
use spool_domain::store::Store;
use spool_engine::settings::Settings;

use super::{cancel, check, code, create, data, fox, message, post, read, world};
use crate::world::{Answer, Setting, World};

async fn dry(world: &World, mut body: Value) -> Answer {
    body["dry_run"] = true.into();
    post(world, body).await
}

async fn jobs(world: &World) -> u64 {
    world.store.audit().await.unwrap().jobs
}

#[tokio::test]
async fn a_task_is_created_pending_with_an_id_and_nothing_else() {
    let world = world().await;
    let answer = post(&world, fox()).await;
    check(&world, "TaskCreated", &answer.body()).await;
    let data = data(&answer);
    let id = data["task_id"].as_str().unwrap();
    assert_eq!((data["status"].as_str(), data.as_object().unwrap().len()), (Some("pending"), 2));
    world.finish(&format!("gen_{id}")).await;
    world.close().await;
}

#[tokio::test]
async fn unknown_keys_and_nulls_are_as_if_they_were_not_there() {
    let world = world().await;
    let body = json!({
        "model": "kuaishou/kling-2.6", "dry_run": true, "callback_url": null, "webhook": "x",
        "input": { "prompt": "a fox", "colour": "red", "duration": null, "mode": null },
    });
    assert_eq!(data(&post(&world, body).await)["cost"], 0.16);
    world.close().await;
}

#[tokio::test]
async fn enumerated_words_are_taken_in_any_case() {
    let world = world().await;
    for (model, field, word, cost) in [
        ("google/veo-3.1-fast", "resolution", "4K", 0.3),
        ("google/veo-3.1-fast", "resolution", "4k", 0.3),
        ("black-forest-labs/flux.2-pro", "quality", "2k", 0.03),
        ("black-forest-labs/flux.2-pro", "quality", "2K", 0.03),
        ("openai/gpt-image-1", "quality", "HIGH", 0.04),
    ] {
        let mut body = json!({ "model": model, "input": { "prompt": "a fox" } });
        body["input"][field] = word.into();
        assert_eq!(data(&dry(&world, body).await)["cost"], cost, "{model} {word}");
    }
    world.close().await;
}

#[tokio::test]
async fn what_breaks_a_rule_is_a_validation_error_that_names_the_field() {
    let world = world().await;
    let with = |field: &str, value: Value| {
        let mut body = json!({ "model": "kuaishou/kling-2.6", "input": { "prompt": "x" } });
        match field.strip_prefix("input.") {
            Some(field) => body["input"][field] = value,
            None => body[field] = value,
        }
        body
    };
    let count = |count: Value| json!({ "model": "kuaishou/kling-o1-video", "input": { "prompt": "x", "count": count } });
    for (body, field) in [
        // Missing.
        (json!({ "input": { "prompt": "x" } }), "model"),
        (json!({ "model": "kuaishou/kling-2.6" }), "input"),
        (json!({ "model": "kuaishou/kling-2.6", "input": null }), "input"),
        (json!({ "model": "google/veo-3.1-fast", "input": {} }), "prompt"),
        (json!({ "model": "google/veo-3.1-fast", "input": { "prompt": null } }), "prompt"),
        (json!({ "model": "google/nano-banana", "input": { "prompt": "x" } }), "aspect_ratio"),
        // Of another type: numbers are numbers, and whole where they should be.
        (with("model", json!(7)), "model"),
        (with("input", json!("x")), "input"),
        (with("dry_run", json!("true")), "dry_run"),
        (with("input.duration", json!("5")), "duration"),
        (with("input.duration", json!(5.5)), "duration"),
        (with("input.enable_audio", json!("true")), "enable_audio"),
        (with("input.start_image_url", json!(1)), "start_image_url"),
        (with("input.start_image_url", json!("ftp://example.com/a.png")), "start_image_url"),
        // Out of the list or range.
        (with("input.duration", json!(7)), "duration"),
        (with("input.aspect_ratio", json!("2:1")), "aspect_ratio"),
        (count(json!(5)), "count"),
        (count(json!(0)), "count"),
        // What a model expressly lacks.
        (json!({ "model": "black-forest-labs/flux.2-pro", "input": { "prompt": "x", "steps": 5 } }), "steps"),
        (
            json!({ "model": "google/nano-banana",
            "input": { "prompt": "x", "aspect_ratio": "1:1", "resolution": "1k" } }),
            "resolution",
        ),
        // An address that is none.
        (with("callback_url", json!("client.example/hook")), "callback_url"),
    ] {
        for answer in [post(&world, body.clone()).await, dry(&world, body.clone()).await] {
            if field == "dry_run" && answer.status == 200 {
                // The dry run of a body whose `dry_run` was wrong is right again.
                continue;
            }
            assert_eq!(code(&answer), (400, "validation_error".to_owned()), "{body}");
            assert!(message(&answer).contains(field), "{body}: {}", message(&answer));
        }
    }
    for broken in ["{\"model\":", "", "[]"] {
        let answer = world.request("POST", "/v1/tasks").bytes(broken).send().await;
        assert_eq!(code(&answer), (400, "validation_error".to_owned()), "{broken}");
    }
    assert_eq!(jobs(&world).await, 0);
    world.close().await;
}

#[tokio::test]
async fn a_body_over_the_bound_is_refused() {
    let settings = Settings { body_bytes_max: 1 << 20, ..Settings::default() };
    let world = World::with(Setting { settings, ..Setting::default() }).await;
    let large = json!({ "model": "google/veo-3.1-fast", "input": { "prompt": "p".repeat(1 << 20) } });
    assert_eq!(code(&post(&world, large).await), (400, "validation_error".to_owned()));
    assert_eq!(jobs(&world).await, 0);
    world.close().await;
}

#[tokio::test]
async fn a_dry_run_says_what_it_costs_and_makes_nothing() {
    let mut world = world().await;
    let veo = json!({ "model": "google/veo-3.1-fast", "input": { "prompt": "a fox" } });
    let answer = dry(&world, veo.clone()).await;
    check(&world, "TaskDryRun", &answer.body()).await;
    let mut said = data(&answer);
    let input = said.as_object_mut().unwrap().remove("input").unwrap();
    assert_eq!(
        said,
        json!({
            "dry_run": true, "model": "google/veo-3.1-fast", "cost": 0.15, "currency": "USD",
            "providers": ["sandbox"],
        })
    );
    // What was given, and the defaults.
    assert_eq!(input["prompt"], "a fox");
    assert!(input.as_object().unwrap().len() > 1, "{input}");
    // The model stays as it was asked for, and count multiplies.
    let alias = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" } });
    assert_eq!(data(&dry(&world, alias).await)["model"], "flux-1.1-pro");
    let three = json!({ "model": "kuaishou/kling-o1-video", "input": { "prompt": "x", "count": 3 } });
    assert_eq!(data(&dry(&world, three).await)["cost"], 0.72);
    // The same 404 and 401 as a real one.
    let unknown = json!({ "model": "google/veo-9", "input": { "prompt": "x" } });
    assert_eq!(code(&dry(&world, unknown).await), (404, "model_not_found".to_owned()));
    // No 402: the balance is not looked at.
    let poor = world.new_account("poor", spool_domain::money::MicroUsd::ZERO).await;
    world.key = world.new_key(poor, spool_domain::order::Mode::Test).await;
    assert_eq!(data(&dry(&world, veo.clone()).await)["cost"], 0.15);
    assert_eq!(post(&world, veo.clone()).await.status, 402);
    world.key = "nonsense".to_owned();
    assert_eq!(code(&dry(&world, veo).await), (401, "authentication_failed".to_owned()));
    assert_eq!(jobs(&world).await, 0);
    world.close().await;
}

#[tokio::test]
async fn the_same_idempotency_key_is_the_same_task() {
    let world = world().await;
    let keyed = |key: &str, body: Value| {
        world.request("POST", "/v1/tasks").header("idempotency-key", key).json(body).send()
    };
    let first = keyed("a", fox()).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, None));
    let id = data(&first)["task_id"].as_str().unwrap().to_owned();
    world.finish(&format!("gen_{id}")).await;
    let again = keyed("a", fox()).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")));
    assert_eq!(again.bytes, first.bytes);
    let mut other = fox();
    other["input"]["prompt"] = "a dog".into();
    assert_eq!(code(&keyed("a", other).await), (422, "idempotency_mismatch".to_owned()));
    assert_eq!(code(&keyed(&"k".repeat(256), fox()).await), (400, "validation_error".to_owned()));
    assert_eq!(jobs(&world).await, 1);
    world.close().await;
}

#[tokio::test]
async fn speak_takes_a_finished_speech_of_this_account_and_nothing_else() {
    let mut world = world().await;
    let speak = |audio: Value| {
        json!({ "model": "higgsfield-ai/speak", "input": {
            "image_url": "https://example.com/face.png", "prompt": "she smiles", "audio_task_id": audio,
        }})
    };
    let say = |prompt: &str| json!({ "model": "higgsfield-ai/tts", "input": { "voice_id": "sandbox-voice-low", "prompt": prompt } });
    let speech = create(&world, say("Hello")).await;
    world.finish(&format!("gen_{speech}")).await;
    let unfinished = create(&world, say("Hello [sandbox delay=600]")).await;
    let picture = create(&world, fox()).await;
    world.finish(&format!("gen_{picture}")).await;
    for wrong in [json!(unfinished), json!(picture), json!("0".repeat(32)), json!("x"), json!(1)] {
        for answer in [post(&world, speak(wrong.clone())).await, dry(&world, speak(wrong.clone())).await] {
            assert_eq!(code(&answer), (400, "validation_error".to_owned()), "{wrong}");
            assert!(message(&answer).contains("audio_task_id"), "{}", message(&answer));
        }
    }
    let mut both = speak(json!(speech));
    both["input"]["audio_url"] = "https://example.com/a.mp3".into();
    assert_eq!(code(&post(&world, both).await).0, 400);
    let spoken = create(&world, speak(json!(speech))).await;
    world.finish(&format!("gen_{spoken}")).await;
    assert_eq!(super::keys(&read(&world, &spoken).await["output"]), ["video_url"]);
    cancel(&world, &unfinished).await;
    // Somebody else's speech is none.
    let other = world.new_account("other", spool_domain::money::MicroUsd(1_000_000)).await;
    world.key = world.new_key(other, spool_domain::order::Mode::Test).await;
    assert_eq!(code(&post(&world, speak(json!(speech))).await).0, 400);
    world.close().await;
}
