//! How much of this node one account may keep busy (O3). A part of the workers is always left for accounts that
//! come later, so that a noisy one cannot make a quiet one wait for all of its jobs.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use spool_domain::ids::AccountId;

/// The jobs of each account that this node is working on.
pub(crate) struct Shares {
    /// The most of one account.
    max: usize,
    working: Mutex<HashMap<AccountId, usize>>,
}

/// One job's place in its account's share; given back when it is dropped.
pub(crate) struct Share {
    shares: Arc<Shares>,
    account: AccountId,
}

impl Shares {
    pub(crate) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max: max.max(1), working: Mutex::default() })
    }

    /// A place for one more job of the account, if its share has one left.
    pub(crate) fn try_take(self: &Arc<Self>, account: AccountId) -> Option<Share> {
        let mut working = self.working.lock();
        if working.get(&account).is_some_and(|jobs| *jobs >= self.max) {
            return None;
        }
        Some(self.count(&mut working, account))
    }

    /// A place for a job that was claimed already: a claim takes a handful at once and may go a little beyond.
    pub(crate) fn take(self: &Arc<Self>, account: AccountId) -> Share {
        self.count(&mut self.working.lock(), account)
    }

    /// Whether the account's share is used up.
    pub(crate) fn is_full(&self, account: AccountId) -> bool {
        self.working.lock().get(&account).is_some_and(|jobs| *jobs >= self.max)
    }

    /// The accounts whose share is used up.
    pub(crate) fn full(&self) -> Vec<AccountId> {
        let working = self.working.lock();
        working.iter().filter(|(_, jobs)| **jobs >= self.max).map(|(account, _)| *account).collect()
    }

    fn count(self: &Arc<Self>, working: &mut HashMap<AccountId, usize>, account: AccountId) -> Share {
        *working.entry(account).or_default() += 1;
        Share { shares: Arc::clone(self), account }
    }
}

impl Share {
    /// Gives the place back; whether the account's share had been used up, so that its other jobs could not begin.
    pub(crate) fn give_back(self) -> bool {
        self.shares.working.lock().get(&self.account).is_some_and(|jobs| *jobs >= self.shares.max)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut working = self.shares.working.lock();
        if let Some(jobs) = working.get_mut(&self.account) {
            *jobs -= 1;
            if *jobs == 0 {
                working.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o3_a_share_is_bounded_and_comes_back() {
        let shares = Shares::new(2);
        let (noisy, quiet) = (AccountId(1), AccountId(2));
        let first = shares.try_take(noisy).unwrap();
        let second = shares.try_take(noisy).unwrap();
        assert!(shares.try_take(noisy).is_none());
        assert_eq!(shares.full(), [noisy]);
        assert!(shares.is_full(noisy) && !shares.is_full(quiet));
        assert!(shares.try_take(quiet).is_some());
        let beyond = shares.take(noisy);
        assert!(beyond.give_back(), "others of the account may have waited for this");
        assert!(first.give_back());
        assert!(!second.give_back());
        assert!(shares.full().is_empty() && shares.working.lock().is_empty());
    }
}
