//! Speech, transcripts and clips.

use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::{Busy, Caller, ContentPolicy, Unavailable, Unknown};
use spool_domain::adapter::{Method, Output};

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const SOUND: &str = "data:audio/mpeg;base64,SUQz";

fn order(makes: Makes, model: &str, input: Value) -> Result<Call, Trouble> {
    submit(&OpenAi, &Work { makes, ..work(model, input, 1) })
}

fn form_of(call: &Call) -> String {
    assert_eq!(call.headers, [("content-type", "multipart/form-data; boundary=spool-00ff".to_owned())]);
    String::from_utf8_lossy(&call.body).into_owned()
}

fn field(name: &str, text: &str) -> String {
    format!("form-data; name=\"{name}\"\r\n\r\n{text}\r\n--spool-00ff")
}

fn finished(output: Output) -> Result<Word, Trouble> {
    Ok(Word::Finished { outputs: vec![output], billed: None })
}

#[test]
fn speech_is_asked_for_with_exactly_these_fields() {
    let input = json!({ "input": "Hello", "voice": "alloy", "response_format": "mp3", "speed": 1 });
    let call = order(Makes::Audio, "gpt-4o-mini-tts", input).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/audio/speech"));
    assert_eq!(call.headers, [("content-type", "application/json".to_owned())]);
    assert_eq!(
        body_of(&call),
        json!({ "model": "gpt-4o-mini-tts", "input": "Hello", "voice": "alloy", "response_format": "mp3", "speed": 1 })
    );
}

#[test]
fn a_recording_goes_as_a_part_of_a_form() {
    let input = json!({ "file": SOUND, "language": "en", "temperature": 0, "keywords": ["kite", "tin"] });
    let call = order(Makes::Text, "gpt-transcribe", input).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/audio/transcriptions"));
    let form = form_of(&call);
    assert!(form.contains("name=\"file\"; filename=\"file.mp3\"\r\nContent-Type: audio/mpeg\r\n\r\nID3\r\n"));
    for (name, text) in [
        ("model", "gpt-transcribe"),
        ("language", "en"),
        ("temperature", "0"),
        ("keywords[]", "kite"),
        ("keywords[]", "tin"),
    ] {
        assert!(form.contains(&field(name, text)), "{name}");
    }
    for odd in [json!({ "file": "https://a.test/1.mp3" }), json!({})] {
        let trouble = order(Makes::Text, "whisper-1", odd).unwrap_err();
        assert_eq!((trouble.class, trouble.code.as_str()), (Caller, "no_file"));
    }
}

#[test]
fn recordings_come_as_bytes_and_pictures_may_stay_addresses() {
    for (model, form) in [
        ("gpt-transcribe", FileForm::Bytes),
        ("gpt-4o-mini-transcribe", FileForm::Bytes),
        ("whisper-1", FileForm::Bytes),
        ("sora-2", FileForm::Bytes),
        ("gpt-image-2", FileForm::UrlOrData),
    ] {
        assert_eq!(OpenAi.file_form(model), form, "{model}");
    }
}

#[test]
fn a_clip_is_begun_with_a_form_or_where_its_picture_is_an_address_with_json() {
    let input = json!({ "prompt": "a red kite", "seconds": 4, "size": "1280x720" });
    let call = order(Makes::Video, "sora-2", input).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/videos"));
    let form = form_of(&call);
    for (name, text) in
        [("model", "sora-2"), ("prompt", "a red kite"), ("seconds", "4"), ("size", "1280x720")]
    {
        assert!(form.contains(&field(name, text)), "{name}");
    }
    let input = json!({ "prompt": "p", "input_reference": "data:image/png;base64,AAEC" });
    assert!(
        form_of(&order(Makes::Video, "m", input).unwrap())
            .contains("name=\"input_reference\"; filename=\"file.png\"")
    );
    let input = json!({ "prompt": "p", "seconds": 8, "input_reference": "https://a.test/1.png" });
    assert_eq!(
        body_of(&order(Makes::Video, "m", input).unwrap()),
        json!({ "model": "m", "prompt": "p", "seconds": "8", "input_reference": { "image_url": "https://a.test/1.png" } })
    );
}

#[test]
fn sounds_come_as_they_are() {
    for kind in ["audio/mpeg", "audio/wav", "Audio/Opus; codecs=x", "application/octet-stream", "video/mp4"] {
        assert_eq!(
            OpenAi.read_submit("", &plain(200, kind, "ID3")),
            finished(Output::Bytes(b"ID3"[..].into())),
            "{kind}"
        );
    }
    let Ok(Word::Finished { outputs, .. }) = OpenAi.read_submit("", &plain(200, "audio/pcm", "\u{1}\0"))
    else {
        panic!()
    };
    assert!(
        matches!(&outputs[..], [Output::Bytes(file)] if file.starts_with(b"RIFF")),
        "raw samples get a head"
    );
    for odd in [
        plain(200, "audio/mpeg", ""),
        plain(200, "text/event-stream", "data: {}"),
        plain(200, "audio/pcm", ""),
    ] {
        assert_eq!(class(OpenAi.read_submit("", &odd)), (Unknown, "unreadable_200".to_owned()), "{odd:?}");
    }
}

#[test]
fn transcripts_come_as_json_or_as_plain_text() {
    let text = |text: &str| finished(Output::Text(text.to_owned()));
    let usage = json!({ "type": "duration", "seconds": 12 });
    assert_eq!(
        OpenAi.read_submit("", &reply(200, json!({ "text": "Hi there.", "usage": usage }))),
        text("Hi there.")
    );
    let verbose =
        json!({ "language": "english", "duration": 1.5, "text": "Hi.", "segments": [], "words": [] });
    assert_eq!(OpenAi.read_submit("", &reply(200, verbose)), text("Hi."));
    assert_eq!(OpenAi.read_submit("", &reply(200, json!({ "text": "" }))), text(""), "silence");
    let vtt = "WEBVTT\n\n00:00.000 --> 00:01.000\nHi.";
    assert_eq!(OpenAi.read_submit("", &plain(200, "text/vtt", vtt)), text(vtt));
    assert_eq!(OpenAi.read_submit("", &plain(200, "text/plain; charset=utf-8", "Hi.\n")), text("Hi."));
    for odd in ["", "<html>ok</html>", "{\"text\": \"H"] {
        let read = OpenAi.read_submit("", &plain(200, "text/plain", odd));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{odd}");
    }
}

fn clip() -> Handle {
    OpenAi.adopt("video_1", "sora-2").unwrap()
}

fn told(status: &str) -> Value {
    json!({ "id": "video_1", "object": "video", "model": "sora-2", "status": status, "progress": 40,
        "created_at": 1_760_000_000, "completed_at": null, "expires_at": null, "prompt": "p", "size": "720x1280",
        "seconds": "4", "remixed_from_video_id": null, "error": null })
}

#[test]
fn a_clip_is_followed_to_its_file() {
    assert_eq!(OpenAi.read_submit("", &reply(200, told("queued"))), Ok(Word::Accepted(clip(), 5_000)));
    assert_eq!(OpenAi.poll(&clip()), Call::get("/videos/video_1"));
    let look = |status: &str| OpenAi.read_poll(&clip(), &reply(200, told(status)));
    for status in ["queued", "in_progress", "processing", "resting"] {
        assert_eq!(look(status), Ok(Word::Pending { progress: Some(40), wait_ms: 5_000 }), "{status}");
    }
    let soon = with(reply(200, told("queued")), "openai-poll-after-ms", "1500");
    assert_eq!(OpenAi.read_poll(&clip(), &soon), Ok(Word::Pending { progress: Some(40), wait_ms: 1_500 }));
    assert_eq!(look("completed"), finished(Output::Guarded("/videos/video_1/content".to_owned())));
    for odd in
        [plain(200, "text/html", "<p>"), plain(200, "application/json", "{\"status"), reply(200, json!({}))]
    {
        assert_eq!(class(OpenAi.read_poll(&clip(), &odd)), (Unknown, "unreadable_200".to_owned()));
    }
    assert_eq!(
        class(OpenAi.read_submit("", &reply(200, json!({ "status": "queued", "id": "../x" })))).0,
        Unknown
    );
}

#[test]
fn a_clip_fails_by_its_code() {
    let failed = |error: Value| {
        let mut body = told("failed");
        body["error"] = error;
        match OpenAi.read_poll(&clip(), &reply(200, body)) {
            Ok(Word::Failed(trouble)) => trouble,
            other => panic!("{other:?}"),
        }
    };
    let refused = failed(json!({ "code": "moderation_blocked", "message": "words" }));
    assert_eq!(refused, Trouble::of(ContentPolicy, "moderation_blocked").saying("words"));
    let other = failed(json!({ "code": "server_error", "message": "words" }));
    assert_eq!(other, Trouble::of(Unavailable, "server_error"));
    for error in [json!({ "message": "words" }), json!(null), json!({ "code": "a sentence is no code" })] {
        assert_eq!(failed(error), Trouble::of(Unavailable, "video_failed"));
    }
}

#[test]
fn a_forgotten_clip_has_failed_and_any_other_trouble_is_a_look_that_failed() {
    let lost = reply(404, json!({ "error": { "message": "no", "code": "not_found" } }));
    assert_eq!(OpenAi.read_poll(&clip(), &lost), Ok(Word::Failed(Trouble::of(Unavailable, "not_found"))));
    let page = plain(404, "text/html", "<h1>Not found</h1>");
    assert!(OpenAi.read_poll(&clip(), &page).is_err());
    let busy = with(reply(429, json!({ "error": { "code": "rate_limit_exceeded" } })), "retry-after", "3");
    let trouble = OpenAi.read_poll(&clip(), &busy).unwrap_err();
    assert_eq!(trouble, Trouble::of(Busy, "rate_limit_exceeded").after_s(Some(3)));
}

#[test]
fn u13_the_list_shows_clips_where_there_are_any() {
    assert_eq!(OpenAi.listing(0, 1), Some(Call::get("/videos?limit=100")));
    let body = json!({ "object": "list", "data": [told("queued")], "first_id": "video_1", "last_id": "video_1", "has_more": false });
    let listing = OpenAi.read_listing(&reply(200, body)).unwrap();
    let [listed] = &listing.jobs[..] else { panic!("{listing:?}") };
    assert_eq!((&listed.handle, &listed.token), (&clip(), &None));
    assert_eq!(listed.created_unix_ms, Some(1_760_000_000_000));
    for none in [404, 405, 410] {
        assert_eq!(OpenAi.read_listing(&reply(none, json!({}))), Ok(Listing::default()));
    }
    assert_eq!(OpenAi.read_listing(&reply(500, json!({}))).unwrap_err().class, Unavailable);
    assert_eq!(OpenAi.read_listing(&reply(200, json!({}))).unwrap_err().class, Unknown);
}

#[test]
fn only_clips_can_be_adopted() {
    for odd in ["", "img_1", "video_/x", "video_a?b"] {
        assert!(OpenAi.adopt(odd, "sora-2").is_err(), "{odd}");
    }
    assert_eq!(OpenAi.check(), Some(Call::get("/models")));
}
