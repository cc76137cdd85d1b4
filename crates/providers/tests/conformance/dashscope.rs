//! Alibaba's DashScope: tasks, and pictures that come with the answer.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::{CancelWord, TroubleClass, Word};
use spool_domain::catalogue::Makes;
use spool_providers::adapters::dashscope::DashScope;

use crate::line::{Line, work};
use crate::suite::{Subject, conformance, token};

fn task() -> Subject {
    Subject {
        adapter: Arc::new(DashScope),
        start: || Box::pin(spool_fakes::dashscope::start()),
        makes: Makes::Video,
        model: "services/aigc/video-generation/video-synthesis",
        input: json!({ "model": "wan2.7-i2v", "input": { "prompt": "a kite", "media": { "first_frame": "https://files.test/a.png" } },
            "parameters": { "resolution": "720P", "duration": 5 } }),
        synchronous: false,
        refuses: true,
        failure: Some(TroubleClass::Unavailable),
        throttles: true,
        guards: true,
        cancels: Some(CancelWord::Noted),
    }
}

conformance!(task);

/// Pictures that come with the answer.
mod at_once {
    use super::*;

    fn sample() -> Subject {
        let input = json!({ "model": "qwen-image-3.0", "input": { "messages": { "text": "a kite", "image": ["data:image/png;base64,AAEC"] } },
            "parameters": { "size": "1024*1024" } });
        let model = "services/aigc/multimodal-generation/generation";
        Subject { makes: Makes::Image, model, input, synchronous: true, ..task() }
    }

    crate::suite::conformance!(@ sample,
        a_job_goes_its_way_and_its_files_are_real
        a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
        a_wrong_credential_is_told
        a_refusal_is_the_refusal_it_is
        a_failed_job_fails_by_its_class
    );
}

#[tokio::test]
async fn several_pictures_and_a_nested_clip_are_found() {
    let fake = spool_fakes::dashscope::start().await;
    let line = Line { adapter: &DashScope, base_url: fake.base_url(), key: fake.key().to_owned() };
    let pictures =
        json!({ "model": "wan2.5-t2i-preview", "input": { "prompt": "kites" }, "parameters": { "n": 3 } });
    let clip = json!({ "model": "wan2.2-kf2v-flash",
        "input": { "first_frame_url": "https://files.test/a.png", "last_frame_url": "https://files.test/b.png" } });
    for (model, input, count) in [
        ("services/aigc/text2image/image-synthesis", pictures, 3),
        ("services/aigc/image2video/video-synthesis", clip, 1),
    ] {
        let order = work(Makes::Image, model, input);
        let Ok(Word::Accepted(handle, _)) = line.submit(&order, &token(count)).await.unwrap() else {
            panic!("not accepted")
        };
        let Word::Finished { outputs, .. } = line.end(&order, &handle).await else { panic!("not finished") };
        assert_eq!(outputs.len(), count as usize, "{model}");
    }
}
