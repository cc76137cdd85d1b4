use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown};

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

fn handle() -> Handle {
    Handle { id: "r-1".to_owned(), facts: Default::default() }
}

fn look(status: u16, body: Value) -> Result<Word, Trouble> {
    Xai.read_poll(&handle(), &reply(status, body))
}

// --- submit ---

#[test]
fn a_picture_is_asked_for_in_the_answer() {
    let input = json!({ "prompt": "a kite", "aspect_ratio": "16:9", "resolution": "1k", "quality": "low", "n": 2,
        "model": "grok-imagine-image-2.0" });
    let call = submit(&Xai, &work("images/generations", input.clone(), 2)).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/images/generations"));
    let mut expected = input;
    expected["response_format"] = "b64_json".into();
    assert_eq!(body_of(&call), expected);
    let call = submit(&Xai, &work("images/generations", json!({ "response_format": "url" }), 1)).unwrap();
    assert_eq!(body_of(&call)["response_format"], "url");
}

#[test]
fn an_edit_has_one_picture_or_several() {
    let edit = |images: Value| {
        body_of(&submit(&Xai, &work("images/edits", json!({ "prompt": "p", "images": images }), 1)).unwrap())
    };
    let picture = |url: &str| json!({ "url": url, "type": "image_url" });
    let one = edit(json!(["https://a.test/1.png"]));
    assert_eq!(
        one,
        json!({ "prompt": "p", "response_format": "b64_json", "image": picture("https://a.test/1.png") })
    );
    let two = edit(json!(["https://a.test/1.png", "data:image/png;base64,AA=="]));
    assert_eq!(
        two["images"],
        json!([picture("https://a.test/1.png"), picture("data:image/png;base64,AA==")])
    );
    assert!(two.get("image").is_none());
    assert_eq!(edit(json!([])), json!({ "prompt": "p", "response_format": "b64_json" }));
}

#[test]
fn a_clip_keeps_the_words_of_its_route() {
    let input = json!({ "prompt": "p", "duration": 8, "aspect_ratio": "16:9", "resolution": "480p",
        "image": { "url": "https://a.test/1.png" }, "model": "grok-imagine-video" });
    let call = submit(&Xai, &work("videos/generations", input.clone(), 1)).unwrap();
    assert_eq!(call.target, "/videos/generations");
    assert_eq!(body_of(&call), input);
    let input = json!({ "prompt": "p", "reference_images": ["https://a.test/1.png", { "url": "https://a.test/2.png" }] });
    let body = body_of(&submit(&Xai, &work("videos/generations", input, 1)).unwrap());
    assert_eq!(
        body["reference_images"],
        json!([{ "url": "https://a.test/1.png" }, { "url": "https://a.test/2.png" }])
    );
}

#[test]
fn only_known_endpoints_are_called() {
    for model in ["", "images", "../models", "images/generations?x=1", "chat/completions", "/images/edits"] {
        assert_eq!(submit(&Xai, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn pictures_come_with_what_they_cost() {
    let read = |body: Value| Xai.read_submit("", &reply(200, body));
    let png = Output::Bytes(b"\x89PNG"[..].into());
    let url = "https://imgen.x.ai/xai-tmp-1.jpeg";
    let image = json!({ "b64_json": "iVBORw==", "revised_prompt": "", "respect_moderation": true, "mime_type": "image/jpeg" });
    let linked = json!({ "url": url, "respect_moderation": true });
    for (ticks, micros) in [(200_000_000_u64, 20_000), (1, 1), (10_000, 1), (10_001, 2), (0, 0)] {
        let body = json!({ "data": [image, linked], "usage": { "cost_in_usd_ticks": ticks } });
        let outputs = vec![png.clone(), Output::Url(url.to_owned())];
        assert_eq!(read(body), Ok(Word::Finished { outputs, billed: Some(MicroUsd(micros)) }), "{ticks}");
    }
    assert_eq!(read(json!({ "data": [image] })), Ok(Word::Finished { outputs: vec![png], billed: None }));
}

#[test]
fn a_refusal_is_a_success_without_a_picture() {
    let read = |data: Value| {
        Xai.read_submit("", &reply(200, json!({ "data": data, "usage": { "cost_in_usd_ticks": 0 } })))
    };
    let hidden = json!({ "url": "", "respect_moderation": false });
    for data in [json!([]), json!([hidden]), json!([hidden, hidden])] {
        assert_eq!(class(read(data)), (ContentPolicy, "respect_moderation".to_owned()));
    }
    let some = read(json!([hidden, { "b64_json": "iVBORw==", "respect_moderation": true }]));
    let Ok(Word::Finished { outputs, .. }) = some else { panic!("{some:?}") };
    assert_eq!(outputs.len(), 1);
}

#[test]
fn u11_a_success_that_cannot_be_read_is_not_understood() {
    for body in [
        "",
        "<html>",
        "{}",
        "[]",
        r#"{"request_id":""}"#,
        r#"{"request_id":"../x"}"#,
        r#"{"request_id":"r-"#,
        r#"{"data":[{}]}"#,
        r#"{"data":[{"b64_json":"?"}]}"#,
    ] {
        let read = Xai.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

// --- looks ---

#[test]
fn a_clip_is_followed_by_its_request() {
    let accepted = Xai.read_submit("", &reply(200, json!({ "request_id": "r-1" })));
    assert_eq!(accepted, Ok(Word::Accepted(handle(), 5_000)));
    assert_eq!(Xai.poll(&handle()), Call::get("/videos/r-1"));
    assert_eq!(Xai.cancel(&handle()), None);
}

#[test]
fn pending_may_have_nothing_to_say() {
    let pending = |progress| Ok(Word::Pending { progress, wait_ms: 5_000 });
    assert_eq!(Xai.read_poll(&handle(), &plain(202, "application/json", "")), pending(None));
    assert_eq!(look(202, json!({ "status": "pending", "progress": 40 })), pending(Some(40)));
    assert_eq!(look(200, json!({ "status": "pending", "progress": 400 })), pending(Some(100)));
    assert_eq!(look(200, json!({ "status": "dreaming" })), pending(None));
}

#[test]
fn a_clip_comes_with_what_it_cost() {
    let url = "https://vidgen.x.ai/v.mp4";
    let done = json!({ "status": "done", "model": "grok-imagine-video", "progress": 100,
        "video": { "url": url, "duration": 6, "respect_moderation": true },
        "usage": { "cost_in_usd_ticks": 500_000_000 } });
    let outputs = vec![Output::Url(url.to_owned())];
    assert_eq!(look(200, done), Ok(Word::Finished { outputs, billed: Some(MicroUsd(50_000)) }));
    let hidden = json!({ "status": "done", "video": { "url": "", "respect_moderation": false } });
    assert_eq!(class(look(200, hidden)), (ContentPolicy, "respect_moderation".to_owned()));
    assert!(look(200, json!({ "status": "done", "video": {} })).is_err());
}

#[test]
fn every_end_of_a_clip_has_its_class() {
    let failed = |code: &str| {
        json!({ "status": "failed", "model": "", "error": { "code": code, "message": "about it" },
        "video": { "duration": 0, "respect_moderation": true } })
    };
    for (code, expected) in [
        ("internal_error", Unavailable),
        ("content_moderation", ContentPolicy),
        ("invalid_argument", Caller),
        ("something_new", Unknown),
    ] {
        let read = look(200, failed(code));
        assert!(read.is_ok());
        assert_eq!(class(read), (expected, code.to_owned()));
    }
    let mut refused = failed("something_new");
    refused["video"]["respect_moderation"] = false.into();
    assert_eq!(class(look(200, refused)).0, ContentPolicy);
    assert_eq!(class(look(200, json!({ "status": "failed" }))), (Unknown, "failed".to_owned()));
    assert_eq!(class(look(200, json!({ "status": "expired" }))), (Gone, "expired".to_owned()));
}

#[test]
fn u6_a_failed_look_is_not_a_failed_job() {
    for status in [400, 401, 403, 429, 500, 503] {
        assert!(look(status, json!({ "error": "m" })).is_err(), "{status}");
    }
    assert!(Xai.read_poll(&handle(), &plain(404, "text/html", "<h1>no</h1>")).is_err());
    assert!(look(404, json!({})).is_err());
    let gone = look(404, json!({ "code": "Some requested entity was not found", "error": "no request" }));
    assert!(gone.is_ok());
    assert_eq!(class(gone), (Gone, "http_404".to_owned()));
    for body in ["", "{}", "<html>", r#"{"status":"do"#] {
        let read = Xai.read_poll(&handle(), &plain(200, "application/json", body));
        assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_200")), "{body}");
    }
}

// --- troubles ---

#[test]
fn every_documented_error_has_its_class_in_either_shape() {
    let rows = [
        (400, "Argument not supported: size", Caller),
        (400, "Incorrect API key provided", Credential),
        (400, "Rejected by content moderation", ContentPolicy),
        (401, "no", Credential),
        (402, "pay", Quota),
        (403, "The caller does not have permission", Credential),
        (403, "Your team has no credits left", Quota),
        (403, "blocked by our safety system", ContentPolicy),
        (404, "The model does not exist", Credential),
        (422, "prompt must be a string", Caller),
        (429, "Too many requests", Busy),
        (429, "You have used all available credits", Quota),
        (500, "oh", Unavailable),
        (503, "oh", Unavailable),
        (504, "slow", Timeout),
        (418, "odd", Unknown),
    ];
    for (status, words, expected) in rows {
        let first = json!({ "error": { "message": words, "type": "t", "param": null, "code": "some_code" } });
        let second = json!({ "code": words, "error": "more about it" });
        assert_eq!(
            class(Xai.read_submit("", &reply(status, first))),
            (expected, "some_code".to_owned()),
            "{words}"
        );
        let read = class(Xai.read_submit("", &reply(status, second)));
        assert!(read.0 == expected && !read.1.contains(' '), "{words}: {read:?}");
        let third = json!({ "code": "Some sentence", "error": words });
        assert_eq!(
            class(Xai.read_submit("", &reply(status, third))),
            (expected, format!("http_{status}")),
            "{words}"
        );
    }
    for status in [500, 502] {
        let read = Xai.read_submit("", &plain(status, "text/html", "<h1>Bad gateway</h1>"));
        assert_eq!(class(read), (Unavailable, format!("http_{status}")));
    }
}

#[test]
fn only_the_callers_own_faults_come_with_words_and_busy_with_its_wait() {
    let error =
        |status| Xai.read_submit("", &reply(status, json!({ "code": "A sentence", "error": "about it" })));
    assert_eq!(error(400).unwrap_err().message.as_deref(), Some("about it"));
    assert_eq!(error(403).unwrap_err().message, None);
    assert_eq!(error(500).unwrap_err().message, None);
    let busy = with(reply(429, json!({ "error": "m" })), "retry-after", "9");
    assert_eq!(Xai.read_submit("", &busy).unwrap_err().retry_after_s, Some(9));
}

#[test]
fn a_request_that_was_found_is_adopted_by_its_id() {
    let id = "764cabcf-b745-4b3e-ae38-1200304cf45b";
    assert_eq!(Xai.adopt(id, "videos/generations").unwrap().id, id);
    for given in ["", "a/b", "../x", "a?b", "a b"] {
        assert!(Xai.adopt(given, "videos/generations").is_err(), "{given}");
    }
}

#[test]
fn the_key_is_proved_by_the_list_of_models() {
    assert_eq!(Xai.check(), Some(Call::get("/models")));
    assert_eq!(Xai.read_check(&reply(200, json!({ "data": [] }))), Ok(()));
    let bad =
        Xai.read_check(&reply(400, json!({ "code": "Invalid", "error": "Incorrect API key provided" })));
    assert_eq!(bad.unwrap_err().class, Credential);
}
