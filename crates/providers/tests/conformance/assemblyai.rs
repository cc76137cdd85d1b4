//! AssemblyAI: transcripts are followed.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::TroubleClass;
use spool_domain::catalogue::Makes;
use spool_fakes::assemblyai;
use spool_providers::adapters::assemblyai::AssemblyAi;

use crate::suite::{Subject, conformance};

fn transcripts() -> Subject {
    Subject {
        adapter: Arc::new(AssemblyAi),
        start: || Box::pin(assemblyai::start()),
        makes: Makes::Text,
        model: "v2/transcript",
        input: json!({ "audio_url": "data:audio/mpeg;base64,SUQz", "speech_models": ["universal-2"] }),
        synchronous: false,
        refuses: false,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

conformance!(transcripts);
