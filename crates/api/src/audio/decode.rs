//! A body of `POST /v1/tts/synthesize`, checked as strictly as a generation's. What needs no model is checked here.

use serde_json::Value;
use spool_domain::fault::{Fault, Kind};

const FIELDS: [&str; 6] = ["model_id", "text", "voice_id", "format", "sample_rate", "speed"];

/// The formats that the contract names; which of them a model makes is the model's affair.
pub(super) const FORMATS: [&str; 5] = ["mp3", "wav", "opus", "flac", "aac"];

/// No key of ours is longer; what is longer is cut in the answer.
const ECHO_CHARS: usize = 64;

/// A request that is well formed.
#[derive(Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) text: String,
    pub(super) voice: Option<String>,
    pub(super) format: Option<&'static str>,
    /// Hertz.
    pub(super) sample_rate: Option<u64>,
    /// 1 is the usual pace.
    pub(super) speed: Option<serde_json::Number>,
}

/// Checks it.
pub(super) fn decode(body: Value) -> Result<Asked, Fault> {
    let Value::Object(mut body) = body else {
        return Err(Fault::new(Kind::InvalidInput, "the body must be a JSON object"));
    };
    if let Some(key) = body.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        let shown: String = key.chars().take(ECHO_CHARS).collect();
        return Err(Fault::field(shown, format!("unknown field; known are: {}", FIELDS.join(", "))));
    }
    let mut text = |field: &str, what: &str, required: bool| match body.remove(field) {
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(Value::String(_)) => Err(Fault::field(field, format!("{field} is empty; it is {what}"))),
        Some(_) => Err(Fault::field(field, format!("{field} must be a text: {what}"))),
        None if required => Err(Fault::field(field, format!("{field} is required: {what}"))),
        None => Ok(None),
    };
    let model = text("model_id", "the id of a model that speaks, such as GET /v1/models lists", true)?;
    let spoken = text("text", "what is spoken", true)?;
    let voice = text("voice_id", "the name or id of a voice", false)?;
    let format = text("format", &format!("one of {}", FORMATS.join(", ")), false)?;
    let format = match format {
        None => None,
        Some(format) => Some(*FORMATS.iter().find(|known| **known == format).ok_or_else(|| {
            let shown: String = format.chars().take(ECHO_CHARS).collect();
            Fault::field("format", format!("format is `{shown}`; allowed are {}", FORMATS.join(", ")))
        })?),
    };
    let sample_rate = match body.remove("sample_rate") {
        None => None,
        Some(rate) => Some(rate.as_u64().filter(|rate| *rate > 0).ok_or_else(|| {
            Fault::field("sample_rate", "sample_rate must be a whole number of hertz, such as 24000")
        })?),
    };
    let speed = match body.remove("speed") {
        None => None,
        Some(Value::Number(speed)) if speed.as_f64().is_some_and(|speed| speed > 0.0) => Some(speed),
        Some(_) => {
            return Err(Fault::field("speed", "speed must be a number above 0; 1 is the usual pace"));
        }
    };
    // Both are there: they are required.
    let (model, text) = (model.unwrap_or_default(), spoken.unwrap_or_default());
    Ok(Asked { model, text, voice, format, sample_rate, speed })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_with_every_field_is_read() {
        let body = json!({
            "model_id": "a/b", "text": "Hello", "voice_id": "Rachel", "format": "wav", "sample_rate": 24000,
            "speed": 1.1,
        });
        let asked = decode(body).unwrap();
        assert_eq!((asked.model.as_str(), asked.text.as_str(), asked.format), ("a/b", "Hello", Some("wav")));
        assert_eq!((asked.voice.as_deref(), asked.sample_rate), (Some("Rachel"), Some(24_000)));
        assert_eq!(asked.speed.unwrap().as_f64(), Some(1.1));
        let bare = decode(json!({ "model_id": "a/b", "text": "Hello" })).unwrap();
        assert_eq!((bare.voice, bare.format, bare.sample_rate, bare.speed), (None, None, None, None));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = json!({ "model_id": "a/b", "text": "Hello" });
        for (field, value) in [
            ("model_id", Value::Null),
            ("model_id", json!("")),
            ("text", json!("")),
            ("text", json!(7)),
            ("voice_id", json!(7)),
            ("voice_id", Value::Null),
            ("format", json!("ogg")),
            ("format", json!("MP3")),
            ("format", json!(3)),
            ("sample_rate", json!("24000")),
            ("sample_rate", json!(0)),
            ("sample_rate", json!(24000.5)),
            ("speed", json!(0)),
            ("speed", json!("fast")),
            ("input", json!({})),
        ] {
            let mut body = good.clone();
            body[field] = value.clone();
            let fault = decode(body).unwrap_err();
            assert_eq!((fault.kind, fault.param.as_deref()), (Kind::InvalidInput, Some(field)), "{value}");
        }
        for field in ["model_id", "text"] {
            let mut body = good.clone();
            body.as_object_mut().unwrap().remove(field);
            assert_eq!(decode(body).unwrap_err().param.as_deref(), Some(field));
        }
        assert_eq!(decode(json!([])).unwrap_err().param, None);
    }
}
