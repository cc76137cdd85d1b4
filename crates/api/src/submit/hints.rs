//! `X-Provider-Order` and `X-Provider-Only`: whom the caller would like to do the work.
//!
//! The engine chooses among a model's routes by itself, so the order has no effect. One thing can be told
//! beforehand, and is: that only providers are wanted of which none serves the model here.

use http::HeaderMap;
use spool_domain::catalogue::Model;
use spool_domain::fault::{Fault, Kind};
use spool_domain::order::Mode;

use crate::{Api, models};

const ORDER: &str = "x-provider-order";
const ONLY: &str = "x-provider-only";

/// Refuses the request if its hints leave nobody.
pub(super) fn check(api: &Api, mode: Mode, model: &Model, headers: &HeaderMap) -> Result<(), Fault> {
    let serves = |name: &str| {
        // The sandbox does the work of all providers for test keys, under its own name and under theirs.
        mode == Mode::Test && name.eq_ignore_ascii_case("sandbox")
            || model.routes.iter().any(|route| {
                route.provider.eq_ignore_ascii_case(name) && models::reaches(api, mode, &route.provider)
            })
    };
    if leave_nobody(headers, serves) {
        let message = "None of the providers in X-Provider-Order serves this model here, and X-Provider-Only \
             forbids all others; send neither header, or a provider of GET /v1/models/{id}.";
        return Err(Fault {
            param: Some("X-Provider-Order".to_owned()),
            ..Fault::new(Kind::ModelUnavailable, message)
        });
    }
    Ok(())
}

/// Whether only listed providers are wanted and none of them serves. Without a list nobody is excluded.
fn leave_nobody(headers: &HeaderMap, serves: impl Fn(&str) -> bool) -> bool {
    let only =
        headers.get(ONLY).is_some_and(|only| only.as_bytes().trim_ascii().eq_ignore_ascii_case(b"true"));
    let lists = headers.get_all(ORDER).iter().filter_map(|list| list.to_str().ok());
    let mut names = lists.flat_map(|list| list.split(',')).map(str::trim).filter(|name| !name.is_empty());
    only && names.next().is_some_and(|first| !serves(first) && !names.any(serves))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn only_a_strict_list_without_a_server_leaves_nobody() {
        for (order, only, nobody) in [
            (&[][..], None, false),
            (&[], Some("true"), false),
            (&[""], Some("true"), false),
            (&[" , ,"], Some("true"), false),
            (&["official"], None, false),
            (&["official"], Some("false"), false),
            (&["official"], Some("1"), false),
            (&["official"], Some("true"), true),
            (&["official, mix"], Some(" TRUE "), true),
            (&["official,fal"], Some("true"), false),
            (&["fal,official"], Some("true"), false),
            (&["official", "mix, fal"], Some("true"), false),
        ] {
            let mut headers = HeaderMap::new();
            for list in order {
                headers.append(HeaderName::from_static(ORDER), HeaderValue::from_static(list));
            }
            if let Some(only) = only {
                headers.insert(HeaderName::from_static(ONLY), HeaderValue::from_static(only));
            }
            assert_eq!(leave_nobody(&headers, |name| name == "fal"), nobody, "{order:?} {only:?}");
        }
    }
}
