//! The audio calls.

use serde_json::{Value, json};

use super::paths::{LIMITS, answer, faults_as, parameter, provider_only, provider_order, with};
use super::schemas::{named_headers, schema};

pub(super) fn paths() -> Value {
    json!({
        "/v1/tts/synthesize": { "post": synthesize() },
        "/v1/stt/transcribe": { "post": transcribe() },
    })
}

pub(super) fn schemas() -> Value {
    json!({ "SpeechRequest": request(), "Transcription": transcription() })
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

fn transcribe() -> Value {
    let more = ["Cache-Control", "Idempotent-Replayed", "Spool-Job-Id", "Spool-Cost-Usd"];
    let failed = |description: &str| answer(description, schema("Error"), &more);
    let answers = faults_as(
        "Error",
        &[
            ("400", "`invalid_input`: the request is wrong, or the file is no recording."),
            ("401", "`unauthenticated`: the key is missing or wrong."),
            ("402", "`insufficient_quota`: the account's credit does not cover the price."),
            ("403", "`model_unavailable`: no provider of this model is set up, or the hints leave none."),
            ("413", "`invalid_input`: the recording is larger than 25 MB."),
            ("429", "`rate_limited`: too many requests."),
        ],
    );
    let form = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["model_id"],
        "properties": {
            "file": { "type": "string", "format": "binary", "description": "The recording, up to 25 MB." },
            "file_id": { "type": "string", "description": "Instead of `file`: an uploaded file, or a job whose sound it is." },
            "url": { "type": "string", "description": "Instead of `file`: where the recording is." },
            "model_id": { "type": "string", "minLength": 1, "description": "A model that listens: `GET /v1/models?category=speech-to-text`." },
            "language": { "type": "string", "minLength": 1, "description": "A hint, such as `en`." },
        },
        "oneOf": [{ "required": ["file"] }, { "required": ["file_id"] }, { "required": ["url"] }],
    });
    json!({
        "operationId": "transcribeSpeech",
        "tags": ["audio"],
        "summary": "Write down what is said in a recording",
        "parameters": [
            parameter("header", "Idempotency-Key", json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$" }),
                "The same key with the same recording and fields is the same transcript, however often it is sent."),
            provider_order(),
            provider_only(),
            parameter("header", "Spool-Dry-Run", json!({ "enum": ["true", "false"], "default": "false" }),
                "`true`: only check and price the request."),
        ],
        "requestBody": { "required": true, "content": { "multipart/form-data": { "schema": form } } },
        "responses": with(answers, json!({
            "200": answer("The transcript; or the dry run's result.",
                json!({ "anyOf": [schema("Transcription"), schema("DryRun")] }), &more),
            "409": failed("`cancelled`: the job was cancelled meanwhile; `idempotency_busy`: the first request with this idempotency key is being admitted."),
            "422": failed("`content_policy`: the provider refused the content; `idempotency_mismatch`: the idempotency key belongs to another request."),
            "500": failed("`internal_error`: our fault."),
            "502": failed("`provider_unavailable`: no provider made it."),
            "504": failed("`provider_timeout`: not there within 60 seconds; the message has the generation's id, under which it can be fetched later."),
        })),
    })
}

fn transcription() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["object", "model", "text"],
        "properties": {
            "object": { "const": "transcription" },
            "model": { "type": "string" },
            "text": { "type": "string" },
            "language": { "type": "string" },
            "confidence": { "type": "number", "description": "How sure the language is, 0 to 1." },
            "duration": { "type": "number", "description": "Of the recording, seconds." },
            "words": { "type": "array", "items": { "type": "object" } },
        },
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
