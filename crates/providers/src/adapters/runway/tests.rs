use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown};

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const ID: &str = "17f20503-6c24-4c16-946b-35dbbce2af2f";

fn task() -> Handle {
    Handle { id: ID.to_owned(), facts: BTreeMap::new() }
}

fn look(status: u16, body: Value) -> Result<Word, Trouble> {
    Runway.read_poll(&task(), &reply(status, body))
}

fn body(model: &str, input: Value) -> Value {
    body_of(&submit(&Runway, &work(model, input, 1)).unwrap())
}

// --- submit ---

#[test]
fn the_input_is_the_body_and_the_version_a_header() {
    let input = json!({ "model": "gen4_turbo", "promptImage": "https://files.test/a.png", "promptText": "a kite",
        "ratio": "1280:720", "duration": 5, "seed": 7 });
    let call = submit(&Runway, &work("image_to_video", input.clone(), 1)).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/v1/image_to_video"));
    assert_eq!(body_of(&call), input);
    let headers =
        [("content-type", "application/json".to_owned()), ("x-runway-version", "2024-11-06".to_owned())];
    assert_eq!(call.headers, headers);
    assert_eq!(submit(&Runway, &work("generate/video", json!({}), 1)).unwrap().target, "/v1/generate/video");
}

#[test]
fn lists_of_references_hold_objects() {
    let input = json!({ "model": "gen4_image", "promptText": "p", "referenceImages": ["https://f.test/1", { "uri": "https://f.test/2", "tag": "cat" }] });
    assert_eq!(
        body("text_to_image", input)["referenceImages"],
        json!([{ "uri": "https://f.test/1" }, { "uri": "https://f.test/2", "tag": "cat" }])
    );
    let input = json!({ "references": ["https://f.test/1"], "referenceVideos": ["https://f.test/2"], "referenceAudio": ["https://f.test/3"] });
    assert_eq!(
        body("text_to_video", input),
        json!({ "references": [{ "uri": "https://f.test/1" }], "referenceVideos": [{ "type": "video", "uri": "https://f.test/2" }],
            "referenceAudio": [{ "type": "audio", "uri": "https://f.test/3" }] })
    );
    let input = json!({ "character": { "type": "image", "uri": "https://f.test/1" }, "reference": { "type": "video", "uri": "https://f.test/2" } });
    assert_eq!(body("character_performance", input.clone()), input);
}

#[test]
fn a_parameter_cannot_leave_the_path() {
    for model in ["", "../organization", "a//b", "/a", "a?b=1", "a b", "a/%2e"] {
        assert_eq!(submit(&Runway, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn the_id_of_the_answer_is_the_handle() {
    for body in [json!({ "id": ID }), json!({ "id": ID, "estimatedCost": { "credits": 25 } })] {
        assert_eq!(Runway.read_submit("", &reply(200, body)), Ok(Word::Accepted(task(), 5_000)));
    }
}

#[test]
fn u11_a_success_that_names_no_task_is_not_understood() {
    for body in ["", "<html>", "{}", r#"{"id":""}"#, r#"{"id":7}"#, r#"{"id":"../x"}"#, r#"{"id":"17f2"#] {
        let read = Runway.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

#[test]
fn every_documented_status_has_its_class() {
    let rows = [
        (
            400,
            json!({ "error": "Validation of body failed", "issues": [{ "path": ["ratio"], "message": "no" }] }),
            Caller,
        ),
        (
            400,
            json!({ "error": "You do not have enough credits to run this task.", "docUrl": "https://d.test" }),
            Quota,
        ),
        (401, json!({ "error": "Unauthorized" }), Credential),
        (403, json!({ "error": "Forbidden" }), Credential),
        (404, json!({ "error": "Not found" }), Unknown),
        (405, json!({ "error": "Method not allowed" }), Unknown),
        (408, json!({ "error": "slow" }), Timeout),
        (409, json!({ "error": "conflict" }), Unknown),
        (413, json!({ "error": "too large" }), Caller),
        (429, json!({ "error": "You have reached your daily limit" }), Busy),
        (500, json!({ "error": "oh" }), Unavailable),
        (502, json!({ "error": "oh" }), Unavailable),
        (503, json!({ "error": "oh" }), Unavailable),
        (504, json!({ "error": "oh" }), Unavailable),
    ];
    for (status, body, expected) in rows {
        let read = Runway.read_submit("", &reply(status, body.clone()));
        assert!(read.is_err());
        let says = read.as_ref().unwrap_err().message.is_some();
        assert_eq!(says, expected == Caller, "only the caller's faults are told in words: {body}");
        assert_eq!(class(read), (expected, format!("http_{status}")), "{body}");
    }
    let busy = with(reply(429, json!({ "error": "slow down" })), "retry-after", "9");
    assert_eq!(Runway.read_submit("", &busy).unwrap_err().retry_after_s, Some(9));
    assert_eq!(
        class(Runway.read_submit("", &plain(502, "text/html", "<h1>Bad gateway</h1>"))).0,
        Unavailable
    );
}

#[test]
fn a_file_that_is_too_large_for_the_call_is_uploaded_first() {
    let small = "data:image/png;base64,QUJD";
    let large = format!("data:image/png;base64,{}", "QUJD".repeat(5 * 1024 * 1024 / 4));
    let clip = large.replace("image/png", "video/mp4");
    let mut order = work("image_to_video", json!({ "promptImage": small, "videoUri": clip }), 1);
    assert_eq!(Runway.prepare(&order), Ok(None), "clips may be larger than pictures");
    order.input.insert("referenceImages".to_owned(), json!([small, { "uri": large }]));
    let call = Runway.prepare(&order).unwrap().unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/v1/uploads"));
    assert_eq!(body_of(&call), json!({ "filename": "file.png", "type": "ephemeral" }));
    assert!(call.headers.contains(&("x-runway-version", "2024-11-06".to_owned())));
    let place = json!({ "runwayUri": "runway://abc", "uploadUrl": "https://s3.test/put", "fields": { "key": "k-1", "policy": "p" } });
    Runway.read_prepared(&mut order, &reply(200, place)).unwrap();
    let call = Runway.prepare(&order).unwrap().unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "https://s3.test/put"));
    let body = String::from_utf8(call.body.to_vec()).unwrap();
    let at = |text: &str| body.find(text).unwrap();
    assert!(
        at("name=\"key\"\r\n\r\nk-1") < at("name=\"policy\"")
            && at("name=\"policy\"") < at("name=\"file\"; filename=\"file.png\"")
    );
    assert!(body.contains("ABCABC"));
    Runway.read_prepared(&mut order, &plain(204, "", "")).unwrap();
    assert_eq!(Runway.prepare(&order), Ok(None));
    let body = body_of(&submit(&Runway, &order).unwrap());
    assert_eq!(body["referenceImages"], json!([{ "uri": small }, { "uri": "runway://abc" }]));
    assert_eq!(body.as_object().unwrap().len(), 3, "nothing of the upload is left");
}

#[test]
fn an_upload_that_fails_is_told_by_class() {
    let large = format!("data:image/png;base64,{}", "QUJD".repeat(5 * 1024 * 1024 / 4));
    let mut order = work("image_to_video", json!({ "promptImage": large }), 1);
    for (answer, expected) in [
        (reply(401, json!({ "error": "Unauthorized" })), Credential),
        (reply(429, json!({ "error": "slow down" })), Busy),
        (reply(200, json!({ "runwayUri": "runway://abc" })), Unknown),
        (plain(200, "text/html", "<h1>Hello</h1>"), Unknown),
    ] {
        assert_eq!(Runway.read_prepared(&mut order, &answer).unwrap_err().class, expected);
    }
}

// --- looks ---

#[test]
fn looks_are_at_the_task_and_name_the_version() {
    let call = Runway.poll(&task());
    assert_eq!((call.method, call.target), (Method::Get, format!("/v1/tasks/{ID}")));
    assert_eq!(call.headers, [("x-runway-version", "2024-11-06".to_owned())]);
}

#[test]
fn waiting_states_are_pending_and_an_unknown_state_is_never_an_end() {
    for (body, progress) in [
        (json!({ "id": ID, "status": "PENDING" }), None),
        (json!({ "id": ID, "status": "THROTTLED" }), None),
        (json!({ "id": ID, "status": "RUNNING", "progress": 0.42 }), Some(42)),
        (json!({ "id": ID, "status": "RUNNING", "progress": 7 }), None),
        (json!({ "id": ID, "status": "HIBERNATING" }), None),
    ] {
        assert_eq!(look(200, body), Ok(Word::Pending { progress, wait_ms: 5_000 }));
    }
}

#[test]
fn the_output_is_a_list_of_addresses_and_a_credit_is_a_cent() {
    let url = |name: &str| format!("https://dnznrvs05pmza.cloudfront.net/{name}.mp4?_jwt=x");
    let done = |cost: Value| {
        look(
            200,
            json!({ "id": ID, "status": "SUCCEEDED", "createdAt": "2026-11-01T10:00:00Z",
        "output": [url("1"), url("2")], "cost": cost }),
        )
    };
    let finished =
        |billed| Ok(Word::Finished { outputs: vec![Output::Url(url("1")), Output::Url(url("2"))], billed });
    assert_eq!(done(Value::Null), finished(None));
    assert_eq!(done(json!({ "credits": 25 })), finished(Some(MicroUsd(250_000))));
    assert_eq!(done(json!({ "credits": 2.5 })), finished(Some(MicroUsd(25_000))));
    assert_eq!(done(json!({ "credits": "many" })), finished(None));
}

#[test]
fn a_success_that_cannot_be_read_is_a_failed_look_and_an_empty_one_a_failed_job() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"status":"SUCCEEDED"}"#,
        r#"{"status":"SUCCEEDED","output":[7]}"#,
        r#"{"status":"SUCCEEDED","output":["x.mp4"]}"#,
        r#"{"status":"SUCCEEDED","output":["https://"#,
    ] {
        let read = Runway.read_poll(&task(), &plain(200, "application/json", body));
        assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_200")), "{body}");
    }
    let empty = look(200, json!({ "status": "SUCCEEDED", "output": [] }));
    assert_eq!(empty, Ok(Word::Failed(Trouble::of(Unknown, "no_outputs"))));
}

#[test]
fn every_documented_failure_code_has_its_class() {
    let rows = [
        ("SAFETY.INPUT.TEXT", ContentPolicy),
        ("SAFETY.INPUT.IMAGE", ContentPolicy),
        ("SAFETY.INPUT.VIDEO", ContentPolicy),
        ("SAFETY.OUTPUT.VIDEO", ContentPolicy),
        ("INPUT_PREPROCESSING.SAFETY.TEXT", ContentPolicy),
        ("INPUT_PREPROCESSING.INTERNAL", Unavailable),
        ("INTERNAL.BAD_OUTPUT.CODE01", Caller),
        ("INTERNAL.BAD_OUTPUT.01", Caller),
        ("ASSET.INVALID", Caller),
        ("THIRD_PARTY.UNAVAILABLE", Unavailable),
        ("INTERNAL", Unavailable),
        ("SOMETHING.NEW", Unknown),
    ];
    for (code, expected) in rows {
        let read = look(200, json!({ "status": "FAILED", "failure": "words", "failureCode": code }));
        let Ok(Word::Failed(trouble)) = &read else { panic!("{code}") };
        assert_eq!(trouble.message.is_some(), matches!(expected, Caller | ContentPolicy), "{code}");
        assert_eq!(class(read), (expected, code.to_owned()));
    }
    for body in [
        json!({ "status": "FAILED", "failureCode": null }),
        json!({ "status": "FAILED", "failure": "words" }),
    ] {
        assert_eq!(look(200, body), Ok(Word::Failed(Trouble::of(Unavailable, "INTERNAL"))));
    }
    let sentence = look(200, json!({ "status": "FAILED", "failureCode": "a prompt about a kite" }));
    assert_eq!(class(sentence), (Unknown, "http_200".to_owned()));
}

#[test]
fn a_task_that_was_deleted_is_gone_and_no_other_refusal_ends_a_job() {
    assert_eq!(look(200, json!({ "status": "CANCELLED" })), Ok(Word::Canceled));
    assert_eq!(class(look(404, json!({ "error": "Not found" }))), (Gone, "http_404".to_owned()));
    for status in [400, 401, 404, 408, 429, 500, 502, 503, 504] {
        let page = Runway.read_poll(&task(), &plain(status, "text/html", "<h1>Hello</h1>"));
        assert!(page.is_err(), "u6: a proxy's page with {status} ends no job");
    }
    for status in [400, 401, 408, 429, 500, 503] {
        assert!(look(status, json!({ "error": "oh" })).is_err(), "{status}");
    }
}

// --- the rest ---

#[test]
fn j7_to_cancel_is_to_delete_and_promises_nothing_about_the_bill() {
    let call = Runway.cancel(&task()).unwrap();
    assert_eq!((call.method, call.target), (Method::Delete, format!("/v1/tasks/{ID}")));
    assert_eq!(call.headers, [("x-runway-version", "2024-11-06".to_owned())]);
    assert_eq!(Runway.read_cancel(&task(), &plain(204, "", "")), Ok(CancelWord::Noted));
    let missing = reply(404, json!({ "error": "Not found" }));
    assert_eq!(Runway.read_cancel(&task(), &missing), Ok(CancelWord::TooLate));
    assert_eq!(
        Runway.read_cancel(&task(), &reply(503, json!({ "error": "x" }))).unwrap_err().class,
        Unavailable
    );
    for status in [200, 404, 502] {
        assert!(
            Runway.read_cancel(&task(), &plain(status, "text/html", "<h1>Hello</h1>")).is_err(),
            "{status}"
        );
    }
}

#[test]
fn a_task_is_followed_by_its_id_alone() {
    assert_eq!(Runway.adopt(&format!(" {ID}\n"), "image_to_video"), Ok(task()));
    for wrong in ["", "a/b", "https://app.runwayml.com/x"] {
        assert!(Runway.adopt(wrong, "image_to_video").is_err());
    }
}

#[test]
fn the_organization_is_asked_for_to_check_the_key() {
    let call = Runway.check().unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Get, "/v1/organization"));
    assert_eq!(call.headers, [("x-runway-version", "2024-11-06".to_owned())]);
    assert_eq!(Runway.read_check(&reply(200, json!({ "creditBalance": 10 }))), Ok(()));
    assert_eq!(Runway.read_check(&reply(401, json!({ "error": "x" }))).unwrap_err().class, Credential);
}
