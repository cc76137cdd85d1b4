use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::{
    Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Adapter, Callback, CancelWord, Lost, Method, Output, Token, Trouble, Word};

use super::super::Replicate;
use super::{handle, prediction};
use crate::adapters::cassette::{class, plain, reply};

fn look(status: u16, body: Value) -> Result<Word, Trouble> {
    Replicate.read_poll(&handle(), &reply(status, body))
}

fn succeeded(output: Value) -> Result<Word, Trouble> {
    look(200, prediction(json!({ "status": "succeeded", "output": output })))
}

fn url(address: &str) -> Output {
    Output::Url(address.to_owned())
}

#[test]
fn waiting_states_are_pending_and_an_unknown_state_is_never_an_end() {
    let out = json!(["https://replicate.delivery/x/out-0.webp"]);
    for (status, output, wait_ms) in [
        ("starting", Value::Null, 3_000),
        ("processing", Value::Null, 1_000),
        ("processing", out.clone(), 1_000),
        ("hibernating", out, 1_000),
    ] {
        let read = look(200, prediction(json!({ "status": status, "output": output })));
        assert_eq!(read, Ok(Word::Pending { progress: None, wait_ms }), "{status}");
    }
}

#[test]
fn every_shape_of_output_is_read() {
    let file = |name: &str| format!("https://replicate.delivery/x/{name}");
    let rows = [
        (
            json!([file("out-0.webp"), file("out-1.webp")]),
            vec![url(&file("out-0.webp")), url(&file("out-1.webp"))],
        ),
        (json!(file("out.mp4")), vec![url(&file("out.mp4"))]),
        (
            json!({ "vocals": file("v.mp3"), "drums": file("d.mp3"), "guitar": null }),
            vec![url(&file("v.mp3")), url(&file("d.mp3"))],
        ),
        (json!({ "files": [{ "path": file("a.png") }], "n": 1 }), vec![url(&file("a.png"))]),
        (json!("data:image/png;base64,iVBORw=="), vec![Output::Bytes(b"\x89PNG"[..].into())]),
        (json!("hello"), vec![Output::Text("hello".into())]),
        (json!(["he", "llo", " there"]), vec![Output::Text("hello there".into())]),
        (
            json!({ "segments": [{ "text": "no" }], "transcription": "hello", "translation": null, "detected_language": "english" }),
            vec![Output::Text("hello".into())],
        ),
        (
            json!({ "transcription": "hallo", "translation": "hello", "txt_file": file("x.txt") }),
            vec![Output::Text("hello".into())],
        ),
        (json!({ "text": "hi", "chunks": [] }), vec![Output::Text("hi".into())]),
    ];
    for (output, outputs) in rows {
        assert_eq!(succeeded(output.clone()), Ok(Word::Finished { outputs, billed: None }), "{output}");
    }
}

#[test]
fn an_end_without_anything_to_hand_out_is_a_failure() {
    for (output, code) in [
        (Value::Null, "no_outputs"),
        (json!([]), "no_outputs"),
        (json!(true), "unreadable_output"),
        (json!(0.7), "unreadable_output"),
        (json!({ "score": 0.7 }), "unreadable_output"),
        (json!([1, 2]), "unreadable_output"),
        (json!("data:image/png;base64,%%"), "unreadable_output"),
    ] {
        assert_eq!(succeeded(output.clone()), Ok(Word::Failed(Trouble::of(Unknown, code))), "{output}");
    }
    let removed = prediction(json!({ "status": "succeeded", "data_removed": true }));
    assert_eq!(look(200, removed), Ok(Word::Failed(Trouble::of(Gone, "data_removed"))));
}

#[test]
fn canceled_and_aborted_are_ends() {
    assert_eq!(look(200, prediction(json!({ "status": "canceled" }))), Ok(Word::Canceled));
    let aborted = look(200, prediction(json!({ "status": "aborted" })));
    assert_eq!(aborted, Ok(Word::Failed(Trouble::of(Timeout, "aborted"))));
}

#[test]
fn a_failed_model_has_its_class_by_code_and_else_by_the_documented_words() {
    let rows = [
        (
            "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
            ContentPolicy,
            "E005",
        ),
        ("NSFW content detected. Try running it again.", ContentPolicy, "flagged"),
        ("Your request was flagged by the safety system.", ContentPolicy, "flagged"),
        ("E1000: unknown error", Unavailable, "E1000"),
        ("Out of memory (E1001)", Caller, "E1001"),
        ("E4875: webhook URL is empty", Unknown, "E4875"),
        ("Timed out starting (E6716)", Timeout, "E6716"),
        ("Director: unexpected error handling prediction (E9243)", Unavailable, "E9243"),
        ("CUDA out of memory. Tried to allocate 2 GiB", Caller, "out_of_memory"),
        ("Prediction interrupted; please retry (code: PA)", Unavailable, "interrupted"),
        (
            "HTTPSConnectionPool(host='x'): Max retries exceeded with url: /secret?sig=1",
            Caller,
            "input_unreachable",
        ),
        ("list index out of range", Unknown, "model_failed"),
        ("EE005 E12 E12345", Unknown, "model_failed"),
        ("  ", Unknown, "model_failed"),
    ];
    for (error, expected, code) in rows {
        let read = look(200, prediction(json!({ "status": "failed", "error": error })));
        assert!(matches!(read, Ok(Word::Failed(_))), "{error}");
        assert_eq!(class(read), (expected, code.to_owned()), "{error}");
    }
    assert_eq!(
        class(look(200, prediction(json!({ "status": "failed" })))),
        (Unknown, "model_failed".to_owned())
    );
}

#[test]
fn s10_words_reach_the_caller_only_where_they_are_about_the_caller() {
    let words = |error: &str| match look(200, prediction(json!({ "status": "failed", "error": error }))) {
        Ok(Word::Failed(trouble)) => trouble.message,
        other => panic!("{other:?}"),
    };
    assert_eq!(words("flagged as sensitive (E005)").as_deref(), Some("flagged as sensitive (E005)"));
    assert_eq!(words("KeyError: 'a kite'"), None);
    let unreachable = words("HTTPSConnectionPool: Max retries exceeded with url: /x?sig=1").unwrap();
    assert!(!unreachable.contains("sig"), "{unreachable}");
}

#[test]
fn u6_a_look_that_goes_wrong_ends_no_job() {
    for body in ["", "<html>", "{}", r#"{"status":7}"#, r#"{"status":"succeeded","output":["https://r"#] {
        let read = Replicate.read_poll(&handle(), &plain(200, "application/json", body));
        assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_200")), "{body}");
    }
    for status in [404, 410, 429, 500, 502, 503, 504] {
        let page = Replicate.read_poll(&handle(), &plain(status, "text/html", "<h1>Bad gateway</h1>"));
        assert!(page.is_err(), "a proxy's page with {status}");
    }
    for (status, expected) in
        [(401, Credential), (403, Credential), (402, Quota), (429, Busy), (500, Unavailable)]
    {
        assert_eq!(look(status, json!({ "detail": "words" })).unwrap_err().class, expected, "{status}");
    }
    let gone = look(404, json!({ "detail": "The requested resource could not be found." }));
    assert_eq!(gone, Ok(Word::Failed(Trouble::of(Gone, "http_404"))));
}

// --- cancel, lists, adopting ---

#[test]
fn j7_cancel_is_a_request_and_only_what_never_ran_is_free() {
    let call = Replicate.cancel(&handle()).unwrap();
    assert_eq!(
        (call.method, call.target.as_str()),
        (Method::Post, "/predictions/gm3qorzdhgbfurvjtvhg6dckhu/cancel")
    );
    let read = |status, now: &str| {
        Replicate.read_cancel(&handle(), &reply(status, prediction(json!({ "status": now }))))
    };
    assert_eq!(read(200, "canceled"), Ok(CancelWord::Noted));
    assert_eq!(read(200, "processing"), Ok(CancelWord::Noted));
    assert_eq!(read(200, "aborted"), Ok(CancelWord::Ended));
    assert_eq!(read(200, "succeeded"), Ok(CancelWord::TooLate));
    assert_eq!(read(200, "failed"), Ok(CancelWord::TooLate));
    assert_eq!(read(503, "").unwrap_err().class, Unavailable);
    let page = Replicate.read_cancel(&handle(), &plain(200, "text/html", "<h1>Hello</h1>"));
    assert!(page.is_err(), "a page is no release from the bill");
}

#[test]
fn u13_the_list_is_walked_page_by_page() {
    let call = Replicate.listing(1_694_189_974_907, 1_694_190_000_000).unwrap();
    assert_eq!(call.target, "/predictions?created_after=2023-09-08T16:19:34.907Z");
    let page = |next: Value, results: Value| {
        reply(200, json!({ "next": next, "previous": null, "results": results }))
    };
    let next = "https://api.replicate.com/v1/predictions?cursor=cD0y";
    let ours = prediction(json!({ "created_at": "2023-09-08T16:19:34.907244Z" }));
    let read = Replicate
        .read_listing(&page(json!(next), json!([ours, prediction(json!({ "source": "web" }))])))
        .unwrap();
    assert_eq!(read.next.unwrap().target, next);
    assert_eq!(read.jobs.len(), 1);
    assert_eq!(
        (read.jobs[0].handle.clone(), read.jobs[0].created_unix_ms),
        (handle(), Some(1_694_189_974_907))
    );
    let last = Replicate.read_listing(&page(Value::Null, json!([]))).unwrap();
    assert_eq!((last.jobs.len(), last.next), (0, None));
    for broken in [
        plain(200, "text/html", "<html>"),
        reply(200, json!({})),
        page(Value::Null, json!([{ "status": "x" }])),
    ] {
        assert_eq!(Replicate.read_listing(&broken).unwrap_err().code, "unreadable_200");
    }
    assert_eq!(Replicate.read_listing(&reply(401, json!({}))).unwrap_err().class, Credential);
}

#[test]
fn an_operator_can_name_a_prediction_in_every_way_that_replicate_shows_it() {
    for given in [
        "gm3qorzdhgbfurvjtvhg6dckhu",
        "https://replicate.com/p/gm3qorzdhgbfurvjtvhg6dckhu",
        "https://api.replicate.com/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu",
        "https://api.replicate.com/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu/cancel?x=1",
    ] {
        assert_eq!(Replicate.adopt(given, "a/b"), Ok(handle()), "{given}");
    }
    for given in ["", "a b", "../x", "https://replicate.com/p/"] {
        assert!(Replicate.adopt(given, "a/b").is_err(), "{given}");
    }
}

#[test]
fn the_key_is_checked_for_free_and_a_callback_names_its_job() {
    assert_eq!(Replicate.check().unwrap().target, "/account");
    assert_eq!(Replicate.read_check(&reply(401, json!({}))).unwrap_err().class, Credential);
    assert_eq!(Replicate.callback_keys().unwrap().target, "/webhooks/default/secret");
    let body = prediction(json!({ "status": "succeeded" })).to_string();
    let callback = Callback { body: body.as_bytes(), ..Callback::default() };
    assert!(!Replicate.accepts_callback(&callback), "without keys nothing is genuine");
    let token = Token("00ff".to_owned());
    let lost = Lost { token: &token, model: "a/b", since_unix_ms: 0 };
    assert_eq!(Replicate.callback_job(&lost, &callback), Some(handle()));
    assert_eq!(Replicate.callback_job(&lost, &Callback { body: b"{}", ..callback }), None);
}
