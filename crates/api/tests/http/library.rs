//! The library: an account's jobs from every dialect, by what one looks for, and one with all that is known of it.

mod detail;
mod made;
mod requests;

use serde_json::{Value, json};
use spool_api::keys;
use spool_domain::day::Day;
use spool_domain::ids::JobId;
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::Store;
use spool_domain::time::Clock;

use self::made::{ended, image, named_key, speech, submission, task, tool, verse, video};
use crate::jobs::check;
use crate::world::{Answer, Request, Setting, World};

const DAY_MS: i64 = 86_400_000;

async fn world() -> World {
    // Without a limit, so that no counter in the headers differs by its nature.
    World::with(Setting::default()).await
}

/// A page, held against its shape.
async fn page(world: &World, query: &str) -> Value {
    let answer = world.get(&format!("/v1/library{query}")).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
    check(world, "LibraryPage", &answer.body()).await;
    answer.body()
}

async fn items(world: &World, query: &str) -> Vec<Value> {
    page(world, query).await["data"].as_array().unwrap().clone()
}

fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["id"].as_str().unwrap()).collect()
}

/// The answer to a GET of an address, without a key.
async fn open(world: &World, url: &Value) -> Answer {
    let url = url.as_str().unwrap();
    let path = url.strip_prefix(&format!("http://{}", world.address)).unwrap();
    Request::new(world.address, "GET", path).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_every_dialect_are_in_one_list_with_results_that_open() {
    let world = world().await;
    let made = [
        ("generations", "image", image(&world, "a fox").await),
        ("jobs", "image", tool(&world).await),
        ("tasks", "video", video(&world).await),
        ("task/submit", "image", submission(&world, "a hare").await),
        ("generations", "audio", speech(&world).await),
        ("tasks", "text", verse(&world).await),
    ];
    let listed = items(&world, "").await;
    let newest_first: Vec<&str> = made.iter().rev().map(|(_, _, id)| id.as_str()).collect();
    assert_eq!(ids(&listed), newest_first);
    for (item, (dialect, kind, _)) in listed.iter().zip(made.iter().rev()) {
        assert_eq!((&item["dialect"], &item["kind"]), (&json!(dialect), &json!(kind)), "{item}");
        assert_eq!((&item["status"], &item["phase"]), (&json!("succeeded"), &json!("succeeded")));
        assert_eq!((&item["mode"], &item["key_name"]), (&json!("test"), &json!("test")));
        assert_eq!((&item["error"], &item["charged_usd"]), (&Value::Null, &item["price_usd"]));
        let output = &item["outputs"][0];
        assert_eq!(&output["type"], kind);
        if *kind == "text" {
            assert!(output["text"].is_string() && output["url"].is_null(), "{output}");
            continue;
        }
        let file = open(&world, &output["url"]).await;
        assert_eq!((file.status, file.header("content-type")), (200, output["content_type"].as_str()));
        assert_eq!(output["bytes"], file.bytes.len());
        assert_eq!(output["width"].is_u64(), *kind != "audio", "{output}");
        assert_eq!(output["duration"].is_number(), *kind != "image", "{output}");
    }
    assert_eq!(listed[5]["prompt"], "a fox");
    assert!(listed[4]["prompt"].is_null(), "nothing is said to a tool that cuts pictures out");
    world.close().await;
}

/// Whether a listed job is what a query asks for.
fn fits(item: &Value, (name, value): (&str, &str)) -> bool {
    let day = &item["created_at"].as_str().unwrap()[..10];
    match name {
        "from" => day >= value,
        "to" => day <= value,
        "model" if value == "free-text" => item["model"] == "test/free-text",
        _ => item[name] == value,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_alone_and_with_every_other_finds_what_it_says_and_nothing_else() {
    let mut world = world().await;
    let first_key = world.key.clone();
    let first_day = Day::of(world.clock.now());
    image(&world, "a fox").await;
    image(&world, "a fox [sandbox outcome=fail]").await;
    verse(&world).await;
    world.pass_ms(DAY_MS);
    world.key = named_key(&world, "second").await;
    let second = keys::parse(&world.key).unwrap().id.0;
    image(&world, "a hare").await;
    speech(&world).await;
    video(&world).await;
    world.pass_ms(DAY_MS);
    world.key = first_key;
    let slow = |prompt| json!({ "model": "flux-1.1-pro", "input": { "prompt": prompt }, "wait": 0 });
    let canceled = world.post(slow("a hare [sandbox delay=300]")).await.body()["id"].clone();
    world.cancel(canceled.as_str().unwrap()).await;
    world.finish(canceled.as_str().unwrap()).await;
    let going = world.post(slow("a fox [sandbox delay=300]")).await.body()["id"].clone();
    // It is at the provider once it has an attempt that was taken.
    while items(&world, "?status=processing").await.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }

    let all = items(&world, "?limit=100").await;
    assert_eq!(all.len(), 8);
    let first = keys::parse(&world.key).unwrap().id.0;
    let days: Vec<String> = (0..3).map(|nth| first_day.plus(nth).to_string()).collect();
    let mut queries: Vec<(&str, &str)> = Vec::new();
    for status in ["queued", "processing", "succeeded", "failed", "canceled"] {
        queries.push(("status", status));
    }
    for kind in ["image", "video", "audio", "text"] {
        queries.push(("kind", kind));
    }
    queries.extend([("key", first.as_str()), ("key", &second), ("key", "nobody")]);
    for model in ["free-text", "black-forest-labs/flux-1.1-pro", "test/speaker", "nothing/at-all"] {
        queries.push(("model", model));
    }
    for day in &days {
        queries.extend([("from", day.as_str()), ("to", day.as_str())]);
    }
    let mut empty = 0;
    for one in &queries {
        for other in &queries {
            let query = match one.0 == other.0 {
                true if one.1 != other.1 => continue,
                true => format!("?{}={}", one.0, one.1),
                false if one.0 == "from" && other.0 == "to" && one.1 > other.1 => continue,
                false if one.0 == "to" && other.0 == "from" && one.1 < other.1 => continue,
                false => format!("?{}={}&{}={}", one.0, one.1, other.0, other.1),
            };
            let expected: Vec<&Value> =
                all.iter().filter(|item| fits(item, *one) && fits(item, *other)).collect();
            let answer = world.get(&format!("/v1/library{query}")).await.body();
            let found: Vec<&str> = ids(answer["data"].as_array().unwrap());
            let expected: Vec<&str> = expected.iter().map(|item| item["id"].as_str().unwrap()).collect();
            assert_eq!(found, expected, "{query}");
            assert!(answer["next"].is_null(), "{query}");
            empty += usize::from(expected.is_empty());
        }
    }
    assert!(empty < queries.len() * queries.len() / 2, "most of them find nothing: {empty}");
    // All of them together.
    let (from, to) = (&days[1], &days[1]);
    let query =
        format!("?status=succeeded&kind=image&model=flux-1.1-pro&key={second}&from={from}&to={to}&limit=1");
    let found = page(&world, &query).await;
    assert_eq!((found["data"][0]["prompt"].as_str(), &found["next"]), (Some("a hare"), &Value::Null));
    world.cancel(going.as_str().unwrap()).await;
    world.finish(going.as_str().unwrap()).await;
    world.close().await;
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_by_its_name() {
    let world = world().await;
    for (query, field) in [
        ("status=running", "status"),
        ("status=", "status"),
        ("kind=sound", "kind"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("before=x", "before"),
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-02-02&to=2026-02-01", "from"),
        ("model=", "model"),
        ("key=", "key"),
        ("phase=queued", "phase"),
        ("status=failed&status=failed", "status"),
    ] {
        let answer = world.get(&format!("/v1/library?{query}")).await;
        let expected = (400, ("invalid_input".to_owned(), Some(field.to_owned())));
        assert_eq!((answer.status, answer.fault()), expected, "{query}");
    }
    assert_eq!(world.get("/v1/keys?limit=1").await.status, 400);
    let long = format!("/v1/library?model={}", "m".repeat(201));
    assert_eq!(world.get(&long).await.fault().1.as_deref(), Some("model"));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_every_job_once_while_others_are_ordered() {
    let world = world().await;
    let mut made = Vec::new();
    for nth in 0..9 {
        made.insert(0, image(&world, &format!("fox {nth}")).await);
    }
    for query in ["", "&status=succeeded", "&kind=image", "&from=2020-01-01"] {
        let (mut listed, mut before, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let found = page(&world, &format!("?limit=2{query}{before}")).await;
            let data = found["data"].as_array().unwrap();
            listed.extend(ids(data).into_iter().map(str::to_owned));
            pages += 1;
            // What is new is before the first page.
            image(&world, "a hare").await;
            let Some(next) = found["next"].as_str() else { break };
            assert_eq!(Some(next), listed.last().map(String::as_str), "the last of a full page");
            before = format!("&before={next}");
        }
        assert_eq!(listed[listed.len() - 9..], made, "{query}");
        let mut once = listed.clone();
        once.sort();
        once.dedup();
        assert_eq!((once.len(), pages), (listed.len(), listed.len().div_ceil(2)), "{query}");
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_job_are_never_listed_and_their_attempts_stand_in_the_whole() {
    let world = world().await;
    let many = json!({ "model": "flux-schnell", "input": { "prompt": "foxes" }, "n": 5, "wait": 60 });
    let id = ended(&world, &world.post(many).await.body()["id"]).await;
    let parts = world.store.parts(JobId::parse(&id).unwrap()).await.unwrap();
    assert!(parts.len() > 1);
    for query in ["", "?status=succeeded", "?kind=image", "?model=flux-schnell", "?from=2020-01-01"] {
        let listed = items(&world, query).await;
        assert_eq!(ids(&listed), [id.as_str()], "{query}");
        assert_eq!(listed[0]["outputs"].as_array().unwrap().len(), 5);
    }
    for part in &parts {
        assert_eq!(world.get(&format!("/v1/library/{}", part.id)).await.status, 404);
        assert!(items(&world, &format!("?before={}", part.id)).await.is_empty());
    }
    let whole = detail::whole(&world, &id).await;
    let tried: Vec<u64> =
        whole["attempts"].as_array().unwrap().iter().map(|one| one["part"].as_u64().unwrap()).collect();
    assert_eq!(tried, (0..parts.len() as u64).collect::<Vec<_>>());
    world.close().await;
}

#[tokio::test]
async fn s9_foreign_and_missing_jobs_look_the_same_and_are_in_no_list() {
    let mut world = world().await;
    let id = image(&world, "a fox").await;
    let missing = world.get(&format!("/v1/library/{}", "0".repeat(32))).await;
    assert_eq!((missing.status, missing.fault().0.as_str()), (404, "not_found"));
    for malformed in ["x", "gen_", "job_x", &id.to_uppercase(), &format!("file_{id}")] {
        let answer = world.get(&format!("/v1/library/{malformed}")).await;
        assert_eq!((answer.status, &answer.bytes), (404, &missing.bytes), "{malformed}");
    }
    let own = world.key.clone();
    let other = world.new_account("other", MicroUsd(1_000_000)).await;
    for (account, mode) in [(other, Mode::Test), (other, Mode::Live), (world.account, Mode::Live)] {
        world.key = world.new_key(account, mode).await;
        for form in [id.clone(), format!("gen_{id}"), format!("job_{id}")] {
            let answer = world.get(&format!("/v1/library/{form}")).await;
            assert_eq!((answer.status, &answer.bytes), (404, &missing.bytes), "{mode:?} {form}");
        }
        let key = keys::parse(&own).unwrap().id.0;
        for query in [String::new(), format!("?key={key}"), format!("?before={id}")] {
            assert_eq!(page(&world, &query).await["data"], json!([]), "{mode:?} {query}");
        }
    }
    world.close().await;
}

#[tokio::test]
async fn keys_are_those_of_the_account_and_mode_and_open_nothing() {
    let mut world = world().await;
    let first = keys::parse(&world.key).unwrap().id;
    world.pass_ms(2_000);
    let second = keys::parse(&named_key(&world, "for the website").await).unwrap().id;
    world.new_key(world.account, Mode::Live).await;
    let other = world.new_account("other", MicroUsd(1_000_000)).await;
    world.new_key(other, Mode::Test).await;
    assert!(world.store.revoke_key(&second, world.clock.now()).await.unwrap());
    let answer = world.get("/v1/keys").await;
    let body = answer.body();
    check(&world, "KeyList", &body).await;
    let listed: Vec<(&str, &str, bool)> = body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| (key["id"].as_str().unwrap(), key["name"].as_str().unwrap(), key["revoked_at"].is_null()))
        .collect();
    assert_eq!(listed, [(&*second.0, "for the website", false), (&*first.0, "test", true)]);
    assert_eq!(body["data"][1]["last4"], world.key[world.key.len() - 4..]);
    assert!(!answer.text().contains(&world.key));
    world.key = world.new_key(world.account, Mode::Live).await;
    assert_eq!(world.get("/v1/keys").await.body()["data"].as_array().unwrap().len(), 2);
    world.close().await;
}

#[tokio::test]
async fn lists_cut_what_was_said_and_the_job_itself_does_not() {
    let world = world().await;
    let said = "ä fox ".repeat(200);
    let id = task(&world, json!({ "model": "test/free-text", "input": { "prompt": said } })).await;
    let item = &items(&world, "").await[0];
    assert_eq!(item["prompt"].as_str().unwrap().chars().count(), 500);
    let whole = detail::whole(&world, &id).await;
    assert_eq!((&whole["prompt"], &whole["input"]["prompt"]), (&json!(said), &json!(said)));
    let told = whole["outputs"][0]["text"].as_str().unwrap();
    assert!(told.starts_with(item["outputs"][0]["text"].as_str().unwrap()));
    world.close().await;
}
