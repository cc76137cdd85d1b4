//! What the generations dialect says on the wire.

use serde::Serialize;
use serde_json::Number;

/// One generation: the answer to both calls. What is absent is left out, never null.
#[derive(Serialize)]
pub(super) struct Generation<'a> {
    pub(super) id: String,
    /// Always `generation`.
    pub(super) object: &'static str,
    pub(super) status: Status,
    /// As the caller wrote it.
    pub(super) model: &'a str,
    pub(super) created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<Output<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) usage: Option<Usage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Trouble<'a>>,
}

/// Where a generation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Queued,
    Running,
    Completed,
    Failed,
    Cancelled,
}

#[derive(Serialize)]
pub(super) struct Output<'a> {
    pub(super) media: Vec<MediaArtifact<'a>>,
}

/// One result: a file behind a URL, or a text in place.
#[derive(Serialize)]
pub(super) struct MediaArtifact<'a> {
    /// `image`, `video`, `audio` or `text`.
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) format: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) height: Option<u32>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) duration: Option<Number>,
}

#[derive(Serialize)]
pub(super) struct Usage {
    pub(super) cost_usd: Number,
}

#[derive(Serialize)]
pub(super) struct Trouble<'a> {
    pub(super) code: &'static str,
    pub(super) message: &'a str,
}

/// The answer to a dry run: what the request would become and cost.
#[derive(Serialize)]
pub(crate) struct DryRun<'a> {
    /// Always `generation.dry_run`.
    pub(super) object: &'static str,
    /// As the caller wrote it.
    pub(super) model: &'a str,
    /// The model's own id.
    pub(super) model_id: &'a str,
    pub(super) n: u32,
    /// The parameters by the model's own names, defaults included.
    pub(super) input: &'a spool_domain::catalogue::Params,
    /// Who would be asked, in order.
    pub(super) providers: &'a [&'static str],
    pub(super) usage: Usage,
}
