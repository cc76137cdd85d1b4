//! Signatures: computed here by hand, as the documentation describes them (W2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{make, pass_ms, post, register, world};
use crate::jobs::check;
use crate::world::{Call, Receiver, World};

const DAY_MS: i64 = 24 * 3_600_000;

fn mac(key: &[u8], content: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

/// `v1,` and the base64 of the HMAC over id, timestamp and body, with the bytes behind `whsec_` as the key.
fn expected(call: &Call, secret: &str) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert_eq!(key.len(), 32);
    let (id, at) = (call.header("webhook-id").unwrap(), call.header("webhook-timestamp").unwrap());
    let content = [id.as_bytes(), b".", at.as_bytes(), b".", &call.bytes].concat();
    format!("v1,{}", STANDARD.encode(mac(&key, &content)))
}

fn signatures(call: &Call) -> Vec<&str> {
    call.header("webhook-signature").map_or(Vec::new(), |all| all.split(' ').collect())
}

/// Asks the endpoint for a test message and hears it.
async fn tested(world: &World, receiver: &mut Receiver, id: &str) -> Call {
    let answer = post(world, &format!("/v1/webhooks/endpoints/{id}/test"), json!({})).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    receiver.next().await
}

async fn secret(world: &World, method: &str, path: &str) -> Value {
    let answer = world.request(method, path).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    check(world, "WebhookSecret", &answer.body()).await;
    answer.body()
}

#[tokio::test]
async fn w2_a_registered_endpoint_gets_signed_messages() {
    let (world, mut receiver) = world().await;
    let endpoint = register(&world, &receiver).await;
    let id = endpoint["id"].as_str().unwrap();
    let made = endpoint["secret"].as_str().unwrap();
    let before = jiff::Timestamp::now().as_second();
    let call = tested(&world, &mut receiver, id).await;
    assert_eq!(signatures(&call), [expected(&call, made)]);
    let at: i64 = call.header("webhook-timestamp").unwrap().parse().unwrap();
    assert!((before - 1..=jiff::Timestamp::now().as_second() + 1).contains(&at));
    assert!(!call.header("webhook-id").unwrap().contains('.'));
    assert_eq!(call.header("x-abstrakt-signature"), None);
    // The secret is shown again to whoever may manage webhooks, and nowhere else.
    let shown = secret(&world, "GET", &format!("/v1/webhooks/endpoints/{id}/secret")).await;
    assert_eq!((&shown["secret"], shown.get("previous_until")), (&endpoint["secret"], None));
    let read = world.get(&format!("/v1/webhooks/endpoints/{id}")).await;
    let listed = world.get("/v1/webhooks/endpoints").await;
    assert!(!read.text().contains("whsec_") && !listed.text().contains("whsec_"));
    world.close().await;
}

#[tokio::test]
async fn w2_a_replaced_secret_signs_along_for_a_day() {
    let (world, mut receiver) = world().await;
    let endpoint = register(&world, &receiver).await;
    let (id, old) = (endpoint["id"].as_str().unwrap(), endpoint["secret"].as_str().unwrap());
    let rotated = secret(&world, "POST", &format!("/v1/webhooks/endpoints/{id}/rotate")).await;
    let new = rotated["secret"].as_str().unwrap();
    assert!(new != old && rotated["previous_until"].is_string(), "{rotated}");
    let call = tested(&world, &mut receiver, id).await;
    assert_eq!(signatures(&call), [expected(&call, new), expected(&call, old)]);
    pass_ms(&world, DAY_MS + 1_000);
    let call = tested(&world, &mut receiver, id).await;
    assert_eq!(signatures(&call), [expected(&call, new)]);
    let shown = secret(&world, "GET", &format!("/v1/webhooks/endpoints/{id}/secret")).await;
    assert_eq!((&shown["secret"], shown.get("previous_until")), (&json!(new), None));
    world.close().await;
}

#[tokio::test]
async fn w2_callbacks_are_signed_once_the_account_has_a_secret_for_them() {
    let (world, mut receiver) = world().await;
    let call_for = async |receiver: &mut Receiver, path: &str, field: &str| {
        let body =
            json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, field: receiver.url("/") });
        let answer = post(&world, path, body).await;
        assert!(answer.status < 300, "{}", answer.text());
        loop {
            let call = receiver.next().await;
            if call.body()["status"] != "in_progress" {
                return call;
            }
        }
    };
    let run = ("/v1/models/flux-1.1-pro/run", "webhook_url");
    let all = [run, ("/v1/task/submit", "callback_url"), ("/v1/tasks", "callback_url")];
    for (path, field) in all {
        let call = call_for(&mut receiver, path, field).await;
        assert!(signatures(&call).is_empty() && call.header("x-abstrakt-signature").is_none(), "{path}");
        // The id is there to tell a message from its repetition.
        assert!(call.header("webhook-id").is_some());
    }
    let made = secret(&world, "GET", "/v1/webhooks/secret").await;
    assert_eq!(secret(&world, "GET", "/v1/webhooks/secret").await, made);
    let made = made["secret"].as_str().unwrap().to_owned();
    for (path, field) in all {
        let call = call_for(&mut receiver, path, field).await;
        assert_eq!(signatures(&call), [expected(&call, &made)], "{path}");
        // The older headers belong to one dialect: hex, over timestamp and body, with the secret's text as the key.
        let older = call.header("x-abstrakt-timestamp").zip(call.header("x-abstrakt-signature"));
        assert_eq!(older.is_some(), path == run.0, "{path}");
        if let Some((at, signature)) = older {
            let content = [at.as_bytes(), b".", &call.bytes].concat();
            assert_eq!(signature, HEXLOWER.encode(&mac(made.as_bytes(), &content)));
        }
    }
    let rotated = secret(&world, "POST", "/v1/webhooks/secret/rotate").await;
    let call = call_for(&mut receiver, run.0, run.1).await;
    let rotated = rotated["secret"].as_str().unwrap();
    assert_eq!(signatures(&call), [expected(&call, rotated), expected(&call, &made)]);
    let gone = world.request("DELETE", "/v1/webhooks/secret").send().await;
    assert_eq!((gone.status, gone.body()), (200, json!({ "deleted": true })));
    assert!(signatures(&call_for(&mut receiver, run.0, run.1).await).is_empty());
    // A secret that was taken away does not come back.
    let next = secret(&world, "GET", "/v1/webhooks/secret").await;
    assert!(next["secret"] != rotated && next["secret"] != made.as_str(), "{next}");
    world.close().await;
}

#[tokio::test]
async fn w2_a_message_keeps_its_id_and_gets_a_new_time_at_every_try() {
    let (world, mut receiver) = world().await;
    let endpoint = register(&world, &receiver).await;
    let endpoint = endpoint["id"].as_str().unwrap();
    let patch = world.request("PATCH", &format!("/v1/webhooks/endpoints/{endpoint}"));
    assert_eq!(patch.json(json!({ "events": ["job.succeeded"] })).send().await.status, 200);
    receiver.answer(&[503]);
    let job = make(&world, "a fox").await;
    let first = receiver.next().await;
    super::settled(&world, "job.succeeded", |one| one.tries == 1 && one.due.is_some()).await;
    pass_ms(&world, 6_000);
    let second = receiver.next().await;
    assert_eq!(first.header("webhook-id"), Some(format!("msg_{job}_succeeded").as_str()));
    assert_eq!(second.header("webhook-id"), first.header("webhook-id"));
    assert_ne!(second.header("webhook-timestamp"), first.header("webhook-timestamp"));
    assert_ne!(signatures(&second), signatures(&first));
    world.close().await;
}
