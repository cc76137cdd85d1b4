//! Ten requests a second of each kind, and a minute's ban for the eleventh. The clock stands still, so that it is
//! one second however slow the machine is.

use std::num::NonZeroU32;

use serde_json::json;
use spool_api::bans::BanRule;
use spool_domain::order::Mode;

use super::{check, code, data, fox, post};
use crate::world::{Answer, Setting, World, limit};

const NAMES: [&str; 3] = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];

fn numbers(answer: &Answer) -> [i64; 3] {
    NAMES.map(|name| {
        answer.header(name).unwrap_or_else(|| panic!("no {name} at {}", answer.status)).parse().unwrap()
    })
}

async fn world() -> World {
    let world = World::with(Setting { bans: Some(BanRule::default()), ..Setting::default() }).await;
    world.stop_clock();
    world
}

async fn dry(world: &World) -> Answer {
    let mut body = fox();
    body["dry_run"] = true.into();
    post(world, body).await
}

#[tokio::test]
async fn the_eleventh_read_within_a_second_is_banned_for_a_minute() {
    let mut world = world().await;
    for (n, path) in ["/account", "/v1/tasks", "/v1/tasks/x", "/v1/resources/elevenlabs/voices", "/account"]
        .iter()
        .cycle()
        .take(10)
        .enumerate()
    {
        let answer = world.get(path).await;
        assert!([200, 404].contains(&answer.status), "{path}: {}", answer.text());
        assert_eq!(numbers(&answer)[..2], [10, 9 - n as i64], "{path}");
    }
    let banned = world.get("/account").await;
    check(&world, "TaskError", &banned.body()).await;
    assert_eq!(code(&banned), (429, "rate_limit_exceeded".to_owned()));
    assert_eq!((banned.header("retry-after"), numbers(&banned)[1]), (Some("60"), 0));
    // Whole seconds left; and asking again does not lengthen it.
    for (pass_ms, left) in [(500, "60"), (29_500, "30"), (29_001, "1"), (998, "1")] {
        world.pass_ms(pass_ms);
        let answer = world.get("/v1/tasks").await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, Some(left)), "{pass_ms}");
    }
    // The other kind is not banned, nor another key, nor another dialect.
    assert_eq!(dry(&world).await.status, 200);
    assert_eq!(world.get("/v1/models").await.status, 200);
    let key = std::mem::take(&mut world.key);
    world.key = world.new_key(world.account, Mode::Test).await;
    assert_eq!(world.get("/account").await.status, 200);
    world.key = key;
    world.pass_ms(1);
    assert_eq!(world.get("/account").await.status, 200);
    world.close().await;
}

#[tokio::test]
async fn dry_runs_and_refused_requests_count_towards_the_posts() {
    let world = world().await;
    for n in 0..10 {
        let answer = if n % 2 == 0 { dry(&world).await } else { post(&world, json!({})).await };
        assert_eq!(answer.status, if n % 2 == 0 { 200 } else { 400 });
        assert_eq!(numbers(&answer)[..2], [10, 9 - n]);
    }
    let banned = post(&world, fox()).await;
    assert_eq!((code(&banned).0, banned.header("retry-after")), (429, Some("60")));
    assert_eq!(world.get("/account").await.status, 200);
    assert_eq!(spool_domain::store::Store::audit(world.store.as_ref()).await.unwrap().jobs, 0);
    world.close().await;
}

#[tokio::test]
async fn ten_a_second_are_fine_second_after_second() {
    let world = world().await;
    for _ in 0..3 {
        for _ in 0..10 {
            assert_eq!(world.get("/account").await.status, 200);
        }
        world.pass_ms(1_000);
    }
    world.close().await;
}

#[tokio::test]
async fn every_answer_carries_the_limit_and_a_wrong_key_is_not_banned() {
    let mut world = world().await;
    let good = std::mem::replace(&mut world.key, "wrong".to_owned());
    for _ in 0..12 {
        let answer = world.get("/account").await;
        assert_eq!((answer.status, numbers(&answer)[0]), (401, 10));
    }
    world.key = good;
    let answer = world.get("/account").await;
    assert_eq!((answer.status, numbers(&answer)[1]), (200, 9));
    world.close().await;
}

#[tokio::test]
async fn the_rule_is_the_contracts_unless_limits_are_off_or_set() {
    let world = World::new().await;
    assert_eq!(numbers(&world.get("/account").await)[..2], [10, 9]);
    world.close().await;

    let world = World::with(Setting::default()).await;
    for _ in 0..12 {
        let answer = world.get("/account").await;
        assert_eq!(answer.status, 200);
        assert!(NAMES.iter().all(|name| answer.header(name).is_none()));
    }
    world.close().await;

    let two = NonZeroU32::new(2).unwrap();
    let rule = BanRule { per_second: two, ban_s: two };
    let world = World::with(Setting { bans: Some(rule), ..Setting::default() }).await;
    world.stop_clock();
    for status in [200, 200, 429] {
        assert_eq!(world.get("/account").await.status, status);
    }
    world.pass_ms(2_000);
    assert_eq!(data(&world.get("/account").await)["user_id"], world.account.0);
    world.close().await;
}

#[tokio::test]
async fn the_servers_general_limit_holds_here_too() {
    let rule = BanRule { per_second: NonZeroU32::new(1_000).unwrap(), ..BanRule::default() };
    let setting = Setting { rate_limit: Some(limit(1, 2)), bans: Some(rule), ..Setting::default() };
    let world = World::with(setting).await;
    assert_eq!(numbers(&world.get("/account").await)[..2], [1_000, 999]);
    let refused = loop {
        let answer = world.get("/account").await;
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!(code(&refused), (429, "rate_limit_exceeded".to_owned()));
    // No ban, and the numbers of the limit that refused.
    assert_eq!((refused.header("retry-after"), numbers(&refused)[0]), (Some("1"), 2));
    world.close().await;
}
