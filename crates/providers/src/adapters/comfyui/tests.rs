use serde_json::{Value, json};
use spool_domain::adapter::Output;
use spool_domain::adapter::TroubleClass::{Busy, Caller, Credential, Quota, Timeout, Unavailable, Unknown};

use super::*;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, work};

/// What the token of these tests becomes.
const ID: &str = "8909cde2-f411-884e-86e7-a39c8a3916b7";
const PICTURE: &str = "data:image/png;base64,AAEC";

fn graph() -> Value {
    json!({
        "1": { "class_type": "CLIPTextEncode", "inputs": { "text": "{{prompt}}", "clip": ["4", 1] }, "_meta": { "title": "x" } },
        "2": { "class_type": "KSampler", "inputs": { "seed": "{{seed}}", "steps": "{{steps}}", "cfg": "{{ cfg }}", "model": ["4", 0],
            "sampler_name": "{{sampler}}", "note": "a {{prompt}}" } },
        "3": { "class_type": "SaveImage", "inputs": { "filename_prefix": "mine", "images": ["2", 0], "list": ["{{steps}}", 1] } },
    })
}

fn order(input: Value) -> Result<Call, Trouble> {
    submit(&ComfyUi, &work("text-to-image", input, 1))
}

fn prompt() -> Handle {
    ComfyUi.adopt(ID, "text-to-image").unwrap()
}

#[test]
fn parameters_go_into_their_places_with_their_own_types() {
    let input =
        json!({ "prompt": "a \"red\" kite", "steps": 20, "seed": 7, "cfg": 6.5, "workflow": graph() });
    let call = order(input).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/prompt"));
    assert_eq!(call.headers, [("content-type", "application/json".to_owned())]);
    assert_eq!(
        body_of(&call),
        json!({ "prompt": {
            "1": { "class_type": "CLIPTextEncode", "inputs": { "text": "a \"red\" kite", "clip": ["4", 1] },
                "_meta": { "title": "x" } },
            "2": { "class_type": "KSampler", "inputs": { "seed": 7, "steps": 20, "cfg": 6.5, "model": ["4", 0],
                "note": "a {{prompt}}" } },
            "3": { "class_type": "SaveImage", "inputs": { "filename_prefix": "spool/00ff", "images": ["2", 0], "list": [20, 1] } },
        }, "client_id": ID, "prompt_id": ID, "extra_data": { "spool": "00ff" } })
    );
}

#[test]
fn a_workflow_may_be_text_and_has_defaults_and_a_seed_of_its_own_for_every_token() {
    let input = json!({ "prompt": "p", "cfg": null, "workflow": graph().to_string(), "defaults": { "steps": 9, "prompt": "q", "cfg": 3 } });
    let inputs = |token: &str| {
        let call = ComfyUi.submit(&work("m", input.clone(), 1), &Token(token.to_owned())).unwrap();
        body_of(&call)["prompt"].clone()
    };
    let (one, same, other) = (inputs("00ff"), inputs("00ff"), inputs("00fe"));
    assert_eq!(one, same);
    assert_eq!((&one["1"]["inputs"]["text"], &one["2"]["inputs"]["steps"]), (&json!("p"), &json!(9)));
    assert_eq!(one["2"]["inputs"]["cfg"], 3, "null is as good as left out");
    let seed = |graph: &Value| graph["2"]["inputs"]["seed"].as_u64().unwrap();
    assert_ne!(seed(&one), seed(&other));
    assert!(seed(&one) < 1 << 53 && seed(&other) < 1 << 53);
    assert_ne!(one["3"]["inputs"]["filename_prefix"], other["3"]["inputs"]["filename_prefix"]);
}

#[test]
fn nothing_that_a_caller_writes_is_taken_for_a_place() {
    let input = json!({ "prompt": "{{steps}}", "steps": 20, "workflow": graph() });
    assert_eq!(body_of(&order(input).unwrap())["prompt"]["1"]["inputs"]["text"], "{{steps}}");
    let workflow = json!({ "1": { "class_type": "X", "inputs": { "a": "{{workflow}}", "b": "{{defaults}}", "c": "{{}}" } } });
    let inputs =
        body_of(&order(json!({ "workflow": workflow, "defaults": {} })).unwrap())["prompt"]["1"]["inputs"]
            .clone();
    assert_eq!(inputs, json!({ "c": "{{}}" }));
}

#[test]
fn what_is_no_workflow_is_refused_before_it_is_sent() {
    let code = |input: Value| {
        let trouble = order(input).unwrap_err();
        assert!(trouble.class == Caller && trouble.message.is_some());
        trouble.code
    };
    assert_eq!(code(json!({ "prompt": "p" })), "no_workflow");
    let ui = json!({ "nodes": [{ "id": 1, "type": "KSampler" }], "links": [], "version": 0.4 });
    assert_eq!(code(json!({ "workflow": ui })), "workflow_in_ui_format");
    assert_eq!(code(json!({ "workflow": ui.to_string() })), "workflow_in_ui_format");
    for odd in [json!({}), json!([]), json!("{"), json!({ "1": {} }), json!({ "1": { "class_type": "X" } })] {
        assert_eq!(code(json!({ "workflow": odd })), "not_a_workflow", "{odd}");
    }
}

#[test]
fn the_prompts_id_is_a_lower_case_uuid_made_from_the_token() {
    assert_eq!(prompt_id(&Token("00ff".to_owned())), ID);
    let other = prompt_id(&Token("00fe".to_owned()));
    assert!(other != ID && handle(&other).is_some());
    for odd in ["", "x", &ID.to_uppercase(), &ID[1..], &format!("{ID}0"), &ID.replace('-', "_"), "../x?y"] {
        assert!(ComfyUi.adopt(odd, "m").is_err(), "{odd}");
    }
}

#[test]
fn files_are_uploaded_first_and_named_by_what_the_server_says() {
    assert_eq!(ComfyUi.file_form("m"), FileForm::Bytes);
    let input = json!({ "prompt": "data: a chart", "image_url": PICTURE, "more": ["x", PICTURE], "workflow": graph() });
    let mut order = work("image-to-video", input, 1);
    let call = ComfyUi.prepare(&order).unwrap().unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/upload/image"));
    // SHA-256 of the three bytes.
    let digest = "ae4b3280e56e2faf83f414a6e3dabe9d";
    assert_eq!(call.headers, [("content-type", format!("multipart/form-data; boundary=spool-{digest}"))]);
    let form = String::from_utf8_lossy(&call.body).into_owned();
    assert!(form.contains(
        "name=\"image\"; filename=\"file.png\"\r\nContent-Type: image/png\r\n\r\n\0\u{1}\u{2}\r\n"
    ));
    for (name, text) in [("type", "input"), ("subfolder", &format!("spool/{digest}")), ("overwrite", "true")]
    {
        assert!(form.contains(&format!("name=\"{name}\"\r\n\r\n{text}\r\n")), "{name}");
    }
    let stored =
        |name: &str, folder: &str| reply(200, json!({ "name": name, "subfolder": folder, "type": "input" }));
    ComfyUi.read_prepared(&mut order, &stored("file (1).png", "spool/a")).unwrap();
    assert_eq!(order.input["image_url"], "spool/a/file (1).png");
    assert!(ComfyUi.prepare(&order).unwrap().is_some(), "one after another");
    ComfyUi.read_prepared(&mut order, &stored("file.png", "")).unwrap();
    assert_eq!(order.input["more"], json!(["x", "file.png"]));
    assert_eq!(ComfyUi.prepare(&order), Ok(None), "a text that looks like a label is no file");

    let mut order = work("m", json!({ "image_url": PICTURE }), 1);
    assert_eq!(
        ComfyUi.read_prepared(&mut order, &plain(413, "text/plain", "too large")).unwrap_err().class,
        Caller
    );
    assert_eq!(ComfyUi.read_prepared(&mut order, &reply(200, json!({}))).unwrap_err().class, Unknown);
    let broken = work("m", json!({ "image_url": "data:image/png;base64,%%" }), 1);
    assert_eq!(ComfyUi.prepare(&broken).unwrap_err().class, Caller);
}

#[test]
fn a_prompt_that_was_taken_is_followed_and_one_with_errors_has_failed() {
    let taken = json!({ "prompt_id": ID, "number": 7, "node_errors": {} });
    assert_eq!(ComfyUi.read_submit("", &reply(200, taken)), Ok(Word::Accepted(prompt(), 2_000)));
    let half = json!({ "prompt_id": ID, "number": 7, "node_errors": { "4": { "class_type": "LoadImage", "errors": [
        { "type": "custom_validation_failed", "message": "Custom validation failed for node", "details": "secret.png" }] } } });
    let failed = Trouble::of(Caller, "custom_validation_failed")
        .saying("LoadImage: Custom validation failed for node");
    assert_eq!(ComfyUi.read_submit("", &reply(200, half)), Ok(Word::Failed(failed)));
    for odd in [
        plain(200, "text/html", "<p>"),
        plain(200, "application/json", "{\"prompt_id\": \"da6b"),
        reply(200, json!({})),
        reply(200, json!({ "prompt_id": "../x", "node_errors": {} })),
    ] {
        assert_eq!(class(ComfyUi.read_submit("", &odd)), (Unknown, "unreadable_200".to_owned()));
    }
}

#[test]
fn every_documented_refusal_has_its_class() {
    let error = |kind: &str| json!({ "error": { "type": kind, "message": "words", "details": "", "extra_info": {} }, "node_errors": {} });
    let node = |kind: &str| {
        let mut body = error("prompt_outputs_failed_validation");
        body["node_errors"] = json!({ "4": { "errors": [{ "type": kind, "message": "m", "details": "ckpt_name: 'x' not in ['a']" }],
            "dependent_outputs": ["9"], "class_type": "CheckpointLoaderSimple" } });
        body
    };
    for kind in [
        "no_prompt",
        "invalid_prompt",
        "prompt_no_outputs",
        "prompt_outputs_failed_validation",
        "invalid_prompt_id",
    ] {
        let trouble = ComfyUi.read_submit("", &reply(400, error(kind))).unwrap_err();
        assert_eq!(trouble, Trouble::of(Caller, kind).saying("words"));
    }
    for kind in [
        "required_input_missing",
        "value_not_in_list",
        "value_smaller_than_min",
        "value_bigger_than_max",
        "return_type_mismatch",
        "bad_linked_input",
        "invalid_input_type",
        "custom_validation_failed",
    ] {
        let trouble = ComfyUi.read_submit("", &reply(400, node(kind))).unwrap_err();
        assert_eq!(
            trouble,
            Trouble::of(Caller, kind).saying("CheckpointLoaderSimple: m"),
            "no list of files"
        );
    }
    let rows = [
        (401, Credential, "http_401"),
        (402, Quota, "http_402"),
        (403, Credential, "http_403"),
        (404, Credential, "http_404"),
        (408, Timeout, "http_408"),
        (413, Caller, "http_413"),
        (429, Busy, "http_429"),
        (500, Unavailable, "http_500"),
        (503, Unavailable, "http_503"),
        (418, Unknown, "http_418"),
    ];
    for (status, expected, code) in rows {
        let read = ComfyUi.read_submit("", &plain(status, "text/plain", "words"));
        assert_eq!(class(read), (expected, code.to_owned()));
    }
    let old =
        ComfyUi.read_submit("", &reply(400, json!({ "error": "no prompt", "node_errors": [] }))).unwrap_err();
    assert_eq!(old, Trouble::of(Caller, "http_400").saying("no prompt"));
}

fn queue(running: &[&str], pending: &[&str]) -> Reply {
    let prompts = |ids: &[&str]| -> Vec<Value> {
        ids.iter().map(|id| json!([1, id, {}, { "client_id": "c", "spool": "00ff" }, ["9"]])).collect()
    };
    reply(200, json!({ "queue_running": prompts(running), "queue_pending": prompts(pending) }))
}

fn look(reply: &Reply) -> Result<Word, Trouble> {
    ComfyUi.read_poll(&prompt(), reply)
}

#[test]
fn the_queue_is_asked_first_and_the_history_tells_how_it_ended() {
    assert_eq!(ComfyUi.poll(&prompt()), Call::get("/queue"));
    let pending = Ok(Word::Pending { progress: None, wait_ms: 2_000 });
    assert_eq!(look(&queue(&[ID], &[])), pending);
    assert_eq!(look(&queue(&["other"], &["third", ID])), pending);
    assert_eq!(look(&queue(&["other"], &[])), Ok(Word::Then(Call::get(format!("/history/{ID}")))));
    let lost = Trouble::of(Unavailable, "prompt_lost");
    assert_eq!(look(&reply(200, json!({}))), Ok(Word::Failed(lost)), "in neither, as after a restart");
    for odd in [
        plain(200, "text/html", "<p>"),
        plain(200, "application/json", "{\"queue_running\": ["),
        reply(200, json!([])),
        reply(200, json!({ "other": {} })),
        reply(200, json!({ "queue_running": [], "queue_pending": [7] })),
        reply(200, json!({ ID: { "status": {} } })),
        reply(200, json!({ ID: { "status": { "status_str": "success" } } })),
    ] {
        assert_eq!(class(look(&odd)), (Unknown, "unreadable_200".to_owned()), "{odd:?}");
    }
    assert_eq!(look(&plain(502, "text/html", "<p>")), Err(Trouble::of(Unavailable, "http_502")));
}

fn ended(status: &str, messages: Value, outputs: Value) -> Reply {
    reply(
        200,
        json!({ ID: { "prompt": [7, ID, {}, { "spool": "00ff" }, ["9"]], "outputs": outputs,
            "status": { "status_str": status, "completed": status == "success", "messages": messages }, "meta": {} } }),
    )
}

fn outputs_of(outputs: Value) -> Vec<Output> {
    match look(&ended("success", json!([]), outputs)) {
        Ok(Word::Finished { outputs, billed: None }) => outputs,
        other => panic!("{other:?}"),
    }
}

fn view(query: &str) -> Output {
    Output::Guarded(format!("/view?{query}"))
}

#[test]
fn saved_files_are_the_result_whatever_their_key() {
    let file = |name: &str, kind: &str| json!({ "filename": name, "subfolder": "a b", "type": kind });
    let outputs = json!({
        "8": { "images": [file("preview.png", "temp")], "text": ["a caption"] },
        "9": { "images": [file("x_1.png", "output"), file("y&z.PNG", "output")], "animated": [false] },
        "10": { "gifs": [{ "filename": "c.mp4", "subfolder": "", "type": "output", "format": "video/h264-mp4", "frame_rate": 24 }] },
        "11": { "video": [file("d.webm", "output")], "audio": [file("e.flac", "output")], "3d": [file("f.glb", "output")] },
    });
    let expected = [
        "filename=x_1.png&subfolder=a%20b&type=output",
        "filename=y%26z.PNG&subfolder=a%20b&type=output",
        "filename=c.mp4&subfolder=&type=output",
        "filename=d.webm&subfolder=a%20b&type=output",
        "filename=e.flac&subfolder=a%20b&type=output",
    ];
    assert_eq!(outputs_of(outputs), expected.map(view));
    let previews = json!({ "8": { "images": [file("preview.png", "temp")] } });
    assert_eq!(outputs_of(previews), [view("filename=preview.png&subfolder=a%20b&type=temp")]);
    assert_eq!(outputs_of(json!({ "8": { "text": ["a caption"] } })), [Output::Text("a caption".to_owned())]);
    let none = look(&ended("success", json!([]), json!({})));
    assert_eq!(none, Ok(Word::Failed(Trouble::of(Unknown, "no_outputs"))));
}

#[test]
fn runs_end_in_all_documented_ways() {
    let error = |kind: &str| {
        json!([["execution_start", {}], ["execution_error", { "prompt_id": ID, "node_id": "4",
        "exception_type": kind, "exception_message": "words\n", "traceback": ["secret"] }]])
    };
    let failed = |messages: Value| match look(&ended("error", messages, json!({}))) {
        Ok(Word::Failed(trouble)) => trouble,
        other => panic!("{other:?}"),
    };
    for memory in ["torch.OutOfMemoryError", "torch.cuda.OutOfMemoryError", "OOMError"] {
        assert_eq!(failed(error(memory)), Trouble::of(Unavailable, memory));
    }
    assert_eq!(failed(error("RuntimeError")), Trouble::of(Caller, "RuntimeError").saying("words"));
    assert_eq!(
        failed(error("a sentence is no code")),
        Trouble::of(Caller, "execution_error").saying("words")
    );
    assert_eq!(failed(json!([])), Trouble::of(Caller, "execution_error"));
    let stopped = json!([["execution_interrupted", { "prompt_id": ID, "node_id": "4" }]]);
    assert_eq!(look(&ended("error", stopped, json!({}))), Ok(Word::Canceled));
    let odd = look(&ended("resting", json!([]), json!({})));
    assert_eq!(odd, Ok(Word::Pending { progress: None, wait_ms: 2_000 }));
}

#[test]
fn a_cancel_names_one_prompt_and_is_only_noted_by_old_servers() {
    let call = ComfyUi.cancel(&prompt()).unwrap();
    assert_eq!((call.method, call.target), (Method::Post, format!("/api/jobs/{ID}/cancel")));
    let read = |reply: Reply| ComfyUi.read_cancel(&prompt(), &reply);
    assert_eq!(read(reply(200, json!({ "cancelled": true }))), Ok(CancelWord::Ended));
    assert_eq!(read(reply(200, json!({ "cancelled": false }))), Ok(CancelWord::TooLate));
    assert_eq!(read(plain(405, "text/plain", "405: Method Not Allowed")), Ok(CancelWord::Noted));
    assert_eq!(read(plain(404, "text/plain", "404: Not Found")), Ok(CancelWord::Noted));
    assert_eq!(read(reply(200, json!({}))).unwrap_err().class, Unknown);
    assert_eq!(read(plain(500, "text/plain", "x")).unwrap_err().class, Unavailable);
}

#[test]
fn u5_a_lost_prompt_is_found_by_its_id_or_by_its_token() {
    let token = Token("00ff".to_owned());
    let lost = Lost { token: &token, model: "text-to-image", since_unix_ms: 0 };
    let read = |reply: &Reply| ComfyUi.read_lookup(&lost, reply);
    assert_eq!(ComfyUi.lookup(&lost), Some(Call::get("/queue")));
    assert_eq!(read(&queue(&[], &[ID])), Ok(Sought::Found(prompt())));
    assert_eq!(read(&queue(&[], &[])), Ok(Sought::Then(Call::get("/history?max_items=200"))));
    assert_eq!(read(&reply(200, json!({}))), Ok(Sought::Absent));
    assert_eq!(read(&ended("success", json!([]), json!({}))), Ok(Sought::Found(prompt())));
    let id = "00000000-0000-4000-8000-000000000001";
    let other = |mark: &str| {
        reply(200, json!({ id: { "prompt": [7, id, {}, { "spool": mark }, []], "status": {} } }))
    };
    assert_eq!(read(&other("00fe")), Ok(Sought::Absent));
    assert_eq!(read(&other("00ff")), Ok(Sought::Found(handle(id).unwrap())), "an old server's own id");
    for odd in [plain(200, "text/html", "<p>"), reply(200, json!([])), reply(200, json!({ "x": {} }))] {
        assert_eq!(read(&odd).unwrap_err().class, Unknown);
    }
}

#[test]
fn u13_the_list_shows_our_prompts_only() {
    assert_eq!(ComfyUi.listing(0, 1), Some(Call::get("/queue")));
    let page = ComfyUi.read_listing(&queue(&[ID], &["somebody"])).unwrap();
    assert_eq!(page.next, Some(Call::get("/history?max_items=200")));
    let [listed] = &page.jobs[..] else { panic!("{page:?}") };
    assert_eq!((&listed.handle, &listed.token), (&prompt(), &Some(Token("00ff".to_owned()))));
    let begun = json!([["execution_start", { "prompt_id": ID, "timestamp": 1_760_000_000_000_i64 }]]);
    let page = ComfyUi.read_listing(&ended("success", begun, json!({}))).unwrap();
    assert_eq!((page.jobs[0].created_unix_ms, page.next), (Some(1_760_000_000_000), None));
    let theirs = json!({ ID: { "prompt": [7, ID, {}, {}, []], "status": {} } });
    assert_eq!(ComfyUi.read_listing(&reply(200, theirs)), Ok(Listing::default()));
    assert_eq!(ComfyUi.check(), Some(Call::get("/system_stats")));
}
