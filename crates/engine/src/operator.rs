//! What an operator decides about jobs. One door for the API and the command line.

use std::sync::Arc;

use spool_domain::adapter::Handle;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::JobId;
use spool_domain::job::{Job, Phase};
use spool_domain::lifecycle::Event;
use spool_domain::operator::{Decided, Note};

use crate::{Engine, Inner, broken};

/// What to do with a job whose outcome nobody knows (U16).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The provider has it: follow it there. The provider's own id or address of the job.
    Adopt {
        /// As the operator wrote it.
        provider_job: String,
    },
    /// It turned up at the provider, in a callback or a list.
    Found {
        /// The provider's job.
        handle: Handle,
    },
    /// It is given up: the customer pays nothing, and what it may have cost us goes to suspense (M13).
    WriteOff,
}

impl Engine {
    /// Carries a decision out, durable with its note when this returns. The job after it.
    pub async fn decide(&self, id: JobId, decision: Decision, note: Note) -> Result<Arc<Job>, Fault> {
        let inner = &self.inner;
        let job = self.any_job(id).await?;
        if job.phase != Phase::NeedsOperator {
            let message = format!(
                "job {id} is {}; only a job that is needs_operator can be decided about",
                job.phase.name()
            );
            return Err(Fault::new(Kind::Conflict, message));
        }
        let event = match &decision {
            Decision::Adopt { provider_job } => Event::Found(inner.adopted(&job, provider_job)?),
            Decision::Found { handle } => Event::Found(handle.clone()),
            Decision::WriteOff => Event::WriteOff,
        };
        let mut taken = inner.take_step(&job, event.into()).map_err(|illegal| {
            tracing::error!(job.id = %id, "job {id}: {illegal}");
            Fault::of(Kind::Internal)
        })?;
        // Nobody holds a lease on it; dispatch takes it up.
        taken.commit.keep = false;
        let next = Arc::clone(&taken.commit.job);
        let announcement = taken.commit.announcement.clone();
        match inner.store.decide(taken.commit, note).await.map_err(broken)? {
            Decided::Done => {
                inner.make_known(&next, taken.line);
                inner.ring_if_told(announcement.as_ref());
                inner.due.ring_now();
                Ok(next)
            }
            Decided::Lost => {
                let message = format!("somebody else decided about job {id} meanwhile; look at it again");
                Err(Fault::new(Kind::Conflict, message))
            }
            Decided::Taken(other) => {
                let message = format!("this job at the provider belongs to job {other} already");
                Err(Fault { param: Some("provider_job".to_owned()), ..Fault::new(Kind::Conflict, message) })
            }
        }
    }

    /// Asks to cancel anybody's job (J7). The job as it stands.
    pub async fn cancel_any(&self, id: JobId, note: Note) -> Result<Arc<Job>, Fault> {
        let job = self.inner.store.cancel_any(id, note).await.map_err(broken)?;
        self.inner.due.ring_now();
        job.map(Arc::new).ok_or_else(|| no_job(id))
    }

    /// Anybody's job.
    pub async fn any_job(&self, id: JobId) -> Result<Arc<Job>, Fault> {
        let job = self.inner.store.any_job(id).await.map_err(broken)?;
        job.map(Arc::new).ok_or_else(|| no_job(id))
    }
}

impl Inner {
    /// The handle of the job that the operator found at the provider of the current attempt.
    fn adopted(&self, job: &Job, provider_job: &str) -> Result<Handle, Fault> {
        let Some(door) = self.door_of(job) else {
            let provider = job.attempt.as_ref().map_or("its provider", |attempt| attempt.provider.as_str());
            let message = format!("{provider} is not set up here, so the job cannot be followed there");
            return Err(Fault::new(Kind::Conflict, message));
        };
        // The sandbox names jobs by their ids alone.
        door.adapter().adopt(provider_job, &self.upstream_of(job)).map_err(|needed| {
            let shown: String = provider_job.chars().take(80).collect();
            Fault::field("provider_job", format!("`{shown}`: {needed}"))
        })
    }
}

fn no_job(id: JobId) -> Fault {
    Fault::new(Kind::NotFound, format!("there is no job {id}"))
}
