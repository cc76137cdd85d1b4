//! The request that a job came from, rebuilt from what is kept: as its dialect writes it, in the model's own words, with
//! the files under their ids. Sending it again orders the same once more. What only the sender knew is not in it: the
//! key, the idempotency key, whether it waited.

use serde::Serialize;
use serde_json::{Map, Value, json};
use spool_domain::catalogue::Model;
use spool_domain::job::Job;

use crate::{generations, hints, jobs, submit, tasks};

/// The request.
#[derive(Serialize)]
pub(super) struct Rebuilt<'a> {
    method: &'static str,
    path: String,
    headers: Map<String, Value>,
    body: Body<'a>,
}

/// Its body; the parameters are borrowed, because they may be large.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    input: &'a spool_domain::catalogue::Params,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url: Option<&'a str>,
}

/// Rebuilds it. The model is none where nobody knows it any more. The address of a callback may be a secret between two
/// servers, so it is only for keys that see addresses elsewhere too.
pub(super) fn rebuilt<'a>(job: &'a Job, model: Option<&Model>, addresses: bool) -> Rebuilt<'a> {
    let mut headers = Map::new();
    headers.insert("Content-Type".to_owned(), "application/json".into());
    if let Some(providers) = &job.terms.providers {
        headers.insert(hints::ORDER.to_owned(), providers.order.join(",").into());
        if providers.only {
            headers.insert(hints::ONLY.to_owned(), json!("true"));
        }
    }
    let told = job.terms.callback.as_ref().filter(|_| addresses).map(|callback| callback.url.as_str());
    // As many as the model's own parameter says, or else one.
    let said = model.and_then(|model| model.count(&job.params)).unwrap_or(1);
    let n = Some(job.count).filter(|count| *count != said);
    let asked = Some(job.model_asked.as_str());
    let bare = Body { model: asked, input: &job.params, n: None, webhook_url: None, callback_url: None };
    let (path, body) = match job.label.as_str() {
        // A tool may order several where the model has no word for it; then only a generation can say how many.
        jobs::LABEL if n.is_none() => {
            let path = jobs::RUN_PATH.replace("{model}", &job.model_asked);
            (path, Body { model: None, webhook_url: told, ..bare })
        }
        submit::LABEL => (submit::SUBMIT.to_owned(), Body { callback_url: told, ..bare }),
        tasks::LABEL => (tasks::COLLECTION.to_owned(), Body { callback_url: told, ..bare }),
        _ => {
            headers.insert(generations::VOCABULARY.to_owned(), json!("model"));
            (generations::COLLECTION.to_owned(), Body { n, ..bare })
        }
    };
    Rebuilt { method: "POST", path, headers, body }
}
