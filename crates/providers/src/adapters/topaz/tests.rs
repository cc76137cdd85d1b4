use TroubleClass::{Busy, Caller, Credential, Gone, Quota, Timeout, Unavailable, Unknown};
use serde_json::json;
use spool_domain::adapter::Output;

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

/// Two pixels wide and high.
const PNG: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR42mNwaGA48B8ABcUCgEX+dL0AAAAASUVORK5CYII=";
const MP4: &str = "data:video/mp4;base64,AAAA";
const UPLOADS: &str = "https://videocloud.test/source.mp4?sig=1";

fn process() -> Handle {
    handle("p-1", None)
}

fn request() -> Handle {
    handle("r-1", Some(UPLOADS))
}

fn look(handle: &Handle, status: u16, body: Value) -> Result<Word, Trouble> {
    Topaz.read_poll(handle, &reply(status, body))
}

/// The parts of a form by name: texts as they are, files as their type.
fn parts(call: &Call) -> Vec<(String, String)> {
    let body = String::from_utf8_lossy(&call.body).into_owned();
    let (boundary, _) = body.split_once("\r\n").unwrap();
    let part = |part: &str| {
        let (head, text) = part.split_once("\r\n\r\n")?;
        let name = head.split_once("name=\"")?.1.split_once('"')?.0.to_owned();
        let kind = head.split_once("Content-Type: ").map(|(_, kind)| kind.to_owned());
        Some((name, kind.unwrap_or_else(|| text.trim_end_matches("\r\n").to_owned())))
    };
    body.split(boundary).filter_map(part).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

// --- pictures ---

#[test]
fn a_picture_is_a_form_and_its_width_is_named() {
    let input = json!({ "source_url": PNG, "upscale_factor": 4, "model": "Standard V2", "face_enhancement": false,
        "face_enhancement_strength": 0.8, "output_format": "png" });
    let mut order = work("enhance/async", input, 1);
    order.callback_url = Some("https://spool.test/cb/1".to_owned());
    let call = submit(&Topaz, &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/image/v1/enhance/async"));
    assert_eq!(call.headers, [("content-type", "multipart/form-data; boundary=spool-00ff".to_owned())]);
    assert_eq!(
        parts(&call),
        pairs(&[
            ("image", "image/png"),
            ("model", "Standard V2"),
            ("face_enhancement", "false"),
            ("face_enhancement_strength", "0.8"),
            ("output_format", "png"),
            ("output_width", "8"),
            ("webhook_url", "https://spool.test/cb/1"),
        ])
    );
    assert_eq!(Topaz.file_form("enhance/async"), FileForm::Bytes);
    assert_eq!(Topaz.file_form("enhance-gen/async"), FileForm::Bytes);
}

#[test]
fn what_is_not_enlarged_may_stay_where_it_is() {
    let input = json!({ "source_url": "https://a.test/1.png", "model": "Strong" });
    let call = submit(&Topaz, &work("sharpen/async", input, 1)).unwrap();
    assert_eq!(parts(&call), pairs(&[("source_url", "https://a.test/1.png"), ("model", "Strong")]));
    assert_eq!(Topaz.file_form("sharpen/async"), FileForm::UrlOrData);
}

#[test]
fn a_generative_model_finds_out_what_it_sees_unless_it_is_told() {
    let told = |input: Value| parts(&submit(&Topaz, &work("enhance-gen/async", input, 1)).unwrap());
    assert!(told(json!({ "source_url": PNG })).contains(&("autoprompt".into(), "true".into())));
    assert!(
        told(json!({ "source_url": PNG, "autoprompt": false }))
            .contains(&("autoprompt".into(), "false".into()))
    );
    let prompted = told(json!({ "source_url": PNG, "prompt": "a kite" }));
    assert!(prompted.iter().all(|(name, _)| name != "autoprompt"));
}

#[test]
fn a_picture_without_a_size_or_too_wide_a_result_is_the_callers_fault() {
    let order = |source: &str, factor: u64| {
        submit(&Topaz, &work("enhance/async", json!({ "source_url": source, "upscale_factor": factor }), 1))
    };
    assert!(order(PNG, 16_000).is_ok());
    assert_eq!(order(PNG, 16_001).unwrap_err().code, "too_wide");
    assert_eq!(order("data:image/png;base64,AAEC", 2).unwrap_err().code, "no_size");
    assert_eq!(order("data:image/png;base64,?", 2).unwrap_err().class, Caller);
    for model in ["", "enhance", "../status", "enhance/async?x=1", "cancel/x"] {
        assert_eq!(submit(&Topaz, &work(model, json!({ "source_url": PNG }), 1)).unwrap_err().class, Caller);
    }
}

#[test]
fn a_picture_is_followed_as_a_process_and_fetched_by_a_link() {
    let answer = json!({ "process_id": "p-1", "source_id": "s-1", "eta": 1_762_000_000 });
    assert_eq!(Topaz.read_submit("", &reply(200, answer)), Ok(Word::Accepted(process(), 3_000)));
    assert_eq!(Topaz.poll(&process()), Call::get("/image/v1/status/p-1"));
    for (state, progress) in [("Pending", Some(0)), ("Processing", Some(42)), ("Dreaming", None)] {
        let body = json!({ "process_id": "p-1", "status": state, "progress": progress, "credits": 1 });
        assert_eq!(look(&process(), 200, body), Ok(Word::Pending { progress, wait_ms: 3_000 }));
    }
    let done = look(&process(), 200, json!({ "status": "Completed", "progress": 100 }));
    assert_eq!(done, Ok(Word::Then(Call::get("/image/v1/download/p-1"))));
    let link = json!({ "download_url": "https://files.test/1.png", "head_url": "h", "expiry": 1 });
    let outputs = vec![Output::Url("https://files.test/1.png".to_owned())];
    assert_eq!(look(&process(), 200, link), Ok(Word::Finished { outputs, billed: None }));
    assert_eq!(look(&process(), 200, json!({ "status": "Cancelled" })), Ok(Word::Canceled));
    assert_eq!(
        class(look(&process(), 200, json!({ "status": "Failed" }))),
        (Unavailable, "Failed".to_owned())
    );
}

// --- clips ---

#[test]
fn a_clip_is_asked_for_in_pixels_and_with_its_sound() {
    let input = json!({ "source": MP4, "resolution": "4k", "frame_interpolation": true });
    let mut order = work("video", input, 1);
    order.callback_url = Some("https://spool.test/cb/1".to_owned());
    let call = submit(&Topaz, &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/video/express"));
    assert_eq!(
        body_of(&call),
        json!({
            "source": { "container": "mp4" },
            "filters": [{ "model": "prob-4" }, { "model": "apo-8", "fps": 60 }],
            "output": { "resolution": { "width": 3840, "height": 2160 }, "audioTransfer": "Copy", "audioCodec": "AAC",
                "videoEncoder": "H265", "videoProfile": "Main", "dynamicCompressionLevel": "High", "container": "mp4" },
            "notifications": { "webhookUrl": "https://spool.test/cb/1" },
        })
    );
    assert_eq!(Topaz.file_form("video"), FileForm::Bytes);
}

#[test]
fn network_and_container_are_those_of_the_route_and_the_file() {
    let body = |source: &str, more: Value| {
        let mut input = json!({ "source": source, "resolution": "1080p", "frame_interpolation": false });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        submit(&Topaz, &work("video", input, 1)).map(|call| body_of(&call))
    };
    let plain = body("data:video/quicktime;base64,AAAA", json!({ "model": "rhea-1" })).unwrap();
    assert_eq!(plain["filters"], json!([{ "model": "rhea-1" }]));
    assert_eq!(plain["source"], json!({ "container": "mov" }));
    for (kind, container) in [("x-matroska", "mkv"), ("webm", "webm"), ("x-msvideo", "avi")] {
        let body = body(&format!("data:video/{kind};base64,AAAA"), json!({})).unwrap();
        assert_eq!(body["source"]["container"], container);
    }
    assert_eq!(body("data:video/ogg;base64,AAAA", json!({})).unwrap_err().class, Caller);
    assert_eq!(body("https://a.test/1.mp4", json!({})).unwrap_err().class, Caller);
    assert_eq!(body(MP4, json!({ "resolution": "8k" })).unwrap_err().class, Caller);
}

#[test]
fn a_clip_is_handed_in_where_its_request_says() {
    let answer = json!({ "requestId": "r-1", "uploadId": "u", "uploadUrls": [UPLOADS] });
    assert_eq!(Topaz.read_submit("", &reply(200, answer)), Ok(Word::Accepted(request(), 0)));
    assert_eq!(Topaz.poll(&request()), Call::get("/video/r-1/status"));
    for body in [
        json!({ "status": "requested" }),
        json!({ "status": "requested", "urls": [UPLOADS] }),
        json!({ "status": "accepted", "uploadId": "u", "urls": [UPLOADS] }),
    ] {
        assert_eq!(look(&request(), 200, body), Ok(Word::Wanting));
    }
    let order = work("video", json!({ "source": "data:video/mp4;base64,AAEC" }), 1);
    let call = Topaz.supply(&order, &request()).unwrap();
    assert_eq!((call.method, call.target.as_str(), &call.body[..]), (Method::Put, UPLOADS, &[0, 1, 2][..]));
    assert_eq!(call.headers, []);
    // A job that an operator found does not say where.
    assert_eq!(Topaz.supply(&order, &Topaz.adopt("r-1", "video").unwrap()), None);
}

#[test]
fn every_state_of_a_clip_is_read() {
    for state in
        ["accepted", "initializing", "preprocessing", "processing", "postprocessing", "canceling", "dreaming"]
    {
        let body = json!({ "status": state, "progress": 41.7, "estimates": { "cost": [1, 2] } });
        assert_eq!(
            look(&request(), 200, body),
            Ok(Word::Pending { progress: Some(41), wait_ms: 5_000 }),
            "{state}"
        );
    }
    let done = json!({ "status": "complete", "progress": 100,
        "download": { "url": "https://files.test/1.mp4", "expiresIn": 86_400_000, "expiresAt": 1 } });
    let outputs = vec![Output::Url("https://files.test/1.mp4".to_owned())];
    assert_eq!(look(&request(), 200, done), Ok(Word::Finished { outputs, billed: None }));
    assert!(look(&request(), 200, json!({ "status": "complete" })).is_err());
    assert_eq!(look(&request(), 200, json!({ "status": "canceled" })), Ok(Word::Canceled));
}

#[test]
fn every_failure_of_a_clip_has_its_class() {
    for (code, expected) in [
        ("INSUFFICIENT_CREDITS", Quota),
        ("CREDIT_DIFFERENCE", Unknown),
        ("INVALID_INPUT", Caller),
        ("FORBIDDEN", Credential),
        ("UNAUTHORIZED", Credential),
        ("TIMEOUT_UPLOAD_SOURCE", Timeout),
        ("TIMEOUT_QUEUE", Timeout),
        ("TIMEOUT_PROCESSING", Timeout),
        ("PROCESSING_FAILURE", Unavailable),
        ("SERVER_MAINTENANCE", Unavailable),
        ("SERVER_ERROR", Unavailable),
        ("HARDWARE_FAILURE", Unavailable),
        ("UNKNOWN", Unknown),
    ] {
        let body = json!({ "status": "failed", "errorCode": code, "message": "about it" });
        let read = look(&request(), 200, body);
        assert!(read.is_ok());
        assert_eq!(class(read), (expected, code.to_owned()));
    }
    assert_eq!(
        class(look(&request(), 200, json!({ "status": "failed" }))),
        (Unavailable, "failed".to_owned())
    );
}

// --- both ---

#[test]
fn u11_a_success_that_cannot_be_read_is_not_understood() {
    for body in [
        "",
        "<html>",
        "{}",
        "[]",
        r#"{"process_id":""}"#,
        r#"{"process_id":"../x"}"#,
        r#"{"process_id":"p-"#,
        r#"{"requestId":"r-1"}"#,
        r#"{"requestId":"r-1","uploadUrls":[]}"#,
    ] {
        let read = Topaz.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

#[test]
fn every_documented_status_has_its_class() {
    for (status, expected) in [
        (400, Caller),
        (401, Credential),
        (402, Quota),
        (403, Credential),
        (404, Credential),
        (412, Quota),
        (413, Caller),
        (415, Caller),
        (422, Caller),
        (425, Busy),
        (429, Busy),
        (500, Unavailable),
        (503, Unavailable),
        (504, Timeout),
        (418, Unknown),
    ] {
        let picture = reply(status, json!({ "code": status, "message": "about it" }));
        let words = (expected == Caller).then(|| "about it".to_owned());
        let trouble = Topaz.read_submit("", &picture).unwrap_err();
        assert_eq!(
            (trouble.class, trouble.code, trouble.message),
            (expected, format!("http_{status}"), words)
        );
        let clip = reply(status, json!({ "message": "about it", "errorCode": "SERVER_ERROR" }));
        assert_eq!(class(Topaz.read_submit("", &clip)), (expected, "SERVER_ERROR".to_owned()));
        assert_eq!(class(Topaz.read_submit("", &plain(status, "text/html", "<h1>no</h1>"))).0, expected);
        let no_job = [400, 401, 402, 403, 404, 412, 413, 415, 422, 425, 429].contains(&status);
        assert_eq!(MANIFEST.no_job_statuses.contains(&status), no_job, "{status}");
    }
    let busy = with(reply(429, json!({})), "retry-after", "9");
    assert_eq!(Topaz.read_submit("", &busy).unwrap_err().retry_after_s, Some(9));
}

#[test]
fn u6_a_failed_look_is_not_a_failed_job() {
    for handle in [process(), request()] {
        for status in [400, 401, 402, 403, 409, 413, 425, 429, 500, 503] {
            let read = look(&handle, status, json!({ "message": "about it" }));
            assert!(read.is_err_and(|trouble| trouble.message.is_none()), "{status}");
        }
        assert!(Topaz.read_poll(&handle, &plain(404, "text/html", "<h1>no</h1>")).is_err());
        let gone = look(&handle, 404, json!({ "code": 404, "message": "Not Found" }));
        assert_eq!(gone, Ok(Word::Failed(Trouble::of(Gone, "http_404"))));
        for body in ["", "{}", "<html>", r#"{"status":"Com"#] {
            let read = Topaz.read_poll(&handle, &plain(200, "application/json", body));
            assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_200")), "{body}");
        }
    }
}

#[test]
fn a_cancel_is_noted_and_may_come_too_late() {
    let call = Topaz.cancel(&process()).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Delete, "/image/v1/cancel/p-1"));
    let call = Topaz.cancel(&request()).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Delete, "/video/r-1"));
    let read = |handle: &Handle, status| Topaz.read_cancel(handle, &plain(status, "application/json", "{}"));
    assert_eq!(read(&process(), 204), Ok(CancelWord::Noted));
    assert_eq!(read(&process(), 409), Ok(CancelWord::TooLate));
    assert_eq!(read(&request(), 200), Ok(CancelWord::Noted));
    assert_eq!(read(&request(), 400), Ok(CancelWord::TooLate));
    assert_eq!(read(&process(), 503).unwrap_err().class, Unavailable);
}

#[test]
fn u13_the_list_goes_through_the_pictures_and_then_the_clips() {
    let first = Topaz.listing(0, 1).unwrap();
    assert_eq!(first.target, "/image/v1/status?paginated=true&limit=100");
    let page = |more: bool| {
        let body = json!({ "data": [{ "process_id": "p-1", "creation_time": 1_633_024_800, "status": "Completed" }, {}],
            "pagination": { "next_cursor": "a=b", "has_next_page": more } });
        Topaz.read_listing(&reply(200, body)).unwrap()
    };
    let listed = Listed { handle: process(), token: None, created_unix_ms: Some(1_633_024_800_000) };
    assert_eq!(page(true).jobs, [listed]);
    assert_eq!(page(true).next, Some(Call::get("/image/v1/status?paginated=true&limit=100&cursor=a%3Db")));
    assert_eq!(page(false).next, Some(Call::get("/video/history")));
    let clips = |cursor: Value| {
        let body = json!({ "result": [{ "id": "r-1", "status": "complete", "ts": { "requested": 1_633_024_800_123_i64 } }],
            "nextCursor": cursor });
        Topaz.read_listing(&reply(200, body)).unwrap()
    };
    let listed =
        Listed { handle: handle("r-1", Some("")), token: None, created_unix_ms: Some(1_633_024_800_123) };
    assert_eq!(clips(json!(null)), Listing { jobs: vec![listed], next: None });
    assert_eq!(clips(json!("c")).next, Some(Call::get("/video/history?cursor=c")));
    assert!(Topaz.read_listing(&reply(200, json!({}))).is_err());
    assert_eq!(Topaz.read_listing(&reply(401, json!({}))).unwrap_err().class, Credential);
}

#[test]
fn a_job_that_was_found_is_adopted_as_what_its_route_says() {
    assert_eq!(Topaz.adopt("p-1", "enhance/async"), Ok(process()));
    let clip = Topaz.adopt("r-1", "video").unwrap();
    assert_eq!(Topaz.poll(&clip).target, "/video/r-1/status");
    for given in ["", "a/b", "../x", "a?b"] {
        assert!(Topaz.adopt(given, "video").is_err(), "{given}");
    }
}

#[test]
fn the_key_is_proved_by_the_list() {
    assert_eq!(Topaz.check(), Some(Call::get("/image/v1/status?paginated=true&limit=1")));
    assert_eq!(Topaz.read_check(&reply(200, json!({ "data": [] }))), Ok(()));
    assert_eq!(Topaz.read_check(&reply(401, json!({}))).unwrap_err().class, Credential);
}

#[test]
fn u9_a_callback_about_a_picture_names_it() {
    let token = Token("t".into());
    let lost = |model| Lost { token: &token, model, since_unix_ms: 0 };
    let body = br#"{"notification_id":"01J","process_id":"p-1","status":"Completed","progress":100}"#;
    let callback = Callback { body, ..Callback::default() };
    assert!(Topaz.accepts_callback(&callback));
    assert_eq!(Topaz.callback_job(&lost("enhance/async"), &callback), Some(process()));
    assert_eq!(Topaz.callback_job(&lost("video"), &callback), None);
    for body in [&b""[..], b"{}", br#"{"process_id":"../x"}"#] {
        assert_eq!(
            Topaz.callback_job(&lost("enhance/async"), &Callback { body, ..Callback::default() }),
            None
        );
    }
}
