//! Black Forest Labs.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::{TroubleClass, Word};
use spool_domain::catalogue::Makes;
use spool_domain::money::MicroUsd;
use spool_providers::adapters::bfl::Bfl;

use crate::line::{Line, work};
use crate::suite::{Subject, conformance, token};

fn subject() -> Subject {
    Subject {
        adapter: Arc::new(Bfl),
        start: || Box::pin(spool_fakes::bfl::start()),
        makes: Makes::Image,
        model: "flux-2-pro",
        input: json!({ "prompt": "a kite", "width": 1024, "height": 752, "output_format": "png" }),
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
async fn what_the_provider_bills_comes_with_the_result() {
    let fake = spool_fakes::bfl::start().await;
    let line = Line { adapter: &Bfl, base_url: fake.base_url(), key: fake.key().to_owned() };
    let picture = "data:image/png;base64,AAEC";
    let input = json!({ "prompt": "a kite", "mode": "i2v", "keyframes": picture, "duration": 5 });
    let order = work(Makes::Video, "flux-3-video", input);
    let Ok(Word::Accepted(handle, _)) = line.submit(&order, &token(1)).await.unwrap() else {
        panic!("not accepted")
    };
    assert_eq!(fake.inputs()[0]["keyframes"], "AAEC");
    let Word::Finished { billed, .. } = line.end(&order, &handle).await else { panic!("not finished") };
    assert_eq!(billed, Some(MicroUsd(30_000)));
}
