//! What must hold between parameters.

use std::ops::Range;

use indexmap::IndexMap;
use serde_json::Value;
use toml::de::DeValue;

use super::condition::{self, Condition, Expected, Test};
use super::param::{Kind, Param};
use super::problem::Notes;
use super::toml_walk::Table;
use super::validate::Refusal;

/// One `[[model.rules]]` entry. Defaults count as given; ignored parameters do not.
#[derive(Clone, Debug)]
pub struct Rule {
    pub(super) when: Condition,
    pub(super) demand: Demand,
}

/// What a rule asks for.
#[derive(Clone, Debug)]
pub(super) enum Demand {
    /// At least one is given.
    AnyOf(Vec<String>),
    /// Exactly one is given.
    OneOf(Vec<String>),
    /// No two are given.
    AtMostOne(Vec<String>),
    /// All are given.
    Requires(Vec<String>),
    /// None is given.
    Forbids(Vec<String>),
    /// The first number is smaller than the second, where both are given.
    Ordered(String, String),
    /// The parameter has one of these values, where it is given.
    Allow(String, Vec<Expected>),
    /// The text is no longer, where it is given.
    MaxChars(String, usize),
}

impl Demand {
    /// The parameters it names.
    pub(super) fn names(&self) -> Vec<&str> {
        match self {
            Self::AnyOf(names) | Self::OneOf(names) | Self::AtMostOne(names) => {
                names.iter().map(String::as_str).collect()
            }
            Self::Requires(names) | Self::Forbids(names) => names.iter().map(String::as_str).collect(),
            Self::Ordered(first, second) => vec![first, second],
            Self::Allow(name, _) | Self::MaxChars(name, _) => vec![name],
        }
    }
}

impl std::fmt::Display for Rule {
    /// One sentence in the model's own words, for people.
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let list =
            |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match &self.demand {
            Demand::AnyOf(names) => write!(f, "at least one of {}", list(names))?,
            Demand::OneOf(names) => write!(f, "exactly one of {}", list(names))?,
            Demand::AtMostOne(names) => write!(f, "at most one of {}", list(names))?,
            Demand::Requires(names) => write!(f, "needs {}", list(names))?,
            Demand::Forbids(names) => write!(f, "without {}", list(names))?,
            Demand::Ordered(first, second) => write!(f, "`{first}` is less than `{second}`")?,
            Demand::Allow(name, allowed) => {
                let allowed: Vec<String> = allowed.iter().map(Expected::show).collect();
                write!(f, "`{name}` is {}", allowed.join(", "))?;
            }
            Demand::MaxChars(name, max) => write!(f, "`{name}` has at most {max} characters")?,
        }
        f.write_str(&self.when_text(|name| format!("`{name}`")))
    }
}

impl Rule {
    /// Whether these values break the rule.
    pub(super) fn broken(&self, values: &IndexMap<String, Value>) -> bool {
        let mut refusals = Vec::new();
        self.check(values, str::to_owned, &mut refusals);
        !refusals.is_empty()
    }

    /// Refuses what breaks the rule. `word` is the caller's word for a parameter.
    pub(super) fn check(
        &self,
        values: &IndexMap<String, Value>,
        word: impl Fn(&str) -> String,
        refusals: &mut Vec<Refusal>,
    ) {
        if !self.when.holds(values) {
            return;
        }
        let given = |name: &String| values.contains_key(name);
        let when = || self.when_text(&word);
        let list = |names: &[String], and: &str| {
            let mut words: Vec<String> = names.iter().map(|name| word(name)).collect();
            words.dedup();
            words.join(and)
        };
        let mut refuse = |name: &str, what: String| refusals.push(Refusal::new(&word(name), what));
        match &self.demand {
            Demand::AnyOf(names) if !names.iter().any(given) => {
                refuse(
                    &names[0],
                    format!("is required unless {} is given{}", list(&names[1..], " or "), when()),
                );
            }
            Demand::OneOf(names) => match names.iter().filter(|name| given(name)).collect::<Vec<_>>()[..] {
                [] => refuse(
                    &names[0],
                    format!("is required unless {} is given{}", list(&names[1..], " or "), when()),
                ),
                [_] => {}
                [first, second, ..] => {
                    refuse(second, format!("cannot be given together with {}{}", word(first), when()));
                }
            },
            Demand::AtMostOne(names) => {
                if let [first, second, ..] = names.iter().filter(|name| given(name)).collect::<Vec<_>>()[..] {
                    refuse(second, format!("cannot be given together with {}{}", word(first), when()));
                }
            }
            Demand::Requires(names) => {
                for name in names.iter().filter(|name| !given(name)) {
                    refuse(name, format!("is required{}", when()));
                }
            }
            Demand::Forbids(names) => {
                for name in names.iter().filter(|name| given(name)) {
                    refuse(name, format!("is not allowed{}", when()));
                }
            }
            Demand::Ordered(first, second) => {
                let number = |name: &String| values.get(name).and_then(Value::as_f64);
                if let (Some(low), Some(high)) = (number(first), number(second))
                    && low >= high
                {
                    refuse(
                        first,
                        format!("is {low}; it must be less than {}, which is {high}{}", word(second), when()),
                    );
                }
            }
            Demand::Allow(name, allowed) => {
                if let Some(value) =
                    values.get(name).filter(|value| !allowed.iter().any(|one| one.is(Some(value))))
                {
                    let allowed: Vec<String> = allowed.iter().map(Expected::show).collect();
                    refuse(name, format!("is {value}; allowed{}: {}", when(), allowed.join(", ")));
                }
            }
            Demand::MaxChars(name, max) => {
                let chars = values.get(name).and_then(Value::as_str).map_or(0, |text| text.chars().count());
                if chars > *max {
                    refuse(name, format!("has {chars} characters; at most {max} are allowed{}", when()));
                }
            }
            Demand::AnyOf(_) => {}
        }
    }

    /// All parameters that decide whether the rule is broken.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.when.names().chain(self.demand.names())
    }

    fn when_text(&self, word: impl Fn(&str) -> String) -> String {
        let parts = self.when.0.iter().map(|(name, test)| match test {
            Test::Given(true) => format!("{} is given", word(name)),
            Test::Given(false) => format!("{} is not given", word(name)),
            Test::Any(all) => {
                let values: Vec<String> = all.iter().map(Expected::show).collect();
                format!("{} is {}", word(name), values.join(" or "))
            }
        });
        let text = parts.collect::<Vec<_>>().join(" and ");
        if text.is_empty() { text } else { format!(" when {text}") }
    }
}

/// Reads `rules`. Each entry may make several demands under one condition.
pub(super) fn read(tables: Vec<Table>, params: &IndexMap<String, Param>, notes: &mut Notes) -> Vec<Rule> {
    let mut rules = Vec::new();
    for mut table in tables {
        let at = table.at.clone();
        let what = table.what.clone();
        let before = notes.count();
        let when =
            table.table("when", notes).map(|when| condition::read(when, params, notes)).unwrap_or_default();
        let mut demands = Vec::new();
        for (key, make) in LISTS {
            if let Some(names) = table.texts(key, notes) {
                demands.push(make(names));
            }
        }
        if let Some(names) = table.texts("ordered", notes) {
            match <[String; 2]>::try_from(names) {
                Ok([first, second]) => demands.push(Demand::Ordered(first, second)),
                Err(_) => notes.add(
                    &at,
                    format!("`ordered` of {what} does not name two parameters"),
                    "write ordered = [\"smaller\", \"larger\"]",
                ),
            }
        }
        if let Some(allow) = table.table("allow", notes) {
            read_allow(allow, params, notes, &mut demands);
        }
        table.finish(notes);
        if demands.is_empty() && notes.count() == before {
            notes.add(
                &at,
                format!("{what} asks for nothing"),
                "add any_of, one_of, at_most_one, requires, forbids, ordered or allow",
            );
        }
        let known = |demand: &Demand, notes: &mut Notes| {
            let names = demand.names();
            let unknown: Vec<&&str> = names.iter().filter(|name| !params.contains_key(**name)).collect();
            for name in &unknown {
                condition::unknown_param(name, &what, params, &at, notes);
            }
            unknown.is_empty()
        };
        demands.retain(|demand| known(demand, notes));
        for demand in &demands {
            check(demand, &demands, &when, params, &what, &at, notes);
        }
        rules.extend(demands.into_iter().map(|demand| Rule { when: when.clone(), demand }));
    }
    rules
}

type Make = fn(Vec<String>) -> Demand;
const LISTS: [(&str, Make); 5] = [
    ("any_of", Demand::AnyOf),
    ("one_of", Demand::OneOf),
    ("at_most_one", Demand::AtMostOne),
    ("requires", Demand::Requires),
    ("forbids", Demand::Forbids),
];

fn read_allow(table: Table, params: &IndexMap<String, Param>, notes: &mut Notes, demands: &mut Vec<Demand>) {
    let what = table.what.clone();
    for entry in table.into_entries() {
        let Some(param) = params.get(entry.key) else {
            condition::unknown_param(entry.key, &what, params, &entry.at, notes);
            continue;
        };
        let name = entry.key.to_owned();
        match (entry.value.get_ref(), &param.kind) {
            (DeValue::Table(inner), Kind::Text { .. }) => {
                let mut table = Table::new(inner, entry.at.clone(), format!("`{name}` in {what}"));
                match table.size("max_chars", notes) {
                    Some(max) => demands.push(Demand::MaxChars(name, max)),
                    None => notes.add(
                        &entry.at,
                        format!("`{name}` in {what} allows nothing"),
                        "write { max_chars = … }",
                    ),
                }
                table.finish(notes);
            }
            (DeValue::Array(items), _) if items.is_empty() => {
                notes.add(
                    &entry.at,
                    format!("`{name}` in {what} allows no value"),
                    "list at least one value, or use forbids",
                );
            }
            (DeValue::Array(items), _) => {
                let expected =
                    items.iter().filter_map(|item| condition::expected(&name, param, item, &what, notes));
                demands.push(Demand::Allow(name.clone(), expected.collect()));
            }
            _ => demands.extend(
                condition::expected(&name, param, entry.value, &what, notes)
                    .map(|one| Demand::Allow(name, vec![one])),
            ),
        }
    }
}

/// Notes demands that are always met, or never.
fn check(
    demand: &Demand,
    all: &[Demand],
    when: &Condition,
    params: &IndexMap<String, Param>,
    what: &str,
    at: &Range<usize>,
    notes: &mut Notes,
) {
    let sure = |name: &&String| params.get(*name).is_some_and(|param| !param.may_be_absent());
    match demand {
        Demand::AnyOf(names) | Demand::OneOf(names) | Demand::AtMostOne(names) => {
            if names.len() < 2 {
                return notes.add(
                    at,
                    format!("{what} names fewer than two parameters to choose from"),
                    "name two or more, or use requires",
                );
            }
            let Some(always) = names.iter().find(sure) else { return };
            if let Demand::AnyOf(_) = demand {
                let fix = "remove the rule, or remove `required` or `default` from the parameter";
                notes.add(at, format!("{what} is always met: `{always}` is always given"), fix);
            } else {
                let fix = "remove `required` or `default` from it, or forbid the others";
                notes.add(at, format!("{what} leaves no choice: `{always}` is always given"), fix);
            }
        }
        Demand::Requires(names) => {
            for name in names {
                let forbidden =
                    all.iter().any(|other| matches!(other, Demand::Forbids(names) if names.contains(name)));
                if forbidden {
                    notes.add(
                        at,
                        format!("{what} can never hold: it requires and forbids `{name}`"),
                        "keep one of the two",
                    );
                } else if when.of(name) == Some(&Test::Given(false)) {
                    notes.add(
                        at,
                        format!("{what} can never hold: it requires `{name}` when it is not given"),
                        "correct the condition",
                    );
                } else if sure(&name) {
                    let fix = "remove the rule, or remove `required` or `default` from the parameter";
                    notes.add(at, format!("{what} is always met: `{name}` is always given"), fix);
                }
            }
        }
        Demand::Forbids(names) => {
            if let Some(name) = names.iter().find(sure) {
                let fix = "remove `required` or `default` from it, or use ignored_when";
                notes.add(
                    at,
                    format!("{what} can never hold: it forbids `{name}`, which is always given"),
                    fix,
                );
            }
        }
        Demand::Allow(name, allowed) => {
            let default = params.get(name).and_then(|param| param.default.as_ref());
            if when.0.is_empty()
                && default.is_some_and(|value| !allowed.iter().any(|one| one.is(Some(value))))
            {
                notes.add(
                    at,
                    format!("{what} is broken by the default of `{name}`"),
                    "change the default, or the rule",
                );
            }
        }
        Demand::Ordered(first, second) => {
            let number = |name: &String| {
                params
                    .get(name)
                    .is_some_and(|param| matches!(param.kind, Kind::Int { .. } | Kind::Number { .. }))
            };
            if !number(first) || !number(second) {
                notes.add(
                    at,
                    format!("{what} compares parameters that are not numbers"),
                    "name two of type int or number",
                );
            }
        }
        Demand::MaxChars(..) => {}
    }
}
