//! The address that a caller wants to be told at: read from a request, and checked before anything is stored.

use serde_json::Value;
use spool_domain::fault::Fault;
use spool_domain::order::{Callback, Manner};

use crate::Api;

/// The longest URL that is taken, bytes: what browsers and proxies take too.
pub(crate) const URL_BYTES_MAX: usize = 2_048;

/// The text of a field that holds a URL; none where it is absent or null.
pub(crate) fn read(value: Option<Value>, field: &str) -> Result<Option<String>, Fault> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(url)) => Ok(Some(url)),
        Some(_) => Err(Fault::field(field, format!("{field} must be a text: an absolute http or https URL"))),
    }
}

/// The callback of an order, if it names one that we may call.
pub(crate) fn callback(
    api: &Api,
    url: Option<String>,
    field: &str,
    manner: Manner,
) -> Result<Option<Callback>, Fault> {
    let Some(url) = url else { return Ok(None) };
    check(api, &url, field)?;
    Ok(Some(Callback { url, manner }))
}

/// Refuses a URL that we will never call. Names are resolved at each delivery and judged again then.
pub(crate) fn check(api: &Api, url: &str, field: &str) -> Result<(), Fault> {
    if url.len() > URL_BYTES_MAX {
        let message = format!("{field} has {} bytes; at most {URL_BYTES_MAX} are allowed", url.len());
        return Err(Fault::field(field, message));
    }
    api.engine.check_target(field, url)
}
