//! `POST /v1/stt/transcribe`.

use serde_json::{Value, json};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::Store;

use crate::world::{Answer, Request, World};

const CALL: &str = "/v1/stt/transcribe";
const MODEL: (&str, &[u8]) = ("model_id", b"elevenlabs/speech-to-text");

fn form(world: &World, parts: &[(&str, &[u8])]) -> Request {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let file = if *name == "file" { "; filename=\"said.wav\"" } else { "" };
        let head = format!("--xx\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--xx--\r\n");
    let request = world.request("POST", CALL).header("content-type", "multipart/form-data; boundary=xx");
    request.bytes(body)
}

async fn transcribe(world: &World, parts: &[(&str, &[u8])]) -> Answer {
    form(world, parts).send().await
}

/// A recording, and the generation that it came out of.
async fn recording(world: &World) -> (Vec<u8>, String) {
    let body = json!({ "model_id": "test/speaker", "text": "Hello", "format": "wav" });
    let answer = world.request("POST", "/v1/tts/synthesize").json(body).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    (answer.bytes.to_vec(), answer.header("spool-job-id").unwrap().to_owned())
}

#[tokio::test]
async fn a_recording_goes_in_and_what_is_said_comes_out() {
    let world = World::new().await;
    let (sound, generation) = recording(&world).await;
    for source in [("file", sound.as_slice()), ("file_id", generation.as_bytes())] {
        let answer = transcribe(&world, &[MODEL, source, ("language", b"en")]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let body = answer.body();
        assert_eq!(
            (&body["object"], &body["model"]),
            (&json!("transcription"), &json!("elevenlabs/speech-to-text"))
        );
        assert!(!body["text"].as_str().unwrap().is_empty(), "{body}");
        assert_eq!(answer.header("spool-cost-usd"), Some("0.02"));
        // The job is a generation like others, and knows the hint.
        let id = answer.header("spool-job-id").unwrap();
        let read = world.get(&format!("/v1/generations/{id}")).await.body();
        assert_eq!(
            (&read["status"], &read["output"]["media"][0]["type"]),
            (&json!("completed"), &json!("text"))
        );
    }
    // The part `file` became a file of the account.
    assert_eq!(world.get("/v1/files").await.body()["data"].as_array().unwrap().len(), 1);
    world.close().await;
}

#[tokio::test]
async fn what_is_wrong_names_the_part_and_orders_nothing() {
    let mut world = World::new().await;
    let (sound, _) = recording(&world).await;
    let jobs = world.store.audit().await.unwrap().jobs;
    let file = ("file", sound.as_slice());
    for (parts, field) in [
        (vec![file], "model_id"),
        (vec![MODEL], "file"),
        (vec![MODEL, file, ("url", b"https://a.example/x.wav")], "url"),
        (vec![MODEL, file, file], "file"),
        (vec![MODEL, MODEL, file], "model_id"),
        (vec![MODEL, file, ("voice", b"x")], "voice"),
        (vec![MODEL, file, ("language", b"")], "language"),
        (vec![MODEL, file, ("language", b"a-language-that-is-none")], "language"),
        (vec![("model_id", b"test/nobody"), file], "model_id"),
        (vec![("model_id", b"flux-1.1-pro"), file], "model_id"),
        (vec![MODEL, ("file", b"these are words and no sound")], "file"),
        (vec![MODEL, ("file_id", b"file_00000000000000000000000000000000")], "file"),
        (vec![MODEL, ("url", b"ftp://a.example/x.wav")], "file"),
    ] {
        let answer = transcribe(&world, &parts).await;
        assert_eq!(answer.status, 400, "{field}: {}", answer.text());
        assert_eq!(answer.fault(), ("invalid_input".to_owned(), Some(field.to_owned())), "{}", answer.text());
    }
    let no_form = world.request("POST", CALL).json(json!({})).send().await;
    assert_eq!(no_form.fault(), ("invalid_input".to_owned(), Some("Content-Type".to_owned())));
    let poor = world.new_account("poor", MicroUsd::ZERO).await;
    world.key = world.new_key(poor, Mode::Test).await;
    assert_eq!(transcribe(&world, &[MODEL, file]).await.fault().0, "insufficient_quota");
    assert_eq!(world.store.audit().await.unwrap().jobs, jobs);
    world.close().await;
}

#[tokio::test]
async fn a_recording_above_25_megabytes_is_413() {
    let world = World::new().await;
    let large = vec![0_u8; 25_000_001];
    let answer = transcribe(&world, &[MODEL, ("file", &large)]).await;
    assert_eq!((answer.status, answer.fault()), (413, ("invalid_input".to_owned(), Some("file".to_owned()))));
    assert_eq!(world.get("/v1/files").await.body()["data"], json!([]));
    world.close().await;
}

#[tokio::test]
async fn k2_the_same_recording_under_the_same_key_is_one_job_and_a_dry_run_none() {
    let world = World::new().await;
    let (sound, _) = recording(&world).await;
    let parts = [MODEL, ("file", sound.as_slice())];
    let dry = form(&world, &parts).header("spool-dry-run", "true").send().await.body();
    assert_eq!(dry["usage"]["cost_usd"], json!(0.02));
    let keyed = async |parts: &[(&str, &[u8])]| -> Answer {
        form(&world, parts).header("idempotency-key", "a").send().await
    };
    let (first, again) = (keyed(&parts).await, keyed(&parts).await);
    assert_eq!((first.status, again.header("idempotent-replayed")), (200, Some("true")), "{}", again.text());
    assert_eq!(again.header("spool-job-id"), first.header("spool-job-id"));
    let other = keyed(&[MODEL, ("file", sound.as_slice()), ("language", b"de")]).await;
    assert_eq!(other.fault().0, "idempotency_mismatch");
    assert_eq!(world.store.audit().await.unwrap().jobs, 2, "the speech and its transcript");
    let words: Value = first.body()["words"].clone();
    assert!(words.is_null() || words.is_array());
    world.close().await;
}
