//! A set of parameters with the rules between them: of a model, or of one object in a list.

use indexmap::IndexMap;

use super::param::Param;
use super::rule::Rule;

/// Parameters in the order of the file, and rules.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// By name.
    pub params: IndexMap<String, Param>,
    /// All of them must hold.
    pub rules: Vec<Rule>,
}
