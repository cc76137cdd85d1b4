//! The callbacks of single jobs, as the contracts of three dialects have them.

use serde_json::{Value, json};
use spool_domain::outbox::DeliveryState;
use spool_domain::store::Store;

use super::{deliveries, ended, keys, pass_ms, post, settled, tries, unsigned, world};
use crate::jobs::{check, run};
use crate::world::{Answer, Receiver, Request, Setting, World};

const DIALECTS: [(&str, &str); 3] = [
    ("/v1/models/flux-1.1-pro/run", "webhook_url"),
    ("/v1/task/submit", "callback_url"),
    ("/v1/tasks", "callback_url"),
];

/// An order of a picture in one of the dialects.
async fn order(world: &World, (path, field): (&str, &str), prompt: &str, url: &str) -> Answer {
    post(world, path, json!({ "model": "flux-1.1-pro", "input": { "prompt": prompt }, field: url })).await
}

/// The text of a refusal, wherever the dialect has it.
fn message(answer: &Answer) -> String {
    let body = answer.body();
    let message = body["error"]["message"].as_str().or_else(|| body["data"]["message"].as_str());
    message.unwrap_or_default().to_owned()
}

async fn submit(world: &World, prompt: &str, receiver: &Receiver) -> String {
    let answer = order(world, DIALECTS[1], prompt, &receiver.url("/hook")).await;
    assert_eq!((answer.status, &answer.body()["status"]), (200, &json!("queued")), "{}", answer.text());
    answer.body()["id"].as_str().unwrap().to_owned()
}

async fn task(world: &World, prompt: &str, receiver: &Receiver) -> String {
    let answer = order(world, DIALECTS[2], prompt, &receiver.url("/hook")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.body()["data"]["task_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_run_with_a_webhook_answers_at_once_and_is_told_bare_when_it_succeeded() {
    let (world, mut receiver) = world().await;
    let answer = order(&world, DIALECTS[0], "a fox", &receiver.url("/a/hook?x=1")).await;
    assert_eq!((answer.status, &answer.body()["status"]), (202, &json!("processing")), "{}", answer.text());
    check(&world, "Run", &answer.body()).await;
    let call = receiver.next().await;
    assert_eq!(
        (call.target.as_str(), call.header("content-type")),
        ("/a/hook?x=1", Some("application/json"))
    );
    let body = call.body();
    check(&world, "JobWebhook", &body).await;
    assert_eq!(keys(&body), ["completed_at", "credits_used", "job_id", "output", "status"]);
    assert_eq!((&body["job_id"], &body["status"]), (&answer.body()["job_id"], &json!("succeeded")));
    let job = world.get(&format!("/v1/jobs/{}", body["job_id"].as_str().unwrap())).await.body();
    for field in ["output", "credits_used", "completed_at"] {
        assert_eq!(unsigned(&body[field]), unsigned(&job["data"][field]), "{field}");
    }
    // The links lead to where this server listens.
    let url = body["output"]["items"][0]["url"].as_str().unwrap();
    let path = url.strip_prefix(&format!("http://{}", world.address)).unwrap();
    assert_eq!(Request::new(world.address, "GET", path).send().await.status, 200);
    world.close().await;
}

#[tokio::test]
async fn a_run_that_failed_is_told_with_its_error_alone() {
    let (world, mut receiver) = world().await;
    let answer = order(&world, DIALECTS[0], "a fox [sandbox outcome=fail]", &receiver.url("/hook")).await;
    let body = receiver.next().await.body();
    check(&world, "JobWebhook", &body).await;
    assert_eq!(keys(&body), ["error", "job_id", "status"]);
    assert_eq!((&body["job_id"], &body["status"]), (&answer.body()["job_id"], &json!("failed")));
    assert_eq!(body["error"]["code"], "PROVIDER_FAILURE");
    world.close().await;
}

#[tokio::test]
async fn a_runs_webhook_is_tried_once() {
    let (world, mut receiver) = world().await;
    receiver.answer(&[500]);
    order(&world, DIALECTS[0], "a fox", &receiver.url("/hook")).await;
    receiver.next().await;
    let failed = ended(&world, "job.succeeded", DeliveryState::Failed).await;
    assert_eq!((failed.tries, failed.due), (1, None));
    world.close().await;
}

#[tokio::test]
async fn a_run_that_does_not_wait_is_queued_and_told_all_the_same() {
    let (world, mut receiver) = world().await;
    let body = json!({ "input": { "prompt": "a fox" }, "sync": false, "webhook_url": receiver.url("/hook") });
    let answer = run(&world, "flux-1.1-pro", body).await;
    assert_eq!((answer.status, &answer.body()["status"]), (202, &json!("queued")));
    assert_eq!(receiver.next().await.body()["job_id"], answer.body()["job_id"]);
    world.close().await;
}

#[tokio::test]
async fn a_cancelled_run_is_not_told() {
    let (world, mut receiver) = world().await;
    let slow = order(&world, DIALECTS[0], "a fox [sandbox delay=300]", &receiver.url("/hook")).await;
    let slow = slow.body()["job_id"].as_str().unwrap().to_owned();
    let cancelled = world.request("DELETE", &format!("/v1/jobs/{slow}")).send().await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text());
    let next = order(&world, DIALECTS[0], "another fox", &receiver.url("/hook")).await;
    assert_eq!(receiver.next().await.body()["job_id"], next.body()["job_id"]);
    assert_eq!(deliveries(&world).await.len(), 1);
    world.close().await;
}

#[tokio::test]
async fn k2_a_run_with_a_webhook_replays_to_the_byte_and_is_told_once() {
    let (world, mut receiver) = world().await;
    let body = json!({ "input": { "prompt": "a fox" }, "webhook_url": receiver.url("/hook") });
    let ask = || {
        let request = world.request("POST", "/v1/models/flux-1.1-pro/run");
        request.header("idempotency-key", "k").json(body.clone()).send()
    };
    let first = ask().await;
    receiver.next().await;
    ended(&world, "job.succeeded", DeliveryState::Delivered).await;
    let again = ask().await;
    assert_eq!((again.status, &again.bytes), (202, &first.bytes));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!((deliveries(&world).await.len(), receiver.is_quiet()), (1, true));
    world.close().await;
}

#[tokio::test]
async fn a_submitted_task_is_told_with_the_answer_to_a_query() {
    let (world, mut receiver) = world().await;
    let id = submit(&world, "a fox", &receiver).await;
    // That it began may have been overtaken by its end; then the end is all that is told.
    let body = loop {
        let body = receiver.next().await.body();
        check(&world, "Submission", &body).await;
        if body["status"] != "in_progress" {
            break body;
        }
    };
    let query = world.get(&format!("/v1/task/{id}")).await.body();
    assert_eq!((&body["status"], unsigned(&body)), (&json!("completed"), unsigned(&query)));
    world.close().await;
}

#[tokio::test]
async fn a_submitted_task_is_told_when_it_begins_and_when_it_fails() {
    let (world, mut receiver) = world().await;
    let id = submit(&world, "a fox [sandbox delay=300]", &receiver).await;
    let begun = receiver.next().await.body();
    assert_eq!(begun, world.get(&format!("/v1/task/{id}")).await.body());
    assert_eq!((keys(&begun), &begun["status"]), (vec!["created_at", "id", "status"], &json!("in_progress")));
    ended(&world, "job.started", DeliveryState::Delivered).await;
    world.cancel(&id).await;
    let over = receiver.next().await.body();
    assert_eq!(over, world.get(&format!("/v1/task/{id}")).await.body());
    assert_eq!(over["status"], "failed");
    world.close().await;
}

#[tokio::test]
async fn an_older_state_that_was_not_heard_is_dropped_for_a_newer_one() {
    let (world, mut receiver) = world().await;
    receiver.answer(&[500]);
    let id = submit(&world, "a fox [sandbox delay=300]", &receiver).await;
    assert_eq!(receiver.next().await.body()["status"], "in_progress");
    settled(&world, "job.started", |one| one.tries == 1).await;
    world.cancel(&id).await;
    assert_eq!(receiver.next().await.body()["status"], "failed");
    ended(&world, "job.canceled", DeliveryState::Delivered).await;
    pass_ms(&world, 2_000);
    ended(&world, "job.started", DeliveryState::Dropped).await;
    assert!(receiver.is_quiet());
    world.close().await;
}

#[tokio::test]
async fn two_dialects_try_a_callback_three_times_after_2_and_10_seconds() {
    let (world, mut receiver) = world().await;
    for dialect in [1, 2] {
        receiver.answer(&[500, 302, 404]);
        // Refused before it began, so that its end is the one thing to tell.
        order(&world, DIALECTS[dialect], "a fox [sandbox outcome=refuse]", &receiver.url("/hook")).await;
        let mut calls = Vec::new();
        let mut started = 0;
        for pause_ms in [2_000, 10_000] {
            let call = receiver.next().await;
            if call.body()["status"] == "in_progress" {
                started += 1;
                calls.push(receiver.next().await);
            } else {
                calls.push(call);
            }
            let tries_made = calls.len() as u32;
            let pending =
                settled(&world, "job.failed", |one| one.tries >= tries_made && one.due.is_some()).await;
            let last = tries(&world, &pending).await.pop().unwrap();
            let pause = pending.due.unwrap().since_ms(last.at);
            assert!((pause_ms..pause_ms + 8_000).contains(&pause), "{pause}");
            pass_ms(&world, pause_ms as i64);
        }
        calls.push(receiver.next().await);
        // A first news that was heard took one of the three bad answers.
        if started == 0 {
            ended(&world, "job.failed", DeliveryState::Failed).await;
        }
        let ids: Vec<_> = calls.iter().map(|call| call.header("webhook-id").unwrap()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert!(calls.iter().all(|call| call.bytes == calls[0].bytes));
    }
    world.close().await;
}

#[tokio::test]
async fn a_task_is_told_at_its_end_outside_the_envelope() {
    let (world, mut receiver) = world().await;
    let id = task(&world, "a fox", &receiver).await;
    let body = receiver.next().await.body();
    check(&world, "TaskCallback", &body).await;
    assert_eq!((keys(&body), &body["task_id"]), (vec!["data", "status", "task_id"], &json!(id)));
    let read = world.get(&format!("/v1/tasks/{id}")).await.body();
    assert_eq!(unsigned(&body["data"]), unsigned(&read["data"]["output"]));
    assert_eq!(body["status"], "completed");

    let id = task(&world, "a fox [sandbox outcome=refuse]", &receiver).await;
    let body = receiver.next().await.body();
    check(&world, "TaskCallback", &body).await;
    let read = world.get(&format!("/v1/tasks/{id}")).await.body();
    let told =
        json!({ "task_id": id, "status": "failed", "error_message": read["data"]["error"]["message"] });
    assert_eq!(body, told);

    let id = task(&world, "a fox [sandbox delay=300]", &receiver).await;
    world.cancel(&id_of(&id)).await;
    assert_eq!(
        receiver.next().await.body(),
        json!({
            "task_id": id, "status": "failed", "error_message": "The job was canceled.",
        })
    );
    world.close().await;
}

/// `World::cancel` takes ids with a prefix.
fn id_of(task: &str) -> String {
    format!("gen_{task}")
}

#[tokio::test]
async fn several_pictures_are_told_with_all_their_urls() {
    let (world, mut receiver) = world().await;
    let body = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox", "num_images": 3 }, "callback_url": receiver.url("/") });
    assert_eq!(post(&world, "/v1/tasks", body).await.status, 200);
    let data = receiver.next().await.body()["data"].clone();
    assert_eq!(data["image_urls"].as_array().unwrap().len(), 3);
    assert_eq!(data["image_urls"][0], data["image_url"]);
    world.close().await;
}

#[tokio::test]
async fn a_dry_run_never_calls_back() {
    let (world, receiver) = world().await;
    for (path, field) in DIALECTS {
        let body = json!({
            "model": "flux-1.1-pro", "input": { "prompt": "x" }, "dry_run": true, field: receiver.url("/hook"),
        });
        let answer = world.request("POST", path).header("spool-dry-run", "true").json(body).send().await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    assert_eq!((world.store.audit().await.unwrap().jobs, deliveries(&world).await.len()), (0, 0));
    // And it checks the address as an order would.
    for (path, field) in DIALECTS {
        let body =
            json!({ "model": "flux-1.1-pro", "input": { "prompt": "x" }, "dry_run": true, field: "hook" });
        let answer = world.request("POST", path).header("spool-dry-run", "true").json(body).send().await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
    }
    assert!(receiver.is_quiet());
    world.close().await;
}

#[tokio::test]
async fn s1_s3_an_address_that_must_not_be_called_is_refused_by_its_field_before_anything_is_stored() {
    let world = World::with(Setting::default()).await;
    let long = format!("https://client.example/{}", "x".repeat(2_048));
    for (url, hint) in [
        (json!(""), "absolute"),
        (json!("hook"), "absolute"),
        (json!("//client.example/hook"), "absolute"),
        (json!("ftp://client.example/hook"), "absolute"),
        (json!("file:///etc/passwd"), "absolute"),
        (json!(7), "must be a text"),
        (json!(["https://client.example"]), "must be a text"),
        (json!("http://client.example/hook"), "https"),
        (json!("https://user:pw@client.example/hook"), "user name"),
        (json!("https://127.0.0.1/hook"), "loopback"),
        (json!("https://127.1/hook"), "loopback"),
        (json!("https://0x7f000001/hook"), "loopback"),
        (json!("https://[::1]/hook"), "loopback"),
        (json!("https://[::ffff:10.0.0.1]/hook"), "private"),
        (json!("https://192.168.1.1/hook"), "private"),
        (json!("https://169.254.169.254/latest"), "link-local"),
        (json!(long), "at most 2048"),
    ] {
        for (path, field) in DIALECTS {
            // A blank form field asks for nothing there.
            if path == "/v1/task/submit" && url == "" {
                continue;
            }
            let body = json!({ "model": "flux-1.1-pro", "input": { "prompt": "x" }, field: url });
            let answer = post(&world, path, body).await;
            let text = message(&answer);
            assert_eq!(answer.status, 400, "{path} {url}");
            assert!(text.contains(field) && text.contains(hint), "{path} {url}: {text}");
            assert!(!text.contains("pw"), "{text}");
        }
        let answer = post(&world, "/v1/webhooks/endpoints", json!({ "url": url })).await;
        assert_eq!((answer.status, answer.fault().1.as_deref()), (400, Some("url")), "{url}");
        assert!(message(&answer).contains(hint), "{url}: {}", message(&answer));
    }
    assert_eq!(world.store.audit().await.unwrap().jobs, 0);
    let listed = world.get("/v1/webhooks/endpoints").await.body();
    assert_eq!(listed, json!({ "endpoints": [] }));
    // A field that is null is not there.
    let body = json!({ "input": { "prompt": "x" }, "webhook_url": Value::Null });
    assert_eq!(run(&world, "flux-1.1-pro", body).await.status, 200);
    world.close().await;
}
