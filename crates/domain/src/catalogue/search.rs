//! Finding models by words, and the name that was probably meant.

use std::sync::Arc;

use super::model::Model;
use super::tool::Tool;

/// The candidate that looks most like `name`: at most a third of its letters differ, or it begins or ends with
/// the other. Letter case does not count.
pub(super) fn nearest<'a>(candidates: impl Iterator<Item = &'a str>, name: &str) -> Option<&'a str> {
    // A name this long is no slip of the pen, and the comparison is quadratic.
    if name.is_empty() || name.len() > 100 {
        return None;
    }
    let wanted = name.to_ascii_lowercase();
    let scored = candidates.filter_map(|candidate| {
        let lower = candidate.to_ascii_lowercase();
        let distance = strsim::damerau_levenshtein(&lower, &wanted);
        let longest = lower.chars().count().max(wanted.chars().count());
        let part =
            |whole: &str, part: &str| part.len() >= 4 && (whole.ends_with(part) || whole.starts_with(part));
        let near = distance * 3 <= longest || part(&lower, &wanted) || part(&wanted, &lower);
        near.then_some((distance, candidate))
    });
    // Equal distances are told apart by name, so that the answer does not depend on the order of a hash map.
    scored.min().map(|(_, candidate)| candidate)
}

/// The models in which every word occurs, best first: a name counts more than what it is good for, and that more than
/// the description.
pub(super) fn models<'a>(models: &'a [Arc<Model>], words: &str) -> Vec<&'a Arc<Model>> {
    ranked(models, words, |model| Subject {
        names: std::iter::once(&model.id).chain(&model.aliases).map(|name| name.to_lowercase()).collect(),
        title: model.name.to_lowercase(),
        uses: model
            .tags
            .iter()
            .cloned()
            .chain(model.tasks.iter().map(ToString::to_string))
            .chain([model.makes.to_string()])
            .collect(),
        rest: vec![model.vendor.to_lowercase(), model.description.to_lowercase()],
    })
}

/// The tools in which every word occurs, best first.
pub(super) fn tools<'a>(tools: &'a [Arc<Tool>], words: &str) -> Vec<&'a Arc<Tool>> {
    ranked(tools, words, |tool| Subject {
        names: vec![tool.id.clone()],
        title: tool.name.to_lowercase(),
        uses: vec![tool.kind.to_string(), tool.makes.to_string()],
        rest: std::iter::once(tool.description.to_lowercase())
            .chain(tool.services.iter().map(|service| service.model.id.clone()))
            .collect(),
    })
}

/// What a search looks at, in small letters.
struct Subject {
    /// Each of them names it exactly.
    names: Vec<String>,
    title: String,
    /// What it makes and is good for.
    uses: Vec<String>,
    rest: Vec<String>,
}

fn ranked<'a, T>(all: &'a [Arc<T>], words: &str, subject: impl Fn(&T) -> Subject) -> Vec<&'a Arc<T>> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let mut found: Vec<(u32, &Arc<T>)> =
        all.iter().filter_map(|one| Some((score(&subject(one), &words)?, one))).collect();
    // Stable: what scores the same stays in its order.
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, one)| one).collect()
}

fn score(subject: &Subject, words: &[String]) -> Option<u32> {
    let mut sum = 0;
    for word in words {
        let stem = stem(word);
        let last = |name: &String| name.rsplit('/').next() == Some(word);
        let named = if subject.names.contains(word) || subject.title == *word {
            1000
        } else if subject.names.iter().any(last) {
            500
        } else if begins(&subject.title, word) || subject.names.iter().any(|name| begins(name, word)) {
            100
        } else if subject.title.contains(word) || subject.names.iter().any(|name| name.contains(word)) {
            20
        } else if begins(&subject.title, stem) || subject.names.iter().any(|name| begins(name, stem)) {
            10
        } else {
            0
        };
        let used = if subject.uses.iter().any(|one| begins(one, stem)) { 50 } else { 0 };
        let told = u32::from(subject.rest.iter().any(|text| text.contains(stem)));
        match named + used + told {
            0 => return None,
            score => sum += score,
        }
    }
    Some(sum)
}

/// What `upscale`, `upscaler` and `upscaling` have in common.
fn stem(word: &str) -> &str {
    let ends = ["ing", "ers", "er", "ed", "es", "e", "s"];
    let stems = ends.iter().filter_map(|end| word.strip_suffix(end));
    stems.filter(|stem| stem.len() >= 5).min_by_key(|stem| stem.len()).unwrap_or(word)
}

/// Whether one of the text's words begins with this one: `kling` stands in `kuaishou/kling-2.6`, `ling` does not.
fn begins(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

/// What to write instead of an unknown word: the nearest of the known ones, if any is near, and all of them.
pub(super) fn hint(known: &[&str], word: &str) -> String {
    let near = nearest(known.iter().copied(), word)
        .map_or_else(String::new, |near| format!("did you mean {near}? "));
    format!("{near}known are: {}", known.join(", "))
}
