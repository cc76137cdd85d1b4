//! Runway.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::{CancelWord, TroubleClass, Word};
use spool_domain::catalogue::Makes;
use spool_providers::adapters::runway::Runway;

use crate::line::{Line, work};
use crate::suite::{Subject, conformance, token};

fn subject() -> Subject {
    Subject {
        adapter: Arc::new(Runway),
        start: || Box::pin(spool_fakes::runway::start()),
        makes: Makes::Video,
        model: "image_to_video",
        input: json!({ "model": "gen4_turbo", "promptImage": "https://files.test/a.png", "promptText": "a kite",
            "ratio": "1280:720", "duration": 5 }),
        synchronous: false,
        refuses: true,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: Some(CancelWord::Noted),
    }
}

conformance!(subject);

#[tokio::test]
async fn a_large_file_is_in_their_storage_before_the_order() {
    let fake = spool_fakes::runway::start().await;
    let line = Line { adapter: &Runway, base_url: fake.base_url(), key: fake.key().to_owned() };
    let large = format!("data:video/mp4;base64,{}", "QUJD".repeat(4 * 1024 * 1024));
    let input = json!({ "model": "aleph2", "videoUri": large, "promptText": "at night" });
    let order = work(Makes::Video, "video_to_video", input);
    let Ok(Word::Accepted(..)) = line.submit(&order, &token(1)).await.unwrap() else {
        panic!("not accepted")
    };
    let given = fake.inputs()[0]["videoUri"].as_str().unwrap().to_owned();
    let file = fake.uploaded(given.strip_prefix("runway://").unwrap()).unwrap();
    assert_eq!(file.len(), 3 * 4 * 1024 * 1024);
    assert!(file.starts_with(b"ABCABC"));
}
