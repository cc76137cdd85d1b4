//! Ideogram: the whole suite over the present API, which is followed; what differs over the older one.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::{TroubleClass, Word};
use spool_domain::catalogue::Makes;
use spool_providers::adapters::ideogram::Ideogram;

use crate::line::{Line, work};
use crate::suite::{self, Subject, conformance, token};

fn subject() -> Subject {
    Subject {
        adapter: Arc::new(Ideogram),
        start: || Box::pin(spool_fakes::ideogram::start()),
        makes: Makes::Image,
        model: "v2/image/generate/ideogram-4-5",
        input: json!({ "prompt": "a kite", "quality": "LOW", "aspect_ratio": "16x9", "num_images": 2 }),
        synchronous: false,
        refuses: true,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

conformance!(subject);

/// A path of the older API with a file.
fn older() -> Subject {
    Subject {
        model: "v1/ideogram-v3/remix",
        input: json!({ "prompt": "a kite", "image": "data:image/png;base64,AAEC", "num_images": 2 }),
        synchronous: true,
        failure: None,
        ..subject()
    }
}

#[tokio::test]
async fn an_older_path_answers_with_real_files() {
    suite::a_job_goes_its_way_and_its_files_are_real(older()).await;
}

#[tokio::test]
async fn a_submit_to_an_older_path_that_goes_wrong_is_told_by_class() {
    suite::a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most(older()).await;
    suite::a_wrong_credential_is_told(older()).await;
    suite::a_refusal_is_the_refusal_it_is(older()).await;
}

#[tokio::test]
async fn what_was_billed_comes_with_the_pictures() {
    let fake = spool_fakes::ideogram::start().await;
    let line = Line { adapter: &Ideogram, base_url: fake.base_url(), key: fake.key().to_owned() };
    let input = json!({ "prompt": "a kite", "quality": "MEDIUM", "num_images": 3 });
    let order = work(Makes::Image, "v2/image/generate/ideogram-4-5", input);
    let Ok(Word::Accepted(handle, _)) = line.submit(&order, &token(1)).await.unwrap() else {
        panic!("not accepted")
    };
    let Word::Finished { outputs, billed } = line.end(&order, &handle).await else { panic!("not finished") };
    assert_eq!((outputs.len(), billed.unwrap().0), (3, 180_000));
}
