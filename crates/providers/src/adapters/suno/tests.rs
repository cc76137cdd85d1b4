use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Quota, Timeout, Unavailable, Unknown};
use spool_domain::adapter::Output;

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, work};

fn handle_at(record: &str) -> Handle {
    Handle { id: "5c79".to_owned(), facts: BTreeMap::from([(RECORD.to_owned(), record.to_owned())]) }
}

fn look(record: &str, data: Value) -> Result<Word, Trouble> {
    Suno.read_poll(&handle_at(record), &reply(200, json!({ "code": 200, "msg": "success", "data": data })))
}

fn fetch(data: Value) -> Result<Word, Trouble> {
    Suno.read_poll(
        &handle_at(PROXY_RECORD),
        &reply(200, json!({ "code": "success", "message": "", "data": data })),
    )
}

fn urls(urls: &[&str]) -> Result<Word, Trouble> {
    let outputs = urls.iter().map(|url| Output::Url((*url).to_owned())).collect();
    Ok(Word::Finished { outputs, billed: None })
}

fn pending(progress: Option<u8>) -> Result<Word, Trouble> {
    Ok(Word::Pending { progress, wait_ms: 20_000 })
}

// --- submit ---

#[test]
fn a_song_is_asked_for_with_a_callback_that_may_lead_nowhere() {
    let input =
        json!({ "customMode": false, "instrumental": false, "model": "V5", "prompt": "a sea shanty" });
    let mut order = work("generate", input.clone(), 1);
    let call = submit(&Suno, &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/api/v1/generate"));
    let mut expected = input;
    expected["callBackUrl"] = "https://callback.invalid/".into();
    assert_eq!(body_of(&call), expected);
    order.callback_url = Some("https://spool.test/cb/1".to_owned());
    expected["callBackUrl"] = "https://spool.test/cb/1".into();
    assert_eq!(body_of(&submit(&Suno, &order).unwrap()), expected);
    assert_eq!(Suno.file_form("generate/mashup"), FileForm::Url);
}

#[test]
fn lyrics_of_ones_own_have_a_style_and_a_title_in_any_case() {
    let body = |input: Value| body_of(&submit(&Suno, &work("generate", input, 1)).unwrap());
    let open = body(json!({ "customMode": true, "prompt": "[Verse]" }));
    assert_eq!((&open["style"], &open["title"]), (&json!("any"), &json!("Untitled")));
    let said = body(json!({ "defaultParamFlag": true, "style": "folk", "title": "Slow River" }));
    assert_eq!((&said["style"], &said["title"]), (&json!("folk"), &json!("Slow River")));
    assert!(body(json!({ "customMode": false })).get("style").is_none());
}

#[test]
fn the_route_chooses_the_contract() {
    let input = json!({ "gpt_description_prompt": "a sea shanty", "mv": "chirp-v4" });
    let mut order = work("submit/music", input.clone(), 1);
    let call = submit(&Suno, &order).unwrap();
    assert_eq!(call.target, "/suno/submit/music");
    assert_eq!(body_of(&call), input);
    order.callback_url = Some("https://spool.test/cb/1".to_owned());
    assert_eq!(body_of(&submit(&Suno, &order).unwrap())["callBackUrl"], "https://spool.test/cb/1");
    for model in ["", "generate/../x", "style/generate", "submit/concat", "generate?x=1", "/generate"] {
        assert_eq!(submit(&Suno, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn a_job_is_looked_at_where_its_family_is() {
    let accepted = |model: &str, body: Value| Suno.read_submit(model, &reply(200, body));
    let first = json!({ "code": 200, "msg": "success", "data": { "taskId": "5c79" } });
    for (model, record, target) in [
        ("generate", "generate", "/api/v1/generate/record-info?taskId=5c79"),
        ("generate/sounds", "generate", "/api/v1/generate/record-info?taskId=5c79"),
        ("lyrics", "lyrics", "/api/v1/lyrics/record-info?taskId=5c79"),
        ("wav/generate", "wav", "/api/v1/wav/record-info?taskId=5c79"),
        ("vocal-removal/generate", "vocal-removal", "/api/v1/vocal-removal/record-info?taskId=5c79"),
        ("mp4/generate", "mp4", "/api/v1/mp4/record-info?taskId=5c79"),
        ("suno/cover/generate", "suno/cover", "/api/v1/suno/cover/record-info?taskId=5c79"),
    ] {
        assert_eq!(accepted(model, first.clone()), Ok(Word::Accepted(handle_at(record), 20_000)), "{model}");
        assert_eq!(Suno.poll(&handle_at(record)), Call::get(target));
        assert_eq!(Suno.adopt("5c79", model), Ok(handle_at(record)));
    }
    for code in [json!("success"), json!("SUCCESS"), json!(1), json!(200)] {
        let second = json!({ "code": code, "message": "", "data": "5c79" });
        assert_eq!(accepted("submit/music", second), Ok(Word::Accepted(handle_at("fetch"), 20_000)));
    }
    assert_eq!(Suno.poll(&handle_at("fetch")), Call::get("/suno/fetch/5c79"));
    assert_eq!(
        Suno.read_submit("generate", &reply(200, first)),
        Ok(Word::Accepted(handle_at("generate"), 20_000))
    );
    for id in ["", "a/b", "a?b", "../x", "a b"] {
        assert!(Suno.adopt(id, "generate").is_err(), "{id}");
    }
    assert!(Suno.adopt("5c79", "no/such").is_err());
}

#[test]
fn u11_a_success_that_cannot_be_read_is_not_understood() {
    for body in [
        "",
        "<html>",
        "{}",
        "[]",
        r#"{"code":200}"#,
        r#"{"code":200,"data":{}}"#,
        r#"{"code":200,"data":{"taskId":""}}"#,
        r#"{"code":200,"data":{"taskId":"../x"}}"#,
        r#"{"code":200,"data":{"ta"#,
    ] {
        let read = Suno.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

// --- records ---

fn song(status: &str, clips: Value) -> Value {
    json!({ "taskId": "5c79", "parentMusicId": "", "status": status, "type": "GENERATE", "errorCode": null,
        "errorMessage": "about it", "response": { "taskId": "5c79", "sunoData": clips } })
}

fn clips() -> Value {
    json!([
        { "id": "a", "audioUrl": "https://cdn.test/a.mp3", "streamAudioUrl": "https://cdn.test/a", "duration": 198.4 },
        { "id": "b", "audioUrl": "https://cdn.test/b.mp3", "streamAudioUrl": "https://cdn.test/b", "duration": 190.1 },
    ])
}

#[test]
fn both_clips_of_a_song_are_handed_out_when_both_are_done() {
    let partial = json!([clips()[0]]);
    for state in ["PENDING", "TEXT_SUCCESS", "FIRST_SUCCESS", "DREAMING"] {
        assert_eq!(look("generate", song(state, partial.clone())), pending(None), "{state}");
    }
    let both = ["https://cdn.test/a.mp3", "https://cdn.test/b.mp3"];
    assert_eq!(look("generate", song("SUCCESS", clips())), urls(&both));
    // A stream is no file.
    let stream = json!([{ "id": "a", "audioUrl": "", "streamAudioUrl": "https://cdn.test/a" }]);
    assert_eq!(look("generate", song("SUCCESS", stream)), pending(None));
}

#[test]
fn a_failed_callback_is_no_failed_song() {
    let both = ["https://cdn.test/a.mp3", "https://cdn.test/b.mp3"];
    assert_eq!(look("generate", song("CALLBACK_EXCEPTION", clips())), urls(&both));
    let nothing = look("generate", song("CALLBACK_EXCEPTION", json!(null)));
    assert_eq!(class(nothing), (Unavailable, "CALLBACK_EXCEPTION".to_owned()));
}

#[test]
fn every_documented_end_has_its_class() {
    for state in [
        "CREATE_TASK_FAILED",
        "GENERATE_AUDIO_FAILED",
        "GENERATE_LYRICS_FAILED",
        "GENERATE_WAV_FAILED",
        "GENERATE_MP4_FAILED",
    ] {
        assert_eq!(
            look("generate", song(state, json!(null))),
            Ok(Word::Failed(Trouble::of(Unavailable, state)))
        );
    }
    let refused = look("generate", song("SENSITIVE_WORD_ERROR", json!(null)));
    assert_eq!(
        refused,
        Ok(Word::Failed(Trouble::of(ContentPolicy, "SENSITIVE_WORD_ERROR").saying("about it")))
    );
}

#[test]
fn every_family_of_records_is_read() {
    let lyrics = json!({ "status": "SUCCESS", "response": { "data": [
        { "text": "[Verse] one", "title": "t", "status": "complete", "errorMessage": "" },
        { "text": "", "title": "", "status": "failed", "errorMessage": "no" },
        { "text": "[Verse] two", "title": "t", "status": "complete", "errorMessage": "" },
    ] } });
    let outputs = vec![Output::Text("[Verse] one".to_owned()), Output::Text("[Verse] two".to_owned())];
    assert_eq!(look("lyrics", lyrics), Ok(Word::Finished { outputs, billed: None }));
    let wav = json!({ "successFlag": "SUCCESS", "response": { "audioWavUrl": "https://cdn.test/a.wav" } });
    assert_eq!(look("wav", wav), urls(&["https://cdn.test/a.wav"]));
    let clip = json!({ "successFlag": "SUCCESS", "response": { "videoUrl": "https://cdn.test/a.mp4" } });
    assert_eq!(look("mp4", clip), urls(&["https://cdn.test/a.mp4"]));
    let stems = json!({ "successFlag": "SUCCESS", "response": { "originUrl": "https://cdn.test/o.mp3",
        "instrumentalUrl": "https://cdn.test/i.mp3", "vocalUrl": "https://cdn.test/v.mp3", "drumsUrl": null } });
    assert_eq!(look("vocal-removal", stems), urls(&["https://cdn.test/v.mp3", "https://cdn.test/i.mp3"]));
    let cover =
        |flag: u32| json!({ "successFlag": flag, "response": { "images": ["https://cdn.test/1.png"] } });
    assert_eq!(look("suno/cover", cover(0)), pending(None));
    assert_eq!(look("suno/cover", cover(2)), pending(None));
    assert_eq!(look("suno/cover", cover(1)), urls(&["https://cdn.test/1.png"]));
    assert_eq!(class(look("suno/cover", cover(3))), (Unavailable, "FAILED".to_owned()));
    assert_eq!(look("wav", json!({ "successFlag": "PENDING", "response": null })), pending(None));
}

#[test]
fn u6_a_failed_look_is_not_a_failed_job() {
    assert_eq!(look("generate", json!(null)), Err(Trouble::of(Unknown, "no_such_task")));
    assert!(look("generate", json!({ "taskId": "5c79" })).is_err());
    for code in [400, 401, 404, 405, 429, 430, 451, 455, 500] {
        let answer = json!({ "code": code, "msg": "about it", "data": null });
        for status in [200, code] {
            let read = Suno.read_poll(&handle_at("generate"), &reply(status, answer.clone()));
            assert!(read.is_err_and(|trouble| trouble.message.is_none()), "{status} {code}");
        }
    }
    for body in ["", "{}", "<html>", r#"{"code":200,"data":{"stat"#] {
        let read = Suno.read_poll(&handle_at("generate"), &plain(200, "application/json", body));
        assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_200")), "{body}");
    }
    assert!(Suno.read_poll(&handle_at("fetch"), &plain(404, "text/html", "<h1>no</h1>")).is_err());
    let gone =
        Suno.read_poll(&handle_at("fetch"), &reply(400, json!({ "code": "task_not_exist", "data": null })));
    assert_eq!(class(gone), (Unknown, "task_not_exist".to_owned()));
}

// --- tasks of the second contract ---

fn task(status: &str, data: Value) -> Value {
    json!({ "task_id": "5c79", "action": "MUSIC", "status": status, "fail_reason": "", "progress": "40%", "data": data })
}

#[test]
fn every_way_to_write_a_state_is_read() {
    let clip = |url: &str, status: &str| json!({ "id": "c", "status": status, "audio_url": url, "metadata": { "duration": null } });
    let both =
        json!([clip("https://cdn.test/a.mp3", "complete"), clip("https://cdn.test/b.mp3", "complete")]);
    for state in ["SUCCESS", "success", "complete"] {
        assert_eq!(
            fetch(task(state, both.clone())),
            urls(&["https://cdn.test/a.mp3", "https://cdn.test/b.mp3"]),
            "{state}"
        );
    }
    for state in
        ["NOT_START", "SUBMITTED", "QUEUED", "IN_PROGRESS", "UNKNOWN", "queueing", "processing", "dreaming"]
    {
        assert_eq!(fetch(task(state, both.clone())), pending(Some(40)), "{state}");
    }
    let stream =
        json!([clip("https://cdn.test/a.mp3", "complete"), clip("https://live.test/b", "streaming")]);
    assert_eq!(fetch(task("SUCCESS", stream)), pending(Some(40)));
    let lyrics = json!({ "id": "l", "text": "[Verse]", "title": "t", "status": "complete" });
    let outputs = vec![Output::Text("[Verse]".to_owned())];
    assert_eq!(fetch(task("SUCCESS", lyrics)), Ok(Word::Finished { outputs, billed: None }));
    assert_eq!(fetch(json!(null)), Err(Trouble::of(Unknown, "no_such_task")));
}

#[test]
fn a_refusal_is_told_by_its_words_and_every_other_failure_is_theirs() {
    let failed = |reason: &str, data: Value| {
        let mut task = task("FAILURE", data);
        task["fail_reason"] = reason.into();
        fetch(task)
    };
    for reason in ["Song failed moderation", "Sensitive words in prompt"] {
        let refused = Trouble::of(ContentPolicy, "moderation").saying(reason);
        assert_eq!(failed(reason, json!(null)), Ok(Word::Failed(refused)));
    }
    let marked =
        json!([{ "id": "c", "status": "error", "metadata": { "error_type": "moderation_failure" } }]);
    assert_eq!(class(failed("", marked)), (ContentPolicy, "moderation".to_owned()));
    assert_eq!(failed("no luck", json!([])), Ok(Word::Failed(Trouble::of(Unavailable, "task_failed"))));
    for state in ["failed", "error"] {
        assert_eq!(class(fetch(task(state, json!(null)))), (Unavailable, "task_failed".to_owned()));
    }
}

// --- troubles ---

#[test]
fn every_documented_code_has_its_class_whatever_the_status() {
    let rows = [
        (401, "bad key", Credential),
        (402, "pay", Quota),
        (429, "The current credits are insufficient", Quota),
        (429, "", Quota),
        (429, "Too many requests", Busy),
        (405, "rate limit", Busy),
        (430, "calling too often", Busy),
        (400, "bad", Caller),
        (404, "no", Caller),
        (409, "WAV already made", Caller),
        (422, "bad", Caller),
        (413, "too long", Caller),
        (451, "could not fetch", Caller),
        (408, "slow", Timeout),
        (455, "maintenance", Unavailable),
        (500, "oh", Unavailable),
        (501, "failed", Unavailable),
        (531, "refunded", Unavailable),
        (999, "odd", Unknown),
    ];
    for (code, words, expected) in rows {
        for status in [200, code] {
            let answer = json!({ "code": code, "msg": words, "data": null });
            let read = Suno.read_submit("", &reply(status, answer));
            assert_eq!(class(read), (expected, format!("code_{code}")), "{status} {code} {words}");
        }
    }
}

#[test]
fn every_error_of_the_second_contract_has_its_class() {
    let rows = [
        (400, json!({ "code": "invalid_request", "message": "m", "data": null }), Caller, "invalid_request"),
        (400, json!({ "code": "prompt_empty", "message": "m", "data": null }), Caller, "prompt_empty"),
        (500, json!({ "code": "do_request_failed", "message": "m" }), Unavailable, "do_request_failed"),
        (
            401,
            json!({ "error": { "message": "m", "type": "new_api_error", "code": "" } }),
            Credential,
            "http_401",
        ),
        (
            403,
            json!({ "error": { "message": "m", "code": "insufficient_user_quota" } }),
            Quota,
            "insufficient_user_quota",
        ),
        (429, json!({ "error": { "message": "m", "type": "rate_limit" } }), Busy, "rate_limit"),
        (
            503,
            json!({ "error": { "message": "no channel", "code": "model_not_found" } }),
            Unavailable,
            "model_not_found",
        ),
    ];
    for (status, body, expected, code) in rows {
        let read = Suno.read_submit("submit/music", &reply(status, body.clone()));
        assert_eq!(class(read), (expected, code.to_owned()), "{status} {body}");
    }
    for status in [500, 502, 503] {
        let read = Suno.read_submit("", &plain(status, "text/html", "<h1>Bad gateway</h1>"));
        assert_eq!(class(read), (Unavailable, format!("http_{status}")));
    }
    assert_eq!(
        class(Suno.read_submit("", &plain(418, "text/plain", "tea"))),
        (Unknown, "http_418".to_owned())
    );
}

#[test]
fn only_the_callers_own_faults_come_with_words() {
    let words = |code: u16| {
        Suno.read_submit("", &reply(200, json!({ "code": code, "msg": "about it" }))).unwrap_err().message
    };
    assert_eq!(words(422).as_deref(), Some("about it"));
    for code in [401, 402, 429, 500] {
        assert_eq!(words(code), None);
    }
}

#[test]
fn the_key_is_proved_by_the_balance() {
    assert_eq!(Suno.check(), Some(Call::get("/api/v1/generate/credit")));
    assert_eq!(Suno.read_check(&reply(200, json!({ "code": 200, "msg": "success", "data": 100 }))), Ok(()));
    let bad = Suno.read_check(&reply(200, json!({ "code": 401, "msg": "no" })));
    assert_eq!(bad.unwrap_err().class, Credential);
}

#[test]
fn u9_a_callback_names_its_task() {
    let token = Token("t".into());
    let lost = |model| Lost { token: &token, model, since_unix_ms: 0 };
    let body = br#"{"code":200,"msg":"","data":{"callbackType":"first","task_id":"5c79","data":[]}}"#;
    let callback = Callback { body, ..Callback::default() };
    assert_eq!(Suno.callback_job(&lost("lyrics"), &callback), Some(handle_at("lyrics")));
    assert_eq!(Suno.callback_job(&lost("no/such"), &callback), None);
    for body in [&b""[..], b"{}", br#"{"data":{"task_id":"../x"}}"#] {
        assert_eq!(Suno.callback_job(&lost("lyrics"), &Callback { body, ..Callback::default() }), None);
    }
}
