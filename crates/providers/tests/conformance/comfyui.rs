//! ComfyUI: graphs in a queue, found again by an id that we chose.

use std::sync::Arc;

use serde_json::{Value, json};
use spool_domain::adapter::{CancelWord, TroubleClass, Word};
use spool_domain::catalogue::Makes;
use spool_fakes::comfyui;
use spool_fakes::upstream::Behaviour;
use spool_providers::adapters::comfyui::ComfyUi;

use crate::line::{Line, work};
use crate::suite::{Subject, conformance, token};

fn graph(ckpt_name: &str) -> Value {
    json!({
        "1": { "class_type": "CheckpointLoaderSimple", "inputs": { "ckpt_name": ckpt_name } },
        "2": { "class_type": "CLIPTextEncode", "inputs": { "clip": ["1", 1], "text": "{{prompt}}" } },
        "4": { "class_type": "LoadImage", "inputs": { "image": "{{image_url}}" } },
        "7": { "class_type": "SaveImage", "inputs": { "images": ["4", 0], "filename_prefix": "x" } },
    })
}

fn pictures() -> Subject {
    let input = json!({ "prompt": "a red kite", "image_url": "data:image/png;base64,AAEC",
        "workflow": graph("sd_xl_base_1.0.safetensors") });
    Subject {
        adapter: Arc::new(ComfyUi),
        start: || Box::pin(comfyui::start()),
        makes: Makes::Image,
        model: "image-to-image",
        input,
        synchronous: false,
        refuses: false,
        failure: Some(TroubleClass::Caller),
        throttles: true,
        guards: false,
        cancels: Some(CancelWord::Ended),
    }
}

conformance!(pictures);

#[tokio::test]
async fn a_restart_loses_what_it_had() {
    let fake = comfyui::start().await;
    let line = Line { adapter: &ComfyUi, base_url: fake.base_url(), key: String::new() };
    let order = work(Makes::Image, "m", pictures().input);
    fake.next(Behaviour::Queue { waiting: 5, running: 5 });
    let Ok(Ok(Word::Accepted(handle, _))) = line.submit(&order, &token(1)).await else {
        panic!("not accepted")
    };
    let restarted = comfyui::start().await;
    let line = Line { adapter: &ComfyUi, base_url: restarted.base_url(), key: String::new() };
    let read = line.look(&order, &handle).await.unwrap();
    let Ok(Word::Failed(trouble)) = read else { panic!("{read:?}") };
    assert_eq!((trouble.class, trouble.code.as_str()), (TroubleClass::Unavailable, "prompt_lost"));
}

#[tokio::test]
async fn a_model_that_is_not_there_is_told_by_its_node() {
    let fake = comfyui::start().await;
    let line = Line { adapter: &ComfyUi, base_url: fake.base_url(), key: String::new() };
    let mut input = pictures().input;
    input["workflow"] = graph("another.safetensors");
    let trouble = line.submit(&work(Makes::Image, "m", input), &token(1)).await.unwrap().unwrap_err();
    assert_eq!((trouble.class, trouble.code.as_str()), (TroubleClass::Caller, "value_not_in_list"));
    assert_eq!(trouble.message.as_deref(), Some("CheckpointLoaderSimple: Value not in list"));
    assert_eq!(fake.bill().len(), 0);
}
