//! Finding models by words, and the name that was probably meant.

use std::sync::Arc;

use super::model::Model;

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

/// The models in which every word occurs, best first: a word in the name counts more than one in the description.
pub(super) fn models<'a>(models: &'a [Arc<Model>], words: &str) -> Vec<&'a Arc<Model>> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let mut found: Vec<(u32, &Arc<Model>)> =
        models.iter().filter_map(|model| Some((score(model, &words)?, model))).collect();
    // Stable: models of equal score stay sorted by id.
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, model)| model).collect()
}

fn score(model: &Model, words: &[String]) -> Option<u32> {
    let id = model.id.to_lowercase();
    let name = model.name.to_lowercase();
    let aliases: Vec<String> = model.aliases.iter().map(|alias| alias.to_lowercase()).collect();
    let rest = [&model.vendor, &model.description].map(|text| text.to_lowercase());
    let mut sum = 0;
    for word in words {
        let exact = id == *word || aliases.contains(word);
        let in_name =
            id.contains(word) || name.contains(word) || aliases.iter().any(|alias| alias.contains(word));
        let in_kind = model.makes.as_str() == word
            || model.tasks.iter().any(|task| task.as_str().contains(word.as_str()));
        sum += match (exact, in_name, in_kind) {
            (true, ..) => 100,
            (_, true, _) => 10,
            (_, _, true) => 5,
            _ if rest.iter().any(|text| text.contains(word)) => 1,
            _ => return None,
        };
    }
    Some(sum)
}

/// What to write instead of an unknown word: the nearest of the known ones, if any is near, and all of them.
pub(super) fn hint(known: &[&str], word: &str) -> String {
    let near = nearest(known.iter().copied(), word)
        .map_or_else(String::new, |near| format!("did you mean {near}? "));
    format!("{near}known are: {}", known.join(", "))
}
