//! Replicate.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::{CancelWord, TroubleClass, Word};
use spool_domain::catalogue::Makes;
use spool_providers::adapters::replicate::Replicate;

use crate::line::{Line, work};
use crate::suite::{Subject, conformance, token};

fn subject() -> Subject {
    Subject {
        adapter: Arc::new(Replicate),
        start: || Box::pin(spool_fakes::replicate::start()),
        makes: Makes::Image,
        model: "black-forest-labs/flux-schnell",
        input: json!({ "prompt": "a kite", "aspect_ratio": "1:1", "num_outputs": 2, "output_format": "png" }),
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
async fn somebodys_model_runs_in_its_latest_version_with_files_that_were_uploaded() {
    let fake = spool_fakes::replicate::start().await;
    let line = Line { adapter: &Replicate, base_url: fake.base_url(), key: fake.key().to_owned() };
    let large = format!("data:audio/mpeg;base64,{}", "QUJD".repeat(90_000));
    let order = work(Makes::Audio, "ryan5453/demucs", json!({ "audio": large, "stem": "none" }));
    let Ok(Word::Accepted(handle, _)) = line.submit(&order, &token(1)).await.unwrap() else {
        panic!("not accepted")
    };
    let given = fake.inputs()[0]["audio"].as_str().unwrap().to_owned();
    let id = given.strip_prefix(&format!("{}/files/", fake.base_url())).unwrap();
    assert_eq!(fake.uploaded(id).unwrap(), "ABC".repeat(90_000));
    let Word::Finished { outputs, .. } = line.end(&order, &handle).await else { panic!("not finished") };
    assert_eq!(outputs.len(), 2, "both stems that are there");
    assert_eq!(fake.bill()[0].model, "ryan5453/demucs");
}
