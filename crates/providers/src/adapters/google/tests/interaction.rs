use TroubleClass::{ContentPolicy, Quota, Unavailable, Unknown};
use serde_json::json;
use spool_domain::adapter::{Method, Output};

use super::*;

#[test]
fn a_clip_is_asked_for_in_the_background_and_by_address() {
    let input = json!({ "prompt": "it flies", "image_url": PNG,
        "response_format": { "aspect_ratio": "16:9", "duration": "8s" },
        "generation_config": { "seed": 1, "video_config": { "task": "image_to_video" } } });
    let mut order = work("gemini-omni-1.2-flash", input, 1);
    let call = submit(&Google, &order).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/v1beta/interactions"));
    assert!(call.headers.contains(&("api-revision", "2026-05-20".to_owned())));
    assert_eq!(
        body_of(&call),
        json!({
            "model": "gemini-omni-1.2-flash", "background": true, "store": true,
            "input": [{ "type": "text", "text": "it flies" },
                { "type": "image", "mime_type": "image/png", "data": "iVBORw==" }],
            "response_format": { "type": "video", "delivery": "uri", "aspect_ratio": "16:9", "duration": "8s" },
            "generation_config": { "seed": 1, "video_config": { "task": "image_to_video" } },
        })
    );
    order.callback_url = Some("https://spool.test/cb/1".to_owned());
    order.input = json!({ "prompt": "p", "video_url": MP4, "images": [PNG] }).as_object().unwrap().clone();
    let body = body_of(&submit(&Google, &order).unwrap());
    assert_eq!(body["webhook_config"], json!({ "uris": ["https://spool.test/cb/1"] }));
    assert_eq!(body["response_format"], json!({ "type": "video", "delivery": "uri" }));
    assert_eq!(body["input"][1]["type"], "image");
    assert_eq!(body["input"][2], json!({ "type": "video", "mime_type": "video/mp4", "data": "AAAA" }));
}

#[test]
fn an_interaction_is_followed_by_its_id() {
    for status in ["queued", "in_progress", "dreaming"] {
        let body = json!({ "id": "v1_abc", "model": "m", "status": status });
        assert_eq!(read(body.clone()), Ok(Word::Accepted(handle("v1_abc"), 5_000)));
        assert_eq!(look("v1_abc", body), Ok(Word::Pending { progress: None, wait_ms: 5_000 }));
    }
    let poll = Google.poll(&handle("v1_abc"));
    assert_eq!((poll.method, poll.target.as_str()), (Method::Get, "/v1beta/interactions/v1_abc"));
    let cancel = Google.cancel(&handle("v1_abc")).unwrap();
    assert_eq!((cancel.method, cancel.target.as_str()), (Method::Post, "/v1beta/interactions/v1_abc/cancel"));
    let word =
        Google.read_cancel(&handle("v1_abc"), &reply(200, json!({ "id": "v1_abc", "status": "cancelled" })));
    assert_eq!(word, Ok(CancelWord::Noted));
    assert_eq!(Google.read_cancel(&handle("v1_abc"), &reply(503, json!({}))).unwrap_err().class, Unavailable);
}

fn completed(content: Value) -> Value {
    json!({ "id": "v1_abc", "status": "completed",
        "steps": [{ "type": "user_input", "content": [{ "type": "text", "text": "p" }] },
            { "type": "model_output", "content": content }],
        "usage": { "total_tokens": 46_012 } })
}

#[test]
fn a_clip_is_handed_out_for_the_key_only() {
    let file = "https://generativelanguage.googleapis.com/v1beta/files/f:download?alt=media";
    let clip = |uri: &str| completed(json!([{ "type": "video", "mime_type": "video/mp4", "uri": uri }]));
    let guarded = |path: &str| done(vec![Output::Guarded(path.to_owned())]);
    assert_eq!(look("v1_abc", clip(file)), guarded("/v1beta/files/f:download?alt=media"));
    assert_eq!(look("v1_abc", clip("https://other.test/f")), guarded("https://other.test/f"));
    let inside = completed(json!([{ "type": "video", "mime_type": "video/mp4", "data": "iVBORw==" }]));
    assert_eq!(look("v1_abc", inside.clone()), done(vec![png()]));
    assert_eq!(read(inside), done(vec![png()]));
}

#[test]
fn a_completed_interaction_without_a_clip_is_no_success() {
    let refused = look("v1_abc", completed(json!([{ "type": "text", "text": "I cannot" }])));
    assert_eq!(class(refused), (ContentPolicy, "text_only".to_owned()));
    assert_eq!(class(look("v1_abc", completed(json!([])))), (Unknown, "no_outputs".to_owned()));
    assert_eq!(
        class(look("v1_abc", completed(json!([{ "type": "video", "data": "?" }])))),
        (Unknown, "unreadable_200".to_owned())
    );
}

#[test]
fn every_end_of_an_interaction_has_its_class() {
    let ended = |status: &str| look("v1_abc", json!({ "id": "v1_abc", "status": status }));
    for status in ["requires_action", "requires_continuation", "incomplete"] {
        assert_eq!(class(ended(status)), (Unknown, status.to_owned()));
    }
    assert_eq!(class(ended("budget_exceeded")), (Quota, "budget_exceeded".to_owned()));
    assert_eq!(ended("cancelled"), Ok(Word::Canceled));
    assert_eq!(class(ended("failed")), (Unknown, "interaction_failed".to_owned()));
    let failed =
        |error: Value| look("v1_abc", json!({ "id": "v1_abc", "status": "failed", "errors": [error] }));
    let oops = failed(json!({ "code": "generation_error", "message": "oops" }));
    assert_eq!(oops, Ok(Word::Failed(Trouble::of(Unknown, "generation_error"))));
    let refused =
        failed(json!({ "code": "blocked", "message": "Request blocked: flagged by Google safety review" }));
    assert_eq!(class(refused), (ContentPolicy, "blocked".to_owned()));
}
