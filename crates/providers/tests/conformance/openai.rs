//! OpenAI: clips are followed, all else comes with the answer.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::TroubleClass;
use spool_domain::catalogue::Makes;
use spool_fakes::openai;
use spool_providers::adapters::openai::OpenAi;

use crate::suite::{self, Subject, conformance};

const SOUND: &str = "data:audio/mpeg;base64,SUQz";

fn clips() -> Subject {
    Subject {
        adapter: Arc::new(OpenAi),
        start: || Box::pin(openai::hosted()),
        makes: Makes::Video,
        model: "sora-2",
        input: json!({ "prompt": "a red kite", "seconds": 4, "input_reference": "data:image/png;base64,AAEC" }),
        synchronous: false,
        refuses: true,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

fn synchronous() -> [Subject; 3] {
    let subject = |makes, model, input| Subject { makes, model, input, synchronous: true, ..clips() };
    [
        subject(Makes::Image, "gpt-image-2", json!({ "prompt": "a red kite", "size": "1024x1024" })),
        subject(Makes::Audio, "gpt-4o-mini-tts", json!({ "input": "Hello", "voice": "marin" })),
        subject(Makes::Text, "gpt-transcribe", json!({ "file": SOUND, "keywords": ["kite"] })),
    ]
}

conformance!(clips);

#[tokio::test]
async fn pictures_sounds_and_words_come_with_the_answer() {
    for no in 0..synchronous().len() {
        let subject = || synchronous().into_iter().nth(no).unwrap();
        suite::a_job_goes_its_way_and_its_files_are_real(subject()).await;
        suite::a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most(subject()).await;
        suite::a_wrong_credential_is_told(subject()).await;
        suite::a_refusal_is_the_refusal_it_is(subject()).await;
        suite::a_failed_job_fails_by_its_class(subject()).await;
    }
}
