//! What an account reads of its money, and what its budgets and bounds refuse.

use serde_json::{Value, json};
use spool_api::keys;
use spool_domain::budget::Budget;
use spool_domain::day::Day;
use spool_domain::ids::{JobId, KeyId};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::scope::{Scope, Scopes};
use spool_domain::store::Store;
use spool_domain::time::Clock;

use crate::world::{Answer, Dice, Request, Setting, World};

const PATHS: [&str; 3] = ["/v1/balance", "/v1/usage", "/v1/ledger"];

/// What a picture of this model costs, micro-USD.
const PRICE: i64 = 40_000;

/// Holds an answer against a schema of the served OpenAPI document.
async fn check(world: &World, schema: &str, answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let document = Request::new(world.address, "GET", "/openapi.json").send().await.body();
    let schema =
        json!({ "$ref": format!("#/components/schemas/{schema}"), "components": document["components"] });
    let body = answer.body();
    let wrong: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&body)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(wrong, Vec::<String>::new(), "{body}");
    body
}

/// Orders a picture and waits for its end; the id without a prefix.
async fn fox(world: &World, prompt: &str) -> String {
    let body = json!({ "model": "flux-1.1-pro", "input": { "prompt": prompt }, "wait": 60 });
    let answer = world.post(body).await;
    answer.body()["id"].as_str().unwrap_or_else(|| panic!("{}", answer.text()))["gen_".len()..].to_owned()
}

/// Orders one that takes long.
async fn slow(world: &World) -> Answer {
    let prompt = "a fox [sandbox delay=300]";
    world.post(json!({ "model": "flux-1.1-pro", "input": { "prompt": prompt }, "wait": 0 })).await
}

fn key_of(world: &World) -> KeyId {
    keys::parse(&world.key).unwrap().id
}

fn today(world: &World) -> String {
    Day::of(world.clock.now()).to_string()
}

async fn named_key(world: &World, name: &str, scopes: Scopes) -> String {
    let key = keys::generate(&Dice, Mode::Test);
    let mut row = key.row(world.account, name, world.clock.now(), None);
    row.scopes = scopes;
    world.store.create_key(row).await.unwrap();
    key.into_text()
}

async fn refund(world: &World, job: &str, micros: i64) {
    let job = JobId::parse(job).unwrap();
    let amount = MicroUsd(micros);
    let booked =
        world.engine.refund(world.account, Mode::Test, job, amount, "it was blank", Some("case-7")).await;
    assert!(booked.unwrap().new);
}

#[tokio::test]
async fn the_balance_tells_what_is_free_what_is_held_and_how_the_budget_stands() {
    let world = World::new().await;
    let body = check(&world, "Balance", &world.get("/v1/balance").await).await;
    let plain = json!({ "object": "balance", "mode": "test", "currency": "USD", "available_usd": "100.00",
        "held_usd": "0.00", "credits": 10_000 });
    assert_eq!(body, plain);

    let budget = Budget { day: Some(MicroUsd(1_000_000)), total: Some(MicroUsd(90_000)), month: None };
    world.store.set_budget(&key_of(&world), budget).await.unwrap();
    fox(&world, "a fox").await;
    let id = slow(&world).await.body()["id"].as_str().unwrap().to_owned();
    let body = check(&world, "Balance", &world.get("/v1/balance").await).await;
    assert_eq!((&body["available_usd"], &body["held_usd"]), (&json!("99.92"), &json!("0.04")));
    assert_eq!(body["credits"], 9_992);
    let total = json!({ "max_usd": "0.09", "spent_usd": "0.04", "left_usd": "0.01", "renews_at": null });
    assert_eq!((&body["budget"]["total"], &body["budget"]["held_usd"]), (&total, &json!("0.04")));
    let tomorrow = format!("{}T00:00:00Z", Day::of(world.clock.now()).plus(1));
    let day = json!({ "max_usd": "1.00", "spent_usd": "0.04", "left_usd": "0.92", "renews_at": tomorrow });
    assert_eq!(body["budget"]["day"], day);
    assert!(body["budget"].get("month").is_none());
    world.cancel(&id).await;
    world.finish(&id).await;
    world.close().await;
}

#[tokio::test]
async fn an_order_over_its_budget_is_refused_in_the_words_of_every_dialect() {
    let world = World::new().await;
    let budget = Budget { month: Some(MicroUsd(50_000)), ..Budget::default() };
    world.store.set_budget(&key_of(&world), budget).await.unwrap();
    let body = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 60 });
    let first = world.request("POST", "/v1/generations").header("idempotency-key", "k").json(body.clone());
    assert_eq!(first.send().await.status, 200);
    let next = Day::of(world.clock.now()).next_month();
    let said = format!(
        "This job costs 0.04 USD, and 0.01 USD are left of this key's monthly budget of 0.05 USD. It renews on {next}"
    );
    for (path, body, status, code) in [
        ("/v1/generations", body.clone(), 402, "insufficient_quota"),
        ("/v1/models/flux-1.1-pro/run", json!({ "input": { "prompt": "a fox" } }), 403, "QUOTA_EXCEEDED"),
        (
            "/v1/task/submit",
            json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" } }),
            403,
            "insufficient_user_quota",
        ),
    ] {
        let answer = world.request("POST", path).json(body).send().await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (status, code), "{path} {}", answer.text());
        assert!(answer.text().contains(&said), "{path}: {}", answer.text());
    }
    let task = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" } });
    let answer = world.request("POST", "/v1/tasks").json(task).send().await;
    assert_eq!(answer.status, 402, "{}", answer.text());
    assert!(answer.text().contains(&said), "{}", answer.text());

    // What was ordered before is answered as before.
    let again = world.request("POST", "/v1/generations").header("idempotency-key", "k").json(body);
    let again = again.send().await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")));
    // A total does not renew.
    let budget = Budget { total: Some(MicroUsd(50_000)), ..Budget::default() };
    world.store.set_budget(&key_of(&world), budget).await.unwrap();
    assert!(slow(&world).await.text().contains("total budget of 0.05 USD. It does not renew"));
    world.close().await;
}

#[tokio::test]
async fn o2_one_open_job_too_many_is_429_and_says_when_to_come_again() {
    let world = World::new().await;
    world.store.set_open_jobs_max(world.account, Some(1)).await.unwrap();
    let first = slow(&world).await;
    assert_eq!(first.status, 202, "{}", first.text());
    let answer = slow(&world).await;
    assert_eq!((answer.status, answer.fault().0.as_str()), (429, "rate_limited"));
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert!(answer.text().contains("1 jobs open, and 1 are allowed"), "{}", answer.text());
    let run = json!({ "input": { "prompt": "a fox" } });
    let answer = world.request("POST", "/v1/models/flux-1.1-pro/run").json(run).send().await;
    assert_eq!((answer.status, answer.fault().0.as_str()), (429, "RATE_LIMITED"));
    assert_eq!(answer.body()["error"]["retry_after"], 5);
    let id = first.body()["id"].as_str().unwrap().to_owned();
    world.cancel(&id).await;
    world.finish(&id).await;
    fox(&world, "a fox").await;
    world.close().await;
}

#[tokio::test]
async fn usage_is_told_by_day_key_and_model() {
    let mut world = World::new().await;
    let job = fox(&world, "a fox").await;
    fox(&world, "a fox [sandbox outcome=fail]").await;
    let (first, other) = (world.key.clone(), named_key(&world, "=SUM(A1)", Scopes::customer()).await);
    world.key = other.clone();
    let verse = json!({ "model": "free-text", "input": { "prompt": "a verse" }, "wait": 60 });
    assert_eq!(world.post(verse).await.status, 200);
    world.key = first;
    refund(&world, &job, 15_000).await;

    let body = check(&world, "Usage", &world.get("/v1/usage").await).await;
    let today = today(&world);
    let from = Day::of(world.clock.now()).plus(-29).to_string();
    assert_eq!((&body["from"], &body["to"], &body["group"]), (&json!(from), &json!(today), &json!(["day"])));
    let totals = json!({ "jobs": 3, "succeeded": 2, "failed": 1, "canceled": 0, "charged_usd": "0.035" });
    assert_eq!(body["totals"], totals);
    assert_eq!((body["data"].as_array().unwrap().len(), &body["data"][0]["day"]), (1, &json!(today)));
    assert_eq!(body["data"][0]["charged_usd"], "0.035");

    let body = check(&world, "Usage", &world.get("/v1/usage?group=key,model").await).await;
    let rows = body["data"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    let verses = rows.iter().find(|row| row["model"] == "test/free-text").unwrap();
    let other_id = keys::parse(&other).unwrap().id.0;
    let expected = json!({ "key": other_id, "key_name": "=SUM(A1)", "model": "test/free-text", "jobs": 1,
        "succeeded": 1, "failed": 0, "canceled": 0, "charged_usd": "0.01" });
    assert_eq!(*verses, expected);

    // Of one key, of one model by its alias, of days without anything.
    for (query, jobs, charged) in [
        (format!("key={other_id}"), 1, "0.01"),
        ("model=free-text".to_owned(), 1, "0.01"),
        ("model=flux-1.1-pro&group=model".to_owned(), 2, "0.025"),
        ("model=no-such-model".to_owned(), 0, "0.00"),
        ("from=2020-01-01&to=2020-12-31".to_owned(), 0, "0.00"),
    ] {
        let body = check(&world, "Usage", &world.get(&format!("/v1/usage?{query}")).await).await;
        assert_eq!(
            (&body["totals"]["jobs"], &body["totals"]["charged_usd"]),
            (&json!(jobs), &json!(charged)),
            "{query}"
        );
    }
    world.close().await;
}

#[tokio::test]
async fn usage_as_csv_has_a_header_and_no_formulas() {
    let mut world = World::new().await;
    world.key = named_key(&world, "=cmd|' /C calc'!A0, \"x\"", Scopes::customer()).await;
    fox(&world, "a fox").await;
    let answer = world.get("/v1/usage?group=day,key,model&format=csv").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let (key, today) = (key_of(&world), today(&world));
    let from = Day::of(world.clock.now()).plus(-29);
    let disposition = format!("attachment; filename=\"usage-{from}-{today}.csv\"");
    assert_eq!(answer.header("content-disposition"), Some(disposition.as_str()));
    let model = world.engine.model("flux-1.1-pro").unwrap().id.clone();
    let expected = format!(
        "day,key,key_name,model,jobs,succeeded,failed,canceled,charged_usd\r\n\
         {today},{key},\"'=cmd|' /C calc'!A0, \"\"x\"\"\",{model},1,1,0,0,0.04\r\n"
    );
    assert_eq!(answer.text(), expected);
    let empty = world.get("/v1/usage?from=2020-01-01&to=2020-01-02&format=csv").await;
    assert_eq!(empty.text(), "day,jobs,succeeded,failed,canceled,charged_usd\r\n");
    world.close().await;
}

#[tokio::test]
async fn a_statement_has_every_entry_and_who_was_asked() {
    let world = World::new().await;
    let job = fox(&world, "a fox").await;
    refund(&world, &job, 15_000).await;
    let mut same = Vec::new();
    for id in [format!("job_{job}"), format!("gen_{job}"), format!("task_{job}"), job.clone()] {
        let mut body =
            check(&world, "Statement", &world.get(&format!("/v1/jobs/{id}/statement")).await).await;
        assert_eq!(body["job"].take(), json!(id));
        same.push(body);
    }
    assert!(same.windows(2).all(|two| two[0] == two[1]));
    let body = &same[0];
    assert_eq!(body["price"], json!({ "unit_usd": "0.04", "count": 1, "total_usd": "0.04" }));
    assert_eq!((&body["charged_usd"], &body["refunded_usd"]), (&json!("0.04"), &json!("0.015")));
    assert_eq!((&body["status"], &body["mode"]), (&json!("succeeded"), &json!("test")));
    let entries: Vec<(&str, &str, bool)> = body["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap();
            (text("type"), text("amount_usd"), entry["reason"] == "it was blank")
        })
        .collect();
    assert_eq!(entries, [("hold", "0.04", false), ("capture", "0.04", false), ("refund", "0.015", true)]);
    let attempt = &body["attempts"][0];
    assert_eq!((&attempt["provider"], &attempt["outcome"]), (&json!("sandbox"), &json!("accepted")));
    assert_eq!(body["attempts"].as_array().unwrap().len(), 1);
    assert_eq!((&attempt["part"], &attempt["trouble"]), (&Value::Null, &Value::Null));

    // One that failed; and one of several calls, whose attempts are those of its parts.
    let failed = fox(&world, "a fox [sandbox outcome=fail]").await;
    let body = world.get(&format!("/v1/jobs/job_{failed}/statement")).await.body();
    let kinds: Vec<&Value> = body["entries"].as_array().unwrap().iter().map(|entry| &entry["type"]).collect();
    assert_eq!((json!(kinds), &body["charged_usd"]), (json!(["hold", "release"]), &json!("0.00")));
    let many = json!({ "model": "flux-schnell", "input": { "prompt": "foxes" }, "n": 5, "wait": 60 });
    let id = world.post(many).await.body()["id"].as_str().unwrap().to_owned();
    let body = check(&world, "Statement", &world.get(&format!("/v1/jobs/{id}/statement")).await).await;
    let parts: Vec<u64> = body["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| attempt["part"].as_u64().unwrap())
        .collect();
    assert!(parts.len() > 1 && parts.iter().copied().eq(0..parts.len() as u64), "{parts:?}");
    assert_eq!(body["price"]["count"], 5);
    world.close().await;
}

#[tokio::test]
async fn s9_a_statement_of_a_foreign_or_missing_job_is_not_there() {
    // Without a limit, so that no counter in the headers differs.
    let mut world = World::with(Setting::default()).await;
    let job = fox(&world, "a fox").await;
    let missing = world.get(&format!("/v1/jobs/job_{}/statement", "0".repeat(32))).await;
    assert_eq!((missing.status, missing.fault().0.as_str()), (404, "not_found"));
    for malformed in ["x", "job_", "job_x", &job.to_uppercase(), &format!("asset_{job}")] {
        let answer = world.get(&format!("/v1/jobs/{malformed}/statement")).await;
        assert_eq!((answer.status, &answer.bytes), (404, &missing.bytes), "{malformed}");
    }
    let other = world.new_account("other", MicroUsd(1_000_000)).await;
    for (account, mode) in [(other, Mode::Test), (world.account, Mode::Live)] {
        world.key = world.new_key(account, mode).await;
        let answer = world.get(&format!("/v1/jobs/job_{job}/statement")).await;
        assert_eq!((answer.status, &answer.bytes), (404, &missing.bytes), "{mode:?}");
    }
    world.close().await;
}

#[tokio::test]
async fn the_ledger_is_read_in_pages_newest_first() {
    let world = World::new().await;
    let mut jobs = Vec::new();
    for _ in 0..3 {
        world.pass_ms(1_000);
        jobs.push(fox(&world, "a fox").await);
    }
    world.pass_ms(1_000);
    refund(&world, &jobs[1], PRICE).await;
    let whole = check(&world, "Ledger", &world.get("/v1/ledger").await).await;
    assert_eq!(whole["next"], Value::Null);
    let lines = whole["data"].as_array().unwrap();
    let shown: Vec<String> = lines
        .iter()
        .map(|line| {
            let what = line.get("job").or(line.get("reference")).unwrap();
            format!("{} {}", line["type"].as_str().unwrap(), what.as_str().unwrap())
        })
        .collect();
    let job = |n: usize| format!("job_{}", jobs[n]);
    let expected = [
        format!("refund {}", job(1)),
        format!("job {}", job(2)),
        format!("job {}", job(1)),
        format!("job {}", job(0)),
        "topup world-test".to_owned(),
    ];
    assert_eq!(shown, expected);
    assert_eq!((&lines[1]["held_usd"], &lines[1]["charged_usd"]), (&json!("0.04"), &json!("0.04")));

    let mut paged = Vec::new();
    let mut path = "/v1/ledger?limit=2".to_owned();
    loop {
        let page = check(&world, "Ledger", &world.get(&path).await).await;
        paged.extend(page["data"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/ledger?limit=2&before={next}"),
            None => break,
        }
    }
    assert_eq!(&paged, lines);
    world.close().await;
}

#[tokio::test]
async fn accounts_and_modes_do_not_see_each_other() {
    let mut world = World::new().await;
    fox(&world, "a fox").await;
    let mine = key_of(&world).0;
    let other = world.new_account("other", MicroUsd(2_000_000)).await;
    for (account, mode, available) in
        [(other, Mode::Test, "2.00"), (other, Mode::Live, "2.00"), (world.account, Mode::Live, "100.00")]
    {
        world.key = world.new_key(account, mode).await;
        assert_eq!(world.get("/v1/balance").await.body()["available_usd"], available, "{mode:?}");
        assert_eq!(world.get("/v1/usage").await.body()["totals"]["jobs"], 0, "{mode:?}");
        let ledger = world.get("/v1/ledger").await.body();
        let kinds: Vec<&Value> =
            ledger["data"].as_array().unwrap().iter().map(|line| &line["type"]).collect();
        assert_eq!(kinds, ["topup"], "{mode:?}");
        let answer = world.get(&format!("/v1/usage?key={mine}")).await;
        assert_eq!((answer.status, answer.fault().1.as_deref()), (400, Some("key")), "{mode:?}");
        assert!(answer.text().contains(&mine) && answer.text().contains(mode.as_str()), "{}", answer.text());
    }
    world.close().await;
}

#[tokio::test]
async fn a_wrong_parameter_is_400_and_named() {
    let world = World::new().await;
    for (path, field) in [
        ("/v1/balance?mode=live", "mode"),
        ("/v1/usage?from=yesterday", "from"),
        ("/v1/usage?to=2026-02-30", "to"),
        ("/v1/usage?from=2026-02-02&to=2026-02-01", "from"),
        ("/v1/usage?from=2020-01-01&to=2026-02-01", "from"),
        ("/v1/usage?group=hour", "group"),
        ("/v1/usage?format=xml", "format"),
        ("/v1/usage?key=abcdefgh", "key"),
        ("/v1/usage?key=", "key"),
        ("/v1/usage?model=", "model"),
        ("/v1/usage?modle=x", "modle"),
        ("/v1/usage?group=day&group=key", "group"),
        ("/v1/ledger?limit=0", "limit"),
        ("/v1/ledger?limit=101", "limit"),
        ("/v1/ledger?before=x", "before"),
        ("/v1/ledger?after=x", "after"),
        ("/v1/jobs/job_x/statement?full=true", "full"),
    ] {
        let answer = world.get(path).await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (400, "invalid_input"), "{path}");
        assert_eq!(answer.fault().1.as_deref(), Some(field), "{path}: {}", answer.text());
    }
    world.close().await;
}

#[tokio::test]
async fn reading_the_account_takes_a_key_with_the_permission() {
    let mut world = World::new().await;
    let job = fox(&world, "a fox").await;
    let statement = format!("/v1/jobs/job_{job}/statement");
    let all_others = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::AccountRead).collect();
    let (blind, narrow) = (
        named_key(&world, "blind", all_others).await,
        named_key(&world, "narrow", [Scope::AccountRead].into_iter().collect()).await,
    );
    for path in PATHS.into_iter().chain([statement.as_str()]) {
        let answer = Request::new(world.address, "GET", path).send().await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (401, "unauthenticated"), "{path}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        world.key = blind.clone();
        let answer = world.get(path).await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (403, "forbidden"), "{path}");
        assert!(answer.text().contains("account:read"), "{}", answer.text());
        world.key = narrow.clone();
        assert_eq!(world.get(path).await.status, 200, "{path}");
        let answer = world.request("POST", path).json(json!({})).send().await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (405, "method_not_allowed"), "{path}");
    }
    world.close().await;
}
