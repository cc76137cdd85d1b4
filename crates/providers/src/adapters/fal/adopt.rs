//! The addresses of a request that an operator found at fal.

use spool_domain::adapter::Handle;

use super::{CANCEL_URL, RESULT_URL, STATUS_URL, endpoint};

const NEEDED: &str = "give the request's id, such as 764cabcf-b745-4b3e-ae38-1200304cf45b, or its address \
                      https://queue.fal.run/{app}/requests/{id}";

/// The handle for an id, whose addresses fal's own clients make from the endpoint, or for one of the addresses.
///
/// Only paths are kept of an address: they are joined to the base URL that the server was set up with, so that
/// nothing is ever asked elsewhere.
pub(super) fn handle(provider_job: &str, model: &str) -> Result<Handle, &'static str> {
    let (app, id) = match provider_job.split_once("/requests/") {
        Some((front, rest)) => {
            let path = match front.split_once("://") {
                Some((_, behind)) => behind.split_once('/').ok_or(NEEDED)?.1,
                None => front.trim_start_matches('/'),
            };
            let id = rest.split(['/', '?']).next().unwrap_or_default();
            (path.to_owned(), id)
        }
        None => (app(endpoint(model).map_err(|_| NEEDED)?), provider_job),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if endpoint(&app).is_err() || id.is_empty() || id.len() > 100 || !id.bytes().all(plain) {
        return Err(NEEDED);
    }
    let root = format!("/{app}/requests/{id}");
    let facts = [
        (STATUS_URL, format!("{root}/status")),
        (RESULT_URL, root.clone()),
        (CANCEL_URL, format!("{root}/cancel")),
    ];
    Ok(Handle {
        id: id.to_owned(),
        facts: facts.map(|(name, path)| (name.to_owned(), path)).into_iter().collect(),
    })
}

/// The app that an endpoint belongs to: its owner and name, behind one of two words that stand before an owner.
fn app(endpoint: &str) -> String {
    let parts = if endpoint.starts_with("workflows/") || endpoint.starts_with("comfy/") { 3 } else { 2 };
    endpoint.split('/').take(parts).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_and_every_address_of_a_request_lead_to_the_same_paths() {
        let expected = handle("abc-1", "fal-ai/kling-video/v2.6/pro").unwrap();
        assert_eq!(expected.id, "abc-1");
        assert_eq!(expected.facts[STATUS_URL], "/fal-ai/kling-video/requests/abc-1/status");
        assert_eq!(expected.facts[RESULT_URL], "/fal-ai/kling-video/requests/abc-1");
        assert_eq!(expected.facts[CANCEL_URL], "/fal-ai/kling-video/requests/abc-1/cancel");
        for given in [
            "https://queue.fal.run/fal-ai/kling-video/requests/abc-1",
            "https://queue.fal.run/fal-ai/kling-video/requests/abc-1/status?logs=1",
            "fal-ai/kling-video/requests/abc-1/cancel",
        ] {
            assert_eq!(handle(given, "another/model").as_ref(), Ok(&expected), "{given}");
        }
        let workflow = handle("x", "workflows/me/mine/now").unwrap();
        assert_eq!(workflow.facts[RESULT_URL], "/workflows/me/mine/requests/x");
    }

    #[test]
    fn what_is_no_request_of_fal_is_refused_with_what_is_needed() {
        for (given, model) in [
            ("", "fal-ai/flux"),
            ("a b", "fal-ai/flux"),
            ("../x", "fal-ai/flux"),
            ("abc", ""),
            ("https://queue.fal.run/requests/abc", "fal-ai/flux"),
            ("https://queue.fal.run/fal-ai/../requests/abc", "fal-ai/flux"),
            ("https://queue.fal.run/fal-ai/flux/requests/", "fal-ai/flux"),
        ] {
            assert_eq!(handle(given, model), Err(NEEDED), "{given}");
        }
    }
}
