//! The contract's table of outputs: one case per kind of task; and how tasks end.

use serde_json::{Value, json};

use super::{cancel, code, create, fox, keys, make, message, post, read, world};
use crate::world::{Request, World};

const MEDIA: &str = "https://example.com/a";

fn is_link(world: &World, url: &Value) -> bool {
    url.as_str().is_some_and(|url| url.starts_with(&format!("http://{}/v1/assets/", world.address)))
}

#[tokio::test]
async fn clips_pictures_and_sounds_have_their_one_url() {
    let world = world().await;
    let clip = song(&world).await;
    for (model, input, field) in [
        ("google/veo-3.1-fast", json!({ "prompt": "a fox" }), "video_url"),
        (
            "higgsfield-ai/speak",
            json!({ "prompt": "x", "image_url": MEDIA, "audio_url": MEDIA }),
            "video_url",
        ),
        ("topaz-labs/video-upscale", json!({ "video_url": MEDIA, "resolution": "1080p" }), "video_url"),
        ("google/nano-banana", json!({ "prompt": "a fox", "aspect_ratio": "1:1" }), "image_url"),
        ("topaz-labs/image-upscale", json!({ "image_url": MEDIA }), "image_url"),
        ("elevenlabs/text-to-speech", json!({ "text": "Hello", "voice": "Rachel" }), "audio_url"),
        (
            "elevenlabs/text-to-dialogue",
            json!({ "dialogue": [{ "text": "Hello", "voice": "Rachel" }] }),
            "audio_url",
        ),
        ("elevenlabs/sound-effect", json!({ "text": "rain", "duration": 1 }), "audio_url"),
        ("elevenlabs/voice-isolation", json!({ "audio_url": MEDIA }), "audio_url"),
        ("higgsfield-ai/tts", json!({ "prompt": "Hello", "voice_id": "sandbox-voice-low" }), "audio_url"),
        ("suno-ai/wav", json!({ "clip_id": clip }), "audio_url"),
    ] {
        let task = make(&world, json!({ "model": model, "input": input })).await;
        assert_eq!(keys(&task), ["output", "status", "task_id"], "{task}");
        assert_eq!((&task["status"], keys(&task["output"])), (&json!("completed"), vec![field]), "{task}");
        let url = &task["output"][field];
        assert!(is_link(&world, url), "{task}");
        let file = url.as_str().unwrap().split('?').next().unwrap();
        assert!(model != "suno-ai/wav" || file.ends_with(".wav"), "{file}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_url_leads_to_the_file() {
    let world = world().await;
    let task = make(&world, fox()).await;
    let url: url::Url = task["output"]["image_url"].as_str().unwrap().parse().unwrap();
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let file = Request::new(world.address, "GET", &path).send().await;
    assert_eq!(file.status, 200);
    assert!(file.header("content-type").unwrap().starts_with("image/"), "{:?}", file.headers);
    world.close().await;
}

#[tokio::test]
async fn several_are_an_array_beside_the_first() {
    let world = world().await;
    let input = json!({ "prompt": "foxes", "count": 3, "duration": 3 });
    let task = make(&world, json!({ "model": "kuaishou/kling-o1-video", "input": input })).await;
    let output = &task["output"];
    assert_eq!(keys(output), ["video_url", "video_urls"], "{task}");
    let urls = output["video_urls"].as_array().unwrap();
    assert_eq!(urls.len(), 3);
    let id = |url: &Value| url.as_str().unwrap().split('?').next().unwrap().to_owned();
    assert_eq!(id(&urls[0]), id(&output["video_url"]));
    assert!(id(&urls[1]) != id(&urls[0]) && urls.iter().all(|url| is_link(&world, url)));
    world.close().await;
}

#[tokio::test]
async fn suno_makes_clips() {
    let world = world().await;
    let mv = "chirp-bluejay";
    let simple = |field: &str, value: &str| {
        let mut input = json!({ "mv": mv, "custom": false, "gpt_description_prompt": "a sea shanty" });
        input[field] = value.into();
        input
    };
    let lyrics = json!({ "mv": "chirp-crow", "custom": true, "prompt": "[Verse] Drops", "title": "Rain" });
    let made = song(&world).await;
    let clip = json!({ "clip_id": made, "title": "Rain" });
    for (model, input, title, prompt, version) in [
        ("suno-ai/music", simple("tags", "folk"), "", "a sea shanty", "v4.5+"),
        ("suno-ai/music", lyrics, "Rain", "[Verse] Drops", "v5"),
        ("suno-ai/add-vocals", simple("audio_url", MEDIA), "", "a sea shanty", "v4.5+"),
        ("suno-ai/add-instrumental", simple("clip_id", &made), "", "a sea shanty", "v4.5+"),
        ("suno-ai/extend", simple("clip_id", &made), "", "a sea shanty", "v4.5+"),
        ("suno-ai/cover", simple("clip_id", &made), "", "a sea shanty", "v4.5+"),
        ("suno-ai/stems", clip.clone(), "Vocals", "", ""),
        ("suno-ai/stems-all", clip, "Rain", "", ""),
    ] {
        let task = make(&world, json!({ "model": model, "input": input })).await;
        let output = &task["output"];
        assert_eq!(keys(output), ["audio_url", "audio_urls", "clips"], "{model}: {task}");
        let clips = output["clips"].as_array().unwrap();
        assert_eq!(clips.len(), output["audio_urls"].as_array().unwrap().len(), "{model}");
        let first = &clips[0];
        assert!(is_link(&world, &output["audio_url"]), "{model}");
        assert_eq!(
            (&first["audio_url"], &output["audio_url"]),
            (&output["audio_url"], &output["audio_urls"][0]),
            "{model}"
        );
        assert_eq!(
            (&first["title"], &first["prompt"], &first["major_model_version"], &first["status"]),
            (&json!(title), &json!(prompt), &json!(version), &json!("complete")),
            "{model}"
        );
        assert!(first["duration"].as_f64().unwrap() > 1.0, "{model}: {first}");
        assert!(!first["id"].as_str().unwrap().is_empty());
        assert!(first["created_at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    }
    world.close().await;
}

#[tokio::test]
async fn a_clip_id_is_what_a_later_task_takes() {
    let world = world().await;
    let clip = song(&world).await;
    let wav = |clip: &str| json!({ "model": "suno-ai/wav", "input": { "clip_id": clip } });
    assert_eq!(make(&world, wav(&clip)).await["status"], "completed");
    // The task itself does too, and its file by the name that files have.
    let speech = json!({ "voice_id": "sandbox-voice-low", "prompt": "Hello" });
    let speech = make(&world, json!({ "model": "higgsfield-ai/tts", "input": speech })).await;
    assert_eq!(make(&world, wav(&format!("file_{clip}"))).await["status"], "completed");
    for (wrong, words) in [
        (speech["task_id"].as_str().unwrap(), "a job of higgsfield-ai/tts; allowed are jobs of suno-ai/*"),
        ("https://example.com/a.mp3", "must be the id of an earlier job"),
        ("some-clip", "must be the id of an earlier job"),
        (&"0".repeat(32), "names no job of this account"),
    ] {
        let answer = post(&world, wav(wrong)).await;
        assert_eq!(code(&answer), (400, "validation_error".to_owned()), "{wrong}");
        assert!(message(&answer).contains(words), "{}", message(&answer));
    }
    world.close().await;
}

/// The id of a clip that was just made.
async fn song(world: &World) -> String {
    let song = json!({ "mv": "chirp-v4", "custom": false, "gpt_description_prompt": "a sea shanty" });
    let made = make(world, json!({ "model": "suno-ai/music", "input": song })).await;
    made["output"]["clips"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn texts_are_lyrics_transcripts_or_plain() {
    let world = world().await;
    let lyrics = json!({ "model": "suno-ai/lyrics", "input": { "prompt": "rain at sea", "mv": "default" } });
    let output = make(&world, lyrics).await["output"].clone();
    assert_eq!(keys(&output), ["text", "title"]);
    assert_eq!(output["title"], "rain at sea");
    assert!(output["text"].as_str().unwrap().starts_with("[Verse 1]"), "{output}");

    let mut transcript = json!({ "model": "elevenlabs/speech-to-text", "input": { "audio_url": MEDIA } });
    let output = make(&world, transcript.clone()).await["output"].clone();
    assert_eq!(keys(&output), ["text"]);
    assert!(!output["text"].as_str().unwrap().is_empty());
    transcript["input"]["language_code"] = "en".into();
    let output = make(&world, transcript).await["output"].clone();
    assert_eq!((keys(&output), &output["language_code"]), (vec!["language_code", "text"], &json!("en")));

    let plain = json!({ "model": "test/free-text", "input": { "prompt": "rain" } });
    assert_eq!(keys(&make(&world, plain).await["output"]), ["text"]);
    world.close().await;
}

#[tokio::test]
async fn a_failed_task_says_why_and_the_read_is_still_200() {
    let world = world().await;
    for outcome in ["refuse", "fail", "timeout", "expired-asset", "nonsense"] {
        let mut body = fox();
        body["input"]["prompt"] = format!("a fox [sandbox outcome={outcome}]").into();
        let task = make(&world, body).await;
        assert_eq!(keys(&task), ["error", "status", "task_id"], "{task}");
        assert_eq!(
            (&task["status"], &task["error"]["code"]),
            (&json!("failed"), &json!("generation_failed"))
        );
        assert!(!task["error"]["message"].as_str().unwrap().is_empty(), "{task}");
    }
    world.close().await;
}

#[tokio::test]
async fn what_goes_on_is_processing_and_what_was_cancelled_has_failed() {
    let world = world().await;
    let mut slow = fox();
    slow["input"]["prompt"] = "a fox [sandbox delay=600]".into();
    let id = create(&world, slow).await;
    // Pending only where no worker was free for it.
    let status = read(&world, &id).await["status"].clone();
    assert!([json!("pending"), json!("processing")].contains(&status), "{status}");
    cancel(&world, &id).await;
    let task = read(&world, &id).await;
    assert_eq!((&task["status"], &task["error"]["code"]), (&json!("failed"), &json!("cancelled")), "{task}");
    assert_eq!(keys(&task["error"]), ["code", "message"]);
    world.close().await;
}
