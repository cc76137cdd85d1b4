//! The tools: their list, and runs that know no model.

use serde_json::{Value, json};
use spool_domain::order::Mode;

use super::jobs::{check, run};
use crate::world::{Answer, World};

const MEDIA: &str = "https://example.com/a.png";

async fn run_tool(world: &World, tool: &str, body: Value) -> Answer {
    world.request("POST", &format!("/v1/tools/{tool}/run")).json(body).send().await
}

async fn dry(world: &World, tool: &str, body: Value) -> Answer {
    let request = world.request("POST", &format!("/v1/tools/{tool}/run")).header("spool-dry-run", "true");
    request.json(body).send().await
}

/// Status, code and field of a refusal in the run dialect's envelope.
async fn wrong(world: &World, answer: &Answer) -> (u16, String, String) {
    let body = answer.body();
    check(world, "JobError", &body).await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (answer.status, text(&body["error"]["code"]), text(&body["error"]["details"]["field"]))
}

async fn tools(world: &World) -> Vec<Value> {
    world.get("/v1/tools").await.body()["tools"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smallest_call_of_every_tool_gives_a_file_of_the_right_kind() {
    let world = World::new().await;
    let all = tools(&world).await;
    assert_eq!(all.len(), world.engine.catalogue().tools().len());
    for tool in all {
        let id = tool["id"].as_str().unwrap();
        let detail = world.get(&format!("/v1/tools/{id}")).await.body();
        let answer = run_tool(&world, id, detail["example"].clone()).await;
        assert_eq!(answer.status, 200, "{id}: {}", answer.text());
        let body = answer.body();
        check(&world, "Run", &body).await;
        let said = (&body["status"], &body["model_id"], &body["output"]["type"]);
        assert_eq!(said, (&json!("completed"), &tool["default_model"], &tool["makes"]), "{id}");
        let item = &body["output"]["items"][0];
        match item["content_type"].as_str() {
            Some(kind) => assert!(kind.starts_with(tool["makes"].as_str().unwrap()), "{id}: {kind}"),
            None => assert!(item["text"].is_string(), "{id}: {item}"),
        }
        // The others make the same out of the same.
        for model in detail["models"].as_array().unwrap() {
            let catalogue = world.engine.catalogue();
            let service = catalogue.tool(id).unwrap().service(model["id"].as_str()).unwrap().clone();
            let body = json!({ "input": service.smallest(), "model": model["id"] });
            let answer = dry(&world, id, body).await;
            assert_eq!(answer.status, 200, "{id} {}: {}", model["id"], answer.text());
            assert_eq!(answer.body()["model"], model["id"]);
        }
    }
    world.close().await;
}

#[tokio::test]
async fn tools_are_listed_searched_and_told_in_full() {
    let mut world = World::new().await;
    let page = world.get("/v1/tools").await.body();
    check(&world, "ToolPage", &page).await;
    let ids = |page: &Value| -> Vec<String> {
        page["tools"].as_array().unwrap().iter().map(|tool| tool["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(page["total"].as_u64().unwrap() as usize, ids(&page).len());
    let mut paged = Vec::new();
    for offset in (0..ids(&page).len()).step_by(6) {
        paged.extend(ids(&world.get(&format!("/v1/tools?limit=6&offset={offset}")).await.body()));
    }
    assert_eq!(paged, ids(&page));
    let sounds = world.get("/v1/tools?kind=audio").await.body();
    assert!(sounds["tools"].as_array().unwrap().iter().all(|tool| tool["kind"] == "audio"));
    assert!(
        ids(&sounds).contains(&"speech-to-text".to_owned()),
        "where people look for it, not what it makes"
    );
    assert_eq!(ids(&world.get("/v1/tools?search=background").await.body())[0], "remove-background");
    let odd = world.get("/v1/tools?kind=hats").await;
    assert_eq!(wrong(&world, &odd).await, (400, "INVALID_INPUT".to_owned(), "kind".to_owned()));

    for id in ids(&page) {
        let detail = world.get(&format!("/v1/tools/{id}")).await.body();
        check(&world, "ToolDetail", &detail).await;
        assert!(jsonschema::meta::validate(&detail["input_schema"]).is_ok(), "{id}");
        let valid = jsonschema::validator_for(&detail["input_schema"]).unwrap();
        assert!(valid.is_valid(&detail["example"]["input"]) && !valid.is_valid(&json!({ "x": 1 })), "{id}");
        let models = detail["models"].as_array().unwrap();
        assert_eq!(models[0]["id"], detail["default_model"]);
        let listed = |name: &str| detail["input_schema"]["properties"].get(name).is_some();
        for model in models {
            let takes = model["takes"].as_array().unwrap();
            assert!(takes.iter().all(|name| listed(name.as_str().unwrap())), "{id} {model}");
            assert!(model["defaults"].as_object().unwrap().keys().all(|name| listed(name)), "{id} {model}");
            assert!(model["price"]["from"].is_string(), "{id} {model}");
        }
    }
    // No provider is set up for live keys.
    world.key = world.new_key(world.account, Mode::Live).await;
    let tool = world.get("/v1/tools/text-to-video").await.body();
    assert_eq!((&tool["enabled"], &tool["models"][0]["enabled"]), (&json!(false), &json!(false)));
    world.close().await;
}

#[tokio::test]
async fn an_unknown_tool_or_model_is_pointed_out() {
    let world = World::new().await;
    let missing = (404, "TOOL_NOT_FOUND".to_owned(), String::new());
    for answer in [
        world.get("/v1/tools/remove-backgrund").await,
        run_tool(&world, "remove-backgrund", json!({ "input": { "image": MEDIA } })).await,
        run_tool(&world, "remove-backgrund", json!("no object")).await,
    ] {
        assert_eq!(wrong(&world, &answer).await, missing);
        assert!(answer.text().contains("Did you mean `remove-background`?"), "{}", answer.text());
    }
    let field = |name: &str| (400, "INVALID_INPUT".to_owned(), name.to_owned());
    let other = json!({ "input": { "prompt": "x" }, "model": "google/nano-banan" });
    let answer = run_tool(&world, "ai-image-generator", other).await;
    assert_eq!(wrong(&world, &answer).await, field("model"));
    let text = answer.text();
    assert!(text.contains("did you mean google/nano-banana?") && text.contains("its models are: "), "{text}");
    for body in [
        json!({ "input": { "prompt": "x" }, "model": "elevenlabs/sound-effect" }),
        json!({ "input": { "prompt": "x" }, "model": 7 }),
    ] {
        let answer = run_tool(&world, "ai-image-generator", body).await;
        assert_eq!(wrong(&world, &answer).await, field("model"));
    }
    let answer = run_tool(&world, "ai-image-generator", json!({ "model": null })).await;
    assert_eq!(wrong(&world, &answer).await, field("input"));
    let put = world.request("PUT", "/v1/tools/ai-image-generator/run").send().await;
    assert_eq!(put.status, 405);
    world.close().await;
}

#[tokio::test]
async fn what_is_wrong_with_an_input_is_told_in_the_tools_words() {
    let world = World::new().await;
    let lost = format!("file_{}", "0".repeat(32));
    for (tool, body, field, words) in [
        ("remove-background", json!({ "input": {} }), "input.image", "is required"),
        ("remove-background", json!({ "input": { "image": "no file" } }), "input.image", "must be"),
        // Only the engine can know this one.
        (
            "remove-background",
            json!({ "input": { "image": lost } }),
            "input.image",
            "names no file of this account",
        ),
        (
            "image-to-image",
            json!({ "input": { "prompt": "x", "image_urls": [MEDIA, lost] } }),
            "input.image_urls.1",
            "names no file",
        ),
        ("ai-image-generator", json!({ "input": { "promt": "x" } }), "input.promt", "did you mean prompt?"),
        (
            "ai-image-generator",
            json!({ "input": { "prompt": "x", "count": 11 } }),
            "input.count",
            "from 1 to 10",
        ),
        (
            "ai-image-generator",
            json!({ "input": { "prompt": "x", "seed": 1 }, "model": "openai/gpt-image-2" }),
            "input.seed",
            "is not taken by openai/gpt-image-2; models of this tool that take it: ",
        ),
        (
            "text-to-video",
            json!({ "input": { "prompt": "x", "duration": 30 }, "model": "kuaishou/kling-2.6" }),
            "input.duration",
            "allowed: 5, 10 (this is a bound of kuaishou/kling-2.6)",
        ),
    ] {
        let answer = run_tool(&world, tool, body.clone()).await;
        let expected = (400, "INVALID_INPUT".to_owned(), field.to_owned());
        assert_eq!(wrong(&world, &answer).await, expected, "{body}: {}", answer.text());
        assert!(answer.text().contains(words), "{body}: {}", answer.text());
    }
    world.close().await;
}

#[tokio::test]
async fn a_tools_run_is_an_ordinary_job_of_its_model() {
    let world = World::new().await;
    let input = json!({ "prompt": "a fox", "aspect_ratio": "21:9" });
    let asked = |sync: bool| json!({ "input": input, "model": "flux-schnell", "sync": sync });
    let first = dry(&world, "ai-image-generator", asked(true)).await.body();
    check(&world, "JobDryRun", &first).await;
    assert_eq!(first["model"], "black-forest-labs/flux-schnell");
    assert_eq!(first["input"]["image_size"], "landscape_16_9", "the nearest that it has");

    let answer = run_tool(&world, "ai-image-generator", asked(false)).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let body = answer.body();
    assert_eq!((&body["status"], &body["model_id"]), (&json!("queued"), &first["model"]));
    let id = body["job_id"].as_str().unwrap();
    world.finish(&id.replace("job_", "gen_")).await;
    let job = world.get(&format!("/v1/jobs/{id}")).await.body();
    check(&world, "Job", &job).await;
    assert_eq!(
        (&job["data"]["status"], &job["data"]["credits_used"]),
        (&json!("succeeded"), &first["credits"])
    );

    let several = json!({ "input": { "prompt": "a fox", "count": 3 } });
    let one = dry(&world, "ai-image-generator", json!({ "input": { "prompt": "a fox" } })).await.body();
    let answer = run_tool(&world, "ai-image-generator", several).await.body();
    assert_eq!(answer["output"]["items"].as_array().unwrap().len(), 3, "{answer}");
    assert_eq!(answer["credits_used"].as_u64().unwrap(), 3 * one["credits"].as_u64().unwrap());

    let failed =
        run_tool(&world, "ai-image-generator", json!({ "input": { "prompt": "x [sandbox outcome=fail]" } }))
            .await;
    assert_eq!((failed.status, &failed.body()["status"]), (500, &json!("failed")));
    world.close().await;
}

#[tokio::test]
async fn a_key_belongs_to_one_tool_and_one_request() {
    let world = World::new().await;
    let send = async |path: &str, body: Value| {
        world.request("POST", path).header("idempotency-key", "once").json(body).send().await
    };
    let fox = json!({ "input": { "prompt": "a fox" } });
    let path = "/v1/tools/ai-image-generator/run";
    let first = send(path, fox.clone()).await;
    let again = send(path, fox.clone()).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")));
    assert_eq!(again.body()["job_id"], first.body()["job_id"]);
    let chosen = json!({ "input": { "prompt": "a fox" }, "model": "flux-schnell" });
    for (path, body) in [(path, chosen), ("/v1/tools/ai-art-generator/run", fox.clone())] {
        let other = send(path, body).await;
        assert_eq!(
            wrong(&world, &other).await,
            (400, "INVALID_INPUT".to_owned(), "Idempotency-Key".to_owned())
        );
    }
    // The models' own call is another route, and its keys are others (K4).
    let model = world.request("POST", "/v1/models/flux-schnell/run").header("idempotency-key", "once");
    let other = model.json(fox).send().await;
    assert_eq!((other.status, other.header("idempotent-replayed")), (200, None));
    assert_eq!(run(&world, "flux-schnell", json!({ "input": { "prompt": "x" } })).await.status, 200);
    world.close().await;
}
