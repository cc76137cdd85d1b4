//! What the run dialect says on the wire.

use serde::Serialize;
use serde_json::Number;
use spool_domain::catalogue::Params;

/// The one wrapper of the dialect: success answers under `/v1/jobs`.
#[derive(Serialize)]
pub(super) struct Wrapped<T> {
    pub(super) data: T,
}

/// A job in a run's answer and, wrapped, in its own. What is absent is left out, never null.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    pub(super) job_id: String,
    /// The provider's own id of the job, or one of ours.
    pub(super) request_id: String,
    pub(super) status: &'static str,
    /// As the caller wrote it.
    pub(super) model_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<Output<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Trouble<'a>>,
    /// From admission to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) duration_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) credits_used: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) completed_at: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Output<'a> {
    /// What the items are: `image`, `video`, `audio` or `text`.
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    pub(super) items: Vec<Item<'a>>,
}

/// One result: a file behind a URL, or a text in place.
#[derive(Serialize)]
pub(super) struct Item<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<&'a str>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<&'a str>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) duration: Option<Number>,
}

#[derive(Serialize)]
pub(super) struct Trouble<'a> {
    pub(super) code: &'static str,
    pub(super) message: &'a str,
}

/// A job as its webhook tells it: not wrapped, and without what the receiver knows.
#[derive(Serialize)]
pub(super) struct Hook<'a> {
    pub(super) job_id: String,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<Output<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Trouble<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) credits_used: Option<i64>,
    /// Only of a success, as the contract has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) completed_at: Option<String>,
}

/// The answer to a cancellation.
#[derive(Serialize)]
pub(super) struct Cancelled {
    pub(super) job_id: String,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<&'static str>,
}

/// One event of the stream: a move of the job, or how far it is.
#[derive(Serialize)]
pub(super) struct Told<'a> {
    pub(super) no: u32,
    pub(super) kind: &'a str,
    pub(super) at: String,
    pub(super) status: &'static str,
    /// Percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) progress: Option<u8>,
}

/// The answer to a dry run: what the request would become and cost.
#[derive(Serialize)]
pub(super) struct DryRun<'a> {
    /// Always `dry_run`.
    pub(super) status: &'static str,
    /// As the caller wrote it.
    pub(super) model_id: &'a str,
    /// The model's own id.
    pub(super) model: &'a str,
    /// The parameters, defaults included.
    pub(super) input: &'a Params,
    /// Who would be asked, in order.
    pub(super) providers: &'a [&'static str],
    pub(super) credits: i64,
    pub(super) cost_usd: String,
}
