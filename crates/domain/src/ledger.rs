//! The ledger's rules: which transfers an event of a job's life books (INVARIANTS, section 1).
//!
//! Every entry moves one amount from one account to another, so every entry sums to zero by its shape (M1).
//! Keys are made from what they record, so booking a step twice is refused by the database (M7).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, AttemptNo, JobId};
use crate::money::MicroUsd;
use crate::order::Mode;
use crate::time::Timestamp;

/// An account of the books. Live and test books never touch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// A customer's free credit; never below zero (M2).
    Available(AccountId, Mode),
    /// A customer's credit held for open jobs; never below zero.
    Held(AccountId, Mode),
    /// Where credit comes from: minus what customers were credited.
    Funding(Mode),
    /// What captures earned.
    Revenue(Mode),
    /// What providers cost us.
    Cost(Mode),
    /// What we owe a provider, negative.
    Payable(String, Mode),
    /// Exposure of attempts whose outcome nobody knows (M13).
    Suspense(Mode),
    /// Overruns that we paid ourselves (M5).
    Absorbed(Mode),
}

impl Account {
    /// Whether the balance may never fall below zero.
    pub fn bounded(&self) -> bool {
        matches!(self, Self::Available(..) | Self::Held(..))
    }
}

impl fmt::Display for Account {
    /// The account's name in the database, such as `available:7:live`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Available(id, mode) => write!(f, "available:{id}:{}", mode.as_str()),
            Self::Held(id, mode) => write!(f, "held:{id}:{}", mode.as_str()),
            Self::Funding(mode) => write!(f, "funding:{}", mode.as_str()),
            Self::Revenue(mode) => write!(f, "revenue:{}", mode.as_str()),
            Self::Cost(mode) => write!(f, "cost:{}", mode.as_str()),
            Self::Payable(provider, mode) => write!(f, "payable:{provider}:{}", mode.as_str()),
            Self::Suspense(mode) => write!(f, "suspense:{}", mode.as_str()),
            Self::Absorbed(mode) => write!(f, "absorbed:{}", mode.as_str()),
        }
    }
}

/// What an entry records; with the job or reference it makes the entry's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Credit added by the operator.
    TopUp,
    /// Credit set aside at admission.
    Hold,
    /// The held amount earned.
    Capture,
    /// The unused rest of a captured hold given back, in the capture's transaction.
    Rest,
    /// The whole hold given back.
    Release,
    /// Part of a capture given back later.
    Refund,
    /// What an accepted attempt cost us.
    Cost,
    /// The exposure of an attempt nobody can account for.
    Suspend,
    /// An overrun we paid ourselves.
    Absorb,
}

impl Kind {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::TopUp,
        Self::Hold,
        Self::Capture,
        Self::Rest,
        Self::Release,
        Self::Refund,
        Self::Cost,
        Self::Suspend,
        Self::Absorb,
    ];

    /// The word in keys and statements.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TopUp => "topup",
            Self::Hold => "hold",
            Self::Capture => "capture",
            Self::Rest => "rest",
            Self::Release => "release",
            Self::Refund => "refund",
            Self::Cost => "cost",
            Self::Suspend => "suspend",
            Self::Absorb => "absorb",
        }
    }
}

/// One entry: an amount moves between two accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Unique for ever (M7).
    pub key: String,
    /// What it records.
    pub kind: Kind,
    /// The job it belongs to, if any.
    pub job: Option<JobId>,
    /// Loses the amount.
    pub from: Account,
    /// Gains the amount.
    pub to: Account,
    /// Never negative.
    pub amount: MicroUsd,
    /// When it was booked.
    pub at: Timestamp,
}

/// Whose money a job moves.
#[derive(Clone, Copy, Debug)]
pub struct Purse {
    /// The job.
    pub job: JobId,
    /// Who pays.
    pub account: AccountId,
    /// Which books.
    pub mode: Mode,
    /// The moment entries are dated.
    pub at: Timestamp,
}

impl Purse {
    fn entry(&self, kind: Kind, key: String, from: Account, to: Account, amount: MicroUsd) -> Transfer {
        Transfer { key, kind, job: Some(self.job), from, to, amount, at: self.at }
    }

    fn job_entry(&self, kind: Kind, from: Account, to: Account, amount: MicroUsd) -> Transfer {
        self.entry(kind, format!("{}:{}", kind.as_str(), self.job), from, to, amount)
    }

    fn available(&self) -> Account {
        Account::Available(self.account, self.mode)
    }

    fn held(&self) -> Account {
        Account::Held(self.account, self.mode)
    }

    /// Sets the price aside at admission.
    pub fn hold(&self, price: MicroUsd) -> Transfer {
        self.job_entry(Kind::Hold, self.available(), self.held(), price)
    }

    /// Resolves the hold by earning `due`: at most the held amount; the rest returns, an overrun is ours (M5).
    pub fn capture(&self, held: MicroUsd, due: MicroUsd) -> Vec<Transfer> {
        let captured = due.min(held);
        let mut entries =
            vec![self.job_entry(Kind::Capture, self.held(), Account::Revenue(self.mode), captured)];
        if captured < held {
            entries.push(self.job_entry(
                Kind::Rest,
                self.held(),
                self.available(),
                MicroUsd(held.0 - captured.0),
            ));
        }
        if due > held {
            let overrun = MicroUsd(due.0 - held.0);
            entries.push(self.job_entry(
                Kind::Absorb,
                Account::Absorbed(self.mode),
                Account::Revenue(self.mode),
                overrun,
            ));
        }
        entries
    }

    /// Resolves the hold by giving all of it back.
    pub fn release(&self, held: MicroUsd) -> Transfer {
        self.job_entry(Kind::Release, self.held(), self.available(), held)
    }

    /// Gives back part of a capture; `n` numbers the refunds of the job from 1 (M6).
    pub fn refund(&self, n: u32, amount: MicroUsd) -> Transfer {
        let key = format!("{}:{}:{n}", Kind::Refund.as_str(), self.job);
        self.entry(Kind::Refund, key, Account::Revenue(self.mode), self.available(), amount)
    }

    /// What an accepted attempt cost us, once it has ended (M12); zero where the provider billed nothing.
    pub fn cost(&self, attempt: AttemptNo, provider: &str, amount: MicroUsd) -> Transfer {
        let key = format!("{}:{}:{}", Kind::Cost.as_str(), self.job, attempt.0);
        let payable = Account::Payable(provider.to_owned(), self.mode);
        self.entry(Kind::Cost, key, payable, Account::Cost(self.mode), amount)
    }

    /// Books the exposure of an attempt that may or may not have been billed (M13).
    pub fn suspend(&self, attempt: AttemptNo, provider: &str, exposure: MicroUsd) -> Transfer {
        let key = format!("{}:{}:{}", Kind::Suspend.as_str(), self.job, attempt.0);
        let payable = Account::Payable(provider.to_owned(), self.mode);
        self.entry(Kind::Suspend, key, payable, Account::Suspense(self.mode), exposure)
    }
}

/// Credit added by the operator under a reference that can be booked once.
pub fn top_up(account: AccountId, mode: Mode, reference: &str, amount: MicroUsd, at: Timestamp) -> Transfer {
    Transfer {
        key: format!("{}:{account}:{reference}", Kind::TopUp.as_str()),
        kind: Kind::TopUp,
        job: None,
        from: Account::Funding(mode),
        to: Account::Available(account, mode),
        amount,
        at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purse() -> Purse {
        Purse { job: JobId([7; 20]), account: AccountId(1), mode: Mode::Live, at: Timestamp(0) }
    }

    /// What an account gains from some entries.
    fn net(entries: &[Transfer], account: &Account) -> i64 {
        entries
            .iter()
            .map(|e| i64::from(e.to == *account) * e.amount.0 - i64::from(e.from == *account) * e.amount.0)
            .sum()
    }

    #[test]
    fn m5_a_capture_never_exceeds_the_hold_and_the_rest_returns() {
        for (held, due) in [(100, 100), (100, 40), (100, 0), (100, 130), (0, 0), (0, 5)] {
            let entries = purse().capture(MicroUsd(held), MicroUsd(due));
            assert_eq!(net(&entries, &purse().held()), -held, "the whole hold is resolved");
            assert_eq!(net(&entries, &purse().available()), (held - due).max(0));
            assert_eq!(net(&entries, &Account::Revenue(Mode::Live)), due);
            assert_eq!(net(&entries, &Account::Absorbed(Mode::Live)), -(due - held).max(0));
            assert!(entries.iter().all(|e| e.amount.0 >= 0));
        }
    }

    #[test]
    fn m7_keys_are_made_from_what_they_record() {
        let job = purse().job;
        assert_eq!(purse().hold(MicroUsd(1)).key, format!("hold:{job}"));
        assert_eq!(purse().capture(MicroUsd(1), MicroUsd(1))[0].key, format!("capture:{job}"));
        assert_eq!(purse().release(MicroUsd(1)).key, format!("release:{job}"));
        assert_eq!(purse().refund(2, MicroUsd(1)).key, format!("refund:{job}:2"));
        assert_eq!(purse().cost(AttemptNo(3), "fal", MicroUsd(1)).key, format!("cost:{job}:3"));
    }
}
