//! What is wrong in a catalogue file, where, and what to do about it.

use std::fmt;
use std::ops::Range;

/// One catalogue file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name as people know it, such as `catalog/google.toml`.
    pub file: String,
    /// Its TOML.
    pub text: String,
}

/// One thing that is wrong in a catalogue file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file's name.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.file, self.line, self.what, self.fix)
    }
}

/// Collects the problems of one file and knows its lines.
pub(super) struct Notes<'a> {
    file: &'a str,
    line_starts: Vec<usize>,
    problems: Vec<Problem>,
}

impl<'a> Notes<'a> {
    pub(super) fn of(source: &'a Source) -> Self {
        let ends = source.text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            file: &source.file,
            line_starts: std::iter::once(0).chain(ends).collect(),
            problems: Vec::new(),
        }
    }

    /// The line of a place in the text, counted from 1.
    pub(super) fn line(&self, span: &Range<usize>) -> u32 {
        let line = self.line_starts.partition_point(|&start| start <= span.start);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// Notes a problem at a place in the text.
    pub(super) fn add(&mut self, span: &Range<usize>, what: impl Into<String>, fix: impl Into<String>) {
        let line = self.line(span);
        self.problems.push(Problem { file: self.file.to_owned(), line, what: what.into(), fix: fix.into() });
    }

    /// How many problems there are so far.
    pub(super) fn count(&self) -> usize {
        self.problems.len()
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}
