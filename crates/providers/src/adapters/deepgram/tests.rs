use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

fn order(path: &str, input: Value) -> Result<Call, Trouble> {
    submit(&Deepgram, &work(path, input, 1))
}

#[test]
fn speech_has_its_voice_in_the_query_and_its_text_in_the_body() {
    let input = json!({ "text": "Hello", "model": "aura-2-thalia-en", "encoding": "mp3" });
    let call = order("v1/speak", input).unwrap();
    assert_eq!(
        (call.method, call.target.as_str()),
        (Method::Post, "/v1/speak?model=aura-2-thalia-en&encoding=mp3")
    );
    assert_eq!(call.headers, [("content-type", "application/json".to_owned())]);
    assert_eq!(body_of(&call), json!({ "text": "Hello" }));
    let input = json!({ "text": "Hello", "model": "a b&c=d", "encoding": "linear16", "sample_rate": 24_000, "speed": null });
    let call = order("v1/speak", input).unwrap();
    assert_eq!(
        call.target, "/v1/speak?model=a%20b%26c%3Dd&encoding=linear16&sample_rate=24000&container=wav",
        "samples get a head"
    );
}

#[test]
fn a_recording_is_named_by_its_address_or_is_the_body() {
    assert_eq!(Deepgram.file_form("v1/listen"), FileForm::UrlOrData);
    let input = json!({ "url": "https://a.test/1.mp3", "diarize": true, "model": "nova-3", "keyterm": ["kite", "tin roof"] });
    let call = order("v1/listen", input).unwrap();
    assert_eq!(
        call.target,
        "/v1/listen?diarize=true&model=nova-3&keyterm=kite&keyterm=tin%20roof&detect_language=true"
    );
    assert_eq!(body_of(&call), json!({ "url": "https://a.test/1.mp3" }));
    let call = order("v1/listen", json!({ "url": "data:audio/mpeg;base64,SUQz", "language": "en" })).unwrap();
    assert_eq!((call.target.as_str(), &call.body[..]), ("/v1/listen?language=en", &b"ID3"[..]));
    assert_eq!(call.headers, [("content-type", "audio/mpeg".to_owned())]);
    for odd in [json!({}), json!({ "url": "ftp://a.test/1.mp3" })] {
        let trouble = order("v1/listen", odd).unwrap_err();
        assert_eq!((trouble.class, trouble.code.as_str()), (Caller, "no_file"));
    }
    assert_eq!(order("v1/projects", json!({})).unwrap_err(), Trouble::of(Caller, "no_such_endpoint"));
}

fn finished(output: Output) -> Result<Word, Trouble> {
    Ok(Word::Finished { outputs: vec![output], billed: None })
}

#[test]
fn sounds_and_words_come_with_the_answer() {
    let read = |reply: Reply| Deepgram.read_submit("", &reply);
    assert_eq!(read(plain(200, "audio/mpeg", "ID3")), finished(Output::Bytes(b"ID3"[..].into())));
    let channel = |text: &str| json!({ "detected_language": "en", "alternatives": [{ "transcript": text, "confidence": 0.9, "words": [] }] });
    let told = |channels: Value| {
        reply(
            200,
            json!({ "metadata": { "request_id": "r" }, "results": { "channels": channels, "utterances": [] } }),
        )
    };
    let text = |text: &str| finished(Output::Text(text.to_owned()));
    assert_eq!(read(told(json!([channel("Hi.")]))), text("Hi."));
    assert_eq!(read(told(json!([channel("Hi."), channel("Ho.")]))), text("Hi.\nHo."));
    assert_eq!(read(told(json!([channel("")]))), text(""), "silence");
    for odd in [
        plain(200, "audio/mpeg", ""),
        plain(200, "text/html", "<p>"),
        plain(200, "application/json", "{\"results\": {\"cha"),
        told(json!([])),
        told(json!([{}])),
        reply(200, json!({ "request_id": "r" })),
    ] {
        assert_eq!(class(read(odd.clone())), (Unknown, "unreadable_200".to_owned()), "{odd:?}");
    }
}

#[test]
fn every_documented_error_has_its_class() {
    let old = |code: &str| json!({ "err_code": code, "err_msg": "words", "request_id": "r" });
    let new = |category: &str| json!({ "category": category, "message": "words", "details": "d", "request_id": "r" });
    let rows = [
        (400, old("Bad Request"), Caller, "http_400"),
        (400, new("INVALID_AUDIO"), Caller, "INVALID_AUDIO"),
        (401, old("INVALID_AUTH"), Credential, "INVALID_AUTH"),
        (402, old("ASR_PAYMENT_REQUIRED"), Quota, "ASR_PAYMENT_REQUIRED"),
        (403, old("INSUFFICIENT_PERMISSIONS"), Credential, "INSUFFICIENT_PERMISSIONS"),
        (408, json!({}), Timeout, "http_408"),
        (413, json!({}), Caller, "http_413"),
        (414, json!({}), Caller, "http_414"),
        (429, old("TOO_MANY_REQUESTS"), Busy, "TOO_MANY_REQUESTS"),
        (500, json!({}), Unavailable, "http_500"),
        (503, json!({}), Unavailable, "http_503"),
        (504, json!({}), Timeout, "http_504"),
        (418, json!({}), Unknown, "http_418"),
    ];
    for (status, body, expected, code) in rows {
        let read = Deepgram.read_submit("", &reply(status, body.clone()));
        assert_eq!(class(read), (expected, code.to_owned()), "{status} {body}");
    }
    let text = Deepgram.read_submit("", &plain(502, "text/plain", "bad gateway"));
    assert_eq!(class(text), (Unavailable, "http_502".to_owned()));
    let words = |status, body| Deepgram.read_submit("", &reply(status, body)).unwrap_err().message;
    assert_eq!(words(400, old("x")).as_deref(), Some("words"));
    assert_eq!(words(400, new("x")).as_deref(), Some("words"));
    assert_eq!(words(401, old("x")), None);
    let busy = with(reply(429, old("x")), "retry-after", "4");
    assert_eq!(Deepgram.read_submit("", &busy).unwrap_err().retry_after_s, Some(4));
}

#[test]
fn there_is_nothing_to_look_at() {
    assert_eq!(Deepgram.check(), Some(Call::get("/v1/projects")));
    assert!(Deepgram.adopt("x", "v1/listen").is_err());
    let nothing = Handle { id: "x".to_owned(), facts: Default::default() };
    assert!(Deepgram.read_poll(&nothing, &reply(200, json!({}))).is_err());
}
