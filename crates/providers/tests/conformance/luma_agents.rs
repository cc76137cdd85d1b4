//! Luma's Agents API.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::TroubleClass;
use spool_domain::catalogue::Makes;
use spool_providers::adapters::luma::agents::Agents;

use crate::suite::{Subject, conformance};

fn subject() -> Subject {
    Subject {
        adapter: Arc::new(Agents),
        start: || Box::pin(spool_fakes::luma::start_agents()),
        makes: Makes::Image,
        model: "generations",
        input: json!({ "model": "uni-1", "type": "image_edit", "prompt": "a kite",
            "source": { "url": "data:image/png;base64,AAEC" } }),
        synchronous: false,
        refuses: true,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

conformance!(subject);
