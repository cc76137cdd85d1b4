//! Runway.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::{CancelWord, TroubleClass};
use spool_domain::catalogue::Makes;
use spool_providers::adapters::runway::Runway;

use crate::suite::{Subject, conformance};

fn subject() -> Subject {
    Subject {
        adapter: Arc::new(Runway),
        start: || Box::pin(spool_fakes::runway::start()),
        makes: Makes::Video,
        model: "image_to_video",
        input: json!({ "model": "gen4_turbo", "promptImage": "https://files.test/a.png", "promptText": "a kite",
            "ratio": "1280:720", "duration": 5 }),
        synchronous: false,
        refuses: true,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: Some(CancelWord::Noted),
    }
}

conformance!(subject);
