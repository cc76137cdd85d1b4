//! Preparing one attempt: which route, which provider, and the exact bytes of its call, before anything is sent.

use sha2::{Digest, Sha256};
use spool_domain::adapter::{Call, Trouble, Work};
use spool_domain::catalogue::{Model, Params, Route, Upstream};
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::AttemptNo;
use spool_domain::job::{Attempt, Job};
use spool_domain::lifecycle;
use spool_domain::money::MicroUsd;
use spool_domain::order::{Mode, Preference};
use tokio::sync::OwnedSemaphorePermit;

use crate::Inner;
use crate::inputs::Inputs;
use crate::providers::Door;

/// An attempt whose intent is about to be written.
pub(crate) struct Prepared {
    pub(crate) door: Door,
    pub(crate) call: Call,
    pub(crate) attempt: Attempt,
    /// The route's place in the job's line-up.
    pub(crate) place: u16,
    /// The room that files inside the call take; given back with the call.
    _room: Option<OwnedSemaphorePermit>,
}

/// The route an attempt takes, and where it leads.
pub(crate) struct Way<'a> {
    /// Its place in the line-up of the model's routes: what `Job::route` counts.
    pub(crate) place: u16,
    pub(crate) route: &'a Route,
    pub(crate) door: Door,
}

impl Inner {
    /// The routes from this place in the line-up on that lead somewhere for a job of this mode, in order.
    pub(crate) fn ways<'a>(
        &'a self,
        model: &'a Model,
        params: &'a Params,
        mode: Mode,
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
            .filter_map(move |(no, place)| {
                let route = model.routes.get(usize::from(no))?;
                let door =
                    self.providers.door(mode, &route.provider).filter(|_| test || route.serves(params))?;
                Some(Way { place, route, door })
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

    /// Builds the next attempt of a queued job. Nothing has been sent when this fails.
    pub(crate) async fn prepared(&self, job: &Job) -> Result<Prepared, Fault> {
        let inputs = self.inputs_of(job).await?;
        self.prepare(job, inputs)
    }

    fn prepare(&self, job: &Job, inputs: Inputs) -> Result<Prepared, Fault> {
        let model = self.catalogue().find(&job.model).ok_or_else(|| Fault::of(Kind::ModelUnavailable))?;
        let way = self.ways(&model, &job.params, job.mode, job.terms.providers.as_ref(), job.route).next();
        let way = way.ok_or_else(|| Fault::of(Kind::ModelUnavailable))?;
        let no = AttemptNo(job.attempt.as_ref().map_or(0, |last| last.no.0) + 1);
        let token = self.key.token(job.id, no);
        let upstream = match &way.door {
            // The sandbox goes by the wish alone; a route's words need not even fit the parameters.
            Door::Sandbox(_) => Upstream { model: model.id.clone(), input: serde_json::Map::new() },
            Door::Live(_) if inputs.texts.is_empty() => way.route.render(&model, &job.params, job.count),
            Door::Live(_) => {
                let mut params = job.params.clone();
                for (path, text) in inputs.texts {
                    params.put_file(&path, text);
                }
                way.route.render(&model, &params, job.count)
            }
        };
        let work = Work {
            model: upstream.model,
            input: upstream.input,
            makes: model.makes,
            count: job.count,
            wish: model.wish(&job.params),
            callback_url: self.callback_url(&way.door, job.id, no),
        };
        let call =
            way.door.adapter().submit(&work, &token).map_err(|trouble| lifecycle::fault_of(&trouble))?;
        let now = self.clock.now();
        let attempt = Attempt {
            no,
            provider: way.door.name().to_owned(),
            credential: way.door.credential().to_owned(),
            token,
            body_sha256: Sha256::digest(&call.body).into(),
            send_deadline: now.after_ms(SEND_WITHIN_MS),
            result: None,
            provider_job: None,
            billed: None,
            trouble: None,
            started_at: now,
            ended_at: None,
        };
        Ok(Prepared { call, attempt, place: way.place, door: way.door, _room: inputs.room })
    }

    /// Whether another route could take the job after the present one.
    pub(crate) fn has_next_route(&self, model: Option<&Model>, job: &Job) -> bool {
        let (preference, from) = (job.terms.providers.as_ref(), job.route + 1);
        job.mode == Mode::Live
            && model.is_some_and(|model| {
                self.ways(model, &job.params, job.mode, preference, from).next().is_some()
            })
    }

    /// The door of the current attempt, by the provider its record names.
    pub(crate) fn door_of(&self, job: &Job) -> Option<Door> {
        self.providers.door(job.mode, &job.attempt.as_ref()?.provider)
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
pub(crate) const SEND_WITHIN_MS: u64 = 15_000;

/// The short word for a trouble in the attempt's record.
pub(crate) fn code_of(trouble: &Trouble) -> String {
    trouble.code.chars().take(64).collect()
}
