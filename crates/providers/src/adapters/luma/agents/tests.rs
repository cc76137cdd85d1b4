use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Unavailable, Unknown};
use spool_domain::adapter::{FileForm, Output};

use super::super::tests::{ID, NAMELESS, generation};
use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

fn look(status: u16, body: Value) -> Result<Word, Trouble> {
    Agents.read_poll(&generation(), &reply(status, body))
}

fn body(input: Value) -> Value {
    body_of(&submit(&Agents, &work("generations", input, 1)).unwrap())
}

#[test]
fn the_input_is_the_body() {
    let input = json!({ "model": "ray-3.2", "type": "video", "prompt": "a kite", "aspect_ratio": "16:9",
        "video": { "duration": "5s", "resolution": "720p", "start_frame": { "url": "https://f.test/1.png" } } });
    let call = submit(&Agents, &work("generations", input.clone(), 1)).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/generations"));
    assert_eq!(body_of(&call), input);
    for model in ["", "agents", "../x", "generations/x"] {
        assert_eq!(submit(&Agents, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn files_in_the_call_are_bare_and_name_their_type() {
    let (uri, bare) = ("data:image/png;base64,AAEC", json!({ "data": "AAEC", "media_type": "image/png" }));
    assert_eq!(body(json!({ "source": { "url": uri } })), json!({ "source": bare }));
    assert_eq!(
        body(json!({ "video": { "end_frame": { "url": uri }, "edit": { "keyframes": [{ "url": uri }] } } })),
        json!({ "video": { "end_frame": bare, "edit": { "keyframes": [bare] } } })
    );
    assert_eq!(
        body(json!({ "image_ref": [uri, "https://f.test/1.png", { "generation_id": ID }] })),
        json!({ "image_ref": [bare, { "url": "https://f.test/1.png" }, { "generation_id": ID }] })
    );
    assert_eq!(Agents.file_form("generations"), FileForm::UrlOrData);
}

#[test]
fn the_generation_of_the_answer_is_the_handle() {
    let answer = json!({ "id": ID, "type": "image", "state": "queued", "model": "uni-1", "output": [] });
    assert_eq!(Agents.read_submit("", &reply(201, answer)), Ok(Word::Accepted(generation(), 3_000)));
    for body in NAMELESS {
        let read = Agents.read_submit("", &plain(201, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_201".to_owned()), "u11: {body}");
    }
}

#[test]
fn every_documented_error_has_its_class() {
    let rows = [
        (400, "Unknown model: x", Caller),
        (400, "Invalid aspect_ratio '4:3'. Valid: 1:1", Caller),
        (400, "Prompt must be between 1 and 6000 characters", Caller),
        (400, "source is required for type 'image_edit'", Caller),
        (401, "Missing or invalid API key", Credential),
        (401, "Invalid API key", Credential),
        (401, "API key has been revoked", Credential),
        (401, "API key has expired", Credential),
        (402, "Insufficient credits. Please add credits to continue.", Quota),
        (403, "API client is suspended", Credential),
        (404, "Generation not found", Unknown),
        (413, "Image exceeds 50 MB size limit", Caller),
        (422, "image_ref[0]: invalid base64 data", Caller),
        (422, "image_ref[0]: failed to fetch URL (HTTP 404)", Caller),
        (422, "image_ref[0]: content-type is not an image", Caller),
        (429, "Rate limit exceeded", Busy),
        (429, "Too many concurrent jobs", Busy),
        (502, "Upstream service unavailable", Unavailable),
        (503, "Image URL ingestion unavailable", Unavailable),
    ];
    for (status, detail, expected) in rows {
        let read = Agents.read_submit("", &reply(status, json!({ "detail": detail })));
        assert_eq!(class(read), (expected, format!("http_{status}")), "{detail}");
    }
    let busy = with(reply(429, json!({ "detail": "Too many concurrent jobs" })), "retry-after", "60");
    assert_eq!(Agents.read_submit("", &busy).unwrap_err().retry_after_s, Some(60));
}

#[test]
fn every_documented_state_and_failure_is_read() {
    assert_eq!(Agents.poll(&generation()).target, format!("/generations/{ID}"));
    for state in ["queued", "processing", "hibernating"] {
        let read = look(200, json!({ "id": ID, "state": state, "output": [] }));
        assert_eq!(read, Ok(Word::Pending { progress: None, wait_ms: 2_000 }), "{state}");
    }
    let output = json!([{ "type": "image", "url": "https://f.test/1.png" }, { "type": "image", "url": "https://f.test/2.png" }]);
    let outputs =
        ["https://f.test/1.png", "https://f.test/2.png"].map(|url| Output::Url(url.to_owned())).to_vec();
    let done = look(200, json!({ "id": ID, "state": "completed", "output": output }));
    assert_eq!(done, Ok(Word::Finished { outputs, billed: None }));
    for (code, expected) in [
        ("content_moderated", ContentPolicy),
        ("generation_failed", Unavailable),
        ("budget_exhausted", Quota),
        ("output_not_found", Unavailable),
        ("something_new", Unknown),
    ] {
        let read = look(200, json!({ "state": "failed", "failure_code": code, "failure_reason": "words" }));
        let Ok(Word::Failed(trouble)) = &read else { panic!("{code}") };
        assert_eq!(trouble.message.is_some(), expected == ContentPolicy, "{code}");
        assert_eq!(class(read), (expected, code.to_owned()));
    }
}

#[test]
fn what_cannot_be_read_and_what_is_not_the_services_word_ends_no_job() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"state":"completed"}"#,
        r#"{"state":"completed","output":[]}"#,
        r#"{"state":"completed","output":[{"type":"image"}]}"#,
        r#"{"state":"completed","output":[{"url":"https"#,
    ] {
        let read = Agents.read_poll(&generation(), &plain(200, "application/json", body));
        assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_200")), "{body}");
    }
    for status in [400, 401, 404, 429, 500, 502, 503] {
        let page = Agents.read_poll(&generation(), &plain(status, "text/html", "<h1>Hello</h1>"));
        assert!(page.is_err(), "u6: a proxy's page with {status} ends no job");
    }
    assert_eq!(class(look(404, json!({ "detail": "Generation not found" }))), (Gone, "http_404".to_owned()));
}

#[test]
fn the_key_is_checked_by_asking_for_nobodys_generation() {
    let call = Agents.check().unwrap();
    assert_eq!(call.target, "/generations/00000000-0000-0000-0000-000000000000");
    assert_eq!(Agents.read_check(&reply(404, json!({ "detail": "Generation not found" }))), Ok(()));
    assert_eq!(
        Agents.read_check(&reply(401, json!({ "detail": "Invalid API key" }))).unwrap_err().class,
        Credential
    );
    assert_eq!(
        Agents.read_check(&reply(403, json!({ "detail": "suspended" }))).unwrap_err().class,
        Credential
    );
    assert!(Agents.read_check(&plain(200, "text/html", "<h1>Hello</h1>")).is_err());
    assert!(Agents.read_check(&plain(404, "text/html", "<h1>Hello</h1>")).is_err());
}

#[test]
fn a_generation_is_followed_by_its_id() {
    assert_eq!(Agents.adopt(ID, "generations"), Ok(generation()));
    assert!(Agents.adopt("a/b", "generations").is_err());
    assert_eq!(Agents.cancel(&generation()), None);
}
