//! The resource: which fields it has when, for every kind of end; and that the OpenAPI document says the same.

use serde_json::{Value, json};
use spool_domain::ids::JobId;
use spool_domain::order::{Caller, Mode};

use crate::world::{Answer, World};

/// Holds an answer against a schema of the served OpenAPI document.
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

fn is_utc_second(text: &Value) -> bool {
    let text = text.as_str().unwrap();
    text.len() == 20 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
}

async fn make(world: &World, model: &str, prompt: &str) -> Answer {
    world.post(json!({ "model": model, "input": { "prompt": prompt }, "wait": 60 })).await
}

#[tokio::test]
async fn a_completed_picture_has_all_its_fields() {
    let world = World::new().await;
    let answer = world
        .post(json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox", "size": "512x512" }, "wait": 60, "n": 2 }))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("retry-after"), None);
    let body = answer.body();
    check(&world, "Generation", &body).await;
    assert_eq!(
        keys(&body),
        ["completed_at", "created_at", "id", "model", "object", "output", "status", "usage"]
    );
    assert_eq!((&body["object"], &body["model"]), (&json!("generation"), &json!("flux-1.1-pro")));
    assert!(body["id"].as_str().unwrap().starts_with("gen_"));
    assert!(is_utc_second(&body["created_at"]) && is_utc_second(&body["completed_at"]));
    assert_eq!(body["usage"], json!({ "cost_usd": 0.08 }));
    let media = body["output"]["media"].as_array().unwrap();
    assert_eq!(media.len(), 2);
    for one in media {
        assert_eq!(keys(one), ["format", "height", "type", "url", "width"]);
        assert_eq!(
            (&one["type"], &one["width"], &one["height"]),
            (&json!("image"), &json!(512), &json!(512))
        );
        let (url, format) = (one["url"].as_str().unwrap(), one["format"].as_str().unwrap());
        assert!(url.starts_with(&format!("http://{}/v1/assets/", world.address)), "{url}");
        assert!(url.split('?').next().unwrap().ends_with(&format!(".{format}")), "{url}");
    }
    let fetched = world.finish(body["id"].as_str().unwrap()).await;
    assert_eq!(fetched.header("cache-control"), Some("private, max-age=60"));
    assert_eq!(fetched.header("retry-after"), None);
    assert_eq!(keys(&fetched.body()), keys(&body));
    world.close().await;
}

#[tokio::test]
async fn a_completed_clip_sound_and_text_have_their_own_artifacts() {
    let world = World::new().await;
    for (model, kind, artifact) in [
        ("veo-3", "video", ["duration", "format", "height", "type", "url", "width"].as_slice()),
        ("elevenlabs-sound-effects", "audio", &["duration", "format", "type", "url"]),
        ("free-text", "text", &["format", "text", "type"]),
    ] {
        let input = json!({ "prompt": "a fox", "duration": 4 });
        let first = world.post(json!({ "model": model, "input": input, "wait": 60 })).await;
        let answer = world.finish(first.body()["id"].as_str().unwrap()).await;
        let body = answer.body();
        check(&world, "Generation", &body).await;
        let one = &body["output"]["media"][0];
        assert_eq!((one["type"].as_str(), keys(one).as_slice()), (Some(kind), artifact), "{body}");
        if kind == "video" {
            assert!((one["duration"].as_f64().unwrap() - 4.0).abs() < 0.2, "{one}");
        }
    }
    world.close().await;
}

#[tokio::test]
async fn a_failed_generation_has_an_error_and_costs_nothing() {
    let world = World::new().await;
    for (outcome, code, status) in [
        ("[sandbox outcome=refuse]", "content_policy", 422),
        ("[sandbox outcome=fail]", "provider_unavailable", 502),
        ("[sandbox outcome=timeout]", "provider_timeout", 504),
        ("[sandbox outcome=expired-asset]", "provider_unavailable", 502),
        // The provider refuses the parameters.
        ("[sandbox outcome=nonsense]", "invalid_input", 400),
    ] {
        let answer = make(&world, "flux-1.1-pro", &format!("a fox {outcome}")).await;
        assert_eq!(answer.status, status, "{outcome}: {}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = answer.body();
        check(&world, "Generation", &body).await;
        assert_eq!(
            keys(&body),
            ["completed_at", "created_at", "error", "id", "model", "object", "status", "usage"]
        );
        assert_eq!((&body["status"], &body["usage"]), (&json!("failed"), &json!({ "cost_usd": 0 })));
        assert_eq!((&body["error"]["code"], keys(&body["error"])), (&json!(code), vec!["code", "message"]));
        let fetched = world.get(&format!("/v1/generations/{}", body["id"].as_str().unwrap())).await;
        assert_eq!((fetched.status, fetched.header("cache-control")), (200, Some("private, max-age=60")));
        assert_eq!(fetched.body(), body);
    }
    world.close().await;
}

#[tokio::test]
async fn a_cancelled_generation_is_terminal_without_output_and_error() {
    let world = World::new().await;
    let held = world.request("POST", "/v1/generations").json(
        json!({ "model": "flux-1.1-pro", "input": { "prompt": "slow [sandbox delay=300]" }, "wait": 60 }),
    );
    let held = tokio::spawn(held.send());
    let key = spool_api::keys::parse(&world.key).unwrap().id;
    let caller = Caller { account: world.account, key, mode: Mode::Test };
    let page = spool_domain::store::Page { limit: 1, before: None };
    let id: JobId = loop {
        if let Some(job) = world.engine.jobs(&caller, page).await.unwrap().first() {
            break job.id;
        }
        tokio::task::yield_now().await;
    };
    world.engine.cancel(&caller, id).await.unwrap();
    let answer = held.await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.body();
    check(&world, "Generation", &body).await;
    assert_eq!(keys(&body), ["completed_at", "created_at", "id", "model", "object", "status", "usage"]);
    assert_eq!((&body["status"], &body["usage"]["cost_usd"]), (&json!("cancelled"), &json!(0)));
    world.close().await;
}

#[tokio::test]
async fn urls_are_signed_anew_in_every_answer_and_work_hours_later() {
    let world = World::new().await;
    let first = make(&world, "flux-1.1-pro", "a fox").await;
    let old = first.first_url();
    world.pass_ms(3 * 3_600_000);
    let later = world.finish(first.body()["id"].as_str().unwrap()).await.first_url();
    assert_ne!(old, later);
    let path = |url: &str| url.split_once("/v1/").map(|(_, path)| format!("/v1/{path}")).unwrap();
    assert_eq!(world.get(&path(&old)).await.status, 404);
    assert_eq!(world.get(&path(&later)).await.status, 200);
    world.close().await;
}
