use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Quota, Unavailable, Unknown};

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

fn first() -> Handle {
    handle("361720188367060".to_owned(), VIDEO_1)
}

fn second() -> Handle {
    handle("361720188367060".to_owned(), VIDEO_2)
}

fn well(mut body: Value) -> Reply {
    body["base_resp"] = json!({ "status_code": 0, "status_msg": "success" });
    reply(200, body)
}

fn ill(code: i64) -> Reply {
    reply(200, json!({ "base_resp": { "status_code": code, "status_msg": "words of theirs" } }))
}

fn sent(model: &str, input: Value) -> Value {
    body_of(&submit(&MiniMax, &work(model, input, 1)).unwrap())
}

fn url(url: &str) -> Output {
    Output::Url(url.to_owned())
}

fn finished(output: Output) -> Result<Word, Trouble> {
    Ok(Word::Finished { outputs: vec![output], billed: None })
}

// --- submit ---

#[test]
fn clips_are_called_back_about_and_nothing_else_is() {
    for model in [VIDEO_1, VIDEO_2, PICTURES, SPEECH, MUSIC, VOICE] {
        let mut order = work(model, json!({ "model": "m" }), 1);
        order.callback_url = Some("https://spool.test/c".to_owned());
        let call = submit(&MiniMax, &order).unwrap();
        assert_eq!((call.method, call.target.clone()), (Method::Post, format!("/{model}")));
        let told = body_of(&call).get("callback_url").is_some();
        assert_eq!(told, model.ends_with("video_generation"), "{model}");
    }
    for model in ["", "v1/other", "v1/../x"] {
        assert_eq!(submit(&MiniMax, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
}

#[test]
fn a_person_is_a_list_of_one_and_a_size_two_sides() {
    let data = "data:image/png;base64,AAEC";
    assert_eq!(
        sent(
            VIDEO_1,
            json!({ "model": "S2V-01", "subject_reference": { "type": "character", "image": data } })
        ),
        json!({ "model": "S2V-01", "subject_reference": [{ "type": "character", "image": [data] }] })
    );
    let input = json!({ "model": "image-01", "n": 2, "size": { "width": 1024, "height": 512 },
        "subject_reference": { "type": "character", "image_file": "https://f.test/1" } });
    assert_eq!(
        sent(PICTURES, input),
        json!({ "model": "image-01", "n": 2, "width": 1024, "height": 512,
            "subject_reference": [{ "type": "character", "image_file": "https://f.test/1" }] })
    );
}

#[test]
fn the_second_version_takes_a_list_of_typed_items() {
    let input = json!({ "model": "MiniMax-H3", "content": { "text": "a kite", "first_frame": "https://f.test/1",
        "reference_image": ["https://f.test/2"], "reference_video": ["https://f.test/v"],
        "reference_audio": ["https://f.test/a"] } });
    assert_eq!(
        sent(VIDEO_2, input)["content"],
        json!([
            { "type": "text", "text": "a kite" },
            { "type": "image_url", "image_url": { "url": "https://f.test/1" }, "role": "first_frame" },
            { "type": "image_url", "image_url": { "url": "https://f.test/2" }, "role": "reference_image" },
            { "type": "video_url", "video_url": { "url": "https://f.test/v" }, "role": "reference_video" },
            { "type": "audio_url", "audio_url": { "url": "https://f.test/a" }, "role": "reference_audio" },
        ])
    );
    let input = json!({ "content": { "reference_video": ["data:video/mp4;base64,AAEC"] } });
    let trouble = submit(&MiniMax, &work(VIDEO_2, input, 1)).unwrap_err();
    assert_eq!((trouble.class, trouble.code.as_str()), (Caller, "file_without_address"));
}

#[test]
fn a_song_in_the_body_is_bare() {
    assert_eq!(
        sent(MUSIC, json!({ "model": "music-cover", "audio_url": "data:audio/mpeg;base64,AAEC" })),
        json!({ "model": "music-cover", "audio_base64": "AAEC" })
    );
    let input = json!({ "model": "music-cover", "audio_url": "https://f.test/a.mp3" });
    assert_eq!(sent(MUSIC, input.clone()), input);
}

#[test]
fn a_recording_is_uploaded_before_its_voice_is_made() {
    let input =
        json!({ "file_id": "data:audio/mpeg;base64,AAEC", "voice_id": "voice-0001", "text": "hello" });
    let mut order = work(VOICE, input, 1);
    assert_eq!(MiniMax.file_form(VOICE), FileForm::Bytes);
    assert_eq!(MiniMax.file_form(VIDEO_1), FileForm::UrlOrData);
    let call = MiniMax.prepare(&order).unwrap().unwrap();
    assert_eq!(MiniMax.prepare(&order).unwrap().unwrap(), call, "it is repeatable to the byte");
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/v1/files/upload"));
    assert!(call.headers[0].1.starts_with("multipart/form-data; boundary=spool-"));
    let body = String::from_utf8_lossy(&call.body);
    assert!(body.contains("name=\"purpose\"\r\n\r\nvoice_clone\r\n"), "{body}");
    assert!(
        body.contains(
            "name=\"file\"; filename=\"file.mp3\"\r\nContent-Type: audio/mpeg\r\n\r\n\0\x01\x02\r\n"
        ),
        "{body}"
    );
    for bad in
        [well(json!({})), well(json!({ "file": { "file_id": "" } })), plain(200, "text/html", "<html>")]
    {
        assert_eq!(MiniMax.read_prepared(&mut order, &bad).unwrap_err().class, Unknown);
    }
    assert_eq!(MiniMax.read_prepared(&mut order, &ill(1004)).unwrap_err().class, Credential);
    MiniMax
        .read_prepared(&mut order, &well(json!({ "file": { "file_id": 288_230_376_151_711_800_i64 } })))
        .unwrap();
    assert_eq!(MiniMax.prepare(&order), Ok(None));
    let call = submit(&MiniMax, &order).unwrap();
    assert_eq!(
        body_of(&call),
        json!({ "file_id": 288_230_376_151_711_800_i64, "voice_id": "voice-0001", "text": "hello" })
    );
    assert_eq!(MiniMax.prepare(&work(MUSIC, json!({ "file_id": "data:x" }), 1)), Ok(None));
    let broken = work(VOICE, json!({ "file_id": "data:audio/mpeg;base64,%%" }), 1);
    assert_eq!(MiniMax.prepare(&broken).unwrap_err().class, Caller);
}

// --- answers to the submit ---

#[test]
fn a_clip_is_followed_in_its_version() {
    let answer = well(json!({ "task_id": "361720188367060" }));
    assert_eq!(MiniMax.read_submit(VIDEO_1, &answer), Ok(Word::Accepted(first(), 10_000)));
    assert_eq!(MiniMax.read_submit("", &answer), Ok(Word::Accepted(first(), 10_000)));
    let bare = reply(200, json!({ "task_id": "361720188367060" }));
    assert_eq!(MiniMax.read_submit(VIDEO_2, &bare), Ok(Word::Accepted(second(), 10_000)));
    assert_eq!(MiniMax.poll(&first()).target, "/v1/query/video_generation?task_id=361720188367060");
    assert_eq!(MiniMax.poll(&second()).target, "/v2/query/video_generation/361720188367060");
}

#[test]
fn pictures_sounds_and_voices_come_at_once() {
    let read = |model: &str, body: Value| MiniMax.read_submit(model, &well(body));
    let two = read(
        PICTURES,
        json!({ "id": "x", "data": { "image_urls": ["u1", "u2"] }, "metadata": { "success_count": "2" } }),
    );
    assert_eq!(two, Ok(Word::Finished { outputs: vec![url("u1"), url("u2")], billed: None }));
    let bytes = |bytes: &[u8]| Output::Bytes(bytes.to_vec().into());
    assert_eq!(read(PICTURES, json!({ "data": { "image_base64": ["AAEC"] } })), finished(bytes(&[0, 1, 2])));
    for none in [
        json!({ "data": { "image_urls": [] }, "metadata": { "success_count": "0", "failed_count": "1" } }),
        json!({ "data": { "success_count": 0, "failed_count": 1 } }),
    ] {
        assert_eq!(class(read(PICTURES, none)), (ContentPolicy, "all_rejected".to_owned()));
    }
    let speech =
        json!({ "data": { "audio": "49443304", "status": 2 }, "extra_info": { "audio_format": "mp3" } });
    assert_eq!(read(SPEECH, speech), finished(bytes(b"ID3\x04")));
    let link = json!({ "data": { "audio": "https://cdn.test/s.mp3", "status": 2 } });
    assert_eq!(read(MUSIC, link), finished(url("https://cdn.test/s.mp3")));
    assert_eq!(read(VOICE, json!({ "input_sensitive": false, "demo_audio": "u" })), finished(url("u")));
    let refused = read(VOICE, json!({ "input_sensitive": true, "demo_audio": "" }));
    assert_eq!(class(refused), (ContentPolicy, "input_sensitive".to_owned()));
}

#[test]
fn raw_samples_become_a_file_that_players_know() {
    let body = json!({ "data": { "audio": "0100ffff", "status": 2 },
        "extra_info": { "audio_format": "pcm", "audio_sample_rate": 32000, "audio_channel": 2 } });
    let Ok(Word::Finished { outputs, .. }) = MiniMax.read_submit(SPEECH, &well(body)) else { panic!() };
    let [Output::Bytes(file)] = &outputs[..] else { panic!() };
    let mut wav = hound::WavReader::new(&file[..]).unwrap();
    assert_eq!((wav.spec().sample_rate, wav.spec().channels), (32_000, 2));
    let samples: Vec<i16> = wav.samples().map(Result::unwrap).collect();
    assert_eq!(samples, [1, -1]);
}

#[test]
fn u11_a_success_that_says_nothing_is_not_understood() {
    for model in [VIDEO_1, VIDEO_2, PICTURES, SPEECH, MUSIC, VOICE] {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"task_id":""}"#,
            r#"{"data":{}}"#,
            r#"{"data":{"audio":"zz"}}"#,
            r#"{"task"#,
        ] {
            let read = MiniMax.read_submit(model, &plain(200, "application/json", body));
            assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{model} {body}");
        }
    }
}

#[test]
fn every_documented_code_has_its_class_whatever_the_status() {
    for (code, expected) in [
        // After these a job may have been made.
        (1000, Unknown),
        (1001, Unknown),
        (1002, Busy),
        (1004, Credential),
        (1008, Quota),
        (1013, Unavailable),
        (1024, Unavailable),
        (1033, Unavailable),
        (1026, ContentPolicy),
        (1027, ContentPolicy),
        (1028, Quota),
        (1030, Quota),
        (1039, Busy),
        (1041, Busy),
        (1042, Caller),
        (1043, Caller),
        (1044, Caller),
        (2013, Caller),
        (2037, Caller),
        (2038, Credential),
        (2039, Caller),
        (2042, Caller),
        (2045, Busy),
        (2048, Caller),
        (2049, Credential),
        (2056, Quota),
        (2061, Credential),
        (7777, Unknown),
    ] {
        let trouble = MiniMax.read_submit(VIDEO_1, &ill(code)).unwrap_err();
        assert_eq!((trouble.class, trouble.code), (expected, code.to_string()));
        let told = matches!(expected, Caller | ContentPolicy).then(|| "words of theirs".to_owned());
        assert_eq!(trouble.message, told, "{code}");
        // Beside a job that failed the same codes say why.
        let ended = json!({ "task_id": "1", "status": "Fail", "file_id": "",
            "base_resp": { "status_code": code, "status_msg": "words of theirs" } });
        assert_eq!(class(MiniMax.read_poll(&first(), &reply(200, ended))), (expected, code.to_string()));
    }
    for (status, expected) in
        [(401, Credential), (402, Quota), (429, Busy), (502, Unavailable), (404, Unknown)]
    {
        let answer =
            with(reply(status, json!({ "error": { "type": "x", "message": "m" } })), "retry-after", "4");
        let trouble = MiniMax.read_submit("", &answer).unwrap_err();
        assert_eq!((trouble.class, trouble.code), (expected, format!("http_{status}")));
        assert_eq!(trouble.retry_after_s, Some(4));
    }
}

// --- looks ---

#[test]
fn a_clip_of_the_first_version_is_fetched_by_its_file() {
    let look = |body: Value| MiniMax.read_poll(&first(), &well(body));
    for status in ["Preparing", "Queueing", "Processing", "processing", "Unknown", "Hibernating"] {
        let pending = Ok(Word::Pending { progress: None, wait_ms: 10_000 });
        assert_eq!(look(json!({ "task_id": "1", "status": status, "file_id": "" })), pending, "{status}");
    }
    for file_id in [json!("205258526306433"), json!(205_258_526_306_433_i64)] {
        let word =
            look(json!({ "task_id": "1", "status": "Success", "file_id": file_id, "video_width": 1920 }));
        assert_eq!(word, Ok(Word::Then(Call::get("/v1/files/retrieve?file_id=205258526306433"))));
    }
    let file = json!({ "file": { "file_id": 205_258_526_306_433_i64, "purpose": "video_generation",
        "download_url": "https://cdn.test/output_aigc.mp4" } });
    assert_eq!(look(file), finished(url("https://cdn.test/output_aigc.mp4")));
    for file_id in ["", "../x"] {
        let ended = look(json!({ "status": "Success", "file_id": file_id }));
        assert_eq!(class(ended), (Unknown, "no_output".to_owned()));
    }
    for status in ["Fail", "Failed", "fail"] {
        assert_eq!(class(look(json!({ "status": status }))), (Unavailable, "failed".to_owned()));
    }
}

#[test]
fn a_clip_of_the_second_version_has_its_address_in_the_task() {
    let look = |task: Value| MiniMax.read_poll(&second(), &reply(200, json!({ "task": task })));
    for status in ["queued", "running", "hibernating"] {
        let pending = Ok(Word::Pending { progress: None, wait_ms: 10_000 });
        assert_eq!(look(json!({ "id": "1", "status": status })), pending);
    }
    let done = json!({ "id": "1", "status": "succeeded", "content": { "url": "https://cdn.test/v.mp4" },
        "usage": { "output_seconds": 5 } });
    assert_eq!(look(done), finished(url("https://cdn.test/v.mp4")));
    assert_eq!(
        class(look(json!({ "status": "succeeded", "content": {} }))),
        (Unknown, "no_output".to_owned())
    );
    assert_eq!(look(json!({ "status": "cancelled" })), Ok(Word::Canceled));
    for (error, expected) in [
        (json!({ "code": "1026", "message": "m" }), (ContentPolicy, "1026")),
        (json!({ "code": 1027, "message": "m" }), (ContentPolicy, "1027")),
        (json!({ "code": "internal", "message": "m" }), (Unavailable, "failed")),
        (json!(null), (Unavailable, "failed")),
    ] {
        let (class, code) = class(look(json!({ "status": "failed", "error": error })));
        assert_eq!((class, code.as_str()), expected);
    }
}

#[test]
fn a_look_that_fails_says_nothing_of_the_job() {
    for answer in [
        ill(1002),
        ill(1004),
        ill(1026),
        well(json!({})),
        plain(200, "text/html", "<html>"),
        plain(404, "text/html", "<html>"),
        plain(502, "application/json", r#"{"status":"Fail"}"#),
        plain(200, "application/json", r#"{"status":"Suc"#),
    ] {
        for handle in [first(), second()] {
            assert!(MiniMax.read_poll(&handle, &answer).is_err(), "{answer:?}");
        }
    }
}

#[test]
fn an_operators_id_is_that_of_a_clip() {
    assert_eq!(MiniMax.adopt("361720188367060", VIDEO_1), Ok(first()));
    assert_eq!(MiniMax.adopt("361720188367060", VIDEO_2), Ok(second()));
    for (id, model) in [("", VIDEO_1), ("a/b", VIDEO_1), ("a&b", VIDEO_2), ("1", SPEECH), ("1", "")] {
        assert!(MiniMax.adopt(id, model).is_err(), "{id} {model}");
    }
    let call = MiniMax.check().unwrap();
    assert_eq!((call.target.as_str(), body_of(&call)), ("/v1/get_voice", json!({ "voice_type": "system" })));
    assert_eq!(MiniMax.read_check(&well(json!({ "system_voice": [] }))), Ok(()));
    assert_eq!(MiniMax.read_check(&ill(2049)).unwrap_err().class, Credential);
}

#[test]
fn the_question_of_a_callback_is_its_answer() {
    let callback = |body: &'static [u8]| Callback { body, ..Callback::default() };
    assert_eq!(
        MiniMax.callback_answer(&callback(br#"{"challenge":"a \"b\""}"#)).unwrap(),
        r#"{"challenge":"a \"b\""}"#
    );
    let told =
        br#"{"task_id":"361720188367060","status":"success","file_id":"9","base_resp":{"status_code":0}}"#;
    assert_eq!(MiniMax.callback_answer(&callback(told)), None);
    assert!(MiniMax.accepts_callback(&callback(told)), "nothing is signed");
    let token = Token("00ff".to_owned());
    let lost = |model| Lost { token: &token, model, since_unix_ms: 0 };
    assert_eq!(MiniMax.callback_job(&lost(VIDEO_1), &callback(told)), Some(first()));
    let task = br#"{"task":{"id":"361720188367060","status":"succeeded"}}"#;
    assert_eq!(MiniMax.callback_job(&lost(VIDEO_2), &callback(task)), Some(second()));
    assert_eq!(MiniMax.callback_job(&lost(VIDEO_1), &callback(br#"{"challenge":"x"}"#)), None);
    assert_eq!(MiniMax.callback_job(&lost(VIDEO_1), &callback(b"<html>")), None);
}
