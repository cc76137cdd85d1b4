//! A store to test, the time it goes by, and short words for ordering and working.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use indexmap::IndexMap;
use serde_json::json;
use spool_domain::adapter::{Handle, Token};
use spool_domain::catalogue::Params;
use spool_domain::fault::{Fault, Kind as FaultKind};
use spool_domain::ids::{AccountId, AttemptNo, Entropy, JobId, KeyId, NodeId};
use spool_domain::job::{Attempt, AttemptResult, Event, Job, Outcome, Phase, Run};
use spool_domain::ledger::{self, Purse};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::{Balance, Commit, Committed, NewJob, Store, Submitted};
use spool_domain::time::{Clock, Timestamp};
use spool_store::sqlite::Sqlite;
use tempfile::TempDir;

/// What a job costs here.
pub(crate) const PRICE: MicroUsd = MicroUsd(40_000);

/// Two servers.
pub(crate) const ONE: NodeId = NodeId([1; 8]);
pub(crate) const TWO: NodeId = NodeId([2; 8]);

/// A lease of theirs, milliseconds.
pub(crate) const LEASE_MS: u64 = 30_000;

/// A store with its time.
pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    pass: Box<dyn Fn(u64) + Send + Sync>,
    folder: PathBuf,
    /// Removed with the store, unless somebody else keeps the folder.
    _own: Option<TempDir>,
}

/// An empty embedded store, whose clock stands still until it is moved.
pub(crate) fn sqlite() -> World {
    let dir = tempfile::tempdir().unwrap();
    let mut world = sqlite_in(dir.path(), 0);
    world._own = Some(dir);
    world
}

/// The embedded store in this folder; its clock starts some seconds later.
pub(crate) fn sqlite_in(dir: &Path, later_s: i64) -> World {
    let clock = Arc::new(HandClock::at(later_s * 1_000));
    let store = Arc::new(Sqlite::open(dir, clock.clone()).unwrap());
    let moved = clock.clone();
    World {
        store,
        now: Box::new(move || clock.now()),
        pass: Box::new(move |ms| {
            moved.0.fetch_add(ms as i64, Ordering::SeqCst);
        }),
        folder: dir.to_owned(),
        _own: None,
    }
}

/// A clock that is moved by hand.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    /// Stands some milliseconds after a certain moment.
    pub(crate) fn at(later_ms: i64) -> Self {
        Self(AtomicI64::new(1_750_000_000_000 + later_ms))
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

impl World {
    pub(crate) fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Where an embedded store keeps its files.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets time pass for the store.
    pub(crate) fn pass_ms(&self, ms: u64) {
        (self.pass)(ms);
    }

    /// A new account with credit for some jobs.
    pub(crate) async fn account(&self, jobs: u32) -> AccountId {
        let account = self.store.create_account("Acme", self.now()).await.unwrap().id;
        let credit = PRICE.times(jobs).unwrap();
        let entry = ledger::top_up(account, Mode::Live, "first", credit, self.now());
        assert!(self.store.book(entry).await.unwrap());
        account
    }

    pub(crate) async fn balance(&self, account: AccountId) -> Balance {
        self.store.balance(account, Mode::Live).await.unwrap()
    }

    /// A job waiting for a worker, due now.
    pub(crate) fn order(&self, account: AccountId) -> NewJob {
        let job = self.job(account);
        NewJob {
            hold: self.purse(&job).hold(PRICE),
            events: vec![self.event(1, "admitted")],
            claim: None,
            idempotency: None,
            parts: Vec::new(),
            announcement: None,
            job,
        }
    }

    /// A job that is fanned out into parts.
    pub(crate) fn order_in_parts(&self, account: AccountId, parts: u32) -> NewJob {
        let mut new = self.order(account);
        new.job.phase = Phase::Running(Run::Parts);
        new.job.due = Some(self.now().after_ms(600_000));
        for part in 0..parts {
            let job =
                Job { parent: Some(new.job.id), part, price: PRICE.share(1, parts), ..self.job(account) };
            new.parts.push((job, self.event(1, "admitted")));
        }
        new
    }

    fn job(&self, account: AccountId) -> Job {
        let now = self.now();
        Job {
            id: JobId::new(now, &Counting),
            account,
            key: KeyId("k1234567".to_owned()),
            mode: Mode::Live,
            label: "jobs".to_owned(),
            terms: spool_domain::order::Terms::default(),
            model: "acme/painter".to_owned(),
            model_asked: "painter".to_owned(),
            params: Params(IndexMap::from_iter([
                ("prompt".to_owned(), json!("a lighthouse at dawn")),
                ("seed".to_owned(), json!(7)),
            ])),
            count: 1,
            price: PRICE,
            phase: Phase::Queued,
            due: Some(now),
            phase_since: now,
            epoch: 0,
            route: 0,
            attempt: None,
            events: 1,
            progress: None,
            cancel_asked: false,
            cancel_sent: false,
            charged: None,
            parent: None,
            part: 0,
            created_at: now,
            ended_at: None,
        }
    }

    pub(crate) fn event(&self, no: u32, kind: &str) -> Event {
        Event { no, kind: kind.to_owned(), detail: String::new(), at: self.now() }
    }

    pub(crate) fn purse(&self, job: &Job) -> Purse {
        Purse { job: job.id, account: job.account, mode: job.mode, at: self.now() }
    }

    /// An attempt that is about to be sent.
    pub(crate) fn attempt(&self, no: u32) -> Attempt {
        Attempt {
            no: AttemptNo(no),
            provider: "fal".to_owned(),
            credential: "main".to_owned(),
            token: Token(format!("{no:064x}")),
            body_sha256: [3; 32],
            send_deadline: self.now().after_ms(20_000),
            result: None,
            provider_job: None,
            billed: None,
            trouble: None,
            started_at: self.now(),
            ended_at: None,
        }
    }

    /// Admits a job that must be admitted.
    pub(crate) async fn admit(&self, new: NewJob) -> Job {
        let job = new.job.clone();
        assert!(matches!(self.store.submit(new).await.unwrap(), Submitted::New));
        job
    }

    /// Claims exactly one job.
    pub(crate) async fn claim(&self, node: NodeId) -> Job {
        let mut claims = self.store.claim(node, 1, LEASE_MS, &[]).await.unwrap();
        claims.jobs.pop().expect("a job is due")
    }

    /// A step to `phase` with one event and no money; the lease is given up.
    pub(crate) fn step(&self, job: &Job, phase: Phase) -> Commit {
        let mut job = job.clone();
        job.events += 1;
        let event = self.event(job.events, phase.name());
        job.phase_since = self.now();
        job.ended_at = phase.is_done().then(|| self.now());
        job.due = (!phase.is_done() && phase != Phase::NeedsOperator).then(|| self.now());
        job.phase = phase;
        Commit {
            job: Arc::new(job),
            keep: false,
            events: vec![event],
            transfers: Vec::new(),
            assets: Vec::new(),
            announcement: None,
        }
    }

    /// The step that says that the provider took the job.
    pub(crate) fn accepted(&self, job: &Job, provider_job: &str) -> Commit {
        let handle = Handle { id: provider_job.to_owned(), facts: Default::default() };
        let mut step = self.step(job, Phase::Running(Run::Provider(handle)));
        let mut attempt = self.attempt(1);
        attempt.result = Some(AttemptResult::Accepted);
        attempt.provider_job = Some(provider_job.to_owned());
        let running = Arc::make_mut(&mut step.job);
        running.attempt = Some(attempt);
        running.due = Some(self.now().after_ms(60_000));
        step
    }

    /// The step that ends the job well, charged in full.
    pub(crate) fn succeeded(&self, job: &Job) -> Commit {
        let mut step = self.step(job, Phase::Done(Outcome::Succeeded(Vec::new())));
        if job.parent.is_none() {
            Arc::make_mut(&mut step.job).charged = Some(job.price);
            step.transfers = self.purse(job).capture(job.price, job.price);
        }
        if let Some(attempt) = &job.attempt {
            step.transfers.push(self.purse(job).cost(attempt.no, &attempt.provider, MicroUsd(25_000)));
        }
        step
    }

    /// The step that ends the job badly and gives the hold back.
    pub(crate) fn failed(&self, job: &Job) -> Commit {
        let mut step = self.step(job, Phase::Done(Outcome::Failed(Fault::of(FaultKind::ProviderFailed))));
        step.transfers = vec![self.purse(job).release(job.price)];
        step
    }

    /// Writes a step that must be taken.
    pub(crate) async fn commit(&self, step: Commit) -> Job {
        let job = Arc::unwrap_or_clone(step.job.clone());
        assert!(matches!(self.store.commit(step).await.unwrap(), Committed::Done { .. }));
        job
    }

    /// The job as its owner reads it.
    pub(crate) async fn read(&self, job: &Job) -> Job {
        self.store.job(job.account, job.mode, job.id).await.unwrap().expect("the job is there")
    }

    /// The books and the jobs hold together.
    pub(crate) async fn is_sound(&self) {
        assert_eq!(self.store.audit().await.unwrap().broken, Vec::<String>::new());
    }
}

/// Ids that differ; unguessable is not needed here.
struct Counting;

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let n = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.fill(9);
        let from = bytes.len() - n.len();
        bytes[from..].copy_from_slice(&n);
    }
}
