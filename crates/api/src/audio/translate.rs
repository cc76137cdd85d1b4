//! From the fields of the speech call to the parameters of a model, as the catalogue has them. Nothing is converted:
//! what the model cannot make is refused with what it can.

use serde_json::{Map, Value};
use spool_domain::catalogue::{Kind, Model, Param, Params, Task, Unknown, Words};
use spool_domain::fault::Fault;
use spool_domain::order::{Idempotency, Order, Terms};

use super::decode::Asked;
use crate::generations::LABEL;

/// The format where the caller names none and the model makes it.
const FORMAT_DEFAULT: &str = "mp3";

/// The order that a request stands for.
pub(super) fn order(asked: Asked, model: &Model, idempotency: Option<Idempotency>) -> Result<Order, Fault> {
    let prompt = model.name_of_role("prompt").filter(|_| model.tasks.contains(&Task::TextToSpeech));
    let Some(prompt) = prompt else {
        let message = format!(
            "{} does not speak a text; GET /v1/models?category=text-to-speech lists those that do",
            model.id
        );
        return Err(Fault::field("model_id", message));
    };
    let mut input = Map::new();
    input.insert(prompt.to_owned(), asked.text.into());
    voice(asked.voice, model, &mut input)?;
    format(asked.format, model, &mut input)?;
    let rate = asked.sample_rate.map(Value::from);
    plain("sample_rate", rate, model, &mut input, |_| false)?;
    let usual = |speed: &Value| speed.as_f64() == Some(1.0);
    plain("speed", asked.speed.map(Value::Number), model, &mut input, usual)?;
    Ok(Order {
        model: asked.model,
        input,
        words: Words::Names { unknown: Unknown::Refuse, numeric_strings: false },
        count: None,
        label: LABEL,
        idempotency,
        terms: Terms::default(),
    })
}

/// A fault about a parameter of the model, in the words of this call.
pub(super) fn in_callers_words(mut fault: Fault, model: &Model) -> Fault {
    let named = fault.param.as_deref().and_then(|param| param.strip_prefix("input."));
    let Some(named) = named.map(str::to_owned) else { return fault };
    let word = if model.name_of_role("prompt") == Some(&named) {
        "text"
    } else if model.name_of_role("format") == Some(&named) {
        "format"
    } else if voice_of(model).is_some_and(|(name, _)| name == named) {
        "voice_id"
    } else {
        &named
    };
    fault.param = Some(word.to_owned());
    fault
}

/// The model's parameter for a voice, under whatever name.
fn voice_of(model: &Model) -> Option<(&str, &Param)> {
    let known = |name: &str| name == "voice_id" || name == "voice";
    let fits = |(name, param): &(&String, &Param)| known(name) || param.aliases.iter().any(|n| known(n));
    model.params.iter().find(fits).map(|(name, param)| (name.as_str(), param))
}

fn voice(given: Option<String>, model: &Model, input: &mut Map<String, Value>) -> Result<(), Fault> {
    match (given, voice_of(model)) {
        (Some(voice), Some((name, _))) => drop(input.insert(name.to_owned(), voice.into())),
        (Some(_), None) => return Err(lacks(model, "voice_id")),
        // The model wants a voice; its own assumption is for callers whose dialect lets them leave it out.
        (None, Some((name, param))) => {
            if let Some(assumed) = param.assume.as_ref().filter(|_| param.required) {
                input.insert(name.to_owned(), assumed.clone());
            }
        }
        (None, None) => {}
    }
    Ok(())
}

fn format(given: Option<&'static str>, model: &Model, input: &mut Map<String, Value>) -> Result<(), Fault> {
    let choice = model.name_of_role("format").and_then(|name| match &model.params.get(name)?.kind {
        Kind::Choice { one_of, .. } => Some((name, one_of.clone())),
        _ => None,
    });
    let (name, makes) = match choice {
        Some((name, makes)) => (Some(name), makes),
        None => (None, vec![model.wish(&Params::default()).format]),
    };
    let Some(format) = given.or(Some(FORMAT_DEFAULT).filter(|usual| makes.iter().any(|one| one == usual)))
    else {
        return Ok(());
    };
    if !makes.iter().any(|one| one == format) {
        let makes = makes.join(", ");
        let message = format!("format is {format}; {} makes {makes}, and nothing is converted", model.id);
        return Err(Fault::field("format", message));
    }
    if let Some(name) = name {
        input.insert(name.to_owned(), format.into());
    }
    Ok(())
}

/// A field that goes to the model's parameter of the same name. Without one, only what would change nothing is taken.
fn plain(
    field: &str,
    given: Option<Value>,
    model: &Model,
    input: &mut Map<String, Value>,
    changes_nothing: impl Fn(&Value) -> bool,
) -> Result<(), Fault> {
    let Some(value) = given else { return Ok(()) };
    if model.params.contains_key(field) {
        input.insert(field.to_owned(), value);
        Ok(())
    } else if changes_nothing(&value) {
        Ok(())
    } else {
        Err(lacks(model, field))
    }
}

fn lacks(model: &Model, field: &str) -> Fault {
    Fault::field(field, format!("{} has no choice of {field}; leave it out", model.id))
}
