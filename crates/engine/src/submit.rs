//! The engine's door: an order in, a durable job out (M3), with its first attempt's intent in the same commit
//! where a worker is free (birth claim).

use std::sync::Arc;
use std::time::Duration;

use spool_domain::catalogue::{Model, Params, Refusal, Retired, Unknown, Words};
use spool_domain::day::Day;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::JobId;
use spool_domain::job::{Event, Job, Phase, Run};
use spool_domain::ledger::Purse;
use spool_domain::money::MicroUsd;
use spool_domain::order::{Caller, Idempotency, Order, Preference, Terms, Validated};
use spool_domain::store::{NewJob, Submitted};
use spool_domain::webhook::News;

use crate::attempt::{Choice, Prepared};
use crate::wake::Listener;
use crate::{Engine, Inner, broken, inputs, money};

/// The most outputs one order may ask for.
const COUNT_MAX: u32 = 10;

/// An admitted job, and a registration for its end.
pub struct Ticket {
    /// The job as admitted, or as it stands if the idempotency key had it already.
    pub job: Arc<Job>,
    /// Whether the job was there already (K2).
    pub replayed: bool,
    listener: Option<Listener>,
}

impl Ticket {
    /// Waits until the job is over or the time is up, and gives its last known state.
    pub async fn wait(mut self, limit: Duration) -> Arc<Job> {
        let Some(mut listener) = self.listener.take().filter(|_| !self.job.phase.is_done()) else {
            return self.job;
        };
        tokio::time::timeout(limit, listener.done()).await.unwrap_or(self.job)
    }
}

impl Engine {
    /// Checks an order against its model, finds the files it names, and prices it. Nothing is stored: this is also
    /// the dry run.
    pub async fn validate(&self, caller: &Caller, order: &Order) -> Result<Validated, Fault> {
        let mut valid = self.priced(caller, order)?;
        if inputs::any(&valid) {
            Box::pin(self.inner.resolve(caller, order, &mut valid)).await?;
        }
        Ok(valid)
    }

    /// The order against its model alone, and its price.
    fn priced(&self, caller: &Caller, order: &Order) -> Result<Validated, Fault> {
        let model = match &order.words {
            // The model that the tool was held against, also if the files are read again at this moment.
            Words::Tool(service) => Arc::clone(&service.model),
            Words::Roles | Words::Names { .. } => self.model(&order.model)?,
        };
        takes_orders(&model)?;
        let refused = |refusals: Vec<Refusal>| {
            refusals.into_iter().next().map_or_else(
                || Fault::of(Kind::InvalidInput),
                |refusal| Fault::field(format!("input.{}", refusal.param), refusal.message),
            )
        };
        let params = model.validate(&order.input, &order.words).map_err(refused)?;
        let count = order.count.or_else(|| model.count(&params)).unwrap_or(1);
        if !(1..=COUNT_MAX).contains(&count) {
            return Err(Fault::field("n", format!("`n` is {count}; allowed are 1 to {COUNT_MAX}")));
        }
        let policy = match &order.terms.providers {
            Some(_) => None,
            None => self.inner.policy(&model, &params, caller.mode),
        };
        let preference = order.terms.providers.as_ref().or(policy.as_ref());
        let providers = self.inner.providers_of(&model, &params, caller, preference)?;
        let unit_price = model.unit_price(&params);
        let price = unit_price.times(count).ok_or_else(|| Fault::of(Kind::InvalidInput))?;
        Ok(Validated { model, params, count, unit_price, price, providers })
    }

    /// The model of this name, or a fault that names the nearest.
    pub fn model(&self, name: &str) -> Result<Arc<Model>, Fault> {
        let catalogue = self.inner.catalogue();
        catalogue.find(name).ok_or_else(|| {
            let hint =
                catalogue.nearest(name).map_or_else(String::new, |near| format!(" Did you mean `{near}`?"));
            let shown: String = name.chars().take(80).collect();
            let message = format!("No model is named `{shown}`.{hint} GET /v1/models lists all.");
            Fault { param: Some("model".to_owned()), ..Fault::new(Kind::UnknownModel, message) }
        })
    }

    /// Validates, prices, holds and admits. Durable when this returns.
    pub async fn submit(&self, caller: &Caller, order: Order) -> Result<Ticket, Fault> {
        let inner = &self.inner;
        let mut order = order;
        let mut valid = self.priced(caller, &order)?;
        if order.terms.providers.is_none() {
            order.terms.providers = inner.policy(&valid.model, &valid.params, caller.mode);
        }
        let id = match &order.idempotency {
            Some(key) => inner.key.job_id(&key.scope, &key.fingerprint),
            None => JobId::new(inner.clock.now(), inner.entropy.as_ref()),
        };
        if inputs::any(&valid)
            && let Some(ticket) = Box::pin(self.bring(caller, &order, &mut valid, id)).await?
        {
            return Ok(ticket);
        }
        let job = new_job(inner, id, caller, &order, &valid);
        let per_call = inner
            .ways(
                &valid.model,
                &valid.params,
                (caller.mode, caller.account),
                order.terms.providers.as_ref(),
                0,
            )
            .map(|way| way.route.count_max())
            .min()
            .unwrap_or(1)
            .max(1);
        // Registered before the job exists, so that no end is missed.
        let listener = inner.wakes.listen(id);
        let (job, submitted) = if valid.count > per_call {
            inner.admit_parts(job, &valid, per_call, order.idempotency).await?
        } else {
            inner.admit_one(job, order.idempotency).await?
        };
        match submitted {
            Submitted::New => Ok(Ticket { job, replayed: false, listener: Some(listener) }),
            Submitted::Existing(job) => {
                let listener = if job.id == id { listener } else { inner.wakes.listen(job.id) };
                Ok(Ticket { job: Arc::new(*job), replayed: true, listener: Some(listener) })
            }
            Submitted::Mismatch => Err(Kind::IdempotencyMismatch.into()),
            Submitted::Overdrawn { available } => Err(overdrawn(valid.price, available)),
            Submitted::OverBudget(over) => {
                Err(money::over_budget(over, valid.price, Day::of(inner.clock.now())))
            }
            Submitted::TooMany { open, max } => Err(money::too_many(open, max)),
        }
    }

    /// Finds the files that an order names, and keeps those that came in it. A repeated request gets its job without a
    /// look at the files: they may be gone by now.
    async fn bring(
        &self,
        caller: &Caller,
        order: &Order,
        valid: &mut Validated,
        id: JobId,
    ) -> Result<Option<Ticket>, Fault> {
        let inner = &self.inner;
        if order.idempotency.is_some() {
            // Registered before the look, so that no end is missed.
            let listener = inner.wakes.listen(id);
            if let Some(job) = inner.store.job(caller.account, caller.mode, id).await.map_err(broken)? {
                return Ok(Some(Ticket { job: Arc::new(job), replayed: true, listener: Some(listener) }));
            }
        }
        let brought = inner.resolve(caller, order, valid).await?;
        if !brought.is_empty() {
            // The hold decides; this look spares the disk the files of orders that cannot be paid.
            let balance = inner.store.balance(caller.account, caller.mode).await.map_err(broken)?;
            if balance.available < valid.price {
                return Err(overdrawn(valid.price, balance.available));
            }
            inner.keep_brought(caller, brought, &mut valid.params).await?;
        }
        Ok(None)
    }
}

fn takes_orders(model: &Model) -> Result<(), Fault> {
    let why = if model.disabled {
        "is switched off on this server"
    } else if model.is_family() {
        "stands for many models; name one of them"
    } else {
        return Ok(());
    };
    let message = format!("{} {why}.", model.id);
    Err(Fault { param: Some("model".to_owned()), ..Fault::new(Kind::ModelUnavailable, message) })
}

fn overdrawn(price: MicroUsd, available: MicroUsd) -> Fault {
    let message = format!("This job costs {price} USD, and {available} USD are available. Add credit.");
    Fault::new(Kind::InsufficientCredit, message)
}

impl Inner {
    /// Who would be asked for a job like this, in order, each named once; a fault if that is nobody.
    fn providers_of(
        &self,
        model: &Model,
        params: &Params,
        caller: &Caller,
        preference: Option<&Preference>,
    ) -> Result<Vec<&'static str>, Fault> {
        let who = (caller.mode, caller.account);
        let mut names = Vec::new();
        for way in self.ways(model, params, who, preference, 0) {
            if !names.contains(&way.door.name()) {
                names.push(way.door.name());
            }
        }
        if !names.is_empty() {
            return Ok(names);
        }
        let choosy = preference.is_some() && self.ways(model, params, who, None, 0).next().is_some();
        Err(if choosy {
            let message = "None of the preferred providers can do this here, and all others are excluded; \
                           prefer another one, or exclude nobody.";
            Fault::new(Kind::ModelUnavailable, message)
        } else if let Some(retired) = &model.retired {
            let Retired { on, successor } = retired;
            let message = format!("{} was shut down on {on}; use {successor} instead.", model.id);
            Fault { param: Some("model".to_owned()), ..Fault::new(Kind::ModelUnavailable, message) }
        } else {
            Kind::ModelUnavailable.into()
        })
    }

    /// The first attempt of a job that is about to be admitted. None if its provider is to be left alone for now, or if
    /// files must be fetched first: then a worker prepares it.
    async fn at_the_door(&self, job: &Job) -> Result<Option<Prepared>, Fault> {
        let missing = || Fault::of(Kind::ModelUnavailable);
        let model = self.catalogue().find(&job.model).ok_or_else(missing)?;
        let (way, now) = match self.choose(job, &model) {
            Choice::Way(way, seat) => (Some((way, seat)), true),
            Choice::Held(_) => {
                let preference = job.terms.providers.as_ref();
                let who = (job.mode, job.account);
                let way = self.ways(&model, &job.params, who, preference, job.route).next();
                (way.map(|way| (way, None)), false)
            }
            Choice::Nobody => (None, false),
        };
        let (way, seat) = way.ok_or_else(missing)?;
        if self.must_fetch(job, &model, &way) {
            return Ok(None);
        }
        let prepared = Box::pin(self.prepared(job, &model, way, seat)).await?;
        Ok(now.then_some(prepared))
    }

    /// Admits a job that one call serves; a free worker begins it within the same commit.
    async fn admit_one(
        self: &Arc<Self>,
        mut job: Job,
        idempotency: Option<Idempotency>,
    ) -> Result<(Arc<Job>, Submitted), Fault> {
        let mut events = vec![event(&job, 1, "queued", "")];
        // Preparing also proves that the provider's input can be built at all: a fault here refuses the order.
        let prepared = self.at_the_door(&job).await?;
        let place = self.try_place(job.account).filter(|_| self.may_claim());
        let mut begun = None;
        if let (Some(place), Some(prepared)) = (place, prepared) {
            events.push(event(&job, 2, "submitting", &prepared.attempt.provider));
            begin(&mut job, &prepared);
            job.epoch = 1;
            begun = Some((place, prepared));
        }
        job.events = events.len() as u32;
        let hold = purse(&job).hold(job.price);
        let claim = begun.is_some().then_some((self.node, self.settings.lease_ms));
        let announcement = begun.as_ref().and_then(|_| self.announcement(&job, News::Started));
        let job = Arc::new(job);
        let new = NewJob {
            job: Job::clone(&job),
            hold,
            events,
            claim,
            idempotency,
            parts: Vec::new(),
            open_jobs_max: self.settings.open_jobs_max,
            announcement: announcement.clone(),
        };
        let submitted = self.store.submit(new).await.map_err(broken)?;
        if matches!(submitted, Submitted::New) {
            self.ring_if_told(announcement.as_ref());
            match begun {
                Some((place, mut prepared)) => {
                    prepared.keep_seat();
                    self.keep_gate(&job);
                    self.work(Arc::clone(&job), Some(prepared), place);
                }
                // Where the account's share is used up, whoever gives a place back rings: a look for work now would only
                // pass over all of its waiting jobs. Asked after the row is written, so that no bell is missed.
                None if self.shares.is_full(job.account) => {}
                None => self.due.ring_now(),
            }
        }
        Ok((job, submitted))
    }

    /// Admits a job that takes several calls: a parent with the hold, and one part for each call.
    async fn admit_parts(
        self: &Arc<Self>,
        mut job: Job,
        valid: &Validated,
        per_call: u32,
        idempotency: Option<Idempotency>,
    ) -> Result<(Arc<Job>, Submitted), Fault> {
        self.at_the_door(&Job { count: per_call, ..job.clone() }).await?;
        job.phase = Phase::Running(Run::Parts);
        job.due = Some(self.clock.now().after_ms(crate::look::PARTS_PACE_MS));
        job.events = 2;
        let events = vec![event(&job, 1, "queued", ""), event(&job, 2, "running", "in parts")];
        let mut parts = Vec::new();
        let mut left = valid.count;
        while left > 0 {
            let count = left.min(per_call);
            left -= count;
            let part = self.part(&job, valid, parts.len() as u32, count);
            let first = event(&part, 1, "queued", "");
            parts.push((part, first));
        }
        let hold = purse(&job).hold(job.price);
        let announcement = self.announcement(&job, News::Started);
        let job = Arc::new(job);
        let new = NewJob {
            job: Job::clone(&job),
            hold,
            events,
            claim: None,
            idempotency,
            parts,
            open_jobs_max: self.settings.open_jobs_max,
            announcement: announcement.clone(),
        };
        let submitted = self.store.submit(new).await.map_err(broken)?;
        self.ring_if_told(announcement.as_ref());
        self.due.ring_now();
        Ok((job, submitted))
    }

    fn part(&self, parent: &Job, valid: &Validated, no: u32, count: u32) -> Job {
        Job {
            id: JobId::new(parent.created_at, self.entropy.as_ref()),
            parent: Some(parent.id),
            part: no,
            count,
            price: valid.unit_price.times(count).unwrap_or(valid.price),
            params: reseeded(&valid.model, &valid.params, no),
            // Whom to tell is the whole's affair.
            terms: Terms { callback: None, ..parent.terms.clone() },
            phase: Phase::Queued,
            due: Some(parent.created_at),
            events: 1,
            ..parent.clone()
        }
    }
}

/// The same parameters with another seed for each part, so that four pictures are not four copies.
fn reseeded(model: &Model, params: &Params, part: u32) -> Params {
    let seed = model.by_role(params, "seed").and_then(serde_json::Value::as_i64);
    let (Some(seed), Some(name)) = (seed, model.name_of_role("seed")) else { return params.clone() };
    let mut all: serde_json::Map<_, _> = params.0.clone().into_iter().collect();
    all.insert(name.to_owned(), seed.saturating_add(i64::from(part)).into());
    // Through the validator, so that a bound is kept: beyond it the seed stays as it was.
    let words = Words::Names { unknown: Unknown::Pass, numeric_strings: false };
    model.validate(&all, words).unwrap_or_else(|_| params.clone())
}

fn new_job(inner: &Inner, id: JobId, caller: &Caller, order: &Order, valid: &Validated) -> Job {
    let now = inner.clock.now();
    Job {
        id,
        account: caller.account,
        key: caller.key.clone(),
        mode: caller.mode,
        label: order.label.to_owned(),
        terms: Terms { metered: valid.model.metered(&valid.params), ..order.terms.clone() },
        model: valid.model.id.clone(),
        model_asked: order.model.clone(),
        params: valid.params.clone(),
        count: valid.count,
        price: valid.price,
        phase: Phase::Queued,
        due: Some(now),
        phase_since: now,
        epoch: 0,
        route: 0,
        attempt: None,
        events: 0,
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

/// Turns a queued job into one whose attempt's intent is written.
pub(crate) fn begin(job: &mut Job, prepared: &Prepared) {
    job.phase = Phase::Submitting;
    job.phase_since = prepared.attempt.started_at;
    job.due = Some(prepared.attempt.started_at);
    job.route = prepared.place;
    job.attempt = Some(prepared.attempt.clone());
}

/// One line of the job's history.
pub(crate) fn event(job: &Job, no: u32, kind: &str, detail: &str) -> Event {
    Event { no, kind: kind.to_owned(), detail: detail.to_owned(), at: job.phase_since }
}

/// Whose money the job moves, dated at its present phase.
pub(crate) fn purse(job: &Job) -> Purse {
    Purse { job: job.id, account: job.account, mode: job.mode, at: job.phase_since }
}
