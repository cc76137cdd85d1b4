//! Webhooks, from the request that asks for one to the call that arrives.

mod callbacks;
mod deliveries;
mod endpoints;
mod signatures;

use std::time::Duration;

use serde_json::{Value, json};
use spool_domain::outbox::{Delivery, DeliveryFilter, DeliveryState, Outbox, Try};

use crate::jobs::check;
use crate::world::{Answer, Receiver, Setting, World};

/// A world that may call this machine, and somebody there who hears.
async fn world() -> (World, Receiver) {
    (World::with(Setting { loopback: true, ..Setting::default() }).await, Receiver::new().await)
}

async fn post(world: &World, path: &str, body: Value) -> Answer {
    world.request("POST", path).json(body).send().await
}

/// Registers the receiver for everything; the endpoint as it was answered.
async fn register(world: &World, receiver: &Receiver) -> Value {
    let answer = post(world, "/v1/webhooks/endpoints", json!({ "url": receiver.url("/hook") })).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    check(world, "WebhookEndpoint", &answer.body()).await;
    answer.body()
}

/// A picture by the dialect that waits; its id without prefix.
async fn make(world: &World, prompt: &str) -> String {
    let answer = world.post(json!({ "model": "flux-1.1-pro", "input": { "prompt": prompt } })).await;
    answer.body()["id"].as_str().unwrap().strip_prefix("gen_").unwrap().to_owned()
}

/// All deliveries, newest first.
async fn deliveries(world: &World) -> Vec<Delivery> {
    let caller = world.caller();
    let all = DeliveryFilter::default();
    world.store.deliveries(caller.account, caller.mode, all, 100, None).await.unwrap()
}

async fn tries(world: &World, delivery: &Delivery) -> Vec<Try> {
    let caller = world.caller();
    world.store.delivery(caller.account, caller.mode, delivery.id).await.unwrap().unwrap().1
}

/// Waits until the newest delivery of these news is as it should be. What an answer leads to is written a moment after it.
async fn settled(world: &World, news: &str, as_wanted: impl Fn(&Delivery) -> bool) -> Delivery {
    let wait = async {
        loop {
            let all = deliveries(world).await;
            let found = all.into_iter().find(|one| one.news.word() == news && as_wanted(one));
            match found {
                Some(found) => return found,
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    match tokio::time::timeout(Duration::from_secs(60), wait).await {
        Ok(found) => found,
        Err(_) => panic!("{news}: {:?}", deliveries(world).await),
    }
}

async fn ended(world: &World, news: &str, state: DeliveryState) -> Delivery {
    settled(world, news, |one| one.state == state).await
}

/// Lets time pass and says so to who sleeps.
fn pass_ms(world: &World, ms: i64) {
    world.pass_ms(ms);
    world.engine.ring_deliveries();
}

/// A body without the signatures in its URLs, which are new in every answer.
fn unsigned(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains("/v1/assets/") => text.split('?').next().unwrap().into(),
        Value::Array(items) => items.iter().map(unsigned).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), unsigned(value))).collect())
        }
        other => other.clone(),
    }
}

fn keys(body: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}
