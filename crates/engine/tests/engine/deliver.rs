//! Webhooks on real sockets: what a receiver hears, how often, and signed with what.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use spool_domain::fault::Kind;
use spool_domain::ids::EndpointId;
use spool_domain::job::Job;
use spool_domain::order::{Callback, Manner, Mode, Terms};
use spool_domain::outbox::{DeliveryFilter, DeliveryState, Endpoint, SecretVersion};
use spool_domain::webhook::{Health, News};
use spool_engine::address::Allow;
use spool_engine::deliver::{Announcer, Rendered, Telling};
use spool_engine::settings::Settings;
use spool_fakes::receiver::{Answer, Fake, Heard};

use crate::world::{Setting, World, order};

/// Says which job, and what.
struct Plain;

impl Announcer for Plain {
    fn render(&self, telling: &Telling) -> Option<Rendered> {
        let job = telling.job.map(|job| (job.id.to_string(), job.phase.name()));
        let body = json!({ "job": job, "news": telling.news.word(), "sequence": telling.sequence });
        let older_signature = telling.job.is_some_and(|job| job.label == "jobs");
        Some(Rendered { body: Bytes::from(body.to_string()), older_signature })
    }
}

async fn world(pauses_ms: &[u64]) -> World {
    let settings = Settings {
        allow: Arc::new(Allow::parse(["127.0.0.0/8"]).unwrap()),
        webhook_pauses_ms: pauses_ms.into(),
        ..Settings::default()
    };
    let world = World::with(Setting { settings, ..Setting::default() }).await;
    world.engine.announce_through(Arc::new(Plain));
    world
}

async fn endpoint(world: &World, url: String) -> EndpointId {
    let now = world.engine.clock().now();
    let endpoint = Endpoint {
        id: EndpointId([5; 20]),
        account: world.test.account,
        mode: Mode::Test,
        url,
        events: News::ALL.to_vec(),
        description: String::new(),
        secret: SecretVersion { version: 1, since: now },
        created_at: now,
        disabled: None,
        health: Health::default(),
        paused_until: None,
    };
    assert!(world.store.create_endpoint(endpoint.clone()).await.unwrap());
    world.engine.ring_deliveries();
    endpoint.id
}

async fn run_with_callback(world: &World, url: String, manner: Manner, prompt: &str) -> Arc<Job> {
    let input = serde_json::Map::from_iter([("prompt".to_owned(), json!(prompt))]);
    let terms = Terms { callback: Some(Callback { url, manner }), ..Terms::default() };
    let order = spool_domain::order::Order { terms, label: "jobs", ..order("test/picture", input, 1) };
    let ticket = world.engine.submit(&world.test, order).await.unwrap();
    ticket.wait(Duration::from_secs(60)).await
}

/// The signature by the specification's own words.
fn expected(secret: &str, heard: &Heard) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let (id, timestamp) = (heard.header("webhook-id"), heard.header("webhook-timestamp"));
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(&heard.body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn w1_w2_a_receiver_that_fails_and_goes_away_gets_every_message_with_stable_ids() {
    let world = world(&[0, 100, 100, 200, 200, 400, 400, 800, 800, 1_600, 1_600, 3_200]).await;
    let mut receiver = Fake::start().await;
    let id = endpoint(&world, receiver.url("/hook?a=b")).await;
    // Three in ten fail, in every way there is.
    let bad =
        [Answer::Status(500, None), Answer::HangUp, Answer::Status(302, Some(("location", "/x".into())))];
    let well = || Answer::Status(200, None);
    receiver.answer((0..60).map(|n| if n % 10 < 3 { bad[n % 3].clone() } else { well() }));
    let mut jobs = Vec::new();
    for n in 0..10 {
        jobs.push(world.run(&world.test, "test/picture", &format!("a fox, number {n}")).await);
    }
    receiver.wait_for(8).await;
    receiver.leave();
    for n in 0..5 {
        jobs.push(world.run(&world.test, "test/picture", &format!("an owl, number {n}")).await);
    }
    assert!(receiver.come_back().await);

    let wanted: HashSet<String> = jobs
        .iter()
        .flat_map(|job| ["started", "succeeded"].map(|news| format!("msg_{}_{news}", job.id)))
        .collect();
    let well = |heard: &Heard| heard.status.is_some_and(|status| (200..300).contains(&status));
    let heard = receiver
        .wait_until(|heard| {
            let arrived: HashSet<&str> =
                heard.iter().filter(|one| well(one)).map(|one| one.header("webhook-id")).collect();
            wanted.iter().all(|id| arrived.contains(id.as_str()))
        })
        .await;
    let secret =
        world.engine.endpoint_secret(id, SecretVersion { version: 1, since: world.engine.clock().now() });
    let mut bodies: HashMap<&str, (serde_json::Value, serde_json::Value)> = HashMap::new();
    for one in &heard {
        assert!(wanted.contains(one.header("webhook-id")), "{}", one.header("webhook-id"));
        assert_eq!(one.header("webhook-signature"), expected(&secret, one));
        assert_eq!((one.target.as_str(), one.header("content-type")), ("/hook?a=b", "application/json"));
        // What a message is about stays the same, however often it is sent.
        let body = one.json();
        let about = (body["news"].clone(), body["sequence"].clone());
        assert_eq!(bodies.entry(one.header("webhook-id")).or_insert_with(|| about.clone()), &about);
    }
    wait_for_states(&world, |states| states.iter().all(|state| *state == DeliveryState::Delivered)).await;
    world.close().await;
}

async fn wait_for_states(world: &World, enough: impl Fn(&[DeliveryState]) -> bool) {
    loop {
        let filter = DeliveryFilter::default();
        let found = world.store.deliveries(world.test.account, Mode::Test, filter, 100, None).await.unwrap();
        let states: Vec<DeliveryState> = found.iter().map(|one| one.state).collect();
        if enough(&states) {
            return;
        }
        // The answer was given; that it is written down rings no bell outside.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_manner_of_callback_hears_its_news_and_is_tried_as_often_as_it_says() {
    let world = world(&[0]).await;
    for (manner, prompt, answers, heard) in [
        (Manner::Once, "a fox", vec![500], vec!["job.succeeded"]),
        (Manner::End, "a fox", vec![500, 503], vec!["job.succeeded"; 3]),
        (Manner::Every, "a fox [sandbox delay=1]", vec![], vec!["job.started", "job.succeeded"]),
        (Manner::Once, "a fox [sandbox outcome=fail]", vec![], vec!["job.failed"]),
    ] {
        let receiver = Fake::start().await;
        receiver.answer(answers.into_iter().map(|status| Answer::Status(status, None)));
        let job = run_with_callback(&world, receiver.url("/cb"), manner, prompt).await;
        let all = receiver.wait_for(heard.len()).await;
        let news: Vec<String> =
            all.iter().map(|one| one.json()["news"].as_str().unwrap().to_owned()).collect();
        assert_eq!(news, heard, "{manner:?} {prompt}");
        assert!(all.iter().all(|one| one.header("webhook-id").contains(&job.id.to_string())));
        // Nobody has asked for a secret, so nothing is signed.
        assert!(all.iter().all(|one| one.header("webhook-signature").is_empty()));
    }
    wait_for_states(&world, |states| !states.contains(&DeliveryState::Pending)).await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_is_signed_with_the_accounts_secret_and_the_older_headers_where_the_dialect_has_them() {
    let world = world(&[0]).await;
    let version = world.store.next_callback_secret(world.test.account, Mode::Test).await.unwrap();
    let secret = world.engine.callback_secret(world.test.account, Mode::Test, version);
    let receiver = Fake::start().await;
    run_with_callback(&world, receiver.url("/"), Manner::Once, "a fox").await;
    let heard = receiver.wait_for(1).await;
    assert_eq!(heard[0].header("webhook-signature"), expected(&secret, &heard[0]));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let timestamp = heard[0].header("x-abstrakt-timestamp");
    mac.update(format!("{timestamp}.").as_bytes());
    mac.update(&heard[0].body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(heard[0].header("x-abstrakt-signature"), hex);
    // During the day after a rotation both secrets sign.
    let next = world.store.next_callback_secret(world.test.account, Mode::Test).await.unwrap();
    run_with_callback(&world, receiver.url("/"), Manner::Once, "a fox").await;
    let heard = receiver.wait_for(2).await;
    let newest = world.engine.callback_secret(world.test.account, Mode::Test, next);
    let both = format!("{} {}", expected(&newest, &heard[1]), expected(&secret, &heard[1]));
    assert_eq!(heard[1].header("webhook-signature"), both);
    wait_for_states(&world, |states| !states.contains(&DeliveryState::Pending)).await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_an_address_that_is_not_allowed_is_refused_at_the_door_and_never_called() {
    let world = World::new().await;
    let receiver = Fake::start().await;
    for url in [
        receiver.url("/"),
        "http://localhost:1/x".to_owned(),
        "https://10.0.0.7/hook".to_owned(),
        "https://user:pw@client.example/".to_owned(),
        "https://client.example:8443/".to_owned(),
        "ftp://client.example/".to_owned(),
        "/hook".to_owned(),
        "https://0x7f.1/".to_owned(),
        "https://[::ffff:169.254.169.254]/latest".to_owned(),
    ] {
        let fault = world.engine.check_target("webhook_url", &url).unwrap_err();
        assert_eq!((fault.kind, fault.param.as_deref()), (Kind::InvalidInput, Some("webhook_url")), "{url}");
    }
    world.engine.check_target("webhook_url", "https://client.example/hook?x=1").unwrap();
    // One that was let in all the same, such as under settings that have changed since, is not called.
    world.engine.announce_through(Arc::new(Plain));
    run_with_callback(&world, receiver.url("/"), Manner::Once, "a fox").await;
    wait_for_states(&world, |states| states == [DeliveryState::Failed]).await;
    assert!(receiver.heard().is_empty());
    world.close().await;
}
