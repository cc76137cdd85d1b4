//! Whether a request that came by cookie is one of our own pages': a browser adds the cookie whoever asks.

use http::{HeaderMap, Method, header};
use spool_domain::fault::{Fault, Kind};
use url::Url;

use super::cookie::{Cookies, Session};

/// Where pages put the session's token.
pub(crate) const TOKEN: &str = "x-csrf-token";

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// The origin of the address under which others know this server.
pub(crate) struct Origin(Option<String>);

impl Origin {
    pub(crate) fn of(public_url: Option<&str>) -> Self {
        Self(public_url.and_then(|url| Url::parse(url).ok()).map(|url| url.origin().ascii_serialization()))
    }

    /// Whether browsers come by https.
    pub(crate) fn is_https(&self) -> bool {
        self.0.as_deref().is_some_and(|origin| origin.starts_with("https://"))
    }

    /// Refuses what a page of another origin sends: one of another site, and also one of another port of this host,
    /// for which browsers send our cookie.
    pub(crate) fn refuse_foreign(&self, headers: &HeaderMap) -> Result<(), Fault> {
        let site = headers.get(SEC_FETCH_SITE);
        // `none` is what a person typed or a bookmark.
        let near = site.is_none_or(|site| site == "same-origin" || site == "none");
        let own = headers.get(header::ORIGIN).is_none_or(|origin| {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
            origin.to_str().is_ok_and(|origin| self.is_own(origin, host))
        });
        if near && own {
            return Ok(());
        }
        let message = "A page of another site sent this request; a session serves this server's own pages alone. Send \
                       the key as `Authorization: Bearer` instead.";
        Err(Fault::new(Kind::Forbidden, message))
    }

    /// The public address, or the one that the request was sent to.
    fn is_own(&self, origin: &str, host: Option<&str>) -> bool {
        if self.0.as_deref() == Some(origin) {
            return true;
        }
        let authority = match origin.split_once("://") {
            Some(("https", authority)) => authority,
            // A cookie that goes over https alone was not asked for by a page that came without.
            Some(("http", authority)) if !self.is_https() => authority,
            _ => return false,
        };
        host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
    }
}

/// Refuses a request of this session that may not be a page's of ours.
pub(crate) fn check(
    origin: &Origin,
    cookies: &Cookies,
    session: &Session,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(), Fault> {
    origin.refuse_foreign(headers)?;
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    match headers.get(TOKEN) {
        Some(given) if cookies.is_token(session, given) => Ok(()),
        given => {
            let is = if given.is_some() { "is not the one of this session" } else { "is missing" };
            let message = format!(
                "The header `X-CSRF-Token` {is}: with a session, all but GET and HEAD need the `csrf_token` that GET \
                 /v1/session tells."
            );
            Err(Fault::new(Kind::Forbidden, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn passes(origin: &Origin, given: &[(&str, &str)]) -> bool {
        let headers: HeaderMap = given
            .iter()
            .map(|(name, value)| {
                (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap())
            })
            .collect();
        origin.refuse_foreign(&headers).is_ok()
    }

    #[test]
    fn what_a_browser_says_about_another_site_is_refused() {
        let origin = Origin::of(None);
        for (site, fine) in
            [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false), ("?", false)]
        {
            assert_eq!(passes(&origin, &[("sec-fetch-site", site)]), fine, "{site}");
        }
        assert!(passes(&origin, &[]));
    }

    #[test]
    fn an_origin_must_be_the_public_address_or_the_one_asked() {
        let (here, there) = (Origin::of(None), Origin::of(Some("https://media.example/spool")));
        let table = [
            ("http://127.0.0.1:8080", true, false),
            ("https://127.0.0.1:8080", true, true),
            ("http://127.0.0.1:8081", false, false),
            ("http://127.0.0.1", false, false),
            ("https://media.example", false, true),
            ("http://media.example", false, false),
            ("https://media.example.evil.example", false, false),
            ("https://media.example:8443", false, false),
            ("null", false, false),
            ("", false, false),
            ("ftp://127.0.0.1:8080", false, false),
        ];
        for (given, by_here, by_there) in table {
            let headers = [("host", "127.0.0.1:8080"), ("origin", given)];
            assert_eq!((passes(&here, &headers), passes(&there, &headers)), (by_here, by_there), "{given}");
        }
        assert!(!passes(&here, &[("origin", "http://127.0.0.1:8080")]), "without a host nothing is own");
    }
}
