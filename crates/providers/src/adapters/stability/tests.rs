use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::{
    Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Adapter, Call, FileForm, Handle, Method, Output, Reply, Trouble, Word};

use super::Stability;
use crate::adapters::cassette::{class, plain, reply, submit, with, work};

const ID: &str = "a6dc6c6e20acda010fe14d71f180658f2896ed9b4ec25aa99a6ff06c796987c4";
const PNG: &[u8] = b"\x89PNG and more";

fn handle() -> Handle {
    Handle { id: ID.to_owned(), facts: Default::default() }
}

fn file(kind: &str, reason: &str) -> Reply {
    let reply = Reply { status: 200, body: Bytes::from_static(PNG), ..Reply::default() };
    with(with(reply, "content-type", kind), "finish-reason", reason)
}

fn made() -> Word {
    Word::Finished { outputs: vec![Output::Bytes(Bytes::from_static(PNG))], billed: None }
}

fn look(reply: Reply) -> Result<Word, Trouble> {
    Stability.read_poll(&handle(), &reply)
}

fn error(name: &str) -> Value {
    json!({ "id": "e1", "name": name, "errors": ["prompt: is required", "seed: is too large"] })
}

fn text_of(call: &Call) -> String {
    String::from_utf8_lossy(&call.body).into_owned()
}

// --- submit ---

#[test]
fn every_request_is_a_form_that_wants_the_file_itself() {
    let input = json!({ "prompt": "a kite", "aspect_ratio": "16:9", "seed": 7, "cfg_scale": 4.5, "output_format": "png" });
    let call = submit(&Stability, &work("stable-image/generate/core", input, 1)).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/v2beta/stable-image/generate/core"));
    assert_eq!(
        call.headers,
        [
            ("content-type", "multipart/form-data; boundary=spool-00ff".to_owned()),
            ("accept", "image/*".to_owned())
        ]
    );
    let head = "Content-Disposition: form-data; name=";
    let expected = format!(
        "--spool-00ff\r\n{head}\"prompt\"\r\n\r\na kite\r\n--spool-00ff\r\n{head}\"aspect_ratio\"\r\n\r\n16:9\r\n\
         --spool-00ff\r\n{head}\"seed\"\r\n\r\n7\r\n--spool-00ff\r\n{head}\"cfg_scale\"\r\n\r\n4.5\r\n\
         --spool-00ff\r\n{head}\"output_format\"\r\n\r\npng\r\n--spool-00ff--\r\n"
    );
    assert_eq!(text_of(&call), expected);
}

#[test]
fn sounds_and_slow_paths_are_asked_for_in_their_own_form() {
    for (model, accept) in [
        ("audio/stable-audio-2/text-to-audio", "audio/*"),
        ("stable-image/upscale/creative", "application/json"),
        ("stable-image/edit/replace-background-and-relight", "application/json"),
        ("stable-image/upscale/fast", "image/*"),
    ] {
        let call = submit(&Stability, &work(model, json!({ "prompt": "p" }), 1)).unwrap();
        assert_eq!(call.headers[1], ("accept", accept.to_owned()), "{model}");
    }
}

#[test]
fn every_field_that_holds_a_file_is_a_file() {
    assert_eq!(Stability.file_form("stable-image/edit/erase"), FileForm::Bytes);
    for name in [
        "image",
        "mask",
        "init_image",
        "style_image",
        "subject_image",
        "background_reference",
        "light_reference",
        "audio",
    ] {
        let input = json!({ name: "data:image/png;base64,QUJD", "prompt": "data: a poster" });
        let text = text_of(&submit(&Stability, &work("x/y", input, 1)).unwrap());
        assert!(text.contains(&format!(
            "name=\"{name}\"; filename=\"file.png\"\r\nContent-Type: image/png\r\n\r\nABC\r\n"
        )));
        assert!(text.contains("name=\"prompt\"\r\n\r\ndata: a poster\r\n"));
        let no_file = work("x/y", json!({ name: "https://host/x.png" }), 1);
        assert_eq!(submit(&Stability, &no_file).unwrap_err().class, Caller, "{name}");
    }
}

#[test]
fn a_parameter_cannot_leave_the_path() {
    for model in ["", "../v1/user/balance", "stable-image?x=1", "/x", "a b"] {
        assert_eq!(submit(&Stability, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn an_answer_is_the_file_or_the_id_to_look_under() {
    assert_eq!(Stability.read_submit("", &file("image/png", "SUCCESS")), Ok(made()));
    assert_eq!(Stability.read_submit("", &file("audio/mpeg", "SUCCESS")), Ok(made()));
    let without =
        Reply { headers: vec![("content-type".to_owned(), "image/webp".to_owned())], ..file("", "") };
    assert_eq!(Stability.read_submit("", &without), Ok(made()));
    for name in ["image", "audio", "video"] {
        let body = json!({ name: STANDARD.encode(PNG), "seed": 1, "finish_reason": "SUCCESS" });
        assert_eq!(Stability.read_submit("", &reply(200, body)), Ok(made()), "{name}");
    }
    let accepted = Stability.read_submit("", &reply(200, json!({ "id": ID })));
    assert_eq!(accepted, Ok(Word::Accepted(handle(), 10_000)));
    let call = Stability.poll(&handle());
    assert_eq!(
        (call.target, call.headers),
        (format!("/v2beta/results/{ID}"), vec![("accept", "*/*".to_owned())])
    );
}

#[test]
fn a_blurred_picture_is_a_refusal_even_with_status_200() {
    let json = |reason: &str| reply(200, json!({ "image": STANDARD.encode(PNG), "finish_reason": reason }));
    for read in [
        Stability.read_submit("", &file("image/png", "CONTENT_FILTERED")),
        Stability.read_submit("", &json("CONTENT_FILTERED")),
        look(file("image/png", "CONTENT_FILTERED")),
        look(json("CONTENT_FILTERED")),
    ] {
        assert!(matches!(read, Ok(Word::Failed(_))));
        assert_eq!(class(read), (ContentPolicy, "content_filtered".to_owned()));
    }
    assert_eq!(class(Stability.read_submit("", &json("ERROR"))), (Unavailable, "error".to_owned()));
    assert_eq!(class(Stability.read_submit("", &json("DREAMED"))), (Unknown, "unreadable_200".to_owned()));
    assert_eq!(
        class(Stability.read_submit("", &file("image/png", "DREAMED"))),
        (Unknown, "unreadable_200".to_owned())
    );
}

#[test]
fn u11_a_success_that_is_neither_is_not_understood() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"id":""}"#,
        r#"{"id":"a/b"}"#,
        r#"{"image":""}"#,
        r#"{"image":"%"}"#,
        r#"{"id":"a6dc"#,
    ] {
        let read = Stability.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
    let page = Stability.read_submit("", &plain(200, "text/html", "<html>"));
    assert_eq!(class(page), (Unknown, "unreadable_200".to_owned()));
    assert!(Stability.read_submit("", &plain(200, "image/png", "")).is_err(), "an empty file is none");
}

#[test]
fn every_documented_status_has_its_class_at_submit() {
    let rows = [
        (400, error("bad_request"), Caller, "bad_request"),
        (400, error("invalid_prompts"), Caller, "invalid_prompts"),
        (401, error("unauthorized"), Credential, "unauthorized"),
        (402, error("payment_required"), Quota, "payment_required"),
        (403, error("content_moderation"), ContentPolicy, "content_moderation"),
        (403, error("forbidden"), Credential, "forbidden"),
        (404, error("not_found"), Credential, "not_found"),
        (410, json!({}), Credential, "http_410"),
        (408, json!({}), Timeout, "http_408"),
        (413, error("payload_too_large"), Caller, "payload_too_large"),
        (422, error("invalid_language"), Caller, "invalid_language"),
        (429, error("rate_limit_exceeded"), Busy, "rate_limit_exceeded"),
        (500, error("internal_error"), Unavailable, "internal_error"),
        (503, json!({}), Unavailable, "http_503"),
        (418, json!({}), Unknown, "http_418"),
    ];
    for (status, body, expected, code) in rows {
        let read = Stability.read_submit("", &reply(status, body));
        assert!(read.is_err(), "{status}");
        assert_eq!(class(read), (expected, code.to_owned()), "{status}");
    }
    let words = Stability.read_submit("", &reply(400, error("bad_request"))).unwrap_err().message;
    assert_eq!(words.as_deref(), Some("prompt: is required; seed: is too large"));
    assert_eq!(Stability.read_submit("", &reply(401, error("unauthorized"))).unwrap_err().message, None);
}

#[test]
fn after_too_many_requests_a_minute_is_waited() {
    let wait_s = |reply| Stability.read_submit("", &reply).unwrap_err().retry_after_s;
    assert_eq!(wait_s(reply(429, error("rate_limit_exceeded"))), Some(60));
    assert_eq!(wait_s(with(reply(429, json!({})), "retry-after", "8")), Some(8));
    assert_eq!(wait_s(reply(500, json!({}))), None);
}

// --- looks ---

#[test]
fn a_result_is_the_file_once_it_is_there() {
    let pending = Ok(Word::Pending { progress: None, wait_ms: 10_000 });
    assert_eq!(look(reply(202, json!({ "id": ID, "status": "in-progress" }))), pending);
    assert_eq!(look(reply(202, json!({ "id": ID, "status": "dreaming" }))), pending);
    assert_eq!(
        look(reply(200, json!({ "id": ID, "status": "dreaming" }))),
        pending,
        "an unknown state is no end"
    );
    assert_eq!(look(file("image/png", "SUCCESS")), Ok(made()));
    for name in ["result", "image", "base64"] {
        let body =
            json!({ "id": ID, "status": "complete", name: STANDARD.encode(PNG), "finish_reason": "SUCCESS" });
        assert_eq!(look(reply(200, body)), Ok(made()), "{name}");
    }
}

#[test]
fn the_documented_ends_are_told_from_looks_that_went_wrong() {
    for (status, name, expected) in [
        (400, "bad_request", Unknown),
        (403, "content_moderation", ContentPolicy),
        (404, "not_found", Gone),
        (500, "internal_error", Unavailable),
    ] {
        let read = look(reply(status, error(name)));
        assert!(matches!(read, Ok(Word::Failed(_))), "{status}");
        assert_eq!(class(read), (expected, name.to_owned()));
    }
    for (status, name, expected) in [
        (401, "unauthorized", Credential),
        (403, "forbidden", Credential),
        (429, "rate_limit_exceeded", Busy),
        (503, "unavailable", Unavailable),
    ] {
        assert_eq!(look(reply(status, error(name))).unwrap_err().class, expected, "{status}");
    }
}

#[test]
fn u6_a_page_ends_no_job() {
    for status in [200, 400, 404, 500, 502, 503] {
        assert!(look(plain(status, "text/html", "<h1>x</h1>")).is_err(), "{status}");
    }
    for body in ["", "{}", r#"{"result":"%"}"#, r#"{"result":"iVBO"#] {
        assert_eq!(
            look(plain(200, "application/json", body)),
            Err(Trouble::of(Unknown, "unreadable_200")),
            "{body}"
        );
    }
}

// --- adopting, checking ---

#[test]
fn only_results_of_the_slow_paths_can_be_adopted() {
    assert_eq!(Stability.adopt(ID, "stable-image/upscale/creative"), Ok(handle()));
    assert!(Stability.adopt("../x?y", "stable-image/upscale/creative").is_err());
    assert!(Stability.adopt(ID, "stable-image/generate/core").unwrap_err().contains("write the job off"));
}

#[test]
fn the_key_is_checked_by_the_balance() {
    assert_eq!(Stability.check().unwrap().target, "/v1/user/balance");
    assert_eq!(Stability.read_check(&reply(200, json!({ "credits": 12.3 }))), Ok(()));
    assert_eq!(Stability.read_check(&reply(401, error("unauthorized"))).unwrap_err().class, Credential);
}
