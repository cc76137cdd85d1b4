//! Registered endpoints: made, changed, told, switched off, removed; and nobody else's affair.

use serde_json::{Value, json};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::outbox::DeliveryState;

use super::{deliveries, ended, keys, make, pass_ms, post, register, settled, unsigned, world};
use crate::jobs::{check, run};
use crate::world::{Receiver, Setting, World};

const HOUR_MS: i64 = 3_600_000;

async fn patch(world: &World, endpoint: &Value, body: Value) -> Value {
    let path = format!("/v1/webhooks/endpoints/{}", endpoint["id"].as_str().unwrap());
    let answer = world.request("PATCH", &path).json(body).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    check(world, "WebhookEndpoint", &answer.body()).await;
    answer.body()
}

async fn read(world: &World, endpoint: &Value) -> Value {
    let answer = world.get(&format!("/v1/webhooks/endpoints/{}", endpoint["id"].as_str().unwrap())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    check(world, "WebhookEndpoint", &answer.body()).await;
    answer.body()
}

/// The next message about an end; its `data`, checked.
async fn end_of(world: &World, receiver: &mut Receiver) -> Value {
    loop {
        let call = receiver.next().await;
        let body = call.body();
        check(world, "WebhookMessage", &body).await;
        assert_eq!(keys(&body), ["data", "timestamp", "type"]);
        assert!(call.bytes.len() <= 20_000);
        if body["type"] != "job.started" {
            return body;
        }
    }
}

#[tokio::test]
async fn w5_an_endpoint_hears_of_every_dialects_jobs_in_their_own_words() {
    let (world, mut receiver) = world().await;
    register(&world, &receiver).await;
    let input = json!({ "prompt": "a fox" });
    for (path, reading, prefix, inner) in [
        ("/v1/generations", "/v1/generations/gen_", "gen_", None),
        ("/v1/task/submit", "/v1/task/task_", "task_", None),
        ("/v1/models/flux-1.1-pro/run", "/v1/jobs/job_", "job_", Some("output")),
        ("/v1/tasks", "/v1/tasks/", "", Some("data")),
    ] {
        let answer = post(&world, path, json!({ "model": "flux-1.1-pro", "input": input })).await;
        assert!(answer.status < 300, "{}", answer.text());
        let body = end_of(&world, &mut receiver).await;
        assert_eq!(body["type"], "job.succeeded");
        let mut data = body["data"].clone();
        let id = ["id", "job_id", "task_id"].iter().find_map(|name| data[*name].as_str()).unwrap().to_owned();
        assert!(data["sequence"].as_u64().unwrap() > 1, "{data}");
        let id = id.strip_prefix(prefix).unwrap();
        let shown = world.get(&format!("{reading}{id}")).await.body();
        match inner {
            // The dialect shows the whole answer.
            None => {
                data.as_object_mut().unwrap().remove("sequence");
                assert_eq!(unsigned(&data), unsigned(&shown));
            }
            Some(inner) => assert_eq!(unsigned(&data[inner]), unsigned(&shown["data"]["output"])),
        }
    }
    world.close().await;
}

#[tokio::test]
async fn w5_the_four_news_of_a_job_each_have_their_type_and_a_growing_number() {
    let (world, mut receiver) = world().await;
    register(&world, &receiver).await;
    let slow = post(
        &world,
        "/v1/task/submit",
        json!({ "model": "flux-1.1-pro", "input": { "prompt": "x [sandbox delay=300]" } }),
    )
    .await;
    let slow = slow.body()["id"].as_str().unwrap().to_owned();
    let started = receiver.next().await.body();
    check(&world, "WebhookMessage", &started).await;
    assert_eq!(
        (&started["type"], &started["data"]["status"]),
        (&json!("job.started"), &json!("in_progress"))
    );
    world.cancel(&slow).await;
    let over = receiver.next().await.body();
    assert_eq!((&over["type"], &over["data"]["id"]), (&json!("job.canceled"), &json!(slow)));
    assert!(over["data"]["sequence"].as_u64() > started["data"]["sequence"].as_u64());
    run(&world, "flux-1.1-pro", json!({ "input": { "prompt": "x [sandbox outcome=fail]" } })).await;
    let failed = end_of(&world, &mut receiver).await;
    assert_eq!((&failed["type"], &failed["data"]["status"]), (&json!("job.failed"), &json!("failed")));
    world.close().await;
}

#[tokio::test]
async fn w5_a_long_text_is_cut_and_the_message_says_so() {
    let (world, mut receiver) = world().await;
    let endpoint = register(&world, &receiver).await;
    patch(&world, &endpoint, json!({ "events": ["job.failed", "job.succeeded"] })).await;
    // The sandbox's verses begin with the prompt's first word: 32 000 bytes of it.
    let body = json!({ "model": "test/free-text", "input": { "prompt": "🦊".repeat(8_000) } });
    let made = world.post(body).await;
    assert_eq!((made.status, made.bytes.len() > 30_000), (200, true), "{}", made.text());
    let call = receiver.next().await;
    let data = call.body()["data"].clone();
    check(&world, "WebhookMessage", &call.body()).await;
    assert!(call.bytes.len() <= 20_000);
    assert_eq!((&data["id"], &data["truncated"]), (&made.body()["id"], &json!(true)));
    assert!(data["output"]["media"][0]["text"].as_str().unwrap().ends_with('…'), "{data}");
    world.close().await;
}

#[tokio::test]
async fn an_endpoint_hears_what_it_asked_for() {
    let (world, mut receiver) = world().await;
    let endpoint = register(&world, &receiver).await;
    assert_eq!(endpoint["events"].as_array().unwrap().len(), 4);
    let changed =
        patch(&world, &endpoint, json!({ "events": ["job.failed"], "description": "only what fails" })).await;
    assert_eq!(
        (&changed["events"], &changed["description"]),
        (&json!(["job.failed"]), &json!("only what fails"))
    );
    make(&world, "a fox").await;
    make(&world, "a fox [sandbox outcome=refuse]").await;
    assert_eq!(receiver.next().await.body()["type"], "job.failed");
    ended(&world, "job.failed", DeliveryState::Delivered).await;
    assert_eq!(deliveries(&world).await.len(), 1);
    // Elsewhere, from now on.
    patch(&world, &endpoint, json!({ "url": receiver.url("/elsewhere") })).await;
    make(&world, "a fox [sandbox outcome=refuse]").await;
    assert_eq!(receiver.next().await.target, "/elsewhere");
    assert_eq!(read(&world, &endpoint).await["description"], "only what fails");
    world.close().await;
}

#[tokio::test]
async fn a_deleted_endpoint_hears_nothing_more_and_its_deliveries_stay_listed() {
    let (world, mut receiver) = world().await;
    let endpoint = register(&world, &receiver).await;
    patch(&world, &endpoint, json!({ "events": ["job.succeeded"] })).await;
    receiver.answer(&[500]);
    make(&world, "a fox").await;
    receiver.next().await;
    let pending = settled(&world, "job.succeeded", |one| one.tries == 1 && one.due.is_some()).await;
    let path = format!("/v1/webhooks/endpoints/{}", endpoint["id"].as_str().unwrap());
    let gone = world.request("DELETE", &path).send().await;
    assert_eq!((gone.status, gone.body()), (200, json!({ "id": endpoint["id"], "deleted": true })));
    assert_eq!(world.request("DELETE", &path).send().await.status, 404);
    assert_eq!(world.get(&path).await.status, 404);
    pass_ms(&world, 3 * HOUR_MS);
    make(&world, "another fox").await;
    let all = deliveries(&world).await;
    assert_eq!((all.len(), all[0].id, all[0].state), (1, pending.id, DeliveryState::Failed));
    let replay = post(&world, &format!("/v1/webhooks/deliveries/dlv_{}/replay", pending.id), json!({})).await;
    assert_eq!(replay.status, 400, "{}", replay.text());
    assert!(receiver.is_quiet());
    world.close().await;
}

#[tokio::test]
async fn w4_five_days_of_failures_switch_an_endpoint_off_and_its_owner_switches_it_on() {
    let (world, mut receiver) = world().await;
    let endpoint = register(&world, &receiver).await;
    patch(&world, &endpoint, json!({ "events": ["job.succeeded"] })).await;
    receiver.answer(&[500; 4]);
    make(&world, "a fox").await;
    // The ladder's first pauses, and at the fourth try more than five days since the third.
    for (tries, pass) in [(1, 6_000), (2, 400_000), (3, 5 * 24 * HOUR_MS + HOUR_MS)] {
        receiver.next().await;
        settled(&world, "job.succeeded", |one| one.tries == tries && one.due.is_some()).await;
        let failing = read(&world, &endpoint).await;
        assert_eq!((&failing["failing"]["failures"], &failing["enabled"]), (&json!(tries), &json!(true)));
        pass_ms(&world, pass);
    }
    receiver.next().await;
    ended(&world, "job.succeeded", DeliveryState::Failed).await;
    let off = read(&world, &endpoint).await;
    assert_eq!(
        (&off["enabled"], &off["disabled"]["reason"]),
        (&json!(false), &json!("it failed for five days"))
    );
    // What happens meanwhile is kept for a replay, and not sent.
    make(&world, "a missed fox").await;
    let missed = ended(&world, "job.succeeded", DeliveryState::Failed).await;
    assert_eq!(missed.tries, 0);
    let test =
        post(&world, &format!("/v1/webhooks/endpoints/{}/test", endpoint["id"].as_str().unwrap()), json!({}))
            .await;
    assert_eq!(test.status, 400, "{}", test.text());
    let path = format!("/v1/webhooks/deliveries/dlv_{}/replay", missed.id);
    assert_eq!(post(&world, &path, json!({})).await.status, 400);
    assert!(receiver.is_quiet());

    let enable = format!("/v1/webhooks/endpoints/{}/enable", endpoint["id"].as_str().unwrap());
    let on = post(&world, &enable, json!({})).await;
    check(&world, "WebhookEndpoint", &on.body()).await;
    assert_eq!((&on.body()["enabled"], on.body().get("failing")), (&json!(true), None));
    assert_eq!(post(&world, &path, json!({})).await.status, 202);
    assert_eq!(receiver.next().await.header("webhook-id"), Some(missed.message.as_str()));
    world.close().await;
}

#[tokio::test]
async fn w3_410_switches_an_endpoint_off_at_once() {
    let (world, mut receiver) = world().await;
    let endpoint = register(&world, &receiver).await;
    patch(&world, &endpoint, json!({ "events": ["job.succeeded"] })).await;
    receiver.answer(&[410]);
    make(&world, "a fox").await;
    receiver.next().await;
    ended(&world, "job.succeeded", DeliveryState::Failed).await;
    assert_eq!(read(&world, &endpoint).await["disabled"]["reason"], "it answered 410 Gone");
    // Its owner can do the same, and undo it.
    let on = patch(&world, &endpoint, json!({ "enabled": true })).await;
    assert_eq!(on["enabled"], true);
    let off = patch(&world, &endpoint, json!({ "enabled": false })).await;
    assert_eq!((&off["enabled"], off["disabled"]["at"].is_string()), (&json!(false), true));
    world.close().await;
}

#[tokio::test]
async fn an_account_has_at_most_twenty_endpoints_in_a_mode() {
    let world = World::with(Setting::default()).await;
    let make = |n: usize| {
        post(&world, "/v1/webhooks/endpoints", json!({ "url": format!("https://client.example/{n}") }))
    };
    let first = make(0).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let place = format!("/v1/webhooks/endpoints/{}", first.body()["id"].as_str().unwrap());
    assert_eq!(first.header("location"), Some(place.as_str()));
    for n in 1..20 {
        assert_eq!(make(n).await.status, 201);
    }
    let full = make(20).await;
    assert_eq!((full.status, full.fault().0.as_str()), (400, "invalid_input"));
    assert!(full.text().contains("20 endpoints"), "{}", full.text());
    let listed = world.get("/v1/webhooks/endpoints").await.body();
    check(&world, "WebhookEndpoints", &listed).await;
    let urls: Vec<&str> =
        listed["endpoints"].as_array().unwrap().iter().map(|one| one["url"].as_str().unwrap()).collect();
    assert_eq!(
        (urls.len(), urls[0], urls[19]),
        (20, "https://client.example/0", "https://client.example/19")
    );
    assert_eq!(world.request("DELETE", &place).send().await.status, 200);
    assert_eq!(make(20).await.status, 201);
    world.close().await;
}

#[tokio::test]
async fn s9_another_accounts_and_another_modes_endpoints_are_not_there() {
    let (mut world, mut receiver) = world().await;
    let endpoint = register(&world, &receiver).await;
    let id = endpoint["id"].as_str().unwrap().to_owned();
    make(&world, "a fox").await;
    let delivery = ended(&world, "job.succeeded", DeliveryState::Delivered).await;
    let other = world.new_account("other", MicroUsd(10_000_000)).await;
    let (mine, live) = (world.key.clone(), world.new_key(world.account, Mode::Live).await);
    let secret = world.get("/v1/webhooks/secret").await.body()["secret"].clone();
    for key in [world.new_key(other, Mode::Test).await, live] {
        world.key = key;
        let unknown = format!("we_{}", "0".repeat(32));
        for (method, below) in [
            ("GET", ""),
            ("PATCH", ""),
            ("DELETE", ""),
            ("GET", "/secret"),
            ("POST", "/rotate"),
            ("POST", "/enable"),
            ("POST", "/test"),
        ] {
            let ask = |id: &str| {
                let path = format!("/v1/webhooks/endpoints/{id}{below}");
                world.request(method, &path).json(json!({})).send()
            };
            let (foreign, missing) = (ask(&id).await, ask(&unknown).await);
            assert_eq!((foreign.status, &foreign.bytes), (404, &missing.bytes), "{method} {below}");
        }
        for (method, below) in [("GET", ""), ("POST", "/replay")] {
            let path = format!("/v1/webhooks/deliveries/dlv_{}{below}", delivery.id);
            assert_eq!(world.request(method, &path).send().await.status, 404, "{method} {below}");
        }
        assert_eq!(world.get("/v1/webhooks/endpoints").await.body(), json!({ "endpoints": [] }));
        for query in ["".to_owned(), format!("?endpoint={id}"), format!("?job={}", delivery.job.unwrap())] {
            let listed = world.get(&format!("/v1/webhooks/deliveries{query}")).await.body();
            assert_eq!(listed, json!({ "deliveries": [] }), "{query}");
        }
        let range = json!({ "from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z" });
        assert_eq!(post(&world, "/v1/webhooks/replay", range).await.body(), json!({ "replayed": 0 }));
        assert_ne!(world.get("/v1/webhooks/secret").await.body()["secret"], secret);
    }
    receiver.catch_up();
    // Their jobs are not heard either.
    world.key = world.new_key(other, Mode::Test).await;
    make(&world, "somebody else's fox").await;
    world.key = mine;
    let own = make(&world, "a fox of our own").await;
    let first = receiver.next().await.body();
    assert_eq!(first["data"]["id"], format!("gen_{own}"));
    world.close().await;
}

#[tokio::test]
async fn what_is_not_known_is_refused_by_its_name() {
    let world = World::with(Setting::default()).await;
    for (path, body, param) in [
        ("/v1/webhooks/endpoints", json!({ "url": "https://a.example", "event": [] }), Some("event")),
        (
            "/v1/webhooks/endpoints",
            json!({ "url": "https://a.example", "events": ["job.done"] }),
            Some("events[0]"),
        ),
        ("/v1/webhooks/endpoints", json!([]), None),
        ("/v1/webhooks/replay", json!({ "from": "2020-01-01T00:00:00Z" }), Some("to")),
    ] {
        let answer = post(&world, path, body.clone()).await;
        assert_eq!(
            (answer.status, answer.fault()),
            (400, ("invalid_input".to_owned(), param.map(str::to_owned))),
            "{body}"
        );
    }
    let unknown = world.get("/v1/webhooks/deliveries?stat=failed").await;
    assert_eq!(unknown.fault().1.as_deref(), Some("stat"));
    world.close().await;
}
