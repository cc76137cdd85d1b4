//! Deliveries: listed with what became of every try, and sent again under their ids.

use serde_json::{Value, json};
use spool_domain::outbox::DeliveryState;

use super::{deliveries, ended, make, post, register, settled, world};
use crate::jobs::check;
use crate::world::{Receiver, World};

/// An endpoint that hears of successes alone, so that each job is one message.
async fn successes(world: &World, receiver: &Receiver) -> String {
    let body = json!({ "url": receiver.url("/hook"), "events": ["job.succeeded"] });
    let answer = post(world, "/v1/webhooks/endpoints", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.body()["id"].as_str().unwrap().to_owned()
}

async fn listed(world: &World, query: &str) -> Value {
    let answer = world.get(&format!("/v1/webhooks/deliveries{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    check(world, "WebhookDeliveries", &answer.body()).await;
    answer.body()
}

fn ids(page: &Value) -> Vec<&str> {
    page["deliveries"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_test_message_goes_the_usual_way_and_its_answer_can_be_read() {
    let (world, mut receiver) = world().await;
    let endpoint = register(&world, &receiver).await;
    let id = endpoint["id"].as_str().unwrap();
    receiver.say(418, "tea ".repeat(1_000));
    let answer = post(&world, &format!("/v1/webhooks/endpoints/{id}/test"), json!({})).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    check(&world, "WebhookTest", &answer.body()).await;
    let call = receiver.next().await;
    check(&world, "WebhookMessage", &call.body()).await;
    assert_eq!((&call.body()["type"], &call.body()["data"]["sequence"]), (&json!("webhook.test"), &json!(0)));
    settled(&world, "webhook.test", |one| one.tries == 1).await;

    let path = format!("/v1/webhooks/deliveries/{}", answer.body()["delivery_id"].as_str().unwrap());
    let shown = world.get(&path).await.body();
    check(&world, "WebhookDelivery", &shown).await;
    assert_eq!((&shown["state"], &shown["tries"]), (&json!("pending"), &json!(1)));
    assert_eq!((&shown["endpoint_id"], shown.get("job_id")), (&endpoint["id"], None));
    assert_eq!(shown["message_id"].as_str(), call.header("webhook-id"));
    let tried = &shown["log"][0];
    assert_eq!((&tried["status"], tried.get("error")), (&json!(418), None));
    // W6: a kilobyte of it is kept.
    assert_eq!(tried["answer"].as_str().unwrap().len(), 1_024);
    world.close().await;
}

#[tokio::test]
async fn a_receiver_that_is_not_there_has_a_word_for_it_in_the_log() {
    let (world, receiver) = world().await;
    let gone = receiver.url("/hook");
    drop(receiver);
    let body = json!({ "input": { "prompt": "a fox" }, "webhook_url": gone });
    let run = post(&world, "/v1/models/flux-1.1-pro/run", body).await;
    assert_eq!(run.status, 202, "{}", run.text());
    let failed = ended(&world, "job.succeeded", DeliveryState::Failed).await;
    let shown = world.get(&format!("/v1/webhooks/deliveries/dlv_{}", failed.id)).await.body();
    check(&world, "WebhookDelivery", &shown).await;
    assert_eq!((&shown["job_id"], shown.get("endpoint_id")), (&run.body()["job_id"], None));
    let tried = &shown["log"][0];
    assert!(tried["error"].as_str().is_some_and(|word| !word.is_empty() && !word.contains(' ')), "{tried}");
    assert_eq!((tried.get("status"), &tried["answer"]), (None, &json!("")));
    world.close().await;
}

#[tokio::test]
async fn deliveries_are_listed_by_pages_and_by_what_is_asked() {
    let (world, receiver) = world().await;
    let endpoint = successes(&world, &receiver).await;
    let mut jobs = Vec::new();
    for n in 0..5 {
        jobs.push(make(&world, &format!("fox {n}")).await);
    }
    settled(&world, "job.succeeded", |one| one.state == DeliveryState::Delivered).await;
    let all = listed(&world, "").await;
    assert_eq!((ids(&all).len(), all.get("next")), (5, None));
    // The newest first, and page by page the same.
    assert_eq!(all["deliveries"][0]["job_id"], format!("job_{}", jobs[4]));
    let first = listed(&world, "?limit=3").await;
    let second = listed(&world, &format!("?limit=3&before={}", first["next"].as_str().unwrap())).await;
    assert_eq!([ids(&first), ids(&second)].concat(), ids(&all));
    assert_eq!(second.get("next"), None);
    for prefix in ["job_", "gen_", "task_", ""] {
        let one = listed(&world, &format!("?job={prefix}{}", jobs[2])).await;
        assert_eq!(ids(&one), [ids(&all)[2]], "{prefix}");
    }
    assert_eq!(ids(&listed(&world, &format!("?endpoint={endpoint}")).await).len(), 5);
    let nobody = format!("we_{}", "0".repeat(32));
    assert_eq!(ids(&listed(&world, &format!("?endpoint={nobody}")).await).len(), 0);
    assert_eq!(ids(&listed(&world, "?state=dropped").await).len(), 0);
    world.close().await;
}

#[tokio::test]
async fn w4_a_message_that_is_sent_again_keeps_its_id_and_its_content() {
    let (world, mut receiver) = world().await;
    successes(&world, &receiver).await;
    make(&world, "a fox").await;
    let first = receiver.next().await;
    let delivery = ended(&world, "job.succeeded", DeliveryState::Delivered).await;
    let path = format!("/v1/webhooks/deliveries/dlv_{}/replay", delivery.id);
    let answer = post(&world, &path, json!({})).await;
    assert_eq!((answer.status, answer.body()), (202, json!({ "replayed": 1 })));
    let again = receiver.next().await;
    assert_eq!(again.header("webhook-id"), first.header("webhook-id"));
    let (first, again) = (first.body(), again.body());
    assert_eq!(super::unsigned(&first), super::unsigned(&again));
    settled(&world, "job.succeeded", |one| one.state == DeliveryState::Delivered && one.tries == 1).await;
    let shown = world.get(&format!("/v1/webhooks/deliveries/dlv_{}", delivery.id)).await.body();
    assert_eq!(shown["log"].as_array().unwrap().len(), 2);
    assert_eq!(deliveries(&world).await.len(), 1);
    world.close().await;
}

#[tokio::test]
async fn what_is_still_being_tried_is_not_replayed() {
    let (world, mut receiver) = world().await;
    successes(&world, &receiver).await;
    receiver.answer(&[500]);
    make(&world, "a fox").await;
    receiver.next().await;
    let pending = settled(&world, "job.succeeded", |one| one.tries == 1 && one.due.is_some()).await;
    let answer = post(&world, &format!("/v1/webhooks/deliveries/dlv_{}/replay", pending.id), json!({})).await;
    assert_eq!((answer.status, answer.fault().0.as_str()), (400, "invalid_input"), "{}", answer.text());
    world.close().await;
}

#[tokio::test]
async fn w4_a_range_is_sent_again_under_its_ids() {
    let (world, mut receiver) = world().await;
    let endpoint = successes(&world, &receiver).await;
    let mut sent = Vec::new();
    for n in 0..4 {
        make(&world, &format!("fox {n}")).await;
        sent.push(receiver.next().await.header("webhook-id").unwrap().to_owned());
        settled(&world, "job.succeeded", |one| {
            one.state == DeliveryState::Delivered && one.message == sent[n]
        })
        .await;
        // So that no two were made at the same moment.
        world.pass_ms(1_000);
    }
    let all = deliveries(&world).await;
    // From the second to before the fourth.
    let at = |n: usize| jiff::Timestamp::from_millisecond(all[n].created_at.0).unwrap().to_string();
    let range = json!({ "from": at(2), "to": at(0), "endpoint": endpoint, "state": "delivered" });
    let answer = post(&world, "/v1/webhooks/replay", range.clone()).await;
    check(&world, "WebhookReplayed", &answer.body()).await;
    assert_eq!((answer.status, answer.body()), (202, json!({ "replayed": 2 })));
    let mut again = vec![];
    for _ in 0..2 {
        again.push(receiver.next().await.header("webhook-id").unwrap().to_owned());
    }
    again.sort();
    let mut wanted = sent[1..3].to_vec();
    wanted.sort();
    assert_eq!(again, wanted);
    for (field, value) in [("state", json!("failed")), ("endpoint", json!(format!("we_{}", "0".repeat(32))))]
    {
        let mut other = range.clone();
        other[field] = value;
        assert_eq!(
            post(&world, "/v1/webhooks/replay", other).await.body(),
            json!({ "replayed": 0 }),
            "{field}"
        );
    }
    settled(&world, "job.succeeded", |one| one.state == DeliveryState::Delivered).await;
    assert!(receiver.is_quiet());
    world.close().await;
}
