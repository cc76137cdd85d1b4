//! Where a parameter of a tool goes in a model.

use indexmap::IndexMap;
use serde_json::Value;

use super::super::check;
use super::super::model::Model;
use super::super::param::{Kind, Param};
use super::super::role::Role;
use super::super::validate::{How, Unknown};

/// The way of one parameter of a tool into a model.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// The model has no place for it. These models of the tool have.
    Nowhere { others: Vec<String> },
    /// Into the parameter in this place.
    To {
        /// Its place.
        slot: usize,
        /// The model's words for the tool's, by the tool's; empty: the same.
        values: IndexMap<String, Value>,
        /// The text that the caller's is put into, at `{}`.
        template: Option<String>,
    },
    /// Into a list, as its only item.
    AsItem { slot: usize },
    /// A list, one by one into these places.
    Spread { slots: Vec<usize> },
    /// A shape, to the size that has it.
    AsSize { slot: usize },
    /// A resolution, to the word that stands for it.
    AsMeant { slot: usize },
    /// A number of outputs, said to the order itself.
    Outputs,
}

impl Way {
    /// The places in the model that it fills.
    pub(super) fn slots(&self) -> Vec<usize> {
        match self {
            Self::Nowhere { .. } | Self::Outputs => Vec::new(),
            Self::To { slot, .. }
            | Self::AsItem { slot }
            | Self::AsSize { slot }
            | Self::AsMeant { slot } => vec![*slot],
            Self::Spread { slots } => slots.clone(),
        }
    }
}

/// The way that a parameter's role leads; none if the model has no such role.
pub(super) fn by_role(param: &Param, model: &Model, sizes_too: bool) -> Option<Way> {
    let role = param.role?;
    let to = |slot| Way::To { slot, values: IndexMap::new(), template: None };
    if let Some(slot) = model.slot_of(role) {
        return fits(&param.kind, &model.params[slot].kind, role).then(|| to(slot));
    }
    match role {
        Role::Image(0) => model.slot_of(Role::Images).map(|slot| Way::AsItem { slot }),
        Role::Images => {
            let slots: Vec<usize> = (0..8).map_while(|number| model.slot_of(Role::Image(number))).collect();
            (!slots.is_empty()).then_some(Way::Spread { slots })
        }
        Role::AspectRatio if !sizes_too => model.slot_of(Role::Size).map(|slot| Way::AsSize { slot }),
        Role::Resolution => {
            let meant = model.params.values().position(|param| !param.means.is_empty());
            meant.map(|slot| Way::AsMeant { slot })
        }
        Role::Count => Some(Way::Outputs),
        _ => None,
    }
}

/// Whether what the tool's type takes can stand in the model's.
pub(super) fn fits(tool: &Kind, model: &Kind, role: Role) -> bool {
    match (tool, model) {
        (Kind::Choice { one_of, or_number: None }, Kind::Choice { .. }) if role != Role::AspectRatio => {
            one_of.iter().any(|word| takes(model, &Value::String(word.clone())))
        }
        (Kind::Int { one_of, .. }, Kind::Choice { .. }) if !one_of.is_empty() => {
            one_of.iter().any(|number| takes(model, &near(model, role, &(*number).into())))
        }
        _ => alike(tool, model),
    }
}

/// Whether two types are of one family.
pub(super) fn alike(tool: &Kind, model: &Kind) -> bool {
    match (tool, model) {
        (Kind::Text { .. } | Kind::Choice { .. }, Kind::Text { .. } | Kind::Choice { .. })
        | (Kind::Bool, Kind::Bool)
        | (Kind::Size { .. }, Kind::Size { .. })
        | (
            Kind::Int { .. } | Kind::Number { .. },
            Kind::Int { .. } | Kind::Number { .. } | Kind::Choice { or_number: Some(_), .. },
        ) => true,
        (Kind::Media { of, .. }, Kind::Media { of: other, earlier: None, .. }) => of == other,
        (Kind::List { of, .. }, Kind::List { of: other, .. }) => alike(of, other),
        _ => false,
    }
}

/// Whether the type takes this value as it is.
pub(super) fn takes(kind: &Kind, value: &Value) -> bool {
    let how = How::names(Unknown::Refuse);
    check::value(kind, value, "", how, &mut Vec::new()).is_some()
}

/// The value that the model has for what was meant: a ratio and a length between two that it has become the nearest,
/// a factor its word. What is beyond all it has stays as it is, and the model refuses it.
pub(super) fn near(kind: &Kind, role: Role, value: &Value) -> Value {
    let found = match (role, kind) {
        (Role::AspectRatio, Kind::Choice { one_of, .. }) => {
            let wanted = value.as_str().filter(|text| !one_of.iter().any(|word| word == text));
            wanted
                .and_then(super::super::role_words::ratio)
                .and_then(|wanted| super::super::role_words::nearest_ratio(one_of, wanted))
                .map(Value::from)
        }
        (Role::Duration, Kind::Int { one_of, .. }) if !one_of.is_empty() => {
            between(value, one_of.iter().map(|seconds| *seconds as f64))
                .map(|seconds| (seconds as i64).into())
        }
        (Role::Duration, Kind::Int { .. }) => value
            .as_f64()
            .filter(|seconds| seconds.fract() != 0.0)
            .map(|seconds| (seconds.round() as i64).into()),
        (Role::Factor, Kind::Choice { one_of, .. }) => value.as_f64().and_then(|factor| {
            let word = |word: &&String| word.trim_matches(['x', 'X']).parse() == Ok(factor);
            one_of.iter().find(word).map(|word| word.clone().into())
        }),
        _ => None,
    };
    found.unwrap_or_else(|| value.clone())
}

/// The nearest of the numbers, the smaller of two, if the value lies between the least and the greatest.
fn between(value: &Value, offered: impl Iterator<Item = f64>) -> Option<f64> {
    let wanted = value.as_f64()?;
    let mut offered: Vec<f64> = offered.collect();
    offered.sort_by(f64::total_cmp);
    let inside = *offered.first()? <= wanted && wanted <= *offered.last()?;
    let distance = |number: &f64| (number - wanted).abs();
    offered.into_iter().filter(|_| inside).min_by(|a, b| distance(a).total_cmp(&distance(b)))
}
