//! `POST /v1/tts/synthesize`.

use serde_json::{Value, json};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::Store;

use crate::world::{Answer, World};

async fn speak(world: &World, body: Value) -> Answer {
    world.request("POST", "/v1/tts/synthesize").json(body).send().await
}

fn hello(format: &str) -> Value {
    json!({ "model_id": "test/speaker", "text": "Hello", "format": format })
}

#[tokio::test]
async fn a_text_goes_in_and_the_sound_itself_comes_out() {
    let world = World::new().await;
    for (body, kind, begins, cost) in [
        (hello("wav"), "audio/wav", &b"RIFF"[..], "0.03"),
        (hello("mp3"), "audio/mpeg", b"", "0.03"),
        // Nothing said: mp3 where the model makes it, whatever the model's own default is.
        (json!({ "model_id": "test/speaker", "text": "Hello" }), "audio/mpeg", b"", "0.03"),
        (
            json!({ "model_id": "test/speaker", "text": "Hello", "sample_rate": 44100, "speed": 1 }),
            "audio/mpeg",
            b"",
            "0.03",
        ),
        // A shipped one, with a voice and without.
        (
            json!({ "model_id": "elevenlabs/text-to-speech", "text": "Hello there", "voice_id": "Aria", "speed": 1.1, "format": "mp3" }),
            "audio/mpeg",
            b"",
            "0.10",
        ),
        (json!({ "model_id": "elevenlabs-tts", "text": "Hello there" }), "audio/mpeg", b"", "0.10"),
    ] {
        let answer = speak(&world, body.clone()).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(kind)),
            "{body}: {}",
            answer.text()
        );
        assert!(answer.bytes.starts_with(begins) && answer.bytes.len() > 500, "{body}");
        let length = answer.bytes.len().to_string();
        assert_eq!(answer.header("content-length"), Some(length.as_str()));
        assert_eq!(answer.header("spool-cost-usd"), Some(cost), "{body}");
        // The job is a generation like others, and its file the same sound.
        let id = answer.header("spool-job-id").unwrap();
        let read = world.get(&format!("/v1/generations/{id}")).await;
        assert_eq!((&read.body()["status"], &read.body()["model"]), (&json!("completed"), &body["model_id"]));
        let url = read.first_url();
        let path = url.split_once("/v1/").map(|(_, path)| format!("/v1/{path}")).unwrap();
        assert_eq!(world.get(&path).await.bytes, answer.bytes);
    }
    world.close().await;
}

#[tokio::test]
async fn what_is_wrong_or_cannot_be_made_names_the_field_and_stores_nothing() {
    let mut world = World::new().await;
    let with = |field: &str, value: Value| {
        let mut body = hello("wav");
        body[field] = value;
        body
    };
    for (body, field) in [
        (json!({ "text": "x" }), "model_id"),
        (json!({ "model_id": "test/speaker" }), "text"),
        (with("input", json!({})), "input"),
        (with("model_id", json!("test/nobody")), "model_id"),
        // It makes pictures.
        (with("model_id", json!("flux-1.1-pro")), "model_id"),
        (with("format", json!("ogg")), "format"),
        (with("format", json!("opus")), "format"),
        (json!({ "model_id": "elevenlabs-tts", "text": "x", "format": "wav" }), "format"),
        (with("sample_rate", json!(24000)), "sample_rate"),
        (json!({ "model_id": "elevenlabs-tts", "text": "x", "sample_rate": 24000 }), "sample_rate"),
        (with("speed", json!(1.5)), "speed"),
        (json!({ "model_id": "elevenlabs-tts", "text": "x", "speed": 3 }), "speed"),
        (with("voice_id", json!("Aria")), "voice_id"),
        // This one wants a voice, and knows none by itself.
        (json!({ "model_id": "higgsfield-ai/tts", "text": "x" }), "voice_id"),
        (with("text", json!("x".repeat(101))), "text"),
    ] {
        let answer = speak(&world, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        assert_eq!(answer.fault(), ("invalid_input".to_owned(), Some(field.to_owned())), "{body}");
    }
    let refused = speak(&world, hello("opus")).await.body()["error"]["message"].as_str().unwrap().to_owned();
    assert!(refused.contains("wav, mp3"), "{refused}");
    let poor = world.new_account("poor", MicroUsd::ZERO).await;
    world.key = world.new_key(poor, Mode::Test).await;
    assert_eq!(speak(&world, hello("wav")).await.fault().0, "insufficient_quota");
    assert_eq!(world.store.audit().await.unwrap().jobs, 0);
    world.close().await;
}

#[tokio::test]
async fn a_failed_speech_answers_its_faults_status_with_the_job_and_what_it_cost() {
    let world = World::new().await;
    for (outcome, status, code) in [("refuse", 422, "content_policy"), ("fail", 502, "provider_unavailable")]
    {
        let text = format!("Hello [sandbox outcome={outcome}]");
        let answer = speak(&world, json!({ "model_id": "test/speaker", "text": text })).await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (status, code), "{}", answer.text());
        assert_eq!(answer.header("spool-cost-usd"), Some("0.00"));
        let read = world.get(&format!("/v1/generations/{}", answer.header("spool-job-id").unwrap())).await;
        assert_eq!(read.body()["status"], "failed");
    }
    world.close().await;
}

#[tokio::test]
async fn a_speech_that_goes_on_is_a_504_that_says_where_to_find_it() {
    let world = World::new().await;
    let body = json!({ "model_id": "test/speaker", "text": "slow [sandbox delay=60]" });
    let request = world.request("POST", "/v1/tts/synthesize").json(body);
    let waiting = tokio::spawn(request.send());
    while world.engine.waited_for() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    // The same way out as after a minute, sooner: a server that stops answers everybody who waits.
    world.api.stopping().cancel();
    let answer = waiting.await.unwrap();
    assert_eq!((answer.status, answer.fault().0.as_str()), (504, "provider_timeout"), "{}", answer.text());
    let id = answer.header("spool-job-id").unwrap();
    assert!(id.starts_with("gen_") && answer.text().contains(id), "{}", answer.text());
    assert_eq!(answer.header("spool-cost-usd"), None, "nothing is settled yet");
    world.cancel(id).await;
    world.close().await;
}

#[tokio::test]
async fn k2_the_same_key_is_the_same_sound_and_a_dry_run_makes_none() {
    let world = World::new().await;
    let keyed = async |body: Value| {
        world.request("POST", "/v1/tts/synthesize").header("idempotency-key", "a").json(body).send().await
    };
    let dry = world.request("POST", "/v1/tts/synthesize").header("spool-dry-run", "true").json(hello("mp3"));
    let dry = dry.send().await.body();
    assert_eq!((&dry["usage"]["cost_usd"], &dry["input"]["format"]), (&json!(0.03), &json!("mp3")));
    assert_eq!(dry["providers"], json!(["sandbox"]));
    let (first, again) = (keyed(hello("mp3")).await, keyed(hello("mp3")).await);
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, None));
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")));
    assert_eq!((&again.bytes, again.header("spool-job-id")), (&first.bytes, first.header("spool-job-id")));
    assert_eq!(keyed(hello("wav")).await.fault().0, "idempotency_mismatch");
    assert_eq!(world.store.audit().await.unwrap().jobs, 1);
    world.close().await;
}
