//! Working on one job: the one act of its phase, what follows from it, and the commit of both. The same loop
//! serves a job born in this process and one that was claimed from the database.

use std::sync::Arc;

use spool_domain::adapter::{Call, Output, Token, Trouble, TroubleClass, Word, Work};
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AccountId, AttemptNo};
use spool_domain::job::{Asset, Job, Outcome, Phase, Run, Stored};
use spool_domain::ledger::Transfer;
use spool_domain::lifecycle::{self, Cost, Due, Event, Facts, Illegal, Money, Step};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::{Commit, Committed};
use spool_domain::webhook::News;
use tokio::sync::OwnedSemaphorePermit;

use crate::Inner;
use crate::attempt::{Choice, Errand, Prepared, code_of};
use crate::providers::{Door, Sending};
use crate::settings::Assets;
use crate::shares::Share;
use crate::submit::{begin, event, purse};
use crate::upstream::{Unanswered, Why, boot_ms};

/// The most free calls that a submit may want before it.
const FREE_CALLS_MAX: usize = 40;

/// What an act found out, besides the event itself.
pub(crate) struct Found {
    pub(crate) event: Event,
    /// Files that were stored on the way.
    pub(crate) assets: Vec<Asset>,
    /// What the provider says it billed.
    pub(crate) billed: Option<MicroUsd>,
    /// What the parts of a fanned-out job were charged together.
    pub(crate) charged: Option<MicroUsd>,
    /// Whether the provider was asked to cancel in this act.
    pub(crate) cancel_sent: bool,
}

impl From<Event> for Found {
    fn from(event: Event) -> Self {
        Self { event, assets: Vec::new(), billed: None, charged: None, cancel_sent: false }
    }
}

/// A step that is to be committed, and what is to be told of it then.
pub(crate) struct Taken {
    pub(crate) commit: Commit,
    pub(crate) line: Line,
}

/// What a step's line in the log says.
pub(crate) struct Line {
    moved: bool,
    name: &'static str,
    code: Option<String>,
}

/// What a job at work takes up.
pub(crate) struct Place {
    /// One of the node's workers.
    pub(crate) slot: OwnedSemaphorePermit,
    /// One of its account's share of them.
    pub(crate) share: Share,
}

impl Inner {
    /// A free worker for a job of this account, if there is one and the account may have it.
    pub(crate) fn try_place(&self, account: AccountId) -> Option<Place> {
        let slot = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        Some(Place { slot, share: self.shares.try_take(account)? })
    }

    /// Works on a leased job until it is over, waits for a later moment, or is somebody else's.
    pub(crate) fn work(self: &Arc<Self>, job: Arc<Job>, prepared: Option<Prepared>, place: Place) {
        let inner = Arc::clone(self);
        self.tasks.spawn(async move {
            Box::pin(inner.run(job, prepared)).await;
            let Place { slot, share } = place;
            drop(slot);
            if share.give_back() {
                // Its other jobs were passed over and ring no bell of their own.
                inner.due.ring_now();
            }
            inner.freed.notify_one();
        });
    }

    async fn run(self: &Arc<Self>, mut job: Arc<Job>, mut prepared: Option<Prepared>) {
        loop {
            let found = match self.act(&job, prepared.take()).await {
                Act::Found(found) => found,
                Act::Begin(mut next) => {
                    match self.begin(&job, &next).await {
                        Some(begun) => {
                            job = begun;
                            next.keep_seat();
                        }
                        None => return,
                    }
                    prepared = Some(*next);
                    continue;
                }
            };
            match self.follow(&job, found).await {
                Some(next) => job = next,
                None => return,
            }
        }
    }

    /// The one act of the job's phase. An intent is only ours to send if it was prepared in this very loop (U12).
    async fn act(&self, job: &Arc<Job>, prepared: Option<Prepared>) -> Act {
        let stay_ms = self.clock.now().since_ms(job.phase_since);
        match &job.phase {
            Phase::Queued if job.cancel_asked => Event::Cancel.into(),
            Phase::Queued if self.clock.now().since_ms(job.created_at) > self.settings.queue_stay_max_ms => {
                Event::Overstayed.into()
            }
            Phase::Queued => self.ready(job).await,
            Phase::Submitting => match prepared {
                Some(prepared) => Act::Found(self.send(job, prepared).await),
                None => Event::TakenOver.into(),
            },
            Phase::Running(Run::Provider(handle)) => match self.door_of(job) {
                Some(door) => Act::Found(self.look(job, &door, handle, stay_ms).await),
                None => Event::Trouble(Trouble::of(TroubleClass::Credential, "provider_not_set_up"), 60_000)
                    .into(),
            },
            Phase::Running(Run::Parts) => Act::Found(self.gather(job).await),
            Phase::Storing(outputs) => Act::Found(self.copy(job, outputs, stay_ms).await),
            Phase::Reconciling { .. } => self.reconcile(job, stay_ms).await.into(),
            // Neither is ever due; a claim that hands one out is a broken store, and the step below says so.
            Phase::NeedsOperator | Phase::Done(_) => Event::Overstayed.into(),
        }
    }

    /// Finds a queued job's way and prepares its next attempt.
    async fn ready(&self, job: &Arc<Job>) -> Act {
        let Some(model) = self.catalogue().find(&job.model) else {
            return Event::NoRoute(Kind::ModelUnavailable.into()).into();
        };
        match self.choose(job, &model) {
            Choice::Nobody => Event::NoRoute(Kind::ModelUnavailable.into()).into(),
            Choice::Held(wait_ms) => Event::Held(self.jittered(wait_ms)).into(),
            Choice::Way(way, seat) => match Box::pin(self.prepared(job, &model, way, seat)).await {
                Ok(prepared) => Act::Begin(Box::new(prepared)),
                Err(fault) => Event::NoRoute(fault).into(),
            },
        }
    }

    /// A pause a little longer than this, so that jobs which wait for the same do not all look at the same moment.
    fn jittered(&self, wait_ms: u64) -> u64 {
        let mut byte = [0];
        self.entropy.fill(&mut byte);
        wait_ms + wait_ms * u64::from(byte[0]) / 255 / 10
    }

    /// Writes an attempt's intent (U1). The job with the intent in it, or nothing if it is not ours any more.
    async fn begin(&self, job: &Arc<Job>, prepared: &Prepared) -> Option<Arc<Job>> {
        let step = lifecycle::step(&job.phase, Event::Begin, &self.facts(job)).ok()?;
        let mut next = Job::clone(job);
        begin(&mut next, prepared);
        debug_assert_eq!(next.phase.name(), step.phase.name());
        next.events += 1;
        let events = vec![event(&next, next.events, "submitting", &prepared.attempt.provider)];
        // A job that is tried again has been told of before.
        let first = prepared.attempt.no == AttemptNo(1);
        let announcement = first.then(|| self.announcement(&next, News::Started)).flatten();
        let commit = Commit {
            job: Arc::new(next),
            keep: true,
            events,
            transfers: Vec::new(),
            assets: Vec::new(),
            announcement,
        };
        let begun = self.commit(commit).await?;
        self.keep_gate(&begun);
        Some(begun)
    }

    /// Counts a job in or out at the provider of its attempt.
    pub(crate) fn keep_gate(&self, job: &Job) {
        let Some(attempt) = job.attempt.as_ref().filter(|_| job.mode == Mode::Live) else { return };
        match attempt.ended_at {
            None => self.gates.enter(&attempt.provider, &attempt.credential, job.id, boot_ms()),
            Some(_) => self.gates.leave(&attempt.provider, job.id),
        }
    }

    /// Makes the free calls that some work wants before its submit. Nothing that costs has been sent when this fails.
    async fn bring_files(&self, door: &Door, mut work: Work, token: &Token) -> Result<Call, Trouble> {
        let adapter = door.adapter();
        // A free call takes what a submit may take: it carries the files.
        let sending = Sending::free(adapter.manifest().submit_timeout_ms);
        for _ in 0..FREE_CALLS_MAX {
            let Some(call) = adapter.prepare(&work)? else { return adapter.submit(&work, token) };
            let reply = self.providers.call(door, &call, sending).await;
            let unanswered = |no: Unanswered| Trouble::of(TroubleClass::Unavailable, no.why.code());
            adapter.read_prepared(&mut work, &reply.map_err(unanswered)?)?;
        }
        Err(Trouble::of(TroubleClass::Unknown, "too_many_calls"))
    }

    /// Sends the submit. Its intent is durable, and this is the only place that ever sends it.
    async fn send(&self, job: &Job, prepared: Prepared) -> Found {
        let Prepared { door, errand, attempt, deadline_ms, .. } = prepared;
        let manifest = door.adapter().manifest();
        let call = match errand {
            Errand::Submit(call) => call,
            Errand::Uploads(work) => match Box::pin(self.bring_files(&door, *work, &attempt.token)).await {
                Ok(call) => call,
                Err(trouble) => return Event::NotSent(trouble).into(),
            },
        };
        let sending = Sending {
            limit: std::time::Duration::from_millis(manifest.submit_timeout_ms),
            fresh: job.price >= self.settings.fresh_connection_from,
            deadline_ms: Some(deadline_ms),
        };
        let reply = match self.providers.call(&door, &call, sending).await {
            Ok(reply) => reply,
            Err(unanswered) if unanswered.sent == 0 => {
                let class = if unanswered.why == Why::Credential {
                    TroubleClass::Credential
                } else {
                    TroubleClass::Unavailable
                };
                return Event::NotSent(Trouble::of(class, unanswered.why.code())).into();
            }
            Err(unanswered) => return Event::Lost(lost(&unanswered)).into(),
        };
        match door.adapter().read_submit(&self.upstream_of(job), &reply) {
            Ok(Word::Accepted(handle, wait_ms)) => {
                Event::Accepted(handle, self.jittered(wait_ms.max(manifest.poll_pace_ms))).into()
            }
            Ok(word) => self.word(job, &door, word).await,
            Err(trouble) if manifest.no_job_statuses.contains(&reply.status) => {
                Event::Rejected(trouble).into()
            }
            // A refusal that arrives as a success is still the refusal it is: the provider made no job.
            Err(trouble) if reply.is_success() && trouble.class != TroubleClass::Unknown => {
                Event::Rejected(trouble).into()
            }
            Err(trouble) => Event::Lost(trouble).into(),
        }
    }

    /// What a provider's word about the job's state means.
    pub(crate) async fn word(&self, job: &Job, door: &Door, word: Word) -> Found {
        let pace_ms = door.adapter().manifest().poll_pace_ms;
        match word {
            // A second acceptance tells nothing new; it reads as still running.
            Word::Accepted(_, wait_ms) => Event::Pending(None, self.jittered(wait_ms.max(pace_ms))).into(),
            Word::Pending { progress, wait_ms } => {
                Event::Pending(progress, self.jittered(wait_ms.max(pace_ms))).into()
            }
            Word::Finished { outputs, billed } => Found { billed, ..self.finished(job, door, outputs).await },
            Word::Failed(trouble) if trouble.class == TroubleClass::Gone => Event::Gone.into(),
            Word::Failed(trouble) => Event::Failed(trouble).into(),
            Word::Canceled => Event::CanceledThere.into(),
            Word::Then(_) | Word::Wanting => {
                Event::Trouble(Trouble::of(TroubleClass::Unknown, "too_many_calls"), pace_ms.max(1_000))
                    .into()
            }
        }
    }

    /// Results are known. Inline ones are in memory only, so they are stored before anything is written; URLs are
    /// written first, so that a crash resumes the copy (or they are recorded as they are, where results pass).
    async fn finished(&self, job: &Job, door: &Door, outputs: Vec<Output>) -> Found {
        if outputs.is_empty() {
            return Event::Failed(Trouble::of(TroubleClass::Unknown, "no_output")).into();
        }
        let inline = outputs.iter().any(|output| matches!(output, Output::Bytes(_)));
        let pass = self.settings.assets == Assets::Pass && matches!(door, Door::Live(_));
        // A file that opens only with our credential is of no use to the caller as an address.
        let guarded = outputs.iter().any(|output| matches!(output, Output::Guarded(_)));
        if pass && !inline && !guarded {
            let kind = self.catalogue().find(&job.model).map_or("", |model| model.makes.as_str());
            return Event::Stored(outputs.into_iter().map(|output| passed(door, output, kind)).collect())
                .into();
        }
        if inline {
            return self.copy_now(job, door, &outputs).await;
        }
        Event::Finished(outputs).into()
    }

    /// Turns an event into the next state and commits it. The job to go on with, or nothing when there is
    /// nothing to do now.
    async fn follow(self: &Arc<Self>, job: &Arc<Job>, found: Found) -> Option<Arc<Job>> {
        let taken = match self.take_step(job, found) {
            Ok(taken) => taken,
            Err(illegal) => {
                // Left under its lease: it is claimed again when that lapses, and nothing is lost or resent.
                tracing::error!(job.id = %job.id, "job {}: {illegal}", job.id);
                return None;
            }
        };
        let keep = taken.commit.keep;
        let next = self.commit(taken.commit).await?;
        self.make_known(&next, taken.line);
        if keep {
            return Some(next);
        }
        self.ring_for(job, &next);
        None
    }

    /// What an event makes of a job, ready to be committed.
    pub(crate) fn take_step(&self, job: &Job, found: Found) -> Result<Taken, Illegal> {
        let facts = self.facts(job);
        let (progress, code) = match &found.event {
            Event::Pending(progress, _) => (*progress, None),
            Event::Rejected(t)
            | Event::NotSent(t)
            | Event::Lost(t)
            | Event::Trouble(t, _)
            | Event::Failed(t) => (None, Some(code_of(t))),
            _ => (None, None),
        };
        let handle = match &found.event {
            Event::Accepted(handle, _) | Event::Found(handle) => Some(handle.id.clone()),
            _ => None,
        };
        let name = found.event.name();
        if matches!(found.event, Event::Lost(_) | Event::TakenOver) {
            self.quiet.begin(job, boot_ms());
        }
        let now = self.clock.now();
        // What happens while a result is copied was the provider's success before.
        if let Some(attempt) = job.attempt.as_ref().filter(|_| job.mode == Mode::Live)
            && !matches!(job.phase, Phase::Storing(_))
        {
            let took_ms = now.since_ms(attempt.started_at);
            self.health.note(&attempt.provider, &found.event, now, took_ms);
            self.gates.note(&attempt.provider, &found.event, boot_ms());
        }
        let step = lifecycle::step(&job.phase, found.event, &facts)?;
        let mut next = Job::clone(job);
        let moved = step.phase.name() != job.phase.name();
        next.phase = step.phase.clone();
        if moved {
            next.phase_since = now;
        }
        next.due = match step.due {
            Due::Now => Some(now),
            Due::AfterMs(ms) => Some(now.after_ms(ms)),
            Due::Never => None,
        };
        next.progress = progress.or(next.progress);
        next.cancel_sent |= found.cancel_sent;
        if let Some(attempt) = &mut next.attempt {
            attempt.result = step.attempt.or(attempt.result);
            attempt.provider_job = handle.or(attempt.provider_job.take());
            attempt.billed = found.billed.or(attempt.billed);
            attempt.trouble = code.clone().or(attempt.trouble.take());
            let goes_on = matches!(
                step.phase,
                Phase::Submitting | Phase::Running(_) | Phase::Storing(_) | Phase::Reconciling { .. }
            );
            // One that was with the operator may go on after all. One that is over stays so while its job waits for the
            // next: how long it took must not grow with that.
            attempt.ended_at = if goes_on { None } else { attempt.ended_at.or(Some(now)) };
        }
        if step.next_route {
            next.route += 1;
        }
        if step.phase.is_done() {
            next.ended_at = Some(now);
            next.charged = Some(charge(&next, &step, found.charged));
        }
        let transfers = self.transfers(job, &next, &step);
        let mut events = Vec::new();
        if moved {
            next.events += 1;
            let detail = code.as_deref().map_or_else(|| name.to_owned(), |code| format!("{name}: {code}"));
            events.push(event(&next, next.events, next.phase.name(), &detail));
        }
        let keep = matches!(step.due, Due::Now) && !self.tasks.is_stopping();
        let announcement = News::of_end(&next.phase).and_then(|news| self.announcement(&next, news));
        let (job_next, assets) = (Arc::new(next), found.assets);
        let commit = Commit { job: job_next, keep, events, transfers, assets, announcement };
        Ok(Taken { commit, line: Line { moved, name, code } })
    }

    /// Tells of a step that is durable: the log, and whoever waits for the job's end.
    pub(crate) fn make_known(&self, next: &Arc<Job>, line: Line) {
        log(next, line.moved, line.name, line.code.as_deref());
        self.keep_gate(next);
        if next.phase.is_done() {
            self.quiet.forget(next);
            self.heard.forget(next);
            self.wakes.publish(next);
        }
    }

    /// Lets dispatch know when to look at a job that this worker lets go of, or at the whole whose part it was.
    fn ring_for(&self, job: &Job, next: &Job) {
        // A wish to cancel, or a last part that ended meanwhile, has made the row due at once.
        if next.cancel_asked != job.cancel_asked || next.phase == Phase::Running(Run::Parts) {
            self.due.ring_now();
        } else if let Some(due) = next.due {
            self.due.ring_at(due);
        } else if next.parent.is_some() {
            self.due.ring_now();
        }
    }

    /// Commits, and takes over what the row knows better. Nothing if the job is not ours any more (J5), or the
    /// database failed: then the lease lapses and somebody looks again.
    async fn commit(&self, mut commit: Commit) -> Option<Arc<Job>> {
        let mut job = Arc::clone(&commit.job);
        commit.job = Arc::clone(&job);
        let announcement = commit.announcement.clone();
        match self.store.commit(commit).await {
            Ok(Committed::Done { cancel_asked }) => {
                self.ring_if_told(announcement.as_ref());
                if cancel_asked != job.cancel_asked {
                    Arc::make_mut(&mut job).cancel_asked = cancel_asked;
                }
                Some(job)
            }
            Ok(Committed::Lost) => {
                tracing::warn!(job.id = %job.id, "job {} is another worker's now", job.id);
                None
            }
            Err(error) => {
                tracing::error!(job.id = %job.id, "job {}: the step was not written: {error}", job.id);
                None
            }
        }
    }

    /// What the rules look at.
    fn facts(&self, job: &Job) -> Facts {
        let model = self.catalogue().find(&job.model);
        let manifest = self.door_of(job).map(|door| door.adapter().manifest().billed_on_failure);
        Facts {
            billed_on_failure: manifest.unwrap_or(true),
            next_route: self.has_next_route(model.as_deref(), job),
            attempts: job.attempt.as_ref().map_or(0, |attempt| attempt.no.0),
            cancel_asked: job.cancel_asked,
            price: job.price,
            operator_from: self.settings.operator_from,
        }
    }

    /// The entries a step books. A part has no hold: its parent's capture adds it up.
    fn transfers(&self, before: &Job, after: &Job, step: &Step) -> Vec<Transfer> {
        let purse = purse(after);
        let attempt = before.attempt.as_ref().map_or((AttemptNo(0), ""), |a| (a.no, a.provider.as_str()));
        let mut transfers = Vec::new();
        if after.parent.is_none() {
            match step.money {
                Money::Keep => {}
                Money::Capture => {
                    transfers.extend(purse.capture(after.price, after.charged.unwrap_or(after.price)));
                }
                Money::Release | Money::ReleaseAndSuspend => transfers.push(purse.release(after.price)),
            }
        }
        if step.money == Money::ReleaseAndSuspend {
            transfers.push(purse.suspend(attempt.0, attempt.1, self.cost_of(after)));
        }
        match step.cost {
            Cost::None => {}
            Cost::Full => transfers.push(purse.cost(attempt.0, attempt.1, self.cost_of(after))),
            Cost::Zero => transfers.push(purse.cost(attempt.0, attempt.1, MicroUsd::ZERO)),
        }
        transfers
    }
}

/// What a job that is over is charged: what was delivered, at the price of the order.
fn charge(job: &Job, step: &Step, parts: Option<MicroUsd>) -> MicroUsd {
    match (&step.phase, parts) {
        (Phase::Done(Outcome::Succeeded(_)), Some(parts)) => parts,
        (Phase::Done(Outcome::Succeeded(stored)), None) => match job.terms.metered {
            Some(metered) => {
                let billed = job.attempt.as_ref().and_then(|attempt| attempt.billed);
                metered.charge(billed, job.count, job.price)
            }
            None => job.price.share(u32::try_from(stored.len()).unwrap_or(u32::MAX), job.count),
        },
        _ => MicroUsd::ZERO,
    }
}

/// A result that is handed on where it lies.
fn passed(door: &Door, output: Output, kind: &str) -> Stored {
    let (url, text) = match output {
        Output::Url(url) | Output::Guarded(url) => (Some(url), None),
        Output::Text(text) => (None, Some(text)),
        Output::Bytes(_) => (None, None),
    };
    let whole = |url: &String| match door {
        Door::Live(live) => live.result_url(url).map(|(whole, _)| whole.into()),
        Door::Sandbox(_) => None,
    };
    let url: Option<String> = url.map(|url| whole(&url).unwrap_or(url));
    let format = url.as_deref().and_then(crate::ingest::extension).unwrap_or_default().to_owned();
    Stored {
        asset: None,
        kind: if text.is_some() { "text" } else { kind }.to_owned(),
        text,
        url,
        format,
        content_type: String::new(),
        size_bytes: 0,
        width: None,
        height: None,
        duration_ms: None,
    }
}

fn lost(unanswered: &Unanswered) -> Trouble {
    let class = if unanswered.why == Why::Timeout { TroubleClass::Timeout } else { TroubleClass::Unknown };
    Trouble::of(class, unanswered.why.code())
}

/// One line per move, without prompts, URLs or secrets.
fn log(job: &Job, moved: bool, event: &str, code: Option<&str>) {
    if !moved {
        return;
    }
    let (phase, provider) = (job.phase.name(), job.attempt.as_ref().map_or("", |a| a.provider.as_str()));
    match (&job.phase, code) {
        (Phase::Reconciling { .. } | Phase::NeedsOperator, _)
        | (Phase::Done(Outcome::Failed(Fault { .. })), _) => {
            tracing::warn!(job.id = %job.id, phase, provider, event, code, "job {} is {phase} after {event}", job.id);
        }
        _ => tracing::debug!(job.id = %job.id, phase, provider, event, code, "job {} is {phase}", job.id),
    }
}

/// What comes of an act.
enum Act {
    /// Something happened.
    Found(Found),
    /// An attempt is ready: its intent is to be written before it is sent.
    Begin(Box<Prepared>),
}

impl From<Event> for Act {
    fn from(event: Event) -> Self {
        Self::Found(event.into())
    }
}
