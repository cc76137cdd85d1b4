use TroubleClass::{Caller, ContentPolicy, Unknown};
use serde_json::json;
use spool_domain::adapter::{Method, Output};

use super::*;

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
        let read = Google.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}
