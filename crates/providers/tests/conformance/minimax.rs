//! MiniMax: clips in both versions, and what comes at once.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::Unavailable;
use spool_domain::catalogue::Makes;
use spool_providers::adapters::minimax::MiniMax;

use crate::suite::{Subject, conformance};

fn of(makes: Makes, model: &'static str, input: Value) -> Subject {
    Subject {
        adapter: Arc::new(MiniMax),
        start: || Box::pin(spool_fakes::minimax::start()),
        makes,
        model,
        input,
        synchronous: makes != Makes::Video,
        refuses: true,
        failure: Some(Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

fn first() -> Subject {
    let input =
        json!({ "model": "MiniMax-Hailuo-2.3", "prompt": "a kite", "duration": 6, "resolution": "768P" });
    of(Makes::Video, "v1/video_generation", input)
}

fn second() -> Subject {
    let input =
        json!({ "model": "MiniMax-H3", "content": { "text": "a kite" }, "duration": 5, "ratio": "16:9" });
    of(Makes::Video, "v2/video_generation", input)
}

fn speech() -> Subject {
    let input =
        json!({ "model": "speech-2.8-hd", "text": "hello", "voice_setting": { "voice_id": "a-voice" } });
    of(Makes::Audio, "v1/t2a_v2", input)
}

fn voice() -> Subject {
    let input = json!({ "file_id": "data:audio/mpeg;base64,AAECAwQ=", "voice_id": "voice-0001", "text": "hello",
        "model": "speech-2.8-hd" });
    of(Makes::Audio, "v1/voice_clone", input)
}

mod of_the_second_version {
    crate::suite::conformance!(@ super::second,
        a_job_goes_its_way_and_its_files_are_real
        looks_that_go_wrong_leave_the_job_alone
        a_state_that_nobody_knows_is_no_end
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
        outputs_that_are_gone_are_no_result
        callbacks_are_told_from_forgeries
        an_adopted_job_is_followed_by_its_id
    );
}

mod of_speech {
    crate::suite::conformance!(@ super::speech,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        a_wrong_credential_is_told
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
    );
}

mod of_voices {
    crate::suite::conformance!(@ super::voice,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        a_wrong_credential_is_told
    );
}

conformance!(first);

// --- the routes that no price expectation leads to ---

const PICTURE: &str = "https://files.test/a.png";
const CLIP: &str = "https://files.test/a.mp4";
const SOUND: &str = "https://files.test/a.mp3";

#[tokio::test]
async fn no_route_of_the_catalogue_is_left_out() {
    let more = json!({
        "hailuo/image-01": [{ "prompt": "a kite", "subject_image_url": PICTURE, "size": "1024x512" }],
        "hailuo/minimax-2.0": [
            { "start_image_url": PICTURE, "prompt": "a kite", "resolution": "512p", "duration": 10 },
            { "prompt": "a kite", "duration": 10 },
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE,
                "resolution": "1080p" },
        ],
        "hailuo/minimax-2.3-fast": [
            { "start_image_url": PICTURE, "prompt": "a kite", "resolution": "1080p" },
        ],
        "hailuo/minimax-h3": [
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
            { "image_urls": [PICTURE], "prompt": "a kite", "video_urls": [CLIP], "audio_urls": [SOUND] },
        ],
    });
    crate::routes::no_route_is_left_out(first(), more).await;
}
