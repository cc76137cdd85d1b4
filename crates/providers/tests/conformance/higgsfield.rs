//! Higgsfield: requests, and sets of jobs under v1.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::{CancelWord, TroubleClass, Word};
use spool_domain::catalogue::Makes;
use spool_providers::adapters::higgsfield::Higgsfield;

use crate::line::{Line, work};
use crate::suite::{Subject, conformance, token};

fn request() -> Subject {
    Subject {
        adapter: Arc::new(Higgsfield),
        start: || Box::pin(spool_fakes::higgsfield::start()),
        makes: Makes::Image,
        model: "higgsfield-ai/soul/standard",
        input: json!({ "prompt": "a kite", "aspect_ratio": "16:9", "resolution": "720p" }),
        synchronous: false,
        refuses: true,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: Some(CancelWord::Noted),
    }
}

conformance!(request);

/// The manner of all paths under v1.
mod sets {
    use super::*;

    fn set() -> Subject {
        let input = json!({ "model": "dop-lite", "prompt": "a kite", "input_images": ["data:image/png;base64,QUJD"],
            "motions": ["c5881721-05b1-4d47-94d6-0203863114e1"] });
        Subject { makes: Makes::Video, model: "v1/image2video/dop", input, ..request() }
    }

    crate::suite::conformance!(@ set,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        a_wrong_credential_is_told
        looks_that_go_wrong_leave_the_job_alone
        a_state_that_nobody_knows_is_no_end
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
        outputs_that_are_gone_are_no_result
        callbacks_are_told_from_forgeries
        an_adopted_job_is_followed_by_its_id
    );
}

#[tokio::test]
async fn a_file_of_ours_is_in_their_storage_before_the_order() {
    let fake = spool_fakes::higgsfield::start().await;
    let line = Line { adapter: &Higgsfield, base_url: fake.base_url(), key: fake.key().to_owned() };
    let input = json!({ "prompt": "a kite", "input_image": { "image_url": "data:image/png;base64,QUJD" },
        "input_audio": { "audio_url": "data:audio/wav;base64,REVG" } });
    let order = work(Makes::Video, "v1/speak/higgsfield", input);
    let Ok(Word::Accepted(..)) = line.submit(&order, &token(1)).await.unwrap() else {
        panic!("not accepted")
    };
    let given = &fake.inputs()[0];
    for (file, field, content) in [("input_image", "image_url", "ABC"), ("input_audio", "audio_url", "DEF")] {
        let url = given[file][field].as_str().unwrap();
        let name = url.rsplit('/').next().unwrap();
        assert_eq!(fake.uploaded(name).unwrap(), content, "{url}");
    }
}

#[tokio::test]
async fn the_same_token_is_the_same_request() {
    let fake = spool_fakes::higgsfield::start().await;
    let line = Line { adapter: &Higgsfield, base_url: fake.base_url(), key: fake.key().to_owned() };
    let order = work(Makes::Image, request().model, request().input);
    let first = line.submit(&order, &token(1)).await.unwrap();
    assert_eq!(line.submit(&order, &token(1)).await.unwrap(), first);
    assert_eq!(fake.bill().len(), 1);
    let other = work(Makes::Image, request().model, json!({ "prompt": "two kites" }));
    assert_eq!(line.submit(&other, &token(1)).await.unwrap().unwrap_err().class, TroubleClass::Caller);
    assert_eq!(fake.bill().len(), 1);
}
