//! What an operator can set about the dialects. Defaults and reasons stand in `config.default.toml`.

use spool_domain::job::Job;
use spool_domain::time::Timestamp;

const HOUR_MS: u64 = 3_600_000;

/// The dialects' settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialects {
    /// How long run/jobs shows a job after its end, hours; 0 is for ever.
    pub jobs_kept_h: u64,
}

impl Default for Dialects {
    fn default() -> Self {
        Self { jobs_kept_h: 24 }
    }
}

impl Dialects {
    /// Whether run/jobs no longer shows the job. All others do.
    pub(crate) fn jobs_forget(&self, job: &Job, now: Timestamp) -> bool {
        let kept_ms = self.jobs_kept_h.saturating_mul(HOUR_MS);
        kept_ms > 0 && job.ended_at.is_some_and(|end| now.since_ms(end) >= kept_ms)
    }
}
