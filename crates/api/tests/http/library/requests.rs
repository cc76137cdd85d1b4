//! The request that a job came from, rebuilt; and what its dialect says of it now.

use serde_json::{Value, json};
use spool_domain::scope::Scope;

use super::detail::whole;
use super::made::{ended, image, speech, submission, task, tool, verse, video};
use super::{DAY_MS, world};
use crate::world::{Answer, Request, World};

/// Sends a rebuilt request, with some headers more.
async fn send(world: &World, request: &Value, more: &[(&str, &str)]) -> Answer {
    let text = |name: &str| request[name].as_str().unwrap();
    let mut sent = world.request(text("method"), text("path"));
    for (name, value) in request["headers"].as_object().unwrap() {
        assert!(!name.eq_ignore_ascii_case("authorization"));
        sent = sent.header(name, value.as_str().unwrap());
    }
    for (name, value) in more {
        sent = sent.header(name, value);
    }
    sent.bytes(request["body"].to_string()).send().await
}

/// The bare id in the answer to an order of any dialect.
fn id_in(answer: &Value) -> &Value {
    [&answer["id"], &answer["job_id"], &answer["data"]["task_id"]]
        .into_iter()
        .find(|id| id.is_string())
        .unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_request_orders_the_same_again() {
    let world = world().await;
    let receiver = "https://example.com/hook";
    let several = json!({ "model": "flux-schnell", "input": { "prompt": "foxes" }, "n": 5, "wait": 0 });
    let preferring = world.request("POST", "/v1/generations").header("x-provider-order", "fal,replicate");
    let fox =
        json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox", "aspect_ratio": "16:9" }, "wait": 0 });
    let run = |body: Value| world.request("POST", "/v1/models/flux-1.1-pro/run").json(body);
    let told = json!({ "input": { "prompt": "a fox", "num_images": 2 }, "webhook_url": receiver });
    let asked = json!({ "model": "kling-v2-6", "input": { "prompt": "a fox", "duration": "5", "odd": [1] }, "callback_url": receiver });
    let mut made = vec![
        image(&world, "a fox").await,
        tool(&world).await,
        video(&world).await,
        verse(&world).await,
        submission(&world, "a fox").await,
        speech(&world).await,
        ended(&world, &world.post(several).await.body()["id"]).await,
        ended(&world, &preferring.json(fox).send().await.body()["id"]).await,
        ended(&world, &run(told).send().await.body()["job_id"]).await,
    ];
    let asked = world.request("POST", "/v1/task/submit").json(asked).send().await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    made.push(ended(&world, &asked.body()["id"]).await);
    // A tool orders three of a model that has no word for their number.
    let three = json!({ "input": { "prompt": "a fox", "count": 3 }, "model": "google/nano-banana" });
    let three = world.request("POST", "/v1/tools/ai-image-generator/run").json(three).send().await;
    assert_eq!(three.status, 200, "{}", three.text());
    made.push(ended(&world, &three.body()["job_id"]).await);
    for id in made {
        let first = whole(&world, &id).await;
        let request = &first["request"];
        let dry = send(&world, request, &[("spool-dry-run", "true")]).await;
        assert_eq!(dry.status, 200, "{request}: {}", dry.text());
        let again = send(&world, request, &[]).await;
        assert!(again.status < 300, "{request}: {}", again.text());
        let again = whole(&world, &ended(&world, id_in(&again.body())).await).await;
        assert_ne!(again["id"], first["id"]);
        for same in ["input", "count", "model", "model_asked", "price", "prompt", "kind"] {
            assert_eq!(again[same], first[same], "{same} of {request}");
        }
        assert_eq!(&again["request"], request);
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_request_is_in_the_form_of_its_dialect() {
    let world = world().await;
    let request = async |id: &str| whole(&world, id).await["request"].take();
    let kind = json!("application/json");
    let made = request(&image(&world, "a fox").await).await;
    assert_eq!((&made["method"], &made["path"]), (&json!("POST"), &json!("/v1/generations")));
    assert_eq!(made["headers"], json!({ "Content-Type": kind, "spool-vocabulary": "model" }));
    assert_eq!(
        (&made["body"]["model"], &made["body"]["input"]["prompt"]),
        (&json!("flux-1.1-pro"), &json!("a fox"))
    );

    let cut = request(&tool(&world).await).await;
    let path = cut["path"].as_str().unwrap();
    assert!(path.starts_with("/v1/models/") && path.ends_with("/run") && cut["body"].get("model").is_none());
    assert_eq!(cut["headers"], json!({ "Content-Type": kind }));

    let made = request(&verse(&world).await).await;
    assert_eq!((&made["path"], &made["body"]["model"]), (&json!("/v1/tasks"), &json!("free-text")));
    let made = request(&submission(&world, "a fox").await).await;
    assert_eq!(made["path"], "/v1/task/submit");

    let told = json!({ "model": "free-text", "input": { "prompt": "rain" }, "callback_url": "https://example.com/a" });
    let told = task(&world, told).await;
    assert_eq!(request(&told).await["body"]["callback_url"], "https://example.com/a");
    let reader = super::made::key_for(&world, "reader", [Scope::JobsRead]).await;
    let seen = Request::new(world.address, "GET", &format!("/v1/library/{told}"))
        .header("authorization", &format!("Bearer {reader}"));
    let seen = seen.send().await.body();
    assert_eq!(seen["request"]["body"], json!({ "model": "free-text", "input": { "prompt": "rain" } }));
    let only = world.request("POST", "/v1/tasks").header("x-provider-order", "sandbox");
    let only = only
        .header("x-provider-only", "true")
        .json(json!({ "model": "free-text", "input": { "prompt": "x" } }));
    let only = request(&ended(&world, &only.send().await.body()["data"]["task_id"]).await).await;
    assert_eq!(only["headers"]["x-provider-order"], "sandbox");
    assert_eq!(only["headers"]["x-provider-only"], "true");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_what_a_get_of_the_dialect_says_now() {
    let world = world().await;
    let made = [
        ("/v1/generations/gen_", image(&world, "a fox").await),
        ("/v1/generations/gen_", image(&world, "a fox [sandbox outcome=fail]").await),
        ("/v1/generations/gen_", speech(&world).await),
        ("/v1/jobs/job_", tool(&world).await),
        ("/v1/tasks/", video(&world).await),
        ("/v1/tasks/", verse(&world).await),
        ("/v1/task/task_", submission(&world, "a fox").await),
    ];
    // Links are signed for the moment.
    world.stop_clock();
    for passed in [0, 1_000, 2 * DAY_MS] {
        world.pass_ms(passed);
        for (path, id) in &made {
            let theirs = world.get(&format!("{path}{id}")).await;
            let ours = whole(&world, id).await;
            assert_eq!(
                (&ours["answer"], &ours["answer_status"]),
                (&theirs.body(), &json!(theirs.status)),
                "{path}"
            );
        }
    }
    // Two days later one dialect says that there is no such job, and the library still has it.
    let old = whole(&world, &made[3].1).await;
    assert_eq!(
        (&old["answer_status"], &old["answer"]["error"]["code"]),
        (&json!(404), &json!("JOB_NOT_FOUND"))
    );
    assert_eq!((&old["status"], old["outputs"].as_array().unwrap().len()), (&json!("succeeded"), 1));
    assert_eq!(super::items(&world, "").await.len(), made.len());
    world.close().await;
}
