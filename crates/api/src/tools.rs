//! The tools: what can be made without knowing a model, and their runs. A run is one of the run dialect, and its job an
//! ordinary job of the model that serves the tool. `docs/tools.md` is their page.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{Method, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};
use spool_domain::catalogue::{Catalogue, Makes, Service, Tool};
use spool_domain::fault::{Fault, Kind};
use spool_domain::order::Mode;
use spool_domain::scope::Scope;

use crate::auth::Entry;
use crate::jobs::Wanted;
use crate::routes::{Answer, Answering, Need, Route};
use crate::window::{LIMIT_MAX, Window, wrong};
use crate::{Api, answer, jobs, models};

/// Running a tool.
pub(crate) const RUN_PATH: &str = "/v1/tools/{id}/run";

/// List, detail and run.
pub(crate) const ROUTES: &[Route] = &[
    route(Method::GET, "/v1/tools", Scope::ModelsRead, list),
    route(Method::GET, "/v1/tools/{id}", Scope::ModelsRead, one),
    route(Method::POST, RUN_PATH, Scope::ModelsRun, run),
];

const fn route(
    method: Method,
    path: &'static str,
    scope: Scope,
    answer: fn(Arc<Api>, Entry, Request) -> Answering,
) -> Route {
    Route { method, path, answer: Answer::Keyed(Need::of(scope), answer), refuse: jobs::refuse }
}

#[derive(Serialize)]
struct Page<'a> {
    tools: Vec<Summary<'a>>,
    total: usize,
    limit: usize,
    offset: usize,
}

#[derive(Serialize)]
struct Summary<'a> {
    id: &'a str,
    name: &'a str,
    description: &'a str,
    /// Among which tools people look for it.
    kind: Makes,
    /// What comes out.
    makes: Makes,
    /// The model that serves it unless another is named.
    default_model: &'a str,
    /// Whether this key can use it now, by any of its models.
    enabled: bool,
    /// With the default model.
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Price>,
}

/// What one output costs, or one unit.
#[derive(Serialize)]
struct Price {
    currency: &'static str,
    from: String,
    to: String,
    /// `output`, `second`, `megapixel` or `thousand_characters`.
    per: String,
}

#[derive(Serialize)]
struct Detail<'a> {
    #[serde(flatten)]
    summary: Summary<'a>,
    input_schema: Value,
    /// The body of the smallest run.
    example: Value,
    models: Vec<Served<'a>>,
}

/// One of its models.
#[derive(Serialize)]
struct Served<'a> {
    id: &'a str,
    name: &'a str,
    description: &'a str,
    vendor: &'a str,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Price>,
    /// The tool's parameters that it has a place for.
    takes: Vec<&'a str>,
    /// Those of them that a call of this model cannot leave out, though the tool can.
    needs: Vec<&'a str>,
    /// What holds where nothing is said.
    defaults: Map<String, Value>,
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
        let id = request.uri().path().strip_prefix("/v1/tools/").unwrap_or_default();
        let catalogue = api.engine.catalogue();
        Ok(match catalogue.tool(id) {
            Some(tool) => answer::json(StatusCode::OK, &detail(&api, entry.caller.mode, tool)),
            None => unknown(&catalogue, id),
        })
    })
}

/// `POST /v1/tools/{id}/run`.
fn run(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    let path = request.uri().path();
    let id = path.strip_prefix("/v1/tools/").and_then(|rest| rest.strip_suffix("/run")).unwrap_or_default();
    let catalogue = api.engine.catalogue();
    match catalogue.tool(id) {
        Some(tool) => jobs::run_wanted(api, entry, Wanted::Tool(Arc::clone(tool)), request),
        None => {
            let unknown = unknown(&catalogue, id);
            Box::pin(async { Ok(unknown) })
        }
    }
}

/// The answer that there is no such tool. The dialect's own codes know no tools.
fn unknown(catalogue: &Catalogue, id: &str) -> Response {
    let hint = catalogue.nearest_tool(id).map_or_else(String::new, |near| format!(" Did you mean `{near}`?"));
    let shown: String = id.chars().take(80).collect();
    let message = format!("No tool has the id `{shown}`.{hint} GET /v1/tools lists all.");
    jobs::refuse_as(&Fault::new(Kind::NotFound, message), "TOOL_NOT_FOUND", 404)
}

/// What of the list is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Filter {
    window: Window,
    kind: Option<Makes>,
}

impl Filter {
    fn read(query: &str) -> Result<Self, Fault> {
        let mut filter = Self { window: Window::of(LIMIT_MAX), kind: None };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if filter.window.take(&name, &value)? {
                continue;
            }
            match &*name {
                "kind" if value.is_empty() => {}
                "kind" => {
                    let kind = Makes::parse(&value);
                    filter.kind =
                        Some(kind.ok_or_else(|| wrong(&name, "one of: image, video, audio, text"))?);
                }
                _ => {}
            }
        }
        Ok(filter)
    }

    fn page<'a>(&self, api: &Api, catalogue: &'a Catalogue, mode: Mode) -> Page<'a> {
        // Without words all fit, and stay in the order of the files.
        let mut found = catalogue.search_tools(&self.window.search);
        found.retain(|tool| self.kind.is_none_or(|kind| tool.kind == kind));
        let (page, total) = self.window.cut(found);
        let tools = page.map(|tool| summary(api, mode, tool)).collect();
        Page { tools, total, limit: self.window.limit, offset: self.window.offset }
    }
}

fn summary<'a>(api: &Api, mode: Mode, tool: &'a Tool) -> Summary<'a> {
    let default = tool.service(None);
    Summary {
        id: &tool.id,
        name: &tool.name,
        description: &tool.description,
        kind: tool.kind,
        makes: tool.makes,
        default_model: default.map_or("", |service| &service.model.id),
        enabled: tool.services.iter().any(|service| enabled(api, mode, service)),
        price: default.and_then(|service| price(service)),
    }
}

fn detail<'a>(api: &Api, mode: Mode, tool: &'a Tool) -> Detail<'a> {
    let input: Map<String, Value> = tool.smallest();
    let served = |service: &'a Arc<Service>| Served {
        id: &service.model.id,
        name: &service.model.name,
        description: &service.model.description,
        vendor: &service.model.vendor,
        enabled: enabled(api, mode, service),
        price: price(service),
        takes: service.takes().collect(),
        needs: service.needs().collect(),
        defaults: service.defaults(),
    };
    Detail {
        summary: summary(api, mode, tool),
        input_schema: tool.schema(),
        example: json!({ "input": input }),
        models: tool.services.iter().map(served).collect(),
    }
}

fn enabled(api: &Api, mode: Mode, service: &Service) -> bool {
    service.model.routes.iter().any(|route| models::reaches(api, mode, &route.provider))
}

fn price(service: &Service) -> Option<Price> {
    let span = service.price_span()?;
    let per = span.per.unwrap_or_else(|| "output".to_owned());
    Some(Price { currency: "USD", from: span.from.to_string(), to: span.to.to_string(), per })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read() {
        let filter = Filter::read("limit=5&offset=10&search=red%20fox&kind=video&x=1").unwrap();
        let expected = Filter {
            window: Window { limit: 5, offset: 10, search: "red fox".to_owned() },
            kind: Some(Makes::Video),
        };
        assert_eq!(filter, expected);
        let plain = Filter { window: Window::of(100), kind: None };
        assert_eq!(Filter::read("kind=").unwrap(), plain);
    }

    #[test]
    fn what_is_out_of_bounds_is_refused() {
        for (query, param) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("offset=-1", "offset"),
            (&format!("search={}", "x".repeat(201)), "search"),
            ("kind=hats", "kind"),
        ] {
            assert_eq!(Filter::read(query).unwrap_err().param.as_deref(), Some(param), "{query}");
        }
    }
}
