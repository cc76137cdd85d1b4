//! Google's Gemini API in its three dialects.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::adapter::CancelWord;
use spool_domain::adapter::TroubleClass::{Unavailable, Unknown};
use spool_domain::catalogue::Makes;
use spool_providers::adapters::google::Google;

use crate::suite::Subject;

fn subject(makes: Makes, model: &'static str, input: Value) -> Subject {
    Subject {
        adapter: Arc::new(Google),
        start: || Box::pin(spool_fakes::google::start()),
        makes,
        model,
        input,
        synchronous: true,
        refuses: true,
        failure: Some(Unknown),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

/// A picture, which comes with the answer.
mod pictures {
    use super::*;

    fn sample() -> Subject {
        let input = json!({ "prompt": "a red kite", "imageConfig": { "aspectRatio": "16:9", "imageSize": "1K" },
            "images": ["data:image/png;base64,iVBORw=="] });
        subject(Makes::Image, "gemini-3-pro-image", input)
    }

    crate::suite::conformance!(@ sample,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        a_wrong_credential_is_told
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
    );
}

/// Raw sound that becomes a file.
mod speech {
    use super::*;

    fn sample() -> Subject {
        let voice = json!({ "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": "Kore" } } });
        subject(Makes::Audio, "gemini-3.8-flash-tts", json!({ "text": "hello", "speechConfig": voice }))
    }

    crate::suite::conformance!(@ sample,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        a_wrong_credential_is_told
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
    );
}

/// A song among its words.
mod songs {
    use super::*;

    fn sample() -> Subject {
        subject(Makes::Audio, "lyria-3.5", json!({ "prompt": "a slow waltz" }))
    }

    crate::suite::conformance!(@ sample,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        a_wrong_credential_is_told
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
    );
}

/// A clip, made in the background.
mod interactions {
    use super::*;

    fn sample() -> Subject {
        let input = json!({ "prompt": "a red kite",
            "response_format": { "aspect_ratio": "16:9", "duration": "8s" },
            "generation_config": { "video_config": { "task": "text_to_video" } } });
        Subject {
            synchronous: false,
            cancels: Some(CancelWord::Noted),
            ..subject(Makes::Video, "gemini-omni-1.2-flash", input)
        }
    }

    crate::suite::conformance!(sample);
}

/// A clip of the older models.
mod operations {
    use super::*;

    fn sample() -> Subject {
        let input =
            json!({ "prompt": "a red kite", "parameters": { "aspectRatio": "16:9", "durationSeconds": 8 } });
        Subject {
            synchronous: false,
            failure: Some(Unavailable),
            ..subject(Makes::Video, "veo-3.1-generate-preview", input)
        }
    }

    // It calls nobody back and cannot be stopped, other than interactions of the same adapter.
    crate::suite::conformance!(@ sample,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        looks_that_go_wrong_leave_the_job_alone
        a_state_that_nobody_knows_is_no_end
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
        outputs_that_are_gone_are_no_result
        an_adopted_job_is_followed_by_its_id
    );
}
