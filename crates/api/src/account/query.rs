//! Reading the parameters of a report strictly: a misspelt one would be a report over something else.

use std::collections::BTreeMap;

use spool_domain::fault::Fault;

/// At most so much of what was given is repeated.
const SHOWN_MAX: usize = 80;

/// The parameters of a request, each there once and known.
pub(crate) struct Query(BTreeMap<String, String>);

impl Query {
    /// Refuses parameters that are not allowed, and repeated ones.
    pub(crate) fn read(query: Option<&str>, allowed: &[&str]) -> Result<Self, Fault> {
        let mut read = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if !allowed.contains(&&*name) {
                let name: String = name.chars().take(SHOWN_MAX).collect();
                let known = match allowed {
                    [] => "this call has none".to_owned(),
                    all => format!("allowed are {}", all.join(", ")),
                };
                return Err(Fault::field(&*name, format!("there is no parameter `{name}`; {known}")));
            }
            if read.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(Fault::field(&*name, format!("`{name}` was given more than once")));
            }
        }
        Ok(Self(read))
    }

    /// One parameter as it was given.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// One parameter as something else; `allowed` finishes the sentence for one that cannot be.
    pub(crate) fn parsed<T>(
        &self,
        name: &str,
        allowed: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        let Some(given) = self.text(name) else { return Ok(None) };
        parse(given).map(Some).ok_or_else(|| wrong(name, given, allowed))
    }
}

/// A parameter that cannot be what it is.
pub(crate) fn wrong(name: &str, given: &str, allowed: &str) -> Fault {
    let given: String = given.chars().take(SHOWN_MAX).collect();
    Fault::field(name, format!("`{name}` is `{given}`; allowed is {allowed}"))
}
