//! What an output is made from: the files that a job names, and what the stanza says is done with them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::{Model, Params};
use super::role::Role;
use super::role_words;
use super::task::{Media, Task};

/// The files that a job names, and what is to become of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// What is made out of what.
    pub task: Task,
    /// What the model is good for, beside its tasks: the words of its stanza.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The files in the order of the stanza; never empty.
    pub files: Vec<Given>,
    /// How many times larger the output shall be, in hundredths, where the parameters say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor_percent: Option<u32>,
    /// Which of the wish's measures the parameters ask for. The others are the given file's.
    pub asked: Asked,
}

/// One file that a job names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Given {
    /// The place of the parameter in the model's own words, such as `image_urls.1`.
    pub field: String,
    /// The kind of file that belongs there.
    pub of: Media,
    /// Whether it only says which part of the main picture is meant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mask: bool,
    /// The id of a file of ours (`file_…`), or somebody else's address.
    pub text: String,
}

/// Which measures of an output the parameters ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Asked {
    /// Pixels: a size, or a resolution.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pixels: bool,
    /// The ratio of the sides.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ratio: bool,
    /// Seconds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub length: bool,
}

impl Origin {
    /// Whether the stanza has this tag.
    pub fn is(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }
}

impl Model {
    /// What an output is made from; none where the parameters name no file.
    pub(super) fn origin(&self, params: &Params) -> Option<Box<Origin>> {
        let files = self.files(params);
        if files.is_empty() {
            return None;
        }
        let mask = self.slot_of(Role::Mask).and_then(|slot| Some(self.params.get_index(slot)?.0.as_str()));
        let files = files.into_iter().map(|at| Given {
            mask: mask.is_some_and(|name| at.path.split('.').next() == Some(name)),
            field: at.path,
            of: at.of,
            text: at.text.to_owned(),
        });
        let said = |role| self.with_role(params, role);
        let size = said(Role::Size).and_then(Value::as_str).is_some_and(|word| self.size(word).is_some());
        let ratio = said(Role::AspectRatio).and_then(Value::as_str).and_then(role_words::ratio).is_some();
        let resolution = said(Role::Resolution).is_some() || self.meant_resolution(params).is_some();
        Some(Box::new(Origin {
            task: self.task(params),
            tags: self.tags.clone(),
            files: files.collect(),
            factor_percent: said(Role::Factor).and_then(percent),
            asked: Asked {
                pixels: size || resolution,
                ratio: size || ratio,
                length: said(Role::Duration).and_then(Value::as_f64).is_some(),
            },
        }))
    }
}

/// A factor such as `4`, `1.5`, `"4"`, `"4x"` in hundredths.
fn percent(factor: &Value) -> Option<u32> {
    let times = match factor {
        Value::String(word) => word.trim().trim_matches(['x', 'X']).parse().ok()?,
        other => other.as_f64()?,
    };
    (times > 0.0 && times <= 100.0).then(|| (times * 100.0).round() as u32)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::percent;

    #[test]
    fn factors_are_numbers_or_words_like_4x() {
        for (factor, hundredths) in
            [(json!(2), 200), (json!(1.5), 150), (json!("4"), 400), (json!("4x"), 400), (json!("x2"), 200)]
        {
            assert_eq!(percent(&factor), Some(hundredths), "{factor}");
        }
        for none in [json!("large"), json!(0), json!(-2), json!(null), json!(1e9)] {
            assert_eq!(percent(&none), None, "{none}");
        }
    }
}
