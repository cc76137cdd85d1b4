//! Recraft.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::Word;
use spool_domain::catalogue::Makes;
use spool_domain::money::MicroUsd;
use spool_providers::adapters::recraft::Recraft;

use crate::line::{Line, work};
use crate::suite::{Subject, conformance, token};

fn subject() -> Subject {
    Subject {
        adapter: Arc::new(Recraft),
        start: || Box::pin(spool_fakes::recraft::start()),
        makes: Makes::Image,
        model: "generations",
        input: json!({ "prompt": "a kite", "model": "recraftv3", "size": "1820x1024", "n": 2 }),
        synchronous: true,
        refuses: true,
        failure: None,
        throttles: true,
        guards: true,
        cancels: None,
    }
}

conformance!(subject);

#[tokio::test]
async fn a_drawing_is_a_vector_file_and_is_billed_in_units() {
    let fake = spool_fakes::recraft::start().await;
    let line = Line { adapter: &Recraft, base_url: fake.base_url(), key: fake.key().to_owned() };
    let order = work(Makes::Image, "vectorize", json!({ "image_url": "data:image/png;base64,AAEC" }));
    let Ok(Word::Finished { outputs, billed }) = line.submit(&order, &token(1)).await.unwrap() else {
        panic!("not made")
    };
    assert_eq!(billed, Some(MicroUsd(10_000)));
    let (status, bytes) = line.fetch(&outputs[0]).await;
    assert!(status == 200 && bytes.starts_with(b"<svg "), "{status}");
}
