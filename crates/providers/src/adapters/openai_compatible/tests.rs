use TroubleClass::{Caller, Credential, Unavailable};
use serde_json::{Value, json};
use spool_domain::adapter::Output;

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, work};

const PICTURE: &str = "data:image/png;base64,AAEC";

fn order(path: &str, input: Value) -> Result<Call, Trouble> {
    submit(&OpenAiCompatible, &work(path, input, 1))
}

fn form_of(call: &Call) -> String {
    assert_eq!(call.headers, [("content-type", "multipart/form-data; boundary=spool-00ff".to_owned())]);
    String::from_utf8_lossy(&call.body).into_owned()
}

fn field(name: &str, text: &str) -> String {
    format!("form-data; name=\"{name}\"\r\n\r\n{text}\r\n--spool-00ff")
}

#[test]
fn pictures_are_asked_for_in_base64_unless_the_route_says_otherwise() {
    let call =
        order("images/generations", json!({ "model": "sdxl", "prompt": "p", "size": "512x512", "n": 2 }))
            .unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/images/generations"));
    assert_eq!(
        body_of(&call),
        json!({ "model": "sdxl", "prompt": "p", "size": "512x512", "n": 2, "response_format": "b64_json" })
    );
    let call = order("images/generations", json!({ "prompt": "p", "response_format": "url" })).unwrap();
    assert_eq!(
        body_of(&call),
        json!({ "prompt": "p", "response_format": "url" }),
        "no model is as good as any"
    );
}

#[test]
fn nobody_sets_a_server_up_through_a_prompt() {
    let sent = |prompt: &str| {
        body_of(&order("images/generations", json!({ "prompt": prompt })).unwrap())["prompt"].clone()
    };
    assert_eq!(
        sent(r#"a kite <sd_cpp_extra_args>{"steps":999}</sd_cpp_extra_args>"#),
        r#"a kite {"steps":999}"#
    );
    assert_eq!(sent("<sd_cpp_<sd_cpp_extra_args>extra_args>x"), "x");
    assert_eq!(sent("a < b"), "a < b");
}

#[test]
fn an_edit_is_a_form() {
    let input = json!({ "prompt": "wider", "images": [PICTURE, PICTURE], "mask": PICTURE, "size": "512x512", "n": 1 });
    let call = order("images/edits", input).unwrap();
    assert_eq!(call.target, "/images/edits");
    let form = form_of(&call);
    assert_eq!(form.matches("name=\"image[]\"; filename=\"file.png\"").count(), 2);
    assert_eq!(form.matches("name=\"mask\"; filename=\"file.png\"").count(), 1);
    for (name, text) in
        [("prompt", "wider"), ("size", "512x512"), ("n", "1"), ("response_format", "b64_json")]
    {
        assert!(form.contains(&field(name, text)), "{name}");
    }
    let form = form_of(&order("images/edits", json!({ "prompt": "p", "image_url": PICTURE })).unwrap());
    assert!(form.contains("name=\"image[]\""));
    assert_eq!(order("images/edits", json!({ "image": "https://a.test/1.png" })).unwrap_err().class, Caller);
}

#[test]
fn speech_and_transcripts_name_their_model_themselves() {
    let input = json!({ "model": "kokoro", "input": "Hello", "voice": "af_heart", "response_format": "mp3", "speed": 1 });
    let call = order("audio/speech", input.clone()).unwrap();
    assert_eq!((call.target.clone(), body_of(&call)), ("/audio/speech".to_owned(), input));
    for path in ["audio/transcriptions", "audio/translations"] {
        let input = json!({ "file": "data:audio/mpeg;base64,SUQz", "model": "whisper", "language": "en" });
        let call = order(path, input).unwrap();
        assert_eq!(call.target, format!("/{path}"));
        let form = form_of(&call);
        assert!(form.contains("filename=\"file.mp3\"") && form.contains(&field("language", "en")));
        assert_eq!(form.matches("name=\"model\"").count(), 1);
    }
}

#[test]
fn clips_are_begun_with_a_form() {
    let input = json!({ "model": "wan", "prompt": "p", "seconds": 4, "input_reference": PICTURE });
    let call = order("videos", input).unwrap();
    assert_eq!(call.target, "/videos");
    let form = form_of(&call);
    assert!(
        form.contains(&field("seconds", "4"))
            && form.contains("name=\"input_reference\"; filename=\"file.png\"")
    );
    let clip = OpenAiCompatible.adopt("video-1", "videos").unwrap();
    let body = json!({ "id": "video-1", "object": "video", "status": "queued", "progress": 0 });
    assert_eq!(OpenAiCompatible.read_submit("", &reply(200, body)), Ok(Word::Accepted(clip.clone(), 5_000)));
    assert_eq!(OpenAiCompatible.poll(&clip), Call::get("/videos/video-1"));
    let done = OpenAiCompatible.read_poll(&clip, &reply(200, json!({ "status": "completed" })));
    let outputs = vec![Output::Guarded("/videos/video-1/content".to_owned())];
    assert_eq!(done, Ok(Word::Finished { outputs, billed: None }));
    let lost = OpenAiCompatible.read_poll(&clip, &reply(404, json!({ "detail": "no such video" })));
    assert_eq!(lost, Ok(Word::Failed(Trouble::of(Unavailable, "http_404"))), "a restart forgets");
}

#[test]
fn other_paths_are_never_sent() {
    for path in ["models", "../x", "images/variations", ""] {
        let trouble = order(path, json!({ "prompt": "p" })).unwrap_err();
        assert_eq!((trouble.class, trouble.code.as_str()), (Caller, "no_such_endpoint"), "{path}");
    }
    assert!(OpenAiCompatible.adopt("x", "audio/speech").is_err());
    assert!(OpenAiCompatible.adopt("a/b", "videos").is_err());
    assert_eq!(OpenAiCompatible.file_form("audio/transcriptions"), FileForm::Bytes);
}

#[test]
fn all_known_errors_have_their_class() {
    let rows = [
        (
            400,
            json!({ "error": { "message": "m", "type": "invalid_request_error", "code": null } }),
            Caller,
            "invalid_request_error",
        ),
        (400, json!({ "error": "no prompt" }), Caller, "http_400"),
        (
            400,
            json!({ "detail": { "error": "invalid_model", "message": "m", "type": "t" } }),
            Caller,
            "invalid_model",
        ),
        (
            422,
            json!({ "detail": [{ "loc": ["body", "n"], "msg": "m", "type": "less_than" }] }),
            Caller,
            "less_than",
        ),
        (401, json!({ "detail": "no" }), Credential, "http_401"),
        (403, json!({ "detail": "no" }), Credential, "http_403"),
        (404, json!({ "detail": "model not installed" }), Credential, "http_404"),
        (429, json!({ "error": "queue is full" }), TroubleClass::Busy, "http_429"),
        (500, json!({ "error": "out of memory" }), Unavailable, "http_500"),
        (503, json!({ "detail": "loading" }), Unavailable, "http_503"),
    ];
    for (status, body, expected, code) in rows {
        let read = OpenAiCompatible.read_submit("", &reply(status, body.clone()));
        assert_eq!(class(read), (expected, code.to_owned()), "{status} {body}");
    }
    for status in [502, 503, 504] {
        let read = OpenAiCompatible.read_submit("", &plain(status, "text/plain", "starting"));
        assert_eq!(class(read), (Unavailable, format!("http_{status}")));
    }
}
