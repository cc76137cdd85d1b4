//! Google's models in two houses: the Gemini API with a key, and a cloud project with a bearer. The bodies are the same;
//! paths, credentials and the way clips are handed out are not.

mod check;
mod sound;

pub(crate) use check::voices;
pub(crate) use sound::wav;

use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::desk::{Desk, End, Job, Order, Stand, output};
use crate::letter::Letter;
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The key of the Gemini API's fake.
pub const KEY: &str = "AIzaSyFakeFakeFakeFakeFakeFakeFakeFake0";

/// The bearer that the fake of a cloud project accepts.
pub const BEARER: &str = "ya29.fake-bearer-of-a-service-account";

/// Where the fake project lies.
const PROJECT: &str = "/v1/projects/spool-1/locations/us-central1";

/// A running Gemini API.
pub async fn start() -> Fake {
    Fake::start(Google(House::Gemini)).await
}

/// A running cloud project.
pub async fn start_vertex() -> Fake {
    Fake::start(Google(House::Cloud)).await
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum House {
    Gemini,
    Cloud,
}

struct Google(House);

/// What a path asks for.
enum Errand<'a> {
    Models,
    Interactions,
    Interaction(&'a str),
    CancelInteraction(&'a str),
    Download(&'a str),
    Operation(&'a str),
    Method(&'a str, &'a str),
    Nothing,
}

impl Protocol for Google {
    fn key(&self) -> &'static str {
        if self.0 == House::Gemini { KEY } else { BEARER }
    }

    fn prefix(&self) -> &'static str {
        if self.0 == House::Gemini { "" } else { PROJECT }
    }

    fn step(&self, asked: &Asked) -> Step {
        match self.errand(asked) {
            Errand::Interactions => Step::Submit,
            Errand::Method(_, "fetchPredictOperation") | Errand::Interaction(_) | Errand::Operation(_) => {
                Step::Look
            }
            Errand::Method(..) => Step::Submit,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if !self.knows(asked) {
            return match self.0 {
                House::Gemini => {
                    error(400, "INVALID_ARGUMENT", "API key not valid.", reason("API_KEY_INVALID"))
                }
                House::Cloud => {
                    error(401, "UNAUTHENTICATED", "Invalid authentication credentials.", json!([]))
                }
            };
        }
        match self.errand(asked) {
            Errand::Models => ok(json!({ "models": [] })),
            Errand::Interactions => self.interact(asked, desk),
            Errand::Interaction(id) => match desk.look(id) {
                Some(job) => ok(interaction(&job, desk)),
                None => unknown_interaction(),
            },
            Errand::CancelInteraction(id) => match desk.cancel(id) {
                Some(Stand::Ended(_)) => error(400, "FAILED_PRECONDITION", "It has ended.", json!([])),
                Some(_) => match desk.job(id) {
                    Some(job) => ok(interaction(&job, desk)),
                    None => unknown_interaction(),
                },
                None => unknown_interaction(),
            },
            Errand::Download(id) => download(id, desk),
            Errand::Operation(name) => self.operation(name, desk),
            Errand::Method(_, "fetchPredictOperation") => {
                let body = asked.json().unwrap_or_default();
                self.operation(body["operationName"].as_str().unwrap_or_default(), desk)
            }
            Errand::Method(model, method) => self.call(asked, model, method, desk),
            Errand::Nothing => error(404, "NOT_FOUND", "Not found.", json!([])),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let details = json!([{ "@type": "type.googleapis.com/google.rpc.RetryInfo",
            "retryDelay": format!("{retry_after_s}s") }]);
        error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted.", details)
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status.as_u16(), status_word(status), "Something is not right here.", json!([]))
    }

    fn letter(&self, job: &Job, _: &Desk, genuine: bool) -> Option<Letter> {
        let id = if genuine { job.id.as_str() } else { "v1_somebody_elses" };
        let body = json!({ "type": "interaction.completed", "data": { "id": id } });
        Some(Letter {
            url: job.order.callback_url.clone()?,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into(),
        })
    }
}

impl Google {
    fn knows(&self, asked: &Asked) -> bool {
        match self.0 {
            House::Gemini => asked.header("x-goog-api-key") == KEY,
            House::Cloud => asked.header("authorization") == format!("Bearer {BEARER}"),
        }
    }

    fn errand<'a>(&self, asked: &'a Asked) -> Errand<'a> {
        let (method, path) = asked.route();
        let root = if self.0 == House::Gemini { "/v1beta" } else { PROJECT };
        let Some(path) = path.strip_prefix(root) else { return Errand::Nothing };
        let of_google = match self.0 {
            House::Gemini => path.strip_prefix("/models/"),
            House::Cloud => path.strip_prefix("/publishers/google/models/"),
        };
        match (method, of_google) {
            ("GET", None) if path == "/models" => Errand::Models,
            ("POST", Some(rest)) => match rest.split_once(':') {
                Some((model, method)) => Errand::Method(model, method),
                None => Errand::Nothing,
            },
            ("GET", Some(rest)) if self.0 == House::Gemini && rest.contains("/operations/") => {
                Errand::Operation(&path[1..])
            }
            _ if self.0 == House::Cloud => Errand::Nothing,
            ("POST", _) if path == "/interactions" => Errand::Interactions,
            ("POST", _) => {
                match path.strip_prefix("/interactions/").and_then(|rest| rest.strip_suffix("/cancel")) {
                    Some(id) => Errand::CancelInteraction(id),
                    None => Errand::Nothing,
                }
            }
            ("GET", _) => match (path.strip_prefix("/interactions/"), path.strip_prefix("/files/")) {
                (Some(id), _) => Errand::Interaction(id),
                (_, Some(file)) if asked.query == "alt=media" => {
                    file.strip_suffix(":download").map_or(Errand::Nothing, Errand::Download)
                }
                _ => Errand::Nothing,
            },
            _ => Errand::Nothing,
        }
    }

    fn interact(&self, asked: &Asked, desk: &Desk) -> Response {
        let body = asked.json().unwrap_or_default();
        if let Err(wrong) = check::interaction(&body) {
            // Interactions have words for codes.
            return (
                StatusCode::BAD_REQUEST,
                json_of(json!({ "error": { "code": "invalid_request", "message": wrong } })),
            )
                .into_response();
        }
        let order = Order {
            callback_url: body["webhook_config"]["uris"][0].as_str().map(str::to_owned),
            ..order(body["model"].as_str().unwrap_or_default(), &body, asked, 1)
        };
        let job = desk.take(format!("v1_{}", desk.number()), order);
        ok(interaction(&job, desk))
    }

    fn call(&self, asked: &Asked, model: &str, method: &str, desk: &Desk) -> Response {
        let body = asked.json().unwrap_or_default();
        let checked = match method {
            "generateContent" => check::content(model, &body).map(|()| 1),
            "predictLongRunning" => check::veo(model, &body, self.0 == House::Gemini).map(|()| 1),
            "predict" => check::lyria(model, &body),
            _ => Err(check::NO_SUCH_MODEL.to_owned()),
        };
        let outputs = match checked {
            Ok(outputs) => outputs,
            Err(wrong) if wrong == check::NO_SUCH_MODEL => return error(404, "NOT_FOUND", &wrong, json!([])),
            Err(wrong) => return error(400, "INVALID_ARGUMENT", &wrong, json!([])),
        };
        let order = order(model, &body, asked, outputs);
        match method {
            "generateContent" => content(&desk.make(format!("r{}", desk.number()), order)),
            "predict" => predictions(&desk.make(format!("r{}", desk.number()), order)),
            _ => {
                let root = if self.0 == House::Gemini { "" } else { &PROJECT["/v1/".len()..] };
                let publisher = if self.0 == House::Gemini { "models" } else { "/publishers/google/models" };
                let job = desk.take(format!("{root}{publisher}/{model}/operations/{}", desk.number()), order);
                ok(json!({ "name": job.id }))
            }
        }
    }

    fn operation(&self, name: &str, desk: &Desk) -> Response {
        let Some(job) = desk.look(name) else {
            return error(404, "NOT_FOUND", "No such operation.", json!([]));
        };
        let done = |response: Value| match self.0 {
            House::Gemini => {
                json!({ "name": name, "done": true, "response": { "generateVideoResponse": response } })
            }
            House::Cloud => json!({ "name": name, "done": true, "response": response }),
        };
        let failed = |code: i64, message: &str| json!({ "name": name, "done": true, "error": { "code": code, "message": message } });
        ok(match job.stand {
            Stand::Odd => json!({ "name": name, "metadata": { "state": "DREAMING" } }),
            Stand::Waiting => json!({ "name": name }),
            Stand::Running => json!({ "name": name, "metadata": {}, "done": false }),
            Stand::Ended(End::Made | End::Expired) if self.0 == House::Gemini => {
                // The file's name must not have slashes in it.
                let file = job.id.rsplit('/').next().unwrap_or_default();
                let uri = format!("{}/v1beta/files/{file}:download?alt=media", desk.origin);
                done(json!({ "generatedSamples": [{ "video": { "uri": uri } }] }))
            }
            Stand::Ended(End::Made) => {
                let (kind, bytes) = output(&job, 0, "mp4");
                done(json!({ "raiMediaFilteredCount": 0,
                    "videos": [{ "bytesBase64Encoded": STANDARD.encode(bytes), "mimeType": kind }] }))
            }
            Stand::Ended(End::Expired) => {
                return error(404, "NOT_FOUND", "The operation is gone.", json!([]));
            }
            Stand::Ended(End::Refused) => {
                done(json!({ "raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["Support code 1"] }))
            }
            Stand::Ended(End::Failed) => failed(13, "Internal error."),
            Stand::Ended(End::Canceled) => failed(1, "Cancelled."),
        })
    }
}

fn order(model: &str, body: &Value, asked: &Asked, outputs: u32) -> Order {
    let prompt = match (&body["contents"], &body["instances"]) {
        (Value::Null, Value::Null) => &body["input"][0]["text"],
        (Value::Null, instances) => &instances[0]["prompt"],
        (contents, _) => &contents[0]["parts"][0]["text"],
    };
    Order {
        model: model.to_owned(),
        input: body.clone(),
        prompt: prompt.as_str().unwrap_or_default().to_owned(),
        body: asked.body.clone(),
        outputs,
        ..Order::default()
    }
}

/// An interaction as it stands.
fn interaction(job: &Job, desk: &Desk) -> Value {
    let mut said = json!({ "id": job.id, "object": "interaction", "model": job.order.model });
    let output = |content: Value| json!([{ "type": "model_output", "content": [content] }]);
    let (status, steps) = match job.stand {
        Stand::Odd => ("dreaming", json!([])),
        Stand::Waiting => ("queued", json!([])),
        Stand::Running => ("in_progress", json!([])),
        Stand::Ended(End::Made | End::Expired) => {
            let uri = format!("{}/v1beta/files/{}:download?alt=media", desk.origin, job.id);
            ("completed", output(json!({ "type": "video", "mime_type": "video/mp4", "uri": uri })))
        }
        Stand::Ended(End::Refused) => {
            ("completed", output(json!({ "type": "text", "text": "I cannot do that." })))
        }
        Stand::Ended(End::Failed) => {
            said["errors"] = json!([{ "code": "generation_failed", "message": "It failed." }]);
            ("failed", json!([]))
        }
        Stand::Ended(End::Canceled) => ("cancelled", json!([])),
    };
    said["status"] = status.into();
    said["steps"] = steps;
    said
}

/// A file is handed out by sending its fetcher to another host, which wants no key.
fn download(file: &str, desk: &Desk) -> Response {
    let job = desk.all().into_iter().find(|job| job.id.rsplit('/').next() == Some(file));
    match job {
        Some(job) if job.end() == Some(End::Made) => {
            let place = desk.file_url(&job, 0, "mp4");
            let Ok(place) = HeaderValue::from_str(&place) else {
                return error(500, "INTERNAL", "Internal error.", json!([]));
            };
            (StatusCode::FOUND, [(header::LOCATION, place)]).into_response()
        }
        _ => error(404, "NOT_FOUND", "No such file.", json!([])),
    }
}

fn content(job: &Job) -> Response {
    let part = |kind: &str, bytes: &[u8]| json!({ "inlineData": { "mimeType": kind, "data": STANDARD.encode(bytes) } });
    let ended = |reason: &str, parts: Value| {
        ok(json!({
            "candidates": [{ "content": { "role": "model", "parts": parts }, "finishReason": reason, "index": 0 }],
            "usageMetadata": { "promptTokenCount": 10, "candidatesTokenCount": 1290, "totalTokenCount": 1300 },
            "modelVersion": job.order.model, "responseId": job.id,
        }))
    };
    let is_sound = check::is_speech(&job.order.model);
    match job.end() {
        Some(End::Refused) if is_sound => ended("PROHIBITED_CONTENT", json!([])),
        Some(End::Refused) => ended("IMAGE_SAFETY", json!([])),
        Some(End::Failed) => ended("OTHER", json!([{ "text": "I could not." }])),
        _ if is_sound => {
            let raw = sound::raw();
            let (first, second) = raw.split_at(raw.len() / 2 - 1);
            let kind = "audio/L16;codec=pcm;rate=24000";
            ended("STOP", json!([part(kind, first), part(kind, second)]))
        }
        _ if job.order.model.starts_with("lyria-") => {
            let (_, song) = output(job, 0, "mp3");
            ended("STOP", json!([{ "text": "[Verse]" }, part("audio/mp3", &song)]))
        }
        _ => {
            let (kind, picture) = output(job, 0, "png");
            let (_, interim) = output(job, 1, "png");
            let mut interim = part(&kind, &interim);
            interim["thought"] = true.into();
            ended("STOP", json!([{ "text": "Here it is." }, interim, part(&kind, &picture)]))
        }
    }
}

fn predictions(job: &Job) -> Response {
    let outputs = if job.end() == Some(End::Made) { job.order.outputs } else { 0 };
    if job.end() == Some(End::Failed) {
        return error(500, "INTERNAL", "Internal error.", json!([]));
    }
    let file = json!({ "bytesBase64Encoded": STANDARD.encode(sound::wav()), "mimeType": "audio/wav" });
    let predictions: Vec<_> = (0..outputs).map(|_| file.clone()).collect();
    ok(json!({ "predictions": predictions, "deployedModelId": "1", "model": job.order.model }))
}

fn unknown_interaction() -> Response {
    error(400, "INVALID_ARGUMENT", "Invalid interaction name", json!([]))
}

fn reason(word: &str) -> Value {
    json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": word }])
}

fn json_of(body: Value) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string())
}

pub(crate) fn ok(body: Value) -> Response {
    json_of(body).into_response()
}

pub(crate) fn error(code: u16, status: &str, message: &str, details: Value) -> Response {
    let body = json!({ "error": { "code": code, "message": message, "status": status, "details": details } });
    (StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), json_of(body)).into_response()
}

/// The word that Google has for a status.
pub(crate) fn status_word(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        402 | 429 => "RESOURCE_EXHAUSTED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "INTERNAL",
    }
}
