//! One parameter of a model.

use indexmap::IndexMap;
use serde_json::Value;

use super::condition::Condition;
use super::role::Role;
use super::shape::Shape;
use super::task::Media;

/// One parameter: what it takes and what it means.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its type with bounds.
    pub kind: Kind,
    /// Whether a request without it is refused.
    pub required: bool,
    /// Used when the caller says nothing.
    pub default: Option<Value>,
    /// Used when a caller who speaks roles says nothing: their dialect may have no word for it.
    pub assume: Option<Value>,
    /// What it means in the common vocabulary.
    pub role: Option<Role>,
    /// Other names that callers may use for it.
    pub aliases: Vec<String>,
    /// One sentence for people.
    pub help: String,
    /// Parameters without which this one is refused when given, and its default left out.
    pub needs: Vec<String>,
    /// When this holds, the parameter counts as not given.
    pub ignored_when: Option<Condition>,
    /// When that list of objects is given, this parameter is the sum of that field over the list: `(list, field)`.
    pub sum_of: Option<(String, String)>,
    /// For a choice: the resolution that a value stands for, such as `pro` for `1080p`.
    pub means: IndexMap<String, String>,
}

/// A type with its bounds. Bounds are inclusive; characters are Unicode scalar values.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Free text.
    Text {
        /// The most characters.
        max_chars: Option<usize>,
        /// Whether it must be a UUID.
        uuid: bool,
    },
    /// A whole number.
    Int {
        /// The smallest.
        min: Option<i64>,
        /// The largest.
        max: Option<i64>,
        /// The only values, if not empty.
        one_of: Vec<i64>,
    },
    /// Any number.
    Number {
        /// The smallest.
        min: Option<f64>,
        /// The largest.
        max: Option<f64>,
    },
    /// True or false. Not given counts as false in conditions.
    Bool,
    /// One of some words. Matched without regard to case, stored as written here.
    Choice {
        /// The words.
        one_of: Vec<String>,
        /// Also takes a number within these bounds.
        or_number: Option<(f64, f64)>,
    },
    /// Pixels: a word, `WxH`, or `{"width", "height"}`. Stored as the word or `WxH`.
    Size {
        /// Words with their pixels, if they stand for any.
        words: IndexMap<String, Option<(u32, u32)>>,
        /// Bounds for free `WxH`, where the model takes it.
        free: Option<FreeSize>,
    },
    /// A file: its URL, its content, the id of an upload, or the job that made it.
    Media {
        /// The kind of file.
        of: Media,
        /// The most bytes it may have; none leaves it to the operator's setting.
        max_bytes: Option<u64>,
        /// If it must be an output of an earlier job: the models that may have made it, as ids or as `vendor/*`;
        /// any model if empty.
        earlier: Option<Vec<String>>,
    },
    /// A list of texts, words or files.
    List {
        /// What an item is.
        of: Box<Kind>,
        /// The fewest items.
        min: usize,
        /// The most items.
        max: Option<usize>,
        /// Whether one text with commas is taken for a list.
        commas: bool,
    },
    /// A list of objects.
    Objects {
        /// The fields of an item and the rules between them.
        shape: Shape,
        /// The fewest items.
        min: usize,
        /// The most items.
        max: Option<usize>,
    },
    /// The model expressly does not take this; a request that gives it is refused.
    Refused,
}

/// Bounds for free pixel sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeSize {
    /// The shortest side in pixels.
    pub min: u32,
    /// The longest side in pixels.
    pub max: u32,
    /// Both sides are multiples of this.
    pub multiple_of: u32,
}

impl Param {
    /// Whether a validated set can lack this parameter.
    pub(super) fn may_be_absent(&self) -> bool {
        (!self.required && self.default.is_none()) || self.ignored_when.is_some() || !self.needs.is_empty()
    }

    /// Whether every validated set has it without anybody giving it.
    pub(super) fn always_there(&self) -> bool {
        self.default.is_some() && !self.may_be_absent()
    }

    /// The kind of file that this parameter takes, alone or in a list.
    pub(super) fn media(&self) -> Option<Media> {
        match &self.kind {
            Kind::Media { of, .. } => Some(*of),
            Kind::List { of, .. } => match **of {
                Kind::Media { of, .. } => Some(of),
                _ => None,
            },
            _ => None,
        }
    }
}
