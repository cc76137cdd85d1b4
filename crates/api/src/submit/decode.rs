//! A request body of the dialect. Only what needs no model is checked here; `input` is the model's affair.

use serde_json::{Map, Value};
use spool_domain::fault::{Fault, Kind};

use crate::target;

/// The field that holds the address to call.
pub(super) const CALLBACK_URL: &str = "callback_url";

/// A request that is well formed.
#[derive(Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) input: Map<String, Value>,
    /// Where every change of the status is told, not yet checked.
    pub(super) callback_url: Option<String>,
}

/// Checks it. Keys that the dialect does not have are ignored.
pub(super) fn decode(body: Value) -> Result<Asked, Fault> {
    let Value::Object(mut body) = body else {
        return Err(Fault::new(Kind::InvalidInput, "the body must be a JSON object"));
    };
    let model = match body.remove("model") {
        Some(Value::String(model)) if !model.is_empty() => model,
        None | Some(Value::Null) => {
            return Err(Fault::field(
                "model",
                "model is required: the id of a model, such as GET /v1/models lists",
            ));
        }
        Some(_) => return Err(Fault::field("model", "model must be a text: the id of a model")),
    };
    let input = match body.remove("input") {
        Some(Value::Object(input)) => input,
        None | Some(Value::Null) => {
            return Err(Fault::field("input", "input is required: an object with the model's parameters"));
        }
        Some(_) => return Err(Fault::field("input", "input must be an object")),
    };
    let callback_url = target::read(body.remove(CALLBACK_URL), CALLBACK_URL)?;
    // A form field that was left blank asks for no callback.
    let callback_url = callback_url.filter(|url| !url.is_empty());
    Ok(Asked { model, input, callback_url })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn model_and_input_are_read_and_unknown_keys_are_ignored() {
        let plain = decode(json!({ "model": "a/b", "input": { "prompt": "a fox", "x": [1] } })).unwrap();
        assert_eq!((plain.model.as_str(), plain.input.len()), ("a/b", 2));
        assert_eq!(plain.callback_url, None);
        let told =
            decode(json!({ "model": "m", "input": {}, "callback_url": "https://a.example/" })).unwrap();
        assert_eq!(told.callback_url.as_deref(), Some("https://a.example/"));
        for (key, value) in [
            ("webhook", json!("https://a")),
            ("n", json!(3)),
            ("callback_url", json!("")),
            ("callback_url", Value::Null),
        ] {
            let mut body = json!({ "model": "a/b", "input": { "prompt": "a fox", "x": [1] } });
            body[key] = value;
            assert_eq!(decode(body).unwrap(), plain, "{key}");
        }
    }

    #[test]
    fn what_is_missing_or_of_another_type_is_named() {
        let good = json!({ "model": "m", "input": {} });
        for (key, value) in [
            ("model", None),
            ("model", Some(Value::Null)),
            ("model", Some(json!(""))),
            ("model", Some(json!(7))),
            ("model", Some(json!(["m"]))),
            ("input", None),
            ("input", Some(Value::Null)),
            ("input", Some(json!("a fox"))),
            ("input", Some(json!([]))),
            ("callback_url", Some(json!(7))),
        ] {
            let mut body = good.clone();
            match &value {
                Some(value) => body[key] = value.clone(),
                None => drop(body.as_object_mut().unwrap().remove(key)),
            }
            let fault = decode(body).unwrap_err();
            assert_eq!((fault.kind, fault.param.as_deref()), (Kind::InvalidInput, Some(key)), "{value:?}");
        }
        for body in [json!([]), json!("x"), Value::Null] {
            assert_eq!(decode(body).unwrap_err().param, None);
        }
    }
}
