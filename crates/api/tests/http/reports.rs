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
use crate::world::{Answer, Request, Setting, World};

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
