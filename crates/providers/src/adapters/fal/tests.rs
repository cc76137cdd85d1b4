use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown};
use serde_json::json;
use spool_domain::adapter::Output;

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const ROOT: &str = "https://queue.fal.run/fal-ai/flux/requests/r-1";

fn fal() -> Fal {
    Fal::default()
}

fn handle() -> Handle {
    let urls = [(STATUS_URL, "/status"), (RESULT_URL, ""), (CANCEL_URL, "/cancel")];
    Handle {
        id: "r-1".into(),
        facts: urls.map(|(name, tail)| (name.to_owned(), format!("{ROOT}{tail}"))).into(),
    }
}

fn look(status: u16, body: Value) -> Result<Word, Trouble> {
    fal().read_poll(&handle(), &reply(status, body))
}

fn url(url: &str) -> Output {
    Output::Url(url.to_owned())
}

// --- submit ---

#[test]
fn the_input_is_the_body_and_the_callback_a_query() {
    let mut order = work("fal-ai/flux/schnell", json!({ "prompt": "a kite", "num_images": 2 }), 2);
    let call = submit(&fal(), &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/fal-ai/flux/schnell"));
    assert_eq!(body_of(&call), json!({ "prompt": "a kite", "num_images": 2 }));
    let names: Vec<_> = call.headers.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["content-type", "x-fal-disable-fallbacks"]);
    order.callback_url = Some("https://spool.test:8443/v1/callbacks/a~b?k=1&l=ü".to_owned());
    assert_eq!(
        submit(&fal(), &order).unwrap().target,
        "/fal-ai/flux/schnell?fal_webhook=https%3A%2F%2Fspool.test%3A8443%2Fv1%2Fcallbacks%2Fa~b%3Fk%3D1%26l%3D%C3%BC"
    );
}

#[test]
fn a_parameter_cannot_leave_the_endpoints_path() {
    for model in [
        "fal-ai/../keys",
        "fal-ai/flux?x=1",
        "fal-ai//flux",
        "/fal-ai/flux",
        "fal-ai/a b",
        "flux",
        "",
        "a/%2e",
    ] {
        assert_eq!(submit(&fal(), &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
    for model in
        ["fal-ai/kling-video/v2.6/pro/text-to-video", "cassetteai/sound-effects-generator", "workflows/a/b_c"]
    {
        assert_eq!(submit(&fal(), &work(model, json!({}), 1)).unwrap().target, format!("/{model}"));
    }
}

#[test]
fn the_addresses_of_the_answer_are_the_handle() {
    let answer = json!({ "status": "IN_QUEUE", "request_id": "r-1", "response_url": ROOT, "queue_position": 3,
        "status_url": format!("{ROOT}/status"), "cancel_url": format!("{ROOT}/cancel") });
    assert_eq!(fal().read_submit("", &reply(200, answer)), Ok(Word::Accepted(handle(), 2_500)));
    // An answer with only one of them still names the job.
    for answer in [
        json!({ "request_id": "r-1", "response_url": ROOT }),
        json!({ "request_id": "r-1", "status_url": format!("{ROOT}/status") }),
    ] {
        assert_eq!(fal().read_submit("", &reply(200, answer)), Ok(Word::Accepted(handle(), 1_000)));
    }
}

#[test]
fn u11_a_success_that_names_no_job_is_not_understood() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"request_id":"","response_url":"https://q.test/r"}"#,
        r#"{"request_id":"r-1"}"#,
        r#"{"request_id":"r-1","response_u"#,
    ] {
        let read = fal().read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

#[test]
fn troubles_of_the_account_and_the_platform_have_their_class_at_submit() {
    let rows = [
        (401, json!({ "detail": "Authentication is required" }), Credential, "http_401"),
        (
            403,
            json!({ "detail": "User is locked. Reason: Exhausted balance. Top up your balance" }),
            Quota,
            "http_403",
        ),
        (403, json!({ "detail": "User is locked." }), Credential, "http_403"),
        (402, json!({ "detail": "Payment required" }), Quota, "http_402"),
        (404, json!({ "detail": "Application not found" }), Credential, "http_404"),
        (429, json!({ "detail": "Too many" }), Busy, "http_429"),
        (422, json!({ "detail": "no" }), Caller, "http_422"),
        (500, json!({ "detail": "oh", "error_type": "internal_error" }), Unavailable, "internal_error"),
        (503, json!({ "error": { "message": "m", "code": "overloaded" } }), Unavailable, "overloaded"),
        (418, json!({}), Unknown, "http_418"),
    ];
    for (status, body, expected, code) in rows {
        let read = fal().read_submit("", &reply(status, body.clone()));
        assert!(read.is_err(), "{status} {body}");
        assert_eq!(class(read), (expected, code.to_owned()), "{status} {body}");
    }
    let busy = with(reply(429, json!({ "detail": "wait" })), "retry-after", "9");
    assert_eq!(fal().read_submit("", &busy).unwrap_err().retry_after_s, Some(9));
}

// --- looks ---

#[test]
fn waiting_states_are_pending_and_an_unknown_state_is_never_an_end() {
    assert_eq!(fal().poll(&handle()).target, format!("{ROOT}/status"));
    for (body, wait_ms) in [
        (json!({ "status": "IN_QUEUE", "queue_position": 0 }), 1_000),
        (json!({ "status": "IN_QUEUE", "queue_position": 4 }), 3_000),
        (json!({ "status": "IN_QUEUE", "queue_position": 4_000 }), 6_000),
        (json!({ "status": "IN_PROGRESS", "logs": null }), 1_000),
        (json!({ "status": "HIBERNATING", "request_id": "r-1" }), 1_000),
    ] {
        assert_eq!(look(202, body), Ok(Word::Pending { progress: None, wait_ms }));
    }
}

#[test]
fn completed_means_only_that_the_result_can_be_asked_for() {
    for body in [
        json!({ "status": "COMPLETED", "logs": [], "metrics": { "inference_time": 1.2 } }),
        json!({ "status": "COMPLETED", "error": "Invalid status code: 422", "error_type": "content_policy_violation" }),
    ] {
        let Ok(Word::Then(call)) = look(200, body) else { panic!() };
        assert_eq!((call.method, call.target.as_str()), (Method::Get, ROOT));
    }
}

#[test]
fn an_ending_by_the_platform_is_told_by_the_status() {
    let ended =
        |kind: &str| look(200, json!({ "status": "COMPLETED", "error": "words", "error_type": kind }));
    assert_eq!(class(ended("runner_disconnected")), (Unavailable, "runner_disconnected".to_owned()));
    assert_eq!(class(ended("request_timeout")), (Timeout, "request_timeout".to_owned()));
    assert_eq!(ended("client_cancelled"), Ok(Word::Canceled));
}

#[test]
fn every_documented_output_shape_is_read() {
    let file = |name: &str| json!({ "url": format!("https://v3.fal.media/{name}"), "content_type": null, "file_name": null });
    let media = |name: &str| url(&format!("https://v3.fal.media/{name}"));
    let rows = [
        (
            json!({ "images": [file("1"), file("2")], "seed": 1, "has_nsfw_concepts": [false, false], "prompt": "p" }),
            vec![media("1"), media("2")],
        ),
        (json!({ "images": [file("1")], "description": "a picture" }), vec![media("1")]),
        (json!({ "image": file("1"), "mask_image": file("m") }), vec![media("1"), media("m")]),
        (json!({ "image": file("1"), "mask_image": null, "timings": {} }), vec![media("1")]),
        (json!({ "video": file("v"), "seed": 7, "actual_prompt": "p" }), vec![media("v")]),
        (
            json!({ "video": file("v"), "video_id": "x", "thumbnail": file("t"), "spritesheet": file("s") }),
            vec![media("v")],
        ),
        (json!({ "images": [], "video": file("v") }), vec![media("v")]),
        (json!({ "audio": file("a"), "tags": "lofi", "lyrics": "la", "text": "la" }), vec![media("a")]),
        (json!({ "audio_file": file("a") }), vec![media("a")]),
        (json!({ "audio_url": file("a") }), vec![media("a")]),
        (json!({ "audio": file("a"), "duration_ms": 900 }), vec![media("a")]),
        (json!({ "custom_voice_id": "voice-1", "audio": null }), vec![Output::Text("voice-1".into())]),
        (
            json!({ "text": "hello", "chunks": [{ "timestamp": [0, 1], "text": "hello" }], "inferred_languages": ["en"] }),
            vec![Output::Text("hello".into())],
        ),
        (json!({ "text": "", "chunks": [] }), vec![Output::Text(String::new())]),
        (
            json!({ "images": [{ "url": "data:image/png;base64,iVBORw==" }] }),
            vec![Output::Bytes(b"\x89PNG"[..].into())],
        ),
        (json!({ "status": "COMPLETED", "video": file("v") }), vec![media("v")]),
    ];
    for (body, outputs) in rows {
        assert_eq!(look(200, body.clone()), Ok(Word::Finished { outputs, billed: None }), "{body}");
    }
}

#[test]
fn black_pictures_are_refusals_even_with_status_200() {
    let file = |n: u8| json!({ "url": format!("https://v3.fal.media/{n}") });
    let all = look(200, json!({ "images": [file(1), file(2)], "has_nsfw_concepts": [true, true] }));
    assert_eq!(class(all), (ContentPolicy, "nsfw".to_owned()));
    let some = look(200, json!({ "images": [file(1), file(2)], "has_nsfw_concepts": [true, false] }));
    assert_eq!(some, Ok(Word::Finished { outputs: vec![url("https://v3.fal.media/2")], billed: None }));
}

#[test]
fn a_result_that_cannot_be_read_is_a_failed_look_and_an_empty_one_a_failed_job() {
    for body in [
        "",
        "<html>",
        r#"{"images":[{"url":"https://v3"#,
        r#"{"surprise":1}"#,
        r#"{"images":[{"url":"ff00"}]}"#,
    ] {
        let read = fal().read_poll(&handle(), &plain(200, "application/json", body));
        assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_200")), "{body}");
    }
    assert_eq!(look(200, json!({ "images": [] })), Ok(Word::Failed(Trouble::of(Unknown, "no_outputs"))));
}

#[test]
fn every_documented_model_error_is_the_end_of_the_job_with_its_class() {
    let rows = [
        (500, "internal_server_error", Unavailable),
        (504, "generation_timeout", Timeout),
        (400, "downstream_service_error", Unavailable),
        (502, "downstream_service_unavailable", Unavailable),
        (422, "content_policy_violation", ContentPolicy),
        (422, "no_media_generated", ContentPolicy),
        (422, "file_download_error", Caller),
        (422, "image_too_small", Caller),
        (422, "face_detection_error", Caller),
        (422, "audio_duration_too_long", Caller),
        (422, "unsupported_video_format", Caller),
        (422, "less_than_equal", Caller),
        (422, "one_of", Caller),
        (422, "missing", Caller),
        (422, "value_error.missing", Caller),
        (422, "some_new_type", Caller),
        (500, "some_new_type", Unavailable),
    ];
    for (status, kind, expected) in rows {
        let read =
            look(status, json!({ "detail": [{ "loc": ["body", "prompt"], "msg": "words", "type": kind }] }));
        assert!(matches!(read, Ok(Word::Failed(_))), "{kind}");
        assert_eq!(class(read), (expected, kind.to_owned()));
    }
}

#[test]
fn the_callers_fault_names_the_field() {
    let finding = json!({ "loc": ["body", "image_url"], "msg": "cannot be fetched", "type": "file_download_error", "input": "secret" });
    let Ok(Word::Failed(trouble)) = look(422, json!({ "detail": [finding] })) else { panic!() };
    assert_eq!(trouble.message.as_deref(), Some("image_url: cannot be fetched"));
}

#[test]
fn what_fal_calls_worth_repeating_is_not_the_callers_fault() {
    let failed = |kind: &str| reply(422, json!({ "detail": [{ "loc": [], "msg": "m", "type": kind }] }));
    let look = |reply, word| class(fal().read_poll(&handle(), &with(reply, "x-fal-retryable", word))).0;
    assert_eq!(look(failed("file_download_error"), "true"), Unavailable);
    assert_eq!(look(failed("file_download_error"), "false"), Caller);
    assert_eq!(look(failed("content_policy_violation"), "true"), ContentPolicy);
}

#[test]
fn untyped_answers_to_a_look_end_the_job_only_where_they_are_the_jobs_own() {
    let rows = [
        (422, json!({ "detail": "one sentence" }), Some(Caller)),
        (500, json!({ "detail": "one sentence" }), Some(Unavailable)),
        (404, json!({ "detail": "Request not found" }), Some(Gone)),
        (410, json!({ "detail": "Expired" }), Some(Gone)),
        (401, json!({ "detail": "bad key" }), None),
        (403, json!({ "detail": "User is locked. Reason: Exhausted balance." }), None),
        (429, json!({ "detail": "slow down" }), None),
        (408, json!({ "detail": "slow" }), None),
        (503, json!({ "message": "upstream connect error" }), None),
    ];
    for (status, body, failed) in rows {
        match (look(status, body.clone()), failed) {
            (Ok(Word::Failed(trouble)), Some(expected)) => {
                assert_eq!(trouble.class, expected, "{status} {body}")
            }
            (Err(_), None) => {}
            (other, _) => panic!("{status} {body}: {other:?}"),
        }
    }
    for status in [404, 500, 502, 503, 504] {
        let page = fal().read_poll(&handle(), &plain(status, "text/html", "<h1>Bad gateway</h1>"));
        assert!(page.is_err(), "u6: a proxy's page with {status} ends no job");
    }
    let early = look(400, json!({ "detail": "Request is still in progress" }));
    assert_eq!(early, Ok(Word::Pending { progress: None, wait_ms: 1_000 }));
    let typed = with(reply(499, json!({ "detail": "gone" })), "x-fal-error-type", "client_cancelled");
    assert_eq!(fal().read_poll(&handle(), &typed), Ok(Word::Canceled));
}

// --- cancel and callbacks ---

#[test]
fn j7_cancel_is_a_request_that_only_fal_answers() {
    let call = fal().cancel(&handle()).unwrap();
    assert_eq!((call.method, call.target), (Method::Put, format!("{ROOT}/cancel")));
    let read = |status, word: &str| fal().read_cancel(&handle(), &reply(status, json!({ "status": word })));
    assert_eq!(read(200, "OK"), Ok(CancelWord::Ended));
    assert_eq!(read(202, "CANCELLATION_REQUESTED"), Ok(CancelWord::Noted));
    assert_eq!(read(400, "ALREADY_COMPLETED"), Ok(CancelWord::TooLate));
    assert_eq!(read(404, "NOT_FOUND"), Ok(CancelWord::Noted));
    assert_eq!(read(503, "").unwrap_err().class, Unavailable);
    let page = fal().read_cancel(&handle(), &plain(200, "text/html", "<h1>Hello</h1>"));
    assert!(page.is_err(), "a page is no release from the bill");
}

#[test]
fn callback_keys_are_fetched_where_fal_publishes_them() {
    assert_eq!(fal().callback_keys().unwrap().target, "https://rest.fal.ai/.well-known/jwks.json");
    let fake = Fal::with_callback_keys_at("http://127.0.0.1:9/keys");
    assert_eq!(fake.callback_keys().unwrap().target, "http://127.0.0.1:9/keys");
    let callback = Callback { headers: &[], body: b"{}", now_unix_s: 0, ..Callback::default() };
    assert!(!fal().accepts_callback(&callback), "without keys nothing is genuine");
}
