//! The run dialect's table of errors, its limits, and what belongs to somebody else.

use serde_json::{Value, json};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::Store;

use crate::jobs::{check, fox, run, start};
use crate::world::{Answer, Setting, World, limit};

/// Status, code and field of an answer that must be an error and nothing else.
async fn refusal(world: &World, answer: &Answer) -> (u16, String, Value) {
    let body = answer.body();
    check(world, "JobError", &body).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    (answer.status, answer.fault().0, body["error"]["details"]["field"].clone())
}

fn row(status: u16, code: &str, field: Value) -> (u16, String, Value) {
    (status, code.to_owned(), field)
}

#[tokio::test]
async fn every_refusal_has_its_code_and_status() {
    let mut world = World::new().await;
    let test = world.key.clone();
    let plain = || fox("a fox");
    let answer = run(&world, "no-such-model", plain()).await;
    assert_eq!(refusal(&world, &answer).await, row(404, "MODEL_NOT_FOUND", json!("model")));
    let answer = world.get("/v1/models/flux-1.1-prooo").await;
    assert_eq!(refusal(&world, &answer).await, row(404, "MODEL_NOT_FOUND", json!("model")));
    for path in ["/v1/jobs/job_x", "/v1/jobs/x/result", "/v1/jobs/job_/events"] {
        let answer = world.get(path).await;
        assert_eq!(refusal(&world, &answer).await, row(404, "JOB_NOT_FOUND", Value::Null), "{path}");
    }

    let poor = world.new_account("poor", MicroUsd(39_999)).await;
    world.key = world.new_key(poor, Mode::Test).await;
    let answer = run(&world, "flux-1.1-pro", plain()).await;
    assert_eq!(refusal(&world, &answer).await, row(403, "QUOTA_EXCEEDED", Value::Null));

    // No provider is set up, so a live key reaches no model.
    world.key = world.new_key(world.account, Mode::Live).await;
    let answer = run(&world, "flux-1.1-pro", plain()).await;
    assert_eq!(refusal(&world, &answer).await, row(503, "MODEL_UNAVAILABLE", Value::Null));

    world.key = String::new();
    for (method, path) in [
        ("POST", "/v1/models/flux-1.1-pro/run"),
        ("GET", "/v1/jobs/job_x"),
        ("DELETE", "/v1/jobs/job_x"),
        ("GET", "/v1/jobs/job_x/events"),
        ("GET", "/v1/models"),
    ] {
        let answer = world.request(method, path).json(plain()).send().await;
        assert_eq!(refusal(&world, &answer).await, row(401, "UNAUTHORIZED", Value::Null), "{method} {path}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }

    // The database is gone: our fault.
    world.key = test;
    assert_eq!(world.get("/v1/models").await.status, 200);
    world.store.close();
    let answer = run(&world, "flux-1.1-pro", plain()).await;
    assert_eq!(refusal(&world, &answer).await, row(500, "INTERNAL_ERROR", Value::Null));
}

#[tokio::test]
async fn wrong_input_names_its_field_and_what_was_meant() {
    let world = World::new().await;
    for (body, field, hint) in [
        (json!({}), json!("input"), "required"),
        (json!([]), Value::Null, "object"),
        (json!({ "input": "a fox" }), json!("input"), "object"),
        (json!({ "input": {} }), json!("input.prompt"), "required"),
        (
            json!({ "input": { "prompt": "x", "num_image": 2 } }),
            json!("input.num_image"),
            "did you mean num_images?",
        ),
        (json!({ "input": { "prompt": "x", "num_images": "2" } }), json!("input.num_images"), "num_images"),
        (json!({ "input": { "prompt": "x", "num_images": 99 } }), json!("input.num_images"), "num_images"),
        (json!({ "input": { "prompt": "x" }, "sync": "no" }), json!("sync"), "true or false"),
        (
            json!({ "input": { "prompt": "x" }, "webhook_url": "/hook" }),
            json!("webhook_url"),
            "absolute http or https URL",
        ),
    ] {
        let answer = run(&world, "flux-1.1-pro", body.clone()).await;
        assert_eq!(refusal(&world, &answer).await, row(400, "INVALID_INPUT", field), "{body}");
        assert!(answer.body()["error"]["message"].as_str().unwrap().contains(hint), "{}", answer.text());
    }
    let broken = world.request("POST", "/v1/models/flux-1.1-pro/run").bytes("{").send().await;
    assert_eq!(refusal(&world, &broken).await, row(400, "INVALID_INPUT", Value::Null));
    let large = world.request("POST", "/v1/models/flux-1.1-pro/run").bytes(vec![b' '; 1 << 21]).send().await;
    assert_eq!(refusal(&world, &large).await, row(400, "INVALID_INPUT", Value::Null));
    assert_eq!(world.store.audit().await.unwrap().jobs, 0);
    world.close().await;
}

#[tokio::test]
async fn every_answer_carries_the_limit_and_one_too_many_the_wait() {
    let world = World::with(Setting { rate_limit: Some(limit(1, 20)), ..Setting::default() }).await;
    let made = run(&world, "flux-1.1-pro", fox("a fox")).await;
    assert_eq!(made.status, 200);
    let id = made.body()["job_id"].as_str().unwrap().to_owned();
    for answer in [
        made,
        world.get(&format!("/v1/jobs/{id}")).await,
        world.get(&format!("/v1/jobs/{id}/events")).await,
        world.get("/v1/jobs/job_no").await,
        world.request("DELETE", &format!("/v1/jobs/{id}")).send().await,
        run(&world, "flux-1.1-pro", json!({})).await,
        world.get("/v1/models").await,
    ] {
        assert_eq!(answer.header("x-ratelimit-limit"), Some("20"), "{}", answer.text());
        assert!(
            answer.header("x-ratelimit-remaining").is_some() && answer.header("x-ratelimit-reset").is_some()
        );
    }
    let refused = loop {
        let answer = world.get("/v1/jobs/job_no").await;
        if answer.status != 404 {
            break answer;
        }
    };
    assert_eq!(refusal(&world, &refused).await, row(429, "RATE_LIMITED", Value::Null));
    assert_eq!(
        (refused.header("retry-after"), &refused.body()["error"]["retry_after"]),
        (Some("1"), &json!(1))
    );
    world.close().await;
}

#[tokio::test]
async fn s9_another_accounts_job_does_not_exist() {
    let mut world = World::with(Setting::default()).await;
    let id = start(&world, "slow [sandbox delay=300]").await;
    let mine = world.key.clone();
    let other = world.new_account("other", MicroUsd(1_000_000)).await;
    for (account, mode) in [(other, Mode::Test), (world.account, Mode::Live)] {
        world.key = world.new_key(account, mode).await;
        for (method, tail) in [("GET", ""), ("GET", "/result"), ("GET", "/events"), ("DELETE", "")] {
            let foreign = world.request(method, &format!("/v1/jobs/{id}{tail}")).send().await;
            let missing =
                world.request(method, &format!("/v1/jobs/job_{}{tail}", "0".repeat(32))).send().await;
            assert_eq!((foreign.status, &foreign.bytes), (404, &missing.bytes), "{method} {tail}");
        }
    }
    world.key = mine;
    // Nobody has cancelled it.
    let data = world.get(&format!("/v1/jobs/{id}")).await.body()["data"]["status"].clone();
    assert!(data == "queued" || data == "processing", "{data}");
    assert_eq!(world.request("DELETE", &format!("/v1/jobs/{id}")).send().await.status, 200);
    world.close().await;
}

#[tokio::test]
async fn parts_of_a_job_are_not_jobs() {
    let world = World::new().await;
    let many = json!({ "model": "nano-banana", "input": { "prompt": "foxes" }, "n": 5, "wait": 60 });
    let made = world.post(many).await.body()["id"].as_str().unwrap()[4..].to_owned();
    let parent = spool_domain::ids::JobId::parse(&made).unwrap();
    let parts = world.store.parts(parent).await.unwrap();
    assert!(!parts.is_empty());
    for part in parts {
        for (method, tail) in [("GET", ""), ("GET", "/events"), ("DELETE", "")] {
            let answer = world.request(method, &format!("/v1/jobs/job_{}{tail}", part.id)).send().await;
            assert_eq!(answer.status, 404, "{method} {tail}");
        }
    }
    let whole = world.get(&format!("/v1/jobs/job_{made}")).await.body();
    assert_eq!(whole["data"]["output"]["items"].as_array().unwrap().len(), 5);
    assert!(whole["data"]["request_id"].as_str().unwrap().starts_with("req_"));
    world.close().await;
}
