//! All combinations of the values that prices depend on.

use indexmap::IndexMap;
use serde_json::Value;

use super::param::{Kind, Param};
use super::rule::Rule;

/// More values of one whole number are not enumerated.
pub(super) const INT_VALUES_MAX: i64 = 64;
/// More combinations would slow the start and make an unreadable table.
const COMBINATIONS_MAX: usize = 20_000;

/// Every combination of values of these parameters that a validated set can have. A parameter that is
/// judged by being given alone stands in with the value `true`. Combinations that the rules exclude by
/// these parameters alone are left out.
pub(super) fn combinations(
    params: &IndexMap<String, Param>,
    rules: &[Rule],
    names: &[&str],
) -> Result<Vec<IndexMap<String, Value>>, String> {
    let picked: Vec<(&String, &Param)> =
        params.iter().filter(|(name, _)| names.contains(&name.as_str())).collect();
    let known = |name: &str| names.contains(&name);
    let rules: Vec<&Rule> = rules.iter().filter(|rule| rule.names().all(known)).collect();
    let mut all = vec![IndexMap::new()];
    for (name, param) in &picked {
        let domain = domain(name, param)?;
        if all.len() * domain.len() > COMBINATIONS_MAX {
            return Err(format!("they have more than {COMBINATIONS_MAX} combinations"));
        }
        all = all
            .into_iter()
            .flat_map(|values| {
                domain.iter().map(move |value| {
                    let mut values: IndexMap<String, Value> = values.clone();
                    values.extend(value.clone().map(|value| ((*name).clone(), value)));
                    values
                })
            })
            .collect();
    }
    all.retain(|values| picked.iter().all(|(name, param)| possible(name, param, values, &known)));
    all.retain(|values| !rules.iter().any(|rule| rule.broken(values)));
    Ok(all)
}

/// Whether the parameter can be there or not, as far as the picked parameters decide that.
fn possible(
    name: &str,
    param: &Param,
    values: &IndexMap<String, Value>,
    known: &dyn Fn(&str) -> bool,
) -> bool {
    let there = values.contains_key(name);
    let ignored = param.ignored_when.as_ref().filter(|condition| condition.names().all(known));
    let ignored = ignored.map(|condition| condition.holds(values));
    let lacking = param.needs.iter().any(|other| known(other) && !values.contains_key(other));
    if there {
        return ignored != Some(true) && !lacking;
    }
    // A defaulted or required parameter is missing only for a reason, and here the reasons are known not to apply.
    let no_reason = (param.ignored_when.is_none() || ignored == Some(false))
        && param.needs.iter().all(|other| known(other) && values.contains_key(other));
    let bool_is_false = matches!(param.kind, Kind::Bool);
    bool_is_false || !(no_reason && (param.required || param.default.is_some()))
}

/// The values of one parameter; `None` is "not given".
fn domain(name: &str, param: &Param) -> Result<Vec<Option<Value>>, String> {
    let mut values: Vec<Option<Value>> = match &param.kind {
        // Not given counts as false, so it needs no place of its own.
        Kind::Bool => return Ok(vec![Some(false.into()), Some(true.into())]),
        Kind::Choice { one_of, or_number: None } => {
            one_of.iter().map(|word| Some(word.clone().into())).collect()
        }
        Kind::Size { words, free: None } => words.keys().map(|word| Some(word.clone().into())).collect(),
        Kind::Int { one_of, .. } if !one_of.is_empty() => {
            one_of.iter().map(|number| Some((*number).into())).collect()
        }
        Kind::Int { min: Some(min), max: Some(max), .. } if max.saturating_sub(*min) < INT_VALUES_MAX => {
            (*min..=*max).map(|number| Some(number.into())).collect()
        }
        Kind::Int { .. } | Kind::Number { .. } | Kind::Choice { .. } | Kind::Size { .. } => {
            return Err(format!("`{name}` has too many values"));
        }
        Kind::Text { .. } | Kind::Media { .. } | Kind::List { .. } | Kind::Objects { .. } => {
            vec![Some(true.into())]
        }
        Kind::Refused => Vec::new(),
    };
    if param.may_be_absent() {
        values.push(None);
    }
    Ok(values)
}

/// A combination in words: `mode = std, start_image_url not given`.
pub(super) fn show(values: &IndexMap<String, Value>, names: &[&str]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    let mut parts = Vec::new();
    for name in names {
        if seen.contains(name) {
            continue;
        }
        seen.push(name);
        parts.push(match values.get(*name) {
            None => format!("{name} not given"),
            Some(Value::String(word)) => format!("{name} = {word}"),
            Some(value) => format!("{name} = {value}"),
        });
    }
    if parts.is_empty() { "its only combination".to_owned() } else { parts.join(", ") }
}
