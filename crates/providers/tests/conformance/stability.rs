//! Stability AI: the whole suite over a slow path, which is followed; what differs over the quick ones.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::adapter::{TroubleClass, Word};
use spool_domain::catalogue::Makes;
use spool_providers::adapters::stability::Stability;

use crate::line::{Line, work};
use crate::suite::{self, Subject, conformance, token};

fn subject() -> Subject {
    Subject {
        adapter: Arc::new(Stability),
        start: || Box::pin(spool_fakes::stability::start()),
        makes: Makes::Image,
        model: "stable-image/upscale/creative",
        input: json!({ "image": "data:image/png;base64,AAEC", "prompt": "a kite", "creativity": 0.3 }),
        synchronous: false,
        refuses: true,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

conformance!(subject);

fn quick() -> Subject {
    Subject {
        model: "stable-image/generate/core",
        input: json!({ "prompt": "a kite", "aspect_ratio": "16:9", "seed": 7, "output_format": "webp" }),
        synchronous: true,
        ..subject()
    }
}

#[tokio::test]
async fn a_quick_path_answers_with_the_file() {
    suite::a_job_goes_its_way_and_its_files_are_real(quick()).await;
}

#[tokio::test]
async fn a_submit_to_a_quick_path_that_goes_wrong_is_told_by_class() {
    suite::a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most(quick()).await;
    suite::a_wrong_credential_is_told(quick()).await;
    suite::a_refusal_is_the_refusal_it_is(quick()).await;
    suite::a_failed_job_fails_by_its_class(quick()).await;
}

#[tokio::test]
async fn the_file_has_the_format_that_was_asked_for() {
    let fake = spool_fakes::stability::start().await;
    let line = Line { adapter: &Stability, base_url: fake.base_url(), key: fake.key().to_owned() };
    let make = async |makes: Makes, model: &str, input: Value| match line
        .submit(&work(makes, model, input), &token(1))
        .await
        .unwrap()
    {
        Ok(Word::Finished { outputs, .. }) => line.fetch(&outputs[0]).await.1,
        other => panic!("not made: {other:?}"),
    };
    let core = "stable-image/generate/core";
    let png = make(Makes::Image, core, json!({ "prompt": "a kite" })).await;
    assert!(png.starts_with(b"\x89PNG"));
    let jpeg = make(Makes::Image, core, json!({ "prompt": "a kite", "output_format": "jpeg" })).await;
    assert!(jpeg.starts_with(b"\xff\xd8\xff"));
    let sound = "audio/stable-audio-2/text-to-audio";
    let input =
        json!({ "prompt": "rain", "model": "stable-audio-2.5", "duration": 5, "output_format": "wav" });
    assert!(make(Makes::Audio, sound, input).await.starts_with(b"RIFF"));
    assert_eq!(fake.bill().len(), 3);
}
