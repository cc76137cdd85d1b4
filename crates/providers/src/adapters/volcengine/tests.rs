use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown};
use spool_domain::adapter::FileForm;

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

fn task() -> Handle {
    handle("cgt-20250101-x1".to_owned())
}

fn look(body: Value) -> Result<Word, Trouble> {
    Volcengine.read_poll(&task(), &reply(200, body))
}

#[test]
fn what_is_given_by_role_becomes_a_list_of_typed_items() {
    let input = json!({
        "model": "doubao-seedance-2-0-260128", "ratio": "16:9", "duration": 5, "generate_audio": true,
        "content": { "text": "a kite", "reference_image": ["https://f.test/1", "data:image/png;base64,AAEC"],
            "reference_video": ["https://f.test/v"], "reference_audio": ["https://f.test/a"] },
    });
    let mut order = work(TASKS, input, 1);
    order.callback_url = Some("https://spool.test/c".to_owned());
    let call = submit(&Volcengine, &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/contents/generations/tasks"));
    assert_eq!(
        body_of(&call),
        json!({
            "model": "doubao-seedance-2-0-260128", "ratio": "16:9", "duration": 5, "generate_audio": true,
            "callback_url": "https://spool.test/c",
            "content": [
                { "type": "text", "text": "a kite" },
                { "type": "image_url", "image_url": { "url": "https://f.test/1" }, "role": "reference_image" },
                { "type": "image_url", "image_url": { "url": "data:image/png;base64,AAEC" }, "role": "reference_image" },
                { "type": "video_url", "video_url": { "url": "https://f.test/v" }, "role": "reference_video" },
                { "type": "audio_url", "audio_url": { "url": "https://f.test/a" }, "role": "reference_audio" },
            ],
        })
    );
    let frames =
        json!({ "content": { "first_frame": "https://f.test/1", "last_frame": "https://f.test/2" } });
    assert_eq!(
        body_of(&submit(&Volcengine, &work(TASKS, frames, 1)).unwrap()),
        json!({ "content": [
            { "type": "image_url", "image_url": { "url": "https://f.test/1" }, "role": "first_frame" },
            { "type": "image_url", "image_url": { "url": "https://f.test/2" }, "role": "last_frame" },
        ] })
    );
}

#[test]
fn pictures_are_ordered_as_they_are_and_nobody_is_called_back() {
    let input = json!({ "model": "doubao-seedream-4-5-251128", "prompt": "a kite", "size": "2048x2048",
        "image": ["https://f.test/1"], "watermark": false, "response_format": "url" });
    let mut order = work(PICTURES, input.clone(), 1);
    order.callback_url = Some("https://spool.test/c".to_owned());
    let call = submit(&Volcengine, &order).unwrap();
    assert_eq!((call.target.as_str(), body_of(&call)), ("/images/generations", input));
    assert_eq!(Volcengine.file_form(PICTURES), FileForm::UrlOrData);
}

#[test]
fn clips_and_sounds_come_by_address_and_only_known_paths_are_asked() {
    for role in ["reference_video", "reference_audio"] {
        let input = json!({ "content": { role: ["data:video/mp4;base64,AAEC"] } });
        let trouble = submit(&Volcengine, &work(TASKS, input, 1)).unwrap_err();
        assert_eq!((trouble.class, trouble.code.as_str()), (Caller, "file_without_address"));
    }
    for model in ["", "chat/completions", "contents/generations/tasks/../x"] {
        assert_eq!(submit(&Volcengine, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn a_task_is_named_and_pictures_are_handed_out() {
    let read = |body: Value| Volcengine.read_submit("", &reply(200, body));
    assert_eq!(read(json!({ "id": "cgt-20250101-x1" })), Ok(Word::Accepted(task(), 20_000)));
    assert_eq!(Volcengine.poll(&task()).target, "/contents/generations/tasks/cgt-20250101-x1");
    let pictures = |list: Value| read(json!({ "model": "m", "created": 1, "data": list, "usage": {} }));
    let url = Output::Url("https://tos.test/1".to_owned());
    let good = json!({ "url": "https://tos.test/1", "size": "2048x2048" });
    let bad = json!({ "error": { "code": "OutputImageSensitiveContentDetected", "message": "no" } });
    let finished = |outputs| Ok(Word::Finished { outputs, billed: None });
    assert_eq!(pictures(json!([good])), finished(vec![url.clone()]));
    assert_eq!(pictures(json!([bad, good])), finished(vec![url]));
    assert_eq!(
        pictures(json!([{ "b64_json": "AAEC" }])),
        finished(vec![Output::Bytes(vec![0, 1, 2].into())])
    );
    assert_eq!(
        class(pictures(json!([bad]))),
        (ContentPolicy, "OutputImageSensitiveContentDetected".to_owned())
    );
    assert_eq!(class(pictures(json!([]))), (Unknown, "no_output".to_owned()));
    assert!(pictures(json!([{ "size": "1x1" }])).is_err());
    let whole = read(json!({ "error": { "code": "InputTextSensitiveContentDetected", "message": "no" } }));
    assert_eq!(class(whole), (ContentPolicy, "InputTextSensitiveContentDetected".to_owned()));
    for body in ["", "<html>", "[]", "{}", r#"{"id":""}"#, r#"{"id":"cgt"#] {
        let read = Volcengine.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

#[test]
fn every_documented_code_has_its_class_in_answers_and_in_tasks() {
    for (status, code, expected) in [
        (400, "MissingParameter", Caller),
        (400, "InvalidParameter", Caller),
        (400, "InvalidParameter.TaskTypeConstraint", Caller),
        (400, "SensitiveContentDetected", ContentPolicy),
        (400, "SensitiveContentDetected.SevereViolation", ContentPolicy),
        (400, "SensitiveContentDetected.Violence", ContentPolicy),
        (400, "InputTextSensitiveContentDetected", ContentPolicy),
        (400, "InputImageSensitiveContentDetected.PrivacyInformation", ContentPolicy),
        (400, "InputVideoSensitiveContentDetected", ContentPolicy),
        (400, "InputAudioSensitiveContentDetected", ContentPolicy),
        (400, "InputTextRiskDetection", ContentPolicy),
        (400, "OutputVideoSensitiveContentDetected.PolicyViolation", ContentPolicy),
        (400, "OutputImageSensitiveContentDetected", ContentPolicy),
        (400, "OutputTextSensitiveContentDetected", ContentPolicy),
        (400, "OutputAudioSensitiveContentDetected", ContentPolicy),
        (400, "InvalidEndpoint.ClosedEndpoint", Unknown),
        (401, "AuthenticationError", Credential),
        (403, "AccountOverdueError", Quota),
        (403, "AccessDenied", Credential),
        (403, "OperationDenied.ServiceNotOpen", Credential),
        (404, "InvalidEndpointOrModel.NotFound", Unknown),
        (404, "ModelNotOpen", Credential),
        (404, "NotFound", Gone),
        (429, "RateLimitExceeded.EndpointRPMExceeded", Busy),
        (429, "RateLimitExceeded.EndpointTPMExceeded", Busy),
        (429, "ModelAccountRpmRateLimitExceeded", Busy),
        (429, "ModelAccountTpmRateLimitExceeded", Busy),
        (429, "ServerOverloaded", Busy),
        (429, "ModelLoadingError", Busy),
        (429, "InflightBatchsizeExceeded", Busy),
        (429, "QuotaExceeded", Quota),
        (429, "SetLimitExceeded", Quota),
        (500, "InternalServiceError", Unavailable),
    ] {
        let error = json!({ "code": code, "message": "words of theirs", "param": "", "type": "BadRequest" });
        let trouble = Volcengine.read_submit("", &reply(status, json!({ "error": error }))).unwrap_err();
        assert_eq!((trouble.class, trouble.code.as_str()), (expected, code));
        let told = matches!(expected, Caller | ContentPolicy).then(|| "words of theirs".to_owned());
        assert_eq!(trouble.message, told, "{code}");
        let ended = look(json!({ "id": "cgt", "status": "failed", "error": error }));
        assert!(matches!(ended, Ok(Word::Failed(_))), "{code}");
        assert_eq!(class(ended), (expected, code.to_owned()));
    }
    for (status, expected) in
        [(401, Credential), (402, Quota), (429, Busy), (502, Unavailable), (418, Unknown)]
    {
        let answer = with(plain(status, "text/html", "<html>"), "retry-after", "4");
        let trouble = Volcengine.read_submit("", &answer).unwrap_err();
        assert_eq!((trouble.class, trouble.code), (expected, format!("http_{status}")));
        assert_eq!(trouble.retry_after_s, Some(4));
    }
}

#[test]
fn a_task_goes_its_way() {
    for status in ["queued", "running", "hibernating"] {
        let pending = Ok(Word::Pending { progress: None, wait_ms: 10_000 });
        assert_eq!(look(json!({ "id": "cgt", "status": status, "error": null })), pending);
    }
    let done = json!({ "id": "cgt", "status": "succeeded", "error": null, "usage": { "completion_tokens": 108_000 },
        "content": { "video_url": "https://tos.test/v", "last_frame_url": "https://tos.test/l" } });
    let outputs = vec![Output::Url("https://tos.test/v".to_owned())];
    assert_eq!(look(done), Ok(Word::Finished { outputs, billed: None }));
    for content in [json!({}), json!(null), json!({ "video_url": "" })] {
        let ended = look(json!({ "status": "succeeded", "content": content }));
        assert_eq!(class(ended), (Unknown, "no_output".to_owned()));
    }
    assert_eq!(look(json!({ "status": "cancelled" })), Ok(Word::Canceled));
    assert_eq!(class(look(json!({ "status": "expired" }))), (Timeout, "expired".to_owned()));
    for error in [json!(null), json!({ "code": "a whole sentence" }), json!({ "code": "Odd" })] {
        assert_eq!(class(look(json!({ "status": "failed", "error": error }))).0, Unknown);
    }
}

#[test]
fn only_arks_own_word_makes_a_task_be_gone() {
    let gone = reply(404, json!({ "error": { "code": "NotFound", "message": "m" } }));
    assert!(matches!(Volcengine.read_poll(&task(), &gone), Ok(Word::Failed(Trouble { class: Gone, .. }))));
    for answer in [
        plain(404, "text/html", "<html>"),
        plain(200, "text/html", "<html>"),
        plain(200, "application/json", r#"{"id":"cgt","sta"#),
        reply(200, json!({ "id": "cgt" })),
        reply(429, json!({ "error": { "code": "ServerOverloaded" } })),
    ] {
        assert!(Volcengine.read_poll(&task(), &answer).is_err(), "{answer:?}");
    }
}

#[test]
fn a_cancel_is_noted_and_the_next_look_tells() {
    let call = Volcengine.cancel(&task()).unwrap();
    assert_eq!(
        (call.method, call.target.as_str()),
        (Method::Delete, "/contents/generations/tasks/cgt-20250101-x1")
    );
    let error = |status: u16, code: &str| reply(status, json!({ "error": { "code": code, "message": "m" } }));
    for answer in [
        plain(200, "application/json", ""),
        error(400, "InvalidParameter.TaskRunning"),
        error(403, "OperationDenied.TaskRunning"),
        error(404, "NotFound"),
    ] {
        assert_eq!(Volcengine.read_cancel(&task(), &answer), Ok(CancelWord::Noted), "{answer:?}");
    }
    for answer in [
        error(401, "AuthenticationError"),
        error(429, "RateLimitExceeded.x"),
        error(500, "InternalServiceError"),
        plain(404, "text/html", "<html>"),
    ] {
        assert!(Volcengine.read_cancel(&task(), &answer).is_err(), "{answer:?}");
    }
}

#[test]
fn u13_the_list_gives_ids_and_times() {
    assert_eq!(
        Volcengine.listing(0, 1).unwrap().target,
        "/contents/generations/tasks?page_num=1&page_size=100"
    );
    let body = json!({ "total": 1, "items": [{ "id": "cgt-20250101-x1", "status": "queued", "created_at": 1_760_000_000 }] });
    let listing = Volcengine.read_listing(&reply(200, body)).unwrap();
    let listed = Listed { handle: task(), token: None, created_unix_ms: Some(1_760_000_000_000) };
    assert_eq!(listing, Listing { jobs: vec![listed], next: None });
    assert!(Volcengine.read_listing(&reply(200, json!({}))).is_err());
}

#[test]
fn a_task_is_known_by_its_id_alone() {
    assert_eq!(Volcengine.adopt("cgt-20250101-x1", TASKS), Ok(task()));
    for (id, model) in [("", TASKS), ("a/b", TASKS), ("a?b", TASKS), ("cgt-20250101-x1", PICTURES)] {
        assert!(Volcengine.adopt(id, model).is_err(), "{id} {model}");
    }
    let token = Token("00ff".to_owned());
    let lost = Lost { token: &token, model: TASKS, since_unix_ms: 0 };
    let job = |body: &[u8]| Volcengine.callback_job(&lost, &Callback { body, ..Callback::default() });
    assert_eq!(job(br#"{"id":"cgt-20250101-x1","status":"succeeded"}"#), Some(task()));
    assert_eq!(job(br#"{"id":"../x"}"#), None);
    assert_eq!(job(b"<html>"), None);
    assert!(Volcengine.accepts_callback(&Callback::default()), "nothing is signed");
    assert_eq!(Volcengine.check().unwrap().target, "/contents/generations/tasks?page_num=1&page_size=1");
}
