//! A job as the engine works on it and the store keeps it.

use serde::{Deserialize, Serialize};

use crate::adapter::{Handle, Output, Token};
use crate::catalogue::Params;
use crate::fault::Fault;
use crate::ids::{AccountId, AssetId, AttemptNo, JobId, KeyId};
use crate::money::MicroUsd;
use crate::order::{Mode, Terms};
use crate::time::Timestamp;

/// Where a job stands. `lifecycle::step` alone decides how it moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Waiting for a free worker.
    Queued,
    /// The current attempt's intent is durable; its call may be on the wire.
    Submitting,
    /// Somebody is at it.
    Running(Run),
    /// The provider is done; its outputs are being copied.
    Storing(Vec<Output>),
    /// The outcome of the submit is unknown and is being looked up.
    Reconciling {
        /// How many lookups in a row after the quiet period did not find it (U5).
        misses: u8,
    },
    /// Unknown, dear, and nothing left to look up: an operator decides (U16).
    NeedsOperator,
    /// Over.
    Done(Outcome),
}

/// Who is at a running job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Run {
    /// A provider, under this handle.
    Provider(Handle),
    /// Its parts: the job was fanned out into child jobs that share its hold.
    Parts,
}

/// How a job ended. Final.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// With these outputs, in order.
    Succeeded(Vec<Stored>),
    /// Without.
    Failed(Fault),
    /// By the caller's wish.
    Canceled,
}

impl Phase {
    /// The phase's name in the database, events and `docs/lifecycle.md`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Submitting => "submitting",
            Self::Running(_) => "running",
            Self::Storing(_) => "storing",
            Self::Reconciling { .. } => "reconciling",
            Self::NeedsOperator => "needs_operator",
            Self::Done(Outcome::Succeeded(_)) => "succeeded",
            Self::Done(Outcome::Failed(_)) => "failed",
            Self::Done(Outcome::Canceled) => "canceled",
        }
    }

    /// Whether the job is over.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// One output of a succeeded job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// Our stored file; none for text and where the operator passes provider URLs through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
    /// The provider's URL, where the operator passes results through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A text result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `image`, `video`, `audio` or `text`.
    pub kind: String,
    /// Short format name such as `png`; also the extension in URLs. Empty when unknown.
    pub format: String,
    /// Media type by content.
    pub content_type: String,
    /// Size in bytes; zero when it was never fetched.
    pub size_bytes: u64,
    /// Pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// A stored file's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// The file.
    pub id: AssetId,
    /// Its owner.
    pub account: AccountId,
    /// The job that made it.
    pub job: JobId,
    /// Media type by content.
    pub content_type: String,
    /// Whether browsers may show it in place (S13).
    pub inline: bool,
    /// Short format name such as `png`.
    pub format: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
    /// When it was stored.
    pub created_at: Timestamp,
}

/// One try at one provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Its number in the job.
    pub no: AttemptNo,
    /// The provider.
    pub provider: String,
    /// Which of the operator's credentials for the provider; follow-up calls use the same.
    pub credential: String,
    /// The name of the submit at the provider (U7).
    pub token: Token,
    /// SHA-256 of the request body, so that a resend can be proved identical.
    pub body_sha256: [u8; 32],
    /// The last moment at which the first byte may be sent (U10).
    pub send_deadline: Timestamp,
    /// What became of it; none while the call may be out (U3).
    pub result: Option<AttemptResult>,
    /// The provider's job id, once it is known.
    pub provider_job: Option<String>,
    /// What the provider says it billed, where it says; else the route's cost counts.
    pub billed: Option<MicroUsd>,
    /// The provider's own code of what went wrong, short.
    pub trouble: Option<String>,
    /// When the intent was written.
    pub started_at: Timestamp,
    /// When the attempt was over.
    pub ended_at: Option<Timestamp>,
}

/// The outcomes of an attempt; there is no other (U3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptResult {
    /// The provider took it.
    Accepted,
    /// The provider said that it made no job.
    Rejected,
    /// Not one byte was sent.
    NotSent,
    /// Nobody knows yet.
    Unknown,
    /// It was unknown, and is proved not to exist.
    NotAccepted,
    /// It was unknown, and was given up with its exposure booked.
    WrittenOff,
}

impl AttemptResult {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::NotSent => "not_sent",
            Self::Unknown => "unknown",
            Self::NotAccepted => "not_accepted",
            Self::WrittenOff => "written_off",
        }
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Who owns and pays.
    pub account: AccountId,
    /// The key it was ordered with.
    pub key: KeyId,
    /// Which world it lives in.
    pub mode: Mode,
    /// The dialect it came through; only rendering looks at it.
    pub label: String,
    /// What the caller asked beside the work itself.
    pub terms: Terms,
    /// The model's id.
    pub model: String,
    /// The model's name as the caller wrote it.
    pub model_asked: String,
    /// Validated parameters by the model's own names.
    pub params: Params,
    /// How many outputs were ordered.
    pub count: u32,
    /// The price of the whole: what is held (for a part: its share of the parent's hold).
    pub price: MicroUsd,
    /// Where it stands.
    pub phase: Phase,
    /// The next moment somebody must look; none when done or with the operator (J3).
    pub due: Option<Timestamp>,
    /// When it entered its phase, for the longest stay (J4).
    pub phase_since: Timestamp,
    /// Grows with every claim; writes must name the current one (J5).
    pub epoch: u64,
    /// Which route the next or current attempt takes: its place in the line-up that the job's preference makes of the
    /// model's routes. Without a preference that is the route's own number.
    pub route: u16,
    /// The current or last attempt.
    pub attempt: Option<Attempt>,
    /// How many events it has; the next one is numbered one higher (J6).
    pub events: u32,
    /// Percent done, where the provider says.
    pub progress: Option<u8>,
    /// Whether the caller asked to cancel (J7).
    pub cancel_asked: bool,
    /// Whether the provider was asked to cancel.
    pub cancel_sent: bool,
    /// What was captured, once done.
    pub charged: Option<MicroUsd>,
    /// The job it is a part of, if it was fanned out.
    pub parent: Option<JobId>,
    /// Its place among the parent's parts, from 0.
    pub part: u32,
    /// When it was admitted.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// One line of a job's history, numbered without gaps (J6).
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// 1, 2, 3 …
    pub no: u32,
    /// What happened, in one word of `lifecycle`.
    pub kind: String,
    /// A short detail without prompts or secrets, such as a provider's name or code.
    pub detail: String,
    /// When.
    pub at: Timestamp,
}
