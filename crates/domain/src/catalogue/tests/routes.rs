use super::super::Route;
use super::*;
use crate::money::MicroUsd;

/// The two whose words these tests know.
const KNOWN: [&str; 2] = ["fal", "openai"];

/// What the first route to one of them that serves the input would send.
fn sent(id: &str, json: Value, count: u32) -> (String, Value, Value) {
    let params = accept(id, json);
    let model = model(id);
    let known = |route: &&Route| KNOWN.contains(&route.provider.as_str());
    let route = model.routes.iter().filter(known).find(|route| route.serves(&params)).unwrap();
    let upstream = route.render(&model, &params, count);
    (format!("{} {}", route.provider, upstream.model), Value::Object(upstream.input.clone()), json!(upstream))
}

const URL: &str = "https://x.example/1.png";

#[test]
fn fal_gets_its_own_words() {
    let (name, body, _) = sent("google/nano-banana", json!({ "prompt": "x", "aspect_ratio": "16:9" }), 3);
    assert_eq!(name, "fal fal-ai/nano-banana");
    assert_eq!(body, json!({ "prompt": "x", "aspect_ratio": "16:9", "num_images": 3 }));

    let (name, body, _) = sent(
        "google/nano-banana-pro",
        json!({ "prompt": "x", "aspect_ratio": "1:1", "image_urls": [URL], "resolution": "2K" }),
        9,
    );
    assert_eq!(name, "fal fal-ai/nano-banana-pro/edit");
    assert_eq!(
        body,
        json!({ "prompt": "x", "aspect_ratio": "1:1", "image_urls": [URL], "resolution": "2K", "num_images": 4 })
    );

    let (name, body, _) = sent(
        "google/veo-3.1-fast",
        json!({ "prompt": "x", "start_image_url": URL, "end_image_url": URL }),
        1,
    );
    assert_eq!(name, "fal fal-ai/veo3.1/fast/first-last-frame-to-video");
    assert_eq!(
        body,
        json!({ "prompt": "x", "aspect_ratio": "16:9", "first_frame_url": URL, "last_frame_url": URL, "resolution": "720p",
            "duration": "8s", "generate_audio": true })
    );

    let (name, body, _) = sent("google/veo-3", json!({ "prompt": "x", "duration": 6 }), 1);
    assert_eq!((name.as_str(), &body["duration"]), ("fal fal-ai/veo3", &json!("6s")));

    let (name, body, _) =
        sent("kuaishou/kling-2.6", json!({ "prompt": "x", "mode": "pro", "start_image_url": URL }), 1);
    assert_eq!(name, "fal fal-ai/kling-video/v2.6/pro/image-to-video");
    assert_eq!(
        body,
        json!({ "prompt": "x", "start_image_url": URL, "duration": "5", "generate_audio": false })
    );

    let (name, body, _) = sent("hailuo/minimax-2.3", json!({ "prompt": "x", "duration": 10 }), 1);
    assert_eq!(name, "fal fal-ai/minimax/hailuo-2.3/standard/text-to-video");
    assert_eq!(body, json!({ "prompt": "x", "duration": "10", "prompt_optimizer": false }));

    let (_, body, _) =
        sent("black-forest-labs/flux.2-flex", json!({ "prompt": "x", "aspect_ratio": "1:1", "steps": 9 }), 1);
    assert_eq!(
        body,
        json!({ "prompt": "x", "image_size": { "width": 1024, "height": 1024 }, "num_inference_steps": 9 })
    );
    let (_, body, _) = sent("black-forest-labs/flux.2-pro", json!({ "prompt": "x" }), 1);
    assert_eq!(body, json!({ "prompt": "x" }), "auto is said by sending nothing");

    let (_, body, _) = sent(
        "black-forest-labs/flux-schnell",
        json!({ "prompt": "x", "image_size": { "width": 640, "height": 480 }, "num_images": 2 }),
        2,
    );
    assert_eq!(body["image_size"], json!({ "width": 640, "height": 480 }));
    assert_eq!(body["num_images"], 2);

    let (name, body, _) = sent("elevenlabs/sound-effect", json!({ "text": "rain", "duration": 3.5 }), 1);
    assert_eq!(name, "fal fal-ai/elevenlabs/sound-effects/v2");
    assert_eq!(
        body,
        json!({ "text": "rain", "prompt_influence": 0.5, "duration_seconds": 3.5, "loop": false })
    );
}

#[test]
fn openai_gets_sizes_for_shapes() {
    let (name, body, whole) =
        sent("openai/gpt-image-1.5", json!({ "prompt": "x", "aspect_ratio": "3:2" }), 2);
    assert_eq!(name, "openai gpt-image-1.5");
    assert_eq!(body, json!({ "prompt": "x", "size": "1536x1024", "quality": "medium", "n": 2 }));
    assert_eq!(whole, json!({ "model": "gpt-image-1.5", "input": body }));
}

#[test]
fn a_route_serves_only_what_its_condition_allows() {
    let kling = model("kuaishou/kling-2.6");
    let standard = accept("kuaishou/kling-2.6", json!({ "prompt": "x" }));
    let mut to_fal = kling.routes.iter().filter(|route| route.provider == "fal");
    assert!(!to_fal.any(|route| route.serves(&standard)), "fal has no standard mode");
    let id = "elevenlabs/sound-effect";
    let effect = model(id);
    let to_fal = effect.routes.iter().find(|route| route.provider == "fal").unwrap();
    assert!(to_fal.serves(&accept(id, json!({ "text": "x" }))));
    assert!(to_fal.serves(&accept(id, json!({ "text": "x", "duration": 22 }))));
    assert!(!to_fal.serves(&accept(id, json!({ "text": "x", "duration": 22.5 }))));
}

#[test]
fn a_route_says_how_many_outputs_a_call_makes_and_what_one_costs() {
    let to_fal = |id: &str| {
        let routes = model(id).routes.clone();
        routes.into_iter().find(|route| route.provider == "fal").unwrap()
    };
    let nano = to_fal("google/nano-banana");
    assert_eq!((nano.count_max(), nano.cost(MicroUsd(30_000))), (4, MicroUsd(39_000)));
    let kling = to_fal("kuaishou/kling-o1-video");
    assert_eq!((kling.count_max(), kling.cost(MicroUsd(240_001))), (1, MicroUsd(561_603)));
    assert_eq!(to_fal("black-forest-labs/flux-schnell").cost(MicroUsd(3_000)), MicroUsd(3_000));
}

#[test]
fn all_changes_of_form_can_be_written() {
    let params = r#"
n = { type = "int", min = 0, max = 100, default = 30 }
x = { type = "number", min = 0, max = 9, default = 1.5 }
t = { type = "text" }
u = { type = "media", of = "image" }
us = { type = "media_list", of = "image" }
b = { type = "bool", default = true }
"#;
    let route = r#"[[model.routes]]
provider = "fal"
upstream = "x/{n}/{b}"
map = { n = { times = 2 }, x = { name = "voice.speed", times = 1000, suffix = "ms" }, t = { as = "number" }, u = { name = "urls", as = "list" }, us = { name = "url", as = "first" } }
set = { "voice.id" = "v", list = [1, { a = true }] }
"#;
    let catalogue = read(&stanza(params, &format!("{PRICE}{route}"))).unwrap();
    let model = &catalogue.models()[0];
    let input = input(json!({ "t": "7", "u": URL, "us": [URL, "https://x.example/2.png"] }));
    let upstream = model.routes[0].render(model, &model.validate(&input, NAMES).unwrap(), 1);
    assert_eq!(upstream.model, "x/60/true");
    assert_eq!(
        Value::Object(upstream.input),
        json!({ "voice": { "speed": "1500ms", "id": "v" }, "t": 7, "urls": [URL], "url": URL, "list": [1, { "a": true }] })
    );
}

#[test]
fn unknown_words_that_a_dialect_passes_reach_the_provider() {
    let words = Words::Names { unknown: Unknown::Pass, numeric_strings: true };
    let model = model("kuaishou/kling-2.6");
    let input = input(
        json!({ "prompt": "x", "mode": "pro", "duration": "10", "camera": { "zoom": 1 }, "gone": null }),
    );
    let params = model.validate(&input, words).unwrap();
    let to_fal = model.routes.iter().find(|route| route.provider == "fal" && route.serves(&params)).unwrap();
    let upstream = to_fal.render(&model, &params, 1);
    assert_eq!(upstream.input["camera"], json!({ "zoom": 1 }));
    assert_eq!(upstream.input["duration"], "10");
    assert!(!upstream.input.contains_key("gone"));
}

#[test]
fn a_passed_word_cannot_change_what_the_route_decides() {
    let words = Words::Names { unknown: Unknown::Pass, numeric_strings: true };
    let sent = |id: &str, json: Value| {
        let model = model(id);
        let params = model.validate(&input(json), &words).unwrap();
        let known = |route: &&Route| KNOWN.contains(&route.provider.as_str());
        let route = model.routes.iter().filter(known).find(|route| route.serves(&params)).unwrap();
        Value::Object(route.render(&model, &params, 1).input)
    };
    let body =
        sent("kuaishou/kling-2.6", json!({ "prompt": "x", "mode": "pro", "generate_audio": true, "n": 4 }));
    assert_eq!((&body["generate_audio"], body.get("n")), (&json!(false), None));
    let body = sent("google/veo-3.1-fast", json!({ "prompt": "x", "duration": "60s" }));
    assert_eq!(body["duration"], "8s");
    let body = sent("google/nano-banana", json!({ "prompt": "x", "aspect_ratio": "1:1", "num_images": 4 }));
    assert_eq!(body["num_images"], 1);
    let body = sent(
        "black-forest-labs/flux.2-pro",
        json!({ "prompt": "x", "image_size": "4096x4096", "num_images": 9 }),
    );
    assert_eq!(body, json!({ "prompt": "x" }));
}

#[test]
fn sizes_become_two_fields_and_lists_numbered_ones() {
    let catalogue = read(&stanza(
        r#"
size = { type = "size", one_of = ["1024x768"], words = { big = "2048x2048", auto = "1x1" }, free = { min = 64 }, default = "1024x768" }
ratio = { type = "choice", one_of = ["auto", "1:1"], default = "auto" }
pictures = { type = "media_list", of = "image", max = 3 }"#,
        &format!(
            r#"{PRICE}{ROUTE}map = {{ size = {{ as = "sides", values = {{ big = "2048x2048" }}, without = ["auto"] }}, pictures = {{ name = "picture", as = "numbered" }} }}"#
        ),
    ))
    .unwrap();
    let model = &catalogue.models()[0];
    let render = |json: Value, pass: bool| {
        let unknown = if pass { Unknown::Pass } else { Unknown::Refuse };
        let words = Words::Names { unknown, numeric_strings: false };
        let params = model.validate(&input(json), words).unwrap();
        Value::Object(model.routes[0].render(model, &params, 1).input)
    };
    let auto = "auto";
    assert_eq!(render(json!({}), false), json!({ "width": 1024, "height": 768, "ratio": auto }));
    assert_eq!(
        render(json!({ "size": "big" }), false),
        json!({ "width": 2048, "height": 2048, "ratio": auto })
    );
    assert_eq!(render(json!({ "size": auto }), false), json!({ "ratio": auto }));
    assert_eq!(
        render(json!({ "size": "64x65", "pictures": [URL, URL, URL], "width": 9 }), true),
        json!({ "width": 64, "height": 65, "ratio": auto, "picture": URL, "picture_2": URL, "picture_3": URL })
    );
}
