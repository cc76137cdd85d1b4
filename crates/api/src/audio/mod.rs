//! Speech, beside the generations dialect: a text goes in and the sound itself comes out, or the other way round. The
//! job behind it is a generation like others. `docs/dialects/audio.md` is its page for callers.

mod decode;
mod speech;
mod transcript;
mod translate;
mod wait;

use std::sync::Arc;

use axum::extract::Request;
use http::Method;
use spool_domain::scope::Scope;

use crate::Api;
use crate::auth::Entry;
use crate::generations::refuse;
use crate::routes::{Answer, Answering, Need, Route};

/// Where a text is spoken.
pub(crate) const SPEECH: &str = "/v1/tts/synthesize";

/// Where speech is written down.
pub(crate) const TRANSCRIPT: &str = "/v1/stt/transcribe";

/// What this dialect serves.
pub(crate) const ROUTES: &[Route] = &[route(SPEECH, speech::create), route(TRANSCRIPT, transcript::create)];

const fn route(path: &'static str, answer: fn(Arc<Api>, Entry, Request) -> Answering) -> Route {
    let answer = Answer::Keyed(Need::of(Scope::ModelsRun), answer);
    Route { method: Method::POST, path, answer, refuse }
}
