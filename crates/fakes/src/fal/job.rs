//! One accepted request and its way to the end.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::Behaviour;
use super::apps::{App, Shape, size};
use crate::bill::{Paid, sha256};
use crate::media;

pub(super) struct Job {
    pub(super) id: String,
    pub(super) app: App,
    pub(super) input: Map<String, Value>,
    pub(super) body_sha256: String,
    pub(super) callback_url: Option<String>,
    /// Looks left until it starts.
    pub(super) waiting: u32,
    /// Looks left until it ends.
    pub(super) running: u32,
    pub(super) polls: u32,
    pub(super) end: End,
    pub(super) told: bool,
    /// A look is answered with a state that nobody knows.
    pub(super) odd_looks: u32,
    /// Cancel is noted and then forgotten.
    pub(super) stubborn: bool,
    pub(super) expired: bool,
}

/// How it ends, known from the start.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum End {
    Made,
    /// Made, and blackened by the safety checker.
    Flagged,
    /// A model's own error.
    Refused {
        status: StatusCode,
        findings: Vec<Value>,
    },
    /// The platform's error, named in the status.
    Crashed(String),
    Canceled,
}

impl Job {
    pub(super) fn new(id: String, app: App, input: Map<String, Value>, body: &[u8]) -> Self {
        let findings = app.findings(&input);
        let invalid = End::Refused { status: StatusCode::UNPROCESSABLE_ENTITY, findings: findings.clone() };
        Self {
            id,
            app,
            input,
            body_sha256: sha256(body),
            callback_url: None,
            waiting: 1,
            running: 1,
            polls: 0,
            end: if findings.is_empty() { End::Made } else { invalid },
            told: false,
            odd_looks: 0,
            stubborn: false,
            expired: false,
        }
    }

    /// Takes over what a behaviour says about the job's way; a request that is not in order ends as such.
    pub(super) fn follow(&mut self, behaviour: &Behaviour) {
        let refused = |status, kind: &str, words: &str| End::Refused {
            status,
            findings: vec![json!({ "loc": ["body", "prompt"], "msg": words, "type": kind })],
        };
        let end = match behaviour {
            Behaviour::Queue { waiting, running } => {
                (self.waiting, self.running) = (*waiting, *running);
                return;
            }
            Behaviour::UnknownStatus { looks } => {
                self.odd_looks = *looks;
                return;
            }
            Behaviour::Expire => {
                self.expired = true;
                return;
            }
            Behaviour::IgnoreCancel => {
                self.stubborn = true;
                return;
            }
            Behaviour::Nsfw => End::Flagged,
            Behaviour::Refuse => refused(
                StatusCode::UNPROCESSABLE_ENTITY,
                "content_policy_violation",
                "the prompt was flagged by a checker",
            ),
            Behaviour::FailResult { status, kind } => refused(*status, kind, "the model failed"),
            Behaviour::Crash { kind } => End::Crashed((*kind).to_owned()),
            _ => return,
        };
        if self.end == End::Made {
            self.end = end;
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.waiting == 0 && self.running == 0
    }

    pub(super) fn finish(&mut self) {
        (self.waiting, self.running) = (0, 0);
    }

    /// The state for one look, which also brings the job one step further.
    pub(super) fn look(&mut self) -> (StatusCode, &'static str) {
        self.polls += 1;
        if self.odd_looks > 0 {
            self.odd_looks -= 1;
            (StatusCode::ACCEPTED, "HIBERNATING")
        } else if self.waiting > 0 {
            self.waiting -= 1;
            (StatusCode::ACCEPTED, "IN_QUEUE")
        } else if self.running > 0 {
            self.running -= 1;
            (StatusCode::ACCEPTED, "IN_PROGRESS")
        } else {
            (StatusCode::OK, "COMPLETED")
        }
    }

    /// What the status says about a bad end: words and type.
    pub(super) fn error(&self) -> Option<(String, Option<&str>)> {
        match &self.end {
            End::Made | End::Flagged => None,
            End::Refused { status, .. } => Some((format!("Invalid status code: {}", status.as_u16()), None)),
            End::Crashed(kind) => Some(("the runner failed".to_owned(), Some(kind))),
            End::Canceled => Some(("the request was cancelled".to_owned(), Some("client_cancelled"))),
        }
    }

    /// The model's answer as it is replayed. `origin` is where the fake serves files.
    pub(super) fn result(&self, origin: &str) -> (StatusCode, Value) {
        match &self.end {
            _ if self.expired => (StatusCode::NOT_FOUND, json!({ "detail": "Request result not found" })),
            End::Made | End::Flagged => (StatusCode::OK, self.made(origin)),
            End::Refused { status, findings } => (*status, json!({ "detail": findings })),
            End::Crashed(kind) => {
                let status = match kind.as_str() {
                    "request_timeout" | "startup_timeout" => StatusCode::GATEWAY_TIMEOUT,
                    "runner_server_error" | "internal_error" => StatusCode::INTERNAL_SERVER_ERROR,
                    "bad_request" => StatusCode::BAD_REQUEST,
                    _ => StatusCode::SERVICE_UNAVAILABLE,
                };
                (status, json!({ "detail": "the runner failed", "error_type": kind }))
            }
            End::Canceled => {
                let status = StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST);
                (status, json!({ "detail": "the request was cancelled", "error_type": "client_cancelled" }))
            }
        }
    }

    fn made(&self, origin: &str) -> Value {
        let file = |nth: u32, extension: &str, kind: &str| {
            let url = format!("{origin}/files/{}/{nth}.{extension}", self.id);
            json!({ "url": url, "content_type": kind, "file_name": format!("{nth}.{extension}"), "file_size": null })
        };
        let video = || file(0, "mp4", "video/mp4");
        let audio = || file(0, "mp3", "audio/mpeg");
        let images = || -> Vec<_> {
            let format = self.format();
            let (width, height) = self.size();
            let sized = |nth| {
                let mut image = file(nth, format, &format!("image/{format}"));
                image["width"] = width.into();
                image["height"] = height.into();
                image
            };
            (0..self.outputs()).map(sized).collect()
        };
        let prompt = self.prompt();
        match self.app.shape {
            Shape::Images => {
                let flags = vec![self.end == End::Flagged; images().len()];
                json!({ "images": images(), "timings": { "inference": 0.4 }, "seed": 7, "has_nsfw_concepts": flags, "prompt": prompt })
            }
            Shape::DescribedImages => json!({ "images": images(), "description": "a picture" }),
            Shape::Image => {
                let mask = (self.input.get("output_mask") == Some(&true.into()))
                    .then(|| file(1, "png", "image/png"));
                json!({ "image": images().first(), "mask_image": mask })
            }
            Shape::ImagesOrVideo if self.input.get("output_type").is_some_and(|it| it == "video") => {
                json!({ "video": video() })
            }
            Shape::ImagesOrVideo => json!({ "images": images() }),
            Shape::Video => json!({ "video": video(), "seed": 7 }),
            Shape::Audio => json!({ "audio": audio() }),
            Shape::AudioFile => json!({ "audio_file": audio() }),
            Shape::AudioUrl => json!({ "audio_url": audio() }),
            Shape::Text => {
                json!({ "text": "one two three", "chunks": [{ "timestamp": [0.0, 0.5], "text": "one two three" }],
                "inferred_languages": ["en"], "diarization_segments": [] })
            }
        }
    }

    /// One of the result's files: content type and bytes.
    pub(super) fn file(&self, name: &str) -> Option<(String, bytes::Bytes)> {
        let (nth, extension) = name.split_once('.')?;
        let nth: u32 = nth.parse().ok()?;
        match extension {
            "mp4" => Some(("video/mp4".to_owned(), bytes::Bytes::from_static(media::CLIP))),
            "mp3" => Some(("audio/mpeg".to_owned(), bytes::Bytes::from_static(media::SOUND))),
            _ => {
                let (width, height) = self.size();
                // What the safety checker blackens is black.
                let colour =
                    if self.end == End::Flagged { [0; 3] } else { media::colour(self.prompt(), nth) };
                Some((format!("image/{extension}"), media::picture(width, height, colour, extension)))
            }
        }
    }

    pub(super) fn paid(&self) -> Option<Paid> {
        matches!(self.end, End::Made | End::Flagged).then(|| Paid {
            id: self.id.clone(),
            model: self.app.path.clone(),
            outputs: self.outputs(),
            prompt_sha256: sha256(self.prompt()),
            body_sha256: self.body_sha256.clone(),
            callback_url: self.callback_url.clone(),
        })
    }

    fn outputs(&self) -> u32 {
        self.input.get("num_images").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(1)
    }

    fn prompt(&self) -> &str {
        let names = ["prompt", "text", "gen_text", "tags"];
        names.iter().find_map(|name| self.input.get(*name)?.as_str()).unwrap_or_default()
    }

    /// jpeg unless asked otherwise, as the models do; gif is drawn as png.
    fn format(&self) -> &'static str {
        let asked =
            self.input.get("output_format").or_else(|| self.input.get("format")).and_then(Value::as_str);
        match asked {
            Some("png" | "gif") => "png",
            Some("webp") => "webp",
            Some(_) => "jpeg",
            None if self.app.shape == Shape::Images => "jpeg",
            None => "png",
        }
    }

    fn size(&self) -> (u32, u32) {
        self.input.get("image_size").and_then(size).unwrap_or((1024, 768))
    }
}
