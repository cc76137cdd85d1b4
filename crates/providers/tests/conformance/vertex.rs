//! Google's models on a cloud account.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::Unavailable;
use spool_domain::catalogue::Makes;
use spool_providers::adapters::vertex::Vertex;

use crate::suite::Subject;

fn subject(makes: Makes, model: &'static str, input: Value) -> Subject {
    Subject {
        adapter: Arc::new(Vertex),
        start: || Box::pin(spool_fakes::google::start_vertex()),
        makes,
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

/// A clip, which comes inside the last look.
mod clips {
    use super::*;

    fn sample() -> Subject {
        let input = json!({ "instances": { "prompt": "a red kite", "image": "data:image/png;base64,iVBORw==" },
            "parameters": { "aspectRatio": "16:9", "durationSeconds": 8, "generateAudio": true } });
        subject(Makes::Video, "veo-3.1-generate-001", input)
    }

    crate::suite::conformance!(sample);
}

/// A piece of music, which comes with the answer.
mod music {
    use super::*;

    fn sample() -> Subject {
        let input = json!({ "prompt": "calm piano", "negative_prompt": "drums" });
        Subject { synchronous: true, ..subject(Makes::Audio, "lyria-002", input) }
    }

    crate::suite::conformance!(@ sample,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        a_wrong_credential_is_told
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
    );
}
