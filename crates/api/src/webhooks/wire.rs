//! What is said about webhooks on the wire. What is absent is left out, never null.

use serde::Serialize;
use spool_domain::outbox::{self, Delivery as Sent, Try};
use spool_domain::webhook::News;

use super::decode::{DELIVERY_PREFIX, ENDPOINT_PREFIX, JOB_PREFIX};
use crate::notation::iso;

/// An endpoint.
#[derive(Serialize)]
pub(super) struct Endpoint<'a> {
    pub(super) id: String,
    /// `live` or `test`, as the key that made it.
    pub(super) mode: &'static str,
    pub(super) url: &'a str,
    pub(super) events: Vec<&'static str>,
    pub(super) description: &'a str,
    pub(super) enabled: bool,
    /// When and why it was switched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) disabled: Option<Disabled<'a>>,
    /// While it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failing: Option<Failing>,
    pub(super) created_at: String,
    /// Only in the answers that are about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Disabled<'a> {
    pub(super) at: String,
    pub(super) reason: &'a str,
}

#[derive(Serialize)]
pub(super) struct Failing {
    /// Failures in a row.
    pub(super) failures: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<String>,
    /// Nothing is sent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resting_until: Option<String>,
}

impl<'a> Endpoint<'a> {
    /// An endpoint as it stands, without its secret.
    pub(super) fn of(endpoint: &'a outbox::Endpoint) -> Self {
        let health = endpoint.health;
        let failing = Failing {
            failures: health.failures,
            since: health.failing_since.map(iso),
            resting_until: endpoint.paused_until.map(iso),
        };
        Self {
            id: format!("{ENDPOINT_PREFIX}{}", endpoint.id),
            mode: endpoint.mode.as_str(),
            url: &endpoint.url,
            events: endpoint.events.iter().copied().map(News::word).collect(),
            description: &endpoint.description,
            enabled: endpoint.disabled.is_none(),
            disabled: endpoint.disabled.as_ref().map(|(at, reason)| Disabled { at: iso(*at), reason }),
            failing: (health.failures > 0).then_some(failing),
            created_at: iso(endpoint.created_at),
            secret: None,
        }
    }
}

/// All endpoints, oldest first.
#[derive(Serialize)]
pub(super) struct Endpoints<'a> {
    pub(super) endpoints: Vec<Endpoint<'a>>,
}

/// That something is gone.
#[derive(Serialize)]
pub(super) struct Removed {
    /// Of what has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    /// Always true.
    pub(super) deleted: bool,
}

/// A secret.
#[derive(Serialize)]
pub(super) struct Secret {
    pub(super) secret: String,
    /// Since when it signs.
    pub(super) since: String,
    /// The one before it signs along until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) previous_until: Option<String>,
}

/// One message to one receiver.
#[derive(Serialize)]
pub(super) struct Delivery {
    pub(super) id: String,
    /// The header `webhook-id` of every try.
    pub(super) message_id: String,
    /// Absent for a job's own callback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) endpoint_id: Option<String>,
    /// Absent for a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) job_id: Option<String>,
    #[serde(rename = "type")]
    pub(super) news: &'static str,
    pub(super) sequence: u32,
    pub(super) state: &'static str,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) due_at: Option<String>,
    /// Since it was made or replayed.
    pub(super) tries: u32,
    pub(super) created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ended_at: Option<String>,
    /// Every try with what came of it; only in the answer about one delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) log: Option<Vec<Tried>>,
}

/// One try.
#[derive(Serialize)]
pub(super) struct Tried {
    pub(super) at: String,
    pub(super) took_ms: u32,
    /// The HTTP status, if there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    /// Why there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// The first kilobyte of the answer.
    pub(super) answer: String,
}

impl Delivery {
    /// A delivery without its log.
    pub(super) fn of(sent: &Sent) -> Self {
        Self {
            id: format!("{DELIVERY_PREFIX}{}", sent.id),
            message_id: sent.message.clone(),
            endpoint_id: sent.endpoint.map(|id| format!("{ENDPOINT_PREFIX}{id}")),
            job_id: sent.job.map(|id| format!("{JOB_PREFIX}{id}")),
            news: sent.news.word(),
            sequence: sent.sequence,
            state: sent.state.as_str(),
            due_at: sent.due.map(iso),
            tries: sent.tries,
            created_at: iso(sent.created_at),
            ended_at: sent.ended_at.map(iso),
            log: None,
        }
    }

    /// The same with its log.
    pub(super) fn with_log(sent: &Sent, tries: Vec<Try>) -> Self {
        Self { log: Some(tries.into_iter().map(Tried::from).collect()), ..Self::of(sent) }
    }
}

impl From<Try> for Tried {
    fn from(one: Try) -> Self {
        Self {
            at: iso(one.at),
            took_ms: one.took_ms,
            status: one.status,
            error: one.trouble,
            answer: one.answer,
        }
    }
}

/// One page of deliveries, newest first.
#[derive(Serialize)]
pub(super) struct Deliveries {
    pub(super) deliveries: Vec<Delivery>,
    /// Give it as `before` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}

/// How many deliveries are sent again.
#[derive(Serialize)]
pub(super) struct Replayed {
    pub(super) replayed: u32,
}

/// A test that is on its way.
#[derive(Serialize)]
pub(super) struct Testing {
    pub(super) delivery_id: String,
}
