use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

fn order(input: Value) -> Work {
    work(PATH, input, 1)
}

fn transcript() -> Handle {
    AssemblyAi.adopt("t-1", PATH).unwrap()
}

#[test]
fn a_transcript_is_asked_for_with_exactly_these_fields() {
    let input = json!({ "audio_url": "https://a.test/1.mp3", "speech_models": ["universal-3-pro", "universal-2"],
        "speaker_labels": true, "punctuate": true });
    let mut order = order(input);
    assert_eq!(AssemblyAi.prepare(&order), Ok(None));
    let call = submit(&AssemblyAi, &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/v2/transcript"));
    assert_eq!(
        body_of(&call),
        json!({ "audio_url": "https://a.test/1.mp3", "speech_models": ["universal-3-pro", "universal-2"],
            "speaker_labels": true, "punctuate": true, "language_detection": true })
    );
    order.input.insert("language_code".to_owned(), json!("en"));
    order.callback_url = Some("https://gw.test/hook".to_owned());
    let body = body_of(&submit(&AssemblyAi, &order).unwrap());
    assert!(body.get("language_detection").is_none(), "only one of the two");
    assert_eq!(
        (&body["language_code"], &body["webhook_url"]),
        (&json!("en"), &json!("https://gw.test/hook"))
    );
    assert_eq!(
        submit(&AssemblyAi, &work("v2/upload", json!({}), 1)).unwrap_err(),
        Trouble::of(Caller, "no_such_endpoint")
    );
}

#[test]
fn a_file_is_uploaded_first() {
    assert_eq!(AssemblyAi.file_form(PATH), FileForm::UrlOrData);
    let mut order = order(json!({ "audio_url": "data:audio/mpeg;base64,SUQz" }));
    let call = AssemblyAi.prepare(&order).unwrap().unwrap();
    assert_eq!(
        (call.method, call.target.as_str(), &call.body[..]),
        (Method::Post, "/v2/upload", &b"ID3"[..])
    );
    assert_eq!(call.headers, [("content-type", "application/octet-stream".to_owned())]);
    let stored = reply(200, json!({ "upload_url": "https://cdn.test/upload/1" }));
    AssemblyAi.read_prepared(&mut order, &stored).unwrap();
    assert_eq!(order.input["audio_url"], "https://cdn.test/upload/1");
    assert_eq!(AssemblyAi.prepare(&order), Ok(None));
    for (odd, expected) in [
        (reply(401, json!({ "error": "no" })), Credential),
        (reply(200, json!({})), Unknown),
        (plain(200, "text/html", "<p>"), Unknown),
    ] {
        assert_eq!(AssemblyAi.read_prepared(&mut order, &odd).unwrap_err().class, expected);
    }
    let broken = work(PATH, json!({ "audio_url": "data:audio/mpeg;base64,%%" }), 1);
    assert_eq!(AssemblyAi.prepare(&broken).unwrap_err().class, Caller);
}

#[test]
fn a_transcript_is_followed_to_its_end() {
    let taken = reply(200, json!({ "id": "t-1", "status": "queued", "audio_url": "u" }));
    assert_eq!(AssemblyAi.read_submit("", &taken), Ok(Word::Accepted(transcript(), 3_000)));
    assert_eq!(AssemblyAi.poll(&transcript()), Call::get("/v2/transcript/t-1"));
    let look = |body: Value| AssemblyAi.read_poll(&transcript(), &reply(200, body));
    for status in ["queued", "processing", "resting"] {
        let pending = Ok(Word::Pending { progress: None, wait_ms: 3_000 });
        assert_eq!(look(json!({ "id": "t-1", "status": status, "text": null })), pending, "{status}");
    }
    let done =
        json!({ "id": "t-1", "status": "completed", "text": "Hi.", "audio_duration": 12, "words": [] });
    assert_eq!(
        look(done),
        Ok(Word::Finished { outputs: vec![Output::Text("Hi.".to_owned())], billed: None })
    );
    let wiped = Trouble::of(TroubleClass::Gone, "text_deleted");
    assert_eq!(look(json!({ "status": "completed", "text": null })), Ok(Word::Failed(wiped)));
    let failed = |words: &str| look(json!({ "status": "error", "error": words }));
    let theirs = Trouble::of(Unavailable, "transcript_error");
    assert_eq!(failed("Server error"), Ok(Word::Failed(theirs)));
    let ours = Trouble::of(Caller, "transcript_error").saying("Download error, unable to download the file");
    assert_eq!(failed("Download error, unable to download the file"), Ok(Word::Failed(ours)));
    for odd in [
        plain(200, "text/html", "<p>"),
        plain(200, "application/json", "{\"status\": \"comp"),
        reply(200, json!({})),
    ] {
        assert_eq!(class(AssemblyAi.read_poll(&transcript(), &odd)), (Unknown, "unreadable_200".to_owned()));
    }
    for odd in [plain(200, "text/html", "<p>"), reply(200, json!({})), reply(200, json!({ "id": "../x" }))] {
        assert_eq!(class(AssemblyAi.read_submit("", &odd)), (Unknown, "unreadable_200".to_owned()));
    }
    let gone = AssemblyAi.read_poll(&transcript(), &reply(404, json!({ "error": "words" }))).unwrap_err();
    assert_eq!(gone, Trouble::of(TroubleClass::Gone, "http_404"), "a look that failed, not the job");
}

#[test]
fn every_documented_error_has_its_class() {
    let rows = [
        (400, Caller),
        (401, Credential),
        (402, Quota),
        (403, Quota),
        (404, Credential),
        (408, Timeout),
        (413, Caller),
        (429, Busy),
        (500, Unavailable),
        (503, Unavailable),
        (418, Unknown),
    ];
    for (status, expected) in rows {
        let read = AssemblyAi.read_submit("", &reply(status, json!({ "error": "words" })));
        let trouble = read.unwrap_err();
        assert_eq!((trouble.class, trouble.code.as_str()), (expected, format!("http_{status}").as_str()));
        assert_eq!(trouble.message.is_some(), expected == Caller, "{status}");
    }
    let busy = with(reply(429, json!({ "error": "words" })), "retry-after", "9");
    assert_eq!(AssemblyAi.read_submit("", &busy).unwrap_err().retry_after_s, Some(9));
    let page = AssemblyAi.read_submit("", &plain(502, "text/html", "<p>"));
    assert_eq!(class(page), (Unavailable, "http_502".to_owned()));
}

#[test]
fn u13_the_list_shows_transcripts() {
    assert_eq!(AssemblyAi.listing(0, 1), Some(Call::get("/v2/transcript?limit=200")));
    let body = json!({ "page_details": { "limit": 200, "result_count": 1, "prev_url": null }, "transcripts": [
        { "id": "t-1", "status": "completed", "created": "2023-09-08T16:19:34.907244", "audio_url": "u", "error": null }] });
    let listing = AssemblyAi.read_listing(&reply(200, body)).unwrap();
    let [listed] = &listing.jobs[..] else { panic!("{listing:?}") };
    assert_eq!((&listed.handle, listed.created_unix_ms), (&transcript(), Some(1_694_189_974_000)));
    for odd in [json!({}), json!({ "transcripts": [{}] })] {
        assert_eq!(AssemblyAi.read_listing(&reply(200, odd)).unwrap_err().class, Unknown);
    }
    assert_eq!(AssemblyAi.check(), Some(Call::get("/v2/transcript?limit=1")));
}

#[test]
fn a_callback_names_its_transcript() {
    let token = Token("00ff".to_owned());
    let lost = Lost { token: &token, model: PATH, since_unix_ms: 0 };
    let job = |body: &str| {
        AssemblyAi.callback_job(&lost, &Callback { body: body.as_bytes(), ..Callback::default() })
    };
    assert_eq!(job(r#"{"transcript_id":"t-1","status":"completed"}"#), Some(transcript()));
    for odd in ["", "{}", r#"{"transcript_id":"../x"}"#] {
        assert_eq!(job(odd), None);
    }
    assert!(AssemblyAi.accepts_callback(&Callback::default()));
    assert!(AssemblyAi.adopt("a/b", PATH).is_err());
}
