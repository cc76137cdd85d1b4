use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown};
use serde_json::json;
use spool_domain::adapter::{Method, Output};

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const PNG: &str = "data:image/png;base64,iVBORw==";
const MP4: &str = "data:video/mp4;base64,AAAA";
const OPERATION: &str = "models/veo-3.1-generate-preview/operations/abc";

fn handle(id: &str) -> Handle {
    Handle { id: id.to_owned(), facts: Default::default() }
}

fn read(body: Value) -> Result<Word, Trouble> {
    Google.read_submit(&reply(200, body))
}

fn look(id: &str, body: Value) -> Result<Word, Trouble> {
    Google.read_poll(&handle(id), &reply(200, body))
}

fn done(outputs: Vec<Output>) -> Result<Word, Trouble> {
    Ok(Word::Finished { outputs, billed: None })
}

fn png() -> Output {
    Output::Bytes(b"\x89PNG"[..].into())
}

// --- generateContent ---

#[test]
fn a_picture_is_asked_for_with_words_and_pictures_as_parts() {
    let input = json!({ "prompt": "a kite", "imageConfig": { "aspectRatio": "16:9", "imageSize": "2K" },
        "images": [PNG, "data:image/jpeg;base64,/9j/"], "seed": 1,
        "safetySettings": [{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH" }] });
    let call = submit(&Google, &work("gemini-3-pro-image", input, 1)).unwrap();
    assert_eq!(
        (call.method, call.target.as_str()),
        (Method::Post, "/v1beta/models/gemini-3-pro-image:generateContent")
    );
    assert_eq!(
        body_of(&call),
        json!({
            "contents": [{ "role": "user", "parts": [
                { "text": "a kite" },
                { "inlineData": { "mimeType": "image/png", "data": "iVBORw==" } },
                { "inlineData": { "mimeType": "image/jpeg", "data": "/9j/" } },
            ] }],
            "safetySettings": [{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH" }],
            "generationConfig": { "responseModalities": ["TEXT", "IMAGE"],
                "imageConfig": { "aspectRatio": "16:9", "imageSize": "2K" }, "seed": 1 },
        })
    );
}

#[test]
fn speech_and_songs_ask_for_sound() {
    let voice =
        json!({ "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": "Kore" } }, "languageCode": "en-US" });
    let input = json!({ "text": "Say warmly: hello", "speechConfig": voice });
    let call = submit(&Google, &work("gemini-3.8-flash-tts", input, 1)).unwrap();
    assert_eq!(call.target, "/v1beta/models/gemini-3.8-flash-tts:generateContent");
    assert_eq!(
        body_of(&call),
        json!({ "contents": [{ "role": "user", "parts": [{ "text": "Say warmly: hello" }] }],
            "generationConfig": { "responseModalities": ["AUDIO"], "speechConfig": voice } })
    );
    let call = submit(&Google, &work("lyria-3.5", json!({ "prompt": "folk", "images": [PNG] }), 1)).unwrap();
    let body = body_of(&call);
    assert_eq!(body["generationConfig"], json!({ "responseModalities": ["AUDIO", "TEXT"] }));
    assert_eq!(body["contents"][0]["parts"][1]["inlineData"]["mimeType"], "image/png");
}

#[test]
fn files_come_inside_the_call_and_nothing_else_passes_for_one() {
    assert_eq!(Google.file_form("gemini-3-pro-image"), FileForm::Bytes);
    for (model, field) in
        [("gemini-3-pro-image", "images"), ("gemini-omni-1.2-flash", "image_url"), ("veo-3.1-fast", "image")]
    {
        for file in ["https://a.test/1.png", "data:image/png", "data:image/png,raw"] {
            let file = if field == "images" { json!([file]) } else { json!(file) };
            let refused = submit(&Google, &work(model, json!({ "prompt": "p", field: file }), 1));
            assert_eq!(refused.unwrap_err().class, Caller, "{model}");
        }
    }
}

#[test]
fn a_parameter_cannot_leave_the_models_path() {
    for model in ["", "a/b", "../x", "veo-3?x=1", "veo-3:cancel", ".x", "gemini 3", "imagen-/x"] {
        assert_eq!(submit(&Google, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn pictures_are_read_and_interim_ones_and_words_are_not() {
    let answer = json!({
        "candidates": [{ "content": { "role": "model", "parts": [
            { "text": "Here it is" },
            { "inlineData": { "mimeType": "image/png", "data": "AAAA" }, "thought": true },
            { "inlineData": { "mimeType": "image/png", "data": "iVBORw==" }, "thoughtSignature": "x" },
        ] }, "finishReason": "STOP", "index": 0 }],
        "usageMetadata": { "promptTokenCount": 10, "candidatesTokenCount": 1290, "totalTokenCount": 1300 },
        "modelVersion": "gemini-3-pro-image", "responseId": "r",
    });
    assert_eq!(read(answer), done(vec![png()]));
}

#[test]
fn raw_sound_in_several_parts_becomes_one_wav() {
    let part =
        |data: &str| json!({ "inlineData": { "mimeType": "audio/L16;codec=pcm;rate=16000", "data": data } });
    // Samples 1, -1 and 256, cut in the middle of the second.
    let answer = json!({ "candidates": [{ "content": { "parts": [part("AQD/"), part("/wAB")] }, "finishReason": "STOP" }] });
    let Ok(Word::Finished { outputs, .. }) = read(answer) else { panic!() };
    let [Output::Bytes(wav)] = &outputs[..] else { panic!() };
    let mut wav = hound::WavReader::new(&wav[..]).unwrap();
    assert_eq!((wav.spec().channels, wav.spec().sample_rate, wav.spec().bits_per_sample), (1, 16_000, 16));
    assert_eq!(wav.samples::<i16>().map(Result::unwrap).collect::<Vec<_>>(), [1, -1, 256]);
    let cut = json!({ "candidates": [{ "content": { "parts": [part("AQD/")] } }] });
    assert_eq!(class(read(cut)), (Unknown, "unreadable_200".to_owned()));
}

#[test]
fn the_rate_of_raw_sound_stands_in_its_type() {
    for (mime_type, rate) in [
        ("audio/L16;codec=pcm;rate=24000", Some(24_000)),
        ("audio/l16; rate=48000", Some(48_000)),
        ("audio/L16", Some(24_000)),
        ("audio/pcm;rate=0", Some(24_000)),
        ("audio/wav", None),
        ("audio/mp3", None),
        ("image/png", None),
    ] {
        assert_eq!(sound::rate(mime_type), rate, "{mime_type}");
    }
}

#[test]
fn a_song_is_picked_from_among_its_words() {
    let answer = json!({ "candidates": [{ "content": { "parts": [
        { "text": "[Verse] …" },
        { "inlineData": { "mimeType": "audio/mp3", "data": "SUQz" } },
    ] }, "finishReason": "STOP" }] });
    assert_eq!(read(answer), done(vec![Output::Bytes(b"ID3"[..].into())]));
}

#[test]
fn refusals_that_come_as_successes_are_refusals() {
    for reason in ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY"] {
        let body = json!({ "promptFeedback": { "blockReason": reason }, "usageMetadata": { "promptTokenCount": 9 } });
        assert_eq!(class(read(body)), (ContentPolicy, reason.to_owned()));
    }
    let ended = |reason: &str| json!({ "candidates": [{ "content": { "parts": [{ "text": "no" }] }, "finishReason": reason }] });
    for reason in [
        "SAFETY",
        "IMAGE_SAFETY",
        "PROHIBITED_CONTENT",
        "IMAGE_PROHIBITED_CONTENT",
        "BLOCKLIST",
        "SPII",
        "RECITATION",
        "IMAGE_RECITATION",
    ] {
        assert_eq!(class(read(ended(reason))), (ContentPolicy, reason.to_owned()));
        assert_eq!(class(read(json!({ "candidates": [{ "finishReason": reason }] }))).0, ContentPolicy);
    }
    for reason in ["NO_IMAGE", "IMAGE_OTHER", "OTHER", "STOP", "MAX_TOKENS"] {
        assert_eq!(class(read(ended(reason))), (Unknown, reason.to_owned()));
    }
    for body in [json!({ "candidates": [] }), json!({ "usageMetadata": { "totalTokenCount": 3 } })] {
        assert_eq!(class(read(body)), (ContentPolicy, "no_candidates".to_owned()));
    }
    assert_eq!(class(read(json!({ "candidates": [{}] }))), (Unknown, "no_outputs".to_owned()));
}

#[test]
fn u11_a_success_that_cannot_be_read_is_not_understood() {
    for body in [
        "",
        "<html>ok</html>",
        "{}",
        "[]",
        r#"{"id":"v1_x"}"#,
        r#"{"id":"","status":"queued"}"#,
        r#"{"id":"v1/x","status":"queued"}"#,
        r#"{"name":"operations"}"#,
        r#"{"name":"models/../operations/x"}"#,
        r#"{"predictions":[{"bytesBase64Encoded":"?"}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"?"}}]}}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","da"#,
    ] {
        let read = Google.read_submit(&plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

// --- interactions ---

#[test]
fn a_clip_is_asked_for_in_the_background_and_by_address() {
    let input = json!({ "prompt": "it flies", "image_url": PNG,
        "response_format": { "aspect_ratio": "16:9", "duration": "8s" },
        "generation_config": { "seed": 1, "video_config": { "task": "image_to_video" } } });
    let mut order = work("gemini-omni-1.2-flash", input, 1);
    let call = submit(&Google, &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/v1beta/interactions"));
    assert!(call.headers.contains(&("api-revision", "2026-05-20".to_owned())));
    assert_eq!(
        body_of(&call),
        json!({
            "model": "gemini-omni-1.2-flash", "background": true, "store": true,
            "input": [{ "type": "text", "text": "it flies" },
                { "type": "image", "mime_type": "image/png", "data": "iVBORw==" }],
            "response_format": { "type": "video", "delivery": "uri", "aspect_ratio": "16:9", "duration": "8s" },
            "generation_config": { "seed": 1, "video_config": { "task": "image_to_video" } },
        })
    );
    order.callback_url = Some("https://spool.test/cb/1".to_owned());
    order.input = json!({ "prompt": "p", "video_url": MP4, "images": [PNG] }).as_object().unwrap().clone();
    let body = body_of(&submit(&Google, &order).unwrap());
    assert_eq!(body["webhook_config"], json!({ "uris": ["https://spool.test/cb/1"] }));
    assert_eq!(body["response_format"], json!({ "type": "video", "delivery": "uri" }));
    assert_eq!(body["input"][1]["type"], "image");
    assert_eq!(body["input"][2], json!({ "type": "video", "mime_type": "video/mp4", "data": "AAAA" }));
}

#[test]
fn an_interaction_is_followed_by_its_id() {
    for status in ["queued", "in_progress", "dreaming"] {
        let body = json!({ "id": "v1_abc", "model": "m", "status": status });
        assert_eq!(read(body.clone()), Ok(Word::Accepted(handle("v1_abc"), 5_000)));
        assert_eq!(look("v1_abc", body), Ok(Word::Pending { progress: None, wait_ms: 5_000 }));
    }
    let poll = Google.poll(&handle("v1_abc"));
    assert_eq!((poll.method, poll.target.as_str()), (Method::Get, "/v1beta/interactions/v1_abc"));
    let cancel = Google.cancel(&handle("v1_abc")).unwrap();
    assert_eq!((cancel.method, cancel.target.as_str()), (Method::Post, "/v1beta/interactions/v1_abc/cancel"));
    let word =
        Google.read_cancel(&handle("v1_abc"), &reply(200, json!({ "id": "v1_abc", "status": "cancelled" })));
    assert_eq!(word, Ok(CancelWord::Noted));
    assert_eq!(Google.read_cancel(&handle("v1_abc"), &reply(503, json!({}))).unwrap_err().class, Unavailable);
}

fn completed(content: Value) -> Value {
    json!({ "id": "v1_abc", "status": "completed",
        "steps": [{ "type": "user_input", "content": [{ "type": "text", "text": "p" }] },
            { "type": "model_output", "content": content }],
        "usage": { "total_tokens": 46_012 } })
}

#[test]
fn a_clip_is_handed_out_for_the_key_only() {
    let file = "https://generativelanguage.googleapis.com/v1beta/files/f:download?alt=media";
    let clip = |uri: &str| completed(json!([{ "type": "video", "mime_type": "video/mp4", "uri": uri }]));
    let guarded = |path: &str| done(vec![Output::Guarded(path.to_owned())]);
    assert_eq!(look("v1_abc", clip(file)), guarded("/v1beta/files/f:download?alt=media"));
    assert_eq!(look("v1_abc", clip("https://other.test/f")), guarded("https://other.test/f"));
    let inside = completed(json!([{ "type": "video", "mime_type": "video/mp4", "data": "iVBORw==" }]));
    assert_eq!(look("v1_abc", inside.clone()), done(vec![png()]));
    assert_eq!(read(inside), done(vec![png()]));
}

#[test]
fn a_completed_interaction_without_a_clip_is_no_success() {
    let refused = look("v1_abc", completed(json!([{ "type": "text", "text": "I cannot" }])));
    assert_eq!(class(refused), (ContentPolicy, "text_only".to_owned()));
    assert_eq!(class(look("v1_abc", completed(json!([])))), (Unknown, "no_outputs".to_owned()));
    assert_eq!(
        class(look("v1_abc", completed(json!([{ "type": "video", "data": "?" }])))),
        (Unknown, "unreadable_200".to_owned())
    );
}

#[test]
fn every_end_of_an_interaction_has_its_class() {
    let ended = |status: &str| look("v1_abc", json!({ "id": "v1_abc", "status": status }));
    for status in ["requires_action", "requires_continuation", "incomplete"] {
        assert_eq!(class(ended(status)), (Unknown, status.to_owned()));
    }
    assert_eq!(class(ended("budget_exceeded")), (Quota, "budget_exceeded".to_owned()));
    assert_eq!(ended("cancelled"), Ok(Word::Canceled));
    assert_eq!(class(ended("failed")), (Unknown, "interaction_failed".to_owned()));
    let failed =
        |error: Value| look("v1_abc", json!({ "id": "v1_abc", "status": "failed", "errors": [error] }));
    let oops = failed(json!({ "code": "generation_error", "message": "oops" }));
    assert_eq!(oops, Ok(Word::Failed(Trouble::of(Unknown, "generation_error"))));
    let refused =
        failed(json!({ "code": "blocked", "message": "Request blocked: flagged by Google safety review" }));
    assert_eq!(class(refused), (ContentPolicy, "blocked".to_owned()));
}

// --- operations ---

#[test]
fn an_operation_takes_one_instance_and_its_parameters() {
    let input = json!({
        "instances": { "prompt": "waves", "image": PNG, "lastFrame": PNG, "video": { "uri": "u" },
            "referenceImages": [PNG] },
        "parameters": { "aspectRatio": "16:9", "durationSeconds": 8 },
    });
    let call = submit(&Google, &work("veo-3.1-generate-preview", input, 1)).unwrap();
    assert_eq!(call.target, "/v1beta/models/veo-3.1-generate-preview:predictLongRunning");
    let png = json!({ "bytesBase64Encoded": "iVBORw==", "mimeType": "image/png" });
    assert_eq!(
        body_of(&call),
        json!({ "instances": [{ "prompt": "waves", "image": png, "lastFrame": png, "video": { "uri": "u" },
                "referenceImages": [{ "image": png, "referenceType": "asset" }] }],
            "parameters": { "aspectRatio": "16:9", "durationSeconds": 8, "sampleCount": 1 } })
    );
}

#[test]
fn an_operation_is_followed_by_its_name_and_cannot_be_stopped() {
    assert_eq!(read(json!({ "name": OPERATION })), Ok(Word::Accepted(handle(OPERATION), 10_000)));
    assert_eq!(Google.poll(&handle(OPERATION)), Call::get(format!("/v1beta/{OPERATION}")));
    assert_eq!(Google.cancel(&handle(OPERATION)), None);
    for body in [json!({ "name": OPERATION }), json!({ "name": OPERATION, "metadata": {}, "done": false })] {
        assert_eq!(look(OPERATION, body), Ok(Word::Pending { progress: None, wait_ms: 10_000 }));
    }
}

fn ended(response: Value) -> Result<Word, Trouble> {
    look(
        OPERATION,
        json!({ "name": OPERATION, "done": true, "response": { "generateVideoResponse": response } }),
    )
}

#[test]
fn clips_of_an_operation_are_read_and_missing_ones_are_a_refusal() {
    let uri = "https://generativelanguage.googleapis.com/v1beta/files/f:download?alt=media";
    assert_eq!(
        ended(json!({ "generatedSamples": [{ "video": { "uri": uri } }] })),
        done(vec![Output::Guarded("/v1beta/files/f:download?alt=media".to_owned())])
    );
    let filtered = ended(json!({ "raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["a face"] }));
    let refused = Trouble::of(ContentPolicy, "rai_filtered").saying("a face");
    assert_eq!(filtered, Ok(Word::Failed(refused)));
    assert_eq!(class(ended(json!({ "raiMediaFilteredCount": 1 }))).0, ContentPolicy);
    assert_eq!(class(ended(json!({}))), (Unknown, "no_outputs".to_owned()));
    assert!(ended(json!({ "generatedSamples": [{ "video": {} }] })).is_err());
}

#[test]
fn every_error_of_an_operation_has_its_class() {
    let error = |code: i64, message: &str| json!({ "name": OPERATION, "done": true, "error": { "code": code, "message": message } });
    for (code, message, expected, word) in [
        (1, "m", Unavailable, "CANCELLED"),
        (3, "m", Caller, "INVALID_ARGUMENT"),
        (3, "violates our safety policy", ContentPolicy, "INVALID_ARGUMENT"),
        (4, "m", Timeout, "DEADLINE_EXCEEDED"),
        (5, "m", Credential, "NOT_FOUND"),
        (7, "m", Credential, "PERMISSION_DENIED"),
        (8, "m", Busy, "RESOURCE_EXHAUSTED"),
        (9, "m", Credential, "FAILED_PRECONDITION"),
        (13, "m", Unavailable, "INTERNAL"),
        (14, "m", Unavailable, "UNAVAILABLE"),
        (16, "m", Credential, "UNAUTHENTICATED"),
        (99, "m", Unknown, "operation_failed"),
    ] {
        assert_eq!(class(look(OPERATION, error(code, message))), (expected, word.to_owned()), "{code}");
    }
}

// --- predictions ---

#[test]
fn predictions_are_files_or_a_refusal() {
    let call = submit(
        &Google,
        &work("imagen-4", json!({ "prompt": "p", "parameters": { "aspectRatio": "1:1" } }), 2),
    );
    let call = call.unwrap();
    assert_eq!(call.target, "/v1beta/models/imagen-4:predict");
    assert_eq!(
        body_of(&call),
        json!({ "instances": [{ "prompt": "p" }], "parameters": { "aspectRatio": "1:1", "sampleCount": 2 } })
    );
    let file = json!({ "bytesBase64Encoded": "iVBORw==", "mimeType": "image/png" });
    assert_eq!(read(json!({ "predictions": [file] })), done(vec![png()]));
    assert_eq!(read(json!({ "predictions": [{ "audioContent": "iVBORw==" }] })), done(vec![png()]));
    let withheld = json!({ "raiFilteredReason": "a face" });
    assert_eq!(read(json!({ "predictions": [file, withheld] })), done(vec![png()]));
    let refused = Trouble::of(ContentPolicy, "filtered");
    assert_eq!(read(json!({ "predictions": [withheld] })), Ok(Word::Failed(refused.saying("a face"))));
    for body in [json!({ "predictions": [] }), json!({ "deployedModelId": "1" })] {
        assert_eq!(class(read(body)), (ContentPolicy, "filtered".to_owned()));
    }
}

// --- troubles ---

fn error(code: u16, status: &str, message: &str, details: Value) -> Value {
    json!({ "error": { "code": code, "message": message, "status": status, "details": details } })
}

#[test]
fn every_documented_error_has_its_class() {
    let quota = |id: &str, value: &str| {
        json!([{ "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{ "quotaId": id, "quotaValue": value }] }])
    };
    let key = json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID" }]);
    let rows = [
        (400, "INVALID_ARGUMENT", "bad size", json!([]), Caller, "INVALID_ARGUMENT"),
        (400, "INVALID_ARGUMENT", "API key not valid", key, Credential, "API_KEY_INVALID"),
        (
            400,
            "INVALID_ARGUMENT",
            "image violates the safety policy",
            json!([]),
            ContentPolicy,
            "INVALID_ARGUMENT",
        ),
        (
            400,
            "INVALID_ARGUMENT",
            "Model only supports AUDIO output",
            json!([]),
            Unavailable,
            "INVALID_ARGUMENT",
        ),
        (400, "FAILED_PRECONDITION", "billing is off", json!([]), Credential, "FAILED_PRECONDITION"),
        (401, "UNAUTHENTICATED", "m", json!([]), Credential, "UNAUTHENTICATED"),
        (402, "RESOURCE_EXHAUSTED", "m", json!([]), Quota, "RESOURCE_EXHAUSTED"),
        (403, "PERMISSION_DENIED", "m", json!([]), Credential, "PERMISSION_DENIED"),
        (404, "NOT_FOUND", "no longer available", json!([]), Credential, "NOT_FOUND"),
        (429, "RESOURCE_EXHAUSTED", "m", json!([]), Busy, "RESOURCE_EXHAUSTED"),
        (429, "RESOURCE_EXHAUSTED", "m", quota("PerMinute", "10"), Busy, "RESOURCE_EXHAUSTED"),
        (429, "RESOURCE_EXHAUSTED", "m", quota("ImagesPerDay-Paid", "9"), Quota, "RESOURCE_EXHAUSTED"),
        (429, "RESOURCE_EXHAUSTED", "m", quota("PerMinute", "0"), Quota, "RESOURCE_EXHAUSTED"),
        (499, "CANCELLED", "m", json!([]), Unavailable, "CANCELLED"),
        (500, "INTERNAL", "m", json!([]), Unavailable, "INTERNAL"),
        (500, "INTERNAL", "only supports AUDIO", json!([]), Unavailable, "INTERNAL"),
        (503, "UNAVAILABLE", "m", json!([]), Unavailable, "UNAVAILABLE"),
        (504, "DEADLINE_EXCEEDED", "m", json!([]), Timeout, "DEADLINE_EXCEEDED"),
        (418, "ODD", "m", json!([]), Unknown, "ODD"),
    ];
    for (code, status, message, details, expected, word) in rows {
        let body = error(code, status, message, details);
        let read = |body: Value| class(Google.read_submit(&reply(code, body)));
        assert_eq!(read(body.clone()), (expected, word.to_owned()), "{body}");
        assert_eq!(read(json!([body])), (expected, word.to_owned()), "in a list: {body}");
    }
    let word = json!({ "error": { "code": "invalid_request", "message": "Duration must be a string" } });
    let trouble = Google.read_submit(&reply(400, word)).unwrap_err();
    assert_eq!(trouble, Trouble::of(Caller, "invalid_request").saying("Duration must be a string"));
    for status in [500, 502, 503] {
        let read = Google.read_submit(&plain(status, "text/html", "<h1>Bad gateway</h1>"));
        assert_eq!(class(read), (Unavailable, format!("http_{status}")));
    }
}

#[test]
fn the_wait_is_read_from_the_error_or_the_header() {
    let wait = |delay: Value| {
        let details = json!([{ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay }]);
        let busy = with(reply(429, error(429, "RESOURCE_EXHAUSTED", "m", details)), "retry-after", "7");
        Google.read_submit(&busy).unwrap_err().retry_after_s
    };
    for (delay, expected) in
        [(json!("31s"), 31), (json!("0.5s"), 1), (json!("31.000s"), 31), (json!("soon"), 7), (json!(null), 7)]
    {
        assert_eq!(wait(delay.clone()), Some(expected), "{delay}");
    }
}

#[test]
fn only_the_callers_own_faults_come_with_words() {
    let words = |code, status: &str| {
        Google.read_submit(&reply(code, error(code, status, "about it", json!([])))).unwrap_err().message
    };
    assert_eq!(words(400, "INVALID_ARGUMENT").as_deref(), Some("about it"));
    for (code, status) in [(403, "PERMISSION_DENIED"), (429, "RESOURCE_EXHAUSTED"), (500, "INTERNAL")] {
        assert_eq!(words(code, status), None);
    }
}

#[test]
fn u6_a_failed_look_is_not_a_failed_job() {
    let look = |code, body: Value| Google.read_poll(&handle("v1_abc"), &reply(code, body));
    let odd =
        look(400, json!({ "error": { "code": "invalid_request", "message": "Invalid interaction name" } }));
    assert_eq!(odd, Err(Trouble::of(Unavailable, "invalid_request")));
    assert!(look(404, json!({ "oops": true })).is_err());
    assert!(Google.read_poll(&handle("v1_abc"), &plain(404, "text/html", "<h1>Not found</h1>")).is_err());
    for code in [401, 403, 429, 500, 503] {
        assert!(look(code, error(code, "ANY", "safety", json!([]))).is_err(), "{code}");
    }
    for body in ["", "{}", "<html>", r#"{"id":"v1_abc","sta"#] {
        let read = Google.read_poll(&handle("v1_abc"), &plain(200, "application/json", body));
        assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_200")), "{body}");
    }
    assert_eq!(class(look(404, error(404, "NOT_FOUND", "m", json!([])))), (Gone, "NOT_FOUND".to_owned()));
    assert!(matches!(look(404, error(404, "NOT_FOUND", "m", json!([]))), Ok(Word::Failed(_))));
}

// --- the rest ---

#[test]
fn a_job_that_was_found_is_adopted_by_any_of_its_names() {
    for given in [
        "v1_abc",
        "interactions/v1_abc",
        "https://generativelanguage.googleapis.com/v1beta/interactions/v1_abc",
    ] {
        assert_eq!(Google.adopt(given, "gemini-omni-1.2-flash"), Ok(handle("v1_abc")));
    }
    for given in
        [OPERATION.to_owned(), format!("https://generativelanguage.googleapis.com/v1beta/{OPERATION}")]
    {
        assert_eq!(Google.adopt(&given, "veo-3.1-generate-preview"), Ok(handle(OPERATION)));
    }
    for given in ["", "abc", "v1_a/b", "v1_a?x", "models/x/operations/../y", "models//operations/x"] {
        assert!(Google.adopt(given, "m").is_err(), "{given}");
    }
}

#[test]
fn the_key_is_proved_by_the_list_of_models() {
    assert_eq!(Google.check(), Some(Call::get("/v1beta/models?pageSize=1")));
    assert_eq!(Google.read_check(&reply(200, json!({ "models": [] }))), Ok(()));
    let key = json!([{ "reason": "API_KEY_INVALID" }]);
    let bad = Google.read_check(&reply(400, error(400, "INVALID_ARGUMENT", "API key not valid", key)));
    assert_eq!(bad.unwrap_err().class, Credential);
}

#[test]
fn u9_a_callback_names_its_interaction_and_proves_nothing() {
    let token = Token("t".into());
    let lost = Lost { token: &token, model: "gemini-omni-1.2-flash", since_unix_ms: 0 };
    let named =
        |body: &str| Google.callback_job(&lost, &Callback { body: body.as_bytes(), ..Callback::default() });
    let body = r#"{"type":"interaction.completed","data":{"id":"v1_abc"}}"#;
    assert_eq!(named(body), Some(handle("v1_abc")));
    for body in ["", "{}", "<html>", r#"{"data":{"id":""}}"#, r#"{"data":{"id":"../x"}}"#] {
        assert_eq!(named(body), None, "{body}");
    }
    assert!(Google.accepts_callback(&Callback::default()));
}
