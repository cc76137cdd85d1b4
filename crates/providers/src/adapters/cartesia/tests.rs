use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const VOICE: &str = "694f9389-aac1-45b6-b726-9d9369183238";

fn order(path: &str, input: Value) -> Result<Call, Trouble> {
    submit(&Cartesia, &work(path, input, 1))
}

#[test]
fn speech_is_asked_for_with_exactly_these_fields_and_headers() {
    let input = json!({ "transcript": "Hello", "voice": VOICE, "model_id": "sonic-3.5", "language": "en",
        "generation_config": { "speed": 1.0, "volume": 1.0 }, "output_format": { "container": "mp3" } });
    let call = order("tts/bytes", input).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/tts/bytes"));
    assert_eq!(
        call.headers,
        [("content-type", "application/json".to_owned()), ("cartesia-version", "2026-08-14".to_owned())]
    );
    assert_eq!(
        body_of(&call),
        json!({ "transcript": "Hello", "voice": { "mode": "id", "id": VOICE }, "model_id": "sonic-3.5", "language": "en",
            "generation_config": { "speed": 1.0, "volume": 1.0 },
            "output_format": { "container": "mp3", "bit_rate": 128_000, "sample_rate": 44_100 } })
    );
}

#[test]
fn each_container_gets_its_numbers_and_raw_ones_are_refused() {
    let format = |format: Value| {
        order("tts/bytes", json!({ "voice": { "mode": "id", "id": "x" }, "output_format": format }))
    };
    let sent = |given: Value| body_of(&format(given).unwrap())["output_format"].clone();
    assert_eq!(
        sent(json!({ "container": "wav" })),
        json!({ "container": "wav", "encoding": "pcm_s16le", "sample_rate": 44_100 })
    );
    let low = json!({ "container": "mp3", "bit_rate": 32_000, "sample_rate": 8_000 });
    assert_eq!(sent(low.clone()), low);
    let body = body_of(&order("tts/bytes", json!({ "voice": { "mode": "id", "id": "x" } })).unwrap());
    assert_eq!(
        body["output_format"],
        json!({ "container": "mp3", "bit_rate": 128_000, "sample_rate": 44_100 })
    );
    assert_eq!(body["voice"], json!({ "mode": "id", "id": "x" }));
    assert_eq!(format(json!({ "container": "raw" })).unwrap_err().code, "raw_output_format");
    assert_eq!(format(json!("mp3")).unwrap_err().code, "odd_output_format");
}

#[test]
fn a_recording_goes_as_a_part_of_a_form() {
    assert_eq!(Cartesia.file_form("stt"), FileForm::Bytes);
    let input = json!({ "file": "data:audio/mpeg;base64,SUQz", "model": "ink-whisper", "language": "en",
        "timestamp_granularities": ["word"] });
    let call = order("stt", input).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/stt"));
    assert!(call.headers.contains(&("cartesia-version", "2026-08-14".to_owned())));
    let form = String::from_utf8_lossy(&call.body).into_owned();
    assert!(form.contains("name=\"file\"; filename=\"file.mp3\"\r\nContent-Type: audio/mpeg\r\n\r\nID3\r\n"));
    for (name, text) in [("model", "ink-whisper"), ("language", "en"), ("timestamp_granularities[]", "word")]
    {
        assert!(form.contains(&format!("name=\"{name}\"\r\n\r\n{text}\r\n")), "{name}");
    }
    assert_eq!(order("stt", json!({ "file": "https://a.test/1.mp3" })).unwrap_err().code, "no_file");
    assert_eq!(order("voices", json!({})).unwrap_err(), Trouble::of(Caller, "no_such_endpoint"));
}

#[test]
fn sounds_and_words_come_with_the_answer() {
    let read = |reply: Reply| Cartesia.read_submit("", &reply);
    let finished = |output| Ok(Word::Finished { outputs: vec![output], billed: None });
    for kind in ["audio/mpeg", "audio/wav", "application/octet-stream"] {
        assert_eq!(read(plain(200, kind, "ID3")), finished(Output::Bytes(b"ID3"[..].into())));
    }
    let told = json!({ "type": "transcript", "text": "Hi.", "duration": 1.5, "language": "en", "request_id": "r", "words": [] });
    assert_eq!(read(reply(200, told)), finished(Output::Text("Hi.".to_owned())));
    for odd in [
        plain(200, "audio/mpeg", ""),
        plain(200, "text/html", "<p>"),
        plain(200, "application/json", "{\"text\": \"H"),
        reply(200, json!({})),
    ] {
        assert_eq!(class(read(odd.clone())), (Unknown, "unreadable_200".to_owned()), "{odd:?}");
    }
}

#[test]
fn every_documented_error_has_its_class() {
    let error = |code: &str| json!({ "error_code": code, "title": "t", "message": "words", "request_id": "r", "doc_url": "d" });
    let rows = [
        (400, error("invalid_request"), Caller, "invalid_request"),
        (422, error("unprocessable"), Caller, "unprocessable"),
        (401, error("unauthorized"), Credential, "unauthorized"),
        (403, error("forbidden"), Credential, "forbidden"),
        (402, error("credits"), Quota, "credits"),
        (404, error("voice_not_found"), Caller, "voice_not_found"),
        (429, error("concurrency_limited"), Busy, "concurrency_limited"),
        (500, error("internal"), Unavailable, "internal"),
        (503, error("a sentence is no code"), Unavailable, "http_503"),
        (408, error("timeout"), Timeout, "timeout"),
        (418, json!({}), Unknown, "http_418"),
    ];
    for (status, body, expected, code) in rows {
        let read = Cartesia.read_submit("", &reply(status, body.clone()));
        assert_eq!(class(read), (expected, code.to_owned()), "{status} {body}");
    }
    for (status, expected) in [(400, Caller), (404, Credential), (502, Unavailable)] {
        let read = Cartesia.read_submit("", &plain(status, "text/plain", "words from before"));
        assert_eq!(class(read), (expected, format!("http_{status}")));
    }
    let words = |status| Cartesia.read_submit("", &reply(status, error("x"))).unwrap_err().message;
    assert_eq!((words(400).as_deref(), words(401)), (Some("words"), None));
    let busy = with(reply(429, error("x")), "retry-after", "4");
    assert_eq!(Cartesia.read_submit("", &busy).unwrap_err().retry_after_s, Some(4));
}

#[test]
fn there_is_nothing_to_look_at() {
    let check = Cartesia.check().unwrap();
    assert_eq!((check.target.as_str(), check.headers.len()), ("/voices?limit=1", 1));
    assert!(Cartesia.adopt("x", "stt").is_err());
    let nothing = Handle { id: "x".to_owned(), facts: Default::default() };
    assert!(Cartesia.read_poll(&nothing, &reply(200, json!({}))).is_err());
}
