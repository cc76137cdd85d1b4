//! Jimeng.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::Unavailable;
use spool_domain::catalogue::Makes;
use spool_providers::adapters::jimeng::Jimeng;

use crate::suite::{Subject, conformance};

fn of(makes: Makes, model: &'static str, input: Value) -> Subject {
    Subject {
        adapter: Arc::new(Jimeng),
        start: || Box::pin(spool_fakes::jimeng::start()),
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

fn clips() -> Subject {
    let input = json!({ "prompt": "a kite", "seed": -1, "frames": 121, "aspect_ratio": "16:9" });
    of(Makes::Video, "jimeng_t2v_v30", input)
}

fn pictures() -> Subject {
    of(Makes::Image, "jimeng_t2i_v40", json!({ "prompt": "a kite", "size": 4_194_304 }))
}

mod of_pictures {
    crate::suite::conformance!(@ super::pictures,
        a_job_goes_its_way_and_its_files_are_real
        a_refusal_is_the_refusal_it_is
        an_adopted_job_is_followed_by_its_id
    );
}

conformance!(clips);

// --- the routes that no price expectation leads to ---

const PICTURE: &str = "https://files.test/a.png";

#[tokio::test]
async fn no_route_of_the_catalogue_is_left_out() {
    let more = json!({
        "jimeng/video-3.0": [
            { "start_image_url": PICTURE, "prompt": "a kite" },
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE,
                "resolution": "1080p" },
        ],
    });
    crate::routes::no_route_is_left_out(clips(), more).await;
}
