//! Kling, in both its dialects.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::Unavailable;
use spool_domain::catalogue::Makes;
use spool_providers::adapters::kling::Kling;

use crate::suite::{Subject, conformance};

fn of(model: &'static str, input: Value) -> Subject {
    Subject {
        adapter: Arc::new(Kling),
        start: || Box::pin(spool_fakes::kling::start()),
        makes: Makes::Video,
        model,
        input,
        synchronous: false,
        refuses: true,
        failure: Some(Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

fn older() -> Subject {
    let input =
        json!({ "model_name": "kling-v2-5-turbo", "prompt": "a kite", "duration": "5", "mode": "pro" });
    of("v1/videos/text2video", input)
}

fn newer() -> Subject {
    of(
        "text-to-video/kling-3.0",
        json!({ "contents": { "prompt": "a kite" }, "settings": { "duration": 5 } }),
    )
}

mod in_the_older_dialect {
    // Its jobs are in no common list, and the routes of both dialects are tried below.
    crate::suite::conformance!(@ super::older,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        a_wrong_credential_is_told
        looks_that_go_wrong_leave_the_job_alone
        a_state_that_nobody_knows_is_no_end
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
        outputs_that_are_gone_are_no_result
        callbacks_are_told_from_forgeries
        u5_a_lost_answer_is_found_where_the_manifest_says_so
        an_adopted_job_is_followed_by_its_id
    );
}

conformance!(newer);

// --- the routes that no price expectation leads to ---

const PICTURE: &str = "https://files.test/a.png";
const CLIP: &str = "https://files.test/a.mp4";

#[tokio::test]
async fn no_route_of_the_catalogue_is_left_out() {
    let more = json!({
        "kuaishou/kling-1.6": [
            { "image_urls": [PICTURE], "prompt": "a kite" },
            { "start_image_url": PICTURE, "prompt": "a kite" },
        ],
        "kuaishou/kling-2.1-master": [{ "start_image_url": PICTURE, "prompt": "a kite" }],
        "kuaishou/kling-2.5": [{ "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE }],
        "kuaishou/kling-2.5-turbo-pro": [
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
        ],
        "kuaishou/kling-3.0-omni-video": [
            { "prompt": "like @video_1", "video_url": CLIP, "image_urls": [PICTURE] },
            { "prompt": "a kite", "video_url": CLIP, "video_mode": "transform", "keep_audio": true },
            { "image_urls": [PICTURE], "multi_shot": [
                { "prompt": "@image_1 rises", "duration": 2 },
                { "prompt": "it falls", "duration": 3 },
            ] },
        ],
        "kuaishou/kling-3.0-omni-video-edit": [
            { "prompt": "a kite", "video_url": CLIP, "video_mode": "transform" },
        ],
        "kuaishou/kling-o1-video": [
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
            { "prompt": "a kite", "video_url": CLIP, "video_mode": "transform" },
            { "prompt": "a kite", "video_url": CLIP, "image_urls": [PICTURE] },
        ],
        "kuaishou/kling-lip-sync": [{ "video_url": CLIP, "text": "hello", "voice_id": "v1" }],
        "kuaishou/kling-effects": [{ "effect_scene": "hug_pro", "image_urls": [PICTURE, PICTURE] }],
    });
    crate::routes::no_route_is_left_out(newer(), more).await;
}
