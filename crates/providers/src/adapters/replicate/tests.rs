mod looks;

use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::{Busy, Caller, Credential, Quota, Timeout, Unavailable, Unknown};
use spool_domain::adapter::{Adapter, FileForm, Handle, Method, Reply, Trouble, Word, Work};

use super::Replicate;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const VERSION: &str = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa";

fn handle() -> Handle {
    Handle { id: "gm3qorzdhgbfurvjtvhg6dckhu".to_owned(), facts: Default::default() }
}

/// The prediction of the documentation, with these fields changed.
fn prediction(changed: Value) -> Value {
    let mut body = json!({
        "id": "gm3qorzdhgbfurvjtvhg6dckhu", "model": "black-forest-labs/flux-schnell", "version": "hidden",
        "input": { "prompt": "a kite" }, "output": null, "logs": "", "error": null, "status": "starting",
        "data_removed": false, "source": "api", "created_at": "2026-10-01T12:00:00.000Z",
        "urls": {
            "get": "https://api.replicate.com/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu",
            "cancel": "https://api.replicate.com/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu/cancel",
            "web": "https://replicate.com/p/gm3qorzdhgbfurvjtvhg6dckhu"
        }
    });
    body.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
    body
}

/// Makes the free calls before the submit with these answers.
fn prepared(mut order: Work, answers: &[Value]) -> Work {
    for answer in answers {
        assert!(Replicate.prepare(&order).unwrap().is_some());
        Replicate.read_prepared(&mut order, &reply(200, answer.clone())).unwrap();
    }
    assert_eq!(Replicate.prepare(&order), Ok(None));
    order
}

// --- before the submit ---

#[test]
fn whose_a_model_is_is_asked_once_and_decides_the_path() {
    let named = |name: &str| work(name, json!({ "prompt": "a kite" }), 1);
    let asked = Replicate.prepare(&named("black-forest-labs/flux-schnell")).unwrap().unwrap();
    assert_eq!(
        (asked.method, asked.target.as_str()),
        (Method::Get, "/models/black-forest-labs/flux-schnell")
    );

    // An official one, even if it has a version too.
    let about = json!({ "is_official": true, "latest_version": { "id": VERSION } });
    let call = submit(&Replicate, &prepared(named("black-forest-labs/flux-schnell"), &[about])).unwrap();
    assert_eq!(
        (call.method, call.target.as_str()),
        (Method::Post, "/models/black-forest-labs/flux-schnell/predictions")
    );
    assert_eq!(body_of(&call), json!({ "input": { "prompt": "a kite" } }));

    for about in [
        json!({ "is_official": false, "latest_version": { "id": VERSION } }),
        json!({ "latest_version": { "id": VERSION } }),
    ] {
        let call = submit(&Replicate, &prepared(named("zsxkib/dia"), &[about])).unwrap();
        assert_eq!(call.target, "/predictions");
        let version = format!("zsxkib/dia:{VERSION}");
        assert_eq!(body_of(&call), json!({ "version": version, "input": { "prompt": "a kite" } }));
    }
}

#[test]
fn versions_and_deployments_need_no_question() {
    for (name, target, version) in [
        (format!("a/b:{VERSION}"), "/predictions", Some(format!("a/b:{VERSION}"))),
        (VERSION.to_owned(), "/predictions", Some(VERSION.to_owned())),
        ("deployments/acme/mine".to_owned(), "/deployments/acme/mine/predictions", None),
    ] {
        let order = work(&name, json!({}), 1);
        assert_eq!(Replicate.prepare(&order), Ok(None), "{name}");
        let call = submit(&Replicate, &order).unwrap();
        assert_eq!(call.target, target);
        assert_eq!(body_of(&call)["version"].as_str(), version.as_deref());
    }
}

#[test]
fn what_is_said_of_a_model_must_name_a_way_to_run_it() {
    let ask = |reply: Reply| Replicate.read_prepared(&mut work("a/b", json!({}), 1), &reply).unwrap_err();
    for about in [
        json!({}),
        json!({ "is_official": false, "latest_version": null }),
        json!({ "latest_version": { "id": "hidden" } }),
    ] {
        assert_eq!(ask(reply(200, about)), Trouble::of(Unknown, "unreadable_200"));
    }
    assert_eq!(ask(plain(200, "text/html", "<html>")).code, "unreadable_200");
    // The route named the model, not the caller.
    assert_eq!(ask(reply(404, json!({ "detail": "Not found" }))).class, Credential);
    assert_eq!(ask(reply(503, json!({}))).class, Unavailable);
}

#[test]
fn a_parameter_cannot_leave_the_path() {
    for name in [
        "",
        "flux",
        "a/../b",
        "a/b/c",
        "a/b?x=1",
        "/a/b",
        "a/b:latest",
        "models/a",
        "a/ b",
        "deployments/a/b/c",
    ] {
        let order = work(name, json!({}), 1);
        assert_eq!(submit(&Replicate, &order).unwrap_err().class, Caller, "{name}");
        assert_eq!(Replicate.prepare(&order).unwrap_err().class, Caller, "{name}");
    }
}

#[test]
fn large_files_are_uploaded_before_the_model_is_asked_for() {
    assert_eq!(Replicate.file_form("a/b"), FileForm::UrlOrData);
    let large = format!("data:image/png;base64,{}", "QUJD".repeat(90_000));
    let small = "data:image/png;base64,QUJD";
    let input = json!({ "prompt": "p", "image": small, "input_images": [large, small], "mask": large });
    let order = work(&format!("a/b:{VERSION}"), input, 1);
    let call = Replicate.prepare(&order).unwrap().unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/files"));
    assert_eq!(Replicate.prepare(&order).unwrap().unwrap(), call, "the same bytes every time");
    let head = String::from_utf8_lossy(&call.body[..200]).into_owned();
    assert!(
        head.contains("name=\"content\"; filename=\"file.png\"\r\nContent-Type: image/png\r\n"),
        "{head}"
    );
    let file = json!({ "id": "f1", "urls": { "get": "https://api.replicate.com/v1/files/f1" } });
    let order = prepared(order, &[file]);
    assert_eq!(
        Value::Object(order.input),
        json!({ "prompt": "p", "image": small,
        "input_images": ["https://api.replicate.com/v1/files/f1", small], "mask": "https://api.replicate.com/v1/files/f1" })
    );
}

#[test]
fn an_upload_that_names_no_address_is_not_understood() {
    let input = json!({ "image": format!("data:image/png;base64,{}", "QUJD".repeat(90_000)) });
    let mut order = work("a/b", input, 1);
    for body in [json!({ "id": "f1" }), json!({ "urls": { "get": "" } }), json!({ "is_official": true })] {
        let read = Replicate.read_prepared(&mut order, &reply(201, body));
        assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_201")));
    }
    assert_eq!(
        Replicate.read_prepared(&mut order, &reply(413, json!({ "detail": "too large" }))).unwrap_err().class,
        Caller
    );
    let mut broken =
        work("a/b", json!({ "image": format!("data:image/png;base64,{}", "%".repeat(300_000)) }), 1);
    assert_eq!(Replicate.prepare(&broken).unwrap_err().class, Caller);
    broken.input.clear();
    assert!(Replicate.prepare(&broken).unwrap().is_some());
}

// --- submit ---

#[test]
fn only_the_end_is_called_back() {
    let mut order = work(&format!("a/b:{VERSION}"), json!({ "prompt": "a kite", "num_outputs": 2 }), 2);
    order.callback_url = Some("https://spool.test/v1/callbacks/x".to_owned());
    let call = submit(&Replicate, &order).unwrap();
    assert_eq!(call.headers, [("content-type", "application/json".to_owned())]);
    assert_eq!(
        body_of(&call),
        json!({ "version": format!("a/b:{VERSION}"), "input": { "prompt": "a kite", "num_outputs": 2 },
            "webhook": "https://spool.test/v1/callbacks/x", "webhook_events_filter": ["completed"] })
    );
}

#[test]
fn a_prediction_is_followed_whatever_state_it_is_born_in() {
    for (status, born) in
        [(201, "starting"), (202, "starting"), (201, "processing"), (201, "succeeded"), (201, "failed")]
    {
        let read = Replicate.read_submit("", &reply(status, prediction(json!({ "status": born }))));
        assert_eq!(read, Ok(Word::Accepted(handle(), 1_000)), "{born}");
    }
    assert_eq!(Replicate.poll(&handle()).target, "/predictions/gm3qorzdhgbfurvjtvhg6dckhu");
}

#[test]
fn u11_a_success_that_names_no_job_is_not_understood() {
    for body in ["", "<html>", "{}", r#"{"id":""}"#, r#"{"id":"a/../b"}"#, r#"{"id":7}"#, r#"{"id":"gm3qor"#]
    {
        let read = Replicate.read_submit("", &plain(201, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_201".to_owned()), "{body}");
    }
}

#[test]
fn every_documented_status_has_its_class_at_submit() {
    let problem = |title: &str, detail: &str, status: u16| json!({ "title": title, "detail": detail, "status": status });
    let rows = [
        (400, problem("Bad Request", "malformed", 400), Caller),
        (401, problem("Unauthenticated", "You did not pass a valid authentication token", 401), Credential),
        (402, problem("Insufficient credit", "You have insufficient credit", 402), Quota),
        (403, json!({ "detail": "no" }), Credential),
        (404, json!({ "detail": "The requested resource could not be found." }), Credential),
        (413, json!({ "detail": "too large" }), Caller),
        (422, problem("Input validation failed", "- input.prompt: prompt is required", 422), Caller),
        (429, json!({ "detail": "Request was throttled. Your rate limit resets in ~30s." }), Busy),
        (408, json!({}), Timeout),
        (500, json!({ "detail": "oh" }), Unavailable),
        (502, json!({}), Unavailable),
        (503, json!({}), Unavailable),
        (418, json!({}), Unknown),
    ];
    for (status, body, expected) in rows {
        let read = Replicate.read_submit("", &reply(status, body.clone()));
        assert!(read.is_err(), "{status}");
        assert_eq!(class(read), (expected, format!("http_{status}")), "{body}");
    }
    let refused = reply(422, problem("Input validation failed", "- input.prompt: prompt is required", 422));
    let words = Replicate.read_submit("", &refused).unwrap_err().message;
    assert_eq!(words.as_deref(), Some("- input.prompt: prompt is required"));
    assert_eq!(
        Replicate.read_submit("", &reply(401, problem("t", "secret r8_x", 401))).unwrap_err().message,
        None
    );
}

#[test]
fn the_pause_is_read_from_headers_and_else_from_the_sentence() {
    let throttled = |detail: &str| reply(429, json!({ "detail": detail }));
    let wait_s = |reply| Replicate.read_submit("", &reply).unwrap_err().retry_after_s;
    let documented = "Request was throttled. Your rate limit resets in ~30s.";
    assert_eq!(wait_s(throttled(documented)), Some(30));
    assert_eq!(wait_s(with(throttled(documented), "ratelimit-reset", "7")), Some(7));
    assert_eq!(wait_s(with(throttled(documented), "retry-after", "9")), Some(9));
    assert_eq!(wait_s(throttled("slow down")), None);
    assert_eq!(wait_s(throttled("resets in a while")), None);
}
