//! `X-Provider-Order` and `X-Provider-Only`: whom the caller would like to do the work. Every dialect takes them.

use http::HeaderMap;
use spool_domain::catalogue::Model;
use spool_domain::fault::{Fault, Kind};
use spool_domain::order::{Mode, Preference};

use crate::{Api, models};

pub(crate) const ORDER: &str = "x-provider-order";
pub(crate) const ONLY: &str = "x-provider-only";

/// More names than there are providers for any model. They are kept with the job.
const NAMES_MAX: usize = 16;

/// No provider's name is longer, bytes.
const NAME_BYTES_MAX: usize = 64;

/// What the headers say; a fault if they leave nobody for this model.
pub(crate) fn of(
    api: &Api,
    mode: Mode,
    model: &Model,
    headers: &HeaderMap,
) -> Result<Option<Preference>, Fault> {
    let Some(preference) = read(headers)? else { return Ok(None) };
    let serves = |name: &String| {
        // The sandbox does the work of all providers for test keys, under its own name and under theirs.
        mode == Mode::Test && name == "sandbox"
            || model.routes.iter().any(|route| {
                route.provider.eq_ignore_ascii_case(name) && models::reaches(api, mode, &route.provider)
            })
    };
    if preference.only && !preference.order.iter().any(serves) {
        let message = "None of the providers in X-Provider-Order serves this model here, and X-Provider-Only \
             forbids all others; send neither header, or a provider of GET /v1/models/{id}.";
        return Err(Fault {
            param: Some("X-Provider-Order".to_owned()),
            ..Fault::new(Kind::ModelUnavailable, message)
        });
    }
    Ok(Some(preference))
}

/// What the headers say, whatever the model. Without a name there is nothing to prefer and nobody to exclude.
pub(crate) fn read(headers: &HeaderMap) -> Result<Option<Preference>, Fault> {
    let mut order: Vec<String> = Vec::new();
    for list in headers.get_all(ORDER) {
        let wrong = |what: &str| Fault::field("X-Provider-Order", format!("X-Provider-Order {what}"));
        let list = list.to_str().map_err(|_| wrong("must be names of providers, separated by commas"))?;
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let name = name.to_ascii_lowercase();
            if name.len() > NAME_BYTES_MAX {
                return Err(wrong("holds a name of more than 64 characters; no provider has one"));
            }
            if order.contains(&name) {
                continue;
            }
            if order.len() == NAMES_MAX {
                return Err(wrong("holds more than 16 names; name those you like best"));
            }
            order.push(name);
        }
    }
    let only = headers.get(ONLY).map(|only| only.as_bytes().trim_ascii().to_ascii_lowercase());
    let only = match only.as_deref() {
        None | Some(b"" | b"false") => false,
        Some(b"true") => true,
        // Taken for "false", it would let a provider work that the caller meant to exclude.
        Some(_) => return Err(Fault::field("X-Provider-Only", "X-Provider-Only must be true or false")),
    };
    Ok(Some(Preference { order, only }).filter(|preference| !preference.order.is_empty()))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(order: &[&str], only: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for list in order {
            headers.append(HeaderName::from_static(ORDER), HeaderValue::from_str(list).unwrap());
        }
        if let Some(only) = only {
            headers.insert(HeaderName::from_static(ONLY), HeaderValue::from_str(only).unwrap());
        }
        headers
    }

    #[test]
    fn names_are_read_in_order_and_a_list_without_one_says_nothing() {
        for (order, only, expected) in [
            (&[][..], None, None),
            (&[], Some("true"), None),
            (&[""], Some("true"), None),
            (&[" , ,"], Some("true"), None),
            (&["official"], None, Some((&["official"][..], false))),
            (&["official"], Some("false"), Some((&["official"], false))),
            (&["official, mix"], Some(" TRUE "), Some((&["official", "mix"], true))),
            (&["FAL,official,fal"], Some("true"), Some((&["fal", "official"], true))),
            (&["official", "mix, fal"], Some("true"), Some((&["official", "mix", "fal"], true))),
        ] {
            let read = read(&headers(order, only)).unwrap();
            let expected = expected.map(|(names, only): (&[&str], bool)| Preference {
                order: names.iter().map(|name| (*name).to_owned()).collect(),
                only,
            });
            assert_eq!(read, expected, "{order:?} {only:?}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        let names = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        for (order, only, field) in [
            (names(17), None, "X-Provider-Order"),
            ("x".repeat(65), None, "X-Provider-Order"),
            (names(1), Some("1"), "X-Provider-Only"),
            (names(1), Some("yes"), "X-Provider-Only"),
        ] {
            let fault = read(&headers(&[&order], only)).unwrap_err();
            assert_eq!((fault.kind, fault.param.as_deref()), (Kind::InvalidInput, Some(field)));
            assert!(fault.message.contains(field));
        }
        assert_eq!(read(&headers(&[&names(16)], None)).unwrap().unwrap().order.len(), 16);
    }
}
