//! The speech call.

use serde_json::{Value, json};

use super::paths::{LIMITS, answer, faults_as, parameter, provider_only, provider_order, with};
use super::schemas::{named_headers, schema};

pub(super) fn paths() -> Value {
    json!({ "/v1/tts/synthesize": { "post": synthesize() } })
}

pub(super) fn schemas() -> Value {
    json!({ "SpeechRequest": request() })
}

fn synthesize() -> Value {
    let names: Vec<&str> = LIMITS
        .into_iter()
        .chain(["Cache-Control", "Idempotent-Replayed", "Spool-Job-Id", "Spool-Cost-Usd"])
        .collect();
    let sound = json!({
        "description": "The sound, in the format that was asked for; or the dry run's result.",
        "headers": named_headers(&names),
        "content": {
            "audio/*": { "schema": { "type": "string", "format": "binary" } },
            "application/json": { "schema": schema("DryRun") },
        },
    });
    let failed = |description: &str| {
        answer(
            description,
            schema("Error"),
            &["Cache-Control", "Idempotent-Replayed", "Spool-Job-Id", "Spool-Cost-Usd"],
        )
    };
    let answers = faults_as(
        "Error",
        &[
            ("400", "`invalid_input`: the request is wrong, or the model cannot make this."),
            ("401", "`unauthenticated`: the key is missing or wrong."),
            ("402", "`insufficient_quota`: the account's credit does not cover the price."),
            ("403", "`model_unavailable`: no provider of this model is set up, or the hints leave none."),
            ("413", "`invalid_input`: the body is larger than 1 MiB."),
            ("429", "`rate_limited`: too many requests."),
        ],
    );
    json!({
        "operationId": "synthesizeSpeech",
        "tags": ["audio"],
        "summary": "Speak a text, and answer with the sound",
        "parameters": [
            parameter("header", "Idempotency-Key", json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$" }),
                "The same key with the same request is the same speech, however often it is sent."),
            provider_order(),
            provider_only(),
            parameter("header", "Spool-Dry-Run", json!({ "enum": ["true", "false"], "default": "false" }),
                "`true`: only check and price the request."),
        ],
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema("SpeechRequest") } } },
        "responses": with(answers, json!({
            "200": sound,
            "303": { "description": "The operator passes results through: the sound is at `Location`.", "headers": named_headers(&names) },
            "409": failed("`cancelled`: the job was cancelled meanwhile; `idempotency_busy`: the first request with this idempotency key is being admitted."),
            "422": failed("`content_policy`: the provider refused the content; `idempotency_mismatch`: the idempotency key belongs to another request."),
            "500": failed("`internal_error`: our fault."),
            "502": failed("`provider_unavailable`: no provider made it."),
            "504": failed("`provider_timeout`: not there within 60 seconds; the message has the generation's id, under which it can be fetched later."),
        })),
    })
}

fn request() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["model_id", "text"],
        "properties": {
            "model_id": { "type": "string", "minLength": 1, "description": "A model that speaks: `GET /v1/models?category=text-to-speech`." },
            "text": { "type": "string", "minLength": 1, "description": "What is spoken." },
            "voice_id": { "type": "string", "minLength": 1, "description": "The name or id of a voice of the model." },
            "format": { "enum": ["mp3", "wav", "opus", "flac", "aac"], "description": "What the model cannot make is refused." },
            "sample_rate": { "type": "integer", "minimum": 1, "description": "Hertz, where the model has a choice." },
            "speed": { "type": "number", "exclusiveMinimum": 0, "default": 1, "description": "1 is the usual pace; the model has its own bounds." },
        },
    })
}
