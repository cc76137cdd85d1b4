//! The run dialect: runs, jobs, cancellation; and that the OpenAPI document says the same.

use serde_json::{Value, json};
use spool_domain::store::Store;

use crate::world::{Answer, World};

/// Holds an answer against a schema of the served OpenAPI document.
pub(crate) async fn check(world: &World, schema: &str, body: &Value) {
    let document = world.get("/openapi.json").await.body();
    let schema =
        json!({ "$ref": format!("#/components/schemas/{schema}"), "components": document["components"] });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(body).map(|error| error.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new(), "{body}");
}

pub(crate) async fn run(world: &World, model: &str, body: Value) -> Answer {
    world.request("POST", &format!("/v1/models/{model}/run")).json(body).send().await
}

pub(crate) fn fox(prompt: &str) -> Value {
    json!({ "input": { "prompt": prompt } })
}

/// Sends a run that does not wait; the job's id.
pub(crate) async fn start(world: &World, prompt: &str) -> String {
    let answer = run(world, "flux-1.1-pro", json!({ "input": { "prompt": prompt }, "sync": false })).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    answer.body()["job_id"].as_str().unwrap().to_owned()
}

async fn job(world: &World, id: &str) -> Value {
    let answer = world.get(&format!("/v1/jobs/{id}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.body()["data"].clone()
}

/// Waits until a job is over, through the dialect that can wait.
async fn finish(world: &World, id: &str) -> Value {
    world.finish(&id.replace("job_", "gen_")).await;
    job(world, id).await
}

fn keys(body: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn a_run_that_is_done_in_the_window_is_completed_and_its_job_succeeded() {
    let world = World::new().await;
    let body = json!({ "input": { "prompt": "a fox", "image_size": "square", "num_images": 2 } });
    let answer = run(&world, "flux-1.1-pro", body).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
    let body = answer.body();
    check(&world, "Run", &body).await;
    let fields = ["credits_used", "duration_ms", "job_id", "model_id", "output", "request_id", "status"];
    assert_eq!(keys(&body), fields);
    assert_eq!((&body["status"], &body["model_id"]), (&json!("completed"), &json!("flux-1.1-pro")));
    assert_eq!(body["credits_used"], 8);
    assert!(body["duration_ms"].as_i64().unwrap() > 0);
    assert_eq!(body["output"]["type"], "image");
    let items = body["output"]["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    for item in items {
        assert_eq!(keys(item), ["content_type", "height", "type", "url", "width"]);
        assert_eq!((&item["width"], &item["content_type"]), (&json!(512), &json!("image/jpeg")));
        let path = item["url"].as_str().unwrap().split_once("/v1/").unwrap().1.to_owned();
        assert_eq!(world.get(&format!("/v1/{path}")).await.status, 200);
    }

    let id = body["job_id"].as_str().unwrap();
    for path in [format!("/v1/jobs/{id}"), format!("/v1/jobs/{id}/result")] {
        let answer = world.get(&path).await;
        assert_eq!(answer.status, 200);
        let wrapped = answer.body();
        check(&world, "Job", &wrapped).await;
        assert_eq!(keys(&wrapped), ["data"]);
        let data = &wrapped["data"];
        assert_eq!(data["status"], "succeeded");
        for same in ["job_id", "request_id", "model_id", "duration_ms", "credits_used"] {
            assert_eq!(data[same], body[same], "{same}");
        }
        for time in ["created_at", "completed_at"] {
            assert!(data[time].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{time}");
        }
    }
    world.close().await;
}

#[tokio::test]
async fn a_model_is_named_with_or_without_slashes() {
    let world = World::new().await;
    for name in ["flux-1.1-pro", "black-forest-labs/flux-1.1-pro", "black-forest-labs%2Fflux-1.1-pro"] {
        let answer = run(&world, name, fox("a fox")).await;
        assert_eq!((answer.status, &answer.body()["status"]), (200, &json!("completed")), "{name}");
        assert_eq!(answer.body()["model_id"], name.replace("%2F", "/"));
    }
    let other = world.request("POST", "/v1/models/flux-1.1-pro").json(fox("a fox")).send().await;
    assert_eq!((other.status, other.header("allow")), (405, Some("GET,HEAD")));
    world.close().await;
}

#[tokio::test]
async fn without_waiting_a_job_is_queued_and_can_be_polled_to_its_end() {
    let world = World::new().await;
    let body = json!({ "input": { "prompt": "a fox" }, "sync": false, "metadata": { "ignored": true } });
    let answer = run(&world, "flux-1.1-pro", body).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let body = answer.body();
    check(&world, "Run", &body).await;
    assert_eq!(keys(&body), ["job_id", "model_id", "request_id", "status"]);
    assert_eq!(body["status"], "queued");
    let id = body["job_id"].as_str().unwrap();
    assert!(id.starts_with("job_") && body["request_id"].as_str().unwrap().starts_with("req_"));
    let done = finish(&world, id).await;
    assert_eq!(done["status"], "succeeded");
    // The provider's own id, once there is one.
    assert!(!done["request_id"].as_str().unwrap().starts_with("req_"), "{done}");
    world.close().await;
}

#[tokio::test]
async fn a_run_that_is_let_go_before_its_end_is_processing() {
    let world = World::new().await;
    let path = "/v1/models/flux-1.1-pro/run";
    let held = tokio::spawn(world.request("POST", path).json(fox("slow [sandbox delay=300]")).send());
    while world.engine.waited_for() == 0 {
        tokio::task::yield_now().await;
    }
    let watching = start(&world, "slow too [sandbox delay=300]").await;
    let data = job(&world, &watching).await;
    check(&world, "Job", &json!({ "data": data })).await;
    assert!(["queued", "processing"].contains(&data["status"].as_str().unwrap()), "{data}");
    assert_eq!(keys(&data), ["created_at", "job_id", "model_id", "request_id", "status"]);
    assert_eq!(delete(&world, &watching).await.status, 200);
    // As the window's end does, a server that stops lets go of who waits.
    world.api.stopping().cancel();
    let answer = held.await.unwrap();
    assert_eq!(answer.status, 202, "{}", answer.text());
    let body = answer.body();
    assert_eq!(keys(&body), ["job_id", "message", "model_id", "request_id", "status"]);
    let id = body["job_id"].as_str().unwrap();
    assert_eq!(body["status"], "processing");
    assert!(body["message"].as_str().unwrap().contains(&format!("GET /v1/jobs/{id}")), "{body}");
    world.cancel(id).await;
    world.close().await;
}

#[tokio::test]
async fn clips_sounds_and_texts_have_their_own_items() {
    let world = World::new().await;
    for (model, words, kind, fields) in [
        (
            "veo-3",
            "prompt",
            "video",
            ["content_type", "duration", "height", "type", "url", "width"].as_slice(),
        ),
        ("elevenlabs-sound-effects", "text", "audio", &["content_type", "duration", "type", "url"]),
        ("free-text", "prompt", "text", &["text", "type"]),
    ] {
        let answer = run(&world, model, json!({ "input": { words: "a fox" } })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let body = answer.body();
        check(&world, "Run", &body).await;
        let item = &body["output"]["items"][0];
        assert_eq!((&body["output"]["type"], keys(item).as_slice()), (&json!(kind), fields), "{body}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_failed_run_is_an_error_with_the_job_and_costs_nothing() {
    let world = World::new().await;
    for (outcome, code, status) in [
        ("fail", "PROVIDER_FAILURE", 500),
        ("refuse", "PROVIDER_FAILURE", 500),
        ("nonsense", "PROVIDER_FAILURE", 500),
        ("expired-asset", "PROVIDER_FAILURE", 500),
        ("timeout", "TIMEOUT", 503),
    ] {
        let answer = run(&world, "flux-1.1-pro", fox(&format!("a fox [sandbox outcome={outcome}]"))).await;
        assert_eq!(answer.status, status, "{outcome}: {}", answer.text());
        let body = answer.body();
        check(&world, "Run", &body).await;
        assert_eq!(keys(&body), ["error", "job_id", "model_id", "request_id", "status"]);
        assert_eq!((&body["status"], &body["error"]["code"]), (&json!("failed"), &json!(code)), "{outcome}");
        assert!(!body["error"]["message"].as_str().unwrap().is_empty());
        let data = job(&world, body["job_id"].as_str().unwrap()).await;
        check(&world, "Job", &json!({ "data": data })).await;
        assert_eq!((&data["status"], &data["error"]), (&json!("failed"), &body["error"]));
    }
    let caller = world.caller();
    let balance = world.store.balance(caller.account, caller.mode).await.unwrap();
    assert_eq!((balance.available.0, balance.held.0), (100_000_000, 0));
    world.close().await;
}

async fn delete(world: &World, id: &str) -> Answer {
    world.request("DELETE", &format!("/v1/jobs/{id}")).send().await
}

#[tokio::test]
async fn a_cancelled_job_lets_go_of_who_waits_and_stays_cancelled() {
    let world = World::new().await;
    let path = "/v1/models/flux-1.1-pro/run";
    let held = tokio::spawn(world.request("POST", path).json(fox("slow [sandbox delay=300]")).send());
    let id = loop {
        let page = spool_domain::store::Page { limit: 1, before: None };
        if let Some(job) = world.engine.jobs(&world.caller(), page).await.unwrap().first() {
            break format!("job_{}", job.id);
        }
        tokio::task::yield_now().await;
    };
    // The second time it is over already.
    for _ in 0..2 {
        let answer = delete(&world, &id).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        check(&world, "JobCancellation", &answer.body()).await;
        assert_eq!(answer.body(), json!({ "data": { "job_id": id, "status": "cancelled" } }));
    }
    let answer = held.await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(keys(&answer.body()), ["job_id", "model_id", "request_id", "status"]);
    assert_eq!(answer.body()["status"], "cancelled");
    let data = job(&world, &id).await;
    check(&world, "Job", &json!({ "data": data })).await;
    assert_eq!(data["status"], "cancelled");
    let balance = world.store.balance(world.account, world.caller().mode).await.unwrap();
    assert_eq!((balance.available.0, balance.held.0), (100_000_000, 0));
    world.close().await;
}

#[tokio::test]
async fn what_is_over_or_not_there_cannot_be_cancelled() {
    let world = World::new().await;
    for prompt in ["a fox", "a fox [sandbox outcome=fail]"] {
        let done = run(&world, "flux-1.1-pro", fox(prompt)).await;
        let answer = delete(&world, done.body()["job_id"].as_str().unwrap()).await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (400, "INVALID_INPUT"), "{prompt}");
    }
    for unknown in ["job_x".to_owned(), format!("job_{}", "0".repeat(32))] {
        let answer = delete(&world, &unknown).await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (404, "JOB_NOT_FOUND"));
    }
    world.close().await;
}

#[tokio::test]
async fn a_job_is_one_job_in_every_dialect() {
    let world = World::new().await;
    let made =
        world.post(json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 60 })).await;
    let id = made.body()["id"].as_str().unwrap().replace("gen_", "job_");
    let data = job(&world, &id).await;
    assert_eq!((&data["status"], &data["model_id"]), (&json!("succeeded"), &json!("flux-1.1-pro")));
    let ran = run(&world, "flux-1.1-pro", fox("another fox")).await;
    let id = ran.body()["job_id"].as_str().unwrap().replace("job_", "gen_");
    assert_eq!(world.get(&format!("/v1/generations/{id}")).await.body()["status"], "completed");
    world.close().await;
}

#[tokio::test]
async fn the_same_run_with_the_same_key_is_the_same_job() {
    let world = World::new().await;
    let ask = |model: &str, body: Value| {
        let path = format!("/v1/models/{model}/run");
        world.request("POST", &path).header("idempotency-key", "a").json(body).send()
    };
    let unwaited = || json!({ "input": { "prompt": "a fox" }, "sync": false });
    let first = ask("flux-1.1-pro", unwaited()).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (202, None));
    finish(&world, first.body()["job_id"].as_str().unwrap()).await;
    let again = ask("flux-1.1-pro", unwaited()).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (202, Some("true")));
    assert_eq!(again.bytes, first.bytes);
    for other in [ask("free-text", unwaited()).await, ask("flux-1.1-pro", fox("a fox")).await] {
        assert_eq!((other.status, other.fault().0.as_str()), (400, "INVALID_INPUT"), "{}", other.text());
        assert_eq!(other.body()["error"]["details"]["field"], "Idempotency-Key");
    }
    assert_eq!(world.store.audit().await.unwrap().jobs, 1);
    world.close().await;
}

#[tokio::test]
async fn a_dry_run_prices_in_credits_and_stores_nothing() {
    let world = World::new().await;
    let ask = |body: Value| {
        world.request("POST", "/v1/models/flux-1.1-pro/run").header("spool-dry-run", "true").json(body).send()
    };
    let answer = ask(json!({ "input": { "prompt": "a fox", "num_images": 3 } })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.body();
    check(&world, "JobDryRun", &body).await;
    assert_eq!((&body["credits"], &body["cost_usd"]), (&json!(12), &json!("0.12")));
    assert_eq!((&body["status"], &body["input"]["image_size"]), (&json!("dry_run"), &json!("square_hd")));
    assert_eq!(ask(json!({ "input": {} })).await.status, 400);
    assert_eq!(world.store.audit().await.unwrap().jobs, 0);
    world.close().await;
}
