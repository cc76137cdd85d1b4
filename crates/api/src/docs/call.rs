//! One call: what it is for, what it takes, an example, and what it answers.

use maud::{Markup, html};
use serde_json::Value;

use super::page::{Call, objects, prose, text};
use super::{example, shape};

/// The call as an article of the page.
pub(super) fn show(document: &Value, call: &Call) -> Markup {
    let operation = call.operation;
    let open = operation["security"].as_array().is_some_and(Vec::is_empty);
    html! {
        article id=(call.anchor()) {
            h3 { (text(operation, "summary")) }
            p.call { span class={ "method " (call.method) } { (call.method.to_uppercase()) } " " code { (call.path) } }
            @if !text(operation, "description").is_empty() { p { (prose(text(operation, "description"))) } }
            @if open { p.note { "Needs no key." } }
            (parameters(&operation["parameters"]))
            @for (media, body) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                @if body["schema"].is_object() {
                    h4 { "Body" }
                    p.note { code { (media) } }
                    (shape::show(&body["schema"]))
                }
            }
            h4 { "Example" }
            pre tabindex="0" { code { (example::curl(document, call, open)) } }
            (callbacks(&operation["callbacks"]))
            h4 { "Answers" }
            dl.answers {
                @for (status, answer) in in_order(&operation["responses"]) {
                    dt { (status) }
                    dd { (answered(answer)) }
                }
            }
        }
    }
}

/// What the server sends to an address that the request names.
fn callbacks(all: &Value) -> Markup {
    let items = all
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(_, places)| places.as_object().into_iter().flatten());
    html! {
        @for (place, item) in items {
            h4 { "Calls back" }
            p { (text(&item["post"], "summary")) ": a POST to " code { (place) } ", with this body." }
            (shape::show(&item["post"]["requestBody"]["content"]["application/json"]["schema"]))
        }
    }
}

/// Answers by their status, so that what went well comes first.
fn in_order(answers: &Value) -> Vec<(&String, &Value)> {
    let mut answers: Vec<_> = answers.as_object().into_iter().flatten().collect();
    answers.sort_unstable_by_key(|(status, _)| *status);
    answers
}

fn answered(answer: &Value) -> Markup {
    let headers = answer["headers"].as_object();
    html! {
        (prose(text(answer, "description")))
        @for (media, body) in answer["content"].as_object().into_iter().flatten() {
            @if body["schema"].is_object() { div.shape { (shape::show(&body["schema"])) } }
            @else { div.note { code { (media) } } }
        }
        @if let Some(headers) = headers.filter(|headers| !headers.is_empty()) {
            p.note {
                "Headers: "
                @for (place, name) in headers.keys().enumerate() {
                    @if place > 0 { ", " }
                    code { (name) }
                }
            }
        }
    }
}

fn parameters(all: &Value) -> Markup {
    html! {
        @if objects(all).next().is_some() {
            h4 { "Parameters" }
            dl {
                @for parameter in objects(all) {
                    dt {
                        code { (text(parameter, "name")) } " "
                        span.note {
                            "in the " (text(parameter, "in"))
                            @if parameter["required"] == true { ", required" }
                        }
                    }
                    dd {
                        (prose(text(parameter, "description")))
                        (shape::show(&parameter["schema"]))
                    }
                }
            }
        }
    }
}
