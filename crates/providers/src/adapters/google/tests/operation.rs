use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Timeout, Unavailable, Unknown};
use serde_json::json;
use spool_domain::adapter::Output;

use super::*;

#[test]
fn an_operation_takes_one_instance_and_its_parameters() {
    let input = json!({
        "instances": { "prompt": "waves", "image": PNG, "lastFrame": PNG, "video": { "uri": "u" },
            "referenceImages": [PNG] },
        "parameters": { "aspectRatio": "16:9", "durationSeconds": 8 },
    });
    let call = submit(&Google, &work("veo-3.1-generate-preview", input, 1)).unwrap();
    assert_eq!(call.target, "/v1beta/models/veo-3.1-generate-preview:predictLongRunning");
    let png = json!({ "bytesBase64Encoded": "iVBORw==", "mimeType": "image/png" });
    assert_eq!(
        body_of(&call),
        json!({ "instances": [{ "prompt": "waves", "image": png, "lastFrame": png, "video": { "uri": "u" },
                "referenceImages": [{ "image": png, "referenceType": "asset" }] }],
            "parameters": { "aspectRatio": "16:9", "durationSeconds": 8, "sampleCount": 1 } })
    );
}

#[test]
fn an_operation_is_followed_by_its_name_and_cannot_be_stopped() {
    assert_eq!(read(json!({ "name": OPERATION })), Ok(Word::Accepted(handle(OPERATION), 10_000)));
    assert_eq!(Google.poll(&handle(OPERATION)), Call::get(format!("/v1beta/{OPERATION}")));
    assert_eq!(Google.cancel(&handle(OPERATION)), None);
    for body in [json!({ "name": OPERATION }), json!({ "name": OPERATION, "metadata": {}, "done": false })] {
        assert_eq!(look(OPERATION, body), Ok(Word::Pending { progress: None, wait_ms: 10_000 }));
    }
}

fn ended(response: Value) -> Result<Word, Trouble> {
    look(
        OPERATION,
        json!({ "name": OPERATION, "done": true, "response": { "generateVideoResponse": response } }),
    )
}

#[test]
fn clips_of_an_operation_are_read_and_missing_ones_are_a_refusal() {
    let uri = "https://generativelanguage.googleapis.com/v1beta/files/f:download?alt=media";
    assert_eq!(
        ended(json!({ "generatedSamples": [{ "video": { "uri": uri } }] })),
        done(vec![Output::Guarded("/v1beta/files/f:download?alt=media".to_owned())])
    );
    let filtered = ended(json!({ "raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["a face"] }));
    let refused = Trouble::of(ContentPolicy, "rai_filtered").saying("a face");
    assert_eq!(filtered, Ok(Word::Failed(refused)));
    assert_eq!(class(ended(json!({ "raiMediaFilteredCount": 1 }))).0, ContentPolicy);
    assert_eq!(class(ended(json!({}))), (Unknown, "no_outputs".to_owned()));
    assert!(ended(json!({ "generatedSamples": [{ "video": {} }] })).is_err());
}

#[test]
fn every_error_of_an_operation_has_its_class() {
    let error = |code: i64, message: &str| json!({ "name": OPERATION, "done": true, "error": { "code": code, "message": message } });
    for (code, message, expected, word) in [
        (1, "m", Unavailable, "CANCELLED"),
        (3, "m", Caller, "INVALID_ARGUMENT"),
        (3, "violates our safety policy", ContentPolicy, "INVALID_ARGUMENT"),
        (4, "m", Timeout, "DEADLINE_EXCEEDED"),
        (5, "m", Credential, "NOT_FOUND"),
        (7, "m", Credential, "PERMISSION_DENIED"),
        (8, "m", Busy, "RESOURCE_EXHAUSTED"),
        (9, "m", Credential, "FAILED_PRECONDITION"),
        (13, "m", Unavailable, "INTERNAL"),
        (14, "m", Unavailable, "UNAVAILABLE"),
        (16, "m", Credential, "UNAUTHENTICATED"),
        (99, "m", Unknown, "operation_failed"),
    ] {
        assert_eq!(class(look(OPERATION, error(code, message))), (expected, word.to_owned()), "{code}");
    }
}

#[test]
fn predictions_are_files_or_a_refusal() {
    let call = submit(
        &Google,
        &work("imagen-4", json!({ "prompt": "p", "parameters": { "aspectRatio": "1:1" } }), 2),
    );
    let call = call.unwrap();
    assert_eq!(call.target, "/v1beta/models/imagen-4:predict");
    assert_eq!(
        body_of(&call),
        json!({ "instances": [{ "prompt": "p" }], "parameters": { "aspectRatio": "1:1", "sampleCount": 2 } })
    );
    let file = json!({ "bytesBase64Encoded": "iVBORw==", "mimeType": "image/png" });
    assert_eq!(read(json!({ "predictions": [file] })), done(vec![png()]));
    assert_eq!(read(json!({ "predictions": [{ "audioContent": "iVBORw==" }] })), done(vec![png()]));
    let withheld = json!({ "raiFilteredReason": "a face" });
    assert_eq!(read(json!({ "predictions": [file, withheld] })), done(vec![png()]));
    let refused = Trouble::of(ContentPolicy, "filtered");
    assert_eq!(read(json!({ "predictions": [withheld] })), Ok(Word::Failed(refused.saying("a face"))));
    for body in [json!({ "predictions": [] }), json!({ "deployedModelId": "1" })] {
        assert_eq!(class(read(body)), (ContentPolicy, "filtered".to_owned()));
    }
}
