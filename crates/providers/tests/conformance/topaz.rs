//! Topaz Labs' pictures and clips.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::adapter::CancelWord;
use spool_domain::adapter::TroubleClass::Unavailable;
use spool_domain::catalogue::Makes;
use spool_providers::adapters::topaz::Topaz;

use crate::suite::Subject;

fn subject(makes: Makes, model: &'static str, input: Value) -> Subject {
    Subject {
        adapter: Arc::new(Topaz),
        start: || Box::pin(spool_fakes::topaz::start()),
        makes,
        model,
        input,
        synchronous: false,
        refuses: false,
        failure: Some(Unavailable),
        throttles: true,
        guards: true,
        cancels: Some(CancelWord::Noted),
    }
}

/// A picture.
mod pictures {
    use super::*;

    fn sample() -> Subject {
        let input =
            json!({ "source_url": "https://files.test/1.png", "model": "Standard", "output_format": "png" });
        subject(Makes::Image, "sharpen/async", input)
    }

    crate::suite::conformance!(sample);
}

/// A clip, whose file is handed in once its request is there.
mod clips {
    use super::*;

    fn sample() -> Subject {
        let input = json!({ "source": "data:video/mp4;base64,AAECAwQ=", "resolution": "4k" });
        subject(Makes::Video, "video", input)
    }

    // A job that an operator found does not say where its file goes; it is followed once that has come.
    crate::suite::conformance!(@ sample,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        a_wrong_credential_is_told
        looks_that_go_wrong_leave_the_job_alone
        a_state_that_nobody_knows_is_no_end
        a_failed_job_fails_by_its_class
        outputs_that_are_gone_are_no_result
        callbacks_are_told_from_forgeries
        a_job_is_canceled_where_that_can_be
        u13_the_list_shows_what_was_made
    );
}
