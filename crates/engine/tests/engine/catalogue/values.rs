//! Each parameter at each bound and beyond it, each word that it takes, and each rule broken.

use serde_json::{Map, Value, json};
use spool_domain::catalogue::{Kind, Media, Model, Param};

use super::{JOB, expected, models, verdict, with_job};

type Input = Map<String, Value>;

/// Inputs that the model takes, to change one thing in.
fn bases(model: &Model) -> Vec<Input> {
    expected::all()[&model.id].case.iter().map(|case| with_job(&case.input, JOB)).collect()
}

fn file(of: Media) -> Value {
    let end = match of {
        Media::Image => "png",
        Media::Video => "mp4",
        Media::Audio => "mp3",
    };
    format!("https://files.example/a.{end}").into()
}

fn text(chars: usize) -> Value {
    "a".repeat(chars).into()
}

/// The values at the edges of what a type takes, every word of it included.
pub(super) fn inside(kind: &Kind) -> Vec<Value> {
    match kind {
        Kind::Text { uuid: true, .. } => vec![json!("123e4567-e89b-12d3-a456-426614174000")],
        Kind::Text { max_chars, .. } => [Some(1), *max_chars].into_iter().flatten().map(text).collect(),
        Kind::Int { one_of, .. } if !one_of.is_empty() => one_of.iter().map(|one| json!(one)).collect(),
        Kind::Int { min, max, .. } => ends(*min, *max, 1),
        Kind::Number { min, max } => ends(*min, *max, 1.0),
        Kind::Bool => vec![json!(true), json!(false)],
        Kind::Choice { one_of, or_number } => {
            let numbers = or_number.iter().flat_map(|(min, max)| [json!(min), json!(max)]);
            one_of.iter().map(|word| json!(word)).chain(numbers).collect()
        }
        Kind::Size { words, free } => {
            let free = free.iter().flat_map(|free| [free.min, free.max - free.max % free.multiple_of]);
            let free = free.map(|side| json!(format!("{side}x{side}")));
            words.keys().map(|word| json!(word)).chain(free).collect()
        }
        Kind::Media { earlier: Some(_), .. } => vec![json!(JOB)],
        Kind::Media { of, .. } => vec![file(*of)],
        Kind::List { of, min, max, .. } => {
            let items = inside(of);
            let many = |count: usize| Value::Array(items.iter().cycle().take(count).cloned().collect());
            [Some((*min).max(1)), *max].into_iter().flatten().map(many).collect()
        }
        Kind::Objects { .. } | Kind::Refused => Vec::new(),
    }
}

fn ends<T: Copy + serde::Serialize + std::ops::Neg<Output = T>>(
    min: Option<T>,
    max: Option<T>,
    one: T,
) -> Vec<Value> {
    match (min, max) {
        (None, None) => vec![json!(one), json!(-one)],
        (min, max) => [min, max].into_iter().flatten().map(|end| json!(end)).collect(),
    }
}

/// Values that a type must refuse: just beyond its bounds, unknown words, other types.
fn outside(kind: &Kind) -> Vec<Value> {
    let mut wrong = match kind {
        Kind::Text { uuid: true, .. } => vec![json!("no-uuid")],
        Kind::Text { max_chars, .. } => max_chars.iter().map(|max| text(max + 1)).collect(),
        Kind::Int { one_of, .. } if !one_of.is_empty() => {
            vec![json!(one_of.iter().max().unwrap() + 1), json!(one_of.iter().min().unwrap() - 1)]
        }
        Kind::Int { min, max, .. } => [min.map(|min| min - 1), max.map(|max| max + 1)]
            .into_iter()
            .flatten()
            .map(|end| json!(end))
            .collect(),
        Kind::Number { min, max } => {
            let ends = [min.map(|min| min - 0.001), max.map(|max| max + 0.001)];
            ends.into_iter().flatten().map(|end| json!(end)).collect()
        }
        Kind::Choice { or_number, .. } => {
            let numbers = or_number.iter().flat_map(|(min, max)| [json!(min - 0.5), json!(max + 0.5)]);
            numbers.chain([json!("no such word")]).collect()
        }
        Kind::Size { free, .. } => {
            let beyond = free.map(|free| json!(format!("{0}x{0}", free.max + free.multiple_of)));
            beyond.into_iter().chain([json!("no such size")]).collect()
        }
        Kind::Media { earlier: Some(_), of, .. } => vec![file(*of), json!("data:audio/mpeg;base64,AA==")],
        Kind::Media { .. } => vec![json!("ftp://files.example/a")],
        Kind::List { of, max, .. } => {
            let item = inside(of).remove(0);
            let many = max.map(|max| Value::Array(vec![item; max + 1]));
            many.into_iter().chain(outside(of).into_iter().map(|item| json!([item]))).collect()
        }
        Kind::Objects { max, .. } => {
            let many = max.map(|max| Value::Array(vec![json!({}); max + 1]));
            many.into_iter().chain([json!([1])]).collect()
        }
        Kind::Bool => vec![json!("true")],
        Kind::Refused => vec![json!("anything"), json!(1)],
    };
    // A number is no text, file, word or list, and a truth is none of any.
    wrong.push(if matches!(kind, Kind::Bool) { json!(1) } else { json!(true) });
    wrong
}

/// The ways to change one parameter: each edge value, and leaving it out.
fn changes(name: &str, param: &Param) -> Vec<(String, Option<Value>)> {
    let values = inside(&param.kind).into_iter().map(Some);
    values.chain([None]).map(|value| (name.to_owned(), value)).collect()
}

fn changed(base: &Input, (name, value): &(String, Option<Value>)) -> Input {
    let mut input = base.clone();
    match value {
        Some(value) => input.insert(name.clone(), value.clone()),
        None => input.remove(name),
    };
    input
}

/// The base, and all inputs that differ from it by one or two changes of other parameters than `but`.
fn neighbours<'a>(model: &'a Model, base: &'a Input, but: &'a str) -> impl Iterator<Item = Input> + 'a {
    let others = move || model.params.iter().filter(move |(name, _)| *name != but);
    let one = move || others().flat_map(|(name, param)| changes(name, param));
    let two = move || {
        one().flat_map(move |first| {
            let input = changed(base, &first);
            one().filter(move |second| second.0 > first.0).map(move |second| changed(&input, &second))
        })
    };
    std::iter::once(base.clone()).chain(one().map(move |change| changed(base, &change))).chain(two())
}

#[test]
fn the_first_expected_input_is_the_smallest_that_a_model_takes() {
    for model in models() {
        let smallest = &bases(model)[0];
        let refused = verdict(model, smallest).err();
        assert_eq!(refused, None, "{}", model.id);
        for name in smallest.keys() {
            let less = changed(smallest, &(name.clone(), None));
            assert!(
                verdict(model, &less).is_err(),
                "{} takes its smallest input without {name} too",
                model.id
            );
        }
    }
}

#[test]
fn every_parameter_takes_its_bounds_and_every_one_of_its_words() {
    let mut dead = Vec::new();
    for model in models() {
        let bases = bases(model);
        for (name, param) in &model.params {
            for value in inside(&param.kind) {
                let set = |input: &Input| changed(input, &(name.clone(), Some(value.clone())));
                let good = |input: Input| verdict(model, &set(&input)).is_ok();
                if !bases.iter().any(|base| neighbours(model, base, name).any(good)) {
                    let shown: String = value.to_string().chars().take(40).collect();
                    dead.push(format!("{} never takes {name} = {shown}", model.id));
                }
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// What was admitted is shown as a request that orders the same again, in the model's own words.
#[test]
fn what_a_model_admitted_it_takes_again_and_leaves_as_it_is() {
    let mut tried = 0;
    for model in models() {
        for base in bases(model) {
            let changes = model.params.iter().flat_map(|(name, param)| changes(name, param));
            let inputs = std::iter::once(base.clone()).chain(changes.map(|change| changed(&base, &change)));
            for input in inputs {
                let Ok(admitted) = verdict(model, &input) else { continue };
                let again: Input = admitted.0.clone().into_iter().collect();
                assert_eq!(verdict(model, &again).as_ref(), Ok(&admitted), "{} {again:?}", model.id);
                tried += 1;
            }
        }
    }
    assert!(tried > 1_000, "only {tried} inputs were taken");
}

#[test]
fn what_is_beyond_a_bound_is_refused_by_the_name_of_the_parameter() {
    for model in models() {
        for base in bases(model) {
            for (name, param) in &model.params {
                for value in outside(&param.kind) {
                    let shown: String = value.to_string().chars().take(40).collect();
                    let refusals = verdict(model, &changed(&base, &(name.clone(), Some(value))))
                        .expect_err(&format!("{} takes {name} = {shown}", model.id));
                    let named = refusals.iter().any(|one| one.param.split('.').next() == Some(name));
                    assert!(named, "{} {name} = {shown}: {refusals:?}", model.id);
                }
            }
        }
    }
}

#[test]
fn what_a_model_requires_is_missed_by_its_name() {
    for model in models() {
        let base = &bases(model)[0];
        for (name, _) in model.params.iter().filter(|(_, param)| param.required) {
            let refusals = verdict(model, &changed(base, &(name.clone(), None))).unwrap_err();
            assert!(refusals.iter().any(|one| one.param == *name), "{} {name}: {refusals:?}", model.id);
        }
    }
}

#[test]
fn every_rule_refuses_something_that_nothing_else_does() {
    let mut idle = Vec::new();
    for model in models() {
        for no in 0..model.rules.len() {
            let mut without = Model::clone(model);
            without.rules.remove(no);
            let broken = |input: &Input| verdict(&without, input).is_ok() && verdict(model, input).is_err();
            let found =
                bases(model).iter().any(|base| neighbours(model, base, "").any(|input| broken(&input)));
            if !found {
                idle.push(format!("rule {} of {}: {:?}", no + 1, model.id, model.rules[no]));
            }
        }
    }
    assert!(idle.is_empty(), "{idle:#?}");
}
