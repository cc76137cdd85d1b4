use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown};
use spool_domain::adapter::Output;

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, work};

const ID: &str = "d7e6c0f3-6ef9-4cf0-9e4a-9f1f5f3e6a11";
const SOUL: &str = "higgsfield-ai/soul/standard";
const DOP: &str = "v1/image2video/dop";

fn request() -> Handle {
    handle(ID, false)
}

fn job_set() -> Handle {
    handle(ID, true)
}

fn look(handle: &Handle, status: u16, body: Value) -> Result<Word, Trouble> {
    Higgsfield.read_poll(handle, &reply(status, body))
}

fn finished(urls: &[&str]) -> Result<Word, Trouble> {
    let outputs = urls.iter().map(|url| Output::Url((*url).to_owned())).collect();
    Ok(Word::Finished { outputs, billed: None })
}

// --- submit ---

#[test]
fn a_request_is_flat_and_its_callback_a_query() {
    let input = json!({ "prompt": "a kite", "aspect_ratio": "16:9", "resolution": "720p" });
    let mut order = work(SOUL, input.clone(), 1);
    let call = submit(&Higgsfield, &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/higgsfield-ai/soul/standard"));
    assert_eq!(body_of(&call), input);
    let headers = [("content-type", "application/json".to_owned()), ("idempotency-key", "00ff".to_owned())];
    assert_eq!(call.headers, headers);
    order.callback_url = Some("https://spool.test/v1/callbacks/x".to_owned());
    let call = submit(&Higgsfield, &order).unwrap();
    assert_eq!(
        call.target,
        "/higgsfield-ai/soul/standard?hf_webhook=https%3A%2F%2Fspool.test%2Fv1%2Fcallbacks%2Fx"
    );
    assert_eq!(body_of(&call), input);
}

#[test]
fn under_v1_the_parameters_are_wrapped_and_the_callback_stands_beside_them() {
    let input = json!({ "model": "dop-turbo", "prompt": "p", "input_images": ["https://f.test/1.png"],
        "input_images_end": ["https://f.test/2.png"], "motions": ["c5881721-05b1-4d47-94d6-0203863114e1"] });
    let mut order = work(DOP, input, 1);
    order.callback_url = Some("https://spool.test/v1/callbacks/x".to_owned());
    let call = submit(&Higgsfield, &order).unwrap();
    assert_eq!(call.target, "/v1/image2video/dop");
    assert_eq!(
        body_of(&call),
        json!({ "params": { "model": "dop-turbo", "prompt": "p",
                "input_images": [{ "type": "image_url", "image_url": "https://f.test/1.png" }],
                "input_images_end": [{ "type": "image_url", "image_url": "https://f.test/2.png" }],
                "motions": [{ "id": "c5881721-05b1-4d47-94d6-0203863114e1", "strength": 1 }] },
            "webhook": { "url": "https://spool.test/v1/callbacks/x", "secret": "00ff" } })
    );
    let speak = json!({ "prompt": "p", "input_image": { "image_url": "https://f.test/1.png" }, "input_audio": { "audio_url": "https://f.test/1.wav" } });
    assert_eq!(
        body_of(&submit(&Higgsfield, &work("v1/speak/higgsfield", speak, 1)).unwrap()),
        json!({ "params": { "prompt": "p", "input_image": { "type": "image_url", "image_url": "https://f.test/1.png" },
            "input_audio": { "type": "audio_url", "audio_url": "https://f.test/1.wav" } } })
    );
}

#[test]
fn a_file_of_ours_is_put_into_their_storage_first() {
    let uri = |text: &str| format!("data:image/png;base64,{text}");
    let mut order = work(DOP, json!({ "input_images": [uri("QUJD")], "input_images_end": [uri("REVG")] }), 1);
    for (no, content) in [(1, "ABC"), (2, "DEF")] {
        let call = Higgsfield.prepare(&order).unwrap().unwrap();
        assert_eq!((call.method, call.target.as_str()), (Method::Post, "/files/generate-upload-url"));
        assert_eq!(body_of(&call), json!({ "content_type": "image/png" }));
        let place = json!({ "upload_url": format!("https://s3.test/put/{no}"), "public_url": format!("https://cdn.test/{no}.png") });
        Higgsfield.read_prepared(&mut order, &reply(200, place)).unwrap();
        let call = Higgsfield.prepare(&order).unwrap().unwrap();
        assert_eq!((call.method, call.target), (Method::Put, format!("https://s3.test/put/{no}")));
        assert_eq!(call.headers, [("content-type", "image/png".to_owned())]);
        assert_eq!(call.body, content);
        Higgsfield.read_prepared(&mut order, &plain(200, "", "")).unwrap();
    }
    assert_eq!(Higgsfield.prepare(&order), Ok(None));
    assert_eq!(
        Value::Object(order.input),
        json!({ "input_images": ["https://cdn.test/1.png"], "input_images_end": ["https://cdn.test/2.png"] })
    );
}

#[test]
fn an_upload_that_fails_is_told_by_class() {
    let order = || work(DOP, json!({ "input_images": ["data:image/png;base64,QUJD"] }), 1);
    for (answer, expected) in [
        (reply(401, json!({ "detail": "Invalid credentials" })), Credential),
        (reply(200, json!({ "upload_url": "https://s3.test/put" })), Unknown),
        (plain(200, "text/html", "<h1>Hello</h1>"), Unknown),
        (plain(503, "text/html", "<h1>Hello</h1>"), Unavailable),
    ] {
        assert_eq!(Higgsfield.read_prepared(&mut order(), &answer).unwrap_err().class, expected);
    }
    let wrong = work(DOP, json!({ "input_images": ["data:image/png;base64,%%"] }), 1);
    assert_eq!(Higgsfield.prepare(&wrong).unwrap_err().class, Caller);
}

#[test]
fn a_parameter_cannot_leave_the_path() {
    for model in ["", "soul", "../keys", "a//b", "/a/b", "a/b?c=1", "a/b c", "a/%2e"] {
        assert_eq!(submit(&Higgsfield, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn the_answer_tells_the_manner_of_the_job() {
    let answer = json!({ "status": "queued", "request_id": ID, "status_url": format!("https://p.test/requests/{ID}/status"),
        "cancel_url": format!("https://p.test/requests/{ID}/cancel") });
    assert_eq!(Higgsfield.read_submit("", &reply(200, answer)), Ok(Word::Accepted(request(), 3_000)));
    let set = json!({ "id": ID, "type": "image2video", "jobs": [{ "id": "j-1", "status": "queued", "results": null }] });
    assert_eq!(Higgsfield.read_submit("", &reply(200, set)), Ok(Word::Accepted(job_set(), 3_000)));
    assert_eq!(Higgsfield.poll(&request()).target, format!("/requests/{ID}/status"));
    assert_eq!(Higgsfield.poll(&job_set()).target, format!("/v1/job-sets/{ID}"));
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"id":"x"}"#,
        r#"{"request_id":""}"#,
        r#"{"request_id":"../x"}"#,
        r#"{"request_id":"d7"#,
    ] {
        let read = Higgsfield.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "u11: {body}");
    }
}

#[test]
fn every_documented_error_has_its_class() {
    let rows = [
        (400, json!({ "detail": "Bad input" }), Caller),
        (400, json!({ "detail": "Concurrency limit reached" }), Busy),
        (400, json!({ "message": "Too many concurrent requests" }), Busy),
        (401, json!({ "detail": "Invalid credentials" }), Credential),
        (403, json!({ "detail": "Not enough credits" }), Quota),
        (404, json!({ "detail": "Model not found" }), Unknown),
        (408, json!({ "error": "slow" }), Timeout),
        (422, json!({ "detail": [{ "loc": ["body", "seed"], "msg": "too large", "type": "x" }] }), Caller),
        (422, json!({ "details": "Idempotency key was used with other parameters" }), Caller),
        (429, json!({ "detail": "slow down" }), Busy),
        (500, json!({ "detail": "oh" }), Unavailable),
        (502, json!({}), Unavailable),
        (503, json!({}), Unavailable),
        (504, json!({}), Unavailable),
    ];
    for (status, body, expected) in rows {
        let read = Higgsfield.read_submit("", &reply(status, body.clone()));
        assert_eq!(read.as_ref().unwrap_err().message.is_some(), expected == Caller, "{body}");
        assert_eq!(class(read), (expected, format!("http_{status}")), "{body}");
    }
    let finding = json!({ "detail": [{ "loc": ["body", "seed"], "msg": "too large", "type": "x" }] });
    let words = Higgsfield.read_submit("", &reply(422, finding)).unwrap_err().message;
    assert_eq!(words.as_deref(), Some("seed: too large"));
}

// --- looks ---

#[test]
fn every_documented_status_of_a_request_is_read() {
    for status in ["queued", "in_progress", "hibernating"] {
        assert_eq!(
            look(&request(), 200, json!({ "status": status, "request_id": ID })),
            Ok(pending()),
            "{status}"
        );
    }
    let done = |body: Value| {
        let mut body = body;
        body["status"] = "completed".into();
        look(&request(), 200, body)
    };
    let pictures = json!({ "images": [{ "url": "https://c.test/1" }, { "url": "https://c.test/2" }] });
    assert_eq!(done(pictures), finished(&["https://c.test/1", "https://c.test/2"]));
    assert_eq!(done(json!({ "video": { "url": "https://c.test/v" } })), finished(&["https://c.test/v"]));
    for body in
        [json!({}), json!({ "images": [] }), json!({ "images": [{}] }), json!({ "video": { "url": "v" } })]
    {
        assert_eq!(done(body), Err(Trouble::of(Unknown, "unreadable_200")));
    }
    let ended = |status: &str| look(&request(), 200, json!({ "status": status, "error": "words" }));
    assert_eq!(class(ended("failed")), (Unavailable, "failed".to_owned()));
    assert_eq!(class(ended("nsfw")), (ContentPolicy, "nsfw".to_owned()));
    assert_eq!(ended("canceled"), Ok(Word::Canceled));
}

#[test]
fn a_set_is_over_when_all_its_jobs_are_and_what_was_completed_counts() {
    let job = |status: &str| {
        let url = format!("https://c.test/{status}");
        let results = (status == "completed").then(
            || json!({ "raw": { "url": url, "type": "video" }, "min": { "url": "https://c.test/min" } }),
        );
        json!({ "id": "j", "status": status, "results": results })
    };
    let set = |statuses: &[&str]| {
        let jobs: Vec<_> = statuses.iter().map(|status| job(status)).collect();
        look(&job_set(), 200, json!({ "id": ID, "jobs": jobs }))
    };
    for going in [&["queued"][..], &["completed", "in_progress"], &["nsfw", "hibernating"]] {
        assert_eq!(set(going), Ok(pending()), "{going:?}");
    }
    assert_eq!(set(&["completed"]), finished(&["https://c.test/completed"]));
    assert_eq!(set(&["nsfw", "completed", "failed"]), finished(&["https://c.test/completed"]));
    assert_eq!(class(set(&["failed", "nsfw"])), (ContentPolicy, "nsfw".to_owned()));
    assert_eq!(class(set(&["canceled", "failed"])), (Unavailable, "failed".to_owned()));
    assert_eq!(set(&["canceled"]), Ok(Word::Canceled));
    for body in [
        json!({ "id": ID }),
        json!({ "jobs": [] }),
        json!({ "jobs": [{}] }),
        json!({ "jobs": [{ "status": "completed" }] }),
    ] {
        assert_eq!(look(&job_set(), 200, body), Err(Trouble::of(Unknown, "unreadable_200")));
    }
}

#[test]
fn only_higgsfields_own_word_ends_a_job() {
    for handle in [request(), job_set()] {
        let gone = look(&handle, 404, json!({ "detail": "Request not found" }));
        assert_eq!(class(gone), (Gone, "http_404".to_owned()));
        for status in [200, 400, 401, 404, 429, 500, 502, 503] {
            let page = Higgsfield.read_poll(&handle, &plain(status, "text/html", "<h1>Hello</h1>"));
            assert!(page.is_err(), "u6: a proxy's page with {status} ends no job");
        }
        for status in [400, 401, 403, 408, 429, 500] {
            assert!(look(&handle, status, json!({ "detail": "oh" })).is_err(), "{status}");
        }
        for body in ["", "{}", r#"{"status":"compl"#] {
            assert!(Higgsfield.read_poll(&handle, &plain(200, "application/json", body)).is_err(), "{body}");
        }
    }
}

// --- the rest ---

#[test]
fn j7_a_request_is_canceled_while_it_waits_and_a_set_never() {
    let call = Higgsfield.cancel(&request()).unwrap();
    assert_eq!((call.method, call.target), (Method::Post, format!("/requests/{ID}/cancel")));
    assert_eq!(Higgsfield.cancel(&job_set()), None);
    let read = |status, body: Value| Higgsfield.read_cancel(&request(), &reply(status, body));
    assert_eq!(read(202, json!({})), Ok(CancelWord::Noted));
    assert_eq!(read(400, json!({ "detail": "Already started" })), Ok(CancelWord::TooLate));
    assert_eq!(read(503, json!({})).unwrap_err().class, Unavailable);
    for status in [200, 400, 502] {
        assert!(
            Higgsfield.read_cancel(&request(), &plain(status, "text/html", "<h1>Hello</h1>")).is_err(),
            "{status}"
        );
    }
}

#[test]
fn a_callback_names_its_job_and_is_not_signed() {
    let token = Token("00ff".to_owned());
    let job = |body: &Value, model: &str| {
        let body = body.to_string();
        let callback = Callback { body: body.as_bytes(), ..Callback::default() };
        assert!(Higgsfield.accepts_callback(&callback));
        Higgsfield.callback_job(&Lost { token: &token, model, since_unix_ms: 0 }, &callback)
    };
    assert_eq!(job(&json!({ "status": "completed", "request_id": ID }), SOUL), Some(request()));
    assert_eq!(job(&json!({ "id": ID, "jobs": [] }), DOP), Some(job_set()));
    assert_eq!(job(&json!({ "id": ID, "status": "completed" }), DOP), Some(job_set()));
    assert_eq!(job(&json!({ "id": ID, "status": "completed" }), SOUL), None);
    assert_eq!(job(&json!({ "request_id": "../x" }), SOUL), None);
}

#[test]
fn a_job_is_followed_by_its_id_in_the_manner_of_its_path() {
    assert_eq!(Higgsfield.adopt(ID, SOUL), Ok(request()));
    assert_eq!(Higgsfield.adopt(&format!(" {ID} "), DOP), Ok(job_set()));
    assert!(Higgsfield.adopt("a/b", SOUL).is_err());
    assert_eq!(Higgsfield.check().unwrap().target, "/v1/custom-references/list?page=1&page_size=1");
    assert_eq!(Higgsfield.read_check(&reply(401, json!({ "detail": "x" }))).unwrap_err().class, Credential);
}
