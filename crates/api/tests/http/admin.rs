//! The operator's calls: what they do, what they refuse, and that the log tells of it and nobody of a secret.

use std::time::Duration;

use serde_json::{Value, json};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::scope::Scope;
use spool_domain::store::{KeyRow, Store};
use spool_domain::time::Clock;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::world::{Answer, Dice, Request, Setting, World};

/// A key with the operator's permission and no other.
async fn admin_key(world: &World) -> String {
    let key = spool_api::keys::generate(&Dice, Mode::Live);
    let base = key.row(world.account, "admin", world.clock.now(), None);
    let row = KeyRow { scopes: [Scope::Admin].into_iter().collect(), ..base };
    world.store.create_key(row).await.unwrap();
    key.into_text()
}

pub(crate) struct Operator<'a> {
    world: &'a World,
    key: String,
    /// All that was ever answered.
    pub(crate) heard: std::cell::RefCell<String>,
}

impl<'a> Operator<'a> {
    pub(crate) async fn of(world: &'a World) -> Self {
        Self { world, key: admin_key(world).await, heard: Default::default() }
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::new(self.world.address, method, &format!("/admin/v1/{path}"))
            .header("authorization", &format!("Bearer {}", self.key));
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await;
        self.heard.borrow_mut().push_str(&answer.text());
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.body()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.ask("POST", path, Some(body)).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
        answer.body()
    }

    /// The log's lines as `(action, subject)`, oldest first.
    async fn log(&self) -> Vec<(String, String)> {
        let page = self.get("log").await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut lines: Vec<_> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| (text(&line["action"]), text(&line["subject"])))
            .collect();
        lines.reverse();
        lines
    }

    /// Holds an answer against its shape in the OpenAPI document.
    pub(crate) async fn is_a(&self, body: &Value, shape: &str) {
        let document = self.world.get("/openapi.json").await.body();
        let reference = format!("#/components/schemas/{shape}");
        let schema = json!({ "$ref": reference, "components": document["components"] });
        let validator = jsonschema::validator_for(&schema).unwrap();
        let wrong: Vec<String> = validator.iter_errors(body).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{shape}: {body}");
    }
}

#[tokio::test]
async fn accounts_are_made_listed_changed_and_credited_once() {
    let world = World::new().await;
    let operator = Operator::of(&world).await;
    let shop = operator.post("accounts", json!({ "name": "shop", "email": "till@shop.example" })).await;
    operator.is_a(&shop, "Account").await;
    let id = &shop["id"];
    let credit = json!({ "mode": "live", "usd": "25.00", "reference": "invoice-7" });
    let path = format!("accounts/{id}/credits");
    let first = operator.ask("POST", &path, Some(credit.clone())).await;
    assert_eq!((first.status, &first.body()["booked"]), (201, &json!(true)));
    operator.is_a(&first.body(), "Credited").await;
    let again = operator.ask("POST", &path, Some(credit)).await;
    assert_eq!((again.status, &again.body()["booked"]), (200, &json!(false)));
    let changed = operator
        .ask("PATCH", &format!("accounts/{id}"), Some(json!({ "name": "Shop", "email": null })))
        .await
        .body();
    assert_eq!((&changed["name"], &changed["email"]), (&json!("Shop"), &Value::Null));
    assert_eq!(operator.get(&format!("accounts/{id}")).await, changed);
    assert_eq!(changed["balances"]["live"], json!({ "available_usd": "25.00", "held_usd": "0.00" }));

    // Newest first, page by page.
    let page = operator.get("accounts?limit=1").await;
    assert_eq!((&page["items"][0]["id"], page["next"].as_str()), (id, Some(id.to_string().as_str())));
    let rest = operator.get(&format!("accounts?limit=1&before={id}")).await;
    assert_eq!((&rest["items"][0]["name"], &rest["next"]), (&json!("world"), &Value::Null));

    let subject = format!("account:{id}");
    let expected = ["account.create", "account.credit", "account.update"];
    assert_eq!(operator.log().await, expected.map(|action| (action.to_owned(), subject.clone())));
    let line = &operator.get("log?limit=1").await["items"][0];
    operator.is_a(line, "OperatorLogLine").await;
    assert_eq!(line["detail"]["name"], json!({ "from": "shop", "to": "Shop" }));
    assert_eq!(line["actor"].as_str().unwrap(), spool_api::keys::parse(&operator.key).unwrap().id.0);
    let second = operator.get(&format!("log?limit=1&before={}", line["n"])).await;
    assert_eq!(second["items"][0]["action"], "account.credit");
    world.close().await;
}

#[tokio::test]
async fn every_refusal_names_the_field_and_changes_nothing() {
    let world = World::new().await;
    let operator = Operator::of(&world).await;
    let me = world.account;
    let credits = format!("accounts/{me}/credits");
    let key = json!({ "account": me, "mode": "live" });
    let with = |field: &str, value: Value| {
        let mut body = key.clone();
        body[field] = value;
        body
    };
    let long = "x".repeat(101);
    for (path, body, field, part) in [
        ("accounts", json!({}), "name", "required"),
        ("accounts", json!({ "name": long }), "name", "1 to 100"),
        ("accounts", json!({ "name": "x", "mail": "a@b" }), "mail", "name, email"),
        ("accounts", json!({ "name": "x", "email": "nobody" }), "email", "nobody"),
        (&credits, json!({ "mode": "live", "reference": "r", "usd": "-5" }), "usd", "refunds"),
        (&credits, json!({ "mode": "live", "reference": "r", "usd": "0" }), "usd", "above zero"),
        (&credits, json!({ "mode": "live", "reference": "r", "usd": 25 }), "usd", "text"),
        (&credits, json!({ "mode": "both", "reference": "r", "usd": "5" }), "mode", "live or test"),
        (&credits, json!({ "mode": "live", "usd": "5" }), "reference", "required"),
        ("keys", json!({ "mode": "live" }), "account", "required"),
        ("keys", json!({ "account": 99, "mode": "live" }), "account", "no account 99"),
        ("keys", with("scopes", json!(["models:walk"])), "scopes", "models:run"),
        ("keys", with("scopes", json!([])), "scopes", "one or more"),
        ("keys", with("days", json!(0)), "days", "1 to 36500"),
        ("keys", with("rate", json!({ "per_second": 5 })), "rate.burst", "required"),
        ("keys", with("rate", json!({ "per_second": 0, "burst": 1 })), "rate.per_second", "1 to 1000000"),
        ("keys", json!({ "account": me, "mode": "test", "scopes": ["admin"] }), "scopes", "mode live"),
    ] {
        let answer = operator.ask("POST", path, Some(body.clone())).await;
        let message = answer.body()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert_eq!(answer.status, 400, "{path} {body}: {message}");
        assert_eq!(answer.fault(), ("invalid_input".to_owned(), Some(field.to_owned())), "{body}");
        assert!(message.contains(part), "{path} {body}: {message}");
    }
    for path in ["jobs?phase=lost", "jobs?limit=0", "jobs?limit=1&limit=2", "keys?who=me", "log?before=x"] {
        assert_eq!(operator.ask("GET", path, None).await.status, 400, "{path}");
    }
    let nobody = format!("jobs/{}", "0".repeat(32));
    for (method, path, body) in [
        ("GET", "accounts/99", None),
        ("GET", "accounts/me", None),
        ("GET", "keys/nonsense", None),
        ("DELETE", "keys/nonsense", None),
        ("GET", &*nobody, None),
        ("POST", &*format!("{nobody}/cancel"), None),
        ("POST", &*format!("{nobody}/write-off"), Some(json!({ "reason": "x" }))),
    ] {
        let answer = operator.ask(method, path, body).await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (404, "not_found"), "{path}");
    }
    assert_eq!(operator.log().await, [], "nothing was done");

    // A customer's key, and none.
    assert_eq!(world.get("/admin/v1/accounts").await.status, 403);
    let nobody = Request::new(world.address, "GET", "/admin/v1/accounts").send().await;
    assert_eq!(nobody.status, 401);
    world.close().await;
}

#[tokio::test]
async fn keys_are_made_narrowed_rotated_and_revoked_and_their_secrets_are_told_once() {
    let world = World::new().await;
    let operator = Operator::of(&world).await;
    let body = json!({
        "account": world.account, "mode": "test", "name": "ci", "days": 30, "scopes": ["models:read", "jobs:read"],
        "rate": { "per_second": 5, "burst": 7 },
    });
    let made = operator.ask("POST", "keys", Some(body)).await.body();
    operator.is_a(&made, "NewApiKey").await;
    let secret = made["secret"].as_str().unwrap().to_owned();
    let id = made["key"]["id"].as_str().unwrap().to_owned();
    let try_key = async |secret: &str, path: &str| {
        let request = Request::new(world.address, "GET", path);
        request.header("authorization", &format!("Bearer {secret}")).send().await
    };
    let allowed = try_key(&secret, "/v1/models").await;
    assert_eq!((allowed.status, allowed.header("x-ratelimit-limit")), (200, Some("7")));
    assert_eq!(operator.get(&format!("keys/{id}")).await, made["key"]);
    // Only from here on: the answer that makes a key is the one that tells it.
    operator.heard.borrow_mut().clear();

    let path = format!("keys/{id}");
    let change = json!({ "scopes": ["jobs:read"], "rate": null, "name": "nightly" });
    let changed = operator.ask("PATCH", &path, Some(change)).await.body();
    assert_eq!(
        (&changed["scopes"], &changed["rate"], &changed["name"]),
        (&json!(["jobs:read"]), &Value::Null, &json!("nightly"))
    );
    // Rows of keys are believed for half a second; a little later the change counts everywhere.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(try_key(&secret, "/v1/models").await.status, 403);

    let rotated =
        operator.ask("POST", &format!("{path}/rotate"), Some(json!({ "overlap_s": 60 }))).await.body();
    let successor = rotated["secret"].as_str().unwrap().to_owned();
    let kept = |field: &str| (rotated["key"][field].clone(), changed[field].clone());
    for (new, old) in ["account", "mode", "name", "scopes", "rate", "expires_at"].map(kept) {
        assert_eq!(new, old);
    }
    assert!(rotated["old"]["expires_at"].as_str() < changed["expires_at"].as_str());
    let missing = "/v1/jobs/job_x";
    assert_eq!(
        (try_key(&secret, missing).await.status, try_key(&successor, missing).await.status),
        (404, 404)
    );
    world.pass_ms(61_000);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(
        (try_key(&secret, missing).await.status, try_key(&successor, missing).await.status),
        (401, 404)
    );
    assert_eq!(operator.get(&path).await["state"], "expired");
    assert_eq!(operator.ask("POST", &format!("{path}/rotate"), None).await.status, 409);
    let before = operator.heard.borrow().matches(&successor).count();

    for _ in 0..2 {
        assert_eq!(operator.ask("DELETE", &path, None).await.body()["state"], "revoked");
    }
    for (method, path) in [("PATCH", path.clone()), ("POST", format!("{path}/rotate"))] {
        let answer = operator.ask(method, &path, Some(json!({}))).await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (409, "conflict"));
    }
    let list = operator.get(&format!("keys?account={}&limit=2", world.account)).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    operator.is_a(&list["items"][0], "ApiKey").await;
    let rest = operator.get(&format!("keys?limit=2&before={}", list["next"].as_str().unwrap())).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (2, &Value::Null));

    let actions: Vec<String> = operator.log().await.into_iter().map(|(action, _)| action).collect();
    assert_eq!(
        actions,
        ["key.create", "key.update", "key.rotate", "key.revoke"],
        "a second revoking is none"
    );
    let heard = operator.heard.borrow().clone();
    assert_eq!((heard.matches(&secret).count(), heard.matches(&successor).count()), (0, before), "S6");
    assert_eq!(before, 1, "S6: told once");
    drop(heard);
    world.close().await;
}

/// A provider that takes every request and hangs up without an answer.
async fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 1_024];
            let _ = stream.read(&mut head).await;
        }
    });
    base
}

#[tokio::test(flavor = "multi_thread")]
async fn u16_a_job_that_needs_an_operator_is_found_looked_at_and_written_off() {
    let mut world = World::with(Setting { openai: Some(silent().await), ..Setting::default() }).await;
    world.key = world.new_key(world.account, Mode::Live).await;
    let order = json!({ "model": "gpt-image-2", "input": { "prompt": "a secret fox" }, "wait": 0 });
    let made = world.post(order).await;
    assert_eq!(made.status, 202, "{}", made.text());
    let id = made.body()["id"].as_str().unwrap().to_owned();
    let operator = Operator::of(&world).await;
    // The list is the only signal; it is asked until the job is in it.
    let waiting = loop {
        let page = operator.get("jobs?phase=needs_operator").await;
        if let Some(job) = page["items"].get(0) {
            break job.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    operator.is_a(&waiting, "OperatedJob").await;
    assert_eq!((&waiting["account"], &waiting["provider"]), (&json!(world.account.0), &json!("openai")));
    let whole = operator.get(&format!("jobs/{id}")).await;
    operator.is_a(&whole, "OperatedJobDetail").await;
    let attempt = &whole["attempts"][0];
    assert_eq!((&attempt["outcome"], &attempt["cost_usd"]), (&json!("unknown"), &Value::Null));
    assert!(attempt["token"].as_str().unwrap().len() >= 32, "the name to look for at the provider");
    assert!(!operator.heard.borrow().contains("secret fox"), "S10");
    let told = operator.get(&format!("jobs/{id}?params=true")).await;
    assert_eq!(told["params"]["prompt"], "a secret fox");

    let path = |what: &str| format!("jobs/{id}/{what}");
    let adopted = operator.ask("POST", &path("adopt"), Some(json!({ "provider_job": "img_1" }))).await;
    assert_eq!((adopted.status, adopted.fault().1.as_deref()), (400, Some("provider_job")));
    assert_eq!(operator.ask("POST", &path("write-off"), Some(json!({ "reason": " " }))).await.status, 400);
    let reason = json!({ "reason": "the provider's console shows nothing" });
    let over = operator.post(&path("write-off"), reason.clone()).await;
    assert_eq!((&over["phase"], &over["fault"]["code"]), (&json!("failed"), &json!("outcome_unknown")));
    let conflict = operator.ask("POST", &path("write-off"), Some(reason)).await;
    assert_eq!((conflict.status, conflict.fault().0.as_str()), (409, "conflict"));
    assert_eq!(operator.ask("POST", &path("cancel"), None).await.status, 409);

    let whole = operator.get(&format!("jobs/{id}")).await;
    let kinds: Vec<&str> =
        whole["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["hold", "release", "suspend"], "M13");
    assert_eq!(operator.get("jobs?phase=needs_operator").await["items"], json!([]));
    assert_eq!(world.get(&format!("/v1/generations/{id}")).await.body()["status"], "failed");
    let log = operator.log().await;
    let actions: Vec<&str> = log.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["job.read_params", "job.write_off"]);
    assert!(log[0].1.starts_with("job:") && id.ends_with(&log[0].1[4..]));
    world.close().await;
}

#[tokio::test]
async fn jobs_of_all_accounts_are_listed_by_what_one_looks_for() {
    let mut world = World::new().await;
    let mut ids = Vec::new();
    for name in ["first", "second"] {
        let account = world.new_account(name, MicroUsd(1_000_000)).await;
        world.key = world.new_key(account, Mode::Test).await;
        let order = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 60 });
        let made = world.post(order).await.body();
        assert_eq!(made["status"], "completed", "{made}");
        ids.push((account, made["id"].as_str().unwrap()[4..].to_owned()));
    }
    let operator = Operator::of(&world).await;
    let found = async |query: &str| -> Vec<String> {
        let page = operator.get(&format!("jobs{query}")).await;
        page["items"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap().to_owned()).collect()
    };
    let (first, second) = (&ids[0].1, &ids[1].1);
    assert_eq!(found("").await, [second.clone(), first.clone()]);
    assert_eq!(found("?limit=1").await, [second.as_str()]);
    assert_eq!(found(&format!("?before={second}")).await, [first.as_str()]);
    assert_eq!(found(&format!("?account={}", ids[0].0)).await, [first.as_str()]);
    assert_eq!(found(&format!("?account={}&mode=live", ids[0].0)).await, Vec::<String>::new());
    assert_eq!(found("?phase=succeeded&mode=test&model=flux-1.1-pro").await.len(), 2);
    assert_eq!(found("?phase=failed").await, Vec::<String>::new());
    assert_eq!(found("?model=kling-2.6").await, Vec::<String>::new());

    let job = operator.get(&format!("jobs/{first}")).await;
    assert_eq!(
        (&job["attempts"][0]["provider"], &job["attempts"][0]["outcome"]),
        (&json!("sandbox"), &json!("accepted"))
    );
    let kinds: Vec<&str> =
        job["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"capture") && kinds.contains(&"cost"), "{kinds:?}");
    assert_eq!(job["events"][0]["kind"], "queued");
    world.close().await;
}

#[tokio::test]
async fn providers_models_and_books_are_shown_without_secrets() {
    let world =
        World::with(Setting { openai: Some("http://127.0.0.1:9".into()), ..Setting::default() }).await;
    let operator = Operator::of(&world).await;
    let providers = operator.get("providers").await;
    let of = |name: &str| {
        let all = providers["items"].as_array().unwrap();
        all.iter().find(|provider| provider["name"] == name).unwrap().clone()
    };
    assert_eq!((&of("openai")["set_up"], &of("fal")["set_up"]), (&json!(true), &json!(false)));
    assert_eq!(of("openai")["origin"], "http://127.0.0.1:9");
    let models = operator.get("models").await;
    assert!(models["items"].as_array().unwrap().iter().any(|model| model["enabled"] == true));
    let audit = operator.get("audit").await;
    assert_eq!((&audit["sound"], &audit["sandbox"]), (&json!(true), &Value::Null));
    world.close().await;
}
