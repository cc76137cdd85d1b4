//! One run of every model with a test key; the files are measured.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use serde_json::{Map, Value};
use spool_domain::catalogue::{Kind, Makes, Media, Model, Params};
use spool_domain::job::{Job, Outcome, Phase, Stored};
use spool_domain::ledger;
use spool_domain::money::MicroUsd;
use spool_domain::order::Order;
use spool_domain::time::Clock;

use super::{catalogue, expected, models, values, verdict, with_job};
use crate::world::{self, Wall, World};

/// So many jobs at a time: the sandbox renders on all cores anyway.
const AT_A_TIME: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_test_key_gets_the_kind_shape_length_and_number_that_it_asked_for() {
    let world = World::new().await;
    let credit =
        ledger::top_up(world.test.account, world.test.mode, "runs", MicroUsd(1_000_000_000), Wall.now());
    assert!(world.store.book(credit).await.unwrap());
    let mut found = Vec::new();
    let mut runs = stream::iter(models()).map(|model| run(&world, model)).buffer_unordered(AT_A_TIME);
    while let Some(wrong) = runs.next().await {
        found.extend(wrong);
    }
    drop(runs);
    assert!(found.is_empty(), "{found:#?}");
    world.close().await;
}

/// The order of a model's smallest input, as a dry run prices it, and what is wrong with what came of it.
async fn run(world: &World, model: &Arc<Model>) -> Vec<String> {
    let case = &expected::all()[&model.id].case[0];
    let input = match earlier(model, &case.input) {
        Some(of) => with_job(&case.input, &format!("job_{}", made_before(world, model, of).await)),
        None => case.input.clone(),
    };
    let order = |input: Map<String, Value>| Order { count: None, ..world::order(&model.id, input, 1) };
    let valid = match world.engine.validate(&world.test, &order(input.clone())).await {
        Ok(valid) => valid,
        Err(fault) => return vec![format!("{}: {fault:?}", model.id)],
    };
    let mut wrong = Vec::new();
    if valid.price != MicroUsd::parse(&case.usd).unwrap() {
        wrong.push(format!("{}: a dry run says {}", model.id, valid.price));
    }
    let ticket = world.engine.submit(&world.test, order(lightest(model, input))).await.unwrap();
    let job = ticket.wait(Duration::from_secs(120)).await;
    match &job.phase {
        Phase::Done(Outcome::Succeeded(stored)) => wrong.extend(measured(model, &job, stored)),
        other => wrong.push(format!("{}: {other:?}", model.id)),
    }
    wrong
}

/// The same input with the resolution and the length that are rendered soonest: a clip of 4k and ten seconds shows no
/// more than a small short one.
fn lightest(model: &Model, input: Map<String, Value>) -> Map<String, Value> {
    let weight = |input: &Map<String, Value>| {
        let wish = model.wish(&verdict(model, input).ok()?);
        Some(u64::from(wish.width) * u64::from(wish.height) * u64::from(wish.duration_ms))
    };
    let mut best = input;
    for role in ["resolution", "duration"] {
        let Some(name) = model.name_of_role(role).map(str::to_owned) else { continue };
        let edges = values::inside(&model.params[&name].kind).into_iter();
        let others = edges.map(|value| {
            let mut other = best.clone();
            other.insert(name.clone(), value);
            other
        });
        let lighter = others.filter(|other| weight(other).is_some()).min_by_key(|other| weight(other));
        best = lighter.filter(|lighter| weight(lighter) < weight(&best)).unwrap_or(best);
    }
    best
}

/// The kind of an earlier job's output that the input names.
fn earlier(model: &Model, input: &Map<String, Value>) -> Option<Media> {
    let (name, _) = input.iter().find(|(_, value)| *value == "job")?;
    match &model.params[name].kind {
        Kind::Media { of, .. } => Some(*of),
        other => panic!("{} {name} is {other:?}", model.id),
    }
}

/// A job that may stand where `model` wants an earlier one.
async fn made_before(world: &World, model: &Model, of: Media) -> String {
    let (from, _) = model
        .params
        .values()
        .find_map(|param| match &param.kind {
            Kind::Media { earlier: Some(from), .. } => Some((from, ())),
            _ => None,
        })
        .unwrap();
    let fits = |other: &Model| {
        from.is_empty()
            || from.iter().any(|pattern| match pattern.strip_suffix('*') {
                Some(start) => other.id.starts_with(start),
                None => *pattern == other.id,
            })
    };
    let maker = models().find(|other| {
        let input = &expected::all()[&other.id].case[0].input;
        other.makes.as_str() == of.as_str() && fits(other) && earlier(other, input).is_none()
    });
    let maker = maker.unwrap_or_else(|| panic!("nothing makes what {} starts from", model.id));
    let order = world::order(&maker.id, expected::all()[&maker.id].case[0].input.clone(), 1);
    let job = world.engine.submit(&world.test, order).await.unwrap().wait(Duration::from_secs(120)).await;
    assert!(matches!(job.phase, Phase::Done(Outcome::Succeeded(_))), "{job:?}");
    job.id.to_string()
}

/// What is not as the parameters say.
fn measured(model: &Model, job: &Job, stored: &[Stored]) -> Vec<String> {
    let params = &job.params;
    let mut wrong = Vec::new();
    let mut expect = |holds: bool, what: String| {
        if !holds {
            wrong.push(format!("{}: {what}", model.id));
        }
    };
    let count = model.count(params).unwrap_or(1) * model.outputs();
    expect(stored.len() as u32 == count, format!("{} outputs, and not {count}", stored.len()));
    for one in stored {
        expect(one.kind == model.makes.as_str(), format!("the output is {}", one.kind));
        match model.makes {
            Makes::Text => {
                expect(one.text.as_ref().is_some_and(|text| !text.is_empty()), "no text".to_owned())
            }
            Makes::Audio => expect(one.duration_ms > Some(0), "a sound without length".to_owned()),
            Makes::Image | Makes::Video => {
                let (Some(width), Some(height)) = (one.width, one.height) else {
                    expect(false, "no pixels".to_owned());
                    continue;
                };
                if let Some(ratio) = ratio(model, params) {
                    let is = f64::from(width) / f64::from(height);
                    expect((is / ratio).ln().abs() < 0.03, format!("{width}x{height} is not {ratio:.3}"));
                }
            }
        }
        if let Some(seconds) = model.by_role(params, "duration").and_then(Value::as_f64)
            && matches!(model.makes, Makes::Video | Makes::Audio)
        {
            let is = one.duration_ms.unwrap_or_default() as f64 / 1_000.0;
            expect((is - seconds).abs() < 0.3, format!("{is} s, and not {seconds}"));
        }
        if let Some(format) = model.by_role(params, "format").and_then(Value::as_str) {
            let known = ["png", "jpeg", "webp", "mp4", "mp3", "wav"];
            let same = one.format == format || (one.format.as_str(), format) == ("jpeg", "jpg");
            expect(same || !known.contains(&format), format!("{} and not {format}", one.format));
        }
    }
    wrong
}

/// Width over height, where the parameters say.
fn ratio(model: &Model, params: &Params) -> Option<f64> {
    let (text, between) = match (model.by_role(params, "size"), model.by_role(params, "aspect_ratio")) {
        (Some(size), _) => (size.as_str()?, 'x'),
        (None, Some(ratio)) => (ratio.as_str()?, ':'),
        (None, None) => return None,
    };
    let (width, height) = text.split_once(between)?;
    Some(width.parse::<f64>().ok()? / height.parse::<f64>().ok()?)
}

#[test]
fn the_catalogue_is_as_large_as_was_promised() {
    assert!(models().count() >= 120, "{} models", models().count());
    let kinds = Makes::ALL.iter().filter(|makes| models().any(|model| model.makes == **makes));
    assert_eq!(kinds.count(), Makes::ALL.len());
    let alternatives =
        models().filter(|model| model.routes.iter().any(|route| route.provider != model.routes[0].provider));
    assert!(alternatives.count() * 3 >= models().count(), "most models have one provider only");
    assert_eq!(catalogue().models().iter().filter(|model| model.is_family()).count(), 2);
}
