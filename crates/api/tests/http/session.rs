//! Coming in with a browser: the key goes into a cookie, and the cookie stands for it everywhere.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use spool_domain::ledger;
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::scope::{Scope, Scopes};
use spool_domain::store::Store;
use spool_domain::time::{Clock, Timestamp};

use crate::world::{Answer, Dice, Request, Setting, World, limit};

const DAYS_7_MS: i64 = 7 * 24 * 3_600_000;

/// Somebody who is in.
struct Visitor {
    cookie: String,
    token: String,
}

impl Visitor {
    /// A request with the cookie alone.
    fn looks(&self, world: &World, method: &str, path: &str) -> Request {
        Request::new(world.address, method, path).header("cookie", &self.cookie)
    }

    /// A request as a page of ours makes it.
    fn asks(&self, world: &World, method: &str, path: &str) -> Request {
        self.looks(world, method, path).header("x-csrf-token", &self.token)
    }
}

async fn sign_in(world: &World, key: &str) -> Answer {
    Request::new(world.address, "POST", "/v1/session").json(json!({ "key": key })).send().await
}

fn visitor(answer: &Answer) -> Visitor {
    assert_eq!(answer.status, 201, "{}", answer.text());
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    Visitor { cookie, token: answer.body()["csrf_token"].as_str().unwrap().to_owned() }
}

async fn enter(world: &World, key: &str) -> Visitor {
    visitor(&sign_in(world, key).await)
}

/// A key of the world's account with these permissions.
async fn key_with(world: &World, scopes: Scopes) -> String {
    let key = spool_api::keys::generate(&Dice, Mode::Test);
    let mut row = key.row(world.account, "narrow", Timestamp(0), None);
    row.scopes = scopes;
    world.store.create_key(row).await.unwrap();
    key.into_text()
}

fn is_cleared(answer: &Answer) -> bool {
    let line = "spool_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict";
    answer.header("set-cookie").is_some_and(|cookie| cookie == line)
}

#[tokio::test]
async fn a_session_tells_who_is_in_and_keeps_the_key_out_of_reach() {
    let world = World::new().await;
    let answer = sign_in(&world, &format!(" {}\n", world.key)).await;
    let body = answer.body();
    let id = spool_api::keys::parse(&world.key).unwrap().id;
    assert_eq!(
        (&body["object"], &body["mode"], &body["key"]["id"], &body["key"]["name"], &body["key"]["last4"]),
        (
            &json!("session"),
            &json!("test"),
            &json!(id.0),
            &json!("test"),
            &json!(world.key[world.key.len() - 4..])
        )
    );
    assert_eq!(body["account"], json!({ "id": world.account.0, "name": "world" }));
    assert_eq!(body["server"], json!({ "version": env!("CARGO_PKG_VERSION"), "public_url": null }));
    let scopes: Vec<&str> = Scopes::customer().iter().map(Scope::word).collect();
    assert_eq!(body["key"]["scopes"], json!(scopes));
    let line = answer.header("set-cookie").unwrap();
    assert!(line.starts_with("spool_session="), "{line}");
    assert!(line.ends_with("; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict"), "{line}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(!answer.text().contains(&world.key) && !line.contains(&world.key[20..40]));

    let looked = visitor(&answer).looks(&world, "GET", "/v1/session").send().await;
    assert_eq!((looked.status, looked.body()), (200, body.clone()));

    // A key by itself tells the same, without what it does not need.
    let by_key = world.get("/v1/session").await.body();
    assert_eq!((&by_key["key"], &by_key["csrf_token"]), (&body["key"], &Value::Null));
    assert!(by_key.get("csrf_token").is_none() && by_key["expires_at"].is_null());
    assert_eq!(Request::new(world.address, "GET", "/v1/session").send().await.status, 401);
    world.close().await;
}

#[tokio::test]
async fn wrong_keys_and_wrong_bodies_start_no_session() {
    let world = World::new().await;
    let unknown = spool_api::keys::generate(&Dice, Mode::Test).into_text();
    let id = spool_api::keys::parse(&world.key).unwrap().id;
    for key in ["", "hunter2", &world.key[1..], &unknown] {
        let answer = sign_in(&world, key).await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (401, "unauthenticated"));
        assert!(answer.header("set-cookie").is_none() && answer.header("x-ratelimit-remaining").is_some());
    }
    for (body, param) in [
        (json!({}), Some("key")),
        (json!({ "key": 7 }), Some("key")),
        (json!({ "key": world.key, "mode": "live" }), Some("mode")),
        (json!([world.key]), None),
    ] {
        let answer = Request::new(world.address, "POST", "/v1/session").json(body).send().await;
        let (code, told) = answer.fault();
        assert_eq!((answer.status, code.as_str(), told.as_deref()), (400, "invalid_input", param));
        assert!(!answer.text().contains(&world.key) && answer.header("set-cookie").is_none());
    }
    world.store.revoke_key(&id, world.clock.now()).await.unwrap();
    assert_eq!(sign_in(&world, &world.key).await.status, 401);
    world.close().await;
}

#[tokio::test]
async fn the_cookie_does_for_every_call_what_the_key_does() {
    let world = World::new().await;
    let mut scopes = Scopes::customer().iter().collect::<Vec<_>>();
    scopes.push(Scope::Admin);
    let visitor = enter(&world, &key_with(&world, scopes.into_iter().collect()).await).await;
    let order = json!({ "model": "flux-schnell", "input": { "prompt": "a fox" }, "wait": 60 });
    let made = visitor.asks(&world, "POST", "/v1/generations").json(order).send().await;
    assert_eq!(made.status, 200, "{}", made.text());
    let job = made.body()["id"].as_str().unwrap().trim_start_matches("gen_").to_owned();
    for path in [
        "/v1/models".to_owned(),
        "/v1/balance".to_owned(),
        "/account".to_owned(),
        "/admin/v1/accounts".to_owned(),
        format!("/v1/jobs/job_{job}"),
        format!("/v1/task/task_{job}"),
        format!("/v1/tasks/{job}"),
    ] {
        let answer = visitor.looks(&world, "GET", &path).send().await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    // The stream of a job's news ends by itself, since the job has ended.
    let news = visitor.looks(&world, "GET", &format!("/v1/jobs/job_{job}/events")).send().await;
    assert_eq!((news.status, news.header("content-type")), (200, Some("text/event-stream")));
    assert_eq!(visitor.looks(&world, "HEAD", "/v1/models").send().await.status, 200);
    let account = json!({ "name": "another" });
    let made = visitor.asks(&world, "POST", "/admin/v1/accounts").json(account).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    world.close().await;
}

#[tokio::test]
async fn whatever_changes_something_needs_the_token_in_every_dialect() {
    let world = World::new().await;
    let visitor = enter(&world, &world.key).await;
    let other = enter(&world, &world.key).await;
    assert!(visitor.token != other.token);
    let calls = [
        ("POST", "/v1/generations", 403, "/error/code", "model_unavailable"),
        ("POST", "/v1/models/flux-schnell/run", 403, "/error/code", "FORBIDDEN"),
        ("POST", "/v1/task/submit", 403, "/error/code", "forbidden"),
        // This dialect has no 403: what may not be done is not authenticated.
        ("POST", "/v1/tasks", 401, "/data/code", "authentication_failed"),
        ("POST", "/v1/webhooks/endpoints", 403, "/error/code", "forbidden"),
        ("DELETE", "/v1/jobs/job_x", 403, "/error/code", "FORBIDDEN"),
        ("POST", "/admin/v1/accounts", 403, "/error/code", "forbidden"),
        ("DELETE", "/v1/session", 403, "/error/code", "forbidden"),
    ];
    for (method, path, status, pointer, code) in calls {
        let tokens = [None, Some(""), Some("x"), Some(other.token.as_str()), Some(&visitor.token[1..])];
        for token in tokens {
            let request = visitor.looks(&world, method, path);
            let request = match token {
                Some(token) => request.header("x-csrf-token", token),
                None => request,
            };
            let answer = request.json(json!({})).send().await;
            assert_eq!(answer.status, status, "{method} {path} {token:?}: {}", answer.text());
            assert_eq!(answer.body().pointer(pointer).unwrap(), code, "{path}: {}", answer.text());
            assert!(answer.text().contains("X-CSRF-Token"), "{}", answer.text());
            assert!(answer.header("set-cookie").is_none(), "the session goes on");
        }
        // With the token it is another matter that is wrong.
        let answer = visitor.asks(&world, method, path).json(json!({})).send().await;
        assert!(!answer.text().contains("X-CSRF-Token"), "{method} {path}: {}", answer.text());
    }
    world.close().await;
}

#[tokio::test]
async fn pages_of_other_sites_are_refused_whatever_they_ask() {
    let world = World::new().await;
    let visitor = enter(&world, &world.key).await;
    let host = world.address.to_string();
    let own = format!("http://{host}");
    for (name, value, fine) in [
        ("sec-fetch-site", "same-origin", true),
        ("sec-fetch-site", "none", true),
        ("sec-fetch-site", "same-site", false),
        ("sec-fetch-site", "cross-site", false),
        ("origin", own.as_str(), true),
        ("origin", "http://127.0.0.1:1", false),
        ("origin", "https://evil.example", false),
        ("origin", "null", false),
    ] {
        let looked = visitor.asks(&world, "GET", "/v1/balance").header(name, value).send().await;
        assert_eq!(looked.status, if fine { 200 } else { 403 }, "{name}: {value}");
        let body = json!({ "prompt": "x" });
        let ordered =
            visitor.asks(&world, "POST", "/v1/generations").header(name, value).json(body).send().await;
        assert_eq!(ordered.status, if fine { 400 } else { 403 }, "{name}: {value}");
        // Nobody is signed in by another site either.
        let request = Request::new(world.address, "POST", "/v1/session").header(name, value);
        let signed = request.json(json!({ "key": world.key })).send().await;
        assert_eq!(
            (signed.status, signed.header("set-cookie").is_some()),
            if fine { (201, true) } else { (403, false) }
        );
        // A key is no cookie: no browser adds it by itself.
        let by_key = world.request("GET", "/v1/balance").header(name, value).send().await;
        assert_eq!(by_key.status, 200, "{name}: {value}");
    }
    world.close().await;
}

#[tokio::test]
async fn what_foreign_pages_send_uses_up_no_allowance() {
    let world = World::with(Setting { rate_limit: Some(limit(1, 4)), ..Setting::default() }).await;
    let visitor = enter(&world, &world.key).await;
    for _ in 0..8 {
        let forged = visitor.looks(&world, "POST", "/v1/generations").json(json!({})).send().await;
        assert_eq!(forged.status, 403);
    }
    let body = json!({ "model": "no-such-model", "input": {} });
    let asked = visitor.asks(&world, "POST", "/v1/generations").json(body).send().await;
    assert_ne!(asked.status, 429, "{}", asked.text());
    let mut last = 0;
    for _ in 0..8 {
        last = sign_in(&world, &world.key).await.status;
    }
    assert_eq!(last, 429, "signing in counts for its key");
    world.close().await;
}

#[tokio::test]
async fn a_key_that_is_shown_openly_wins_over_the_cookie() {
    let world = World::new().await;
    let visitor = enter(&world, &world.key).await;
    let other = world.new_account("other", MicroUsd(5_000_000)).await;
    let others_key = world.new_key(other, Mode::Test).await;
    let bearer = |key: &str| {
        visitor.looks(&world, "GET", "/v1/session").header("authorization", &format!("Bearer {key}"))
    };
    assert_eq!(bearer(&others_key).send().await.body()["account"]["id"], other.0);
    // No token is asked for, since no cookie counts.
    let order = json!({ "model": "flux-schnell", "input": { "prompt": "a fox" }, "wait": 60 });
    let request = visitor.looks(&world, "POST", "/v1/generations");
    let made = request.header("authorization", &format!("Bearer {others_key}")).json(order).send().await;
    assert_eq!(made.status, 200, "{}", made.text());
    // A wrong one is wrong, cookie or not, and costs nobody the session.
    let wrong = bearer("nonsense").send().await;
    assert_eq!((wrong.status, wrong.header("set-cookie")), (401, None));
    assert_eq!(visitor.looks(&world, "GET", "/v1/session").send().await.status, 200);
    world.close().await;
}

#[tokio::test]
async fn a_cookie_that_does_not_open_is_the_usual_401_and_is_taken_away() {
    let world = World::new().await;
    let visitor = enter(&world, &world.key).await;
    let stranger = Request::new(world.address, "GET", "/v1/models").send().await;
    let value = visitor.cookie.split_once('=').unwrap().1;
    let forged = format!("spool_session={}{}", &value[..value.len() - 4], "AAAA");
    // Sealed with the key of another server.
    let elsewhere = format!("spool_session={}", "A".repeat(value.len()));
    let bare = format!("spool_session={}", world.key);
    let twice = format!("{0}; {0}", visitor.cookie);
    for cookie in [forged, elsewhere, bare, twice, "spool_session=".to_owned()] {
        let request = Request::new(world.address, "GET", "/v1/models").header("cookie", &cookie);
        let answer = request.send().await;
        assert_eq!((answer.status, &answer.bytes), (401, &stranger.bytes));
        assert!(is_cleared(&answer));
    }
    // Other cookies are none of ours.
    let other = Request::new(world.address, "GET", "/v1/models").header("cookie", "theme=dark").send().await;
    assert_eq!((other.status, other.header("set-cookie")), (401, None));
    world.close().await;
}

#[tokio::test]
async fn a_session_ends_after_seven_days_or_with_its_key() {
    let world = World::new().await;
    world.stop_clock();
    let week = enter(&world, &world.key).await;
    let until = Timestamp(world.clock.now().0 + 3_600_000);
    let short = enter(&world, &world.new_key_until(world.account, Mode::Test, Some(until)).await).await;
    let status = async |visitor: &Visitor| {
        let answer = visitor.looks(&world, "GET", "/v1/session").send().await;
        assert_eq!(is_cleared(&answer), answer.status == 401);
        answer.status
    };
    assert_eq!((status(&week).await, status(&short).await), (200, 200));
    world.pass_ms(3_600_000);
    assert_eq!((status(&week).await, status(&short).await), (200, 401));
    world.pass_ms(DAYS_7_MS - 3_600_001);
    assert_eq!(status(&week).await, 200);
    world.pass_ms(1);
    assert_eq!(status(&week).await, 401);
    world.close().await;
}

#[tokio::test]
async fn s6_a_revoked_key_ends_its_sessions_within_a_second() {
    let world = World::new().await;
    let visitor = enter(&world, &world.key).await;
    let id = spool_api::keys::parse(&world.key).unwrap().id;
    world.store.revoke_key(&id, world.clock.now()).await.unwrap();
    let revoked = Instant::now();
    loop {
        let began = Instant::now();
        let answer = visitor.looks(&world, "GET", "/v1/models").send().await;
        if answer.status == 401 {
            assert!(is_cleared(&answer));
            break;
        }
        assert!(began.duration_since(revoked) < Duration::from_secs(1));
    }
    world.close().await;
}

#[tokio::test]
async fn signing_out_takes_the_cookie_away_and_leaves_the_key() {
    let world = World::new().await;
    let visitor = enter(&world, &world.key).await;
    let answer = visitor.asks(&world, "DELETE", "/v1/session").send().await;
    assert_eq!((answer.status, answer.text().as_str()), (204, ""));
    assert!(is_cleared(&answer));
    assert_eq!(world.get("/v1/session").await.status, 200);
    assert_eq!(Request::new(world.address, "DELETE", "/v1/session").send().await.status, 401);
    world.close().await;
}

#[tokio::test]
async fn under_a_public_address_of_https_the_cookie_never_goes_without() {
    let public_url = Some("https://media.example".to_owned());
    let world = World::with(Setting { public_url, ..Setting::default() }).await;
    let answer = sign_in(&world, &world.key).await;
    let line = answer.header("set-cookie").unwrap();
    assert!(line.starts_with("__Host-spool_session=") && line.ends_with("SameSite=Strict; Secure"), "{line}");
    assert_eq!(answer.body()["server"]["public_url"], "https://media.example");
    let visitor = visitor(&answer);
    let looked = visitor.looks(&world, "GET", "/v1/session");
    assert_eq!(looked.header("origin", "https://media.example").send().await.status, 200);
    let looked = visitor.looks(&world, "GET", "/v1/session");
    assert_eq!(looked.header("origin", &format!("http://{}", world.address)).send().await.status, 403);
    // The name that any page of the host could have set is not looked at.
    let renamed = visitor.cookie.strip_prefix("__Host-").unwrap();
    let request = Request::new(world.address, "GET", "/v1/session").header("cookie", renamed);
    assert_eq!(request.send().await.status, 401);
    world.close().await;
}

#[tokio::test]
async fn a_session_may_do_what_its_key_may_and_no_more() {
    let world = World::new().await;
    let visitor = enter(&world, &key_with(&world, Scopes::from_iter([Scope::ModelsRead])).await).await;
    let session = visitor.looks(&world, "GET", "/v1/session").send().await.body();
    assert_eq!(session["key"]["scopes"], json!(["models:read"]));
    assert_eq!(visitor.looks(&world, "GET", "/v1/models").send().await.status, 200);
    for path in ["/v1/balance", "/admin/v1/accounts"] {
        assert_eq!(visitor.looks(&world, "GET", path).send().await.status, 403, "{path}");
    }
    // Nor does it see what another account has.
    let other = world.new_account("other", MicroUsd::ZERO).await;
    let theirs = enter(&world, &world.new_key(other, Mode::Test).await).await;
    let top_up = ledger::top_up(other, Mode::Test, "gift", MicroUsd(3_000_000), world.clock.now());
    world.store.book(top_up).await.unwrap();
    let balance = theirs.looks(&world, "GET", "/v1/balance").send().await.body();
    assert_eq!(balance["available_usd"], "3.00");
    world.close().await;
}
