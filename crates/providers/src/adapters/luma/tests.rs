use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown};

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

pub(super) const ID: &str = "b5a1a5c2-0b1e-4a4c-8f5b-3d3d6d9ac001";

pub(super) fn generation() -> Handle {
    Handle { id: ID.to_owned(), facts: BTreeMap::new() }
}

fn look(status: u16, body: Value) -> Result<Word, Trouble> {
    Luma.read_poll(&generation(), &reply(status, body))
}

/// The answer of either service that names no generation.
pub(super) const NAMELESS: [&str; 6] =
    ["", "<html>", "{}", r#"{"id":""}"#, r#"{"id":"../x"}"#, r#"{"id":"b5a1"#];

#[test]
fn the_input_is_the_body_and_keyframes_say_what_they_are() {
    let mut order = work(
        "generations/video",
        json!({ "model": "ray-2", "prompt": "a kite", "duration": "5s", "loop": false,
            "keyframes": { "frame0": { "url": "https://f.test/1.png" }, "frame1": { "id": ID } } }),
        1,
    );
    order.callback_url = Some("https://spool.test/v1/callbacks/x".to_owned());
    let call = submit(&Luma, &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/generations/video"));
    assert_eq!(
        body_of(&call),
        json!({ "model": "ray-2", "prompt": "a kite", "duration": "5s", "loop": false,
            "keyframes": { "frame0": { "type": "image", "url": "https://f.test/1.png" }, "frame1": { "type": "generation", "id": ID } },
            "callback_url": "https://spool.test/v1/callbacks/x" })
    );
    let picture =
        json!({ "model": "photon-1", "prompt": "p", "modify_image_ref": { "url": "https://f.test/1.png" } });
    assert_eq!(body_of(&submit(&Luma, &work("generations/image", picture.clone(), 1)).unwrap()), picture);
    let modify = json!({ "model": "ray-2", "generation_type": "modify_video", "mode": "flex_1", "media": { "url": "https://f.test/1.mp4" } });
    let call = submit(&Luma, &work("generations/video/modify", modify.clone(), 1)).unwrap();
    assert_eq!((call.target.as_str(), body_of(&call)), ("/generations/video/modify", modify));
    assert_eq!(Luma.file_form("generations/video"), FileForm::Url);
}

#[test]
fn only_what_makes_a_generation_of_its_own_can_be_ordered() {
    for model in ["", "agents", "generations", "../keys", "generations/b5a1/upscale", "generations/video?x=1"]
    {
        assert_eq!(submit(&Luma, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn the_generation_of_the_answer_is_the_handle() {
    let answer = json!({ "id": ID, "generation_type": "video", "state": "queued", "failure_reason": null,
        "created_at": "2026-11-21T10:00:00Z", "assets": null, "model": "ray-2", "request": {} });
    assert_eq!(Luma.read_submit("", &reply(201, answer)), Ok(Word::Accepted(generation(), 3_000)));
    for body in NAMELESS {
        let read = Luma.read_submit("", &plain(201, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_201".to_owned()), "u11: {body}");
    }
}

#[test]
fn every_documented_error_has_its_class() {
    let rows = [
        (400, json!("Prompt is too short"), Caller),
        (400, json!("Insufficient credits"), Quota),
        (400, json!("Prompt not allowed because advanced prompt moderation failed"), ContentPolicy),
        (400, json!("Prompt contains blacklisted words"), ContentPolicy),
        (401, json!("Invalid API key"), Credential),
        (403, json!("Forbidden"), Credential),
        (404, json!("Not found"), Unknown),
        (408, json!("slow"), Timeout),
        (409, json!("conflict"), Unknown),
        (422, json!([{ "loc": ["body", "model"], "msg": "no such model", "type": "enum" }]), Caller),
        (429, json!("Rate limit exceeded"), Busy),
        (500, json!("oh"), Unavailable),
        (503, json!("oh"), Unavailable),
    ];
    for (status, detail, expected) in rows {
        let read = Luma.read_submit("", &reply(status, json!({ "detail": detail })));
        let says = read.as_ref().unwrap_err().message.is_some();
        assert_eq!(says, matches!(expected, Caller | ContentPolicy), "{detail}");
        assert_eq!(class(read), (expected, format!("http_{status}")), "{detail}");
    }
    let finding = json!({ "detail": [{ "loc": ["body", "model"], "msg": "no such model", "type": "enum" }] });
    let words = Luma.read_submit("", &reply(422, finding)).unwrap_err().message;
    assert_eq!(words.as_deref(), Some("model: no such model"));
    let busy = with(reply(429, json!({ "detail": "wait" })), "retry-after", "9");
    assert_eq!(Luma.read_submit("", &busy).unwrap_err().retry_after_s, Some(9));
    assert_eq!(class(Luma.read_submit("", &plain(502, "text/html", "<h1>Bad gateway</h1>"))).0, Unavailable);
}

#[test]
fn waiting_states_are_pending_and_an_unknown_state_is_never_an_end() {
    assert_eq!(Luma.poll(&generation()).target, format!("/generations/{ID}"));
    for state in ["queued", "dreaming", "hibernating"] {
        let read = look(
            200,
            json!({ "id": ID, "state": state, "assets": { "progress_video": "https://c.test/p.mp4" } }),
        );
        assert_eq!(read, Ok(Word::Pending { progress: None, wait_ms: 3_000 }), "{state}");
    }
}

#[test]
fn the_result_is_the_clip_or_the_picture_and_not_the_preview() {
    let done = |assets: Value| look(200, json!({ "id": ID, "state": "completed", "assets": assets }));
    let finished =
        |url: &str| Ok(Word::Finished { outputs: vec![Output::Url(url.to_owned())], billed: None });
    let clip = json!({ "video": "https://storage.cdn-luma.com/v.mp4", "image": "https://storage.cdn-luma.com/t.jpg",
        "progress_video": "https://storage.cdn-luma.com/p.mp4" });
    assert_eq!(done(clip), finished("https://storage.cdn-luma.com/v.mp4"));
    assert_eq!(
        done(json!({ "video": null, "image": "https://c.test/i.jpg" })),
        finished("https://c.test/i.jpg")
    );
    for assets in [
        Value::Null,
        json!({}),
        json!({ "progress_video": "https://c.test/p.mp4" }),
        json!({ "video": "v.mp4" }),
    ] {
        assert_eq!(done(assets), Err(Trouble::of(Unknown, "unreadable_200")));
    }
    for body in ["", "<html>", "{}", r#"{"state":"completed","assets":{"video":"https"#] {
        let read = Luma.read_poll(&generation(), &plain(200, "application/json", body));
        assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_200")), "{body}");
    }
}

#[test]
fn a_failed_generation_is_classed_by_what_its_reason_speaks_of() {
    let rows = [
        (json!("400: Frame moderation failed. Please try another image."), ContentPolicy, "moderation"),
        (json!("Prompt moderation failed"), ContentPolicy, "moderation"),
        (json!("The input image is inaccessible"), Caller, "input"),
        (json!("Could not download the media"), Caller, "input"),
        (json!("Failed to process the prompt"), Caller, "prompt"),
        (json!("Job dispatch error"), Unavailable, "failed"),
        (Value::Null, Unavailable, "failed"),
    ];
    for (reason, expected, code) in rows {
        let read = look(200, json!({ "id": ID, "state": "failed", "failure_reason": reason }));
        assert_eq!(class(read), (expected, code.to_owned()), "{reason}");
    }
}

#[test]
fn only_the_services_own_word_ends_a_job() {
    assert_eq!(class(look(404, json!({ "detail": "Generation not found" }))), (Gone, "http_404".to_owned()));
    for status in [400, 401, 404, 429, 500, 502, 503] {
        let page = Luma.read_poll(&generation(), &plain(status, "text/html", "<h1>Hello</h1>"));
        assert!(page.is_err(), "u6: a proxy's page with {status} ends no job");
    }
    for status in [400, 401, 403, 408, 429, 500] {
        assert!(look(status, json!({ "detail": "oh" })).is_err(), "{status}");
    }
}

#[test]
fn a_callback_names_its_generation_and_is_not_signed() {
    let body = json!({ "id": ID, "state": "completed" }).to_string();
    let callback = Callback { body: body.as_bytes(), ..Callback::default() };
    assert!(Luma.accepts_callback(&callback));
    let token = Token("00ff".to_owned());
    let lost = Lost { token: &token, model: "generations/video", since_unix_ms: 0 };
    assert_eq!(Luma.callback_job(&lost, &callback), Some(generation()));
    for body in ["", "{}", r#"{"id":"../x"}"#, "<html>"] {
        let callback = Callback { body: body.as_bytes(), ..Callback::default() };
        assert_eq!(Luma.callback_job(&lost, &callback), None, "{body}");
    }
}

#[test]
fn a_generation_is_followed_by_its_id_and_nothing_is_canceled() {
    assert_eq!(Luma.adopt(&format!(" {ID} "), "generations/video"), Ok(generation()));
    assert!(Luma.adopt("a/b", "generations/video").is_err());
    assert_eq!(Luma.cancel(&generation()), None);
    assert_eq!(Luma.check().unwrap().target, "/credits");
    assert_eq!(Luma.read_check(&reply(200, json!({ "credit_balance": 100 }))), Ok(()));
    assert_eq!(Luma.read_check(&reply(401, json!({ "detail": "x" }))).unwrap_err().class, Credential);
}
