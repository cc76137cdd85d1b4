//! `docs/providers.md`: what every provider is like, printed from the adapters' manifests and the shipped models.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::json;
use spool_domain::adapter::{Adapter, Auth, Callbacks, FileForm, Handle, Safety};
use spool_domain::catalogue::{Catalogue, Kind, Makes, Model, Params, shipped};
use spool_domain::resident::SCHEME;
use spool_providers::registry;

use crate::house;

const INTRO: &str = "# Providers

Printed by a test from the adapters (`crates/providers`) and from `catalog/`; what an adapter says comes from the provider's
own documentation, read on the day in the last column. How a provider is set up stands in [operating.md](operating.md), the
keys of the settings in [settings.md](settings.md). Test keys reach none of these: the sandbox serves them inside the
program ([sandbox.md](sandbox.md)).

## When an answer is lost

A call that orders work costs money once the provider has read it, whether or not its answer reaches us. What follows when
the line breaks in between depends on the provider alone:

- **sent again**: the provider promises that the same call under the same token is one job. The call is repeated, byte for
  byte, until it is answered.
- **found**: the provider can be asked for a job by a token of ours. It is looked up until it is found, or until two looks
  after a quiet time say that it is not there; only then is it ordered again.
- **never sent again**: neither is promised. Below `engine.operator_from_usd` such a job fails, its caller is charged
  nothing, and what it may have cost is booked to `suspense`. From that price on it waits for an operator, who looks at
  the provider's own console and decides ([operating.md](operating.md#jobs-that-need-an-operator)). Where the provider
  calls back and its callback names the job, that settles it before anybody has to look.

## The other columns

- *credential*: what an operator writes down, and how it is sent.
- *routes*: how many routes of the shipped models lead there, by what they make.
- *calls back*: whether the provider tells us when a job ends, and what proves that it was the provider. Needs `public_url`;
  a callback only makes us look earlier.
- *cancel*, *list*, *free check*: whether a running job can be canceled there (for some of its models at least), whether it
  lists our jobs, so that one we do not know of is noticed, and whether a credential can be tried without paying.
- *files*: how it gets the files that a job starts from. A link is one that anybody can open, so files of ours need
  `public_url`. Content goes with the call.
- *submit*: how long it may take to answer an order; where the answer brings the result, that is the whole generation.
- *look every*: the least pause between two looks at one job.
- *open jobs*: how many it takes at a time under one credential, as far as that is documented; `–` where no bound is known.
- *results kept*: how long results can be fetched there. They are copied before half of it has passed.
- *bills failures*: whether a job that it fails is billed all the same, or not promised to be free.

";

fn of_auth(auth: Auth) -> String {
    match auth {
        Auth::Open => "none".to_owned(),
        Auth::Header { name, prefix } => format!("key, sent as `{name}: {prefix}…`"),
        Auth::Basic => "`user:password`, sent as HTTP Basic".to_owned(),
        Auth::Jwt => {
            "key, or `access:secret` of which short-lived tokens are made; sent as a bearer".to_owned()
        }
        Auth::Volcengine { .. } => "`access:secret`, with which each call is signed".to_owned(),
        Auth::GoogleAccount => {
            "JSON key of a service account; sent is a bearer that Google gives for it".to_owned()
        }
    }
}

fn of_safety(safety: Safety) -> &'static str {
    match safety {
        Safety::Idempotent => "sent again",
        Safety::Lookup => "found",
        Safety::Blind => "never sent again",
    }
}

fn of_callbacks(callbacks: Callbacks) -> &'static str {
    match callbacks {
        Callbacks::None => "no",
        Callbacks::Unsigned => "yes, unsigned",
        Callbacks::Keys => "yes, signed with its published key",
        Callbacks::Credential => "yes, signed with the credential",
        Callbacks::Secret => "yes, signed where a secret is set up for that",
    }
}

fn of_form(form: FileForm) -> &'static str {
    match form {
        FileForm::UrlOrData => "link or content",
        FileForm::Url => "link",
        FileForm::Data => "content; a caller's link stays a link",
        FileForm::Bytes => "content",
    }
}

/// Milliseconds as a person says them.
fn time(ms: u64) -> String {
    const S: u64 = 1_000;
    const UNITS: [(u64, &str); 3] = [(24 * 60 * 60 * S, "d"), (60 * 60 * S, "h"), (60 * S, "min")];
    let whole = UNITS.iter().find(|(unit, _)| ms >= *unit && ms.is_multiple_of(*unit));
    match whole {
        Some((unit, name)) => format!("{} {name}", ms / unit),
        None if ms.is_multiple_of(S) => format!("{} s", ms / S),
        None => format!("{:.1} s", ms as f64 / 1e3),
    }
}

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// What the shipped models want of a provider.
#[derive(Default)]
struct Served {
    /// Routes by what they make.
    routes: BTreeMap<&'static str, usize>,
    /// The forms in which it gets files.
    forms: BTreeSet<&'static str>,
}

fn served(catalogue: &Catalogue, provider: &str, adapter: Option<&dyn Adapter>) -> Served {
    let mut served = Served::default();
    for model in catalogue.models() {
        for route in model.routes.iter().filter(|route| route.provider == provider) {
            *served.routes.entry(model.makes.as_str()).or_default() += 1;
            let Some(adapter) = adapter else { continue };
            for params in with_a_file(model).iter().filter(|params| route.serves(params)) {
                let name = route.upstream_name(model, params);
                served.forms.insert(of_form(adapter.file_form(&name)));
            }
        }
    }
    served
}

/// The model's defaults, once with each of its parameters that take files: which form a file gets depends on the
/// provider's name for the model, and that can depend on what is given.
fn with_a_file(model: &Model) -> Vec<Params> {
    let defaults =
        model.params.iter().filter_map(|(name, param)| Some((name.clone(), param.default.clone()?)));
    let defaults = Params(defaults.collect());
    let mut all = Vec::new();
    for (name, param) in &model.params {
        let file = match &param.kind {
            Kind::Media { .. } => json!("https://files.test/a"),
            Kind::List { of, .. } if matches!(**of, Kind::Media { .. }) => json!(["https://files.test/a"]),
            _ => continue,
        };
        let mut params = defaults.clone();
        params.0.insert(name.clone(), file);
        all.push(params);
    }
    all
}

impl Served {
    fn list(&self) -> String {
        let order = [Makes::Image, Makes::Video, Makes::Audio, Makes::Text].map(Makes::as_str);
        let counts = order.iter().filter_map(|kind| Some(format!("{} {kind}", self.routes.get(kind)?)));
        let counts: Vec<String> = counts.collect();
        if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
    }

    fn files(&self) -> String {
        let forms: Vec<&str> = self.forms.iter().copied().collect();
        match &forms[..] {
            [] => "–".to_owned(),
            [form] => (*form).to_owned(),
            forms => format!("by model: {}", forms.join("; ")),
        }
    }
}

const HEAD: [&str; 16] = [
    "provider",
    "base URL",
    "credential",
    "routes",
    "lost answer",
    "calls back",
    "cancel",
    "list",
    "free check",
    "files",
    "submit",
    "look every",
    "open jobs",
    "results kept",
    "bills failures",
    "read on",
];

fn row(adapter: &dyn Adapter, served: &Served) -> [String; HEAD.len()] {
    let manifest = adapter.manifest();
    // Whether there is such a call does not depend on the job, so any will do.
    let job = Handle { id: "x".to_owned(), facts: BTreeMap::new() };
    let open = if manifest.concurrency == 0 { "–".to_owned() } else { manifest.concurrency.to_string() };
    [
        format!("`{}`", manifest.provider),
        manifest.base_url.to_owned(),
        of_auth(manifest.auth),
        served.list(),
        of_safety(manifest.safety).to_owned(),
        of_callbacks(manifest.callbacks).to_owned(),
        yes(adapter.cancel(&job).is_some()).to_owned(),
        yes(adapter.listing(0, 1).is_some()).to_owned(),
        yes(adapter.check().is_some()).to_owned(),
        served.files(),
        time(manifest.submit_timeout_ms),
        time(manifest.poll_pace_ms),
        open,
        time(manifest.retention_ms),
        yes(manifest.billed_on_failure).to_owned(),
        manifest.verified_on.to_owned(),
    ]
}

fn page(catalogue: &Catalogue) -> String {
    let adapters = registry::adapters();
    let mut adapters: Vec<&dyn Adapter> = adapters
        .iter()
        .map(AsRef::as_ref)
        .filter(|adapter| !adapter.manifest().base_url.starts_with(SCHEME))
        .collect();
    adapters.sort_by_key(|adapter| adapter.manifest().provider);
    let mut text = INTRO.to_owned();
    let _ = writeln!(text, "## All of them\n\n| {} |\n|{}", HEAD.join(" | "), "---|".repeat(HEAD.len()));
    for adapter in &adapters {
        let served = served(catalogue, adapter.manifest().provider, Some(*adapter));
        let _ = writeln!(text, "| {} |", row(*adapter, &served).join(" | "));
    }

    let known: BTreeSet<&str> = registry::adapters().iter().map(|a| a.manifest().provider).collect();
    let lacking: Vec<&str> = registry::NAMES.iter().copied().filter(|name| !known.contains(name)).collect();
    if lacking.is_empty() {
        text.push_str("\nEvery name that routes of models may use is in this table.\n");
    } else {
        text.push_str(
            "\n## Named by routes, not served\n\nRoutes of the shipped models may also name these. No adapter exists for \
             them, so such a route is never taken and none of them can be set up:\n\n| provider | routes |\n|---|---|\n",
        );
    }
    for name in lacking {
        let _ = writeln!(text, "| `{name}` | {} |", served(catalogue, name, None).list());
    }

    text.push_str(
        "\n## What the documentation leaves open\n\nNot promised anywhere or told in two ways, and taken the careful way. \
         Worth a look where a provider matters to you.\n",
    );
    for adapter in &adapters {
        let manifest = adapter.manifest();
        let _ = writeln!(text, "\n### {}\n", manifest.provider);
        if manifest.unconfirmed.is_empty() {
            text.push_str("Nothing that we know of.\n");
        }
        for fact in manifest.unconfirmed {
            let _ = writeln!(text, "- {fact}");
        }
    }
    text
}

#[test]
fn the_page_is_what_the_adapters_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers.md");
    let catalogue = Catalogue::read(&shipped(), house::provider_names()).unwrap();
    let page = page(&catalogue);
    if std::env::var_os("SPOOL_WRITE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == page,
        "docs/providers.md is not what the adapters say: run with SPOOL_WRITE_DOCS=1 and read the difference"
    );
}

#[test]
fn every_cell_of_the_table_stands_in_its_column() {
    let catalogue = Catalogue::read(&shipped(), house::provider_names()).unwrap();
    let page = page(&catalogue);
    let table: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).collect();
    let all = registry::adapters().len() - 1;
    for line in &table[..all + 2] {
        assert_eq!(line.matches('|').count(), HEAD.len() + 1, "{line}");
    }
    for name in registry::NAMES.iter().filter(|name| **name != "sandbox") {
        assert!(table.iter().any(|line| line.starts_with(&format!("| `{name}` |"))), "{name} is missing");
    }
}

#[test]
fn times_are_told_in_the_largest_unit_that_fits() {
    for (ms, told) in
        [(500, "0.5 s"), (90_000, "90 s"), (120_000, "2 min"), (3_600_000, "1 h"), (604_800_000, "7 d")]
    {
        assert_eq!(time(ms), told);
    }
}
