//! Providers' credentials: what they are, which of several a job takes, and how each goes onto a request.

mod check;
mod google;
mod jwt;
mod keep;
mod reached;
mod seal;
mod set;
mod sign;
#[cfg(test)]
mod stub;
mod told;
mod volcengine;

use spool_domain::adapter::Auth;
use spool_domain::ids::AccountId;

pub(crate) use self::check::Checks;
pub use self::check::{Checked, Verdict};
pub use self::keep::Change;
pub(crate) use self::reached::Reached;
pub use self::seal::{MasterKey, NotOpened};
pub use self::set::{CREDENTIALS_MAX, Shelf, WEIGHT_MAX};
pub(crate) use self::set::{Held, Set};
pub use self::told::{Provider, State, Told};
use crate::secret::Secret;
use crate::upstream;

/// One credential of a provider.
pub struct Credential {
    /// What the operator calls it; attempts remember it.
    pub name: String,
    /// The secret, in the form that the provider's manifest asks for.
    pub secret: Secret,
    /// How many jobs it takes in proportion to the others; 0: none that are new.
    pub weight: u32,
    /// The accounts it is for; empty for all that have none of their own.
    pub accounts: Vec<AccountId>,
    /// What the provider's callbacks are signed with, where that is a secret of its own.
    pub callback_secret: Option<Secret>,
    /// Where it stands.
    pub source: Source,
}

/// Where a credential stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the settings: the variable or the place in a file.
    Settings(String),
    /// Sealed in the database: which version of it.
    Sealed(u32),
}

impl Credential {
    /// One that every account may use.
    pub fn new(name: impl Into<String>, secret: Secret) -> Self {
        Self {
            name: name.into(),
            secret,
            weight: 1,
            accounts: Vec::new(),
            callback_secret: None,
            source: Source::Settings(String::new()),
        }
    }

    /// Whether provider and name can stand in records and paths, and the secret in a request; else what is needed.
    /// The sentence goes on after the credential's name and never quotes the secret.
    pub(crate) fn fits(&self, auth: Auth) -> Result<(), &'static str> {
        if !is_name(&self.name) {
            return Err(NAMES);
        }
        if self.weight > WEIGHT_MAX {
            return Err("has a weight above 1000");
        }
        let secret = self.secret.reveal();
        if secret.is_empty() {
            return Err("is empty");
        }
        let in_header = |text: &str| upstream::header("authorization", text).is_some() && text.trim() == text;
        let pair =
            || secret.split_once(':').filter(|(first, second)| !first.is_empty() && !second.is_empty());
        match auth {
            Auth::Open => Err("is not needed: this provider takes none"),
            Auth::Header { .. } if in_header(secret) => Ok(()),
            Auth::Header { .. } => Err("holds characters that cannot stand in an HTTP header"),
            Auth::Basic => pair().map(|_| ()).ok_or("must be of the form user:password"),
            Auth::Jwt if secret.contains(':') => {
                pair().map(|_| ()).ok_or("must be of the form access:secret")
            }
            Auth::Jwt if in_header(secret) => Ok(()),
            Auth::Jwt => Err("holds characters that cannot stand in an HTTP header"),
            Auth::Volcengine { .. } => match pair() {
                Some((access, _)) if in_header(access) => Ok(()),
                _ => Err("must be of the form access:secret"),
            },
            Auth::GoogleAccount => google::Account::read(secret).map(|_| ()),
        }
    }
}

const NAMES: &str = "must be named with 1 to 64 letters, digits, `.`, `_` and `-`";

/// What credentials may be called: it stands in paths, tables and the log.
fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        // As parts of a path these two would not reach us.
        && !matches!(text, "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEARER: Auth = Auth::Header { name: "authorization", prefix: "Bearer " };
    const VOLCENGINE: Auth = Auth::Volcengine { service: "cv", region: "cn-north-1" };

    #[test]
    fn a_secret_is_held_against_the_form_its_provider_asks_for() {
        let fits = |auth, secret: &str| Credential::new("main", Secret::new(secret)).fits(auth).is_ok();
        for (auth, secret, good) in [
            (BEARER, "sk-1", true),
            (BEARER, "sk\n1", false),
            (BEARER, " sk", false),
            (BEARER, "", false),
            (Auth::Open, "sk-1", false),
            (Auth::Basic, "user:pass:word", true),
            (Auth::Basic, "user", false),
            (Auth::Jwt, "plain-key", true),
            (Auth::Jwt, "access:secret", true),
            (Auth::Jwt, "access:", false),
            (VOLCENGINE, "access:secret", true),
            (VOLCENGINE, "access", false),
            (VOLCENGINE, ":secret", false),
            (Auth::GoogleAccount, "{}", false),
        ] {
            assert_eq!(fits(auth, secret), good, "{auth:?} {secret:?}");
        }
    }

    #[test]
    fn names_can_stand_in_a_path() {
        for (name, good) in
            [("main", true), ("a.b_c-D9", true), ("", false), ("a b", false), ("..", false), ("ä", false)]
        {
            assert_eq!(is_name(name), good, "{name:?}");
        }
        assert!(!is_name(&"a".repeat(65)));
    }
}
