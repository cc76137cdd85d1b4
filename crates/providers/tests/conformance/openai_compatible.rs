//! Servers of one's own that speak OpenAI's dialect.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::TroubleClass;
use spool_domain::catalogue::Makes;
use spool_fakes::openai;
use spool_providers::adapters::openai_compatible::OpenAiCompatible;

use crate::suite::{self, Subject, conformance};

const PICTURE: &str = "data:image/png;base64,AAEC";

fn clips() -> Subject {
    Subject {
        adapter: Arc::new(OpenAiCompatible),
        start: || Box::pin(openai::self_hosted()),
        makes: Makes::Video,
        model: "videos",
        input: json!({ "model": "wan", "prompt": "a red kite", "seconds": 4, "input_reference": PICTURE }),
        synchronous: false,
        refuses: false,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: false,
        cancels: None,
    }
}

fn synchronous() -> [Subject; 4] {
    let subject = |makes, model, input| Subject { makes, model, input, synchronous: true, ..clips() };
    let sound = "data:audio/mpeg;base64,SUQz";
    [
        subject(Makes::Image, "images/generations", json!({ "prompt": "a red kite", "size": "64x48" })),
        subject(
            Makes::Image,
            "images/edits",
            json!({ "prompt": "wider", "images": [PICTURE], "mask": PICTURE }),
        ),
        subject(Makes::Audio, "audio/speech", json!({ "model": "kokoro", "input": "Hello" })),
        subject(
            Makes::Text,
            "audio/transcriptions",
            json!({ "file": sound, "model": "whisper", "response_format": "text" }),
        ),
    ]
}

conformance!(clips);

#[tokio::test]
async fn pictures_sounds_and_words_come_with_the_answer() {
    for no in 0..synchronous().len() {
        let subject = || synchronous().into_iter().nth(no).unwrap();
        suite::a_job_goes_its_way_and_its_files_are_real(subject()).await;
        suite::a_failed_job_fails_by_its_class(subject()).await;
        // A plain transcript that is cut cannot be told from a shorter one.
        if subject().makes != Makes::Text {
            suite::a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most(subject()).await;
        }
    }
}
