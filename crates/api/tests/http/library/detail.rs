//! One job with all that is known of it.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::catalogue::Params;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AssetId, JobId, NodeId};
use spool_domain::job::{Asset, Event, Job, Outcome, Phase, Stored};
use spool_domain::ledger::Purse;
use spool_domain::money::MicroUsd;
use spool_domain::order::{Mode, Terms};
use spool_domain::store::{Commit, Committed, NewJob, Store, Submitted};
use spool_domain::time::Clock;

use super::made::{ended, image};
use super::{items, open, world};
use crate::jobs::check;
use crate::world::{Dice, Setting, World};

/// One job, held against its shape.
pub(super) async fn whole(world: &World, id: &str) -> Value {
    let answer = world.get(&format!("/v1/library/{id}")).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
    check(world, "LibraryJob", &answer.body()).await;
    answer.body()
}

fn list<'a>(whole: &'a Value, of: &str, field: &str) -> Vec<&'a str> {
    whole[of].as_array().unwrap().iter().map(|one| one[field].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_job_is_told_from_its_order_to_its_refund() {
    let world = world().await;
    let id = image(&world, "a fox").await;
    let job = JobId::parse(&id).unwrap();
    let refund = world.engine.refund(world.account, Mode::Test, job, MicroUsd(15_000), "it was blank", None);
    assert!(refund.await.unwrap().new);
    let told = whole(&world, &id).await;
    for form in ["job_", "gen_", "task_"] {
        assert_eq!(whole(&world, &format!("{form}{id}")).await["id"], told["id"]);
    }
    let mut listed = items(&world, "").await.remove(0);
    for (field, value) in listed.as_object_mut().unwrap() {
        if field != "outputs" {
            assert_eq!(&told[field], value, "{field}");
        }
    }
    assert_eq!(
        (&told["model"], &told["model_asked"]),
        (&json!("black-forest-labs/flux-1.1-pro"), &json!("flux-1.1-pro"))
    );
    assert_eq!(told["input"]["prompt"], "a fox");
    assert_eq!((&told["files"], &told["refunded_usd"]), (&json!([]), &json!("0.015")));
    assert_eq!(told["price"], json!({ "unit_usd": "0.04", "count": 1, "total_usd": "0.04" }));
    assert_eq!(list(&told, "entries", "type"), ["hold", "capture", "refund"]);
    assert_eq!(
        (&told["entries"][0]["reason"], &told["entries"][2]["reason"]),
        (&Value::Null, &json!("it was blank"))
    );
    let kinds = list(&told, "events", "kind");
    assert_eq!((kinds[0], kinds[kinds.len() - 1]), ("queued", "succeeded"));
    let numbers: Vec<u64> =
        told["events"].as_array().unwrap().iter().map(|one| one["no"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=kinds.len() as u64).collect::<Vec<_>>());
    let submitting = &told["events"][1];
    assert_eq!((&submitting["kind"], &submitting["detail"]), (&json!("submitting"), &json!("sandbox")));
    let attempt = &told["attempts"][0];
    assert_eq!((&attempt["provider"], &attempt["outcome"]), (&json!("sandbox"), &json!("accepted")));
    assert_eq!((&attempt["part"], &attempt["trouble"]), (&Value::Null, &Value::Null));
    let statement = world.get(&format!("/v1/jobs/{id}/statement")).await.body();
    for same in ["attempts", "entries", "price", "refunded_usd"] {
        assert_eq!(told[same], statement[same], "{same}");
    }
    assert_eq!(world.get(&format!("/v1/library/{id}?part=1")).await.fault().1.as_deref(), Some("part"));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_wrong_is_told_in_words_that_callers_may_see() {
    let world = world().await;
    let failed = whole(&world, &image(&world, "a fox [sandbox outcome=unavailable]").await).await;
    assert_eq!(
        (&failed["status"], &failed["error"]["code"]),
        (&json!("failed"), &json!("provider_unavailable"))
    );
    let attempt = &failed["attempts"][0];
    assert_eq!(attempt["outcome"], "rejected");
    let word = attempt["trouble"].as_str().unwrap().to_owned();
    assert!(word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)), "{word}");
    assert!(list(&failed, "events", "detail").iter().any(|detail| detail.ends_with(&word)), "{failed}");
    assert_eq!(list(&failed, "entries", "type"), ["hold", "release"]);
    assert_eq!((&failed["charged_usd"], &failed["outputs"]), (&json!("0.00"), &json!([])));

    let refused = whole(&world, &image(&world, "a fox [sandbox outcome=refuse]").await).await;
    assert_eq!(refused["error"]["code"], "content_policy");
    assert!(refused["error"]["message"].as_str().unwrap().len() > 20);

    let slow =
        json!({ "model": "flux-1.1-pro", "input": { "prompt": "slow [sandbox delay=300]" }, "wait": 0 });
    let id = world.post(slow).await.body()["id"].clone();
    let open = whole(&world, id.as_str().unwrap()).await;
    assert_eq!((&open["charged_usd"], &open["ended_at"]), (&Value::Null, &Value::Null));
    assert!(["queued", "processing"].contains(&open["status"].as_str().unwrap()));
    world.cancel(id.as_str().unwrap()).await;
    let canceled = whole(&world, &ended(&world, &id).await).await;
    assert_eq!((&canceled["status"], &canceled["phase"]), (&json!("canceled"), &json!("canceled")));
    assert_eq!((&canceled["error"], &canceled["answer"]["status"]), (&Value::Null, &json!("cancelled")));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_needs_an_operator_is_still_processing_for_its_owner() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    // Takes every request and hangs up without an answer.
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 1_024]).await;
        }
    });
    let mut world = World::with(Setting { openai: Some(silent), ..Setting::default() }).await;
    world.key = world.new_key(world.account, Mode::Live).await;
    let order = json!({ "model": "gpt-image-2", "input": { "prompt": "a fox" }, "wait": 0 });
    let id = world.post(order).await.body()["id"].as_str().unwrap().to_owned();
    let waiting = loop {
        let job = whole(&world, &id).await;
        if job["phase"] == "needs_operator" {
            break job;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!((&waiting["status"], &waiting["mode"]), (&json!("processing"), &json!("live")));
    assert_eq!(waiting["attempts"][0]["outcome"], "unknown");
    assert_eq!(items(&world, "?status=processing").await.len(), 1);
    let job = JobId::parse(&id["gen_".len()..]).unwrap();
    let note = spool_domain::operator::Note {
        actor: "console".to_owned(),
        action: "job.write_off",
        subject: format!("job:{job}"),
        detail: serde_json::Map::new(),
        at: world.clock.now(),
    };
    world.engine.decide(job, spool_engine::Decision::WriteOff, note).await.unwrap();
    assert_eq!(whole(&world, &id).await["error"]["code"], "outcome_unknown");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn given_files_open_while_they_are_there() {
    let mut world = world().await;
    let fox = image(&world, "a fox").await;
    let stored = world.get(&format!("/v1/library/{fox}")).await.body()["outputs"][0]["url"].clone();
    let bytes = open(&world, &stored).await.bytes;
    let upload = async |world: &World| -> Value {
        let request = world.request("POST", "/v1/files").header("content-type", "image/jpeg");
        let answer = request.header("x-filename", "fox.jpg").bytes(bytes.clone()).send().await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.body()["id"].clone()
    };
    let file = upload(&world).await;
    let cut = async |world: &World, image: &Value| -> String {
        let body = json!({ "input": { "image": image } });
        let made = world.request("POST", "/v1/tools/remove-background/run").json(body).send().await;
        ended(world, &made.body()["job_id"]).await
    };
    // An upload, a result of an earlier job, the content itself, and somebody else's address.
    let elsewhere = json!("https://example.com/a.png");
    let content = json!(data_uri());
    for (given, kind, name, ours) in [
        (&file, "image/jpeg", json!("fox.jpg"), true),
        (&json!(format!("gen_{fox}")), "image/jpeg", Value::Null, true),
        (&content, "image/png", Value::Null, true),
        (&elsewhere, "", Value::Null, false),
    ] {
        let told = whole(&world, &cut(&world, given).await).await;
        let one = &told["files"][0];
        assert_eq!((one["type"].as_str(), &one["name"]), (Some("image"), &name), "{one}");
        let param = one["param"].as_str().unwrap();
        assert_eq!(told["input"][param], one["value"]);
        if !ours {
            assert_eq!((&one["url"], &one["value"]), (&elsewhere, &elsewhere));
            continue;
        }
        assert!(one["value"].as_str().unwrap().starts_with("file_"));
        let read = open(&world, &one["url"]).await;
        assert_eq!((read.status, read.header("content-type")), (200, Some(kind)));
        assert_eq!(one["bytes"], read.bytes.len());
    }
    // What is deleted is still named, and opens no more.
    let id = cut(&world, &file).await;
    let gone = format!("/v1/files/{}", file.as_str().unwrap());
    assert_eq!(world.request("DELETE", &gone).send().await.status, 200);
    let one = whole(&world, &id).await["files"][0].take();
    assert_eq!((&one["value"], &one["url"], &one["type"]), (&file, &Value::Null, &Value::Null));

    // Somebody else's file, named in a parameter that goes to the provider unread.
    let mine = upload(&world).await;
    let other = world.new_account("other", MicroUsd(1_000_000)).await;
    for (account, mode) in [(other, Mode::Test), (world.account, Mode::Test)] {
        world.key = world.new_key(account, mode).await;
        let input = json!({ "prompt": "a fox", "odd": { "files": [mine] } });
        let sent =
            world.request("POST", "/v1/task/submit").json(json!({ "model": "flux-1.1-pro", "input": input }));
        let id = ended(&world, &sent.send().await.body()["id"]).await;
        let one = whole(&world, &id).await["files"][0].take();
        assert_eq!((&one["param"], &one["value"]), (&json!("odd.files.0"), &mine));
        assert_eq!(one["url"].is_string(), account == world.account, "{one}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_result_that_was_deleted_has_no_address_any_more() {
    let world = world().await;
    let many = json!({ "model": "flux-schnell", "input": { "prompt": "foxes" }, "n": 2, "wait": 60 });
    let id = ended(&world, &world.post(many).await.body()["id"]).await;
    let job = world.engine.job(&world.caller(), JobId::parse(&id).unwrap()).await.unwrap();
    let Phase::Done(Outcome::Succeeded(stored)) = &job.phase else { panic!("{job:?}") };
    assert!(world.store.delete_asset(world.account, stored[0].asset.unwrap()).await.unwrap());
    for told in [whole(&world, &id).await, items(&world, "").await.remove(0)] {
        let outputs = told["outputs"].as_array().unwrap();
        assert_eq!(
            (outputs.len(), &outputs[0]["url"], &outputs[0]["type"]),
            (2, &Value::Null, &json!("image"))
        );
        assert_eq!(open(&world, &outputs[1]["url"]).await.status, 200);
    }
    world.close().await;
}

/// A job as another program's catalogue left it: of a model that nobody knows here.
async fn orphaned(world: &World, made: bool) -> JobId {
    let now = world.clock.now();
    let id = JobId::new(now, &Dice);
    let job = Job {
        id,
        account: world.account,
        key: world.caller().key,
        mode: Mode::Test,
        label: "generations".to_owned(),
        terms: Terms::default(),
        model: "acme/gone".to_owned(),
        model_asked: "gone".to_owned(),
        params: Params([("prompt".to_owned(), json!("a lighthouse"))].into_iter().collect()),
        count: 1,
        price: MicroUsd(10_000),
        phase: Phase::Queued,
        due: Some(now),
        phase_since: now,
        epoch: 0,
        route: 0,
        attempt: None,
        events: 1,
        progress: None,
        cancel_asked: false,
        cancel_sent: false,
        charged: None,
        parent: None,
        part: 0,
        created_at: now,
        ended_at: None,
    };
    let purse = Purse { job: id, account: job.account, mode: job.mode, at: now };
    let event = |no, kind: &str| Event { no, kind: kind.to_owned(), detail: String::new(), at: now };
    let new = NewJob {
        hold: purse.hold(job.price),
        events: vec![event(1, "queued")],
        // Somebody else's from its birth, so that nobody here takes it.
        claim: Some((NodeId([9; 8]), 60_000)),
        idempotency: None,
        parts: Vec::new(),
        open_jobs_max: 0,
        announcement: None,
        job: job.clone(),
    };
    assert!(matches!(world.store.submit(new).await.unwrap(), Submitted::New));
    let asset = Asset {
        id: AssetId::new(now, &Dice),
        account: job.account,
        job: id,
        content_type: "video/mp4".to_owned(),
        inline: true,
        format: "mp4".to_owned(),
        size_bytes: 3,
        sha256: [0; 32],
        created_at: now,
    };
    let stored = Stored {
        asset: Some(asset.id),
        url: None,
        text: None,
        kind: "video".to_owned(),
        format: "mp4".to_owned(),
        content_type: "video/mp4".to_owned(),
        size_bytes: 3,
        width: None,
        height: None,
        duration_ms: None,
    };
    let (outcome, transfers, charged) = match made {
        true => (Outcome::Succeeded(vec![stored]), purse.capture(job.price, job.price), job.price),
        false => {
            (Outcome::Failed(Fault::of(Kind::ProviderFailed)), vec![purse.release(job.price)], MicroUsd::ZERO)
        }
    };
    let phase = Phase::Done(outcome);
    let events = vec![event(2, phase.name())];
    let step = Commit {
        job: Arc::new(Job {
            phase,
            due: None,
            events: 2,
            ended_at: Some(now),
            charged: Some(charged),
            ..job
        }),
        keep: false,
        events,
        transfers,
        assets: if made { vec![asset] } else { Vec::new() },
        announcement: None,
    };
    assert!(matches!(world.store.commit(step).await.unwrap(), Committed::Done { .. }));
    id
}

#[tokio::test]
async fn jobs_of_models_that_left_the_catalogue_stay() {
    let world = world().await;
    let (failed, made) = (orphaned(&world, false).await, orphaned(&world, true).await);
    let told = whole(&world, &made.to_string()).await;
    assert_eq!(
        (&told["model"], &told["kind"], &told["prompt"]),
        (&json!("acme/gone"), &json!("video"), &json!("a lighthouse"))
    );
    assert_eq!(told["request"]["body"], json!({ "model": "gone", "input": { "prompt": "a lighthouse" } }));
    assert_eq!((&told["answer"]["status"], &told["answer_status"]), (&json!("completed"), &json!(200)));
    assert_eq!(whole(&world, &failed.to_string()).await["kind"], Value::Null);
    for (query, expected) in [
        ("", vec![made, failed]),
        ("?model=acme/gone", vec![made, failed]),
        ("?kind=video", vec![made]),
        ("?kind=image", vec![]),
        ("?status=failed&model=acme/gone", vec![failed]),
    ] {
        let listed = items(&world, query).await;
        let expected: Vec<String> = expected.iter().map(JobId::to_string).collect();
        assert_eq!(super::ids(&listed), expected, "{query}");
    }
    world.close().await;
}

/// A picture of one pixel.
fn data_uri() -> String {
    let pixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    format!("data:image/png;base64,{pixel}")
}
