//! xAI's pictures and clips.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::Unavailable;
use spool_domain::catalogue::Makes;
use spool_providers::adapters::xai::Xai;

use crate::suite::Subject;

fn subject(makes: Makes, model: &'static str, input: Value) -> Subject {
    Subject {
        adapter: Arc::new(Xai),
        start: || Box::pin(spool_fakes::xai::start()),
        makes,
        model,
        input,
        synchronous: false,
        refuses: true,
        failure: Some(Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

/// A picture, which comes with the answer.
mod pictures {
    use super::*;

    fn sample() -> Subject {
        let input = json!({ "model": "grok-imagine-image-2.0", "prompt": "a red kite", "n": 1,
            "images": ["https://files.test/1.png", "https://files.test/2.png"] });
        Subject { synchronous: true, ..subject(Makes::Image, "images/edits", input) }
    }

    crate::suite::conformance!(sample);
}

/// A clip.
mod clips {
    use super::*;

    fn sample() -> Subject {
        let input = json!({ "model": "grok-imagine-video", "prompt": "a red kite", "duration": 6 });
        subject(Makes::Video, "videos/generations", input)
    }

    crate::suite::conformance!(sample);
}
