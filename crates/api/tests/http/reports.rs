//! The operator's reports, held against what customers read and against the books.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::ids::JobId;
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::Store;
use spool_fakes::openai;
use spool_providers::adapters::fal::Fal;
use spool_providers::adapters::openai::OpenAi;

use crate::admin::Operator;
use crate::world::{Answer, Request, Setting, World, limit};

/// Where nobody listens: an attempt there fails before a byte is sent, and the next provider is asked.
const NOBODY: &str = "http://127.0.0.1:9";

async fn world(openai: &openai::Fake) -> World {
    let live = vec![
        (Arc::new(Fal::default()) as _, NOBODY.to_owned(), "id:secret"),
        (Arc::new(OpenAi) as _, openai.base_url(), openai::KEY),
    ];
    World::with(Setting { live, ..Setting::default() }).await
}

async fn ask(world: &World, key: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
    let request = Request::new(world.address, method, path).header("authorization", &format!("Bearer {key}"));
    match body {
        Some(body) => request.json(body).send().await,
        None => request.send().await,
    }
}

/// Orders so many pictures and waits for their end; the job's id without a prefix. Live ones are put to the provider
/// first that nobody answers for.
async fn make(world: &World, key: &str, model: &str, prompt: &str, n: u32) -> String {
    let body = json!({ "model": model, "input": { "prompt": prompt }, "n": n, "wait": 0 });
    let order = Request::new(world.address, "POST", "/v1/generations")
        .header("authorization", &format!("Bearer {key}"))
        .header("x-provider-order", "fal,openai");
    let answer = order.json(body).send().await;
    let id = answer.body()["id"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned();
    loop {
        let now = ask(world, key, "GET", &format!("/v1/generations/{id}?wait=60"), None).await.body();
        if now["status"] != "queued" && now["status"] != "running" {
            assert!(!prompt.contains("foxes") || now["status"] == "completed", "{now}");
            return id["gen_".len()..].to_owned();
        }
    }
}

/// Jobs of every fate, in both modes and of two accounts; a test and a live key of each.
async fn mixed(world: &World) -> [[String; 2]; 2] {
    let other = world.new_account("other", MicroUsd(10_000_000)).await;
    let live = world.new_key(world.account, Mode::Live).await;
    let keys = [
        [world.key.clone(), live],
        [world.new_key(other, Mode::Test).await, world.new_key(other, Mode::Live).await],
    ];
    for prompt in ["a fox", "a fox [sandbox outcome=fail]", "a fox [sandbox outcome=refuse]"] {
        make(world, &world.key, "flux-1.1-pro", prompt, 1).await;
    }
    make(world, &world.key, "flux-schnell", "foxes", 5).await;
    let slow =
        json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox [sandbox delay=300]" }, "wait": 0 });
    let slow = world.post(slow).await.body()["id"].as_str().unwrap().to_owned();
    world.cancel(&slow).await;
    world.finish(&slow).await;
    let blank = make(world, &keys[1][0], "flux-1.1-pro", "a hare", 1).await;
    let (owner, blank) = (other, JobId::parse(&blank).unwrap());
    world.engine.refund(owner, Mode::Test, blank, MicroUsd(15_000), "it was blank", None).await.unwrap();
    make(world, &keys[0][1], "gpt-image-2", "foxes", 1).await;
    make(world, &keys[1][1], "gpt-image-2", "foxes", 2).await;
    keys
}

fn usd(value: &Value) -> i64 {
    MicroUsd::parse(value.as_str().unwrap_or_else(|| panic!("{value}"))).unwrap().0
}

/// Counts and money of a row.
fn numbers(row: &Value) -> [i64; 5] {
    let count = |name: &str| row[name].as_i64().unwrap();
    [count("jobs"), count("succeeded"), count("failed"), count("canceled"), usd(&row["charged_usd"])]
}

fn rows(report: &Value) -> &[Value] {
    report["data"].as_array().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_usage_agrees_with_what_customers_read_with_the_ledger_and_with_the_books() {
    let openai = openai::Fake::start().await;
    let world = world(&openai).await;
    let keys = mixed(&world).await;
    let operator = Operator::of(&world).await;
    let books = operator.get("audit").await;
    operator.is_a(&books, "Books").await;
    assert_eq!((&books["sound"], &books["open_jobs"]), (&json!(true), &json!(0)), "{books}");
    for (place, mode) in ["test", "live"].into_iter().enumerate() {
        let (mut read, mut moved) = ([0; 5], 0);
        for of_account in &keys {
            let key = &of_account[place];
            let usage = ask(&world, key, "GET", "/v1/usage", None).await.body();
            numbers(&usage["totals"]).iter().zip(&mut read).for_each(|(more, sum)| *sum += more);
            let ledger = ask(&world, key, "GET", "/v1/ledger?limit=100", None).await.body();
            for line in rows(&ledger) {
                match line["type"].as_str().unwrap() {
                    "job" => moved += usd(&line["charged_usd"]),
                    "refund" => moved -= usd(&line["amount_usd"]),
                    _ => {}
                }
            }
        }
        let cost: i64 = books["costs"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["mode"] == mode)
            .map(|one| usd(&one["usd"]))
            .sum();
        for group in ["day", "account", "day,account,key,model", "provider", "day,account,key,model,provider"]
        {
            let report = operator.get(&format!("usage?mode={mode}&group={group}")).await;
            operator.is_a(&report, "AllUsage").await;
            assert_eq!(report["group"].as_array().unwrap().len(), group.split(',').count());
            let totals = &report["totals"];
            assert_eq!((numbers(totals), usd(&totals["cost_usd"])), (read, cost), "{mode} {group}");
            assert_eq!(usd(&totals["charged_usd"]), moved, "{mode} {group}");
            let sum: i64 = rows(&report).iter().map(|row| usd(&row["cost_usd"])).sum();
            assert_eq!(sum, cost, "{mode} {group}");
        }
        // What each provider cost is what the books say that it is owed.
        let report = operator.get(&format!("usage?mode={mode}&group=provider")).await;
        for owed in books["costs"].as_array().unwrap().iter().filter(|one| one["mode"] == mode) {
            let row = rows(&report).iter().find(|row| row["provider"] == owed["provider"]).unwrap();
            assert_eq!(row["cost_usd"], owed["usd"], "{report}");
        }
        assert!(cost > 0, "{books}");
    }

    // A job counts at the provider that made it, and nothing was made by the one that nobody answers for.
    let live = operator.get("usage?mode=live&group=provider").await;
    assert_eq!(rows(&live).len(), 1, "{live}");
    assert_eq!((&rows(&live)[0]["provider"], &rows(&live)[0]["jobs"]), (&json!("openai"), &json!(2)));
    let by_account = operator.get("usage?mode=test&group=account,model").await;
    let other = rows(&by_account).iter().find(|row| row["account_name"] == "other").unwrap();
    assert_eq!(numbers(other), [1, 1, 0, 0, 25_000], "{by_account}");
    let one = operator.get(&format!("usage?mode=test&account={}&model=flux-1.1-pro", other["account"])).await;
    assert_eq!(numbers(&one["totals"]), [1, 1, 0, 0, 25_000]);
    let key = &spool_api::keys::parse(&keys[1][0]).unwrap().id;
    let one = operator.get(&format!("usage?mode=test&key={key}&group=key,provider")).await;
    assert_eq!((numbers(&one["totals"]), &rows(&one)[0]["key_name"]), ([1, 1, 0, 0, 25_000], &json!("test")));
    let today = one["to"].as_str().unwrap();
    for (query, param) in [
        (format!("usage?key={key}"), "key"),
        ("usage?key=none".to_owned(), "key"),
        (format!("usage?from=2020-01-01&to={today}"), "from"),
        ("usage?group=week".to_owned(), "group"),
        ("usage?limit=1".to_owned(), "limit"),
        (format!("performance?from=2020-01-01&to={today}"), "from"),
        ("performance?group=key".to_owned(), "group"),
        ("limits?mode=live".to_owned(), "mode"),
        ("jobs?key=none".to_owned(), "key"),
        ("jobs?from=yesterday".to_owned(), "from"),
        ("log?to=tomorrow".to_owned(), "to"),
    ] {
        let refused = operator.ask("GET", &query, None).await;
        assert_eq!(
            (refused.status, refused.fault().1.as_deref()),
            (400, Some(param)),
            "{query}: {}",
            refused.text()
        );
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn performance_counts_each_attempt_and_jobs_are_found_by_their_key_and_provider() {
    let openai = openai::Fake::start().await;
    let world = world(&openai).await;
    let keys = mixed(&world).await;
    let operator = Operator::of(&world).await;
    let live = operator.get("performance").await;
    operator.is_a(&live, "Performance").await;
    assert_eq!(
        (&live["mode"], &live["group"], &live["sample"]),
        (&json!("live"), &json!("provider"), &json!(false))
    );
    let [fal, made] = rows(&live) else { panic!("{live}") };
    // Each was tried there first.
    assert_eq!(
        (&fal["provider"], &fal["attempts"], &fal["failed"]),
        (&json!("fal"), &json!(2), &json!(2)),
        "{live}"
    );
    assert_eq!((fal["success_rate"].as_f64(), &fal["latency_ms"]), (Some(0.0), &Value::Null));
    assert_eq!(
        (&made["provider"], &made["attempts"], &made["succeeded"]),
        (&json!("openai"), &json!(2), &json!(2))
    );
    assert_eq!(made["success_rate"].as_f64(), Some(1.0));

    let test = operator.get("performance?mode=test&group=model").await;
    operator.is_a(&test, "Performance").await;
    let row =
        |name: &str| rows(&test).iter().find(|row| row["model"].as_str().unwrap().ends_with(name)).unwrap();
    let pro = row("flux-1.1-pro");
    let count = |row: &Value| {
        ["attempts", "succeeded", "failed", "refused", "canceled"].map(|name| row[name].as_u64().unwrap())
    };
    // Exact: each percentile is how long one of the attempts took.
    let (mut took_ms, mut attempts) = (Vec::new(), 0);
    let jobs = operator.get("jobs?mode=test&model=flux-1.1-pro").await;
    for job in jobs["items"].as_array().unwrap() {
        let id = job["id"].as_str().unwrap();
        operator.is_a(&operator.get(&format!("jobs/{id}")).await, "OperatedJobDetail").await;
        let tries = world.store.attempts(JobId::parse(id).unwrap()).await.unwrap();
        attempts += tries.len() as u64;
        if job["phase"] == "succeeded" {
            took_ms.push(tries[0].ended_at.unwrap().since_ms(tries[0].started_at));
        }
    }
    took_ms.sort_unstable();
    let latency = ["p50", "p90", "p99"].map(|name| pro["latency_ms"][name].as_u64().unwrap());
    assert_eq!(latency, [took_ms[0], took_ms[1], took_ms[1]]);
    // The one that failed was tried by as many as there are.
    let failed = attempts - 4;
    assert_eq!(count(pro), [attempts, 2, failed, 1, 1], "{test}");
    assert_eq!(
        pro["success_rate"].as_f64().map(|rate| (rate * 100.0).round()),
        Some((200.0 / (2 + failed) as f64).round())
    );
    assert!(count(row("flux-schnell"))[1] > 1, "each part is an attempt: {test}");

    let found =
        async |query: &str| operator.get(&format!("jobs?{query}")).await["items"].as_array().unwrap().len();
    assert_eq!(
        [found("provider=openai").await, found("provider=fal").await, found("provider=none").await],
        [2, 2, 0]
    );
    let key = &spool_api::keys::parse(&keys[1][1]).unwrap().id;
    assert_eq!(
        [found(&format!("key={key}")).await, found(&format!("key={key}&provider=sandbox")).await],
        [1, 0]
    );
    let today = live["to"].as_str().unwrap();
    assert_eq!([found(&format!("from={today}")).await, found("to=2020-01-01").await], [8, 0]);
    world.close().await;
}

#[tokio::test]
async fn providers_keys_limits_and_the_log_tell_what_an_operator_has_to_see() {
    let live = vec![(Arc::new(Fal::default()) as _, NOBODY.to_owned(), "id:secret")];
    let setting = Setting {
        live,
        rate_limit: Some(limit(100_000, 200_000)),
        master_key: Some([3; 32]),
        ..Setting::default()
    };
    let world = World::with(setting).await;
    let operator = Operator::of(&world).await;
    let provider = async |name: &str| -> Value {
        let list = operator.get("providers").await;
        list["items"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone()
    };
    let fal = provider("fal").await;
    operator.is_a(&fal, "Provider").await;
    assert_eq!((&fal["health"], &fal["gate"]["breaker"]), (&Value::Null, &json!("closed")));
    assert_eq!(
        (&fal["safety"], &fal["credentials"][0]["last_check"]),
        (&json!("blind"), &Value::Null),
        "{fal}"
    );
    assert!(fal["concurrency"].is_u64() && fal["verified_on"].is_string(), "{fal}");
    operator.ask("POST", "providers/fal/check", Some(json!({}))).await;
    let fal = provider("fal").await;
    operator.is_a(&fal, "Provider").await;
    let check = &fal["credentials"][0]["last_check"];
    assert_eq!(check["result"], "no_free_call", "{check}");
    let renewed =
        operator.ask("PUT", "providers/fal/credentials/main", Some(json!({ "secret": "id:new" }))).await;
    assert_eq!((renewed.status, &renewed.body()["last_check"]), (200, &Value::Null), "{}", renewed.text());
    let limits = operator.get("limits").await;
    operator.is_a(&limits, "Limits").await;
    assert_eq!(limits["rate"], json!({ "per_second": 100_000, "burst": 200_000 }));
    assert_eq!((&limits["open_jobs_per_account"], &limits["workers"]), (&json!(10_000), &json!(1_024)));
    assert_eq!((&limits["workers_per_account"], &limits["body_bytes_max"]), (&json!(896), &json!(32 << 20)));

    let made = operator
        .ask("POST", "keys", Some(json!({ "account": world.account, "mode": "test", "name": "till" })))
        .await
        .body();
    let keys = operator.get("keys").await;
    let till = keys["items"].as_array().unwrap().iter().find(|key| key["name"] == "till").unwrap();
    operator.is_a(till, "ApiKey").await;
    assert_eq!(till, &made["key"]);
    let lines =
        async |query: &str| operator.get(&format!("log?{query}")).await["items"].as_array().unwrap().len();
    let id = till["id"].as_str().unwrap();
    assert_eq!(
        [lines("action=key.create").await, lines("action=key").await, lines("action=job").await],
        [1, 1, 0]
    );
    assert_eq!([lines(&format!("subject=key:{id}")).await, lines("subject=provider").await], [1, 1]);
    let page = operator.get("log?limit=1").await;
    let today = &page["items"][0]["at"].as_str().unwrap()[..10];
    assert_eq!([lines(&format!("from={today}&to={today}")).await, lines("to=2020-01-01").await], [2, 0]);
    let rest = operator
        .get(&format!(
            "log?actor={}&before={}",
            page["items"][0]["actor"].as_str().unwrap(),
            page["next"].as_str().unwrap()
        ))
        .await;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    world.close().await;
}
