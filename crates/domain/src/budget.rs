//! What one key may spend: the rule that every admission is held against.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::money::MicroUsd;

/// What a budget is counted over. Days and months are those of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// One day.
    Day,
    /// One calendar month.
    Month,
    /// All time.
    Total,
}

impl Period {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Month, Self::Total];

    /// `day`, `month` or `total`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Total => "total",
        }
    }

    /// The day from which all of it is there again; none if it never is.
    pub fn renews(self, today: Day) -> Option<Day> {
        match self {
            Self::Day => Some(today.plus(1)),
            Self::Month => Some(today.next_month()),
            Self::Total => None,
        }
    }
}

/// The most that a key may spend, for each period that has a bound. Empty: as much as the account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// In a day.
    pub day: Option<MicroUsd>,
    /// In a month.
    pub month: Option<MicroUsd>,
    /// Ever.
    pub total: Option<MicroUsd>,
}

impl Budget {
    /// Whether nothing is bounded.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The bound of a period.
    pub fn of(&self, period: Period) -> Option<MicroUsd> {
        match period {
            Period::Day => self.day,
            Period::Month => self.month,
            Period::Total => self.total,
        }
    }
}

/// What was charged to a key in the present periods, refunds taken off. Never below zero: a refund of older work
/// does not widen a later day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Today.
    pub day: MicroUsd,
    /// This month.
    pub month: MicroUsd,
    /// Ever.
    pub total: MicroUsd,
}

impl Spent {
    /// What was charged in a period.
    pub fn of(&self, period: Period) -> MicroUsd {
        match period {
            Period::Day => self.day,
            Period::Month => self.month,
            Period::Total => self.total,
        }
    }
}

/// A key's budget and how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetState {
    /// The bounds.
    pub budget: Budget,
    /// What was charged.
    pub spent: Spent,
    /// What is held for the key's open jobs: it may all be charged yet, so it counts in every period.
    pub held: MicroUsd,
}

/// A bound that an order would cross.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverBudget {
    /// Whose bound.
    pub period: Period,
    /// The bound.
    pub max: MicroUsd,
    /// What is left of it; never below zero.
    pub left: MicroUsd,
}

impl BudgetState {
    /// What is left in a period, if it is bounded; never below zero.
    pub fn left(&self, period: Period) -> Option<MicroUsd> {
        let taken = self.spent.of(period).plus(self.held).unwrap_or(MicroUsd(i64::MAX));
        let left = |max: MicroUsd| max.minus(taken).unwrap_or_default().max(MicroUsd::ZERO);
        self.budget.of(period).map(left)
    }

    /// The first bound that a further job of this price would cross.
    pub fn crossed_by(&self, price: MicroUsd) -> Option<OverBudget> {
        Period::ALL.into_iter().find_map(|period| {
            let (max, left) = (self.budget.of(period)?, self.left(period)?);
            (price > left).then_some(OverBudget { period, max, left })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_fits_as_long_as_spent_and_held_and_its_price_stay_within_every_bound() {
        let state = |day, month, total, spent: i64, held| BudgetState {
            budget: Budget { day, month, total },
            spent: Spent {
                day: MicroUsd(spent),
                month: MicroUsd(spent.saturating_mul(2)),
                total: MicroUsd(spent.saturating_mul(3)),
            },
            held: MicroUsd(held),
        };
        let max = |n| Some(MicroUsd(n));
        let over = |period, max, left| Some(OverBudget { period, max: MicroUsd(max), left: MicroUsd(left) });
        for (state, price, crossed) in [
            (state(None, None, None, 1_000, 1_000), 1_000, None),
            (state(max(100), None, None, 40, 20), 40, None),
            (state(max(100), None, None, 40, 20), 41, over(Period::Day, 100, 40)),
            (state(max(100), max(100), None, 40, 20), 1, over(Period::Month, 100, 0)),
            (state(None, None, max(200), 40, 20), 61, over(Period::Total, 200, 60)),
            // The bound was lowered below what is spent.
            (state(None, None, max(10), 40, 20), 1, over(Period::Total, 10, 0)),
            // What costs nothing always fits.
            (state(max(0), None, None, 40, 20), 0, None),
            (state(max(i64::MAX), None, None, i64::MAX, 1), 1, over(Period::Day, i64::MAX, 0)),
        ] {
            assert_eq!(state.crossed_by(MicroUsd(price)), crossed, "{state:?}");
        }
    }

    #[test]
    fn days_and_months_renew_and_the_total_does_not() {
        let today = Day::parse("2026-12-31").unwrap();
        let renews = |period: Period| period.renews(today).map(|day| day.to_string());
        assert_eq!(renews(Period::Day).as_deref(), Some("2027-01-01"));
        assert_eq!(renews(Period::Month).as_deref(), Some("2027-01-01"));
        assert_eq!(renews(Period::Total), None);
    }
}
