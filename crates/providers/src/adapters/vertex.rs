//! Google's models on a cloud account: the same bodies as at `google`, other paths, and a bearer for the account.
//!
//! The base URL names project and place: `https://{place}-aiplatform.googleapis.com/v1/projects/{project}/locations/{place}`.
//! No bucket is named, so clips come inside the answer to the look that says done.

use serde_json::json;
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, FileForm, Handle, Manifest, Method, NO_JOB_STATUSES, Reply, Safety,
    Token, Trouble, Word, Work,
};

use super::answer;
use super::google::{content, operation, trouble};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vertex;

static MANIFEST: Manifest = Manifest {
    provider: "vertex",
    // Project and place are the operator's; without them every call is a 404.
    base_url: "https://us-central1-aiplatform.googleapis.com/v1",
    auth: Auth::GoogleAccount,
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: true,
    // Music comes with the answer, after ten to thirty seconds; pictures take longer.
    submit_timeout_ms: 300_000,
    // A finished look carries the clips.
    call_timeout_ms: 120_000,
    poll_pace_ms: 5_000,
    listing_lag_ms: 0,
    // How long an operation keeps its answer is not documented.
    retention_ms: 3_600_000,
    // Clips take up to six minutes; nothing longer is documented.
    duration_max_ms: 3_600_000,
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "how long an operation keeps its clips; an hour is taken",
        "whether a refused or failed request is billed; it is taken as billed",
        "that the list of the project's own models may be read by every account that may make clips",
        "that several pieces of music for one prompt are asked for by sample_count",
    ],
    verified_on: "2026-11-21",
};

/// Where Google's own models live under the base URL.
const ROOT: &str = "/publishers/google";

impl Adapter for Vertex {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn file_form(&self, _: &str) -> FileForm {
        FileForm::Bytes
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        match &work.model {
            model if model.starts_with("veo-") => operation::submit(work, ROOT),
            model if model.starts_with("lyria-") || model.starts_with("imagen-") => {
                operation::predict(work, ROOT)
            }
            _ => content::submit(work, ROOT),
        }
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::at_submit(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let word = operation::accepted(&body)
            .or_else(|| operation::predictions(&body))
            .or_else(|| content::read(&body));
        word.ok_or_else(|| Trouble::unreadable(reply))
    }

    /// Operations of these models are not fetched by their name but asked for at the model.
    fn poll(&self, handle: &Handle) -> Call {
        let model = operation::model_of(&handle.id).unwrap_or_default();
        let target = format!("{ROOT}/models/{model}:fetchPredictOperation");
        Call::json(Method::Post, target, &json!({ "operationName": handle.id }))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return trouble::at_look(reply);
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        operation::read(&body).ok_or_else(|| Trouble::unreadable(reply))
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        if provider_job.starts_with("projects/") && operation::is_name(provider_job) {
            return Ok(Handle { id: provider_job.to_owned(), facts: Default::default() });
        }
        Err("give the whole name of the operation: \
             projects/{project}/locations/{place}/publishers/google/models/{model}/operations/{id}")
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/models?pageSize=1"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        if reply.is_success() { Ok(()) } else { Err(trouble::read(reply)) }
    }
}

#[cfg(test)]
mod tests;
