use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::{
    Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{
    Adapter, Callback, FileForm, Handle, Lost, Method, Output, Reply, Token, Trouble, Word,
};
use spool_domain::money::MicroUsd;

use super::Ideogram;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

fn handle() -> Handle {
    Handle { id: "g1".to_owned(), facts: Default::default() }
}

fn picture(name: &str) -> Value {
    json!({ "url": format!("https://ideogram.ai/api/images/ephemeral/{name}.png?exp=1&sig=2"), "prompt": "p",
        "resolution": "1024x1024", "is_image_safe": true, "seed": 1, "style_type": "GENERAL" })
}

fn made(names: &[&str], billed: Option<i64>) -> Word {
    let url =
        |name: &&str| Output::Url(format!("https://ideogram.ai/api/images/ephemeral/{name}.png?exp=1&sig=2"));
    Word::Finished { outputs: names.iter().map(url).collect(), billed: billed.map(MicroUsd) }
}

fn look(status: u16, body: Value) -> Result<Word, Trouble> {
    Ideogram.read_poll(&handle(), &reply(status, body))
}

// --- submit ---

#[test]
fn the_present_api_takes_json_and_is_followed() {
    let input = json!({ "prompt": "a kite", "quality": "MEDIUM", "aspect_ratio": "16x9", "num_images": 2, "seed": 7 });
    let mut order = work("v2/image/generate/ideogram-4-5", input, 2);
    let call = submit(&Ideogram, &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/v2/image/generate/ideogram-4-5"));
    assert_eq!(call.headers, [("content-type", "application/json".to_owned())]);
    let mut expected = json!({ "prompt": "a kite", "quality": "MEDIUM", "aspect_ratio": "16x9", "num_images": 2,
        "seed": 7, "async": true });
    assert_eq!(body_of(&call), expected);
    order.callback_url = Some("https://spool.test/v1/callbacks/x".to_owned());
    expected["webhook_url"] = json!("https://spool.test/v1/callbacks/x");
    assert_eq!(body_of(&submit(&Ideogram, &order).unwrap()), expected);
}

/// The parts of a form by name, as text.
fn parts(model: &str, input: Value) -> Vec<(String, String)> {
    let call = submit(&Ideogram, &work(model, input, 1)).unwrap();
    assert_eq!(call.target, format!("/{model}"));
    assert_eq!(call.headers, [("content-type", "multipart/form-data; boundary=spool-00ff".to_owned())]);
    let text = String::from_utf8_lossy(&call.body).into_owned();
    let parts = text.split("--spool-00ff").filter_map(|part| part.strip_prefix("\r\n")).map(|part| {
        let (head, body) = part.split_once("\r\n\r\n").unwrap();
        let name = head.strip_prefix("Content-Disposition: form-data; name=").unwrap();
        (name.to_owned(), body.strip_suffix("\r\n").unwrap().to_owned())
    });
    parts.filter(|(name, _)| !name.is_empty()).collect()
}

#[test]
fn the_older_paths_take_forms_without_callbacks() {
    let input =
        json!({ "prompt": "a kite", "aspect_ratio": "16x9", "rendering_speed": "TURBO", "num_images": 2 });
    let sent = parts("v1/ideogram-v3/generate", input);
    let pair = |name: &str, text: &str| (format!("\"{name}\""), text.to_owned());
    assert_eq!(
        sent,
        [
            pair("prompt", "a kite"),
            pair("aspect_ratio", "16x9"),
            pair("rendering_speed", "TURBO"),
            pair("num_images", "2")
        ]
    );
    let mut order = work("v1/ideogram-v4/generate", json!({ "text_prompt": "p" }), 1);
    order.callback_url = Some("https://spool.test/x".to_owned());
    assert!(!String::from_utf8_lossy(&submit(&Ideogram, &order).unwrap().body).contains("spool.test"));
}

#[test]
fn files_are_files_lists_are_parts_and_objects_are_json() {
    assert_eq!(Ideogram.file_form("v1/ideogram-v3/edit"), FileForm::Bytes);
    let file = "data:image/png;base64,QUJD";
    let sent = parts(
        "v1/ideogram-v3/edit",
        json!({ "image": file, "mask": file, "style_codes": ["AAFF0011", "00112233"],
            "style_reference_images": [file, file], "color_palette": { "name": "EMBER" } }),
    );
    let names: Vec<_> = sent.iter().map(|(name, _)| name.split('"').nth(1).unwrap()).collect();
    assert_eq!(
        names,
        [
            "image",
            "mask",
            "style_codes",
            "style_codes",
            "style_reference_images",
            "style_reference_images",
            "color_palette"
        ]
    );
    assert_eq!(
        sent[0],
        ("\"image\"; filename=\"file.png\"\r\nContent-Type: image/png".to_owned(), "ABC".to_owned())
    );
    assert_eq!(sent[6].1, r#"{"name":"EMBER"}"#);
    let upscale =
        parts("upscale", json!({ "image_file": file, "image_request": { "resemblance": 50, "detail": 50 } }));
    assert_eq!(upscale[1], ("\"image_request\"".to_owned(), r#"{"resemblance":50,"detail":50}"#.to_owned()));
    let words = parts("v1/ideogram-v3/generate", json!({ "prompt": "data: a poster" }));
    assert_eq!(words, [("\"prompt\"".to_owned(), "data: a poster".to_owned())]);
    let broken = work("upscale", json!({ "image_file": "data:image/png;base64,%" }), 1);
    assert_eq!(submit(&Ideogram, &broken).unwrap_err().class, Caller);
}

#[test]
fn a_parameter_cannot_leave_the_path() {
    for model in ["", "v1/../x", "v2/image?dry_run=true", "/v1/x", "a b"] {
        assert_eq!(submit(&Ideogram, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn an_answer_brings_the_pictures_or_the_id_to_follow() {
    let accepted = Ideogram.read_submit("", &reply(200, json!({ "generation_id": "g1" })));
    assert_eq!(accepted, Ok(Word::Accepted(handle(), 2_000)));
    assert_eq!(Ideogram.poll(&handle()).target, "/v2/generations/g1");
    let v1 = json!({ "created": "2026-10-01T00:00:00Z", "data": [picture("x"), picture("y")] });
    assert_eq!(Ideogram.read_submit("", &reply(200, v1)), Ok(made(&["x", "y"], None)));
    let v2 =
        json!({ "generation_id": "g1", "generation_kind": "sampling", "seed": 1, "data": [picture("x")] });
    assert_eq!(Ideogram.read_submit("", &reply(200, v2)), Ok(made(&["x"], None)));
}

#[test]
fn u11_a_success_that_is_neither_is_not_understood() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"data":[]}"#,
        r#"{"data":[{"is_image_safe":true}]}"#,
        r#"{"data":[{"url":""}]}"#,
        r#"{"generation_id":"a/b"}"#,
        r#"{"generation_id":"g"#,
    ] {
        let read = Ideogram.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

#[test]
fn withheld_pictures_are_a_refusal_even_with_status_200() {
    let withheld = |url: Value| json!({ "url": url, "prompt": "p", "is_image_safe": false, "seed": 1 });
    for url in [Value::Null, json!(""), json!("https://ideogram.ai/blurred.png")] {
        let all = Ideogram.read_submit("", &reply(200, json!({ "data": [withheld(url.clone())] })));
        assert_eq!(class(all), (ContentPolicy, "image_not_safe".to_owned()), "{url}");
        let some = look(200, json!({ "status": "completed", "data": [withheld(url), picture("x")] }));
        assert_eq!(some, Ok(made(&["x"], None)));
    }
}

#[test]
fn every_documented_status_has_its_class_at_submit() {
    let error = |words: &str| json!({ "error": words });
    let rejected = |why: &str| json!({ "error": "words", "reject_reason": why });
    let rows = [
        (400, error("prompt is required"), Caller, "http_400"),
        (401, json!({}), Credential, "http_401"),
        (402, rejected("insufficient_funds"), Quota, "insufficient_funds"),
        (402, rejected("daily_limit"), Quota, "daily_limit"),
        (403, json!({}), Credential, "http_403"),
        (404, json!({}), Credential, "http_404"),
        (408, json!({}), Timeout, "http_408"),
        (413, json!({}), Caller, "http_413"),
        (422, error("Prompt or provided image failed the safety checks"), ContentPolicy, "http_422"),
        (429, rejected("inflight_limit"), Busy, "inflight_limit"),
        (500, json!({}), Unavailable, "http_500"),
        (503, json!({}), Unavailable, "http_503"),
        (418, json!({}), Unknown, "http_418"),
    ];
    for (status, body, expected, code) in rows {
        let read = Ideogram.read_submit("", &reply(status, body));
        assert!(read.is_err(), "{status}");
        assert_eq!(class(read), (expected, code.to_owned()), "{status}");
    }
    let refused =
        Ideogram.read_submit("", &reply(422, error("Prompt failed the safety checks"))).unwrap_err();
    assert_eq!(refused.message.as_deref(), Some("Prompt failed the safety checks"));
    let busy = with(reply(429, rejected("inflight_limit")), "retry-after", "5");
    assert_eq!(Ideogram.read_submit("", &busy).unwrap_err().retry_after_s, Some(5));
}

// --- looks ---

#[test]
fn pending_and_unknown_states_are_no_end() {
    for status in ["pending", "dreaming"] {
        let read =
            look(200, json!({ "generation_id": "g1", "status": status, "created": "2026-10-01T00:00:00Z" }));
        assert_eq!(read, Ok(Word::Pending { progress: None, wait_ms: 2_000 }), "{status}");
    }
}

#[test]
fn a_result_comes_with_what_it_cost_where_that_is_told() {
    let completed = |cost: Value| {
        json!({ "generation_id": "g1", "status": "completed", "response_type": "url",
        "data": [{ "object_type": "image", "url": "https://ideogram.ai/api/images/ephemeral/x.png?exp=1&sig=2" }],
        "usage_cost_usd_micros": cost })
    };
    assert_eq!(look(200, completed(json!(60_000))), Ok(made(&["x"], Some(60_000))));
    for cost in [Value::Null, json!(-1), json!("60000")] {
        assert_eq!(look(200, completed(cost)), Ok(made(&["x"], None)));
    }
}

#[test]
fn a_failed_generation_has_its_reason_as_code() {
    for (reason, expected, code) in [
        (json!("internal_error"), Unavailable, "internal_error"),
        (json!("SAFETY_CHECK"), ContentPolicy, "SAFETY_CHECK"),
        (json!("content_moderation"), ContentPolicy, "content_moderation"),
        (json!("a sentence about a kite"), Unavailable, "failed"),
        (Value::Null, Unavailable, "failed"),
    ] {
        let read = look(200, json!({ "status": "failed", "failure_reason": reason }));
        assert!(matches!(read, Ok(Word::Failed(_))));
        assert_eq!(class(read), (expected, code.to_owned()));
    }
}

#[test]
fn u6_a_look_that_goes_wrong_ends_no_job() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"status":1}"#,
        r#"{"status":"completed"}"#,
        r#"{"status":"completed","data":[{"url":"htt"#,
    ] {
        let read = Ideogram.read_poll(&handle(), &plain(200, "application/json", body));
        assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_200")), "{body}");
    }
    for (status, expected) in [(401, Credential), (429, Busy), (500, Unavailable), (503, Unavailable)] {
        assert_eq!(look(status, json!({ "error": "words" })).unwrap_err().class, expected, "{status}");
    }
    assert!(Ideogram.read_poll(&handle(), &plain(404, "text/html", "<h1>x</h1>")).is_err());
    assert_eq!(class(look(404, json!({ "error": "no such generation" }))), (Gone, "http_404".to_owned()));
}

// --- callbacks, adopting, checking ---

const KEY: &str =
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
const BODY: &[u8] = br#"{"generation_id":"g1","data":[]}"#;
const SIGNATURE: &str = "2acab746fcb1256a86c8c34e4b9fede421d624e953d6c58cc905a53af912ca17\
                         a994ca58c1e1b41d53358d302d70360de76b718c96b8831627eaa90a854b1502";

#[test]
fn u9_the_published_vector_is_genuine_and_a_changed_one_is_not() {
    let keys = Reply { status: 200, body: KEY.into(), ..Reply::default() };
    let genuine = |name: &str, value: &str, body: &[u8], now_unix_s| {
        let mut headers: Vec<_> = [
            ("x-ideogram-webhook-generation-id", "g1"),
            ("x-ideogram-webhook-user-id", "u1"),
            ("x-ideogram-webhook-timestamp", "1760000000"),
            ("x-ideogram-webhook-key-id", "k1"),
            ("x-ideogram-webhook-signature", SIGNATURE),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        headers.iter_mut().filter(|(given, _)| given == name).for_each(|(_, old)| *old = value.to_owned());
        let callback =
            Callback { headers: &headers, body, now_unix_s, keys: Some(&keys), ..Callback::default() };
        Ideogram.accepts_callback(&callback)
    };
    assert!(genuine("", "", BODY, 1_760_000_000));
    assert!(genuine("x-ideogram-webhook-key-id", "k2", BODY, 1_760_000_300), "any published key will do");
    assert!(!genuine("x-ideogram-webhook-generation-id", "g2", BODY, 1_760_000_000));
    assert!(!genuine("x-ideogram-webhook-user-id", "u2", BODY, 1_760_000_000));
    assert!(!genuine("", "", br#"{"generation_id":"g2","data":[]}"#, 1_760_000_000));
    assert!(!genuine("", "", BODY, 1_760_000_301), "too old");
    assert!(!Ideogram.accepts_callback(&Callback { body: BODY, ..Callback::default() }), "no keys");
    assert_eq!(Ideogram.callback_keys().unwrap().target, "/v1/.well-known/jwks.json");
}

#[test]
fn a_callback_names_its_job() {
    let token = Token("00ff".to_owned());
    let lost = Lost { token: &token, model: "v2/image/generate/ideogram-4-5", since_unix_ms: 0 };
    let callback = Callback { body: BODY, ..Callback::default() };
    assert_eq!(Ideogram.callback_job(&lost, &callback), Some(handle()));
    assert_eq!(Ideogram.callback_job(&lost, &Callback { body: b"{}", ..callback }), None);
}

#[test]
fn only_generations_of_the_present_api_can_be_adopted() {
    let v2 = "v2/image/generate/ideogram-4-5";
    assert_eq!(Ideogram.adopt("g1", v2), Ok(handle()));
    assert_eq!(Ideogram.adopt("https://api.ideogram.ai/v2/generations/g1", v2), Ok(handle()));
    assert!(Ideogram.adopt("../x?y", v2).is_err());
    assert!(Ideogram.adopt("g1", "v1/ideogram-v3/generate").unwrap_err().contains("write the job off"));
}

#[test]
fn the_key_is_good_if_a_missing_generation_is_told_to_be_missing() {
    assert_eq!(Ideogram.check().unwrap().method, Method::Get);
    assert_eq!(Ideogram.read_check(&reply(404, json!({ "error": "not found" }))), Ok(()));
    assert_eq!(Ideogram.read_check(&reply(401, json!({}))).unwrap_err().class, Credential);
    assert!(Ideogram.read_check(&plain(404, "text/html", "<h1>x</h1>")).is_err());
    assert_eq!(Ideogram.read_check(&reply(503, json!({}))).unwrap_err().class, Unavailable);
}
