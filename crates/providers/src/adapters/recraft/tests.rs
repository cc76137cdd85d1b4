use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::{
    Busy, Caller, ContentPolicy, Credential, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Adapter, FileForm, Handle, Method, Output, Trouble, Word};
use spool_domain::money::MicroUsd;

use super::Recraft;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

fn url(address: &str) -> Output {
    Output::Url(address.to_owned())
}

#[test]
fn the_model_is_the_path_and_the_input_goes_as_it_is() {
    let input =
        json!({ "prompt": "a kite", "model": "recraftv3", "size": "1820x1024", "style": "any", "n": 2 });
    let call = submit(&Recraft, &work("generations", input.clone(), 2)).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/images/generations"));
    assert_eq!(call.headers, [("content-type", "application/json".to_owned())]);
    assert_eq!(body_of(&call), input);
}

#[test]
fn files_are_addresses_or_data_uris() {
    assert_eq!(Recraft.file_form("inpaint"), FileForm::UrlOrData);
    let input =
        json!({ "prompt": "p", "image_url": "data:image/png;base64,AAEC", "mask_url": "https://host/m.png" });
    let call = submit(&Recraft, &work("inpaint", input.clone(), 1)).unwrap();
    assert_eq!((call.target.as_str(), body_of(&call)), ("/images/inpaint", input));
}

#[test]
fn a_parameter_cannot_leave_the_path() {
    for model in ["", "../users/me", "generations?billing=api", "/x", "a b"] {
        assert_eq!(submit(&Recraft, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn drawn_pictures_come_as_a_list_and_worked_on_ones_alone() {
    let drawn = json!({ "created": 1_760_000_000, "credits": 70, "data": [
        { "image_id": "u1", "url": "https://img.recraft.ai/1", "revised_prompt": "p", "features": { "nsfw_score": 0.01 } },
        { "image_id": "u2", "url": "https://img.recraft.ai/2" }], "style_id": "s" });
    let outputs = vec![url("https://img.recraft.ai/1"), url("https://img.recraft.ai/2")];
    let billed = Some(MicroUsd(70_000));
    assert_eq!(Recraft.read_submit("", &reply(200, drawn)), Ok(Word::Finished { outputs, billed }));
    let worked_on = |credits: Value| json!({ "created": 1, "credits": credits, "image": { "image_id": "u1", "url": "https://img.recraft.ai/1" } });
    for (credits, billed) in [(json!(10), Some(10_000)), (json!(0.5), Some(500)), (json!(null), None)] {
        let outputs = vec![url("https://img.recraft.ai/1")];
        let word = Word::Finished { outputs, billed: billed.map(MicroUsd) };
        assert_eq!(Recraft.read_submit("", &reply(200, worked_on(credits))), Ok(word));
    }
    let in_answer = json!({ "credits": 1, "data": [{ "b64_json": "iVBORw==" }] });
    let Ok(Word::Finished { outputs, .. }) = Recraft.read_submit("", &reply(200, in_answer)) else {
        panic!()
    };
    assert_eq!(outputs, [Output::Bytes(b"\x89PNG"[..].into())]);
}

#[test]
fn u11_a_success_that_brings_no_picture_is_not_understood() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"data":[]}"#,
        r#"{"data":[{}]}"#,
        r#"{"data":[{"url":""}]}"#,
        r#"{"data":[{"url":"https://img.recraft.ai/1"},{"b64_json":"%"}]}"#,
        r#"{"image":null}"#,
        r#"{"credits":35,"data":[{"url":"https://img.rec"#,
    ] {
        let read = Recraft.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

#[test]
fn every_documented_status_has_its_class() {
    let error = |code: &str| json!({ "code": code, "message": "words" });
    let rows = [
        (400, error("invalid_parameter"), Caller, "invalid_parameter"),
        (400, error("not_enough_credits"), Quota, "not_enough_credits"),
        (400, error("nsfw_content"), ContentPolicy, "nsfw_content"),
        (
            400,
            json!({ "error": { "code": "content_policy", "message": "words" } }),
            ContentPolicy,
            "content_policy",
        ),
        (400, json!({ "error": "words" }), Caller, "http_400"),
        (401, error("unauthorized"), Credential, "unauthorized"),
        (402, json!({}), Quota, "http_402"),
        (403, json!({}), Credential, "http_403"),
        (404, json!({}), Credential, "http_404"),
        (408, json!({}), Timeout, "http_408"),
        (413, json!({}), Caller, "http_413"),
        (422, error("a sentence about a kite"), Caller, "http_422"),
        (429, error("rate_limit_exceeded"), Busy, "rate_limit_exceeded"),
        (500, json!({}), Unavailable, "http_500"),
        (503, error("nsfw_content"), Unavailable, "nsfw_content"),
        (418, json!({}), Unknown, "http_418"),
    ];
    for (status, body, expected, code) in rows {
        let read = Recraft.read_submit("", &reply(status, body.clone()));
        assert!(read.is_err(), "{status}");
        assert_eq!(class(read), (expected, code.to_owned()), "{body}");
    }
    for body in
        [error("invalid_parameter"), json!({ "error": "words" }), json!({ "error": { "message": "words" } })]
    {
        let trouble = Recraft.read_submit("", &reply(400, body)).unwrap_err();
        assert_eq!(trouble.message.as_deref(), Some("words"));
    }
    assert_eq!(Recraft.read_submit("", &reply(401, error("x"))).unwrap_err().message, None);
    let busy = with(reply(429, json!({})), "retry-after", "3");
    assert_eq!(Recraft.read_submit("", &busy).unwrap_err().retry_after_s, Some(3));
    assert_eq!(
        class(Recraft.read_submit("", &plain(502, "text/html", "<h1>x</h1>"))),
        (Unavailable, "http_502".to_owned())
    );
}

#[test]
fn there_is_nothing_to_follow_and_the_key_is_checked_by_the_account() {
    let handle = Handle { id: "x".to_owned(), facts: Default::default() };
    assert_eq!(Recraft.poll(&handle).target, "/users/me");
    let read = Recraft.read_poll(&handle, &reply(200, json!({ "credits": 1 })));
    assert_eq!(read, Err(Trouble::of(Unknown, "nothing_to_poll")));
    assert!(Recraft.cancel(&handle).is_none());
    assert!(Recraft.adopt("x", "generations").unwrap_err().contains("write the job off"));
    assert_eq!(Recraft.check().unwrap().target, "/users/me");
    assert_eq!(Recraft.read_check(&reply(401, json!({}))).unwrap_err().class, Credential);
}
