//! Suno's songs, at sellers of both contracts.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::Unavailable;
use spool_domain::catalogue::Makes;
use spool_providers::adapters::suno::Suno;

use crate::suite::Subject;

fn subject(makes: Makes, model: &'static str, input: Value) -> Subject {
    Subject {
        adapter: Arc::new(Suno),
        start: || Box::pin(spool_fakes::suno::start()),
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

/// Two takes of a song.
mod songs {
    use super::*;

    fn sample() -> Subject {
        let input =
            json!({ "customMode": false, "instrumental": false, "model": "V5", "prompt": "a sea shanty" });
        subject(Makes::Audio, "generate", input)
    }

    crate::suite::conformance!(sample);
}

/// A text, whose record lies elsewhere.
mod lyrics {
    use super::*;

    fn sample() -> Subject {
        subject(Makes::Text, "lyrics", json!({ "prompt": "a sea shanty" }))
    }

    // A text cannot be gone: it comes with the look.
    crate::suite::conformance!(@ sample,
        a_job_goes_its_way_and_its_files_are_real
        looks_that_go_wrong_leave_the_job_alone
        a_state_that_nobody_knows_is_no_end
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
        an_adopted_job_is_followed_by_its_id
    );
}

/// Stems, whose record has another name for its state.
mod stems {
    use super::*;

    fn sample() -> Subject {
        let input = json!({ "audioUrl": "https://files.test/a.mp3", "type": "split_stem" });
        subject(Makes::Audio, "vocal-removal/generate", input)
    }

    crate::suite::conformance!(@ sample,
        a_job_goes_its_way_and_its_files_are_real
        looks_that_go_wrong_leave_the_job_alone
        a_state_that_nobody_knows_is_no_end
        outputs_that_are_gone_are_no_result
        an_adopted_job_is_followed_by_its_id
    );
}

/// The other contract.
mod proxy {
    use super::*;

    fn sample() -> Subject {
        let input = json!({ "gpt_description_prompt": "a sea shanty", "mv": "chirp-v4" });
        Subject {
            start: || Box::pin(spool_fakes::suno::start_proxy()),
            ..subject(Makes::Audio, "submit/music", input)
        }
    }

    // Its callbacks differ from fork to fork, and it has no balance to ask for.
    crate::suite::conformance!(@ sample,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        a_wrong_credential_is_told
        looks_that_go_wrong_leave_the_job_alone
        a_state_that_nobody_knows_is_no_end
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
        outputs_that_are_gone_are_no_result
        an_adopted_job_is_followed_by_its_id
    );
}
