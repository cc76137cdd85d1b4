use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown};

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const TEXT: &str = "jimeng_t2v_v30";

fn task() -> Handle {
    handle("7392616336519610409", TEXT)
}

fn well(data: Value) -> Reply {
    reply(
        200,
        json!({ "code": 10000, "data": data, "message": "Success", "request_id": "r", "status": 10000 }),
    )
}

fn ill(status: u16, code: i64) -> Reply {
    reply(
        status,
        json!({ "code": code, "data": null, "message": "words of theirs", "request_id": "r", "status": code }),
    )
}

fn gateway(status: u16, code: &str) -> Reply {
    let error = json!({ "CodeN": 100_010, "Code": code, "Message": "m" });
    reply(status, json!({ "ResponseMetadata": { "RequestId": "r", "Service": "cv", "Error": error } }))
}

fn sent(model: &str, input: Value) -> Value {
    body_of(&submit(&Jimeng, &work(model, input, 1)).unwrap())
}

fn look(data: Value) -> Result<Word, Trouble> {
    Jimeng.read_poll(&task(), &well(data))
}

#[test]
fn the_input_is_the_body_with_the_models_name() {
    let input = json!({ "prompt": "a cat", "seed": -1, "frames": 121, "aspect_ratio": "16:9" });
    let call = submit(&Jimeng, &work(TEXT, input, 1)).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, SUBMIT));
    assert_eq!(call.headers, [("content-type", "application/json".to_owned())]);
    assert_eq!(
        body_of(&call),
        json!({ "prompt": "a cat", "seed": -1, "frames": 121, "aspect_ratio": "16:9", "req_key": TEXT })
    );
    assert_eq!(
        sent("jimeng_t2i_v31", json!({ "prompt": "p", "size": { "width": 1328, "height": 1056 } })),
        json!({ "prompt": "p", "width": 1328, "height": 1056, "req_key": "jimeng_t2i_v31" })
    );
    let area = sent("jimeng_t2i_v40", json!({ "prompt": "p", "size": 4_194_304 }));
    assert_eq!(area["size"], 4_194_304);
    for model in ["", "a b", "../x", "a&b"] {
        assert_eq!(submit(&Jimeng, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn pictures_are_all_addresses_or_all_files() {
    let (a, b) = ("data:image/png;base64,AAEC", "data:image/png;base64,AwQF");
    let body = sent("jimeng_i2v_first_tail_v30", json!({ "image_urls": { "last": b, "first": a } }));
    assert_eq!(body["binary_data_base64"], json!(["AAEC", "AwQF"]));
    assert_eq!(body.get("image_urls"), None);
    let body = sent(
        "jimeng_i2v_first_tail_v30",
        json!({ "image_urls": { "first": "https://f.test/1", "last": "https://f.test/2" } }),
    );
    assert_eq!(body["image_urls"], json!(["https://f.test/1", "https://f.test/2"]));
    let mixed = work(
        "jimeng_i2v_first_tail_v30",
        json!({ "image_urls": { "first": "https://f.test/1", "last": b } }),
        1,
    );
    let trouble = submit(&Jimeng, &mixed).unwrap_err();
    assert_eq!((trouble.class, trouble.code.as_str()), (Caller, "mixed_files"));
    for (model, form) in [
        ("jimeng_i2v_first_v30", FileForm::UrlOrData),
        ("jimeng_ti2v_v30_pro", FileForm::UrlOrData),
        ("jimeng_t2i_v40", FileForm::Url),
        ("jimeng_i2i_v30", FileForm::Url),
    ] {
        assert_eq!(Jimeng.file_form(model), form, "{model}");
    }
}

#[test]
fn the_answer_names_the_task_and_every_look_the_model() {
    let answer = well(json!({ "task_id": "7392616336519610409" }));
    assert_eq!(Jimeng.read_submit(TEXT, &answer), Ok(Word::Accepted(task(), 3_000)));
    assert_eq!(class(Jimeng.read_submit("", &answer)), (Unknown, "unreadable_200".to_owned()));
    let call = Jimeng.poll(&task());
    assert_eq!((call.method, call.target.as_str()), (Method::Post, LOOK));
    assert_eq!(
        body_of(&call),
        json!({ "req_key": TEXT, "task_id": "7392616336519610409",
            "req_json": "{\"return_url\":true,\"logo_info\":{\"add_logo\":false}}" })
    );
    for body in [
        "",
        "<html>",
        "[]",
        "{}",
        r#"{"code":10000}"#,
        r#"{"code":10000,"data":null}"#,
        r#"{"code":10000,"da"#,
    ] {
        let read = Jimeng.read_submit(TEXT, &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

#[test]
fn every_documented_code_has_its_class_at_submit() {
    for (status, code, expected) in [
        (400, 50411, ContentPolicy),
        (400, 50412, ContentPolicy),
        (400, 50413, ContentPolicy),
        (400, 50511, ContentPolicy),
        (400, 50512, ContentPolicy),
        (400, 50516, ContentPolicy),
        (400, 50517, ContentPolicy),
        (400, 50518, ContentPolicy),
        (200, 50519, ContentPolicy),
        (200, 50520, Unavailable),
        (200, 50521, Unavailable),
        (200, 50522, Unavailable),
        (429, 50429, Busy),
        (429, 50430, Busy),
        (500, 50500, Unavailable),
        (500, 50501, Unavailable),
        (400, 50215, Caller),
        (400, 50400, Unknown),
        (400, 59999, Unknown),
    ] {
        let trouble = Jimeng.read_submit(TEXT, &ill(status, code)).unwrap_err();
        assert_eq!((trouble.class, trouble.code), (expected, code.to_string()));
        let told = matches!(expected, Caller | ContentPolicy).then(|| "words of theirs".to_owned());
        assert_eq!(trouble.message, told, "{code}");
    }
    for (status, code, expected) in [
        (401, "SignatureDoesNotMatch", Credential),
        (401, "InvalidAccessKey", Credential),
        (403, "AccessDenied", Credential),
        (400, "InvalidActionOrVersion", Credential),
        (200, "SignatureDoesNotMatch", Credential),
        (429, "FlowLimitExceeded", Busy),
        (502, "InternalError", Unavailable),
    ] {
        let trouble = Jimeng.read_submit(TEXT, &gateway(status, code)).unwrap_err();
        assert_eq!((trouble.class, trouble.code.as_str()), (expected, code));
    }
    for (status, expected) in
        [(401, Credential), (402, Quota), (429, Busy), (502, Unavailable), (404, Unknown)]
    {
        let page = with(plain(status, "text/html", "<html>"), "retry-after", "4");
        let trouble = Jimeng.read_submit("", &page).unwrap_err();
        assert_eq!((trouble.class, trouble.code), (expected, format!("http_{status}")));
        assert_eq!(trouble.retry_after_s, Some(4));
    }
}

#[test]
fn a_job_goes_its_way() {
    for status in ["in_queue", "generating", "processing", "hibernating"] {
        let pending = Ok(Word::Pending { progress: None, wait_ms: 3_000 });
        assert_eq!(look(json!({ "status": status, "video_url": "", "image_urls": null })), pending);
    }
    let finished = |outputs| Ok(Word::Finished { outputs, billed: None });
    let url = |url: &str| Output::Url(url.to_owned());
    let clip = json!({ "status": "done", "video_url": "https://v.test/1", "image_urls": null, "binary_data_base64": null });
    assert_eq!(look(clip), finished(vec![url("https://v.test/1")]));
    let pictures = json!({ "status": "done", "image_urls": ["https://i.test/1", "https://i.test/2"] });
    assert_eq!(look(pictures), finished(vec![url("https://i.test/1"), url("https://i.test/2")]));
    let files = json!({ "status": "done", "image_urls": null, "binary_data_base64": ["AAEC"] });
    assert_eq!(look(files), finished(vec![Output::Bytes(vec![0, 1, 2].into())]));
    assert_eq!(class(look(json!({ "status": "done" }))), (Unknown, "no_output".to_owned()));
    assert!(look(json!({ "status": "done", "binary_data_base64": ["%%"] })).is_err());
    assert_eq!(class(look(json!({ "status": "not_found" }))), (Gone, "not_found".to_owned()));
    assert_eq!(class(look(json!({ "status": "expired" }))), (Timeout, "expired".to_owned()));
}

#[test]
fn a_failed_job_has_its_code_where_the_look_has_its_own() {
    for (code, expected) in
        [(50411, ContentPolicy), (50511, ContentPolicy), (50516, ContentPolicy), (50520, Unavailable)]
    {
        let word = Jimeng.read_poll(&task(), &ill(400, code));
        assert!(matches!(word, Ok(Word::Failed(_))), "{code}");
        assert_eq!(class(word), (expected, code.to_string()));
    }
    let done = json!({ "code": 50500, "data": { "status": "done" }, "message": "m", "status": 50500 });
    let word = Jimeng.read_poll(&task(), &reply(200, done));
    assert!(matches!(word, Ok(Word::Failed(Trouble { class: Unavailable, .. }))), "{word:?}");
    for answer in [
        ill(429, 50429),
        ill(429, 50430),
        ill(500, 50500),
        ill(400, 50400),
        gateway(401, "SignatureDoesNotMatch"),
        well(json!(null)),
        plain(200, "text/html", "<html>"),
        plain(404, "text/html", "<html>"),
        plain(200, "application/json", r#"{"code":10000,"data":{"stat"#),
    ] {
        assert!(Jimeng.read_poll(&task(), &answer).is_err(), "{answer:?}");
    }
}

#[test]
fn an_operators_id_needs_its_model() {
    assert_eq!(Jimeng.adopt("7392616336519610409", TEXT), Ok(task()));
    for (id, model) in [("", TEXT), ("a/b", TEXT), ("7392616336519610409", "")] {
        assert!(Jimeng.adopt(id, model).is_err(), "{id} {model}");
    }
}

#[test]
fn a_credential_is_good_if_the_gateway_lets_it_pass() {
    assert_eq!(Jimeng.check().unwrap().target, LOOK);
    for good in [well(json!({ "status": "not_found" })), ill(400, 50215), ill(429, 50429)] {
        assert_eq!(Jimeng.read_check(&good), Ok(()), "{good:?}");
    }
    assert_eq!(Jimeng.read_check(&gateway(401, "InvalidAccessKey")).unwrap_err().class, Credential);
    assert_eq!(Jimeng.read_check(&ill(500, 50500)).unwrap_err().class, Unavailable);
    assert!(Jimeng.read_check(&plain(200, "text/html", "<html>")).is_err());
}
