use super::*;

const ID: &str = "0123456789abcdefghijklmnopqrstuv";

fn agree(id: &str, json: Value, good: bool) {
    let schema = model(id).schema();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    assert_eq!(validator.is_valid(&json), good, "schema of {id} on {json}");
    assert_eq!(model(id).validate(&input(json.clone()), NAMES).is_ok(), good, "server on {id} {json}");
}

#[test]
fn schema_and_server_agree() {
    let url = "https://x.example/1.png";
    for (id, json, good) in [
        ("kuaishou/kling-2.6", json!({ "prompt": "x" }), true),
        ("kuaishou/kling-2.6", json!({}), false),
        ("kuaishou/kling-2.6", json!({ "start_image_url": url, "duration": 10, "mode": "pro" }), true),
        ("kuaishou/kling-2.6", json!({ "prompt": "x", "end_image_url": url }), false),
        ("kuaishou/kling-2.6", json!({ "prompt": "x", "duration": 7 }), false),
        ("kuaishou/kling-2.6", json!({ "prompt": "x", "typo": 1 }), false),
        ("kuaishou/kling-2.6", json!({ "prompt": 5 }), false),
        ("kuaishou/kling-2.6", json!({ "start_image_url": "ftp://x.example/1" }), false),
        ("kuaishou/kling-2.6", json!({ "start_image_url": "data:image/png;base64,AA==" }), true),
        ("kuaishou/kling-2.6", json!({ "start_image_url": format!("file_{ID}") }), true),
        ("kuaishou/kling-2.6", json!({ "start_image_url": format!("file_{ID}#2") }), false),
        ("kuaishou/kling-2.6", json!({ "start_image_url": ID }), true),
        ("kuaishou/kling-2.6", json!({ "start_image_url": format!("task_{ID}#2") }), true),
        ("kuaishou/kling-2.6", json!({ "start_image_url": format!("asset_{ID}") }), false),
        ("kuaishou/kling-2.1-master", json!({ "start_image_url": url, "end_image_url": url }), false),
        ("hailuo/minimax-2.3", json!({ "prompt": "x", "resolution": "1080p" }), true),
        ("hailuo/minimax-2.3", json!({ "prompt": "x", "resolution": "1080p", "duration": 10 }), false),
        ("hailuo/minimax-2.0", json!({ "prompt": "x", "resolution": "512p" }), false),
        ("kuaishou/kling-3.0-omni-video", json!({ "prompt": "x", "count": 4 }), true),
        ("kuaishou/kling-3.0-omni-video", json!({ "prompt": "x", "count": 5 }), false),
        (
            "kuaishou/kling-3.0-omni-video",
            json!({ "prompt": "x", "multi_shot": [{ "prompt": "a", "duration": 2 }, { "prompt": "b", "duration": 2 }] }),
            false,
        ),
        ("kuaishou/kling-3.0-omni-video", json!({ "multi_shot": [{ "prompt": "a", "duration": 2 }] }), false),
        (
            "kuaishou/kling-3.0-omni-video",
            json!({ "prompt": "x", "elements": [{ "type": "VIDEO", "video_url": url }] }),
            true,
        ),
        ("kuaishou/kling-3.0-omni-video", json!({ "prompt": "x", "elements": [{ "type": "VIDEO" }] }), false),
        ("kuaishou/kling-o1-video", json!({ "prompt": "x", "elements": [{}] }), false),
        ("suno-ai/music", json!({ "mv": "chirp-v4", "custom": false }), false),
        ("suno-ai/music", json!({ "mv": "chirp-v4", "custom": true, "make_instrumental": true }), true),
        ("suno-ai/music", json!({ "mv": "chirp-v4", "custom": true }), false),
        ("suno-ai/music", json!({ "mv": "chirp-v4", "custom": true, "prompt": "x".repeat(3001) }), false),
        ("suno-ai/music", json!({ "mv": "chirp-crow", "custom": true, "prompt": "x".repeat(3001) }), true),
        (
            "suno-ai/cover",
            json!({ "mv": "chirp-v4", "custom": true, "clip_id": JOB, "audio_url": url }),
            false,
        ),
        ("elevenlabs/sound-effect", json!({ "text": "x", "duration": "auto" }), true),
        ("elevenlabs/sound-effect", json!({ "text": "x", "duration": 30.5 }), false),
        (
            "black-forest-labs/flux-schnell",
            json!({ "prompt": "x", "image_size": { "width": 512, "height": 64 } }),
            true,
        ),
        (
            "black-forest-labs/flux-schnell",
            json!({ "prompt": "x", "image_size": { "width": 512, "height": 6400 } }),
            false,
        ),
        (
            "higgsfield-ai/lite",
            json!({ "prompt": "x", "start_image_url": url, "motion_id": "not-a-uuid" }),
            false,
        ),
        (
            "higgsfield-ai/lite",
            json!({ "prompt": "x", "start_image_url": url, "motion_id": "3f0c1b9a-2d4e-4c6f-8a10-5b7c9d1e2f34" }),
            true,
        ),
    ] {
        agree(id, json, good);
    }
}

#[test]
fn every_shipped_schema_is_a_schema() {
    for model in catalogue().models() {
        let schema = model.schema();
        assert!(jsonschema::meta::is_valid(&schema), "{}", model.id);
        assert!(jsonschema::draft202012::new(&schema).is_ok(), "{}", model.id);
        assert_eq!(schema["type"], "object");
    }
}

#[test]
fn a_schema_carries_defaults_and_help() {
    let schema = model("google/veo-3.1-fast").schema();
    assert_eq!(schema["properties"]["resolution"]["default"], "720p");
    assert_eq!(schema["properties"]["resolution"]["description"], "Lines of the clip.");
    assert_eq!(schema["required"], json!(["prompt"]));
    assert_eq!(schema["dependentRequired"], json!({ "end_image_url": ["start_image_url"] }));
}

#[test]
fn a_schema_says_what_kind_of_file_is_taken() {
    let kind = |id: &str, pointer: &str| model(id).schema()["properties"].pointer(pointer).cloned();
    assert_eq!(kind("kuaishou/kling-2.6", "/start_image_url/contentMediaType"), Some("image/*".into()));
    assert_eq!(kind("kuaishou/kling-3.0-omni-video", "/video_url/contentMediaType"), Some("video/*".into()));
    assert_eq!(kind("openai/whisper", "/audio_url/contentMediaType"), Some("audio/*".into()));
    assert_eq!(
        kind("kuaishou/kling-3.0-omni-video", "/elements/items/properties/image_urls/items/contentMediaType"),
        Some("image/*".into())
    );
    assert_eq!(kind("higgsfield-ai/speak", "/audio_task_id/contentMediaType"), Some("audio/*".into()));
    assert_eq!(kind("kuaishou/kling-2.6", "/prompt/contentMediaType"), None);
}
