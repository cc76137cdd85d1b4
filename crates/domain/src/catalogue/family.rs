//! Families: one stanza for every model of a provider that has no stanza of its own.
//!
//! The id of a family is a pattern: `replicate/*/*`, `fal-ai/**`. A star stands for one part of a name, two stars at
//! the end for one part or more. What a caller names becomes a model of its own: the family's stanza under that
//! name, with what the stars stood for in the routes' `{rest}`.

use std::sync::Arc;

use super::model::Model;
use super::route::Piece;

/// More parts are no model's name.
const PARTS_MAX: usize = 8;

impl Model {
    /// Whether this is a family: its id is a pattern, and words it does not know go to the provider.
    pub fn is_family(&self) -> bool {
        self.id.contains('*')
    }

    /// The member of this family with a name; none if the name does not fit.
    pub(super) fn member(&self, name: &str) -> Option<Arc<Model>> {
        let rest = rest(&self.id, name)?;
        let mut member =
            Model { id: name.to_owned(), name: name.to_owned(), aliases: Vec::new(), ..self.clone() };
        for route in &mut member.routes {
            for piece in &mut route.upstream {
                if *piece == Piece::Rest {
                    *piece = Piece::Text(rest.to_owned());
                }
            }
        }
        Some(Arc::new(member))
    }
}

/// Whether a pattern is one: stars are whole parts, at the end, after at least one part without.
pub(super) fn is_pattern(id: &str) -> bool {
    let (fixed, stars) = split(id);
    let many = stars.iter().filter(|star| **star == "**").count();
    !fixed.is_empty()
        && stars.iter().all(|star| matches!(*star, "*" | "**"))
        && (many == 0 || (many == 1 && stars.len() == 1))
}

/// What the stars of a pattern stand for in a name.
fn rest<'n>(pattern: &str, name: &'n str) -> Option<&'n str> {
    let (fixed, stars) = split(pattern);
    let rest = name.strip_prefix(&fixed.join("/"))?.strip_prefix('/')?;
    let parts = rest.split('/').count();
    let fits = if stars == ["**"] { parts <= PARTS_MAX } else { parts == stars.len() };
    (fits && rest.split('/').all(is_part)).then_some(rest)
}

fn split(pattern: &str) -> (Vec<&str>, Vec<&str>) {
    let parts = pattern.split('/');
    parts.partition(|part| !part.contains('*'))
}

/// Names become parts of addresses: nothing in them may lead elsewhere.
fn is_part(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    (1..=100).contains(&part.len()) && part.bytes().all(plain) && !part.bytes().all(|byte| byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_whole_parts() {
        for (pattern, name, found) in [
            ("replicate/*/*", "replicate/meta/musicgen", Some("meta/musicgen")),
            ("replicate/*/*", "replicate/meta/musicgen:671ac6", Some("meta/musicgen:671ac6")),
            ("replicate/*/*", "replicate/meta", None),
            ("replicate/*/*", "replicate/a/b/c", None),
            ("fal-ai/**", "fal-ai/flux/dev", Some("flux/dev")),
            ("fal-ai/**", "fal-ai/x", Some("x")),
            ("fal-ai/**", "fal-ai/", None),
            ("fal-ai/**", "fal-ai", None),
            ("fal-ai/**", "fal-aix/y", None),
            ("fal-ai/**", "fal-ai/a/b/c/d/e/f/g/h/i", None),
            ("fal-ai/**", "fal-ai/../admin", None),
            ("fal-ai/**", "fal-ai/a//b", None),
            ("fal-ai/**", "fal-ai/a?b", None),
            ("fal-ai/**", "fal-ai/a%2fb", None),
            ("fal-ai/**", "fal-ai/**", None),
        ] {
            assert_eq!(rest(pattern, name), found, "{pattern} {name}");
        }
        for (id, is) in [
            ("a/*", true),
            ("a/*/*", true),
            ("a/**", true),
            ("**", false),
            ("a/*/**", false),
            ("a/b*", false),
        ] {
            assert_eq!(is_pattern(id), is, "{id}");
        }
    }
}
