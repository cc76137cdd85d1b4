use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown};
use serde_json::{Value, json};
use spool_domain::adapter::{Method, Output};

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const VOICE: &str = "21m00Tcm4TlvDq8ikWAM";
const SOUND: &str = "data:audio/mpeg;base64,SUQzBA==";

fn order(model: &str, input: Value) -> Result<Call, Trouble> {
    submit(&ElevenLabs, &work(model, input, 1))
}

fn code(read: Result<Call, Trouble>) -> (TroubleClass, String) {
    let trouble = read.unwrap_err();
    (trouble.class, trouble.code)
}

/// A form's text, for looking at its parts.
fn form_of(call: &Call) -> String {
    assert_eq!(call.headers, [("content-type", "multipart/form-data; boundary=spool-00ff".to_owned())]);
    String::from_utf8_lossy(&call.body).into_owned()
}

fn field(name: &str, text: &str) -> String {
    format!("form-data; name=\"{name}\"\r\n\r\n{text}\r\n--spool-00ff")
}

#[test]
fn speech_names_its_voice_in_the_path() {
    let input = json!({ "text": "Hello", "voice": VOICE, "model_id": "eleven_v3", "voice_settings": { "stability": 0.5 } });
    let call = order("text-to-speech", input).unwrap();
    assert_eq!(
        (call.method, call.target.as_str()),
        (Method::Post, "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM")
    );
    assert_eq!(call.headers, [("content-type", "application/json".to_owned())]);
    assert_eq!(
        body_of(&call),
        json!({ "text": "Hello", "model_id": "eleven_v3", "voice_settings": { "stability": 0.5 } })
    );
}

#[test]
fn output_formats_stand_in_the_query_and_raw_ones_are_refused() {
    let input = |format: &str| json!({ "text": "Hello", "voice": VOICE, "output_format": format, "enable_logging": false });
    let call = order("text-to-speech", input("wav_44100")).unwrap();
    assert_eq!(
        call.target,
        "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM?output_format=wav_44100&enable_logging=false"
    );
    assert_eq!(body_of(&call), json!({ "text": "Hello" }));
    for raw in ["pcm_44100", "ulaw_8000", "alaw_8000"] {
        assert_eq!(code(order("text-to-speech", input(raw))), (Caller, "raw_output_format".to_owned()));
    }
}

#[test]
fn a_dialogue_names_each_voice_by_its_id() {
    let input = json!({ "inputs": [{ "text": "Hi", "voice": VOICE }, { "text": "Ho", "voice_id": "other" }],
        "model_id": "eleven_v3", "settings": { "stability": 0.5 } });
    let call = order("text-to-dialogue", input).unwrap();
    assert_eq!(call.target, "/v1/text-to-dialogue");
    assert_eq!(
        body_of(&call),
        json!({ "inputs": [{ "text": "Hi", "voice_id": VOICE }, { "text": "Ho", "voice_id": "other" }],
            "model_id": "eleven_v3", "settings": { "stability": 0.5 } })
    );
}

#[test]
fn sounds_and_music_are_sent_as_they_are() {
    for (model, input) in [
        ("sound-generation", json!({ "text": "rain on tin", "duration_seconds": 5, "loop": false })),
        ("music", json!({ "prompt": "a waltz", "music_length_ms": 60_000, "model_id": "music_v2" })),
    ] {
        let call = order(model, input.clone()).unwrap();
        assert_eq!((call.target.clone(), body_of(&call)), (format!("/v1/{model}"), input));
    }
}

#[test]
fn recordings_go_as_parts_of_a_form() {
    let call = order("audio-isolation", json!({ "audio": SOUND })).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/v1/audio-isolation"));
    assert!(form_of(&call).contains(
        "form-data; name=\"audio\"; filename=\"file.mp3\"\r\nContent-Type: audio/mpeg\r\n\r\nID3\u{4}\r\n--spool-00ff--"
    ));

    for path in ["speech-to-speech", "voice-changer"] {
        let input = json!({ "audio": SOUND, "voice": VOICE, "remove_background_noise": false, "seed": 7,
            "model_id": "eleven_multilingual_sts_v2", "voice_settings": { "stability": 1 } });
        let call = order(path, input).unwrap();
        assert_eq!(call.target, format!("/v1/{path}/{VOICE}"));
        let form = form_of(&call);
        assert!(
            form.contains(&field("remove_background_noise", "false")) && form.contains(&field("seed", "7"))
        );
        assert!(form.contains(&field("voice_settings", r#"{"stability":1}"#)), "JSON as text");
        assert!(!form.contains("\"voice\""));
    }

    let call = order("music/stem-separation", json!({ "file": SOUND, "stem_variation_id": "two_stems_v1" }))
        .unwrap();
    let form = form_of(&call);
    assert!(
        form.contains("name=\"file\"; filename=\"file.mp3\"")
            && form.contains(&field("stem_variation_id", "two_stems_v1"))
    );

    let clip = "data:video/mp4;base64,AAAA";
    let input = json!({ "videos": [clip, clip], "description": "calm", "tags": ["slow", "warm"] });
    let form = form_of(&order("music/video-to-music", input).unwrap());
    assert_eq!(
        form.matches("name=\"videos\"; filename=\"file.mp4\"").count(),
        2,
        "the bare name is repeated"
    );
    assert!(form.contains(&field("tags", "slow")) && form.contains(&field("tags", "warm")));
}

#[test]
fn a_transcript_is_made_of_an_address_or_of_a_file() {
    let form = form_of(
        &order("speech-to-text", json!({ "source_url": "https://a.test/1.mp3", "model_id": "scribe_v2" }))
            .unwrap(),
    );
    assert!(
        form.contains(&field("source_url", "https://a.test/1.mp3"))
            && form.contains(&field("model_id", "scribe_v2"))
    );

    let input = json!({ "source_url": SOUND, "model_id": "scribe_v2", "keyterms": ["kite", "tin"], "tag_audio_events": true,
        "additional_formats": [{ "format": "srt" }] });
    let call = order("speech-to-text", input).unwrap();
    assert_eq!(call.target, "/v1/speech-to-text");
    let form = form_of(&call);
    assert!(form.contains("name=\"file\"; filename=\"file.mp3\"") && !form.contains("source_url"));
    assert!(form.contains(&field("keyterms", "kite")) && form.contains(&field("keyterms", "tin")));
    assert!(form.contains(&field("tag_audio_events", "true")));
    assert!(form.contains(&field("additional_formats", r#"[{"format":"srt"}]"#)));
}

#[test]
fn the_threshold_goes_only_where_it_is_taken() {
    let sent = |extra: Value| {
        let mut input = json!({ "source_url": "https://a.test/1.mp3", "diarization_threshold": 0.22 });
        input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        form_of(&order("speech-to-text", input).unwrap()).contains("diarization_threshold")
    };
    assert!(sent(json!({ "diarize": true })));
    assert!(!sent(json!({ "diarize": false })));
    assert!(!sent(json!({ "diarize": true, "num_speakers": 2 })));
}

#[test]
fn a_dub_is_named_by_its_token() {
    let input = json!({ "source_url": "https://a.test/1.mp4", "target_lang": "es", "num_speakers": 2 });
    let call = order("dubbing", input).unwrap();
    assert_eq!(call.target, "/v1/dubbing");
    let form = form_of(&call);
    for (name, text) in [
        ("source_url", "https://a.test/1.mp4"),
        ("target_lang", "es"),
        ("num_speakers", "2"),
        ("name", "00ff"),
    ] {
        assert!(form.contains(&field(name, text)), "{name}");
    }
}

#[test]
fn only_recordings_that_can_be_fetched_stay_addresses() {
    for (model, form) in [
        ("speech-to-text", FileForm::UrlOrData),
        ("dubbing", FileForm::UrlOrData),
        ("audio-isolation", FileForm::Bytes),
        ("speech-to-speech", FileForm::Bytes),
        ("music/stem-separation", FileForm::Bytes),
        ("music/video-to-music", FileForm::Bytes),
    ] {
        assert_eq!(ElevenLabs.file_form(model), form, "{model}");
    }
    let refused = order("audio-isolation", json!({ "audio": "https://a.test/1.mp3" }));
    assert_eq!(code(refused), (Caller, "no_file".to_owned()));
}

#[test]
fn what_is_no_path_or_no_voice_is_never_sent() {
    assert_eq!(code(order("user", json!({}))), (Caller, "no_such_endpoint".to_owned()));
    for voice in [json!(null), json!(""), json!("../x"), json!("Two Words"), json!(7)] {
        let refused = order("text-to-speech", json!({ "text": "Hello", "voice": voice }));
        assert_eq!(code(refused), (Caller, "no_voice".to_owned()), "{voice}");
        let refused = order("text-to-dialogue", json!({ "inputs": [{ "text": "Hi", "voice": voice }] }));
        assert_eq!(code(refused), (Caller, "no_voice".to_owned()), "{voice}");
    }
}

#[test]
fn a_voice_that_is_a_name_is_looked_up_first() {
    let mut order = work("text-to-speech", json!({ "text": "Hello", "voice": "rachel & co" }), 1);
    let call = ElevenLabs.prepare(&order).unwrap().unwrap();
    assert_eq!(call, Call::get("/v2/voices?search=rachel%20%26%20co&page_size=100"));
    let voices = json!({ "has_more": false, "total_count": 2, "next_page_token": null, "voices": [
        { "voice_id": "a", "name": "Rachel", "category": "premade" },
        { "voice_id": "b", "name": "Rachel & Co - Two of them", "category": "premade" },
    ] });
    ElevenLabs.read_prepared(&mut order, &reply(200, voices)).unwrap();
    assert_eq!(order.input["voice_id"], "b");
    assert_eq!(ElevenLabs.prepare(&order), Ok(None));
    assert_eq!(submit(&ElevenLabs, &order).unwrap().target, "/v1/text-to-speech/b");

    let order = work("text-to-speech", json!({ "text": "Hello", "voice": VOICE }), 1);
    assert_eq!(ElevenLabs.prepare(&order), Ok(None), "an id is no name");
    assert_eq!(ElevenLabs.prepare(&work("music", json!({ "prompt": "p" }), 1)), Ok(None));
}

#[test]
fn each_name_of_a_dialogue_is_looked_up_once() {
    let line = |voice: &str| json!({ "text": "Hi", "voice": voice });
    let mut order = work(
        "text-to-dialogue",
        json!({ "inputs": [line("Ann"), line("Ben"), line("Ann"), line(VOICE)] }),
        1,
    );
    let mut calls = Vec::new();
    while let Some(call) = ElevenLabs.prepare(&order).unwrap() {
        let voices = json!({ "voices": [{ "voice_id": "id-b", "name": "BEN" }, { "voice_id": "id-a", "name": "ann" }] });
        ElevenLabs.read_prepared(&mut order, &reply(200, voices)).unwrap();
        calls.push(call.target);
    }
    assert_eq!(calls, ["/v2/voices?search=Ann&page_size=100", "/v2/voices?search=Ben&page_size=100"]);
    let body = body_of(&submit(&ElevenLabs, &order).unwrap());
    let ids: Vec<_> =
        body["inputs"].as_array().unwrap().iter().map(|line| line["voice_id"].clone()).collect();
    assert_eq!(ids, ["id-a", "id-b", "id-a", VOICE]);
}

#[test]
fn a_voice_that_nobody_has_is_the_callers_fault() {
    let mut order = work("text-to-speech", json!({ "text": "Hello", "voice": "Nobody" }), 1);
    let trouble = ElevenLabs.read_prepared(&mut order, &reply(200, json!({ "voices": [] }))).unwrap_err();
    assert_eq!((trouble.class, trouble.code.as_str()), (Caller, "voice_not_found"));
    assert!(trouble.message.is_some());
    let denied = reply(401, json!({ "detail": { "code": "invalid_api_key", "message": "no" } }));
    assert_eq!(ElevenLabs.read_prepared(&mut order, &denied).unwrap_err().class, Credential);
    for odd in
        [reply(200, json!({})), plain(200, "text/html", "<html>"), plain(200, "application/json", "{\"voi")]
    {
        assert_eq!(ElevenLabs.read_prepared(&mut order, &odd).unwrap_err().class, Unknown);
    }
}

#[test]
fn files_come_in_the_answer() {
    for kind in ["audio/mpeg", "audio/wav", "AUDIO/MPEG; rate=1", "video/mp4", "application/octet-stream"] {
        let read = ElevenLabs.read_submit("", &plain(200, kind, "ID3"));
        let outputs = vec![Output::Bytes(b"ID3"[..].into())];
        assert_eq!(read, Ok(Word::Finished { outputs, billed: None }), "{kind}");
    }
    for odd in [
        plain(200, "audio/mpeg", ""),
        plain(200, "text/html", "<html>ok</html>"),
        plain(200, "application/json", "{\"text\": \"H"),
        plain(200, "application/json", "{}"),
        plain(200, "text/plain", "ok"),
        reply(200, json!({ "transcripts": [] })),
        reply(200, json!({ "dubbing_id": "../x" })),
    ] {
        assert_eq!(
            class(ElevenLabs.read_submit("", &odd)),
            (Unknown, "unreadable_200".to_owned()),
            "{odd:?}"
        );
    }
}

#[test]
fn transcripts_are_their_text() {
    let words = |body: Value| ElevenLabs.read_submit("", &reply(200, body));
    let text = |text: &str| Ok(Word::Finished { outputs: vec![Output::Text(text.to_owned())], billed: None });
    let one = json!({ "language_code": "eng", "language_probability": 0.98, "text": "Hi there.", "words": [
        { "text": "Hi", "start": 0.1, "end": 0.3, "type": "word", "speaker_id": "speaker_0" }], "transcription_id": "t" });
    assert_eq!(words(one), text("Hi there."));
    let two = json!({ "transcripts": [{ "text": "Hi." }, { "text": "Ho." }], "transcription_id": "t" });
    assert_eq!(words(two), text("Hi.\nHo."));
    assert_eq!(words(json!({ "text": "" })), text(""), "silence");
}

fn archive(files: &[(&str, &[u8])]) -> Reply {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.add_directory("stems", zip::write::SimpleFileOptions::default()).unwrap();
    for (name, bytes) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    let body = archive.finish().unwrap().into_inner().into();
    Reply { status: 200, headers: vec![("content-type".to_owned(), "application/zip".to_owned())], body }
}

#[test]
fn an_archive_is_its_files() {
    let answer = archive(&[("stems/vocals.mp3", b"ID3-vocals"), ("stems/rest.mp3", b"ID3-rest")]);
    let file = |bytes: &'static [u8]| Output::Bytes(bytes.into());
    let outputs = vec![file(b"ID3-vocals"), file(b"ID3-rest")];
    assert_eq!(ElevenLabs.read_submit("", &answer), Ok(Word::Finished { outputs, billed: None }));

    let half = Reply { body: answer.body.slice(..answer.body.len() / 2), ..answer };
    for odd in [half, archive(&[]), archive(&[("stems/empty.mp3", b"")])] {
        assert_eq!(class(ElevenLabs.read_submit("", &odd)), (Unknown, "unreadable_200".to_owned()));
    }
}

fn dub() -> Handle {
    ElevenLabs.adopt("dub_1", "dubbing").unwrap()
}

#[test]
fn a_dub_is_followed_to_its_file() {
    let begun = ElevenLabs
        .read_submit("", &reply(200, json!({ "dubbing_id": "dub_1", "expected_duration_sec": 12.5 })));
    assert_eq!(begun, Ok(Word::Accepted(dub(), 10_000)));
    assert_eq!(ElevenLabs.poll(&dub()), Call::get("/v1/dubbing/dub_1"));
    let look = |body: Value| ElevenLabs.read_poll(&dub(), &reply(200, body));
    let pending = Ok(Word::Pending { progress: None, wait_ms: 10_000 });
    assert_eq!(look(json!({ "status": "dubbing", "target_languages": ["es"] })), pending);
    assert_eq!(look(json!({ "status": "resting" })), pending);
    let outputs = vec![Output::Guarded("/v1/dubbing/dub_1/audio/pt-br".to_owned())];
    let done = look(
        json!({ "dubbing_id": "dub_1", "status": "dubbed", "target_languages": ["pt-br"], "error": null }),
    );
    assert_eq!(done, Ok(Word::Finished { outputs, billed: None }));
    let failed = look(json!({ "status": "failed", "error": "a sentence about a clip" }));
    assert_eq!(failed, Ok(Word::Failed(Trouble::of(Unavailable, "dubbing_failed"))));
    for odd in
        [reply(200, json!({})), reply(200, json!({ "status": "dubbed" })), plain(200, "text/html", "<p>")]
    {
        assert_eq!(class(ElevenLabs.read_poll(&dub(), &odd)), (Unknown, "unreadable_200".to_owned()));
    }
    let missing = reply(404, json!({ "detail": { "status": "dubbing_not_found", "message": "no" } }));
    let trouble = ElevenLabs.read_poll(&dub(), &missing).unwrap_err();
    assert_eq!(trouble, Trouble::of(Gone, "dubbing_not_found"), "a look that failed, not the job");
}

#[test]
fn u13_the_list_shows_our_dubs_only() {
    let call = ElevenLabs.listing(0, 1).unwrap();
    assert_eq!(call, Call::get("/v1/dubbing?page_size=200&order_by=created_at&order_direction=DESCENDING"));
    let ours = "0123456789abcdef0123456789abcdef";
    let body = json!({ "has_more": true, "next_cursor": "c", "dubs": [
        { "dubbing_id": "dub_1", "name": ours, "status": "dubbing", "target_languages": ["es"] },
        { "dubbing_id": "dub_2", "name": "Somebody's trailer", "status": "dubbed", "target_languages": ["es"] },
    ] });
    let listing = ElevenLabs.read_listing(&reply(200, body)).unwrap();
    let [listed] = &listing.jobs[..] else { panic!("{listing:?}") };
    assert_eq!((&listed.handle, &listed.token), (&dub(), &Some(Token(ours.to_owned()))));
    assert_eq!(listing.next, None);
    assert_eq!(ElevenLabs.read_listing(&reply(200, json!({}))).unwrap_err().class, Unknown);
    assert_eq!(ElevenLabs.read_listing(&reply(503, json!({}))).unwrap_err().class, Unavailable);
}

#[test]
fn only_dubs_can_be_adopted() {
    assert!(ElevenLabs.adopt("x", "text-to-speech").is_err());
    for odd in ["", "a/b", "a?b", "a b"] {
        assert!(ElevenLabs.adopt(odd, "dubbing").is_err(), "{odd}");
    }
}

#[test]
fn every_documented_error_has_its_class() {
    let new = |code: &str| json!({ "detail": { "type": "t", "code": code, "message": "words", "status": code, "param": "p" } });
    let old = |status: &str| json!({ "detail": { "status": status, "message": "words" } });
    let rows = [
        (400, new("max_character_limit_exceeded"), Caller, "max_character_limit_exceeded"),
        (400, new("text_too_long"), Caller, "text_too_long"),
        (400, new("invalid_parameters"), Caller, "invalid_parameters"),
        (400, old("voice_not_found"), Caller, "voice_not_found"),
        (404, new("voice_not_found"), Caller, "voice_not_found"),
        (401, new("invalid_api_key"), Credential, "invalid_api_key"),
        (401, new("missing_permissions"), Credential, "missing_permissions"),
        (401, old("quota_exceeded"), Quota, "quota_exceeded"),
        (402, new("insufficient_credits"), Quota, "insufficient_credits"),
        (402, new("payment_required"), Quota, "payment_required"),
        (402, json!({}), Quota, "http_402"),
        (401, old("detected_unusual_activity"), Credential, "detected_unusual_activity"),
        (403, old("detected_unusual_activity"), Credential, "detected_unusual_activity"),
        (400, new("content_against_policy"), ContentPolicy, "content_against_policy"),
        (403, new("content_against_policy"), ContentPolicy, "content_against_policy"),
        (400, new("bad_prompt"), ContentPolicy, "bad_prompt"),
        (400, new("bad_composition_plan"), ContentPolicy, "bad_composition_plan"),
        (403, new("output_format_not_allowed"), Credential, "output_format_not_allowed"),
        (404, json!({ "detail": "Not Found" }), Credential, "http_404"),
        (409, new("conflict"), Busy, "conflict"),
        (425, new("too_early"), Busy, "too_early"),
        (
            422,
            json!({ "detail": [{ "loc": ["body", "text"], "msg": "missing", "type": "value_error" }] }),
            Caller,
            "value_error",
        ),
        (413, json!({}), Caller, "http_413"),
        (429, new("rate_limit_exceeded"), Busy, "rate_limit_exceeded"),
        (429, new("concurrent_limit_exceeded"), Busy, "concurrent_limit_exceeded"),
        (429, old("too_many_concurrent_requests"), Busy, "too_many_concurrent_requests"),
        (429, new("system_busy"), Busy, "system_busy"),
        (408, json!({}), Timeout, "http_408"),
        (500, json!({ "detail": "boom" }), Unavailable, "http_500"),
        (503, new("a sentence is no code"), Unavailable, "http_503"),
        (418, json!({}), Unknown, "http_418"),
    ];
    for (status, body, expected, code) in rows {
        let read = ElevenLabs.read_submit("", &reply(status, body.clone()));
        assert_eq!(class(read), (expected, code.to_owned()), "{status} {body}");
    }
    let page = ElevenLabs.read_submit("", &plain(502, "text/html", "<h1>Bad gateway</h1>"));
    assert_eq!(class(page), (Unavailable, "http_502".to_owned()));
}

#[test]
fn words_come_with_the_callers_own_faults_only_and_waits_from_either_header() {
    let words = |reply| ElevenLabs.read_submit("", &reply).unwrap_err();
    let error = |code: &str| json!({ "detail": { "code": code, "message": "words" } });
    assert_eq!(words(reply(400, error("invalid_parameters"))).message.as_deref(), Some("words"));
    assert_eq!(words(reply(401, error("invalid_api_key"))).message, None);
    let list = json!({ "detail": [{ "loc": ["body", "text"], "msg": "field required", "type": "missing" }] });
    assert_eq!(words(reply(422, list)).message.as_deref(), Some("text: field required"));
    assert_eq!(words(reply(400, json!({ "detail": "a sentence" }))).message.as_deref(), Some("a sentence"));
    let busy = || reply(429, error("system_busy"));
    assert_eq!(words(with(busy(), "retry-after", "7")).retry_after_s, Some(7));
    assert_eq!(words(with(busy(), "retry-after-ms", "1201")).retry_after_s, Some(2));
    assert_eq!(words(busy()).retry_after_s, None);
}

#[test]
fn a_key_that_may_not_read_the_account_is_a_good_key() {
    assert_eq!(ElevenLabs.check(), Some(Call::get("/v1/user/subscription")));
    let read = |status, code: &str| {
        ElevenLabs.read_check(&reply(status, json!({ "detail": { "code": code, "message": "words" } })))
    };
    assert_eq!(ElevenLabs.read_check(&reply(200, json!({ "tier": "creator" }))), Ok(()));
    assert_eq!(read(401, "missing_permissions"), Ok(()));
    assert_eq!(read(401, "invalid_api_key"), Err(Trouble::of(Credential, "invalid_api_key")));
    assert_eq!(read(500, "x"), Err(Trouble::of(Unavailable, "x")));
}
