//! Volcengine Ark: tasks, and pictures that come at once.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::adapter::CancelWord;
use spool_domain::adapter::TroubleClass::{self, Unavailable};
use spool_domain::catalogue::Makes;
use spool_providers::adapters::volcengine::Volcengine;

use crate::suite::{Subject, conformance};

fn of(makes: Makes, model: &'static str, input: Value, failure: TroubleClass) -> Subject {
    Subject {
        adapter: Arc::new(Volcengine),
        start: || Box::pin(spool_fakes::volcengine::start()),
        makes,
        model,
        input,
        synchronous: makes == Makes::Image,
        refuses: true,
        failure: Some(failure),
        throttles: true,
        guards: true,
        cancels: Some(CancelWord::Noted),
    }
}

fn clips() -> Subject {
    let input =
        json!({ "model": "doubao-seedance-2-0-260128", "content": { "text": "a kite" }, "duration": 5 });
    of(Makes::Video, "contents/generations/tasks", input, Unavailable)
}

fn pictures() -> Subject {
    let input = json!({ "model": "doubao-seedream-4-5-251128", "prompt": "a kite", "size": "2K" });
    of(Makes::Image, "images/generations", input, Unavailable)
}

mod of_pictures {
    // What belongs to jobs that are followed is tried with clips.
    crate::suite::conformance!(@ super::pictures,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        a_wrong_credential_is_told
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
    );
}

conformance!(clips);

// --- the routes that no price expectation leads to ---

const PICTURE: &str = "https://files.test/a.png";
const CLIP: &str = "https://files.test/a.mp4";
const SOUND: &str = "https://files.test/a.mp3";

#[tokio::test]
async fn no_route_of_the_catalogue_is_left_out() {
    let more = json!({
        "bytedance/seedance-1.0-lite": [
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
            { "image_urls": [PICTURE], "prompt": "a kite" },
        ],
        "bytedance/seedance-1.0-pro-fast": [{ "start_image_url": PICTURE, "prompt": "a kite" }],
        "bytedance/seedance-1.5-pro": [
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
        ],
        "bytedance/seedance-2.0": [
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
            { "image_urls": [PICTURE], "prompt": "a kite", "video_urls": [CLIP], "audio_urls": [SOUND] },
        ],
        "bytedance/seedance-2.0-fast": [{ "start_image_url": PICTURE, "prompt": "a kite" }],
        "bytedance/seedance-2.0-mini": [{ "start_image_url": PICTURE, "prompt": "a kite" }],
        "bytedance/seedance-2.5": [
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
        ],
    });
    crate::routes::no_route_is_left_out(clips(), more).await;
}
