//! Vidu.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::CancelWord;
use spool_domain::adapter::TroubleClass::Unavailable;
use spool_domain::catalogue::Makes;
use spool_providers::adapters::vidu::Vidu;

use crate::suite::{Subject, conformance};

fn subject() -> Subject {
    Subject {
        adapter: Arc::new(Vidu),
        start: || Box::pin(spool_fakes::vidu::start()),
        makes: Makes::Video,
        model: "ent/v2/text2video",
        input: json!({ "model": "viduq3-pro", "prompt": "a kite", "duration": 5, "resolution": "720p", "audio": true }),
        synchronous: false,
        refuses: true,
        failure: Some(Unavailable),
        throttles: true,
        guards: true,
        cancels: Some(CancelWord::Noted),
    }
}

conformance!(subject);

// --- the routes that no price expectation leads to ---

const PICTURE: &str = "https://files.test/a.png";

#[tokio::test]
async fn no_route_of_the_catalogue_is_left_out() {
    let more = json!({
        "vidu/1.5": [
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
            { "image_urls": [PICTURE], "prompt": "a kite" },
        ],
        "vidu/2.0": [
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
            { "image_urls": [PICTURE], "prompt": "a kite" },
        ],
        "vidu/q1": [
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
            { "image_urls": [PICTURE], "prompt": "a kite" },
        ],
        "vidu/q1-classic": [{ "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE }],
        "vidu/q2-pro": [
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
            { "image_urls": [PICTURE], "prompt": "a kite" },
        ],
        "vidu/q2-pro-fast": [{ "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE }],
        "vidu/q2-turbo": [{ "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE }],
        "vidu/q3-pro": [
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
            { "image_urls": [PICTURE], "prompt": "a kite" },
        ],
        "vidu/q3-turbo": [
            { "start_image_url": PICTURE, "prompt": "a kite" },
            { "start_image_url": PICTURE, "prompt": "a kite", "end_image_url": PICTURE },
            { "image_urls": [PICTURE], "prompt": "a kite" },
        ],
    });
    crate::routes::no_route_is_left_out(subject(), more).await;
}
