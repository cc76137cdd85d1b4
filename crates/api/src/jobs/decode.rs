//! A request of the run dialect. The contract says little about what is wrong with one, so little is refused
//! here: the model checks its own inputs.

use http::HeaderMap;
use serde_json::{Map, Value};
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::JobId;

use crate::target;

/// What ids of this dialect start with.
pub(super) const ID_PREFIX: &str = "job_";

/// The field that holds the address of a webhook.
pub(super) const WEBHOOK_URL: &str = "webhook_url";

/// A request that is well formed.
#[derive(Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) input: Map<String, Value>,
    /// Whether the caller waits.
    pub(super) sync: bool,
    /// Where the end of the job is told, not yet checked.
    pub(super) webhook_url: Option<String>,
}

/// Checks a body. Unknown keys beside `input` are ignored, and null is the same as left out.
pub(super) fn decode(body: Value) -> Result<Asked, Fault> {
    let Value::Object(mut body) = body else {
        return Err(Fault::new(Kind::InvalidInput, "the body must be a JSON object"));
    };
    let input = match body.remove("input") {
        Some(Value::Object(input)) => input,
        None | Some(Value::Null) => {
            return Err(Fault::field("input", "input is required: an object with the model's parameters"));
        }
        Some(_) => return Err(Fault::field("input", "input must be an object")),
    };
    let sync = match body.get("sync") {
        None | Some(Value::Null) => true,
        Some(Value::Bool(sync)) => *sync,
        Some(_) => return Err(Fault::field("sync", "sync must be true or false")),
    };
    let webhook_url = target::read(body.remove(WEBHOOK_URL), WEBHOOK_URL)?;
    Ok(Asked { input, sync, webhook_url })
}

/// The model of `/v1/models/{model}/run`, slashes and all; nothing for another path.
pub(super) fn model(path: &str) -> Option<String> {
    let name = path.strip_prefix("/v1/models/")?.strip_suffix("/run")?;
    (!name.is_empty()).then(|| crate::models::unescaped(name))
}

/// The job of `/v1/jobs/{id}` and of what is below it.
pub(super) fn job(path: &str) -> Result<JobId, Fault> {
    let id = path.strip_prefix("/v1/jobs/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let id = id.strip_prefix(ID_PREFIX).and_then(|id| JobId::parse(id).ok());
    id.ok_or_else(|| Kind::NotFound.into())
}

/// The number of the last event that a reader has, from `Last-Event-ID`; 0 for one who begins.
pub(super) fn last_event(headers: &HeaderMap) -> Result<u32, Fault> {
    let mut given = headers.get_all("last-event-id").iter();
    let Some(only) = given.next() else { return Ok(0) };
    let text = only.to_str().unwrap_or_default();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits && given.next().is_none());
    number.ok_or_else(|| Fault::field("Last-Event-ID", "Last-Event-ID must be the number of an event"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_has_its_defaults() {
        for (body, sync) in [
            (json!({ "input": { "prompt": "x" } }), true),
            (json!({ "input": { "prompt": "x" }, "sync": true }), true),
            (json!({ "input": { "prompt": "x" }, "sync": false }), false),
            (json!({ "input": { "prompt": "x" }, "sync": null, "webhook_url": null }), true),
            (json!({ "input": { "prompt": "x" }, "async": true, "metadata": [1] }), true),
        ] {
            let asked = decode(body.clone()).unwrap();
            assert_eq!((asked.sync, asked.input.len()), (sync, 1), "{body}");
            assert_eq!(asked.webhook_url, None);
        }
        let told = decode(json!({ "input": {}, "webhook_url": "https://a.example/hook" })).unwrap();
        assert_eq!(told.webhook_url.as_deref(), Some("https://a.example/hook"));
    }

    #[test]
    fn what_is_wrong_names_its_field() {
        for (body, field) in [
            (json!([]), None),
            (json!({}), Some("input")),
            (json!({ "input": null }), Some("input")),
            (json!({ "input": "a fox" }), Some("input")),
            (json!({ "input": {}, "sync": "false" }), Some("sync")),
            (json!({ "input": {}, "sync": 0 }), Some("sync")),
            (json!({ "input": {}, "webhook_url": 7 }), Some("webhook_url")),
        ] {
            let fault = decode(body.clone()).unwrap_err();
            assert_eq!((fault.kind, fault.param.as_deref()), (Kind::InvalidInput, field), "{body}");
        }
    }

    #[test]
    fn a_models_name_may_have_slashes() {
        for (path, name) in [
            ("/v1/models/flux-schnell/run", Some("flux-schnell")),
            ("/v1/models/fal-ai/flux/schnell/run", Some("fal-ai/flux/schnell")),
            ("/v1/models/fal-ai%2Fflux%2fschnell/run", Some("fal-ai/flux/schnell")),
            ("/v1/models/run/run", Some("run")),
            ("/v1/models/run", None),
            ("/v1/models//run", None),
            ("/v1/models/flux-schnell", None),
            ("/v1/models/flux-schnell/running", None),
        ] {
            assert_eq!(model(path).as_deref(), name, "{path}");
        }
    }

    #[test]
    fn ids_are_read_in_their_one_form() {
        let id = JobId([7; 20]);
        for path in [format!("/v1/jobs/job_{id}"), format!("/v1/jobs/job_{id}/result")] {
            assert_eq!(job(&path), Ok(id));
        }
        for bad in
            [format!("{id}"), format!("job_{id}0"), format!("JOB_{id}"), "job_".to_owned(), String::new()]
        {
            assert_eq!(job(&format!("/v1/jobs/{bad}")).unwrap_err().kind, Kind::NotFound);
        }
    }

    #[test]
    fn the_last_event_is_one_plain_number() {
        let read = |all: &[&str]| {
            let mut headers = HeaderMap::new();
            for one in all {
                headers.append("last-event-id", one.parse().unwrap());
            }
            last_event(&headers).map_err(|fault| fault.param)
        };
        assert_eq!((read(&[]), read(&["0"]), read(&["12"])), (Ok(0), Ok(0), Ok(12)));
        for bad in [["-1"].as_slice(), &["x"], &["+1"], &[""], &["99999999999"], &["1", "2"]] {
            assert_eq!(read(bad), Err(Some("Last-Event-ID".to_owned())), "{bad:?}");
        }
    }
}
