use serde_json::{Value, json};
use spool_domain::adapter::Output;
use spool_domain::adapter::TroubleClass::{Caller, ContentPolicy, Credential, Gone, Unavailable, Unknown};

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, work};

const PNG: &str = "data:image/png;base64,iVBORw==";
const NAME: &str =
    "projects/p-1/locations/us-central1/publishers/google/models/veo-3.1-generate-001/operations/abc";

fn handle() -> Handle {
    Handle { id: NAME.to_owned(), facts: Default::default() }
}

fn look(body: Value) -> Result<Word, Trouble> {
    Vertex.read_poll(&handle(), &reply(200, body))
}

#[test]
fn a_clip_is_asked_for_with_one_instance() {
    let input = json!({ "instances": { "prompt": "waves", "image": PNG },
        "parameters": { "aspectRatio": "9:16", "resolution": "720p", "durationSeconds": 8, "generateAudio": true } });
    let call = submit(&Vertex, &work("veo-3.1-generate-001", input, 1)).unwrap();
    assert_eq!(call.target, "/publishers/google/models/veo-3.1-generate-001:predictLongRunning");
    assert_eq!(
        body_of(&call),
        json!({ "instances": [{ "prompt": "waves",
                "image": { "bytesBase64Encoded": "iVBORw==", "mimeType": "image/png" } }],
            "parameters": { "aspectRatio": "9:16", "resolution": "720p", "durationSeconds": 8, "generateAudio": true,
                "sampleCount": 1 } })
    );
    assert_eq!(Vertex.file_form("veo-3.1-generate-001"), FileForm::Bytes);
    assert_eq!(submit(&Vertex, &work("veo-/x", json!({}), 1)).unwrap_err().class, Caller);
}

#[test]
fn an_operation_is_asked_for_at_its_model() {
    let accepted = Vertex.read_submit("", &reply(200, json!({ "name": NAME })));
    assert_eq!(accepted, Ok(Word::Accepted(handle(), 10_000)));
    let call = Vertex.poll(&handle());
    assert_eq!(
        (call.method, call.target.as_str()),
        (Method::Post, "/publishers/google/models/veo-3.1-generate-001:fetchPredictOperation")
    );
    assert_eq!(body_of(&call), json!({ "operationName": NAME }));
    assert_eq!(look(json!({ "name": NAME })), Ok(Word::Pending { progress: None, wait_ms: 10_000 }));
    assert_eq!(Vertex.cancel(&handle()), None);
}

#[test]
fn clips_come_inside_the_last_look() {
    let ended = |response: Value| look(json!({ "name": NAME, "done": true, "response": response }));
    let clip = json!({ "bytesBase64Encoded": "iVBORw==", "mimeType": "video/mp4" });
    let outputs = vec![Output::Bytes(b"\x89PNG"[..].into())];
    assert_eq!(
        ended(json!({ "raiMediaFilteredCount": 0, "videos": [clip] })),
        Ok(Word::Finished { outputs, billed: None })
    );
    let filtered = json!({ "raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["a face"] });
    assert_eq!(class(ended(filtered)), (ContentPolicy, "rai_filtered".to_owned()));
    // A file in a bucket of the operator's is none that we could fetch.
    assert_eq!(
        class(ended(json!({ "videos": [{ "gcsUri": "gs://b/o" }] }))),
        (Unknown, "unreadable_200".to_owned())
    );
    let error = json!({ "name": NAME, "done": true, "error": { "code": 13, "message": "m" } });
    assert_eq!(class(look(error)), (Unavailable, "INTERNAL".to_owned()));
}

#[test]
fn music_takes_a_seed_or_a_count() {
    let call =
        submit(&Vertex, &work("lyria-002", json!({ "prompt": "calm", "negative_prompt": "drums" }), 2))
            .unwrap();
    assert_eq!(call.target, "/publishers/google/models/lyria-002:predict");
    assert_eq!(
        body_of(&call),
        json!({ "instances": [{ "prompt": "calm", "negative_prompt": "drums" }], "parameters": { "sample_count": 2 } })
    );
    let call = submit(&Vertex, &work("lyria-002", json!({ "prompt": "calm", "seed": 7 }), 1)).unwrap();
    assert_eq!(body_of(&call), json!({ "instances": [{ "prompt": "calm", "seed": 7 }], "parameters": {} }));
    let wav = json!({ "bytesBase64Encoded": "UklGRg==", "mimeType": "audio/wav" });
    let read = Vertex.read_submit("", &reply(200, json!({ "predictions": [wav], "deployedModelId": "1" })));
    assert_eq!(read, Ok(Word::Finished { outputs: vec![Output::Bytes(b"RIFF"[..].into())], billed: None }));
}

#[test]
fn pictures_are_made_as_at_the_other_google() {
    let call = submit(&Vertex, &work("gemini-3-pro-image", json!({ "prompt": "p" }), 1)).unwrap();
    assert_eq!(call.target, "/publishers/google/models/gemini-3-pro-image:generateContent");
    let blocked = json!({ "promptFeedback": { "blockReason": "SAFETY" } });
    assert_eq!(class(Vertex.read_submit("", &reply(200, blocked))), (ContentPolicy, "SAFETY".to_owned()));
}

#[test]
fn troubles_are_those_of_google() {
    let error = |code: u16, status: &str| {
        reply(code, json!({ "error": { "code": code, "message": "m", "status": status } }))
    };
    let refused = Vertex.read_submit("", &error(404, "NOT_FOUND"));
    assert_eq!(class(refused), (Credential, "NOT_FOUND".to_owned()));
    assert_eq!(
        class(Vertex.read_submit("", &error(503, "UNAVAILABLE"))),
        (Unavailable, "UNAVAILABLE".to_owned())
    );
    for body in ["", "{}", "<html>", r#"{"name":"proj"#, r#"{"name":"projects/p"}"#] {
        let read = Vertex.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
        assert!(Vertex.read_poll(&handle(), &plain(200, "application/json", body)).is_err(), "{body}");
    }
    assert!(Vertex.read_poll(&handle(), &error(400, "INVALID_ARGUMENT")).is_err());
    assert_eq!(class(Vertex.read_poll(&handle(), &error(404, "NOT_FOUND"))), (Gone, "NOT_FOUND".to_owned()));
    assert!(Vertex.read_poll(&handle(), &error(404, "NOT_FOUND")).is_ok());
}

#[test]
fn an_operation_that_was_found_is_adopted_by_its_whole_name() {
    assert_eq!(Vertex.adopt(NAME, "veo-3.1-generate-001"), Ok(handle()));
    for given in ["", "abc", "models/veo/operations/abc", "projects/p/models/veo/operations/../x"] {
        assert!(Vertex.adopt(given, "m").is_err(), "{given}");
    }
}

#[test]
fn the_account_is_proved_by_a_list_of_models() {
    assert_eq!(Vertex.check(), Some(Call::get("/models?pageSize=1")));
    assert_eq!(Vertex.read_check(&reply(200, json!({}))), Ok(()));
    assert_eq!(Vertex.read_check(&reply(403, json!({}))).unwrap_err().class, Credential);
}
