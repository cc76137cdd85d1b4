//! PixVerse.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::{TroubleClass, Word};
use spool_domain::catalogue::Makes;
use spool_providers::adapters::pixverse::PixVerse;

use crate::line::{Line, work};
use crate::suite::{Subject, conformance, token};

fn subject() -> Subject {
    Subject {
        adapter: Arc::new(PixVerse),
        start: || Box::pin(spool_fakes::pixverse::start()),
        makes: Makes::Video,
        model: "openapi/v2/video/text/generate",
        input: json!({ "model": "v6", "prompt": "a kite", "duration": 5, "quality": "540p", "aspect_ratio": "16:9" }),
        synchronous: false,
        refuses: true,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

conformance!(subject);

#[tokio::test]
async fn files_are_uploaded_before_the_order() {
    let fake = spool_fakes::pixverse::start().await;
    let line = Line { adapter: &PixVerse, base_url: fake.base_url(), key: fake.key().to_owned() };
    let input = json!({ "img_id": "data:image/png;base64,QUJD", "video_media_id": "https://files.test/clip.mp4", "quality": "540p" });
    let order = work(Makes::Video, "openapi/v2/video/mimic/generate", input);
    let Ok(Word::Accepted(..)) = line.submit(&order, &token(1)).await.unwrap() else {
        panic!("not accepted")
    };
    let given = &fake.inputs()[0];
    let upload = |kind: &str, name: &str| fake.uploaded(&format!("{kind} {}", given[name])).unwrap();
    assert_eq!(upload("image", "img_id"), "ABC");
    assert_eq!(upload("video", "video_media_id"), "https://files.test/clip.mp4");
}

#[tokio::test]
async fn a_trace_id_that_was_there_before_starts_nothing() {
    let fake = spool_fakes::pixverse::start().await;
    let line = Line { adapter: &PixVerse, base_url: fake.base_url(), key: fake.key().to_owned() };
    let order = work(Makes::Video, subject().model, subject().input);
    let first = line.submit(&order, &token(1)).await.unwrap();
    assert_eq!(line.submit(&order, &token(1)).await.unwrap(), first);
    assert_eq!(fake.bill().len(), 1);
    assert_ne!(line.submit(&order, &token(2)).await.unwrap(), first);
    assert_eq!(fake.bill().len(), 2);
}
