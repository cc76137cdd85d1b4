//! Google's Cloud Text-to-Speech: its own address and its own account, and the file in the answer.
//!
//! Everything is synchronous: there is nothing to poll, to look up or to cancel. A lost answer is lost speech.

use serde_json::{Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, Handle, Manifest, Method, NO_JOB_STATUSES, Reply, Safety, Token, Trouble,
    TroubleClass, Word, Work,
};

use super::answer;
use super::google::trouble;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct GoogleTts;

static MANIFEST: Manifest = Manifest {
    provider: "google-tts",
    base_url: "https://texttospeech.googleapis.com",
    auth: Auth::GoogleAccount,
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: true,
    // A text is at most 5 000 bytes, five minutes of speech, which is made faster than it is spoken.
    submit_timeout_ms: 120_000,
    call_timeout_ms: 30_000,
    // There is nothing to poll, and nothing to fetch later.
    poll_pace_ms: 1_000,
    listing_lag_ms: 0,
    retention_ms: 3_600_000,
    duration_max_ms: 120_000,
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "how long a text may take; two minutes are taken",
        "whether a failed request is billed; it is taken as billed",
    ],
    verified_on: "2026-11-21",
};

/// The most bytes of a text. Letters of many languages take two or three of them.
const TEXT_BYTES_MAX: usize = 5_000;

impl Adapter for GoogleTts {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        let mut body = Value::Object(work.input.clone());
        if body["input"]["text"].as_str().is_some_and(|text| text.len() > TEXT_BYTES_MAX) {
            let words = format!("text has more than {TEXT_BYTES_MAX} bytes");
            return Err(Trouble::of(TroubleClass::Caller, "text_too_long").saying(&words));
        }
        // A voice is called by its language, its family and its name: `en-US-Chirp3-HD-Kore`.
        if let (Some(name), Some(language)) =
            (body["voice"]["name"].as_str(), body["voice"]["languageCode"].as_str())
            && let Some(family) = family(&work.model)
        {
            body["voice"]["name"] = json!(format!("{language}-{family}-{name}"));
        }
        Ok(Call::json(Method::Post, "/v1/text:synthesize", &body))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::at_submit(reply));
        }
        let body = answer::json(reply);
        let file = body.as_ref().and_then(|body| answer::bytes(body["audioContent"].as_str()?));
        let file = file.ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Finished { outputs: vec![file], billed: None })
    }

    /// Never needed, since no submit is answered with a handle.
    fn poll(&self, _: &Handle) -> Call {
        Call::get("/v1/voices")
    }

    fn read_poll(&self, _: &Handle, _: &Reply) -> Result<Word, Trouble> {
        Err(Trouble::of(TroubleClass::Unknown, "nothing_to_poll"))
    }

    fn adopt(&self, _: &str, _: &str) -> Result<Handle, &'static str> {
        Err(
            "speech comes with the answer to the request itself, and a lost answer cannot be fetched again; write the \
             job off",
        )
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/v1/voices?languageCode=en-US"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        if reply.is_success() { Ok(()) } else { Err(trouble::read(reply)) }
    }
}

/// The family of voices that a route names; names of other routes are whole already.
fn family(model: &str) -> Option<&'static str> {
    (model == "chirp3-hd").then_some("Chirp3-HD")
}

#[cfg(test)]
mod tests {
    use TroubleClass::{Caller, Credential, Unknown};
    use spool_domain::adapter::Output;

    use super::*;
    use crate::adapters::cassette::{body_of, class, plain, reply, submit, work};

    #[test]
    fn a_voice_is_called_by_its_whole_name() {
        let input = json!({ "input": { "text": "hello" }, "voice": { "name": "Kore", "languageCode": "en-US" },
            "audioConfig": { "audioEncoding": "MP3", "speakingRate": 1.5 } });
        let call = submit(&GoogleTts, &work("chirp3-hd", input.clone(), 1)).unwrap();
        assert_eq!((call.method, call.target.as_str()), (Method::Post, "/v1/text:synthesize"));
        let mut expected = input.clone();
        expected["voice"]["name"] = "en-US-Chirp3-HD-Kore".into();
        assert_eq!(body_of(&call), expected);
        let call = submit(&GoogleTts, &work("voices", input.clone(), 1)).unwrap();
        assert_eq!(body_of(&call), input);
    }

    #[test]
    fn a_text_is_measured_in_bytes() {
        let order =
            |text: String| submit(&GoogleTts, &work("chirp3-hd", json!({ "input": { "text": text } }), 1));
        assert!(order("a".repeat(5_000)).is_ok());
        assert_eq!(order("ä".repeat(2_501)).unwrap_err().class, Caller);
    }

    #[test]
    fn the_file_comes_with_the_answer() {
        let read = GoogleTts.read_submit("", &reply(200, json!({ "audioContent": "SUQz" })));
        let outputs = vec![Output::Bytes(b"ID3"[..].into())];
        assert_eq!(read, Ok(Word::Finished { outputs, billed: None }));
        for body in
            ["", "{}", "<html>", r#"{"audioContent":""}"#, r#"{"audioContent":"?"}"#, r#"{"audioCont"#]
        {
            let read = GoogleTts.read_submit("", &plain(200, "application/json", body));
            assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
        }
    }

    #[test]
    fn troubles_are_those_of_google() {
        let error = |code: u16, status: &str| {
            reply(code, json!({ "error": { "code": code, "message": "m", "status": status } }))
        };
        let read = GoogleTts.read_submit("", &error(400, "INVALID_ARGUMENT"));
        assert_eq!(read, Err(Trouble::of(Caller, "INVALID_ARGUMENT").saying("m")));
        let read = GoogleTts.read_submit("", &error(403, "PERMISSION_DENIED"));
        assert_eq!(class(read), (Credential, "PERMISSION_DENIED".to_owned()));
        assert_eq!(GoogleTts.read_check(&error(401, "UNAUTHENTICATED")).unwrap_err().class, Credential);
    }
}
