use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Unavailable, Unknown};

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const FRAMES: &str = "ent/v2/start-end2video";

fn task() -> Handle {
    handle("9182".to_owned())
}

fn look(body: Value) -> Result<Word, Trouble> {
    Vidu.read_poll(&task(), &reply(200, body))
}

#[test]
fn the_input_is_the_body_with_our_name_for_the_job() {
    let input = json!({ "model": "viduq3-pro", "prompt": "a kite", "duration": 5, "audio": true });
    let mut order = work("ent/v2/text2video", input, 1);
    order.callback_url = Some("https://spool.test/c".to_owned());
    let call = submit(&Vidu, &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/ent/v2/text2video"));
    assert_eq!(
        body_of(&call),
        json!({ "model": "viduq3-pro", "prompt": "a kite", "duration": 5, "audio": true, "payload": "00ff",
            "callback_url": "https://spool.test/c" })
    );
}

#[test]
fn frames_are_a_list_with_the_first_one_first() {
    let images = |given: Value| {
        body_of(&submit(&Vidu, &work(FRAMES, json!({ "images": given }), 1)).unwrap())["images"].clone()
    };
    let data = "data:image/png;base64,AAEC";
    assert_eq!(
        images(json!({ "last": "https://f.test/b", "first": data })),
        json!([data, "https://f.test/b"])
    );
    assert_eq!(images(json!(["a", "b", "c"])), json!(["a", "b", "c"]));
}

#[test]
fn a_parameter_cannot_leave_the_endpoints_path() {
    for model in ["ent/v2/../keys", "ent/v2/a?b", "ent/v2/", "v1/x", "", "/ent/v2/x"] {
        assert_eq!(submit(&Vidu, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn clips_come_by_address_and_pictures_as_they_can() {
    assert_eq!(Vidu.file_form("ent/v2/extend"), FileForm::Url);
    assert_eq!(Vidu.file_form("ent/v2/upscale-new"), FileForm::Url);
    assert_eq!(Vidu.file_form("ent/v2/img2video"), FileForm::UrlOrData);
}

#[test]
fn the_answer_names_the_job() {
    let answer = json!({ "task_id": "9182", "state": "created", "model": "viduq3-pro", "prompt": "a", "credits": 100,
        "payload": "00ff", "created_at": "2025-10-09T08:53:20Z" });
    assert_eq!(Vidu.read_submit("", &reply(200, answer)), Ok(Word::Accepted(task(), 5_000)));
    assert_eq!(Vidu.poll(&task()).target, "/ent/v2/tasks/9182/creations");
    for body in ["", "<html>", "[]", "{}", r#"{"task_id":""}"#, r#"{"task_id":"91"#] {
        let read = Vidu.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

#[test]
fn every_documented_reason_has_its_class_in_answers_and_in_jobs() {
    let rows = [
        (400, "TaskPromptPolicyViolation", ContentPolicy),
        (400, "AuditSubmitIllegal", ContentPolicy),
        (400, "CreationPolicyViolation", ContentPolicy),
        (400, "PhotoAuditNotPass", ContentPolicy),
        (400, "AuditFailed", ContentPolicy),
        (400, "CreditInsufficient", Quota),
        (429, "TooManyRequests", Busy),
        (429, "SystemThrottling", Busy),
        (400, "QuotaExceeded", Busy),
        (400, "OperationInProcess", Busy),
        (500, "InternalServiceFailure", Unavailable),
        (400, "ModelUnavailable", Unavailable),
        (400, "BadRequest", Caller),
        (400, "FieldLacking", Caller),
        (400, "FieldUnwanted", Caller),
        (400, "FieldInvalid", Caller),
        (400, "FieldItemCountOutOfRange", Caller),
        (400, "PageSizeOutOfRange", Caller),
        (400, "ImageDownloadFailure", Caller),
        (400, "ImageFormatInvalid", Caller),
        (400, "ImageSizeInvalid", Caller),
        (400, "ImageCheckBodyJointsFailed", Caller),
        (400, "ImageCheckFaceFailed", Caller),
        (400, "ImageObjectsUndetected", Caller),
        (400, "FaceDetectNoFace", Caller),
        (401, "Unauthorized", Credential),
        (403, "Forbidden", Credential),
        (404, "TaskNotFound", Gone),
    ];
    for (status, reason, expected) in rows {
        let body = json!({ "code": status, "reason": reason, "message": "words of theirs", "metadata": {} });
        let trouble = Vidu.read_submit("", &reply(status, body)).unwrap_err();
        assert_eq!((trouble.class, trouble.code.as_str()), (expected, reason));
        let told = matches!(expected, Caller | ContentPolicy).then(|| "words of theirs".to_owned());
        assert_eq!(trouble.message, told, "{reason}");
        let ended = look(json!({ "id": "9182", "state": "failed", "err_code": reason, "creations": [] }));
        assert!(matches!(ended, Ok(Word::Failed(_))), "{reason}");
        assert_eq!(class(ended), (expected, reason.to_owned()));
    }
    for (status, expected) in
        [(401, Credential), (402, Quota), (429, Busy), (503, Unavailable), (404, Unknown)]
    {
        let trouble = Vidu
            .read_submit("", &with(plain(status, "text/html", "<html>"), "retry-after", "4"))
            .unwrap_err();
        assert_eq!((trouble.class, trouble.code), (expected, format!("http_{status}")));
        assert_eq!(trouble.retry_after_s, Some(4));
    }
}

#[test]
fn a_job_goes_its_way() {
    for state in ["created", "queueing", "processing", "hibernating"] {
        let pending = Ok(Word::Pending { progress: None, wait_ms: 5_000 });
        assert_eq!(look(json!({ "id": "9182", "state": state, "err_code": "", "creations": [] })), pending);
    }
    let done = json!({ "id": "9182", "state": "success", "err_code": "", "credits": 100, "creations": [
        { "id": "c1", "url": "https://cdn.test/1.mp4", "cover_url": "https://cdn.test/1.png" },
        { "id": "c2", "url": "https://cdn.test/2.mp4" }] });
    let urls = ["https://cdn.test/1.mp4", "https://cdn.test/2.mp4"].map(|url| Output::Url(url.to_owned()));
    assert_eq!(look(done), Ok(Word::Finished { outputs: urls.to_vec(), billed: Some(MicroUsd(500_000)) }));
    assert_eq!(
        class(look(json!({ "state": "success", "creations": [] }))),
        (Unknown, "no_output".to_owned())
    );
    assert_eq!(look(json!({ "state": "failed", "err_code": "UserCancelled" })), Ok(Word::Canceled));
    for code in ["", "what is this sentence"] {
        let ended = look(json!({ "state": "failed", "err_code": code }));
        assert_eq!(class(ended), (Unknown, "failed".to_owned()));
    }
}

#[test]
fn only_vidus_own_word_makes_a_job_be_gone() {
    let gone = reply(404, json!({ "code": 404, "reason": "TaskNotFound", "message": "m" }));
    assert!(matches!(Vidu.read_poll(&task(), &gone), Ok(Word::Failed(Trouble { class: Gone, .. }))));
    for answer in [
        plain(404, "text/html", "<html>"),
        plain(200, "text/html", "<html>"),
        plain(200, "application/json", r#"{"id":"9182","sta"#),
        reply(200, json!({ "id": "9182" })),
        reply(429, json!({ "reason": "TooManyRequests" })),
        reply(400, json!({ "reason": "AuditFailed" })),
    ] {
        assert!(Vidu.read_poll(&task(), &answer).is_err(), "{answer:?}");
    }
}

#[test]
fn a_cancel_is_noted_and_no_more() {
    let call = Vidu.cancel(&task()).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/ent/v2/tasks/9182/cancel"));
    assert_eq!(body_of(&call), json!({ "id": "9182" }));
    assert_eq!(Vidu.read_cancel(&task(), &reply(200, json!({}))), Ok(CancelWord::Noted));
    let absent = reply(404, json!({ "reason": "TaskNotFound" }));
    assert_eq!(Vidu.read_cancel(&task(), &absent), Ok(CancelWord::Noted));
    assert!(Vidu.read_cancel(&task(), &plain(502, "text/html", "")).is_err());
}

#[test]
fn u5_a_lost_job_is_found_by_its_payload() {
    let token = Token("00ff".to_owned());
    let lost = Lost { token: &token, model: FRAMES, since_unix_ms: 1_760_000_000_000 };
    let list = "/ent/v2/tasks?created_at.from=2025-10-09T07:53:20Z&created_at.to=2025-10-09T09:53:20Z\
                &pager.page=0&pager.pagesz=100";
    assert_eq!(Vidu.lookup(&lost).unwrap().target, list);
    let page = |tasks: Value, next: &str| reply(200, json!({ "tasks": tasks, "next_page_token": next }));
    let ours = json!([{ "id": "1", "payload": "" }, { "id": "9182", "payload": "00ff" }]);
    assert_eq!(Vidu.read_lookup(&lost, &page(ours, "")), Ok(Sought::Found(task())));
    assert_eq!(Vidu.read_lookup(&lost, &page(json!([]), "")), Ok(Sought::Absent));
    let others = json!([{ "id": "1", "payload": "other" }]);
    assert_eq!(Vidu.read_lookup(&lost, &page(others.clone(), "")), Ok(Sought::Absent));
    let Ok(Sought::Then(call)) = Vidu.read_lookup(&lost, &page(others, "p2")) else { panic!() };
    assert_eq!(call.target, format!("{list}&pager.page_token=p2"));
    let full: Value = (0..100).map(|id| json!({ "id": id.to_string(), "payload": "other" })).collect();
    assert!(Vidu.read_lookup(&lost, &page(full, "")).is_err(), "a full page may be cut off");
    // Without payloads, or without a list, nothing is proved.
    for answer in [page(json!([{ "id": "1" }]), ""), reply(200, json!({})), plain(200, "text/html", "<html>")]
    {
        assert!(Vidu.read_lookup(&lost, &answer).is_err(), "{answer:?}");
    }
}

#[test]
fn u13_the_list_gives_ids_names_times_and_the_next_page() {
    let call = Vidu.listing(1_760_000_000_000, 1_760_000_060_000).unwrap();
    assert!(call.target.contains("created_at.to=2025-10-09T08:54:20Z"), "{}", call.target);
    let body = json!({ "next_page_token": "p2", "tasks": [
        { "id": "9182", "payload": "00ff", "created_at": "2025-10-09T08:53:20Z" }, { "id": "7", "payload": "" }] });
    let listing = Vidu.read_listing(&reply(200, body)).unwrap();
    assert_eq!(
        listing.jobs[0],
        Listed {
            handle: task(),
            token: Some(Token("00ff".to_owned())),
            created_unix_ms: Some(1_760_000_000_000),
        }
    );
    assert_eq!((&listing.jobs[1].token, listing.jobs[1].created_unix_ms), (&None, None));
    assert_eq!(listing.next.unwrap().target, "/ent/v2/tasks?pager.pagesz=100&pager.page_token=p2");
    assert!(Vidu.read_listing(&reply(200, json!({}))).is_err());
}

#[test]
fn an_operators_id_is_checked() {
    assert_eq!(Vidu.adopt("9182", ""), Ok(task()));
    for id in ["", "a/b", "a?b", "../x"] {
        assert!(Vidu.adopt(id, FRAMES).is_err(), "{id}");
    }
    assert_eq!(Vidu.check().unwrap().target, "/ent/v2/credits");
}

// --- callbacks ---

const KEY: &str = "vda_test_secret_key_0001";
const SIGNED_AT: i64 = 1_760_000_000;

fn headers() -> Vec<(String, String)> {
    [
        ("x-hmac-algorithm", "hmac-sha256"),
        ("x-hmac-access-key", "vidu"),
        ("x-hmac-signed-headers", "x-request-nonce"),
        ("x-request-nonce", "7f3c9a"),
        ("x-hmac-signature", "Nbme3thm+F9mVgWdkdIxQPlbwMduQpI1h/iyR8eSTt0="),
        ("date", "Thu, 09 Oct 2025 08:53:20 GMT"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn accepts(headers: &[(String, String)], path: &str, query: &str, now: i64, key: Option<&str>) -> bool {
    let callback = Callback { path, query, headers, body: b"{}", now_unix_s: now, keys: None, secret: key };
    Vidu.accepts_callback(&callback)
}

#[test]
fn the_published_vector_is_genuine_and_nothing_else_is() {
    let good = headers();
    assert!(accepts(&good, "/hooks/vidu", "uid=1", SIGNED_AT, Some(KEY)));
    assert!(accepts(&good, "/hooks/vidu", "uid=1", SIGNED_AT + 300, Some(KEY)));
    assert!(!accepts(&good, "/hooks/vidu", "uid=1", SIGNED_AT + 301, Some(KEY)));
    assert!(!accepts(&good, "/hooks/vidu", "uid=1", SIGNED_AT - 301, Some(KEY)));
    assert!(!accepts(&good, "/hooks/vidu", "uid=2", SIGNED_AT, Some(KEY)));
    assert!(!accepts(&good, "/hooks/other", "uid=1", SIGNED_AT, Some(KEY)));
    assert!(!accepts(&good, "/hooks/vidu", "uid=1", SIGNED_AT, Some("another")));
    assert!(!accepts(&good, "/hooks/vidu", "uid=1", SIGNED_AT, None));
    for place in 0..good.len() {
        let mut changed = good.clone();
        changed[place].1.insert(0, 'x');
        assert!(!accepts(&changed, "/hooks/vidu", "uid=1", SIGNED_AT, Some(KEY)), "{}", good[place].0);
        let mut missing = good.clone();
        missing.remove(place);
        assert!(
            !accepts(&missing, "/hooks/vidu", "uid=1", SIGNED_AT, Some(KEY)),
            "without {}",
            good[place].0
        );
    }
}

#[test]
fn a_callback_names_its_job_and_not_that_of_another_order() {
    let token = Token("00ff".to_owned());
    let lost = Lost { token: &token, model: FRAMES, since_unix_ms: 0 };
    let job = |body: &[u8]| Vidu.callback_job(&lost, &Callback { body, ..Callback::default() });
    assert_eq!(job(br#"{"id":"9182","state":"success","payload":"00ff"}"#), Some(task()));
    assert_eq!(job(br#"{"id":"9182","state":"success","payload":"other"}"#), None);
    assert_eq!(job(br#"{"id":"../x"}"#), None);
    assert_eq!(job(b""), None);
}
