//! One model, as read from its stanza.

use std::ops::Deref;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::param::{Kind, Param};
use super::price::{Metered, Prices};
use super::price_table::PriceTable;
use super::role::Role;
use super::route::Route;
use super::routing::Routing;
use super::rule::Rule;
use super::schema;
use super::task::{Makes, Media, Task};
use super::wish::Habits;
use crate::money::MicroUsd;

/// One model: everything the server knows about it.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its public name, such as `kuaishou/kling-2.6`.
    pub id: String,
    /// Other names it answers to.
    pub aliases: Vec<String>,
    /// Its name for people.
    pub name: String,
    /// One or two sentences for people.
    pub description: String,
    /// Who makes it.
    pub vendor: String,
    /// What it makes.
    pub makes: Makes,
    /// What it can make out of what; never empty.
    pub tasks: Vec<Task>,
    /// What it is good for, beside its tasks: words of [`TAGS`].
    pub tags: Vec<String>,
    /// Whether it is switched off: it takes no orders.
    pub disabled: bool,
    /// In which order its routes are tried, where the operator says so for this model.
    pub routing: Option<Routing>,
    /// If its maker has shut it down.
    pub retired: Option<Retired>,
    /// Its parameters by name, in the order of the stanza.
    pub params: IndexMap<String, Param>,
    /// What must hold between them.
    pub rules: Vec<Rule>,
    /// What one output costs.
    pub prices: Prices,
    /// The ways to providers, the preferred one first; never empty.
    pub routes: Vec<Route>,
    /// The file of the stanza.
    pub file: String,
    /// The line of the stanza, counted from 1.
    pub line: u32,
    /// Whether words that it does not know go to the provider in every dialect: a family, or a member of one.
    pub(super) open: bool,
    pub(super) habits: Habits,
    /// The place of the parameter with each role.
    pub(super) roles: Vec<(Role, usize)>,
}

/// A model that its maker has shut down. Another provider may still serve it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retired {
    /// The day, `YYYY-MM-DD`.
    pub on: String,
    /// The id of the model to use instead.
    pub successor: String,
}

/// What a model can be good for.
pub const TAGS: [&str; 22] = [
    "upscaling",
    "enhancement",
    "editing",
    "inpainting",
    "outpainting",
    "background-removal",
    "object-removal",
    "style-transfer",
    "vector",
    "characters",
    "lip-sync",
    "avatar",
    "motion-control",
    "frame-interpolation",
    "voice-cloning",
    "voice-conversion",
    "audio-isolation",
    "stems",
    "dubbing",
    "sound-effects",
    "lyrics",
    "local",
];

/// Checked parameters by the model's own names, defaults included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(pub IndexMap<String, Value>);

impl Deref for Params {
    type Target = IndexMap<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Model {
    /// Whether any of its routes leads to this provider.
    pub fn leads_to(&self, provider: &str) -> bool {
        self.routes.iter().any(|route| route.provider == provider)
    }

    /// The price of ONE output. Total: the loader proved that every combination has a price.
    pub fn unit_price(&self, params: &Params) -> MicroUsd {
        self.prices.of(params)
    }

    /// The price of one output before the operator's markup: what a route costs us that does not say otherwise.
    pub fn list_price(&self, params: &Params) -> MicroUsd {
        self.prices.list(params)
    }

    /// How one output is charged, where that follows the provider's bill; the unit price is the most then.
    pub fn metered(&self, params: &Params) -> Option<Metered> {
        self.prices.metered(params)
    }

    /// How many files one output is: songs come as two takes.
    pub fn outputs(&self) -> u32 {
        self.habits.outputs.unwrap_or(1).max(1)
    }

    /// Which of the price rows holds for these parameters, counted from 0.
    pub fn price_row(&self, params: &Params) -> Option<usize> {
        self.prices.row(params)
    }

    /// How many price rows there are.
    pub fn price_rows(&self) -> usize {
        self.prices.rows.len()
    }

    /// All prices of one output, row by row.
    pub fn price_table(&self) -> PriceTable {
        self.prices.table.clone()
    }

    /// The JSON Schema (2020-12) of an input in the model's own parameter names.
    pub fn schema(&self) -> Value {
        schema::of_model(self)
    }

    /// What is made out of what, judged by the media that are given.
    pub fn task(&self, params: &Params) -> Task {
        let given = |media: Media| {
            self.params.iter().any(|(name, param)| param.media() == Some(media) && params.contains_key(name))
        };
        // A clip or a sound decides what a job is more than a picture that comes with it.
        let from = [Some(Media::Video), Some(Media::Audio), Some(Media::Image), None];
        let served = from.into_iter().filter(|from| from.is_none_or(given));
        let task =
            served.filter_map(|from| self.tasks.iter().copied().find(|task| task.from() == from)).next();
        task.unwrap_or(self.tasks[0])
    }

    /// The model's own name of the parameter with a role, if it has one.
    pub fn name_of_role(&self, role: &str) -> Option<&str> {
        self.params.get_index(self.slot_of(Role::parse(role)?)?).map(|(name, _)| name.as_str())
    }

    /// The value of the parameter with a role, such as `duration`, `image.0`; none if the model has none or it was not given.
    pub fn by_role<'a>(&self, params: &'a Params, role: &str) -> Option<&'a Value> {
        self.with_role(params, Role::parse(role)?)
    }

    /// How many outputs are asked for, if the model has a word for it.
    pub fn count(&self, params: &Params) -> Option<u32> {
        u32::try_from(self.with_role(params, Role::Count)?.as_i64()?).ok()
    }

    /// The most outputs one job may ask for by the model's own count parameter, if it has one.
    pub fn count_max(&self) -> Option<u32> {
        let Kind::Int { max, one_of, .. } = &self.params[self.slot_of(Role::Count)?].kind else {
            return None;
        };
        let largest = one_of.iter().copied().max().or(*max)?;
        u32::try_from(largest).ok()
    }

    pub(super) fn with_role<'a>(&self, params: &'a Params, role: Role) -> Option<&'a Value> {
        let (name, _) = self.params.get_index(self.slot_of(role)?)?;
        params.get(name)
    }

    /// The place of the parameter with a role.
    pub(super) fn slot_of(&self, role: Role) -> Option<usize> {
        self.roles.iter().find(|(other, _)| *other == role).map(|(_, slot)| *slot)
    }
}
