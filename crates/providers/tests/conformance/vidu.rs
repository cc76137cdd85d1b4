//! Vidu.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::CancelWord;
use spool_domain::adapter::TroubleClass::Unavailable;
use spool_domain::catalogue::Makes;
use spool_providers::adapters::vidu::Vidu;

use crate::suite::{Subject, conformance};

fn subject() -> Subject {
    Subject {
        adapter: Arc::new(Vidu),
        start: || Box::pin(spool_fakes::vidu::start()),
        makes: Makes::Video,
        model: "ent/v2/text2video",
        input: json!({ "model": "viduq3-pro", "prompt": "a kite", "duration": 5, "resolution": "720p", "audio": true }),
        synchronous: false,
        refuses: true,
        failure: Some(Unavailable),
        throttles: true,
        guards: true,
        cancels: Some(CancelWord::Noted),
    }
}

conformance!(subject);
