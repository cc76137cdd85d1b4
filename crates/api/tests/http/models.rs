//! The models API.

use serde_json::{Value, json};
use spool_domain::order::Mode;

use crate::world::World;

fn ids(body: &Value) -> Vec<String> {
    body["models"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_list_is_paged_and_filtered() {
    let world = World::new().await;
    let all = every_id(&world).await;
    let total = all.len();
    let mut paged = Vec::new();
    for offset in (0..total).step_by(37) {
        let page = world.get(&format!("/v1/models?limit=37&offset={offset}")).await.body();
        assert_eq!(
            (&page["limit"], &page["offset"], &page["total"]),
            (&json!(37), &json!(offset), &json!(total))
        );
        paged.extend(ids(&page));
    }
    assert_eq!(paged, all);
    assert_eq!(ids(&world.get("/v1/models").await.body()).len(), total.min(20));

    let clips = world.get("/v1/models?limit=100&category=video").await.body();
    assert!(clips["models"].as_array().unwrap().iter().all(|model| model["kind"] == "video"));
    let from_text = world.get("/v1/models?limit=100&category=text-to-video").await.body();
    let served = |model: &Value| model["tasks"].as_array().unwrap().contains(&json!("text-to-video"));
    assert!(from_text["models"].as_array().unwrap().iter().all(served));
    assert!(!ids(&clips).is_empty() && !ids(&from_text).is_empty());
    let found = world.get("/v1/models?search=flux-1.1-pro").await.body();
    assert_eq!(ids(&found)[0], "black-forest-labs/flux-1.1-pro");
    assert_eq!(ids(&world.get("/v1/models?search=no+such+thing").await.body()), Vec::<String>::new());
    let of_vendor = world.get("/v1/models?limit=100&vendor=Kuaishou&category=lip-sync").await.body();
    assert!(!ids(&of_vendor).is_empty(), "{of_vendor}");
    assert!(ids(&of_vendor).iter().all(|id| id.starts_with("kuaishou/")), "{of_vendor}");
    for (sort, downwards) in [("price", false), ("-price", true)] {
        let sorted = world.get(&format!("/v1/models?limit=100&category=image&sort={sort}")).await.body();
        let credits = |model: &Value| model["pricing"]["credits_per_run"].as_i64().unwrap();
        let mut prices: Vec<i64> = sorted["models"].as_array().unwrap().iter().map(credits).collect();
        if downwards {
            prices.reverse();
        }
        assert!(prices.is_sorted() && prices.first() != prices.last(), "{prices:?}");
    }
    let wrong = world.get("/v1/models?limit=0").await;
    assert_eq!((wrong.status, wrong.fault().0.as_str()), (400, "INVALID_INPUT"));
    assert_eq!(wrong.body()["error"]["details"]["field"], "limit");
    world.close().await;
}

#[tokio::test]
async fn one_model_is_told_with_schema_prices_and_routes() {
    let mut world = World::new().await;
    let by_id = world.get("/v1/models/kuaishou/kling-2.6").await;
    assert_eq!(by_id.status, 200);
    let body = by_id.body();
    for other in ["/v1/models/kling-2.6", "/v1/models/kuaishou%2Fkling-2.6"] {
        assert_eq!(world.get(other).await.body(), body, "{other}");
    }
    assert!(jsonschema::meta::validate(&body["input_schema"]).is_ok());
    let valid = jsonschema::validator_for(&body["input_schema"]).unwrap();
    assert!(valid.is_valid(&json!({ "prompt": "a fox", "duration": 5 })));
    assert!(!valid.is_valid(&json!({ "prompt": "a fox", "duration": 7 })));
    assert!(!body["price_table"]["rows"].as_array().unwrap().is_empty());
    assert_eq!(
        (&body["kind"], &body["enabled"], &body["status"]),
        (&json!("video"), &json!(true), &json!("active"))
    );
    let routes = body["routes"].as_array().unwrap();
    assert_eq!(routes[0], json!({ "provider": "kling", "enabled": true }));
    assert!(routes.contains(&json!({ "provider": "fal", "enabled": true })), "{routes:?}");

    let document = world.get("/openapi.json").await.body();
    let schema = json!({ "$ref": "#/components/schemas/ModelDetail", "components": document["components"] });
    let validator = jsonschema::validator_for(&schema).unwrap();
    for id in every_id(&world).await {
        let body = world.get(&format!("/v1/models/{id}")).await.body();
        let wrong: Vec<String> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{id}");
    }

    let unknown = world.get("/v1/models/kling-2.66").await;
    assert_eq!((unknown.status, unknown.fault().0.as_str()), (404, "MODEL_NOT_FOUND"));
    // No provider is set up for live keys.
    world.key = world.new_key(world.account, Mode::Live).await;
    let body = world.get("/v1/models/kling-2.6").await.body();
    assert_eq!((&body["enabled"], &body["routes"][0]["enabled"]), (&json!(false), &json!(false)));
    world.key = String::new();
    assert_eq!(world.get("/v1/models").await.status, 401);
    world.close().await;
}

#[tokio::test]
async fn a_run_is_priced_in_credits_rounded_up() {
    let world = World::new().await;
    let all = world.get("/v1/models?limit=100").await.body();
    for model in all["models"].as_array().unwrap() {
        let credits = model["pricing"]["credits_per_run"].as_u64().unwrap();
        let free = model["price"]["from"] == "0.00";
        assert_eq!(credits == 0, free, "{model}");
    }
    for (model, input) in [
        ("flux-1.1-pro", json!({ "prompt": "a fox" })),
        ("kling-2.6", json!({ "prompt": "a fox" })),
        ("veo-3", json!({ "prompt": "a fox" })),
        ("free-text", json!({ "prompt": "a fox" })),
    ] {
        let path = format!("/v1/models/{model}/run");
        let dry =
            world.request("POST", &path).header("spool-dry-run", "true").json(json!({ "input": input }));
        let credits = dry.send().await.body()["credits"].clone();
        let listed =
            world.get(&format!("/v1/models/{model}")).await.body()["pricing"]["credits_per_run"].clone();
        assert_eq!(listed, credits, "{model}");
        assert!(listed.as_u64().unwrap() > 0);
    }
    world.close().await;
}

#[tokio::test]
async fn a_retired_model_names_its_successor_to_live_keys_and_goes_on_for_test_keys() {
    let mut world = World::new().await;
    let sora = json!({ "model": "sora-2", "input": { "prompt": "a fox" }, "wait": 0 });
    assert_eq!(world.post(sora.clone()).await.status, 202);
    world.key = world.new_key(world.account, Mode::Live).await;
    let body = world.get("/v1/models/sora-2").await.body();
    assert_eq!((&body["status"], &body["enabled"]), (&json!("retired"), &json!(false)));
    assert_eq!(body["retired"], json!({ "on": "2026-09-24", "successor": "google/veo-3.1-fast" }));
    let refused = world.post(sora).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    let message = refused.body()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("shut down on 2026-09-24; use google/veo-3.1-fast"), "{message}");
    world.close().await;
}

#[tokio::test]
async fn a_member_of_a_family_is_a_model_in_every_dialect() {
    let world = World::new().await;
    let body = world.get("/v1/models/replicate/meta/anything").await.body();
    assert_eq!((&body["id"], &body["provider"]), (&json!("replicate/meta/anything"), &json!("replicate")));
    assert_eq!(body["input_schema"]["additionalProperties"], true);
    let row = &body["price_table"]["rows"][0];
    assert_eq!((&row["usd"], &row["billed_percent"]), (&json!("2.00"), &json!(100)));
    let run = json!({ "input": { "prompt": "a fox", "odd_word": [1] } });
    let answer = world.request("POST", "/v1/models/fal-ai/some/thing/run").json(run).send().await;
    assert_eq!((answer.status, &answer.body()["status"]), (200, &json!("completed")), "{}", answer.text());
    let task = json!({ "model": "replicate/meta/anything", "input": { "prompt": "a fox", "odd": 1 } });
    assert_eq!(world.request("POST", "/v1/tasks").json(task.clone()).send().await.status, 200);
    assert_eq!(world.request("POST", "/v1/task/submit").json(task).send().await.status, 200);
    let family = json!({ "model": "fal-ai/**", "input": { "prompt": "a fox" } });
    assert_eq!(world.post(family).await.status, 403);
    world.close().await;
}

/// The ids of all models, page by page.
async fn every_id(world: &World) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let page = world.get(&format!("/v1/models?limit=100&offset={}", all.len())).await.body();
        all.extend(ids(&page));
        if all.len() == page["total"].as_u64().unwrap() as usize {
            return all;
        }
    }
}
