//! A request of the tasks dialect. Loose where its contract is: unknown keys are ignored and null counts as absent.

use serde_json::{Map, Value};
use spool_domain::fault::{Fault, Kind};
use spool_domain::store::Page;

use super::translate;
use crate::target;

/// The field that holds the address to call.
pub(super) const CALLBACK_URL: &str = "callback_url";

const LIMIT_DEFAULT: u32 = 20;
const LIMIT_MAX: u32 = 100;

/// A request that is well formed.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) input: Map<String, Value>,
    pub(super) dry_run: bool,
    /// Where the end of the task is told, not yet checked.
    pub(super) callback_url: Option<String>,
}

/// Reads a body.
pub(super) fn decode(body: Value) -> Result<Asked, Fault> {
    let Value::Object(mut body) = body else {
        return Err(Fault::new(Kind::InvalidInput, "the body must be a JSON object"));
    };
    let mut take = |field: &str| body.remove(field).filter(|value| !value.is_null());
    let model = match take("model") {
        Some(Value::String(model)) if !model.is_empty() => model,
        Some(Value::String(_)) | None => {
            return Err(Fault::field("model", "model is required: provider/model-name"));
        }
        Some(_) => return Err(Fault::field("model", "model must be a text: provider/model-name")),
    };
    let input = match take("input") {
        Some(Value::Object(input)) => input,
        None => {
            return Err(Fault::field("input", "input is required: an object with the model's parameters"));
        }
        Some(_) => return Err(Fault::field("input", "input must be an object with the model's parameters")),
    };
    let dry_run = match take("dry_run") {
        None => false,
        Some(Value::Bool(dry_run)) => dry_run,
        Some(_) => return Err(Fault::field("dry_run", "dry_run must be true or false")),
    };
    let callback_url = target::read(take(CALLBACK_URL), CALLBACK_URL)?;
    Ok(Asked { model, input, dry_run, callback_url })
}

/// Reads the query of a list: `limit` from 1 to 100, and `before`, the id of a task.
pub(super) fn page(query: &str) -> Result<Page, Fault> {
    let mut page = Page { limit: LIMIT_DEFAULT, before: None };
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                let message = format!("limit must be a whole number from 1 to {LIMIT_MAX}");
                page.limit = limit.ok_or_else(|| Fault::field("limit", message))?;
            }
            "before" => {
                let before = translate::id(&value);
                page.before = Some(before.ok_or_else(|| Fault::field("before", "before must be a task_id"))?);
            }
            _ => {}
        }
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use spool_domain::ids::JobId;

    use super::*;

    #[test]
    fn a_body_with_every_field_is_read_and_the_rest_ignored() {
        let body =
            json!({ "model": "a/b", "input": { "x": 1 }, "dry_run": true, "callback_url": null, "z": 1 });
        let asked = decode(body).unwrap();
        assert_eq!((asked.model.as_str(), asked.dry_run, &asked.input["x"]), ("a/b", true, &json!(1)));
        let asked = decode(json!({ "model": "a/b", "input": {}, "dry_run": null })).unwrap();
        assert!(!asked.dry_run && asked.callback_url.is_none());
        let asked =
            decode(json!({ "model": "a/b", "input": {}, "callback_url": "https://a.example" })).unwrap();
        assert_eq!(asked.callback_url.as_deref(), Some("https://a.example"));
    }

    #[test]
    fn what_is_wrong_is_named_in_the_message() {
        for (body, field) in [
            (json!({ "input": {} }), "model"),
            (json!({ "model": null, "input": {} }), "model"),
            (json!({ "model": "", "input": {} }), "model"),
            (json!({ "model": 1, "input": {} }), "model"),
            (json!({ "model": "a/b" }), "input"),
            (json!({ "model": "a/b", "input": null }), "input"),
            (json!({ "model": "a/b", "input": "x" }), "input"),
            (json!({ "model": "a/b", "input": {}, "dry_run": "true" }), "dry_run"),
            (json!({ "model": "a/b", "input": {}, "callback_url": 1 }), "callback_url"),
        ] {
            let fault = decode(body.clone()).unwrap_err();
            assert_eq!((fault.kind, fault.param.as_deref()), (Kind::InvalidInput, Some(field)), "{body}");
            assert!(fault.message.starts_with(field), "{}", fault.message);
        }
        assert_eq!(decode(json!([])).unwrap_err().kind, Kind::InvalidInput);
    }

    #[test]
    fn a_list_has_bounds() {
        let id = JobId([3; 20]);
        let read = page(&format!("limit=7&before={id}&other=1")).unwrap();
        assert_eq!((read.limit, read.before), (7, Some(id)));
        let read = page("").unwrap();
        assert_eq!((read.limit, read.before), (20, None));
        for (query, field) in
            [("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("before=x", "before")]
        {
            assert_eq!(page(query).unwrap_err().param.as_deref(), Some(field), "{query}");
        }
    }
}
