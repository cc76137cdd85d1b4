//! Deepgram: everything comes with the answer.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::TroubleClass;
use spool_domain::catalogue::Makes;
use spool_fakes::deepgram;
use spool_providers::adapters::deepgram::Deepgram;

use crate::suite::{self, Subject, conformance};

fn speech() -> Subject {
    Subject {
        adapter: Arc::new(Deepgram),
        start: || Box::pin(deepgram::start()),
        makes: Makes::Audio,
        model: "v1/speak",
        input: json!({ "text": "Hello", "model": "aura-2-thalia-en", "encoding": "linear16" }),
        synchronous: true,
        refuses: false,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

fn transcripts() -> Subject {
    let input =
        json!({ "url": "data:audio/mpeg;base64,SUQz", "model": "nova-3", "keyterm": ["kite", "tin"] });
    Subject { makes: Makes::Text, model: "v1/listen", input, ..speech() }
}

conformance!(speech);

#[tokio::test]
async fn transcripts_come_with_the_answer() {
    suite::a_job_goes_its_way_and_its_files_are_real(transcripts()).await;
    suite::a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most(transcripts()).await;
    suite::a_wrong_credential_is_told(transcripts()).await;
    suite::a_failed_job_fails_by_its_class(transcripts()).await;
}
