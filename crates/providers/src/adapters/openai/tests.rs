use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Quota, Timeout, Unavailable, Unknown};
use serde_json::json;
use spool_domain::adapter::{Method, Output, TroubleClass};

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

#[test]
fn a_generation_is_asked_for_with_exactly_these_fields() {
    let input = json!({ "prompt": "a red kite", "size": "1536x1024", "quality": "low" });
    let call = submit(&OpenAi, &work("gpt-image-2", input, 2)).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/images/generations"));
    assert_eq!(call.headers, [("content-type", "application/json".to_owned())]);
    assert_eq!(
        body_of(&call),
        json!({ "model": "gpt-image-2", "prompt": "a red kite", "size": "1536x1024", "quality": "low", "n": 2 })
    );
}

#[test]
fn the_route_decides_about_response_format() {
    let input = json!({ "prompt": "a red kite", "response_format": "b64_json" });
    let call = submit(&OpenAi, &work("sd-cpp-local", input, 1)).unwrap();
    assert_eq!(body_of(&call)["response_format"], "b64_json");
    let call = submit(&OpenAi, &work("gpt-image-2", json!({ "prompt": "p" }), 1)).unwrap();
    assert!(body_of(&call).get("response_format").is_none());
}

#[test]
fn reference_pictures_make_it_an_edit_in_the_json_form() {
    for name in ["images", "image_urls"] {
        let input = json!({ "prompt": "wider", name: ["https://a.test/1.png", "data:image/png;base64,AA=="],
            "mask_url": "https://a.test/m.png" });
        let call = submit(&OpenAi, &work("gpt-image-2", input, 1)).unwrap();
        assert_eq!(call.target, "/images/edits");
        assert_eq!(
            body_of(&call),
            json!({ "model": "gpt-image-2", "prompt": "wider", "n": 1,
                "images": [{ "image_url": "https://a.test/1.png" }, { "image_url": "data:image/png;base64,AA==" }],
                "mask": { "image_url": "https://a.test/m.png" } })
        );
    }
}

#[test]
fn pictures_that_have_the_wire_form_keep_it_and_no_pictures_are_no_edit() {
    let input =
        json!({ "prompt": "p", "images": [{ "file_id": "file-1" }], "mask": { "file_id": "file-2" } });
    let body = body_of(&submit(&OpenAi, &work("m", input, 1)).unwrap());
    assert_eq!(
        (&body["images"], &body["mask"]),
        (&json!([{ "file_id": "file-1" }]), &json!({ "file_id": "file-2" }))
    );
    let call =
        submit(&OpenAi, &work("m", json!({ "prompt": "p", "images": [], "image_urls": null }), 1)).unwrap();
    assert_eq!(call.target, "/images/generations");
    assert_eq!(body_of(&call), json!({ "model": "m", "prompt": "p", "n": 1 }));
    let refused = submit(&OpenAi, &work("m", json!({ "prompt": "p", "images": "https://a.test/1.png" }), 1));
    assert_eq!(refused.unwrap_err().class, Caller);
}

#[test]
fn pictures_come_as_bytes_or_as_addresses() {
    let answer = reply(
        200,
        json!({ "created": 1_760_000_000, "output_format": "png", "usage": { "total_tokens": 4210 }, "data": [
            { "b64_json": "iVBORw==", "revised_prompt": null },
            { "b64_json": "data:image/png;base64,iVBORw==" },
            { "b64_json": null, "url": "https://files.test/x.png" },
            { "url": "/generated-images/x.png" },
            { "url": "data:image/png;base64,iVBORw==" },
        ] }),
    );
    let png = || Output::Bytes(b"\x89PNG"[..].into());
    let url = |url: &str| Output::Url(url.to_owned());
    let outputs = vec![png(), png(), url("https://files.test/x.png"), url("/generated-images/x.png"), png()];
    assert_eq!(OpenAi.read_submit("", &answer), Ok(Word::Finished { outputs, billed: None }));
}

#[test]
fn base64_with_escaped_slashes_is_read() {
    let answer = plain(200, "application/json", r#"{"data":[{"b64_json":"\/\/\/\/"}]}"#);
    let outputs = vec![Output::Bytes(b"\xff\xff\xff"[..].into())];
    assert_eq!(OpenAi.read_submit("", &answer), Ok(Word::Finished { outputs, billed: None }));
}

#[test]
fn u11_a_success_that_cannot_be_read_is_not_understood() {
    for body in [
        "",
        "<html>ok</html>",
        r#"{"data":[{"b64_json":"iVBO"#,
        r#"{"data":[]}"#,
        r#"{"data":[{}]}"#,
        "{}",
        "[]",
        r#"{"data":[{"b64_json":"?"}]}"#,
        r#"{"data":[{"b64_json":"iVBORw=="},{"b64_json":""}]}"#,
    ] {
        let read = OpenAi.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

#[test]
fn every_documented_error_has_its_class() {
    let error = |kind: &str, code: Option<&str>| json!({ "error": { "message": "words", "type": kind, "param": null, "code": code } });
    let rows = [
        (
            400,
            error("image_generation_user_error", Some("moderation_blocked")),
            ContentPolicy,
            "moderation_blocked",
        ),
        (
            400,
            error("invalid_request_error", Some("content_policy_violation")),
            ContentPolicy,
            "content_policy_violation",
        ),
        (
            400,
            error("billing_error", Some("billing_hard_limit_reached")),
            Quota,
            "billing_hard_limit_reached",
        ),
        (400, error("invalid_request_error", Some("invalid_value")), Caller, "invalid_value"),
        (400, error("invalid_request_error", Some("unknown_parameter")), Caller, "unknown_parameter"),
        (400, error("invalid_request_error", None), Caller, "invalid_request_error"),
        (401, error("invalid_request_error", Some("invalid_api_key")), Credential, "invalid_api_key"),
        (403, error("invalid_request_error", None), Credential, "invalid_request_error"),
        (404, error("invalid_request_error", Some("model_not_found")), Credential, "model_not_found"),
        (413, error("invalid_request_error", None), Caller, "invalid_request_error"),
        (429, error("requests", Some("rate_limit_exceeded")), Busy, "rate_limit_exceeded"),
        (429, error("insufficient_quota", Some("insufficient_quota")), Quota, "insufficient_quota"),
        (500, error("server_error", None), Unavailable, "server_error"),
        (503, error("server_error", Some("a sentence is no code")), Unavailable, "http_503"),
        // sd-server, vLLM-Omni, Kokoro, Speaches.
        (400, json!({ "error": "no prompt" }), Caller, "http_400"),
        (429, json!({ "error": "queue is full" }), Busy, "http_429"),
        (
            422,
            json!({ "detail": [{ "loc": ["body", "n"], "msg": "too big", "type": "less_than" }] }),
            Caller,
            "less_than",
        ),
        (
            400,
            json!({ "detail": { "error": "invalid_model", "message": "no", "type": "x" } }),
            Caller,
            "invalid_model",
        ),
        (404, json!({ "detail": "model not installed" }), Credential, "http_404"),
        (408, json!({}), Timeout, "http_408"),
        (418, json!({}), Unknown, "http_418"),
    ];
    for (status, body, expected, code) in rows {
        let read = OpenAi.read_submit("", &reply(status, body.clone()));
        assert_eq!(class(read), (expected, code.to_owned()), "{status} {body}");
    }
    for status in [500, 502, 503, 504] {
        let read = OpenAi.read_submit("", &plain(status, "text/html", "<h1>Bad gateway</h1>"));
        assert_eq!(class(read), (Unavailable, format!("http_{status}")));
    }
}

#[test]
fn only_the_callers_own_faults_come_with_words() {
    let words = |reply| OpenAi.read_submit("", &reply).unwrap_err().message;
    let error = |code: &str| json!({ "error": { "message": "Incorrect API key: sk-…abc", "code": code } });
    assert_eq!(words(reply(401, error("invalid_api_key"))), None);
    assert_eq!(words(reply(500, error("server_error"))), None);
    assert_eq!(words(reply(400, error("invalid_value"))).as_deref(), Some("Incorrect API key: sk-…abc"));
    let finding = |loc, msg: &str| json!({ "loc": loc, "msg": msg, "type": "t" });
    let detail = json!({ "detail": [finding(json!(["body", "images", 0]), "not an image"), finding(json!([]), "odd")] });
    assert_eq!(words(reply(422, detail)).as_deref(), Some("images.0: not an image; odd"));
    assert_eq!(words(plain(400, "text/plain", " size is odd \n")).as_deref(), Some("size is odd"));
    assert_eq!(words(plain(400, "text/html", "<h1>Bad Request</h1>")), None);
    let long = "ä".repeat(600);
    assert_eq!(words(reply(400, json!({ "error": long }))).map(|words| words.chars().count()), Some(500));
}

#[test]
fn the_wait_is_read_from_either_header() {
    let busy = || reply(429, json!({ "error": { "code": "rate_limit_exceeded" } }));
    let wait = |reply| OpenAi.read_submit("", &reply).unwrap_err().retry_after_s;
    assert_eq!(wait(busy()), None);
    assert_eq!(wait(with(busy(), "retry-after", "7")), Some(7));
    assert_eq!(wait(with(with(busy(), "retry-after", "7"), "retry-after-ms", "1201")), Some(2));
    assert_eq!(wait(with(busy(), "retry-after", "Fri, 31 Dec 2027 23:59:59 GMT")), None);
}
