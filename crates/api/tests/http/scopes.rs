//! What a key may do: each call needs one permission, and a key without it is told which.

use serde_json::json;
use spool_domain::order::Mode;
use spool_domain::scope::{Scope, Scopes};

use crate::world::{Request, World};

/// Every call with a key, the permission it needs, and the status of a refusal in its dialect.
const CALLS: [(&str, &str, Scope, u16); 42] = [
    ("GET", "/v1/models", Scope::ModelsRead, 403),
    ("GET", "/v1/models/flux-schnell", Scope::ModelsRead, 403),
    ("POST", "/v1/models/flux-schnell/run", Scope::ModelsRun, 403),
    ("GET", "/v1/tools", Scope::ModelsRead, 403),
    ("GET", "/v1/tools/remove-background", Scope::ModelsRead, 403),
    ("POST", "/v1/tools/remove-background/run", Scope::ModelsRun, 403),
    ("GET", "/v1/jobs/job_x", Scope::JobsRead, 403),
    ("GET", "/v1/jobs/job_x/result", Scope::JobsRead, 403),
    ("GET", "/v1/jobs/job_x/events", Scope::JobsRead, 403),
    ("DELETE", "/v1/jobs/job_x", Scope::JobsWrite, 403),
    ("POST", "/v1/generations", Scope::ModelsRun, 403),
    ("POST", "/v1/stt/transcribe", Scope::ModelsRun, 403),
    ("GET", "/v1/generations/gen_x", Scope::JobsRead, 403),
    ("POST", "/v1/task/submit", Scope::ModelsRun, 403),
    ("GET", "/v1/task/task_x", Scope::JobsRead, 403),
    ("GET", "/v1/dashboard/billing/usage", Scope::AccountRead, 403),
    ("GET", "/v1/balance", Scope::AccountRead, 403),
    ("GET", "/v1/usage", Scope::AccountRead, 403),
    ("GET", "/v1/jobs/job_x/statement", Scope::AccountRead, 403),
    ("GET", "/v1/ledger", Scope::AccountRead, 403),
    ("GET", "/v1/library", Scope::JobsRead, 403),
    ("GET", "/v1/library/x", Scope::JobsRead, 403),
    ("GET", "/v1/keys", Scope::AccountRead, 403),
    // The tasks dialect has no 403: a key that may not do this is not the right key.
    ("POST", "/v1/tasks", Scope::ModelsRun, 401),
    ("GET", "/v1/tasks/x", Scope::JobsRead, 401),
    ("GET", "/account", Scope::AccountRead, 401),
    ("POST", "/v1/webhooks/endpoints", Scope::WebhooksManage, 403),
    ("GET", "/v1/webhooks/endpoints", Scope::WebhooksManage, 403),
    ("GET", "/v1/webhooks/endpoints/we_x", Scope::WebhooksManage, 403),
    ("PATCH", "/v1/webhooks/endpoints/we_x", Scope::WebhooksManage, 403),
    ("DELETE", "/v1/webhooks/endpoints/we_x", Scope::WebhooksManage, 403),
    ("GET", "/v1/webhooks/endpoints/we_x/secret", Scope::WebhooksManage, 403),
    ("POST", "/v1/webhooks/endpoints/we_x/rotate", Scope::WebhooksManage, 403),
    ("POST", "/v1/webhooks/endpoints/we_x/enable", Scope::WebhooksManage, 403),
    ("POST", "/v1/webhooks/endpoints/we_x/test", Scope::WebhooksManage, 403),
    ("GET", "/v1/webhooks/deliveries", Scope::WebhooksManage, 403),
    ("GET", "/v1/webhooks/deliveries/dlv_x", Scope::WebhooksManage, 403),
    ("POST", "/v1/webhooks/deliveries/dlv_x/replay", Scope::WebhooksManage, 403),
    ("POST", "/v1/webhooks/replay", Scope::WebhooksManage, 403),
    ("GET", "/v1/webhooks/secret", Scope::WebhooksManage, 403),
    ("POST", "/v1/webhooks/secret/rotate", Scope::WebhooksManage, 403),
    ("DELETE", "/v1/webhooks/secret", Scope::WebhooksManage, 403),
];

async fn key(world: &World, scopes: Scopes) -> String {
    let key = spool_api::keys::generate(&crate::world::Dice, Mode::Test);
    let mut row = key.row(world.account, "narrow", spool_domain::time::Timestamp(0), None);
    row.scopes = scopes;
    spool_domain::store::Store::create_key(world.store.as_ref(), row).await.unwrap();
    key.into_text()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_needs_its_permission_and_no_other() {
    let world = World::with(crate::world::Setting::default()).await;
    for scope in Scope::ALL {
        let only = key(&world, [*scope].into_iter().collect()).await;
        let rest = key(&world, Scope::ALL.iter().copied().filter(|other| other != scope).collect()).await;
        for (method, path, needed, refusal) in CALLS.iter().filter(|call| call.2 == *scope) {
            let ask = async |key: &str| {
                let request = Request::new(world.address, method, path)
                    .header("authorization", &format!("Bearer {key}"));
                // Not a request that could spend anything.
                if *method == "POST" { request.json(json!({})).send().await } else { request.send().await }
            };
            let refused = ask(&rest).await;
            assert_eq!(refused.status, *refusal, "{method} {path}: {}", refused.text());
            assert!(refused.text().contains(needed.word()), "{}", refused.text());
            let let_in = ask(&only).await;
            assert!(![401, 403].contains(&let_in.status), "{method} {path}: {}", let_in.text());
        }
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_is_told_so_in_the_words_of_the_dialect() {
    let world = World::new().await;
    let key = key(&world, Scopes::NONE).await;
    for (method, path, pointer, code) in [
        ("POST", "/v1/models/flux-schnell/run", "/error/code", "FORBIDDEN"),
        ("POST", "/v1/generations", "/error/code", "model_unavailable"),
        ("POST", "/v1/task/submit", "/error/code", "forbidden"),
        ("POST", "/v1/tasks", "/data/code", "authentication_failed"),
    ] {
        let request =
            Request::new(world.address, method, path).header("authorization", &format!("Bearer {key}"));
        let answer = request.json(json!({ "input": {} })).send().await;
        assert_eq!(answer.body().pointer(pointer).unwrap(), code, "{path}: {}", answer.text());
        assert!(answer.header("x-ratelimit-limit").is_some());
    }
    world.close().await;
}
