//! What the tasks dialect says on the wire. What is absent is left out, never null.

use serde::Serialize;
use serde_json::{Map, Value};
use spool_domain::catalogue::Params;

/// Around every body. `code` repeats the HTTP status.
#[derive(Serialize)]
pub(super) struct Envelope<T> {
    pub(super) code: u16,
    pub(super) success: bool,
    pub(super) data: T,
}

/// The data of a refusal, and the error of a failed task.
#[derive(Serialize)]
pub(super) struct Trouble<'a> {
    pub(super) message: &'a str,
    pub(super) code: &'static str,
}

/// A task just made, or one as it stands.
#[derive(Serialize)]
pub(super) struct Task<'a> {
    pub(super) task_id: String,
    pub(super) status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<Output>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Trouble<'a>>,
}

/// A task as its callback tells it: outside the envelope.
#[derive(Serialize)]
pub(super) struct Hook<'a> {
    pub(super) task_id: String,
    pub(super) status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data: Option<Output>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_message: Option<&'a str>,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Pending,
    Processing,
    Completed,
    Failed,
}

/// What a task made: by its kind, some of these.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Output {
    #[serde(flatten)]
    pub(super) videos: Videos,
    #[serde(flatten)]
    pub(super) images: Images,
    #[serde(flatten)]
    pub(super) audios: Audios,
    /// Of a Suno task that makes sound.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) clips: Vec<Clip>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// What a transcript says beside its text.
    #[serde(flatten)]
    pub(super) transcript: Map<String, Value>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Videos {
    /// The first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) video_url: Option<String>,
    /// All, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) video_urls: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Images {
    /// The first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image_url: Option<String>,
    /// All, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) image_urls: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Audios {
    /// The first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) audio_url: Option<String>,
    /// All, where there are several, and of a Suno task in any case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) audio_urls: Vec<String>,
}

/// One track of a Suno task. What is not known is empty, as clients of this service expect.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Clip {
    /// What `clip_id` of a later task takes.
    pub(super) id: String,
    /// Always `complete`: there is no clip before.
    pub(super) status: &'static str,
    pub(super) title: String,
    pub(super) audio_url: String,
    pub(super) video_url: &'static str,
    pub(super) image_url: &'static str,
    pub(super) image_large_url: &'static str,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) duration: Option<f64>,
    pub(super) model_name: String,
    pub(super) major_model_version: &'static str,
    pub(super) prompt: String,
    /// ISO 8601 in UTC.
    pub(super) created_at: String,
}

/// What a request would cost.
#[derive(Serialize)]
pub(super) struct DryRun<'a> {
    /// Always true.
    pub(super) dry_run: bool,
    /// As the caller wrote it.
    pub(super) model: &'a str,
    /// In `currency`.
    pub(super) cost: f64,
    /// Always `USD`.
    pub(super) currency: &'static str,
    /// Who would be asked, in order.
    pub(super) providers: &'a [&'static str],
    /// The parameters by the model's own names, defaults included.
    pub(super) input: &'a Params,
}

/// One page of the account's tasks, newest first.
#[derive(Serialize)]
pub(super) struct Tasks<'a> {
    pub(super) tasks: Vec<Listed<'a>>,
    /// Give it as `before` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Listed<'a> {
    #[serde(flatten)]
    pub(super) task: Task<'a>,
    /// As the caller wrote it.
    pub(super) model: &'a str,
    /// Unix seconds.
    pub(super) created_at: i64,
}

#[derive(Serialize)]
pub(super) struct Account<'a> {
    pub(super) user_id: i64,
    /// What is free to spend.
    pub(super) balance_usd: f64,
    pub(super) email: &'a str,
    /// Unix seconds.
    pub(super) created_at: i64,
    /// Unix seconds.
    pub(super) updated_at: i64,
}
