use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown};
use spool_domain::adapter::Callback;

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const TEXT: &str = "v1/videos/text2video";

fn older_handle() -> Handle {
    handle("867".to_owned(), TEXT, format!("/{TEXT}"))
}

fn newer_handle() -> Handle {
    Handle { id: "900".to_owned(), facts: BTreeMap::new() }
}

fn data(data: Value) -> Reply {
    reply(200, json!({ "code": 0, "message": "SUCCEED", "request_id": "r", "data": data }))
}

fn body(model: &str, input: Value) -> Value {
    body_of(&submit(&Kling, &work(model, input, 1)).unwrap())
}

fn look(task: Value) -> Result<Word, Trouble> {
    Kling.read_poll(&older_handle(), &data(task))
}

fn urls(urls: &[&str]) -> Vec<Output> {
    urls.iter().map(|url| Output::Url((*url).to_owned())).collect()
}

// --- submit ---

#[test]
fn the_older_dialect_has_everything_in_one_object() {
    let input = json!({ "model_name": "kling-v2-6", "prompt": "a kite", "duration": "5" });
    let mut order = work(TEXT, input, 1);
    order.callback_url = Some("https://spool.test/c".to_owned());
    let call = submit(&Kling, &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/v1/videos/text2video"));
    assert_eq!(
        body_of(&call),
        json!({ "model_name": "kling-v2-6", "prompt": "a kite", "duration": "5", "external_task_id": "00ff",
            "callback_url": "https://spool.test/c" })
    );
}

#[test]
fn the_newer_dialect_has_a_prompt_or_a_list_and_its_options() {
    let input = json!({ "contents": { "prompt": "a kite" }, "settings": { "duration": 5 } });
    assert_eq!(
        body("text-to-video/kling-3.0", input),
        json!({ "prompt": "a kite", "settings": { "duration": 5 }, "options": { "external_task_id": "00ff" } })
    );
    let input = json!({ "contents": { "prompt": "p", "first_frame": "data:image/png;base64,AAEC",
        "last_frame": "https://f.test/b.png" } });
    let mut order = work("image-to-video/kling-3.0", input, 1);
    order.callback_url = Some("https://spool.test/c".to_owned());
    let call = submit(&Kling, &order).unwrap();
    assert_eq!(call.target, "/image-to-video/kling-3.0");
    assert_eq!(
        body_of(&call),
        json!({ "contents": [
            { "type": "prompt", "text": "p" },
            { "type": "first_frame", "url": "AAEC" },
            { "type": "last_frame", "url": "https://f.test/b.png" },
        ], "options": { "external_task_id": "00ff", "callback_url": "https://spool.test/c" } })
    );
    let input = json!({ "contents": { "prompt": "@image_2 and @video_1", "base_video": "https://f.test/v.mp4",
        "refer_image": ["https://f.test/1.png", "https://f.test/2.png"] } });
    assert_eq!(
        body("omni-video/kling-3.0-omni", input)["contents"],
        json!([
            { "type": "prompt", "text": "@image_2 and @video_1" },
            { "type": "base_video", "url": "https://f.test/v.mp4", "id": "video_1" },
            { "type": "refer_image", "url": "https://f.test/1.png", "id": "image_1" },
            { "type": "refer_image", "url": "https://f.test/2.png", "id": "image_2" },
        ])
    );
}

#[test]
fn older_pictures_clips_and_shots_become_lists() {
    assert_eq!(
        body(
            "v1/videos/multi-image2video",
            json!({ "image_list": ["data:image/png;base64,AA==", "https://f.test/2"] })
        )["image_list"],
        json!([{ "image": "AA==" }, { "image": "https://f.test/2" }])
    );
    let input = json!({
        "prompt": "@image_1 meets @image_12, mail a@b, @element_, @video_1",
        "image_list": { "end_frame": "E", "first_frame": "F", "reference": ["R"] },
        "video_list": { "video_url": "https://f.test/v", "refer_type": "base", "keep_original_sound": "no" },
        "multi_prompt": [{ "prompt": "one", "duration": 2 }, { "prompt": "@image_1", "duration": 3 }],
    });
    let sent = body("v1/videos/omni-video", input);
    assert_eq!(sent["prompt"], "<<<image_1>>> meets <<<image_12>>>, mail a@b, @element_, <<<video_1>>>");
    assert_eq!(
        sent["image_list"],
        json!([{ "image_url": "R" }, { "image_url": "F", "type": "first_frame" }, { "image_url": "E", "type": "end_frame" }])
    );
    assert_eq!(
        sent["video_list"],
        json!([{ "video_url": "https://f.test/v", "refer_type": "base", "keep_original_sound": "no" }])
    );
    assert_eq!(
        sent["multi_prompt"],
        json!([{ "index": 1, "prompt": "one", "duration": "2" },
            { "index": 2, "prompt": "<<<image_1>>>", "duration": "3" }])
    );
    assert_eq!(
        body("v1/images/omni-image", json!({ "prompt": "like @image_1", "image_list": ["I"] })),
        json!({ "prompt": "like <<<image_1>>>", "image_list": [{ "image": "I" }], "external_task_id": "00ff" })
    );
    // Elsewhere a mark is a word like any other.
    assert_eq!(body(TEXT, json!({ "prompt": "@image_1" }))["prompt"], "@image_1");
}

#[test]
fn files_in_the_body_are_bare_and_clips_come_by_address() {
    assert_eq!(
        body("v1/videos/effects", json!({ "input": { "images": ["data:image/jpeg;base64,AAEC", "u"] } }))["input"],
        json!({ "images": ["AAEC", "u"] })
    );
    let input = json!({ "contents": { "feature_video": "data:video/mp4;base64,AAEC" } });
    let trouble = submit(&Kling, &work("omni-video/kling-3.0-omni", input, 1)).unwrap_err();
    assert_eq!((trouble.class, trouble.code.as_str()), (Caller, "clip_without_address"));
    assert!(trouble.message.unwrap().contains("public URL"));
    for (model, form) in [
        (TEXT, FileForm::UrlOrData),
        ("v1/videos/lip-sync", FileForm::Url),
        ("v1/videos/motion-control", FileForm::Url),
        ("v1/audio/video-to-audio", FileForm::Url),
        ("image-to-video/kling-3.0", FileForm::UrlOrData),
    ] {
        assert_eq!(Kling.file_form(model), form, "{model}");
    }
}

#[test]
fn a_parameter_cannot_leave_the_endpoints_path() {
    for model in ["v1/../keys", "v1/videos?x=1", "v1//videos", "/v1/videos", "kling", "", "v1/a b", "v1/%2e"]
    {
        assert_eq!(submit(&Kling, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn the_answer_names_the_job_and_its_model_the_endpoint() {
    let older = data(json!({ "task_id": "867283741759111202", "task_status": "submitted",
        "task_info": { "external_task_id": "00ff" }, "created_at": 1774805076166_i64, "updated_at": 1774805076166_i64 }));
    let Ok(Word::Accepted(handle, wait_ms)) = Kling.read_submit(TEXT, &older) else { panic!() };
    assert_eq!((handle.id.as_str(), wait_ms), ("867283741759111202", 5_000));
    assert_eq!(Kling.poll(&handle).target, "/v1/videos/text2video/867283741759111202");
    assert_eq!(class(Kling.read_submit("", &older)), (Unknown, "unreadable_200".to_owned()));
    let newer = data(json!({ "id": "900", "status": "submitted", "create_time": 1, "external_id": "00ff" }));
    assert_eq!(
        Kling.read_submit("text-to-video/kling-3.0", &newer),
        Ok(Word::Accepted(newer_handle(), 5_000))
    );
    assert_eq!(Kling.poll(&newer_handle()).target, "/tasks?task_ids=900");
}

#[test]
fn spoken_text_is_there_at_once() {
    let answer = data(json!({ "task_id": "1", "task_status": "succeed",
        "task_result": { "audios": [{ "id": "a", "url": "https://cdn.test/a.mp3", "duration": "2.1" }] } }));
    assert_eq!(
        Kling.read_submit("v1/audio/tts", &answer),
        Ok(Word::Finished { outputs: urls(&["https://cdn.test/a.mp3"]), billed: None })
    );
}

#[test]
fn u11_a_success_that_names_no_job_is_not_understood() {
    for body in
        ["", "<html>", "[]", "{}", r#"{"code":0}"#, r#"{"code":0,"data":{}}"#, r#"{"code":0,"data":{"task_"#]
    {
        for model in [TEXT, "text-to-video/kling-3.0"] {
            let read = Kling.read_submit(model, &plain(200, "application/json", body));
            assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
        }
    }
}

#[test]
fn the_code_decides_and_not_the_status() {
    for (status, code, expected) in [
        (401, 1000, Credential),
        (401, 1001, Credential),
        (401, 1002, Credential),
        (401, 1003, Unavailable),
        (401, 1004, Unavailable),
        (429, 1100, Credential),
        (429, 1101, Quota),
        (429, 1102, Quota),
        (403, 1103, Credential),
        (400, 1200, Caller),
        (400, 1201, Caller),
        (404, 1202, Unknown),
        (404, 1203, Unknown),
        (400, 1300, ContentPolicy),
        (400, 1301, ContentPolicy),
        (429, 1302, Busy),
        (429, 1303, Busy),
        (429, 1304, Credential),
        (500, 5000, Unavailable),
        (503, 5001, Unavailable),
        (504, 5002, Timeout),
        // An error is one whatever the status says.
        (200, 1301, ContentPolicy),
        (418, 7777, Unknown),
    ] {
        let body = json!({ "code": code, "message": "words of theirs", "request_id": "r" });
        let trouble = Kling.read_submit(TEXT, &reply(status, body)).unwrap_err();
        assert_eq!((trouble.class, trouble.code), (expected, code.to_string()), "{status} {code}");
        let told = matches!(expected, Caller | ContentPolicy).then(|| "words of theirs".to_owned());
        assert_eq!(trouble.message, told, "{code}");
    }
    for (status, expected) in
        [(401, Credential), (402, Quota), (429, Busy), (502, Unavailable), (404, Unknown)]
    {
        let page = with(plain(status, "text/html", "<html>"), "retry-after", "9");
        let trouble = Kling.read_submit("", &page).unwrap_err();
        assert_eq!((trouble.class, trouble.code), (expected, format!("http_{status}")));
        assert_eq!(trouble.retry_after_s, Some(9));
    }
}

// --- looks ---

#[test]
fn unknown_states_are_no_end_in_either_dialect() {
    for state in ["submitted", "processing", "hibernating"] {
        let pending = Ok(Word::Pending { progress: None, wait_ms: 5_000 });
        assert_eq!(look(json!({ "task_id": "867", "task_status": state })), pending);
        assert_eq!(look(json!([{ "id": "900", "status": state }])), pending);
    }
}

#[test]
fn results_are_found_where_their_dialect_has_them() {
    let done =
        |result: Value| look(json!({ "task_id": "1", "task_status": "succeed", "task_result": result }));
    let finished = |list: &[&str]| Ok(Word::Finished { outputs: urls(list), billed: None });
    assert_eq!(
        done(json!({ "videos": [{ "id": "v", "url": "v1", "watermark_url": "w", "duration": "5.041" }] })),
        finished(&["v1"])
    );
    assert_eq!(
        done(json!({ "images": [{ "index": 0, "url": "i1" }, { "index": 1, "url": "i2" }] })),
        finished(&["i1", "i2"])
    );
    assert_eq!(
        done(json!({ "images": [{ "url": "i1" }], "series_images": [{ "url": "s1" }] })),
        finished(&["i1", "s1"])
    );
    assert_eq!(
        done(json!({ "videos": [{ "url": "v1" }], "audios": [{ "mp3_url": "a1", "wav_url": "a2" }] })),
        finished(&["a1"])
    );
    for empty in [json!({}), json!({ "videos": [] }), json!({ "videos": [{ "url": "" }] }), json!(null)] {
        assert_eq!(class(done(empty)), (Unknown, "no_output".to_owned()));
    }
    let billing = |rows: Value| {
        let word = look(json!([{ "id": "900", "status": "succeeded", "billing": rows,
            "outputs": [{ "type": "video", "id": "x", "url": "v1", "watermark_url": "w", "duration": "5" }] }]));
        let Ok(Word::Finished { outputs, billed }) = word else { panic!("{word:?}") };
        assert_eq!(outputs, urls(&["v1"]));
        billed
    };
    let cash = |amount: &str, currency: &str| json!({ "charge_type": "cash", "amount": amount, "currency": currency });
    assert_eq!(billing(json!([cash("0.42", "USD"), cash("0.1", "USD")])), Some(MicroUsd(520_000)));
    assert_eq!(billing(json!([cash("3", "CNY")])), None);
    assert_eq!(billing(json!([{ "charge_type": "unit", "amount": "3", "package_type": "video" }])), None);
    assert_eq!(billing(json!([])), None);
}

#[test]
fn a_failed_job_is_a_refusal_only_where_its_words_say_so() {
    for (words, expected) in [
        ("Failure to pass the risk control system", (ContentPolicy, "failed_by_policy")),
        ("the content violates our rules", (ContentPolicy, "failed_by_policy")),
        ("worker lost", (Unavailable, "failed")),
        ("", (Unavailable, "failed")),
    ] {
        for task in [
            json!({ "task_id": "1", "task_status": "failed", "task_status_msg": words }),
            json!([{ "id": "1", "status": "failed", "message": words }]),
        ] {
            let (class, code) = class(look(task));
            assert_eq!((class, code.as_str()), expected, "{words}");
        }
    }
}

#[test]
fn a_job_that_is_not_there_any_more_is_gone_but_a_page_says_nothing() {
    assert_eq!(class(look(json!([]))), (Gone, "not_found".to_owned()));
    let absent = reply(404, json!({ "code": 1203, "message": "no", "request_id": "r" }));
    assert_eq!(Kling.read_poll(&older_handle(), &absent), Ok(gone()));
    for answer in [
        plain(404, "text/html", "<html>"),
        plain(200, "text/html", "<html>"),
        data(json!({})),
        reply(429, json!({ "code": 1302, "message": "slower" })),
        reply(401, json!({ "code": 1004, "message": "expired" })),
    ] {
        assert!(Kling.read_poll(&older_handle(), &answer).is_err(), "{answer:?}");
    }
}

// --- finding jobs ---

#[test]
fn u5_a_lost_job_is_found_by_the_id_that_it_was_given() {
    let token = Token("00ff".to_owned());
    let lost = |model| Lost { token: &token, model, since_unix_ms: 0 };
    let newer = lost("omni-video/kling-3.0-omni");
    assert_eq!(Kling.lookup(&lost(TEXT)).unwrap().target, "/v1/videos/text2video/00ff");
    assert_eq!(Kling.lookup(&newer).unwrap().target, "/tasks?external_task_ids=00ff");
    let task = json!({ "task_id": "867", "task_status": "processing" });
    assert_eq!(Kling.read_lookup(&lost(TEXT), &data(task)), Ok(Sought::Found(older_handle())));
    let tasks = json!([{ "id": "900", "status": "processing", "external_id": "00ff" }]);
    assert_eq!(Kling.read_lookup(&newer, &data(tasks)), Ok(Sought::Found(newer_handle())));
    assert_eq!(Kling.read_lookup(&newer, &data(json!([]))), Ok(Sought::Absent));
    let absent = reply(404, json!({ "code": 1203, "message": "no" }));
    assert_eq!(Kling.read_lookup(&lost(TEXT), &absent), Ok(Sought::Absent));
    for answer in [plain(404, "text/html", ""), reply(400, json!({ "code": 1201 })), data(json!(null))] {
        assert!(Kling.read_lookup(&lost(TEXT), &answer).is_err(), "{answer:?}");
    }
}

#[test]
fn u13_the_list_gives_ids_names_and_the_next_page() {
    let call = Kling.listing(1_000, 2_000).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/tasks"));
    assert_eq!(body_of(&call), json!({ "start_time": "1000", "end_time": "2000", "limit": 500 }));
    let page = |cursor: &str| {
        data(json!({ "count": 1, "next_cursor": cursor, "result": [
            { "id": "900", "status": "submitted", "create_time": 1500, "external_id": "00ff" }] }))
    };
    let listing = Kling.read_listing(&page("c2")).unwrap();
    let job = Listed {
        handle: newer_handle(),
        token: Some(Token("00ff".to_owned())),
        created_unix_ms: Some(1_500),
    };
    assert_eq!(listing.jobs, [job]);
    assert_eq!(body_of(&listing.next.unwrap()), json!({ "cursor": "c2", "limit": 500 }));
    assert_eq!(Kling.read_listing(&page("")).unwrap().next, None);
    assert!(Kling.read_listing(&data(json!([]))).is_err());
}

#[test]
fn an_operators_id_becomes_the_handle_of_its_dialect() {
    assert_eq!(Kling.adopt("867", TEXT), Ok(older_handle()));
    assert_eq!(Kling.adopt("900", "text-to-video/kling-3.0"), Ok(newer_handle()));
    for (id, model) in [("", TEXT), ("a/b", TEXT), ("a?b", TEXT), ("867", ""), ("867", "../x")] {
        assert!(Kling.adopt(id, model).is_err(), "{id} {model}");
    }
}

#[test]
fn the_check_is_free_and_reads_the_code() {
    assert!(Kling.check().unwrap().target.starts_with("/account/costs?start_time="));
    assert_eq!(Kling.read_check(&data(json!({}))), Ok(()));
    let refused = Kling.read_check(&reply(401, json!({ "code": 1002, "message": "m" }))).unwrap_err();
    assert_eq!(refused.class, Credential);
}

// --- callbacks ---

const SECRET: &str = "whsec_a2xpbmctd2ViaG9vay10ZXN0LXNlY3JldC0wMDAwMDE=";
const CALLBACK: &[u8] = br#"{"id":"900000000000000001","status":"succeeded","message":"","create_time":1760000000000,"update_time":1760000060000,"outputs":[]}"#;
const SIGNATURE: &str = "v1,J0bKhM5beMEfsJ4KOFrdIAgICTnj1ReKAznxPsNUHMI=";

fn accepts(signature: &str, time: &str, body: &[u8], now: i64, secret: Option<&str>) -> bool {
    let headers = [("webhook-id", "msg_0001"), ("webhook-timestamp", time), ("webhook-signature", signature)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    Kling.accepts_callback(&Callback {
        headers: &headers,
        body,
        now_unix_s: now,
        secret,
        ..Callback::default()
    })
}

#[test]
fn the_published_vector_is_genuine_and_nothing_else_is() {
    let (time, now) = ("1760000061", 1_760_000_061);
    assert!(accepts(SIGNATURE, time, CALLBACK, now, Some(SECRET)));
    assert!(accepts(&format!("v1,AAAA {SIGNATURE}"), time, CALLBACK, now + 300, Some(SECRET)));
    assert!(accepts("", "", CALLBACK, now, None), "without a secret nothing is signed");
    assert!(!accepts(SIGNATURE, time, CALLBACK, now + 301, Some(SECRET)));
    assert!(!accepts(SIGNATURE, time, CALLBACK, now - 301, Some(SECRET)));
    assert!(!accepts(SIGNATURE, "1760000062", CALLBACK, now, Some(SECRET)));
    assert!(!accepts(SIGNATURE, time, b"{}", now, Some(SECRET)));
    assert!(!accepts(SIGNATURE, time, CALLBACK, now, Some("whsec_AAAA")));
    for wrong in ["", "v1,", "v2,J0bKhM5beMEfsJ4KOFrdIAgICTnj1ReKAznxPsNUHMI=", "J0bKhM5b"] {
        assert!(!accepts(wrong, time, CALLBACK, now, Some(SECRET)), "{wrong}");
    }
    assert!(!Kling.accepts_callback(&Callback { secret: Some(SECRET), ..Callback::default() }));
}

#[test]
fn a_callback_names_its_job_in_either_dialect() {
    let token = Token("00ff".to_owned());
    let job = |model, body: &[u8]| {
        let lost = Lost { token: &token, model, since_unix_ms: 0 };
        Kling.callback_job(&lost, &Callback { body, ..Callback::default() })
    };
    assert_eq!(job("text-to-video/kling-3.0", CALLBACK).unwrap().id, "900000000000000001");
    assert_eq!(job(TEXT, br#"{"task_id":"867","task_status":"succeed"}"#), Some(older_handle()));
    assert_eq!(job(TEXT, br#"{"task_id":"../x"}"#), None);
    assert_eq!(job(TEXT, b"<html>"), None);
}
