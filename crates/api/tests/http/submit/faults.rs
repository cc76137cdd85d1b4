//! The contract's table of errors, and the shape of all of them.

use serde_json::{Value, json};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::Store;
use spool_engine::settings::Settings;

use super::{check, fox, query, send, submitted};
use crate::world::{Answer, Setting, World, limit};

/// Status, code and param, after a look at the shape.
fn refusal(answer: &Answer) -> (u16, String, String) {
    let body = answer.body();
    let error = body["error"].as_object().unwrap();
    let mut names: Vec<&str> = error.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        (body.as_object().unwrap().len(), names),
        (1, vec!["code", "message", "param", "type"]),
        "{body}"
    );
    assert!(error.values().all(Value::is_string) && error["type"] == "api_error", "{body}");
    let message = error["message"].as_str().unwrap();
    let (said, id) = message.strip_suffix(')').unwrap().rsplit_once(" (request id: ").unwrap();
    assert!(
        !said.is_empty() && id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{message}"
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let text = |name: &str| error[name].as_str().unwrap().to_owned();
    (answer.status, text("code"), text("param"))
}

fn is(status: u16, code: &str, param: &str) -> (u16, String, String) {
    (status, code.to_owned(), param.to_owned())
}

#[tokio::test]
async fn a_wrong_request_is_400_and_names_its_field() {
    let world = World::new().await;
    for (body, expected) in [
        (json!([]), is(400, "invalid_request", "")),
        (json!({}), is(400, "invalid_request", "model")),
        (json!({ "input": {} }), is(400, "invalid_request", "model")),
        (json!({ "model": 7, "input": {} }), is(400, "invalid_request", "model")),
        (json!({ "model": "flux-1.1-pro" }), is(400, "invalid_request", "input")),
        (json!({ "model": "flux-1.1-pro", "input": "a fox" }), is(400, "invalid_request", "input")),
        (json!({ "model": "flux-1.1-pro", "input": {} }), is(400, "invalid_request", "input.prompt")),
        (
            json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "callback_url": "ftp://client.example/hook" }),
            is(400, "invalid_request", "callback_url"),
        ),
        (json!({ "model": "no-such", "input": {} }), is(400, "model_not_found", "model")),
    ] {
        let answer = send(&world, body.clone()).await;
        assert_eq!(refusal(&answer), expected, "{body}");
        check(&world, "SubmissionError", &answer.body()).await;
    }
    let answer = world.request("POST", "/v1/task/submit").bytes("{\"model\": secret}").send().await;
    assert_eq!(refusal(&answer), is(400, "invalid_request", ""));
    assert!(!answer.text().contains("secret"));
    let audit = world.store.audit().await.unwrap();
    assert_eq!((audit.jobs, audit.open_jobs), (0, 0));
    world.close().await;
}

#[tokio::test]
async fn a_body_over_the_bound_is_refused() {
    let settings = Settings { body_bytes_max: 1 << 20, ..Settings::default() };
    let world = World::with(Setting { settings, ..Setting::default() }).await;
    let large = format!("{{\"model\":\"{}\"}}", "x".repeat(1 << 20));
    let answer = world.request("POST", "/v1/task/submit").bytes(large).send().await;
    assert_eq!(refusal(&answer), is(413, "invalid_request", ""));
    world.close().await;
}

#[tokio::test]
async fn every_other_row_has_its_status_and_code() {
    let mut world = World::new().await;
    let test = world.key.clone();
    assert_eq!(refusal(&query(&world, "task_unknown").await), is(404, "task_not_found", ""));

    let poor = world.new_account("poor", MicroUsd(39_999)).await;
    world.key = world.new_key(poor, Mode::Test).await;
    assert_eq!(refusal(&send(&world, fox()).await), is(403, "insufficient_user_quota", ""));
    // Before the task is made.
    assert_eq!(world.store.audit().await.unwrap().jobs, 0);

    // No provider is set up, so a live key reaches no model.
    world.key = world.new_key(world.account, Mode::Live).await;
    assert_eq!(refusal(&send(&world, fox()).await), is(503, "no_available_provider", ""));

    for wrong in ["", "spool_test_nonsense"] {
        world.key = wrong.to_owned();
        for answer in [
            send(&world, fox()).await,
            query(&world, "task_unknown").await,
            world.get("/v1/dashboard/billing/subscription").await,
            world.get("/v1/dashboard/billing/usage").await,
        ] {
            assert_eq!(refusal(&answer), is(401, "invalid_api_key", ""));
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }

    // The database takes no more writes: our fault.
    world.key = test;
    world.store.close();
    let answer = send(&world, fox()).await;
    assert_eq!(refusal(&answer), is(500, "internal_error", ""));
    assert!(!answer.text().contains("store"), "{}", answer.text());
}

#[tokio::test]
async fn other_methods_get_405_in_the_dialects_words() {
    let world = World::new().await;
    for (method, path, allowed) in [
        ("GET", "/v1/task/submit", "POST"),
        ("DELETE", "/v1/task/submit", "POST"),
        ("POST", "/v1/task/task_x", "GET,HEAD"),
        ("DELETE", "/v1/task/task_x", "GET,HEAD"),
        ("PUT", "/v1/task/task_x", "GET,HEAD"),
        ("POST", "/v1/dashboard/billing/usage", "GET,HEAD"),
    ] {
        let answer = world.request(method, path).send().await;
        assert_eq!(refusal(&answer), is(405, "method_not_allowed", ""), "{method} {path}");
        assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_request_too_many_is_429_and_every_answer_carries_the_limit() {
    let names = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
    let mut world = World::with(Setting { rate_limit: Some(limit(1, 6)), ..Setting::default() }).await;
    let id = submitted(&world, "flux-1.1-pro", json!({ "prompt": "a fox" })).await;
    for answer in [
        query(&world, &id).await,
        query(&world, "task_no").await,
        send(&world, json!({})).await,
        world.get("/v1/dashboard/billing/subscription").await,
    ] {
        assert_ne!(answer.status, 429);
        let numbers = names.map(|name| answer.header(name).unwrap().parse::<i64>().unwrap());
        assert_eq!(numbers[0], 6);
        assert!((0..6).contains(&numbers[1]) && numbers[2] > 1_700_000_000, "{numbers:?}");
    }
    let refused = loop {
        let answer = query(&world, "task_no").await;
        if answer.status != 404 {
            break answer;
        }
    };
    assert_eq!(refusal(&refused), is(429, "rate_limit_exceeded", ""));
    assert_eq!((refused.header("retry-after"), refused.header(names[1])), (Some("1"), Some("0")));
    // Another key of the same account has a bucket of its own.
    world.key = world.new_key(world.account, Mode::Test).await;
    super::finished(&world, &id).await;
    world.close().await;
}

#[tokio::test]
async fn s9_foreign_missing_and_malformed_tasks_are_the_same_404() {
    // Without a limit, so that no counter in the headers differs by its nature.
    let mut world = World::with(Setting::default()).await;
    let id = submitted(&world, "flux-1.1-pro", json!({ "prompt": "a fox" })).await;
    super::finished(&world, &id).await;
    let plain = |answer: Answer| {
        let message = answer.body()["error"]["message"].as_str().unwrap().to_owned();
        (refusal(&answer), message.rsplit_once(" (").unwrap().0.to_owned())
    };
    let missing = plain(query(&world, &format!("task_{}", "0".repeat(32))).await);
    assert_eq!(missing.0, is(404, "task_not_found", ""));
    let bare = id["task_".len()..].to_owned();
    for malformed in ["x", "task_", &bare, &format!("gen_{bare}"), &id.to_uppercase(), &format!("{id}0")] {
        assert_eq!(plain(query(&world, malformed).await), missing, "{malformed}");
    }
    let other = world.new_account("other", MicroUsd(1_000_000)).await;
    for (account, mode) in [(other, Mode::Test), (other, Mode::Live), (world.account, Mode::Live)] {
        world.key = world.new_key(account, mode).await;
        assert_eq!(plain(query(&world, &id).await), missing, "{mode:?}");
    }
    world.close().await;
}

#[tokio::test]
async fn s9_parts_of_a_task_cannot_be_fetched() {
    let world = World::new().await;
    let many = json!({ "model": "nano-banana", "input": { "prompt": "foxes" }, "n": 5, "wait": 60 });
    let answer = world.post(many).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let id = answer.body()["id"].as_str().unwrap().replace("gen_", "task_");
    assert_eq!(query(&world, &id).await.body()["outputs"].as_array().unwrap().len(), 5);
    let parent = spool_domain::ids::JobId::parse(&id["task_".len()..]).unwrap();
    for part in world.store.parts(parent).await.unwrap() {
        assert_eq!(query(&world, &format!("task_{}", part.id)).await.status, 404);
    }
    world.close().await;
}
