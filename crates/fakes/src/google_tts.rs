//! Google's Cloud Text-to-Speech.

use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};

use crate::checks::{Checked, choice, number, object, required, text};
use crate::desk::{Desk, End, Order, output};
use crate::google::{error, ok, status_word, voices, wav};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The bearer that the fake accepts.
pub const BEARER: &str = "ya29.fake-bearer-of-a-service-account";

/// Starts the server.
pub async fn start() -> Fake {
    Fake::start(Speech).await
}

struct Speech;

impl Protocol for Speech {
    fn key(&self) -> &'static str {
        BEARER
    }

    fn step(&self, asked: &Asked) -> Step {
        if asked.route() == ("POST", "/v1/text:synthesize") { Step::Submit } else { Step::Other }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.header("authorization") != format!("Bearer {BEARER}") {
            return error(401, "UNAUTHENTICATED", "Invalid authentication credentials.", json!([]));
        }
        match asked.route() {
            ("GET", "/v1/voices") => ok(json!({ "voices": [] })),
            ("POST", "/v1/text:synthesize") => self.synthesize(asked, desk),
            _ => error(404, "NOT_FOUND", "Not found.", json!([])),
        }
    }

    fn busy(&self, _: u32) -> Response {
        error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", json!([]))
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status.as_u16(), status_word(status), "Something is not right here.", json!([]))
    }
}

impl Speech {
    fn synthesize(&self, asked: &Asked, desk: &Desk) -> Response {
        let body = asked.json().unwrap_or_default();
        if let Err(wrong) = check(&body) {
            return error(400, "INVALID_ARGUMENT", &wrong, json!([]));
        }
        if desk.coming() == End::Failed {
            return error(500, "INTERNAL", "Internal error.", json!([])).into_response();
        }
        let order = Order {
            model: body["voice"]["name"].as_str().unwrap_or_default().to_owned(),
            prompt: body["input"]["text"].as_str().unwrap_or_default().to_owned(),
            input: body.clone(),
            body: asked.body.clone(),
            outputs: 1,
            ..Order::default()
        };
        let job = desk.make(format!("t{}", desk.number()), order);
        let bytes = match body["audioConfig"]["audioEncoding"].as_str() {
            Some("LINEAR16") => wav(),
            _ => output(&job, 0, "mp3").1.to_vec(),
        };
        ok(json!({ "audioContent": STANDARD.encode(bytes) }))
    }
}

fn check(body: &Value) -> Checked {
    object(body, "body", &["input", "voice", "audioConfig"])?;
    object(&body["input"], "input", &["text", "ssml", "markup", "prompt"])?;
    let said = &body["input"]["text"];
    required(said, "input.text")?;
    text(said, "input.text", 5_000)?;
    if said.as_str().is_some_and(|text| text.is_empty() || text.len() > 5_000) {
        return Err("input.text must have from 1 to 5000 bytes".to_owned());
    }
    let voice = object(&body["voice"], "voice", &["languageCode", "name", "ssmlGender", "modelName"])?;
    let language =
        voice.get("languageCode").and_then(Value::as_str).ok_or("voice.languageCode is required")?;
    let name = voice.get("name").and_then(Value::as_str).ok_or("voice.name is required")?;
    let short = name.strip_prefix(language).and_then(|rest| rest.strip_prefix("-Chirp3-HD-"));
    if !short.is_some_and(|short| voices().contains(&short)) {
        return Err(format!("voice.name: the voice {name} does not exist"));
    }
    let audio = &body["audioConfig"];
    let names = ["audioEncoding", "speakingRate", "volumeGainDb", "sampleRateHertz", "effectsProfileId"];
    object(audio, "audioConfig", &names)?;
    required(&audio["audioEncoding"], "audioConfig.audioEncoding")?;
    let encodings = ["LINEAR16", "MP3", "OGG_OPUS", "MULAW", "ALAW", "PCM", "M4A"];
    choice(&audio["audioEncoding"], "audioConfig.audioEncoding", &encodings)?;
    number(&audio["speakingRate"], "audioConfig.speakingRate", 0.25..=2.0)
}
