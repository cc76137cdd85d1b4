//! A web interface of Stable Diffusion: everything comes with the answer.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::{Output, TroubleClass, Word};
use spool_domain::catalogue::Makes;
use spool_fakes::a1111;
use spool_providers::adapters::a1111::A1111;

use crate::line::{Line, work};
use crate::suite::{Subject, conformance, token};

fn pictures() -> Subject {
    Subject {
        adapter: Arc::new(A1111),
        start: || Box::pin(a1111::start()),
        makes: Makes::Image,
        model: "txt2img",
        input: json!({ "prompt": "a red kite", "width": 64, "height": 64, "steps": 20 }),
        synchronous: true,
        refuses: false,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

conformance!(pictures);

#[tokio::test]
async fn several_pictures_come_without_a_grid() {
    let fake = a1111::start().await;
    let line = Line { adapter: &A1111, base_url: fake.base_url(), key: fake.key().to_owned() };
    let order = work(
        Makes::Image,
        "txt2img",
        json!({ "prompt": "a red kite", "batch_size": 2, "save_images": true }),
    );
    let word = line.submit(&order, &token(1)).await.unwrap();
    let Ok(Word::Finished { outputs, .. }) = word else { panic!("{word:?}") };
    assert!(matches!(&outputs[..], [Output::Bytes(one), Output::Bytes(two)] if one != two));
    assert_eq!(fake.bill()[0].outputs, 2);
}

#[tokio::test]
async fn what_the_server_does_not_have_is_told_in_its_words() {
    let fake = a1111::start().await;
    let line = Line { adapter: &A1111, base_url: fake.base_url(), key: fake.key().to_owned() };
    for (path, input, words) in [
        ("txt2img", json!({ "prompt": "p", "sampler_name": "Nobody's" }), "Sampler not found"),
        ("img2img", json!({ "prompt": "p" }), "Init image not found"),
        ("extra-single-image", json!({ "image": "data:image/png;base64,%%" }), "Invalid encoded image"),
    ] {
        let trouble = line.submit(&work(Makes::Image, path, input), &token(1)).await.unwrap().unwrap_err();
        assert_eq!((trouble.class, trouble.message.as_deref()), (TroubleClass::Caller, Some(words)));
    }
    assert_eq!(fake.bill().len(), 0);
}
