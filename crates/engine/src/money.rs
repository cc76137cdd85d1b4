//! Money beyond the single job: refunds, and the words for what an account or key may not spend.

use spool_domain::budget::{OverBudget, Period};
use spool_domain::day::Day;
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::{AccountId, JobId};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::statement::{Refund, Refunded};

use crate::{Engine, broken};

/// An open job takes seconds to minutes; some end within this time.
const TRY_AGAIN_S: u32 = 5;

/// The longest reason of a refund and the longest reference, characters. Both are read by people.
const WORDS_MAX: usize = 500;

/// A refund that is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booked {
    /// Its number among the refunds of the job, from 1.
    pub no: u32,
    /// Whether this call booked it; false if the reference was known.
    pub new: bool,
}

impl Engine {
    /// Gives back part of what a job was charged (M6): for the operator. The whole of it at most, over any number of
    /// refunds. It stands in the job's statement with its reason, and is taken off the usage of the day and off what
    /// the key has spent.
    ///
    /// `reference` is the operator's own name for the refund: sending it again books nothing. Without one, every
    /// call is a refund of its own.
    pub async fn refund(
        &self,
        account: AccountId,
        mode: Mode,
        job: JobId,
        amount: MicroUsd,
        reason: &str,
        reference: Option<&str>,
    ) -> Result<Booked, Fault> {
        if amount <= MicroUsd::ZERO {
            let message = format!("the amount is {amount} USD; allowed is any amount above zero");
            return Err(Fault::field("amount_usd", message));
        }
        for (name, text) in [("reason", Some(reason)), ("reference", reference)] {
            let length = text.map(|text| text.chars().count());
            if length.is_some_and(|length| !(1..=WORDS_MAX).contains(&length)) {
                let message = format!("`{name}` must have 1 to {WORDS_MAX} characters");
                return Err(Fault::field(name, message));
            }
        }
        let (reason, reference) = (reason.to_owned(), reference.map(str::to_owned));
        let at = self.inner.clock.now();
        let asked = Refund { account, mode, job, amount, reason, reference, at };
        match self.inner.store.refund(asked).await.map_err(broken)? {
            Refunded::New { no, left } => {
                tracing::info!(job.id = %job, no, "refunded {amount} USD of job {job}; {left} USD could still be");
                Ok(Booked { no, new: true })
            }
            Refunded::Known { no } => Ok(Booked { no, new: false }),
            Refunded::Mismatch { booked } => Err(Fault::field(
                "reference",
                format!(
                    "this reference of the job is a refund of {booked} USD; use another one for {amount} USD"
                ),
            )),
            Refunded::Exceeds { left } => Err(Fault::field(
                "amount_usd",
                format!(
                    "the amount is {amount} USD; allowed are at most {left} USD, the rest of what was charged"
                ),
            )),
            Refunded::NoJob => Err(Kind::NotFound.into()),
        }
    }
}

/// An order that crosses its key's budget.
pub(crate) fn over_budget(over: OverBudget, price: MicroUsd, today: Day) -> Fault {
    let OverBudget { period, max, left } = over;
    let which = match period {
        Period::Day => "daily",
        Period::Month => "monthly",
        Period::Total => "total",
    };
    let hope = match period.renews(today) {
        Some(day) => {
            format!("It renews on {day} at 00:00 UTC; what open jobs do not use comes back earlier.")
        }
        None => "It does not renew; ask the operator to raise it.".to_owned(),
    };
    let message = format!(
        "This job costs {price} USD, and {left} USD are left of this key's {which} budget of {max} USD. {hope}"
    );
    Fault::new(Kind::InsufficientCredit, message)
}

/// An order by an account that has as many jobs open as it may have.
pub(crate) fn too_many(open: u64, max: u64) -> Fault {
    let message =
        format!("This account has {open} jobs open, and {max} are allowed; wait until some of them end.");
    Fault::new(Kind::RateLimited, message).after_s(TRY_AGAIN_S)
}
