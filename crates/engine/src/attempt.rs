//! Preparing one attempt: which route, which provider, and the exact bytes of its call, before anything is sent.

use sha2::{Digest, Sha256};
use spool_domain::adapter::{Call, Trouble, Work};
use spool_domain::catalogue::{Model, Params, Route, Upstream};
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AccountId, AttemptNo};
use spool_domain::job::{Attempt, Job};
use spool_domain::lifecycle;
use spool_domain::money::MicroUsd;
use spool_domain::order::{Mode, Preference};
use tokio::sync::OwnedSemaphorePermit;

use crate::Inner;
use crate::gate::Seat;
use crate::providers::Door;
use crate::upstream::boot_ms;

/// An attempt whose intent is about to be written.
pub(crate) struct Prepared {
    pub(crate) door: Door,
    pub(crate) errand: Errand,
    pub(crate) attempt: Attempt,
    /// The route's place in the job's line-up.
    pub(crate) place: u16,
    /// On the clock of `boot_ms`: the first byte of the submit goes out before this, or never (U10).
    pub(crate) deadline_ms: u64,
    /// Its place at the provider, until the attempt has begun.
    pub(crate) seat: Option<Seat>,
    /// The room that files inside the call take; given back with the call.
    _room: Option<OwnedSemaphorePermit>,
}

impl Prepared {
    /// The attempt has begun: its place at the provider is its own until it ends.
    pub(crate) fn keep_seat(&mut self) {
        if let Some(seat) = self.seat.take() {
            seat.keep();
        }
    }
}

/// What an attempt sends.
pub(crate) enum Errand {
    /// The submit, to the byte.
    Submit(Call),
    /// Work that wants free calls first, such as uploads; the submit follows from their answers.
    Uploads(Box<Work>),
}

/// The route an attempt takes, and where it leads.
pub(crate) struct Way<'a> {
    /// Its place in the line-up of the model's routes: what `Job::route` counts.
    pub(crate) place: u16,
    pub(crate) route: &'a Route,
    pub(crate) door: Door,
}

/// Where a queued job can go now.
pub(crate) enum Choice<'a> {
    /// This way, with the place that it has there.
    Way(Way<'a>, Option<Seat>),
    /// Nowhere for so many milliseconds: every provider on its ways is to be left alone.
    Held(u64),
    /// Nowhere at all.
    Nobody,
}

impl Inner {
    /// The first way that a job may take now. A provider that is down, asked for patience or has no place free is passed
    /// over for the next one.
    pub(crate) fn choose<'a>(&'a self, job: &'a Job, model: &'a Model) -> Choice<'a> {
        let mut wait_ms: Option<u64> = None;
        for way in
            self.ways(model, &job.params, (job.mode, job.account), job.terms.providers.as_ref(), job.route)
        {
            let Door::Live(live) = &way.door else { return Choice::Way(way, None) };
            let places = live.places();
            match self.gates.pass(way.door.name(), way.door.credential(), places, job.id, boot_ms()) {
                Ok(seat) => return Choice::Way(way, Some(seat)),
                Err(ms) => wait_ms = Some(wait_ms.map_or(ms, |least| least.min(ms))),
            }
        }
        wait_ms.map_or(Choice::Nobody, Choice::Held)
    }

    /// The routes from this place in the line-up on that lead somewhere for a job of this mode and account, in order; each
    /// once for every credential that the account may use there, the one whose turn it is first.
    pub(crate) fn ways<'a>(
        &'a self,
        model: &'a Model,
        params: &'a Params,
        (mode, account): (Mode, AccountId),
        preference: Option<&Preference>,
        from: u16,
    ) -> impl Iterator<Item = Way<'a>> {
        // The sandbox serves every model whatever its routes can do, and stands in for the first one only: one fate
        // per test job.
        let test = mode == Mode::Test;
        self.line_up(model, mode, preference)
            .into_iter()
            .zip(0..)
            .skip(if test { 0 } else { usize::from(from) })
            .filter_map(move |(no, place)| Some((model.routes.get(usize::from(no))?, place)))
            .filter(move |(route, _)| test || route.serves(params))
            .flat_map(move |(route, place)| {
                let doors = self.providers.doors_for(mode, account, &route.provider);
                doors.into_iter().map(move |door| Way { place, route, door })
            })
            .take(if test { 1 } else { usize::MAX })
    }

    /// The numbers of the model's routes in the order in which a job may try them.
    fn line_up(&self, model: &Model, mode: Mode, preference: Option<&Preference>) -> Vec<u16> {
        // The sandbox stands in for every provider, and goes by its own name too.
        let sandbox = |name: &String| name.eq_ignore_ascii_case(self.providers.sandbox_name());
        let named = |wish: &&Preference| mode == Mode::Test && wish.order.iter().any(sandbox);
        Preference::line_up(preference.filter(|wish| !named(wish)), &model.routes)
    }

    /// Builds the next attempt of a queued job, which takes this way. Nothing has been sent when this fails.
    pub(crate) async fn prepared(
        &self,
        job: &Job,
        model: &Model,
        way: Way<'_>,
        seat: Option<Seat>,
    ) -> Result<Prepared, Fault> {
        let inputs = self.inputs_of(job, model, &way).await?;
        let no = next_no(job);
        let token = self.key.token(job.id, no);
        let work = self.work_of(job, no, model, &way, inputs.texts);
        let adapter = way.door.adapter();
        let faulty = |trouble: Trouble| lifecycle::fault_of(&trouble);
        let (errand, body, send_within_ms) = match adapter.prepare(&work).map_err(faulty)? {
            None => {
                let call = adapter.submit(&work, &token).map_err(faulty)?;
                let body = Sha256::digest(&call.body);
                (Errand::Submit(call), body, SEND_WITHIN_MS)
            }
            Some(first) => {
                let body = Sha256::digest(&first.body);
                (Errand::Uploads(Box::new(work)), body, UPLOAD_WITHIN_MS)
            }
        };
        let now = self.clock.now();
        let attempt = Attempt {
            no,
            provider: way.door.name().to_owned(),
            credential: way.door.credential().to_owned(),
            token,
            body_sha256: body.into(),
            send_deadline: now.after_ms(send_within_ms),
            result: None,
            provider_job: None,
            billed: None,
            trouble: None,
            started_at: now,
            ended_at: None,
        };
        let deadline_ms = boot_ms() + send_within_ms;
        Ok(Prepared {
            errand,
            attempt,
            place: way.place,
            deadline_ms,
            door: way.door,
            seat,
            _room: inputs.room,
        })
    }

    /// A job's work in its provider's words, with `files` in the places of its files.
    fn work_of(
        &self,
        job: &Job,
        no: AttemptNo,
        model: &Model,
        way: &Way<'_>,
        files: Vec<(String, String)>,
    ) -> Work {
        let upstream = match &way.door {
            // The sandbox goes by the wish alone; a route's words need not even fit the parameters.
            Door::Sandbox(_) => Upstream { model: model.id.clone(), input: serde_json::Map::new() },
            Door::Live(_) if files.is_empty() => way.route.render(model, &job.params, job.count),
            Door::Live(_) => {
                let mut params = job.params.clone();
                for (path, text) in files {
                    params.put_file(&path, text);
                }
                way.route.render(model, &params, job.count)
            }
        };
        Work {
            model: upstream.model,
            input: upstream.input,
            makes: model.makes,
            count: job.count,
            wish: model.wish(&job.params),
            callback_url: self.callback_url(&way.door, job.id, no),
        }
    }

    /// The work of the current attempt once more, with its files: for handing one in later, or for the same submit again.
    pub(crate) async fn work_again(&self, job: &Job) -> Result<Work, Fault> {
        let missing = || Fault::of(Kind::ModelUnavailable);
        let model = self.catalogue().find(&job.model).ok_or_else(missing)?;
        let route = self.route_of(&model, job).ok_or_else(missing)?;
        let way = Way { place: job.route, route, door: self.door_of(job).ok_or_else(missing)? };
        let no = job.attempt.as_ref().map_or(AttemptNo(1), |attempt| attempt.no);
        let inputs = self.inputs_of(job, &model, &way).await?;
        Ok(self.work_of(job, no, &model, &way, inputs.texts))
    }

    /// The provider's name for the model of the current attempt; empty where that cannot be told any more.
    pub(crate) fn upstream_of(&self, job: &Job) -> String {
        let model = self.catalogue().find(&job.model).filter(|_| job.mode == Mode::Live);
        let name = model.and_then(|model| {
            let route = self.route_of(&model, job)?;
            let made_by = job.attempt.as_ref().is_some_and(|attempt| attempt.provider == route.provider);
            made_by.then(|| route.upstream_name(&model, &job.params))
        });
        name.unwrap_or_default()
    }

    /// Whether another route could take the job after the present one.
    pub(crate) fn has_next_route(&self, model: Option<&Model>, job: &Job) -> bool {
        let (preference, from) = (job.terms.providers.as_ref(), job.route + 1);
        job.mode == Mode::Live
            && model.is_some_and(|model| {
                self.ways(model, &job.params, (job.mode, job.account), preference, from).next().is_some()
            })
    }

    /// The door of the current attempt, by the provider and the credential that its record names.
    pub(crate) fn door_of(&self, job: &Job) -> Option<Door> {
        let attempt = job.attempt.as_ref()?;
        self.providers.door_again(job.mode, &attempt.provider, &attempt.credential)
    }

    /// The route of the job's current attempt.
    pub(crate) fn route_of<'a>(&self, model: &'a Model, job: &Job) -> Option<&'a Route> {
        let line_up = self.line_up(model, job.mode, job.terms.providers.as_ref());
        let route = model.routes.get(usize::from(*line_up.get(usize::from(job.route))?));
        // The routes may have changed since the attempt began; then the provider tells which one is meant.
        let Some(Attempt { provider, .. }) = job.attempt.as_ref().filter(|_| job.mode == Mode::Live) else {
            return route;
        };
        let to = |route: &&Route| route.provider == *provider;
        route.filter(to).or_else(|| model.routes.iter().find(to))
    }

    /// What the current attempt costs us: what the provider said, else what the route states.
    pub(crate) fn cost_of(&self, job: &Job) -> MicroUsd {
        let told = job.attempt.as_ref().and_then(|attempt| attempt.billed);
        told.or_else(|| {
            let model = self.catalogue().find(&job.model)?;
            let route = self.route_of(&model, job)?;
            route.cost(model.list_price(&job.params)).times(job.count)
        })
        .unwrap_or(job.price)
    }
}

/// The first byte of a submit goes out within this time after its intent was prepared, or never (U10). Long
/// enough for a slow connection, short enough that a stalled machine does not send long after it was given up.
const SEND_WITHIN_MS: u64 = 15_000;
/// The same where files are uploaded first.
const UPLOAD_WITHIN_MS: u64 = 180_000;

fn next_no(job: &Job) -> AttemptNo {
    AttemptNo(job.attempt.as_ref().map_or(0, |last| last.no.0) + 1)
}

/// The short word for a trouble in the attempt's record.
pub(crate) fn code_of(trouble: &Trouble) -> String {
    trouble.code.chars().take(64).collect()
}
