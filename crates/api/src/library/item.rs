//! A job as the library lists it.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::{Number, Value};
use spool_domain::catalogue::{Catalogue, Model};
use spool_domain::ids::{AssetId, JobId, KeyId};
use spool_domain::job::{Job, Outcome, Phase, Stored};
use spool_domain::library::Status;
use spool_domain::order::Mode;

use super::results;
use crate::links::Links;
use crate::notation::{iso_ms, number};

/// So much of a text is listed: enough to know it again. The job itself shows all of it.
const CHARS_MAX: usize = 500;

/// What is needed to show a job.
pub(super) struct Sight<'a> {
    pub(super) catalogue: &'a Catalogue,
    /// Of the keys, by id.
    pub(super) names: &'a HashMap<KeyId, String>,
    /// Results whose files are not there any more.
    pub(super) gone: &'a HashSet<AssetId>,
    pub(super) links: &'a Links,
}

#[derive(Serialize)]
pub(super) struct Item<'a> {
    id: JobId,
    status: &'static str,
    phase: &'static str,
    /// The model's id.
    model: &'a str,
    /// The model's name as the caller wrote it.
    model_asked: &'a str,
    /// What the model makes; none where nobody knows it any more and nothing was made.
    kind: Option<&'a str>,
    dialect: &'a str,
    key: &'a KeyId,
    key_name: Option<&'a str>,
    mode: Mode,
    count: u32,
    pub(super) prompt: Option<&'a str>,
    price_usd: String,
    charged_usd: Option<String>,
    /// Percent.
    progress: Option<u8>,
    created_at: String,
    ended_at: Option<String>,
    error: Option<Trouble<'a>>,
    pub(super) outputs: Vec<Output<'a>>,
}

#[derive(Serialize)]
struct Trouble<'a> {
    code: &'static str,
    message: &'a str,
}

/// One result. A file that was deleted has no URL.
#[derive(Serialize)]
pub(super) struct Output<'a> {
    r#type: &'a str,
    url: Option<String>,
    text: Option<&'a str>,
    content_type: Option<&'a str>,
    width: Option<u32>,
    height: Option<u32>,
    /// Seconds.
    duration: Option<Number>,
    bytes: Option<u64>,
}

impl<'a> Sight<'a> {
    /// A job in the list, its texts cut.
    pub(super) fn item(&self, job: &'a Job) -> Item<'a> {
        let mut item = self.whole(job);
        item.prompt = item.prompt.map(cut);
        for output in &mut item.outputs {
            output.text = output.text.map(cut);
        }
        item
    }

    /// The same with whole texts.
    pub(super) fn whole(&self, job: &'a Job) -> Item<'a> {
        let model = self.catalogue.find(&job.model);
        let phase = job.phase.name();
        let error = match &job.phase {
            Phase::Done(Outcome::Failed(fault)) => {
                Some(Trouble { code: fault.kind.code(), message: &fault.message })
            }
            _ => None,
        };
        let outputs: Vec<Output> = results(job).iter().map(|stored| self.output(stored)).collect();
        let made = || outputs.first().map(|first| first.r#type);
        Item {
            id: job.id,
            status: Status::of_phase(phase).as_str(),
            phase,
            model: &job.model,
            model_asked: &job.model_asked,
            kind: model.as_ref().map(|model| model.makes.as_str()).or_else(made),
            dialect: &job.label,
            key: &job.key,
            key_name: self.names.get(&job.key).map(String::as_str),
            mode: job.mode,
            count: job.count,
            prompt: prompt(job, model.as_deref()),
            price_usd: job.price.to_string(),
            charged_usd: job.charged.map(|charged| charged.to_string()),
            progress: job.progress,
            created_at: iso_ms(job.created_at),
            ended_at: job.ended_at.map(iso_ms),
            error,
            outputs,
        }
    }

    fn output(&self, stored: &'a Stored) -> Output<'a> {
        let there = stored.asset.is_none_or(|asset| !self.gone.contains(&asset));
        let (text, file) = (stored.text.as_deref(), stored.text.is_none());
        Output {
            r#type: &stored.kind,
            url: if there { self.links.of(stored) } else { None },
            text,
            content_type: Some(stored.content_type.as_str()).filter(|kind| file && !kind.is_empty()),
            width: stored.width,
            height: stored.height,
            duration: stored.duration_ms.map(|ms| number(i128::from(ms), 1_000)),
            // What was passed through was never fetched.
            bytes: Some(stored.size_bytes).filter(|bytes| file && *bytes > 0),
        }
    }
}

/// What the caller said: the parameter that plays the part of the prompt, or that is called so, where nobody knows the
/// model any more.
fn prompt<'a>(job: &'a Job, model: Option<&Model>) -> Option<&'a str> {
    let name = match model {
        Some(model) => model.name_of_role("prompt")?,
        None => "prompt",
    };
    job.params.get(name).and_then(Value::as_str)
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(CHARS_MAX).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("a fox"), "a fox");
        let long = "ü".repeat(CHARS_MAX);
        assert_eq!(cut(&long), long);
        assert_eq!(cut(&format!("{long}x")), long);
    }
}
