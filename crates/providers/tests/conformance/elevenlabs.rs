//! ElevenLabs: dubs are followed, all else comes with the answer.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::{Output, TroubleClass, Word};
use spool_domain::catalogue::Makes;
use spool_fakes::elevenlabs;
use spool_providers::adapters::elevenlabs::ElevenLabs;

use crate::line::{Line, work};
use crate::suite::{self, Subject, conformance, token};

fn dubbing() -> Subject {
    Subject {
        adapter: Arc::new(ElevenLabs),
        start: || Box::pin(elevenlabs::start()),
        makes: Makes::Audio,
        model: "dubbing",
        input: json!({ "source_url": "https://files.test/clip.mp4", "target_lang": "es" }),
        synchronous: false,
        refuses: true,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

fn speech() -> Subject {
    Subject {
        makes: Makes::Audio,
        model: "text-to-speech",
        input: json!({ "text": "Hello", "voice": "roger", "model_id": "eleven_v3" }),
        synchronous: true,
        ..dubbing()
    }
}

conformance!(dubbing);

#[tokio::test]
async fn speech_comes_with_the_answer() {
    suite::a_job_goes_its_way_and_its_files_are_real(speech()).await;
    suite::a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most(speech()).await;
    suite::a_wrong_credential_is_told(speech()).await;
    suite::a_refusal_is_the_refusal_it_is(speech()).await;
    suite::a_failed_job_fails_by_its_class(speech()).await;
}

#[tokio::test]
async fn an_archive_comes_as_its_files() {
    let fake = elevenlabs::start().await;
    let line = Line { adapter: &ElevenLabs, base_url: fake.base_url(), key: fake.key().to_owned() };
    let input = json!({ "file": "data:audio/mpeg;base64,SUQz", "stem_variation_id": "two_stems_v1" });
    let word = line.submit(&work(Makes::Audio, "music/stem-separation", input), &token(1)).await.unwrap();
    let Ok(Word::Finished { outputs, .. }) = word else { panic!("{word:?}") };
    assert!(
        matches!(&outputs[..], [Output::Bytes(one), Output::Bytes(two)] if one == two && !one.is_empty())
    );
    assert_eq!(fake.bill()[0].outputs, 2);
}
