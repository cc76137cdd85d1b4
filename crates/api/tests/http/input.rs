//! The contract's tables of fields: what is taken, what it means, and what is refused.

use serde_json::{Value, json};
use spool_engine::settings::Settings;

use crate::world::{Setting, World};

const LONG: usize = 8_000;

/// What a request would become: its parameters by the model's own names, without making anything.
async fn dry(world: &World, body: Value) -> Value {
    let request = world.request("POST", "/v1/generations").header("spool-dry-run", "true").json(body);
    let answer = request.send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.body()
}

#[tokio::test]
async fn every_input_field_reaches_its_parameter() {
    let world = World::new().await;
    let picture = "https://example.com/a.png";
    for (model, field, value, parameter, becomes) in [
        ("flux-1.1-pro", "prompt", json!("p".repeat(LONG)), "prompt", json!("p".repeat(LONG))),
        ("flux.2-pro", "images", json!([picture, picture]), "image_urls", json!([picture, picture])),
        // The first is the main one for models with a single reference.
        ("veo-3", "images", json!([picture]), "image_url", json!(picture)),
        ("veo-3.1-fast", "images", json!([picture]), "start_image_url", json!(picture)),
        ("veo-3", "aspect_ratio", json!("9:16"), "aspect_ratio", json!("9:16")),
        // A ratio the model lacks becomes its nearest.
        ("veo-3", "aspect_ratio", json!("2:3"), "aspect_ratio", json!("9:16")),
        ("flux-1.1-pro", "size", json!("768x1024"), "image_size", json!("portrait_4_3")),
        ("veo-3", "duration", json!(6), "duration", json!(6)),
        ("veo-3", "duration_seconds", json!(6), "duration", json!(6)),
        ("veo-3", "resolution", json!("1080p"), "resolution", json!("1080p")),
        ("flux-1.1-pro", "seed", json!(42), "seed", json!(42)),
        ("veo-3", "negative_prompt", json!("dogs"), "negative_prompt", json!("dogs")),
    ] {
        let mut input = json!({ "prompt": "a fox" });
        input[field] = value;
        let body = dry(&world, json!({ "model": model, "input": input })).await;
        assert_eq!(body["input"][parameter], becomes, "{model}: {field}");
    }
    world.close().await;
}

#[tokio::test]
async fn fields_that_do_not_fit_the_modality_are_ignored() {
    let world = World::new().await;
    let plain = dry(&world, json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" } })).await;
    for (field, value) in [
        ("duration", json!(8)),
        ("resolution", json!("1080p")),
        ("negative_prompt", json!("dogs")),
        ("images", json!(["https://example.com/a.png"])),
    ] {
        let mut input = json!({ "prompt": "a fox" });
        input[field] = value;
        let body = dry(&world, json!({ "model": "flux-1.1-pro", "input": input })).await;
        assert_eq!(body["input"], plain["input"], "{field}");
    }
    let sized = json!({ "model": "veo-3", "input": { "prompt": "a fox", "size": "640x480" } });
    let unsized_ = json!({ "model": "veo-3", "input": { "prompt": "a fox" } });
    assert_eq!(dry(&world, sized).await["input"], dry(&world, unsized_).await["input"]);
    world.close().await;
}

#[tokio::test]
async fn n_counts_pictures_and_is_ignored_for_clips() {
    let world = World::new().await;
    for (model, n, count, cost) in [
        ("flux-1.1-pro", None, 1, json!(0.04)),
        ("flux-1.1-pro", Some(1), 1, json!(0.04)),
        ("flux-1.1-pro", Some(10), 10, json!(0.4)),
        ("veo-3", Some(10), 1, json!(3.2)),
    ] {
        let mut body = json!({ "model": model, "input": { "prompt": "a fox" } });
        if let Some(n) = n {
            body["n"] = n.into();
        }
        let dry = dry(&world, body).await;
        assert_eq!((&dry["n"], &dry["usage"]["cost_usd"]), (&json!(count), &cost), "{model} {n:?}");
    }
    world.close().await;
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_with_its_path() {
    let world = World::new().await;
    let with = |field: &str, value: Value| {
        let mut body = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 0 });
        match field.strip_prefix("input.") {
            Some(field) => body["input"][field] = value,
            None => body[field] = value,
        }
        body
    };
    let url = "https://example.com/a.png";
    for (body, param) in [
        // Required fields.
        (json!({ "input": { "prompt": "x" } }), Some("model")),
        (json!({ "model": "flux-1.1-pro" }), Some("input")),
        (json!({ "model": "flux-1.1-pro", "input": {} }), Some("input.prompt")),
        (json!({ "model": "flux-1.1-pro", "input": { "images": [] } }), Some("input.prompt")),
        (json!([1]), None),
        // Unknown keys, on both levels; webhooks among them.
        (with("callback_url", json!("https://example.com")), Some("callback_url")),
        (with("input.promt", json!("x")), Some("input.promt")),
        (with("input.count", json!(2)), Some("input.count")),
        (with("input.image_size", json!("square")), Some("input.image_size")),
        // Out of range.
        (with("n", json!(0)), Some("n")),
        (with("n", json!(11)), Some("n")),
        (with("n", json!(1.5)), Some("n")),
        (with("wait", json!(61)), Some("wait")),
        (with("wait", json!(-1)), Some("wait")),
        (with("wait", json!("long")), Some("wait")),
        (with("input.prompt", json!("")), Some("input.prompt")),
        (with("input.prompt", json!("p".repeat(LONG + 1))), Some("input.prompt")),
        (with("input.images", json!(vec![url; 9])), Some("input.images")),
        (with("input.images", json!(["not a url"])), Some("input.images.0")),
        // Malformed.
        (with("input.aspect_ratio", json!("wide")), Some("input.aspect_ratio")),
        (with("input.size", json!("big")), Some("input.size")),
        (with("input.duration", json!("8")), Some("input.duration")),
        (with("input.seed", json!("42")), Some("input.seed")),
        (with("input.resolution", json!(720)), Some("input.resolution")),
        (with("input.negative_prompt", json!(1)), Some("input.negative_prompt")),
        (with("model", json!(7)), Some("model")),
        (with("input", json!("x")), Some("input")),
        // Against the model.
        (with("model", json!("flux-9")), Some("model")),
        (json!({ "model": "kling-2.6", "input": { "prompt": "x", "duration": 7 } }), Some("input.duration")),
        (
            json!({ "model": "kling-2.6", "input": { "prompt": "x", "duration_seconds": 7 } }),
            Some("input.duration_seconds"),
        ),
        (
            json!({ "model": "kling-2.6", "input": { "prompt": "x", "duration": 5, "duration_seconds": 5 } }),
            Some("input.duration_seconds"),
        ),
    ] {
        let answer = world.post(body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        assert_eq!(answer.fault(), ("invalid_input".to_owned(), param.map(str::to_owned)), "{body}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let hint = world.post(with("input.promt", json!("x"))).await;
    assert_eq!(
        hint.body()["error"]["message"],
        "unknown field; did you mean input.prompt? known are: prompt, images, aspect_ratio, size, duration, \
         resolution, seed, negative_prompt, duration_seconds"
    );
    let hint = world.post(with("model", json!("flux-1.1-prp"))).await;
    assert!(hint.body()["error"]["message"].as_str().unwrap().contains("flux-1.1-pro"), "{}", hint.text());
    let broken = world.request("POST", "/v1/generations").bytes("{\"model\":").send().await;
    assert_eq!((broken.status, broken.fault().0.as_str()), (400, "invalid_input"));
    world.close().await;
}

#[tokio::test]
async fn a_body_over_the_bound_is_refused() {
    let settings = Settings { body_bytes_max: 1 << 20, ..Settings::default() };
    let world = World::with(Setting { settings, ..Setting::default() }).await;
    let body = json!({ "model": "flux-1.1-pro", "input": { "prompt": "p".repeat(1 << 20) } });
    let answer = world.post(body).await;
    assert_eq!((answer.status, answer.fault().0.as_str()), (413, "invalid_input"));
    world.close().await;
}
