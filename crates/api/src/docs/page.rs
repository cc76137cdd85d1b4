//! The page around the calls: what it begins with, its table of contents, and the shapes at its end.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::{call, shape};

/// One call of the document.
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) operation: &'a Value,
}

impl<'a> Call<'a> {
    /// Where the page has it.
    pub(super) fn anchor(&self) -> String {
        format!("call-{}", text(self.operation, "operationId"))
    }

    fn has(&self, tag: &str) -> bool {
        self.operation["tags"].as_array().is_some_and(|tags| tags.iter().any(|one| one == tag))
    }
}

/// A text of an object, or nothing.
pub(super) fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object[name].as_str().unwrap_or_default()
}

/// A sentence in which backticks mean code.
pub(super) fn prose(sentence: &str) -> Markup {
    html! {
        @for (place, part) in sentence.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// The whole page.
pub(super) fn write(document: &Value, style: &str) -> Markup {
    let (info, calls) = (&document["info"], calls(document));
    let tags: Vec<(&str, &str)> = objects(&document["tags"])
        .map(|tag| (text(tag, "name"), text(tag, "description")))
        .filter(|(name, _)| calls.iter().any(|call| call.has(name)))
        .collect();
    let shapes = document["components"]["schemas"].as_object();
    let title = format!("{} API", text(info, "title"));
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body {
                a.skip href="#main" { "Skip to the calls" }
                header {
                    h1 { (title) }
                    p { (prose(text(info, "description"))) }
                    p { "Version " (text(info, "version")) ", as " a href="/openapi.json" { "OpenAPI 3.1 document" } "." }
                }
                div.columns {
                    nav aria-label="Calls" { (contents(&tags, &calls)) }
                    main id="main" {
                        (beginning(document))
                        @for (name, description) in &tags {
                            section aria-labelledby=(anchor_of(name)) {
                                h2 id=(anchor_of(name)) { (name) }
                                p { (prose(description)) }
                                @for call in calls.iter().filter(|call| call.has(name)) {
                                    (call::show(document, call))
                                }
                            }
                        }
                        section aria-labelledby="shapes" {
                            h2 id="shapes" { "Shapes" }
                            p { "What requests and answers are made of." }
                            @for (name, schema) in shapes.into_iter().flatten() {
                                article id=(shape::anchor(name)) {
                                    h3 { code { (name) } }
                                    (shape::show(schema))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn contents(tags: &[(&str, &str)], calls: &[Call]) -> Markup {
    html! {
        ul {
            @for (name, _) in tags {
                li {
                    a href={ "#" (anchor_of(name)) } { (name) }
                    ul {
                        @for call in calls.iter().filter(|call| call.has(name)) {
                            li { a href={ "#" (call.anchor()) } { (text(call.operation, "summary")) } }
                        }
                    }
                }
            }
            li { a href="#shapes" { "Shapes" } }
        }
    }
}

/// How to begin: the two variables that all examples use.
fn beginning(document: &Value) -> Markup {
    let key = text(&document["components"]["securitySchemes"]["key"], "description");
    html! {
        section aria-labelledby="begin" {
            h2 id="begin" { "To begin" }
            p { "Every call needs a key, unless it says otherwise. " (prose(key)) " The examples take the key and this server's address from two variables:" }
            pre tabindex="0" { code { "export SPOOL_URL=http://127.0.0.1:8080\nexport SPOOL_KEY=spool_test_…" } }
        }
    }
}

fn anchor_of(tag: &str) -> String {
    format!("tag-{}", tag.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-"))
}

fn calls(document: &Value) -> Vec<Call<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        let operations = item.as_object().into_iter().flatten();
        operations.map(move |(method, operation)| Call { method, path, operation })
    });
    all.collect()
}

pub(super) fn objects(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
