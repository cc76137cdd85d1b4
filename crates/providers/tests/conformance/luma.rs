//! Luma's Dream Machine.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::TroubleClass;
use spool_domain::catalogue::Makes;
use spool_providers::adapters::luma::Luma;

use crate::suite::{Subject, conformance};

fn subject() -> Subject {
    Subject {
        adapter: Arc::new(Luma),
        start: || Box::pin(spool_fakes::luma::start()),
        makes: Makes::Video,
        model: "generations/video",
        input: json!({ "model": "ray-2", "prompt": "a kite", "duration": "5s",
            "keyframes": { "frame0": { "url": "https://files.test/a.png" } } }),
        synchronous: false,
        refuses: true,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

conformance!(subject);
