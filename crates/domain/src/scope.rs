//! What a key may do. A key has a set of permissions; every call of the API names the one it needs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident, $word:literal;)*) => {
        /// One permission.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Scope { $($(#[$doc])* $name,)* }

        impl Scope {
            /// All of them, in the order of the table.
            pub const ALL: &[Scope] = &[$(Scope::$name,)*];

            /// The word in requests, answers and the database.
            pub fn word(self) -> &'static str { match self { $(Scope::$name => $word,)* } }
        }
    };
}

scopes! {
    /// Listing models and tools.
    ModelsRead, "models:read";
    /// Ordering work, which spends money.
    ModelsRun, "models:run";
    /// Reading jobs, their events and results.
    JobsRead, "jobs:read";
    /// Canceling jobs.
    JobsWrite, "jobs:write";
    /// Reading and writing uploaded files.
    FilesWrite, "files:write";
    /// Reading balance, usage and statements.
    AccountRead, "account:read";
    /// Webhook endpoints, their secrets and deliveries.
    WebhooksManage, "webhooks:manage";
    /// The operator's calls, over all accounts.
    Admin, "admin";
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scopes(u16);

impl Scopes {
    /// None.
    pub const NONE: Self = Self(0);

    /// All that a customer's key can have: everything but the operator's.
    pub fn customer() -> Self {
        Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Admin).collect()
    }

    /// Whether the permission is in the set.
    pub fn has(self, scope: Scope) -> bool {
        self.0 & bit(scope) != 0
    }

    /// The permissions in it.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.has(*scope))
    }
}

fn bit(scope: Scope) -> u16 {
    1 << scope as u16
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | bit(scope)))
    }
}

/// There is no such permission; the text names it and lists all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no permission `{0}`; there are {list}", list = Scopes(u16::MAX))]
pub struct UnknownScope(pub String);

impl FromStr for Scope {
    type Err = UnknownScope;
    fn from_str(word: &str) -> Result<Self, UnknownScope> {
        let found = Self::ALL.iter().copied().find(|scope| scope.word() == word);
        found.ok_or_else(|| UnknownScope(word.chars().take(40).collect()))
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;
    /// Words separated by blanks or commas.
    fn from_str(words: &str) -> Result<Self, UnknownScope> {
        words.split([' ', ',']).filter(|word| !word.is_empty()).map(Scope::from_str).collect()
    }
}

impl fmt::Display for Scopes {
    /// The words in the order of the table, separated by blanks.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (place, scope) in self.iter().enumerate() {
            write!(f, "{}{}", if place == 0 { "" } else { " " }, scope.word())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A list of words.
impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Scope::word))
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        words.iter().map(|word| word.parse().map_err(serde::de::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_survives_its_text_and_its_list() {
        let set: Scopes = "jobs:read, models:run".parse().unwrap();
        assert_eq!(set.to_string(), "models:run jobs:read");
        assert_eq!(set.to_string().parse(), Ok(set));
        let list = serde_json::to_string(&set).unwrap();
        assert_eq!(list, r#"["models:run","jobs:read"]"#);
        assert_eq!(serde_json::from_str::<Scopes>(&list).unwrap(), set);
    }

    #[test]
    fn a_customer_has_all_but_the_operators_permission() {
        let customer = Scopes::customer();
        assert!(Scope::ALL.iter().all(|scope| customer.has(*scope) != (*scope == Scope::Admin)));
        assert_eq!((Scopes::NONE.iter().count(), Scopes::NONE.to_string().as_str()), (0, ""));
    }

    #[test]
    fn an_unknown_word_is_named_with_what_there_is() {
        let error = "models:walk".parse::<Scopes>().unwrap_err().to_string();
        assert!(error.contains("models:walk") && error.contains("models:run"), "{error}");
    }
}
