//! `X-Provider-Order` and `X-Provider-Only`, in this dialect and, since all share them, in the others.

use serde_json::{Value, json};
use spool_domain::ids::JobId;
use spool_domain::order::Preference;

use super::{finished, fox};
use crate::world::{Answer, World};

async fn ask(world: &World, path: &str, body: Value, headers: &[(&str, &str)]) -> Answer {
    let request = world.request("POST", path).json(body);
    headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send().await
}

/// Each dialect's call that makes a picture, and how it says that nobody is left: status and code.
fn calls() -> [(&'static str, Value, u16, &'static str); 4] {
    let model = "black-forest-labs/flux-1.1-pro";
    let input = json!({ "prompt": "a fox" });
    let body = json!({ "model": model, "input": input });
    let waiting = json!({ "model": model, "input": input, "wait": 60 });
    [
        ("/v1/generations", waiting, 403, "model_unavailable"),
        (
            "/v1/models/black-forest-labs/flux-1.1-pro/run",
            json!({ "input": input }),
            503,
            "MODEL_UNAVAILABLE",
        ),
        ("/v1/task/submit", body.clone(), 503, "no_available_provider"),
        ("/v1/tasks", body, 404, "model_not_found"),
    ]
}

#[tokio::test]
async fn hints_refuse_only_where_they_leave_nobody() {
    let world = World::new().await;
    for (order, only, status) in [
        (None, None, 200),
        (Some("official"), None, 200),
        (Some("official,mix"), Some("false"), 200),
        (None, Some("true"), 200),
        (Some("official, mix"), Some("true"), 503),
        // The model has no route to them, whether or not the server knows their name.
        (Some("openai"), Some("true"), 503),
        (Some("official, fal"), Some("true"), 200),
        (Some("sandbox"), Some("true"), 200),
    ] {
        let mut request = world.request("POST", "/v1/task/submit").json(fox());
        for (name, value) in [("x-provider-order", order), ("x-provider-only", only)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await;
        assert_eq!(answer.status, status, "{order:?} {only:?}: {}", answer.text());
        if status == 200 {
            finished(&world, answer.body()["id"].as_str().unwrap()).await;
        } else {
            let (code, param) = answer.fault();
            assert_eq!(
                (code.as_str(), param.as_deref()),
                ("no_available_provider", Some("X-Provider-Order"))
            );
        }
    }
    world.close().await;
}

#[tokio::test]
async fn every_dialect_takes_the_hints_and_keeps_them_with_the_job() {
    let world = World::new().await;
    for (path, body, status, code) in calls() {
        let nobody = [("x-provider-order", "official"), ("x-provider-only", "true")];
        let refused = ask(&world, path, body.clone(), &nobody).await;
        let said = refused.text();
        assert_eq!((refused.status, said.contains(code)), (status, true), "{path}: {said}");
        let wrong = ask(&world, path, body.clone(), &[("x-provider-only", "1")]).await;
        assert_eq!((wrong.status, wrong.text().contains("X-Provider-Only")), (400, true), "{path}");

        let made = ask(&world, path, body, &[("X-Provider-Order", "Fal, official")]).await;
        let said = made.body();
        let ids = [&said["id"], &said["job_id"], &said["data"]["task_id"]];
        let id = ids.iter().find_map(|id| id.as_str()).unwrap_or_else(|| panic!("{path}: {said}"));
        let id = id.rsplit('_').next().unwrap();
        world.finish(&format!("gen_{id}")).await;
        let job = world.engine.job(&world.caller(), JobId::parse(id).unwrap()).await.unwrap();
        let order = vec!["fal".to_owned(), "official".to_owned()];
        assert_eq!(job.terms.providers, Some(Preference { order, only: false }), "{path}");
    }
    world.close().await;
}

#[tokio::test]
async fn k3_the_same_key_with_another_preference_is_another_request() {
    let world = World::new().await;
    let asked = async |order: &str| {
        let headers = [("idempotency-key", "a"), ("x-provider-order", order)];
        ask(&world, "/v1/task/submit", fox(), &headers).await
    };
    let first = asked("fal").await;
    assert_eq!(first.status, 200, "{}", first.text());
    assert_eq!(asked(" FAL ,").await.bytes, first.bytes, "another spelling of the same");
    assert_eq!(asked("openai").await.fault().0, "idempotency_mismatch");
    finished(&world, first.body()["id"].as_str().unwrap()).await;
    world.close().await;
}
