use super::*;
use crate::catalogue::{Asked, Task};

fn shape(id: &str, json: Value) -> (u32, u32, u32) {
    let wish = model(id).wish(&accept(id, json));
    (wish.width, wish.height, wish.duration_ms)
}

#[test]
fn pixels_and_seconds_follow_the_parameters() {
    let url = "https://x.example/1.png";
    let x = "x";
    assert_eq!(shape("google/veo-3.1-fast", json!({ "prompt": x })), (1280, 720, 8000));
    assert_eq!(
        shape("google/veo-3.1-fast", json!({ "prompt": x, "aspect_ratio": "9:16", "resolution": "1080p" })),
        (1080, 1920, 8000)
    );
    assert_eq!(shape("google/veo-3.1-fast", json!({ "prompt": x, "resolution": "4k" })), (3840, 2160, 8000));
    assert_eq!(
        shape(
            "kuaishou/kling-2.6",
            json!({ "prompt": x, "mode": "pro", "aspect_ratio": "1:1", "duration": 10 })
        ),
        (1080, 1080, 10_000)
    );
    assert_eq!(
        shape("hailuo/minimax-2.0", json!({ "start_image_url": url, "resolution": "512p" })),
        (910, 512, 6000)
    );
    assert_eq!(shape("google/nano-banana", json!({ "prompt": x, "aspect_ratio": "1:1" })), (1024, 1024, 0));
    assert_eq!(
        shape("google/nano-banana-pro", json!({ "prompt": x, "aspect_ratio": "1:1", "resolution": "4k" })),
        (4096, 4096, 0)
    );
    assert_eq!(
        shape("black-forest-labs/flux.2-pro", json!({ "prompt": x, "aspect_ratio": "16:9" })),
        (1360, 768, 0)
    );
    assert_eq!(
        shape("black-forest-labs/flux-schnell", json!({ "prompt": x, "image_size": "landscape_16_9" })),
        (1024, 576, 0)
    );
    assert_eq!(
        shape("black-forest-labs/flux-schnell", json!({ "prompt": x, "image_size": "640x480" })),
        (640, 480, 0)
    );
    assert_eq!(shape("openai/gpt-image-2", json!({ "prompt": x, "size": "1536x1024" })), (1536, 1024, 0));
    assert_eq!(
        shape(
            "higgsfield-ai/speak",
            json!({ "prompt": x, "image_url": url, "audio_url": url, "quality": "high" })
        ),
        (1920, 1080, 5000)
    );
    assert_eq!(shape("elevenlabs/sound-effect", json!({ "text": x, "duration": 0.5 })), (0, 0, 500));
    assert_eq!(shape("elevenlabs/sound-effect", json!({ "text": x })), (0, 0, 5000));
    assert_eq!(
        shape("elevenlabs/text-to-speech", json!({ "text": "x".repeat(150), "voice": "v" })),
        (0, 0, 10_000)
    );
    assert_eq!(shape("elevenlabs/speech-to-text", json!({ "audio_url": url })), (0, 0, 0));
}

#[test]
fn prompt_seed_and_format_are_passed_on() {
    let id = "black-forest-labs/flux-schnell";
    let wish = model(id).wish(&accept(id, json!({ "prompt": "a fox", "seed": 7, "output_format": "PNG" })));
    assert_eq!((wish.prompt.as_str(), wish.seed, wish.format.as_str()), ("a fox", Some(7), "png"));
    let format = |id: &str, json: Value| model(id).wish(&accept(id, json)).format;
    assert_eq!(format(id, json!({ "prompt": "x" })), "jpeg");
    assert_eq!(format("google/nano-banana", json!({ "prompt": "x", "aspect_ratio": "1:1" })), "png");
    assert_eq!(format("google/veo-3", json!({ "prompt": "x" })), "mp4");
    assert_eq!(format("suno-ai/wav", json!({ "clip_id": JOB })), "wav");
    assert_eq!(format("elevenlabs/sound-effect", json!({ "text": "x" })), "mp3");
    assert_eq!(format("suno-ai/lyrics", json!({ "prompt": "x", "mv": "default" })), "text");
}

#[test]
fn roles_find_values_whatever_the_model_calls_them() {
    let id = "suno-ai/music";
    let params = accept(id, json!({ "mv": "chirp-v4", "custom": false, "gpt_description_prompt": "sea" }));
    assert_eq!(model(id).by_role(&params, "prompt"), Some(&json!("sea")));
    assert_eq!(model(id).by_role(&params, "duration"), None);
    assert_eq!(model(id).by_role(&params, "no such role"), None);
    let id = "kuaishou/kling-o1-video";
    assert_eq!(model(id).count(&accept(id, json!({ "prompt": "x", "count": 3 }))), Some(3));
    assert_eq!(model(id).count_max(), Some(4));
    assert_eq!(model("google/veo-3").count(&accept("google/veo-3", json!({ "prompt": "x" }))), None);
}

#[test]
fn a_wish_says_what_it_is_made_from_and_what_of_it_was_asked_for() {
    let id = "philz1337x/clarity-upscaler";
    let url = "https://x.example/1.png";
    let wish = model(id).wish(&accept(id, json!({ "image_url": url, "upscale_factor": 1.5 })));
    let from = wish.from.unwrap();
    assert_eq!((from.task, from.factor_percent, from.is("upscaling")), (Task::ImageToImage, Some(150), true));
    assert_eq!(from.asked, Asked::default());
    let [file] = from.files.as_slice() else { panic!("{from:?}") };
    assert_eq!((file.field.as_str(), file.text.as_str(), file.mask), ("image_url", url, false));
    let id = "hailuo/minimax-2.0";
    let wish = model(id).wish(&accept(id, json!({ "start_image_url": url, "resolution": "512p" })));
    let from = wish.from.unwrap();
    assert!(from.asked.pixels && !from.asked.ratio, "{:?}", from.asked);
    let id = "google/nano-banana";
    let wish = model(id).wish(&accept(id, json!({ "prompt": "x", "aspect_ratio": "1:1" })));
    assert_eq!((wish.from, wish.files), (None, 1));
}
