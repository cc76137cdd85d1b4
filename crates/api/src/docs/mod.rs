//! `GET /docs`: the OpenAPI document as a page for people. It is written once, on the server, without a script:
//! nothing is fetched from anywhere, and the strictest content policy holds.

mod call;
mod example;
mod page;
mod shape;

use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderValue, Method, header};
use sha2::{Digest, Sha256};

use crate::routes::{Answer, Route};
use crate::{Api, answer, openapi};

/// The page.
pub(crate) const ROUTES: &[Route] =
    &[Route { method: Method::GET, path: "/docs", answer: Answer::Open(show), refuse: answer::refuse }];

const STYLE: &str = include_str!("style.css");

/// The document does not change while the server runs, so browsers may keep the page for a moment.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

static PAGE: LazyLock<Bytes> =
    LazyLock::new(|| Bytes::from(page::write(&openapi::document(), STYLE).into_string()));

/// Only the one style sheet in the page, named by its hash; no script, no frame, no other host.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    // Base64 and fixed words are all visible ASCII.
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

fn show(_: Arc<Api>, _: Request) -> BoxFuture<'static, Response> {
    Box::pin(async {
        let mut response = Response::new(Body::from(PAGE.clone()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, KEPT);
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        response
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn text() -> String {
        String::from_utf8(PAGE.to_vec()).unwrap()
    }

    /// What stands between `before` and the next quote.
    fn all(text: &str, before: &str) -> Vec<String> {
        let parts = text.split(before).skip(1);
        parts.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn every_call_and_every_shape_of_the_document_is_on_the_page_once() {
        let (document, text) = (openapi::document(), text());
        let ids = all(&text, " id=\"");
        let unique: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "an id stands twice");
        for item in document["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                let id = format!("call-{}", operation["operationId"].as_str().unwrap());
                assert!(unique.contains(&id), "{id}");
            }
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(unique.contains(&format!("shape-{name}")), "{name}");
        }
    }

    #[test]
    fn every_link_stays_in_the_house_and_leads_somewhere() {
        let text = text();
        let ids: BTreeSet<String> = all(&text, " id=\"").into_iter().collect();
        for link in all(&text, " href=\"") {
            match link.strip_prefix('#') {
                Some(id) => assert!(ids.contains(id), "{link}"),
                None => assert!(link.starts_with('/') && !link.starts_with("//"), "{link}"),
            }
        }
        for outside in ["<script", " src=", " style=", "@import", "url(", "<iframe", "<img"] {
            assert!(!text.contains(outside), "{outside}");
        }
    }

    #[test]
    fn the_policy_names_the_style_that_is_in_the_page() {
        let text = text();
        let style = text.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
        let hash = STANDARD.encode(Sha256::digest(style));
        assert!(POLICY.to_str().unwrap().contains(&format!("style-src 'sha256-{hash}'")));
    }

    #[test]
    fn headings_go_down_one_step_at_a_time() {
        let text = text();
        let levels: Vec<u8> = text
            .match_indices("<h")
            .filter_map(|(at, _)| text.as_bytes().get(at + 2).filter(|b| b.is_ascii_digit()))
            .map(|digit| digit - b'0')
            .collect();
        assert_eq!((levels[0], levels.iter().filter(|level| **level == 1).count()), (1, 1));
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    }
}
