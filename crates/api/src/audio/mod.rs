//! Speech, beside the generations dialect: a text goes in, and the sound itself comes out. The job behind it is a
//! generation like others. `docs/dialects/audio.md` is its page for callers.

mod decode;
mod speech;
mod translate;

use http::Method;
use spool_domain::scope::Scope;

use crate::generations::refuse;
use crate::routes::{Answer, Need, Route};

/// Where a text is spoken.
pub(crate) const SPEECH: &str = "/v1/tts/synthesize";

/// What this dialect serves.
pub(crate) const ROUTES: &[Route] = &[Route {
    method: Method::POST,
    path: SPEECH,
    answer: Answer::Keyed(Need::of(Scope::ModelsRun), speech::create),
    refuse,
}];
