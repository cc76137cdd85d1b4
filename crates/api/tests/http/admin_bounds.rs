//! Budgets, bounds and refunds, as an operator sets and gives them.

use serde_json::{Value, json};
use spool_domain::order::Mode;
use spool_domain::scope::{Scope, Scopes};
use spool_domain::store::Store;

use crate::world::{Answer, Request, World};

struct Operator<'a> {
    world: &'a World,
    key: String,
}

impl<'a> Operator<'a> {
    async fn of(world: &'a World) -> Self {
        let key = spool_api::keys::generate(&crate::world::Dice, Mode::Live);
        let scopes: Scopes = [Scope::Admin].into_iter().collect();
        let row = key.row(world.account, "operator", spool_domain::time::Timestamp(0), None);
        world.store.create_key(spool_domain::store::KeyRow { scopes, ..row }).await.unwrap();
        Self { world, key: key.into_text() }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        let request = Request::new(self.world.address, method, &format!("/admin/v1/{path}"))
            .header("authorization", &format!("Bearer {}", self.key));
        if method == "GET" { request.send().await } else { request.json(body).send().await }
    }

    /// The newest line of the log.
    async fn logged(&self) -> (String, Value) {
        let page = self.ask("GET", "log?limit=1", Value::Null).await.body();
        (page["items"][0]["action"].as_str().unwrap().to_owned(), page["items"][0]["detail"].clone())
    }
}

fn order() -> Value {
    json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 60 })
}

#[tokio::test(flavor = "multi_thread")]
async fn m6_a_refund_moves_the_balance_once_and_stays_within_the_charge() {
    let world = World::new().await;
    let operator = Operator::of(&world).await;
    let made = world.post(order()).await.body();
    let job = made["id"].as_str().unwrap()[4..].to_owned();
    let balance =
        async || world.get("/v1/balance").await.body()["available_usd"].as_str().unwrap().to_owned();
    assert_eq!(balance().await, "99.96");
    let path = format!("jobs/{job}/refunds");
    let body = json!({ "usd": "0.01", "reason": "a crooked lighthouse", "reference": "t-1" });
    let answer = operator.ask("POST", &path, body.clone()).await;
    assert_eq!(
        (answer.status, answer.body()),
        (201, json!({ "job": job, "no": 1, "usd": "0.01", "new": true }))
    );
    assert_eq!(balance().await, "99.97");
    assert_eq!(operator.logged().await.0, "job.refund");
    let again = operator.ask("POST", &path, body).await;
    assert_eq!((again.status, &again.body()["new"]), (200, &json!(false)));
    assert_eq!(balance().await, "99.97");
    for (body, field) in [
        (json!({ "usd": "0.04", "reason": "x" }), Some("usd")),
        (json!({ "usd": "0", "reason": "x" }), Some("usd")),
        (json!({ "usd": 1, "reason": "x" }), Some("usd")),
        (json!({ "usd": "0.01" }), Some("reason")),
        (json!({ "usd": "0.01", "reason": " " }), Some("reason")),
        (json!({ "usd": "0.01", "reason": "x", "amount": 1 }), Some("amount")),
    ] {
        let refused = operator.ask("POST", &path, body.clone()).await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.text());
        assert_eq!(refused.fault().1.as_deref(), field, "{body}: {}", refused.text());
    }
    assert_eq!(
        operator.ask("POST", "jobs/nonsense/refunds", json!({ "usd": "1", "reason": "x" })).await.status,
        404
    );
    assert_eq!(balance().await, "99.97");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_that_is_set_refuses_the_next_job_and_one_that_is_gone_does_not() {
    let world = World::new().await;
    let operator = Operator::of(&world).await;
    let path = format!("keys/{}/budget", world.caller().key);
    let set = operator.ask("PUT", &path, json!({ "day_usd": "0.05", "total_usd": null })).await;
    assert_eq!(set.status, 200, "{}", set.text());
    assert_eq!(set.body()["budget"], json!({ "day_usd": "0.05", "month_usd": null, "total_usd": null }));
    assert_eq!(operator.logged().await.0, "key.budget");
    assert_eq!(world.post(order()).await.status, 200);
    let shown = operator.ask("GET", &path, Value::Null).await.body();
    assert_eq!((&shown["spent"]["day_usd"], &shown["held_usd"]), (&json!("0.04"), &json!("0.00")));
    assert_eq!(world.post(order()).await.status, 402);
    assert_eq!(operator.ask("PUT", &path, json!({})).await.body()["spent"], Value::Null);
    assert_eq!(world.post(order()).await.status, 200);
    for (body, field) in [(json!({ "day_usd": 5 }), "day_usd"), (json!({ "week_usd": "5" }), "week_usd")] {
        let refused = operator.ask("PUT", &path, body).await;
        assert_eq!((refused.status, refused.fault().1.as_deref()), (400, Some(field)));
    }
    assert_eq!(operator.ask("GET", "keys/nonsense/budget", Value::Null).await.status, 404);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accounts_bound_on_open_jobs_is_kept() {
    let world = World::new().await;
    let operator = Operator::of(&world).await;
    let path = format!("accounts/{}/open-jobs", world.account);
    assert_eq!(operator.ask("PUT", &path, json!({ "max": 1 })).await.status, 200);
    assert_eq!(operator.logged().await, ("account.open_jobs".to_owned(), json!({ "max": 1 })));
    let account = format!("accounts/{}", world.account);
    let bound = async || operator.ask("GET", &account, Value::Null).await.body()["open_jobs_max"].clone();
    assert_eq!(bound().await, 1);
    let slow =
        json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox [sandbox delay=2]" }, "wait": 0 });
    let first = world.post(slow.clone()).await.body();
    let refused = world.post(slow.clone()).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("5")), "{}", refused.text());
    assert_eq!(operator.ask("PUT", &path, json!({ "max": null })).await.status, 200);
    assert_eq!(bound().await, Value::Null);
    let second = world.post(slow).await;
    assert_eq!(second.status, 202);
    for made in [first, second.body()] {
        world.finish(made["id"].as_str().unwrap()).await;
    }
    assert_eq!(operator.ask("PUT", &path, json!({})).await.fault().1.as_deref(), Some("max"));
    assert_eq!(operator.ask("PUT", "accounts/999/open-jobs", json!({ "max": 1 })).await.status, 404);
    world.close().await;
}
