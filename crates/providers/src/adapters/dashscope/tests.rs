use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown};
use serde_json::json;
use spool_domain::adapter::Output;

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const ID: &str = "86ecf553-d340-4e21-af6e-a0c6a421c010";
const CLIPS: &str = "services/aigc/video-generation/video-synthesis";
const MESSAGES: &str = "services/aigc/multimodal-generation/generation";

fn task() -> Handle {
    Handle { id: ID.to_owned(), facts: BTreeMap::new() }
}

fn look(output: Value) -> Result<Word, Trouble> {
    DashScope.read_poll(&task(), &reply(200, json!({ "request_id": "r", "output": output })))
}

fn finished(urls: &[&str]) -> Result<Word, Trouble> {
    let outputs = urls.iter().map(|url| Output::Url((*url).to_owned())).collect();
    Ok(Word::Finished { outputs, billed: None })
}

fn body(model: &str, input: Value) -> Value {
    body_of(&submit(&DashScope, &work(model, input, 1)).unwrap())
}

// --- submit ---

#[test]
fn a_task_is_asked_for_by_a_header() {
    let input = json!({ "model": "wan2.6-t2v", "input": { "prompt": "a kite" }, "parameters": { "size": "1280*720", "duration": 5 } });
    let call = submit(&DashScope, &work(CLIPS, input.clone(), 1)).unwrap();
    assert_eq!((call.method, call.target.clone()), (Method::Post, format!("/{CLIPS}")));
    assert_eq!(body_of(&call), input);
    let headers =
        [("content-type", "application/json".to_owned()), ("x-dashscope-async", "enable".to_owned())];
    assert_eq!(call.headers, headers);
}

#[test]
fn what_answers_at_once_has_no_such_header_and_one_message() {
    let input = json!({ "model": "qwen-image-3.0", "input": { "messages": { "text": "a kite", "image": ["https://f.test/1", "https://f.test/2"] } }, "parameters": { "size": "1024*1024" } });
    let call = submit(&DashScope, &work(MESSAGES, input, 1)).unwrap();
    assert_eq!(call.headers, [("content-type", "application/json".to_owned())]);
    assert_eq!(
        body_of(&call),
        json!({ "model": "qwen-image-3.0", "parameters": { "size": "1024*1024" }, "input": { "messages": [{ "role": "user",
            "content": [{ "image": "https://f.test/1" }, { "image": "https://f.test/2" }, { "text": "a kite" }] }] } })
    );
    let text = body(MESSAGES, json!({ "input": { "messages": { "text": "a kite" } } }));
    assert_eq!(text["input"]["messages"], json!([{ "role": "user", "content": [{ "text": "a kite" }] }]));
}

#[test]
fn media_are_a_list_of_typed_files() {
    let input = json!({ "input": { "prompt": "p", "media": { "first_frame": "https://f.test/1", "last_frame": "https://f.test/2",
        "reference_image": ["https://f.test/3", "https://f.test/4"] } } });
    assert_eq!(
        body(CLIPS, input)["input"]["media"],
        json!([{ "type": "first_frame", "url": "https://f.test/1" }, { "type": "last_frame", "url": "https://f.test/2" },
            { "type": "reference_image", "url": "https://f.test/3" }, { "type": "reference_image", "url": "https://f.test/4" }])
    );
    let ready =
        json!({ "input": { "media": [{ "type": "video", "url": "https://f.test/1" }], "messages": [] } });
    assert_eq!(body(CLIPS, ready.clone()), ready);
}

#[test]
fn a_parameter_cannot_leave_the_path() {
    for model in [
        "",
        "tasks",
        "services/aigc/",
        "services/aigc/../../tasks",
        "services/aigc/x?y=1",
        "services/aigc/a b",
    ] {
        assert_eq!(submit(&DashScope, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn the_task_of_the_answer_is_the_handle() {
    let answer = json!({ "output": { "task_status": "PENDING", "task_id": ID }, "request_id": "r" });
    assert_eq!(DashScope.read_submit("", &reply(200, answer)), Ok(Word::Accepted(task(), 3_000)));
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"output":{}}"#,
        r#"{"output":{"task_id":"../x"}}"#,
        r#"{"output":{"task_id":"86ec"#,
    ] {
        let read = DashScope.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "u11: {body}");
    }
}

#[test]
fn pictures_can_come_with_the_answer() {
    let message = |content: Value| {
        json!({ "output": { "choices": [{ "finish_reason": "stop", "message": { "role": "assistant", "content": content } }] },
        "usage": { "image_count": 2 }, "request_id": "r" })
    };
    let two = message(
        json!([{ "image": "https://oss.test/1.png" }, { "text": "words" }, { "image": "https://oss.test/2.png" }]),
    );
    assert_eq!(
        DashScope.read_submit("", &reply(200, two)),
        finished(&["https://oss.test/1.png", "https://oss.test/2.png"])
    );
    let none = DashScope.read_submit("", &reply(200, message(json!([{ "text": "words" }]))));
    assert_eq!(class(none), (Unknown, "unreadable_200".to_owned()));
}

#[test]
fn every_documented_code_has_its_class_in_an_error_and_in_a_failed_task() {
    let rows = [
        (400, "InvalidParameter", Caller),
        (400, "InvalidParameter.DataInspection", Caller),
        (400, "InvalidURL", Caller),
        (400, "InvalidImage.FileFormat", Caller),
        (400, "InvalidImageResolution", Caller),
        (400, "DataInspectionFailed", ContentPolicy),
        (400, "IPInfringementSuspect", ContentPolicy),
        (400, "Arrearage", Quota),
        (401, "InvalidApiKey", Credential),
        (403, "AccessDenied", Credential),
        (403, "AccessDenied.Unpurchased", Credential),
        (403, "Model.AccessDenied", Credential),
        (403, "AllocationQuota.FreeTierOnly", Quota),
        (404, "ModelNotFound", Unknown),
        (429, "Throttling", Busy),
        (429, "Throttling.RateQuota", Busy),
        (429, "Throttling.AllocationQuota", Busy),
        (429, "LimitRequests", Busy),
        (500, "InternalError", Unavailable),
        (500, "InternalError.Timeout", Timeout),
        (500, "InternalError.Algo", Unavailable),
        (500, "RequestTimeOut", Timeout),
        (503, "ModelUnavailable", Unavailable),
        (503, "ServiceUnavailable", Unavailable),
    ];
    for (status, code, expected) in rows {
        let error = json!({ "code": code, "message": "words", "request_id": "r" });
        let read = DashScope.read_submit("", &reply(status, error.clone()));
        let says = read.as_ref().unwrap_err().message.is_some();
        assert_eq!(says, matches!(expected, Caller | ContentPolicy), "{code}");
        assert_eq!(class(read), (expected, code.to_owned()));
        assert_eq!(
            class(DashScope.read_submit("", &reply(200, error))),
            (expected, code.to_owned()),
            "as a success"
        );
        let failed =
            look(json!({ "task_id": ID, "task_status": "FAILED", "code": code, "message": "words" }));
        assert!(matches!(failed, Ok(Word::Failed(_))), "{code}");
        assert_eq!(class(failed), (expected, code.to_owned()));
    }
    for (status, expected) in
        [(400, Caller), (403, Credential), (404, Unknown), (429, Busy), (502, Unavailable)]
    {
        let read = DashScope.read_submit("", &plain(status, "text/html", "<h1>Hello</h1>"));
        assert_eq!(class(read), (expected, format!("http_{status}")));
    }
    let busy = with(reply(429, json!({ "code": "Throttling", "message": "m" })), "retry-after", "9");
    assert_eq!(DashScope.read_submit("", &busy).unwrap_err().retry_after_s, Some(9));
    let odd = look(json!({ "task_status": "FAILED", "code": "SomethingNew", "message": "words" }));
    assert_eq!(class(odd), (Unknown, "SomethingNew".to_owned()));
    assert_eq!(class(look(json!({ "task_status": "FAILED" }))), (Unknown, "failed".to_owned()));
}

// --- looks ---

#[test]
fn every_documented_state_is_read_and_an_unknown_one_is_never_an_end() {
    assert_eq!(DashScope.poll(&task()).target, format!("/tasks/{ID}"));
    for state in ["PENDING", "RUNNING", "SUSPENDED", "HIBERNATING"] {
        let read = look(json!({ "task_id": ID, "task_status": state }));
        assert_eq!(read, Ok(Word::Pending { progress: None, wait_ms: 3_000 }), "{state}");
    }
    assert_eq!(look(json!({ "task_status": "CANCELED" })), Ok(Word::Canceled));
    assert_eq!(class(look(json!({ "task_status": "UNKNOWN" }))), (Gone, "UNKNOWN".to_owned()));
}

#[test]
fn results_are_found_wherever_a_family_puts_them() {
    let done = |mut output: Value| {
        output["task_status"] = "SUCCEEDED".into();
        look(output)
    };
    let rows = [
        (
            json!({ "video_url": "https://oss.test/v.mp4", "orig_prompt": "p" }),
            vec!["https://oss.test/v.mp4"],
        ),
        (json!({ "results": { "video_url": "https://oss.test/v.mp4" } }), vec!["https://oss.test/v.mp4"]),
        (
            json!({ "results": [{ "url": "https://oss.test/1", "actual_prompt": "p" }, { "url": "https://oss.test/2" }] }),
            vec!["https://oss.test/1", "https://oss.test/2"],
        ),
        (
            json!({ "results": [{ "code": "InternalError", "message": "m" }, { "url": "https://oss.test/2" }] }),
            vec!["https://oss.test/2"],
        ),
        (
            json!({ "choices": [{ "message": { "content": [{ "type": "image", "image": "https://oss.test/1" }] } }] }),
            vec!["https://oss.test/1"],
        ),
    ];
    for (output, urls) in rows {
        assert_eq!(done(output.clone()), finished(&urls), "{output}");
    }
    let refused = done(json!({ "results": [{ "code": "DataInspectionFailed", "message": "words" }] }));
    assert_eq!(class(refused), (ContentPolicy, "DataInspectionFailed".to_owned()));
    for output in
        [json!({}), json!({ "results": [] }), json!({ "results": [{}] }), json!({ "video_url": "v.mp4" })]
    {
        assert_eq!(done(output), Err(Trouble::of(Unknown, "unreadable_200")));
    }
}

#[test]
fn a_look_that_goes_wrong_ends_no_job() {
    for body in ["", "<html>", "{}", r#"{"output":{}}"#, r#"{"output":{"task_status":"SUCC"#] {
        let read = DashScope.read_poll(&task(), &plain(200, "application/json", body));
        assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_200")), "{body}");
    }
    for status in [400, 401, 404, 429, 500, 502, 503] {
        let page = DashScope.read_poll(&task(), &plain(status, "text/html", "<h1>Hello</h1>"));
        assert!(page.is_err(), "u6: a proxy's page with {status} ends no job");
        let error =
            DashScope.read_poll(&task(), &reply(status, json!({ "code": "InternalError", "message": "m" })));
        assert!(error.is_err(), "{status}");
    }
}

// --- the rest ---

#[test]
fn j7_only_a_task_that_waits_is_canceled() {
    let call = DashScope.cancel(&task()).unwrap();
    assert_eq!((call.method, call.target), (Method::Post, format!("/tasks/{ID}/cancel")));
    let read = |status, body: Value| DashScope.read_cancel(&task(), &reply(status, body));
    assert_eq!(read(200, json!({ "request_id": "r" })), Ok(CancelWord::Noted));
    assert_eq!(read(400, json!({ "code": "UnsupportedOperation", "message": "m" })), Ok(CancelWord::TooLate));
    assert_eq!(read(401, json!({ "code": "InvalidApiKey" })).unwrap_err().class, Credential);
    for status in [200, 400, 502] {
        let page = plain(status, "text/html", "<h1>Hello</h1>");
        assert!(DashScope.read_cancel(&task(), &page).is_err(), "{status}");
    }
}

#[test]
fn a_task_is_followed_by_its_id_and_the_key_checked_by_asking_for_nobodys() {
    assert_eq!(DashScope.adopt(&format!(" {ID} "), CLIPS), Ok(task()));
    assert!(DashScope.adopt("a/b", CLIPS).is_err());
    assert!(DashScope.adopt(ID, MESSAGES).is_err(), "nothing follows an answer that came at once");
    assert_eq!(DashScope.check().unwrap().target, "/tasks/00000000-0000-0000-0000-000000000000");
    let unknown = json!({ "request_id": "r", "output": { "task_id": "0", "task_status": "UNKNOWN" } });
    assert_eq!(DashScope.read_check(&reply(200, unknown)), Ok(()));
    let wrong = reply(401, json!({ "code": "InvalidApiKey", "message": "m" }));
    assert_eq!(DashScope.read_check(&wrong).unwrap_err().class, Credential);
    assert!(DashScope.read_check(&plain(200, "text/html", "<h1>Hello</h1>")).is_err());
}
