//! An account's jobs as its owner looks through them: newest first, whatever dialect made them, by what stands in
//! their rows. Here it is said which job is taken; the store finds them and keeps a look within its bound.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::catalogue::Makes;
use crate::ids::{AccountId, AssetId, JobId, KeyId};
use crate::job::Job;
use crate::order::Mode;
use crate::store::Error;
use crate::time::Timestamp;

/// Where a job stands, as its owner sees it: five words for nine phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It waits for a worker.
    Queued,
    /// Somebody is at it, or somebody has to find out.
    Processing,
    /// It is over, with a result.
    Succeeded,
    /// It is over, without one.
    Failed,
    /// Its owner ended it.
    Canceled,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Queued, Self::Processing, Self::Succeeded, Self::Failed, Self::Canceled];

    /// The status of a phase, by the name that `Phase::name` gives.
    pub fn of_phase(name: &str) -> Self {
        match name {
            "queued" => Self::Queued,
            "succeeded" => Self::Succeeded,
            "failed" => Self::Failed,
            "canceled" => Self::Canceled,
            _ => Self::Processing,
        }
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// What a model makes, by its id; none if nobody knows the model any more.
pub type MakerOf = Arc<dyn Fn(&str) -> Option<Makes> + Send + Sync>;

/// Only jobs that make one kind of thing. A job's row has its model and not the kind, so the catalogue is asked.
#[derive(Clone)]
pub struct Kind {
    /// The kind.
    pub makes: Makes,
    /// Whom to ask.
    pub maker_of: MakerOf,
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Kind").field("makes", &self.makes).finish_non_exhaustive()
    }
}

/// Which of an account's jobs are looked for. What is none does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only where they stand here.
    pub status: Option<Status>,
    /// Only of this model, by its id.
    pub model: Option<String>,
    /// Only those ordered with this key.
    pub key: Option<KeyId>,
    /// Only those that make this.
    pub kind: Option<Kind>,
    /// Only those admitted at this moment or later.
    pub from: Option<Timestamp>,
    /// Only those admitted before this moment.
    pub until: Option<Timestamp>,
}

/// What a look at a job's row sees of it.
#[derive(Clone, Copy, Debug)]
pub struct Glance<'a> {
    /// The name of its phase.
    pub phase: &'a str,
    /// The key it was ordered with.
    pub key: &'a str,
    /// Its model's id.
    pub model: &'a str,
    /// When it was admitted.
    pub created_at: Timestamp,
}

impl Filter {
    /// Whether a job is one of them, but for its kind, which may take a second look.
    pub fn takes(&self, seen: &Glance) -> bool {
        self.status.is_none_or(|status| status == Status::of_phase(seen.phase))
            && self.model.as_ref().is_none_or(|model| model == seen.model)
            && self.key.as_ref().is_none_or(|key| key.0 == seen.key)
            && self.from.is_none_or(|from| seen.created_at >= from)
            && self.until.is_none_or(|until| seen.created_at < until)
    }
}

/// What a look found.
#[derive(Debug, Default)]
pub struct Found {
    /// The jobs, newest first. Fewer than asked for where the look reached its bound.
    pub jobs: Vec<Job>,
    /// The job before which to go on; none if there is nothing left to look at.
    pub next: Option<JobId>,
}

/// The moments of whoever looks through their jobs; part of the port to the database.
#[async_trait]
pub trait Library: Send + Sync {
    /// An account's jobs admitted before this one, newest first, at most `limit`, parts left out. A look is bounded
    /// however few of the jobs are wanted: it may end early and say where to go on. Before a job that is not the
    /// account's there is nothing.
    async fn library(
        &self,
        account: AccountId,
        mode: Mode,
        filter: Filter,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Found, Error>;

    /// Which of these files, results of jobs, are not there any more.
    async fn assets_gone(&self, assets: Vec<AssetId>) -> Result<Vec<AssetId>, Error>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phase_has_its_status_and_every_status_its_word() {
        for (phase, status) in [
            ("queued", "queued"),
            ("submitting", "processing"),
            ("running", "processing"),
            ("storing", "processing"),
            ("reconciling", "processing"),
            ("needs_operator", "processing"),
            ("succeeded", "succeeded"),
            ("failed", "failed"),
            ("canceled", "canceled"),
        ] {
            assert_eq!(Status::of_phase(phase).as_str(), status, "{phase}");
        }
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("running"), None);
    }

    #[test]
    fn a_job_is_taken_if_nothing_speaks_against_it() {
        let seen = Glance { phase: "storing", key: "k1", model: "a/b", created_at: Timestamp(50) };
        assert!(Filter::default().takes(&seen));
        let wanted = Filter {
            status: Some(Status::Processing),
            model: Some("a/b".to_owned()),
            key: Some(KeyId("k1".to_owned())),
            kind: None,
            from: Some(Timestamp(50)),
            until: Some(Timestamp(51)),
        };
        assert!(wanted.takes(&seen));
        for other in [
            Filter { status: Some(Status::Queued), ..wanted.clone() },
            Filter { model: Some("a".to_owned()), ..wanted.clone() },
            Filter { key: Some(KeyId("k".to_owned())), ..wanted.clone() },
            Filter { from: Some(Timestamp(51)), ..wanted.clone() },
            Filter { until: Some(Timestamp(50)), ..wanted },
        ] {
            assert!(!other.takes(&seen), "{other:?}");
        }
    }
}
