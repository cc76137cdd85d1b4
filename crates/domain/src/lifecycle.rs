//! The lifecycle: one pure function that says what follows when something happened to a job. No clock, no
//! store, no network. `docs/lifecycle.md` is printed from it by a test.

use std::fmt;

use crate::adapter::{Handle, Output, Trouble, TroubleClass};
use crate::fault::{Fault, Kind};
use crate::job::{AttemptResult, Outcome, Phase, Run, Stored};
use crate::money::MicroUsd;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A worker begins an attempt: its intent is written with this step (U1).
    Begin,
    /// No route can take the job: none is left, or none is set up.
    NoRoute(Fault),
    /// Every provider that could take the job is to be left alone for now; look again after so many milliseconds.
    Held(u64),
    /// The provider took the job.
    Accepted(Handle, u64),
    /// The provider said that it made no job (U11).
    Rejected(Trouble),
    /// Not one byte of the submit was sent (U10).
    NotSent(Trouble),
    /// The answer to the submit was lost or is not understood (U11).
    Lost(Trouble),
    /// A worker found an intent that it did not write (U12).
    TakenOver,
    /// The provider is still at it.
    Pending(Option<u8>, u64),
    /// A look, a lookup or a copy went wrong; the job did not (U6).
    Trouble(Trouble, u64),
    /// The provider is done; the outputs are still to be copied.
    Finished(Vec<Output>),
    /// The outputs are durable.
    Stored(Vec<Stored>),
    /// The outputs were gone before they could be copied (U15).
    Gone,
    /// The provider ended the job without a result.
    Failed(Trouble),
    /// The caller asked to cancel, and nothing is at a provider.
    Cancel,
    /// The provider ended the job because we asked.
    CanceledThere,
    /// A lookup found the job at the provider.
    Found(Handle),
    /// A lookup did not find it.
    NotFound {
        /// Whether the quiet period is over, so that it counts (U5).
        counts: bool,
        /// When to look again, milliseconds.
        wait_ms: u64,
    },
    /// The provider can look nothing up, or all its looking is done.
    CannotTell,
    /// The phase's longest stay is over (J4).
    Overstayed,
    /// All parts of a fanned-out job are over; these are the outputs that were made, or the first fault.
    Gathered(Vec<Stored>, Option<Fault>),
    /// An operator gives the attempt up.
    WriteOff,
}

impl Event {
    /// The event's name in records and in `docs/lifecycle.md`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::NoRoute(_) => "no_route",
            Self::Held(_) => "held",
            Self::Accepted(..) => "accepted",
            Self::Rejected(_) => "rejected",
            Self::NotSent(_) => "not_sent",
            Self::Lost(_) => "lost",
            Self::TakenOver => "taken_over",
            Self::Pending(..) => "pending",
            Self::Trouble(..) => "trouble",
            Self::Finished(_) => "finished",
            Self::Stored(_) => "stored",
            Self::Gone => "gone",
            Self::Failed(_) => "failed",
            Self::Cancel => "cancel",
            Self::CanceledThere => "canceled_there",
            Self::Found(_) => "found",
            Self::NotFound { .. } => "not_found",
            Self::CannotTell => "cannot_tell",
            Self::Overstayed => "overstayed",
            Self::Gathered(..) => "gathered",
            Self::WriteOff => "write_off",
        }
    }
}

/// The facts around the job that the rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Whether the provider bills a job that it fails.
    pub billed_on_failure: bool,
    /// Whether the model has a further route that could take the job.
    pub next_route: bool,
    /// How many attempts there were, the current one included.
    pub attempts: u32,
    /// Whether the caller asked to cancel.
    pub cancel_asked: bool,
    /// The job's price.
    pub price: MicroUsd,
    /// From this price on, an unknown outcome goes to the operator (U16).
    pub operator_from: MicroUsd,
}

/// At most this many attempts a job, over all routes: with the pauses between them some seconds, after which the
/// caller had better hear of it and decide.
pub const ATTEMPTS_MAX: u32 = 4;

/// The same for a provider that is up and says it is busy: that passes, and the job is better off waiting its turn.
/// With the pauses some six minutes.
pub const BUSY_ATTEMPTS_MAX: u32 = 12;

/// The longest a refused job waits before it is offered to the same provider again, milliseconds.
const BACKOFF_MAX_MS: u64 = 60_000;

/// When somebody must look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At once.
    Now,
    /// After this many milliseconds.
    AfterMs(u64),
    /// Never by itself: the job is over or with the operator.
    Never,
}

/// What happens to the hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Money {
    /// It stays.
    Keep,
    /// It is captured for what was delivered.
    Capture,
    /// It is given back.
    Release,
    /// It is given back, and the exposure is booked to suspense (M13).
    ReleaseAndSuspend,
}

/// What the attempt cost us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Nothing is booked now.
    None,
    /// The attempt is over and billed.
    Full,
    /// The attempt was accepted, is over, and was not billed: an entry of zero (M12).
    Zero,
}

/// What follows.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where the job stands now.
    pub phase: Phase,
    /// When somebody must look again.
    pub due: Due,
    /// What became of the current attempt, where this step says so.
    pub attempt: Option<AttemptResult>,
    /// The hold.
    pub money: Money,
    /// The provider's bill.
    pub cost: Cost,
    /// Whether the next attempt takes the next route.
    pub next_route: bool,
}

/// This cannot happen in this phase: the engine's belief is broken. The job is left as it is and looked at again.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen to a job that is {phase}")]
pub struct Illegal {
    /// The phase's name.
    pub phase: &'static str,
    /// The event's name.
    pub event: &'static str,
}

impl Step {
    fn to(phase: Phase, due: Due) -> Self {
        Self { phase, due, attempt: None, money: Money::Keep, cost: Cost::None, next_route: false }
    }

    fn end(outcome: Outcome, money: Money) -> Self {
        Self { money, ..Self::to(Phase::Done(outcome), Due::Never) }
    }

    fn fail(fault: impl Into<Fault>, money: Money) -> Self {
        Self::end(Outcome::Failed(fault.into()), money)
    }

    fn attempt(mut self, result: AttemptResult) -> Self {
        self.attempt = Some(result);
        self
    }

    fn cost(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }
}

/// What follows when `event` happens to a job in `phase`.
pub fn step(phase: &Phase, event: Event, facts: &Facts) -> Result<Step, Illegal> {
    use AttemptResult::{Accepted, NotAccepted, NotSent, Rejected, Unknown, WrittenOff};
    let illegal = Illegal { phase: phase.name(), event: event.name() };
    Ok(match (phase, event) {
        // --- Queued: nothing is out.
        (Phase::Queued, Event::Begin) => Step::to(Phase::Submitting, Due::Now),
        (Phase::Queued, Event::NoRoute(fault)) => Step::fail(fault, Money::Release),
        (Phase::Queued, Event::Held(wait_ms)) => Step::to(Phase::Queued, Due::AfterMs(wait_ms)),
        (Phase::Queued, Event::Cancel) => Step::end(Outcome::Canceled, Money::Release),
        (Phase::Queued, Event::Overstayed) => Step::fail(Kind::ProviderTimeout, Money::Release),

        // --- Submitting: the call may be out.
        (Phase::Submitting, Event::Accepted(handle, wait_ms)) => {
            Step::to(Phase::Running(Run::Provider(handle)), Due::AfterMs(wait_ms)).attempt(Accepted)
        }
        (Phase::Submitting, Event::Rejected(trouble)) => refused(trouble, facts).attempt(Rejected),
        (Phase::Submitting, Event::NotSent(trouble)) => refused(trouble, facts).attempt(NotSent),
        (Phase::Submitting, Event::Lost(_) | Event::TakenOver | Event::Overstayed) => {
            Step::to(Phase::Reconciling { misses: 0 }, Due::Now).attempt(Unknown)
        }

        // --- The provider's end of the story; a synchronous provider tells it in the answer to the submit.
        (Phase::Submitting | Phase::Running(Run::Provider(_)), Event::Finished(outputs)) => {
            Step::to(Phase::Storing(outputs), Due::Now).attempt(Accepted)
        }
        (Phase::Submitting | Phase::Running(Run::Provider(_)) | Phase::Storing(_), Event::Stored(stored)) => {
            Step::end(Outcome::Succeeded(stored), Money::Capture).attempt(Accepted).cost(Cost::Full)
        }
        (Phase::Submitting | Phase::Running(Run::Provider(_)), Event::Failed(trouble)) => {
            let cost = if facts.billed_on_failure { Cost::Full } else { Cost::Zero };
            after_failure(trouble, facts).attempt(Accepted).cost(cost)
        }
        (Phase::Submitting | Phase::Running(Run::Provider(_)) | Phase::Storing(_), Event::Gone) => {
            // The provider made and billed it; the caller got nothing and pays nothing.
            Step::fail(Kind::AssetLost, Money::Release).attempt(Accepted).cost(Cost::Full)
        }

        // --- Running: looked at again and again until the provider says how it ended.
        (Phase::Running(run @ Run::Provider(_)), Event::Pending(_, wait_ms) | Event::Trouble(_, wait_ms)) => {
            Step::to(Phase::Running(run.clone()), Due::AfterMs(wait_ms))
        }
        (Phase::Running(Run::Provider(_)), Event::CanceledThere) => {
            Step::end(Outcome::Canceled, Money::Release).cost(Cost::Zero)
        }
        (Phase::Running(Run::Provider(_)), Event::Overstayed) => {
            // Past its longest run and its retention nothing can be fetched, and nobody knows whether it was billed.
            Step::fail(Kind::ProviderTimeout, Money::ReleaseAndSuspend)
        }

        // --- Parts: the parent waits, then adds up.
        (Phase::Running(Run::Parts), Event::Pending(_, wait_ms)) => {
            Step::to(Phase::Running(Run::Parts), Due::AfterMs(wait_ms))
        }
        (Phase::Running(Run::Parts), Event::Gathered(stored, fault)) => match fault {
            _ if !stored.is_empty() => Step::end(Outcome::Succeeded(stored), Money::Capture),
            Some(fault) => Step::fail(fault, Money::Release),
            None => Step::end(Outcome::Canceled, Money::Release),
        },

        // --- Storing: the copy is tried again until the provider's retention runs out.
        (Phase::Storing(outputs), Event::Trouble(_, wait_ms)) => {
            Step::to(Phase::Storing(outputs.clone()), Due::AfterMs(wait_ms))
        }
        (Phase::Storing(_), Event::Overstayed) => {
            Step::fail(Kind::AssetLost, Money::Release).cost(Cost::Full)
        }

        // --- Reconciling: never resent; found, proved absent, or given up.
        (Phase::Reconciling { .. }, Event::Found(handle)) => {
            Step::to(Phase::Running(Run::Provider(handle)), Due::Now).attempt(Accepted)
        }
        (Phase::Reconciling { misses }, Event::NotFound { counts: true, .. }) if *misses >= 1 => {
            if facts.cancel_asked {
                Step::end(Outcome::Canceled, Money::Release).attempt(NotAccepted)
            } else {
                refused(Trouble::of(TroubleClass::Unavailable, "not_accepted"), facts).attempt(NotAccepted)
            }
        }
        (Phase::Reconciling { misses }, Event::NotFound { counts, wait_ms }) => {
            let misses = if counts { misses + 1 } else { 0 };
            Step::to(Phase::Reconciling { misses }, Due::AfterMs(wait_ms))
        }
        (Phase::Reconciling { misses }, Event::Trouble(_, wait_ms)) => {
            Step::to(Phase::Reconciling { misses: *misses }, Due::AfterMs(wait_ms))
        }
        (Phase::Reconciling { .. }, Event::CannotTell | Event::Overstayed) => {
            if facts.price >= facts.operator_from {
                Step::to(Phase::NeedsOperator, Due::Never)
            } else {
                Step::fail(Kind::OutcomeUnknown, Money::ReleaseAndSuspend).attempt(WrittenOff)
            }
        }

        // --- The operator's decisions.
        (Phase::NeedsOperator, Event::Found(handle)) => {
            Step::to(Phase::Running(Run::Provider(handle)), Due::Now).attempt(Accepted)
        }
        (Phase::NeedsOperator, Event::WriteOff) => {
            Step::fail(Kind::OutcomeUnknown, Money::ReleaseAndSuspend).attempt(WrittenOff)
        }

        // --- Everything else cannot happen. Listed by phase, so that a new phase makes us think.
        (
            Phase::Queued
            | Phase::Submitting
            | Phase::Running(_)
            | Phase::Storing(_)
            | Phase::Reconciling { .. }
            | Phase::NeedsOperator
            | Phase::Done(_),
            _,
        ) => return Err(illegal),
    })
}

/// What follows when it is proved that the provider made no job.
fn refused(trouble: Trouble, facts: &Facts) -> Step {
    if facts.cancel_asked {
        return Step::end(Outcome::Canceled, Money::Release);
    }
    match trouble.class {
        TroubleClass::Caller | TroubleClass::ContentPolicy => Step::fail(fault_of(&trouble), Money::Release),
        TroubleClass::Busy if !facts.next_route && facts.attempts < BUSY_ATTEMPTS_MAX => {
            Step::to(Phase::Queued, Due::AfterMs(backoff_ms(&trouble, facts.attempts)))
        }
        _ if facts.attempts >= ATTEMPTS_MAX => Step::fail(fault_of(&trouble), Money::Release),
        _ if facts.next_route => Step { next_route: true, ..Step::to(Phase::Queued, Due::Now) },
        // Waiting helps against load and outages; it does not mend a key, a bill or a misunderstanding.
        TroubleClass::Unavailable | TroubleClass::Timeout => {
            Step::to(Phase::Queued, Due::AfterMs(backoff_ms(&trouble, facts.attempts)))
        }
        TroubleClass::Busy
        | TroubleClass::Credential
        | TroubleClass::Quota
        | TroubleClass::Gone
        | TroubleClass::Unknown => Step::fail(fault_of(&trouble), Money::Release),
    }
}

/// What follows when the provider took the job and then ended it without a result. A second provider is asked
/// only where the first one does not bill failures: that is the recorded decision that U2 asks for.
fn after_failure(trouble: Trouble, facts: &Facts) -> Step {
    let final_word = matches!(trouble.class, TroubleClass::Caller | TroubleClass::ContentPolicy);
    let again = facts.next_route && !facts.billed_on_failure && facts.attempts < ATTEMPTS_MAX;
    if facts.cancel_asked {
        Step::end(Outcome::Canceled, Money::Release)
    } else if !final_word && again {
        Step { next_route: true, ..Step::to(Phase::Queued, Due::Now) }
    } else {
        let fault = match trouble.class {
            TroubleClass::Unknown | TroubleClass::Gone | TroubleClass::Unavailable => {
                Fault::of(Kind::ProviderFailed)
            }
            _ => fault_of(&trouble),
        };
        Step::fail(fault, Money::Release)
    }
}

/// Doubles from one second, but waits at least as long as the provider asks.
fn backoff_ms(trouble: &Trouble, attempts: u32) -> u64 {
    let doubled = 1_000u64 << attempts.saturating_sub(1).min(6);
    let asked = u64::from(trouble.retry_after_s.unwrap_or(0)) * 1_000;
    doubled.max(asked).min(BACKOFF_MAX_MS)
}

/// The public fault for a provider's trouble.
pub fn fault_of(trouble: &Trouble) -> Fault {
    let kind = match trouble.class {
        TroubleClass::Caller => Kind::ProviderRejected,
        TroubleClass::ContentPolicy => Kind::ContentPolicy,
        TroubleClass::Timeout => Kind::ProviderTimeout,
        TroubleClass::Gone => Kind::AssetLost,
        TroubleClass::Credential | TroubleClass::Quota | TroubleClass::Busy => Kind::ProviderUnavailable,
        TroubleClass::Unavailable | TroubleClass::Unknown => Kind::ProviderUnavailable,
    };
    match (&trouble.message, trouble.class) {
        (Some(words), TroubleClass::Caller | TroubleClass::ContentPolicy) => {
            Fault::new(kind, format!("{} The provider says: {words}", kind.text()))
        }
        _ => Fault::of(kind),
    }
}

impl fmt::Display for Step {
    /// One cell of the printed table: where it goes, what is booked, what became of the attempt.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.phase.name())?;
        if let Phase::Done(Outcome::Failed(fault)) = &self.phase {
            write!(f, "({})", fault.kind.code())?;
        }
        if let Phase::Reconciling { misses } = self.phase {
            write!(f, "({misses} missed)")?;
        }
        match self.due {
            Due::Now => f.write_str(", now")?,
            Due::AfterMs(ms) => write!(f, ", in {ms} ms")?,
            Due::Never => {}
        }
        if let Some(result) = self.attempt {
            write!(f, "; attempt {}", result.as_str())?;
        }
        match self.money {
            Money::Keep => {}
            Money::Capture => f.write_str("; capture")?,
            Money::Release => f.write_str("; release")?,
            Money::ReleaseAndSuspend => f.write_str("; release, suspend")?,
        }
        match self.cost {
            Cost::None => {}
            Cost::Full => f.write_str("; cost")?,
            Cost::Zero => f.write_str("; cost 0")?,
        }
        if self.next_route {
            f.write_str("; next route")?;
        }
        Ok(())
    }
}
