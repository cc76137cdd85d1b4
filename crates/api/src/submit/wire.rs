//! What the dialect says on the wire.

use serde::Serialize;
use serde_json::Number;
use spool_domain::catalogue::Params;

/// One task: the answer to both calls. What does not apply is left out, never null.
#[derive(Serialize)]
pub(super) struct Task<'a> {
    pub(super) id: String,
    pub(super) status: Status,
    /// Unix seconds.
    pub(super) created_at: i64,
    /// Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) completed_at: Option<i64>,
    /// URLs, the main results first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) outputs: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<&'a str>,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Queued,
    InProgress,
    Completed,
    Failed,
}

/// A refusal.
#[derive(Serialize)]
pub(super) struct Refusal<'a> {
    pub(super) error: Trouble<'a>,
}

/// Four texts, all always there.
#[derive(Serialize)]
pub(super) struct Trouble<'a> {
    /// Ends with the request's id in brackets.
    pub(super) message: String,
    /// Always `api_error`.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// Empty where no single field is at fault.
    pub(super) param: &'a str,
    pub(super) code: &'static str,
}

/// The answer to a dry run: what the request would become and cost.
#[derive(Serialize)]
pub(super) struct DryRun<'a> {
    /// Always `task.dry_run`.
    pub(super) object: &'static str,
    /// As the caller wrote it.
    pub(super) model: &'a str,
    /// The model's own id.
    pub(super) model_id: &'a str,
    pub(super) n: u32,
    /// The parameters by the model's own names, defaults included.
    pub(super) input: &'a Params,
    /// Who would be asked, in order.
    pub(super) providers: &'a [&'static str],
    pub(super) usage: Cost,
}

#[derive(Serialize)]
pub(super) struct Cost {
    pub(super) cost_usd: f64,
}

/// The first half of a balance.
#[derive(Serialize)]
pub(super) struct Subscription {
    /// Always `billing_subscription`.
    pub(super) object: &'static str,
    /// US dollars.
    pub(super) hard_limit_usd: Number,
}

/// The second half of a balance.
#[derive(Serialize)]
pub(super) struct Usage {
    /// Always `list`.
    pub(super) object: &'static str,
    /// US cents.
    pub(super) total_usage: i64,
}
