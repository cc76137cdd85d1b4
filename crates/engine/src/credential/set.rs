//! The credentials of one provider, which may change while jobs run.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::RwLock;
use spool_domain::ids::{AccountId, Entropy};

use super::told::{State as Standing, Told};
use super::{Credential, google};

/// The most credentials that one provider may have: each costs a look whenever one is chosen.
pub const CREDENTIALS_MAX: usize = 64;

/// The largest weight. A thousand to one is as good as never.
pub const WEIGHT_MAX: u32 = 1_000;

/// Where credentials come from. Each part is replaced by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// The settings: file, environment, key files.
    Settings,
    /// The database.
    Sealed,
}

/// A credential at work, with the tokens that were got for it.
pub(crate) struct Held {
    pub(crate) credential: Credential,
    pub(crate) tokens: Arc<google::Tokens>,
}

/// All credentials of one provider.
#[derive(Default)]
pub(crate) struct Set(RwLock<State>);

#[derive(Default)]
struct State {
    settings: Vec<Arc<Held>>,
    sealed: Vec<Arc<Held>>,
    /// Sealed ones that cannot be opened, by what may be told of them.
    locked: Vec<Told>,
    /// Those that count, by name: a sealed one stands before one of its name in the settings.
    in_force: Arc<[Arc<Held>]>,
    /// Names that jobs asked for in vain, so that this is told once.
    missed: HashSet<String>,
}

impl Set {
    /// Puts these in the place of those that came from the same source.
    pub(crate) fn replace(&self, shelf: Shelf, credentials: Vec<Credential>) {
        let mut state = self.0.write();
        let held = credentials
            .into_iter()
            .map(|credential| {
                // A secret that did not change keeps its tokens.
                let before = state.in_force.iter().find(|held| {
                    held.credential.name == credential.name
                        && held.credential.secret.reveal() == credential.secret.reveal()
                });
                let tokens = before.map_or_else(Arc::default, |held| Arc::clone(&held.tokens));
                Arc::new(Held { credential, tokens })
            })
            .collect();
        match shelf {
            Shelf::Settings => state.settings = held,
            Shelf::Sealed => state.sealed = held,
        }
        let mut in_force = state.sealed.clone();
        for held in &state.settings {
            if !in_force.iter().any(|other| other.credential.name == held.credential.name) {
                in_force.push(Arc::clone(held));
            }
        }
        in_force.sort_by(|a, b| a.credential.name.cmp(&b.credential.name));
        state.missed.retain(|name| !in_force.iter().any(|held| held.credential.name == *name));
        state.in_force = in_force.into();
    }

    /// The same for the sealed ones, with those that could not be opened.
    pub(crate) fn replace_sealed(&self, opened: Vec<Credential>, locked: Vec<Told>) {
        self.replace(Shelf::Sealed, opened);
        self.0.write().locked = locked;
    }

    /// What may be told of all of them, by name.
    pub(crate) fn told(&self) -> Vec<Told> {
        let state = self.0.read();
        let mut told = state.locked.clone();
        for held in state.sealed.iter().chain(&state.settings) {
            let counts = state.in_force.iter().any(|other| Arc::ptr_eq(other, held));
            let standing = if counts { Standing::Used } else { Standing::Covered };
            told.push(Told::of(&held.credential, standing));
        }
        told.sort_by(|a, b| a.name.cmp(&b.name));
        told
    }

    /// Those that count, by name.
    pub(crate) fn in_force(&self) -> Arc<[Arc<Held>]> {
        Arc::clone(&self.0.read().in_force)
    }

    /// Those for a new attempt of this account: its own if it has any, else those for everybody. Each comes first as often
    /// as its weight says; the others follow for where that one has no place free.
    pub(crate) fn in_turn(&self, account: AccountId, entropy: &dyn Entropy) -> Vec<Arc<Held>> {
        let state = self.0.read();
        let held = state.in_force.iter().map(|held| &held.credential.accounts);
        // One that cannot be opened keeps its accounts all the same: they are not to be served on another's.
        let own =
            held.chain(state.locked.iter().map(|told| &told.accounts)).any(|all| all.contains(&account));
        let mut rest: Vec<Arc<Held>> = state
            .in_force
            .iter()
            .filter(|held| {
                let Credential { accounts, weight, .. } = &held.credential;
                *weight > 0 && if own { accounts.contains(&account) } else { accounts.is_empty() }
            })
            .cloned()
            .collect();
        drop(state);
        let mut turns = Vec::with_capacity(rest.len());
        while rest.len() > 1 {
            let total: u64 = rest.iter().map(|held| u64::from(held.credential.weight)).sum();
            let mut random = [0; 8];
            entropy.fill(&mut random);
            let mut point = u64::from_be_bytes(random) % total;
            let place = rest.iter().position(|held| {
                let weight = u64::from(held.credential.weight);
                let hit = point < weight;
                point = point.saturating_sub(weight);
                hit
            });
            turns.push(rest.remove(place.unwrap_or_default()));
        }
        turns.append(&mut rest);
        turns
    }

    /// The one of this name.
    pub(crate) fn named(&self, name: &str) -> Option<Arc<Held>> {
        self.0.read().in_force.iter().find(|held| held.credential.name == name).cloned()
    }

    /// A job asks for a name that is not there; whether that is news.
    pub(crate) fn misses(&self, name: &str) -> bool {
        if self.0.read().missed.contains(name) {
            return false;
        }
        self.0.write().missed.insert(name.to_owned())
    }

    /// Whether there is none, not even one that cannot be opened.
    pub(crate) fn is_empty(&self) -> bool {
        let state = self.0.read();
        state.in_force.is_empty() && state.locked.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::credential::Source;
    use crate::secret::Secret;

    /// Goes through all points in order.
    #[derive(Default)]
    struct Steps(AtomicU64);

    impl Entropy for Steps {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.copy_from_slice(&self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        }
    }

    fn one(name: &str, weight: u32, accounts: &[i64]) -> Credential {
        let accounts = accounts.iter().copied().map(AccountId).collect();
        Credential { weight, accounts, ..Credential::new(name, Secret::new(format!("secret of {name}"))) }
    }

    fn picked(set: &Set, account: i64, times: usize) -> HashMap<String, usize> {
        let (steps, mut counts) = (Steps::default(), HashMap::new());
        for _ in 0..times {
            if let Some(held) = set.in_turn(AccountId(account), &steps).first() {
                *counts.entry(held.credential.name.clone()).or_default() += 1;
            }
        }
        counts
    }

    #[test]
    fn weights_say_how_often_and_an_account_of_its_own_uses_its_own() {
        let set = Set::default();
        assert!(picked(&set, 1, 1).is_empty() && set.is_empty());
        set.replace(
            Shelf::Settings,
            vec![one("a", 1, &[]), one("b", 3, &[]), one("c", 0, &[]), one("own", 1, &[7, 8])],
        );
        assert_eq!(picked(&set, 1, 40), HashMap::from([("a".to_owned(), 10), ("b".to_owned(), 30)]));
        assert_eq!(set.in_turn(AccountId(1), &Steps::default()).len(), 2, "the other one follows");
        assert_eq!(picked(&set, 7, 40), HashMap::from([("own".to_owned(), 40)]));
    }

    #[test]
    fn one_that_takes_no_new_jobs_is_found_by_its_name_and_gives_its_account_nothing_else() {
        let set = Set::default();
        set.replace(Shelf::Settings, vec![one("all", 1, &[]), one("own", 0, &[7])]);
        assert!(picked(&set, 7, 5).is_empty(), "an account with its own never uses the others'");
        assert!(set.named("own").is_some() && set.named("gone").is_none());
    }

    #[test]
    fn an_account_whose_own_one_is_locked_is_not_served_on_anothers() {
        let set = Set::default();
        set.replace(Shelf::Settings, vec![one("all", 1, &[])]);
        set.replace_sealed(Vec::new(), vec![Told::of(&one("own", 1, &[7]), Standing::Locked)]);
        assert!(picked(&set, 7, 5).is_empty() && picked(&set, 1, 5).len() == 1);
    }

    #[test]
    fn a_sealed_one_stands_before_its_name_in_the_settings_and_each_shelf_is_replaced_alone() {
        let set = Set::default();
        set.replace(Shelf::Settings, vec![one("a", 1, &[]), one("b", 1, &[])]);
        let sealed = Credential { source: Source::Sealed(1), ..Credential::new("a", Secret::new("another")) };
        set.replace(Shelf::Sealed, vec![sealed]);
        let secret = |name: &str| set.named(name).unwrap().credential.secret.reveal().to_owned();
        assert_eq!((secret("a").as_str(), secret("b").as_str()), ("another", "secret of b"));
        set.replace(Shelf::Settings, vec![one("a", 1, &[])]);
        assert!(set.named("b").is_none() && secret("a") == "another");
        set.replace(Shelf::Sealed, Vec::new());
        assert_eq!(secret("a"), "secret of a");
    }

    #[test]
    fn tokens_stay_with_an_unchanged_secret_and_go_with_a_changed_one() {
        let set = Set::default();
        set.replace(Shelf::Settings, vec![one("a", 1, &[])]);
        let tokens = Arc::clone(&set.named("a").unwrap().tokens);
        set.replace(Shelf::Settings, vec![one("a", 5, &[])]);
        assert!(Arc::ptr_eq(&tokens, &set.named("a").unwrap().tokens));
        set.replace(Shelf::Settings, vec![Credential::new("a", Secret::new("new"))]);
        assert!(!Arc::ptr_eq(&tokens, &set.named("a").unwrap().tokens));
    }

    #[test]
    fn a_missing_name_is_news_once_until_it_was_there_again() {
        let set = Set::default();
        assert!(set.misses("a") && !set.misses("a"));
        set.replace(Shelf::Settings, vec![one("a", 1, &[])]);
        set.replace(Shelf::Settings, Vec::new());
        assert!(set.misses("a"));
    }
}
