mod content;
mod interaction;
mod operation;

use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown};
use serde_json::json;
use spool_domain::adapter::Output;

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const PNG: &str = "data:image/png;base64,iVBORw==";
const MP4: &str = "data:video/mp4;base64,AAAA";
const OPERATION: &str = "models/veo-3.1-generate-preview/operations/abc";

fn handle(id: &str) -> Handle {
    Handle { id: id.to_owned(), facts: Default::default() }
}

fn read(body: Value) -> Result<Word, Trouble> {
    Google.read_submit("", &reply(200, body))
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
        let read = |body: Value| class(Google.read_submit("", &reply(code, body)));
        assert_eq!(read(body.clone()), (expected, word.to_owned()), "{body}");
        assert_eq!(read(json!([body])), (expected, word.to_owned()), "in a list: {body}");
    }
    let word = json!({ "error": { "code": "invalid_request", "message": "Duration must be a string" } });
    let trouble = Google.read_submit("", &reply(400, word)).unwrap_err();
    assert_eq!(trouble, Trouble::of(Caller, "invalid_request").saying("Duration must be a string"));
    for status in [500, 502, 503] {
        let read = Google.read_submit("", &plain(status, "text/html", "<h1>Bad gateway</h1>"));
        assert_eq!(class(read), (Unavailable, format!("http_{status}")));
    }
}

#[test]
fn the_wait_is_read_from_the_error_or_the_header() {
    let wait = |delay: Value| {
        let details = json!([{ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay }]);
        let busy = with(reply(429, error(429, "RESOURCE_EXHAUSTED", "m", details)), "retry-after", "7");
        Google.read_submit("", &busy).unwrap_err().retry_after_s
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
        Google.read_submit("", &reply(code, error(code, status, "about it", json!([])))).unwrap_err().message
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
    let reasons = json!([{ "reason": "RESOURCE_GONE" }]);
    let gone = look(404, error(404, "NOT_FOUND", "m", reasons));
    assert_eq!(gone, Ok(Word::Failed(Trouble::of(Gone, "RESOURCE_GONE"))));
}

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
