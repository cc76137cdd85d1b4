//! Cartesia: everything comes with the answer.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::TroubleClass;
use spool_domain::catalogue::Makes;
use spool_fakes::cartesia;
use spool_providers::adapters::cartesia::Cartesia;

use crate::suite::{self, Subject, conformance};

fn speech() -> Subject {
    Subject {
        adapter: Arc::new(Cartesia),
        start: || Box::pin(cartesia::start()),
        makes: Makes::Audio,
        model: "tts/bytes",
        input: json!({ "transcript": "Hello", "voice": "694f9389-aac1-45b6-b726-9d9369183238", "model_id": "sonic-3.5",
            "output_format": { "container": "wav" }, "generation_config": { "speed": 1.2 } }),
        synchronous: true,
        refuses: false,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

fn transcripts() -> Subject {
    let input = json!({ "file": "data:audio/mpeg;base64,SUQz", "model": "ink-whisper", "language": "en" });
    Subject { makes: Makes::Text, model: "stt", input, ..speech() }
}

conformance!(speech);

#[tokio::test]
async fn transcripts_come_with_the_answer() {
    suite::a_job_goes_its_way_and_its_files_are_real(transcripts()).await;
    suite::a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most(transcripts()).await;
    suite::a_wrong_credential_is_told(transcripts()).await;
    suite::a_failed_job_fails_by_its_class(transcripts()).await;
}
