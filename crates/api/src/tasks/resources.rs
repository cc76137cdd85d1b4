//! `GET /v1/resources/{provider}/{list}`: the ids that some parameters take.
//!
//! Only what is known to be taken: the voices that are spoken by name, and ids of our own for models that the
//! sandbox alone serves, so that an application's choosers can be built and tested.

use std::sync::{Arc, LazyLock};

use axum::extract::Request;
use serde::{Deserialize, Serialize};
use spool_domain::fault::{Fault, Kind};

use super::codes::refuse_as;
use super::success;
use crate::Api;
use crate::auth::Entry;
use crate::routes::Answering;

/// Followed by the provider and the name of the list.
const PREFIX: &str = "/v1/resources/";
pub(super) const PATH: &str = "/v1/resources/{provider}/{*list}";

/// Every list under its name.
const LISTS: [(&str, &str); 5] = [
    ("elevenlabs/voices", include_str!("resources/elevenlabs-voices.json")),
    ("higgsfield/voices", include_str!("resources/higgsfield-voices.json")),
    ("higgsfield/sounds", include_str!("resources/higgsfield-sounds.json")),
    ("higgsfield/motions", include_str!("resources/higgsfield-motions.json")),
    ("higgsfield/camera-presets", include_str!("resources/higgsfield-camera-presets.json")),
];

/// One thing to choose.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Resource {
    id: String,
    /// For people.
    name: String,
    /// The parameter that takes the id, where the list has ids of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
}

/// The lists as they are shown. A test reads each of them, so none is missing here.
static READ: LazyLock<Vec<(&str, Vec<Resource>)>> = LazyLock::new(|| {
    let read = |(name, text)| Some((name, serde_json::from_str(text).ok()?));
    LISTS.into_iter().filter_map(read).collect()
});

/// Answers it.
pub(super) fn show(_: Arc<Api>, _: Entry, request: Request) -> Answering {
    Box::pin(async move {
        let asked = request.uri().path().strip_prefix(PREFIX).unwrap_or_default();
        Ok(match READ.iter().find(|(name, _)| *name == asked) {
            Some((_, list)) => success(list),
            None => {
                let known = LISTS.map(|(name, _)| name).join(", ");
                let message = format!("No such list; there are: {known}.");
                refuse_as(&Fault::new(Kind::NotFound, message), "resource_not_found", 404)
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_list_can_be_read_and_no_id_stands_twice() {
        assert_eq!(READ.len(), LISTS.len());
        for (name, list) in READ.iter() {
            let ids: HashSet<&str> = list.iter().map(|resource| resource.id.as_str()).collect();
            assert!(!list.is_empty() && ids.len() == list.len(), "{name}");
        }
    }

    #[test]
    fn what_only_the_sandbox_takes_says_so() {
        for (name, list) in READ.iter().filter(|(name, _)| name.starts_with("higgsfield/")) {
            for resource in list {
                assert!(resource.name.ends_with("(sandbox)"), "{name}: {}", resource.name);
            }
        }
    }
}
