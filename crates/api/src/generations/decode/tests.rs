use serde_json::json;

use super::*;

fn common_body(body: Value) -> Result<Asked, Fault> {
    decode(body, Vocabulary::Common)
}

/// The fault's path for an `input` that is otherwise fine.
fn input_fault(field: &str, value: Value) -> Option<Fault> {
    let mut input = json!({ "prompt": "a fox" });
    input[field] = value;
    common_body(json!({ "model": "m", "input": input })).err()
}

#[test]
fn a_body_with_every_field_is_read() {
    let body = json!({ "model": "m", "n": 3, "wait": 7, "input": {
        "prompt": "a fox", "images": ["https://a/1.png", "data:image/png;base64,AA=="], "aspect_ratio": "16:9",
        "size": "1024x768", "duration_seconds": 8, "resolution": "720p", "seed": -4, "negative_prompt": "dogs",
    }});
    let asked = common_body(body).unwrap();
    assert_eq!(
        (asked.model.as_str(), asked.n, asked.wait, asked.aliased),
        ("m", Some(3), Wait::Seconds(7), true)
    );
    assert_eq!(asked.input["duration"], 8);
    assert!(!asked.input.contains_key("duration_seconds"));
}

#[test]
fn defaults_are_auto_and_no_count() {
    let asked = common_body(json!({ "model": "m", "input": { "images": ["http://a/b"] } })).unwrap();
    assert_eq!((asked.n, asked.wait, asked.aliased), (None, Wait::Auto, false));
}

#[test]
fn unknown_keys_name_their_path_and_what_was_meant() {
    for (body, param, meant) in [
        (json!({ "model": "m", "input": { "promt": "x" } }), "input.promt", "did you mean input.prompt?"),
        (json!({ "modle": "m" }), "modle", "did you mean model?"),
        (json!({ "model": "m", "prompt": "x" }), "prompt", "did you mean input.prompt?"),
        (
            json!({ "model": "m", "input": { "prompt": "x" }, "callback_url": "https://a" }),
            "callback_url",
            "known are",
        ),
        (json!({ "model": "m", "input": { "prompt": "x", "count": 2 } }), "input.count", "known are"),
    ] {
        let fault = common_body(body).unwrap_err();
        assert_eq!(fault.param.as_deref(), Some(param));
        assert!(
            fault.message.starts_with("unknown field; ") && fault.message.contains(meant),
            "{}",
            fault.message
        );
    }
    let long = "x".repeat(5_000);
    let fault = common_body(json!({ (long.as_str()): 1 })).unwrap_err();
    assert!(fault.param.unwrap().len() <= 64);
}

#[test]
fn every_field_has_its_type_and_bounds() {
    let long = "é".repeat(8_001);
    for (field, value, param) in [
        ("prompt", json!(""), "input.prompt"),
        ("prompt", json!(long), "input.prompt"),
        ("prompt", json!(7), "input.prompt"),
        ("prompt", Value::Null, "input.prompt"),
        ("images", json!("https://a/b"), "input.images"),
        ("images", json!(vec!["https://a/b"; 9]), "input.images"),
        ("images", json!(["https://a/b", 5]), "input.images.1"),
        ("images", json!(["ftp://a/b"]), "input.images.0"),
        ("aspect_ratio", json!("16/9"), "input.aspect_ratio"),
        ("aspect_ratio", json!("16:9:1"), "input.aspect_ratio"),
        ("aspect_ratio", json!(1.5), "input.aspect_ratio"),
        ("size", json!("1024"), "input.size"),
        ("size", json!("1024x"), "input.size"),
        ("size", json!("1024X768"), "input.size"),
        ("duration", json!("8"), "input.duration"),
        ("duration", json!(0), "input.duration"),
        ("duration", json!(8.5), "input.duration"),
        ("duration_seconds", json!(-1), "input.duration_seconds"),
        ("resolution", json!(720), "input.resolution"),
        ("seed", json!(1.5), "input.seed"),
        ("seed", json!("1"), "input.seed"),
        ("negative_prompt", json!([]), "input.negative_prompt"),
    ] {
        let fault = input_fault(field, value.clone()).unwrap_or_else(|| panic!("{field} = {value} passed"));
        assert_eq!((fault.kind, fault.param.as_deref()), (Kind::InvalidInput, Some(param)), "{value}");
    }
    assert_eq!(input_fault("prompt", json!("é".repeat(8_000))), None);
    assert_eq!(input_fault("images", json!(vec!["https://a/b"; 8])), None);
}

#[test]
fn the_outer_fields_have_their_bounds() {
    let body = |field: &str, value: Value| {
        let mut body = json!({ "model": "m", "input": { "prompt": "x" } });
        body[field] = value;
        common_body(body)
    };
    for n in [json!(0), json!(11), json!(-1), json!(1.5), json!("2"), Value::Null] {
        assert_eq!(body("n", n).unwrap_err().param.as_deref(), Some("n"));
    }
    for wait in [json!(61), json!(-1), json!("60"), json!("AUTO"), json!(0.5), Value::Null] {
        assert_eq!(body("wait", wait).unwrap_err().param.as_deref(), Some("wait"));
    }
    for (wait, read) in
        [(json!("auto"), Wait::Auto), (json!(0), Wait::Seconds(0)), (json!(60), Wait::Seconds(60))]
    {
        assert_eq!(body("wait", wait).unwrap().wait, read);
    }
    assert_eq!(body("n", json!(10)).unwrap().n, Some(10));
    for (field, value) in [("model", json!(1)), ("model", json!("")), ("input", json!([]))] {
        assert_eq!(body(field, value).unwrap_err().param.as_deref(), Some(field));
    }
    assert_eq!(common_body(json!({ "input": {} })).unwrap_err().param.as_deref(), Some("model"));
    assert_eq!(common_body(json!({ "model": "m" })).unwrap_err().param.as_deref(), Some("input"));
    assert_eq!(common_body(json!([])).unwrap_err().param, None);
}

#[test]
fn a_prompt_or_a_picture_is_needed() {
    for input in [json!({}), json!({ "images": [] }), json!({ "seed": 1 })] {
        let fault = common_body(json!({ "model": "m", "input": input })).unwrap_err();
        assert_eq!(fault.param.as_deref(), Some("input.prompt"));
    }
}

#[test]
fn both_names_of_duration_together_are_refused() {
    let fault = input_fault("duration_seconds", json!(5));
    assert_eq!(fault, None);
    let input = json!({ "prompt": "x", "duration": 5, "duration_seconds": 5 });
    let fault = common_body(json!({ "model": "m", "input": input })).unwrap_err();
    assert_eq!(fault.param.as_deref(), Some("input.duration_seconds"));
}

#[test]
fn the_models_own_vocabulary_is_left_to_the_model() {
    let body = json!({ "model": "m", "input": { "anything": [1], "duration_seconds": "x" } });
    let asked = decode(body, Vocabulary::Model).unwrap();
    assert_eq!(asked.input.len(), 2);
    assert!(!asked.aliased);
}

#[test]
fn text_that_is_not_json_is_located_and_not_repeated() {
    let fault = parse(b"{\"prompt\": secret}").unwrap_err();
    assert_eq!((fault.kind, fault.param), (Kind::InvalidInput, None));
    assert!(fault.message.contains("line 1, column 12") && !fault.message.contains("secret"));
}

#[test]
fn a_query_has_one_wait_in_its_one_form() {
    for (query, wait) in [
        (None, Wait::Seconds(0)),
        (Some(""), Wait::Seconds(0)),
        (Some("other=1"), Wait::Seconds(0)),
        (Some("wait=0"), Wait::Seconds(0)),
        (Some("a=b&wait=60"), Wait::Seconds(60)),
        (Some("wait=auto"), Wait::Auto),
    ] {
        assert_eq!(query_wait(query), Ok(wait));
    }
    for query in [
        "wait",
        "wait=",
        "wait=61",
        "wait=-1",
        "wait=+5",
        "wait=5.0",
        "wait=five",
        "wait=1&wait=1",
        "wait=060",
    ] {
        assert_eq!(query_wait(Some(query)).unwrap_err().param.as_deref(), Some("wait"), "{query}");
    }
}
