//! The models, for people and programs that choose one.

use std::sync::Arc;

use axum::extract::Request;
use http::{Method, StatusCode};
use serde::Serialize;
use serde_json::Value;
use spool_domain::catalogue::{Catalogue, Makes, Model, Param, Params, PriceRow, PriceTable, TAGS, Task};
use spool_domain::fault::Fault;
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::scope::Scope;
use spool_engine::Health;

use crate::auth::Entry;
use crate::routes::{Answer, Answering, Need, Route};
use crate::window::{Window, words, wrong};
use crate::{Api, answer, jobs};

const LIMIT_DEFAULT: usize = 20;

/// What both calls need.
const READ: Need = Need::of(Scope::ModelsRead);

/// List and detail.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/v1/models",
        answer: Answer::Keyed(READ, list),
        refuse: jobs::refuse,
    },
    Route {
        method: Method::GET,
        path: "/v1/models/{*id}",
        answer: Answer::Keyed(READ, one),
        refuse: jobs::refuse,
    },
];

#[derive(Serialize)]
struct Page<'a> {
    models: Vec<Summary<'a>>,
    total: usize,
    limit: usize,
    offset: usize,
}

#[derive(Serialize)]
struct Summary<'a> {
    id: &'a str,
    aliases: &'a [String],
    name: &'a str,
    description: &'a str,
    vendor: &'a str,
    /// What it makes.
    kind: Makes,
    /// The first of its tasks.
    category: Option<Task>,
    tasks: &'a [Task],
    tags: &'a [String],
    /// The provider that is asked first.
    provider: &'a str,
    /// Whether this key can use it now.
    enabled: bool,
    /// The same as a word: `active`, `unavailable`, or `retired` if its maker has shut it down and nobody else serves it.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retired: Option<Retirement<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Price>,
    pricing: Pricing,
}

/// When its maker shut a model down, and what to use instead.
#[derive(Serialize)]
struct Retirement<'a> {
    on: &'a str,
    successor: &'a str,
}

/// The same in the credits of the run dialect.
#[derive(Serialize)]
struct Pricing {
    /// Of one run with nothing set that need not be.
    credits_per_run: i64,
}

/// The lowest price, and what it is for.
#[derive(Serialize)]
struct Price {
    currency: &'static str,
    from: String,
    /// `output`, `second` or `thousand_characters`.
    per: String,
}

#[derive(Serialize)]
struct Detail<'a> {
    #[serde(flatten)]
    summary: Summary<'a>,
    input_schema: Value,
    price_table: PriceTable,
    routes: Vec<Way<'a>>,
}

#[derive(Serialize)]
struct Way<'a> {
    provider: &'a str,
    enabled: bool,
    /// How the provider's last jobs went on this server; nothing before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    health: Option<Health>,
}

fn list(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let filter = Filter::read(request.uri().query().unwrap_or_default())?;
        let catalogue = api.engine.catalogue();
        Ok(answer::json(StatusCode::OK, &filter.page(&api, &catalogue, entry.caller.mode)))
    })
}

fn one(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let name = request.uri().path().strip_prefix("/v1/models/").unwrap_or_default();
        let model = api.engine.model(&unescaped(name))?;
        Ok(answer::json(StatusCode::OK, &detail(&api, entry.caller.mode, &model)))
    })
}

/// A model's name out of a path. Ids have slashes, and clients that escape them mean the same.
pub(crate) fn unescaped(name: &str) -> String {
    name.replace("%2F", "/").replace("%2f", "/")
}

/// What of the list is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Filter {
    window: Window,
    category: Option<Category>,
    vendor: Option<String>,
    sort: Sort,
}

/// In which order models are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// By relevance where words are searched for, else by id.
    Best,
    /// The cheapest plain run first.
    Price,
    /// The dearest first.
    PriceDown,
}

/// A category is a task, the kind of thing that is made, or a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Category {
    Tag(&'static str),
    Task(Task),
    Makes(Makes),
}

impl Filter {
    fn read(query: &str) -> Result<Self, Fault> {
        let mut filter =
            Self { window: Window::of(LIMIT_DEFAULT), category: None, vendor: None, sort: Sort::Best };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if filter.window.take(&name, &value)? {
                continue;
            }
            match &*name {
                "category" if value.is_empty() => {}
                "category" => {
                    let task = Task::parse(&value).map(Category::Task);
                    let tag = || TAGS.into_iter().find(|tag| *tag == value).map(Category::Tag);
                    let known = task.or_else(|| Makes::parse(&value).map(Category::Makes)).or_else(tag);
                    filter.category = Some(known.ok_or_else(|| {
                        wrong(
                            &name,
                            "a task such as text-to-image, a kind such as video, or a tag such as upscaling",
                        )
                    })?);
                }
                "vendor" => {
                    filter.vendor = Some(words(&name, &value)?).filter(|vendor| !vendor.is_empty());
                }
                "sort" => {
                    filter.sort = match &*value {
                        "" => Sort::Best,
                        "price" => Sort::Price,
                        "-price" => Sort::PriceDown,
                        _ => {
                            return Err(wrong(
                                &name,
                                "price (the cheapest first) or -price (the dearest first)",
                            ));
                        }
                    };
                }
                _ => {}
            }
        }
        Ok(filter)
    }

    fn page<'a>(&self, api: &Api, catalogue: &'a Catalogue, mode: Mode) -> Page<'a> {
        let mut found: Vec<_> = if self.window.search.is_empty() {
            catalogue.models().iter().collect()
        } else {
            catalogue.search(&self.window.search)
        };
        found.retain(|model| match self.category {
            None => true,
            Some(Category::Task(task)) => model.tasks.contains(&task),
            Some(Category::Makes(makes)) => model.makes == makes,
            Some(Category::Tag(tag)) => model.tags.iter().any(|one| one == tag),
        });
        if let Some(vendor) = &self.vendor {
            found.retain(|model| model.vendor.eq_ignore_ascii_case(vendor));
        }
        let price = |model: &&Arc<Model>| plain_run(model, &model.price_table().rows);
        match self.sort {
            Sort::Best => {}
            Sort::Price => found.sort_by_cached_key(price),
            Sort::PriceDown => found.sort_by_cached_key(|model| std::cmp::Reverse(price(model))),
        }
        let (page, total) = self.window.cut(found);
        let models = page.map(|model| summary(api, mode, model)).collect();
        Page { models, total, limit: self.window.limit, offset: self.window.offset }
    }
}

fn summary<'a>(api: &Api, mode: Mode, model: &'a Model) -> Summary<'a> {
    let enabled = model.routes.iter().any(|route| reaches(api, mode, &route.provider));
    let rows = model.price_table().rows;
    let status = match (enabled, &model.retired) {
        (true, _) => "active",
        (false, Some(_)) => "retired",
        (false, None) => "unavailable",
    };
    let retired = model.retired.as_ref();
    Summary {
        id: &model.id,
        aliases: &model.aliases,
        name: &model.name,
        description: &model.description,
        vendor: &model.vendor,
        kind: model.makes,
        category: model.tasks.first().copied(),
        tasks: &model.tasks,
        tags: &model.tags,
        provider: model.routes.first().map_or("", |route| &route.provider),
        enabled,
        status,
        retired: retired.map(|retired| Retirement { on: &retired.on, successor: &retired.successor }),
        price: lowest(&rows),
        pricing: Pricing { credits_per_run: jobs::credits(plain_run(model, &rows)) },
    }
}

/// What a run costs with nothing but the defaults. Where the price hangs on something that a caller must say, such
/// as the words to speak, it is the lowest price of the table, if that is more.
fn plain_run(model: &Model, rows: &[PriceRow]) -> MicroUsd {
    let default = |(name, param): (&String, &Param)| Some((name.clone(), param.default.clone()?));
    let params = Params(model.params.iter().filter_map(default).collect());
    let outputs = model.count(&params).unwrap_or(1);
    let price = model.unit_price(&params).times(outputs).unwrap_or_default();
    let least = rows.iter().filter_map(|row| MicroUsd::parse(&row.usd).ok()).min().unwrap_or_default();
    price.max(least)
}

fn detail<'a>(api: &Api, mode: Mode, model: &'a Model) -> Detail<'a> {
    let mut routes: Vec<Way> = Vec::new();
    for route in &model.routes {
        // Several routes may lead to one provider; the reader's question is which providers there are.
        if !routes.iter().any(|known| known.provider == route.provider) {
            let enabled = reaches(api, mode, &route.provider);
            let health = api.engine.health(&route.provider).filter(|_| mode == Mode::Live);
            routes.push(Way { provider: &route.provider, enabled, health });
        }
    }
    let (input_schema, price_table) = (model.schema(), model.price_table());
    Detail { summary: summary(api, mode, model), input_schema, price_table, routes }
}

/// Test keys reach the sandbox for every model; live keys what the operator set up.
pub(crate) fn reaches(api: &Api, mode: Mode, provider: &str) -> bool {
    mode == Mode::Test || api.engine.serves(provider)
}

/// The lowest price in the unit of the first row: other units cannot be compared with it.
fn lowest(rows: &[PriceRow]) -> Option<Price> {
    let per = &rows.first()?.per;
    let alike = rows.iter().filter(|row| row.per == *per);
    let lowest = alike.filter_map(|row| MicroUsd::parse(&row.usd).ok()).min()?;
    let per = per.clone().unwrap_or_else(|| "output".to_owned());
    Some(Price { currency: "USD", from: lowest.to_string(), per })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read() {
        let filter =
            Filter::read("limit=5&offset=10&search=red%20fox+pro&category=text-to-video&x=1").unwrap();
        assert_eq!(
            (filter.window.limit, filter.window.offset, filter.window.search.as_str()),
            (5, 10, "red fox pro")
        );
        assert_eq!(filter.category, Some(Category::Task(Task::TextToVideo)));
        assert_eq!(Filter::read("category=audio").unwrap().category, Some(Category::Makes(Makes::Audio)));
        assert_eq!(Filter::read("category=vector").unwrap().category, Some(Category::Tag("vector")));
        let sorted = Filter::read("sort=-price&vendor=kuaishou").unwrap();
        assert_eq!((sorted.sort, sorted.vendor.as_deref()), (Sort::PriceDown, Some("kuaishou")));
        let default = Filter::read("").unwrap();
        assert_eq!((default.window.limit, default.window.offset, default.category), (20, 0, None));
        let longest = format!("offset=1000000&search={}", "ü".repeat(200));
        assert_eq!(Filter::read(&longest).unwrap().window.offset, 1_000_000);
    }

    #[test]
    fn what_is_out_of_bounds_is_refused() {
        for (query, param) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=x", "limit"),
            ("offset=-1", "offset"),
            ("offset=1000001", "offset"),
            (&format!("search={}", "ü".repeat(201)), "search"),
            ("category=hats", "category"),
            ("sort=name", "sort"),
            (&format!("vendor={}", "x".repeat(201)), "vendor"),
        ] {
            assert_eq!(Filter::read(query).unwrap_err().param.as_deref(), Some(param), "{query}");
        }
    }
}
