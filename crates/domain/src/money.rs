//! Money: whole micro-USD, never a float (M8).

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Serialize};

/// An amount in millionths of a US dollar. Arithmetic that would overflow is an error, not a wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MicroUsd(pub i64);

/// The text was not an amount such as `0.04`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an amount in US dollars: write digits with at most six decimals, such as \"0.04\"")]
pub struct NotAnAmount(pub String);

impl MicroUsd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads a decimal amount of US dollars with at most six decimals, exactly: `"0.04"` is 40 000.
    pub fn parse(text: &str) -> Result<Self, NotAnAmount> {
        let wrong = || NotAnAmount(text.to_owned());
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty()
            || fraction.len() > 6
            || digits.ends_with('.')
            || !plain(whole)
            || !plain(fraction)
        {
            return Err(wrong());
        }
        let micros: i64 = format!("{whole}{fraction:0<6}").parse().map_err(|_| wrong())?;
        Ok(Self(sign * micros))
    }

    /// Sum, or nothing on overflow.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Difference, or nothing on overflow.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// This amount `times` over, or nothing on overflow.
    pub fn times(self, times: u32) -> Option<Self> {
        self.0.checked_mul(i64::from(times)).map(Self)
    }

    /// The share `part / whole` of this amount, rounded up: towards the ceiling (M8). `part <= whole`.
    pub fn share(self, part: u32, whole: u32) -> Self {
        if whole == 0 || part >= whole {
            return self;
        }
        let scaled = i128::from(self.0) * i128::from(part);
        let whole = i128::from(whole);
        // `part < whole`, so the share is no larger than an i64 that already existed.
        Self(((scaled + whole - 1) / whole) as i64)
    }

    /// The amount in US dollars for a JSON number; exact to the micro-dollar below nine billion dollars.
    pub fn as_usd(self) -> f64 {
        self.0 as f64 / 1_000_000.0
    }
}

impl fmt::Display for MicroUsd {
    /// Plain decimal dollars with at least two and at most six decimals: `0.04`, `12.345678`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let micros = self.0.unsigned_abs();
        let mut fraction = format!("{:06}", micros % 1_000_000);
        while fraction.len() > 2 && fraction.ends_with('0') {
            fraction.pop();
        }
        write!(f, "{sign}{}.{fraction}", micros / 1_000_000)
    }
}

impl Sum for MicroUsd {
    /// Sums amounts that are already bounded (rows of one report); saturates rather than wraps.
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.fold(0i64, |sum, amount| sum.saturating_add(amount.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_and_written_back() {
        for (text, micros, shown) in [
            ("0.04", 40_000, "0.04"),
            ("12", 12_000_000, "12.00"),
            ("0.000001", 1, "0.000001"),
            ("-1.5", -1_500_000, "-1.50"),
        ] {
            assert_eq!(MicroUsd::parse(text), Ok(MicroUsd(micros)));
            assert_eq!(MicroUsd(micros).to_string(), shown);
        }
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in ["", ".", "1.", ".5", "0.0000001", "1e3", "+1", "1,5", " 1", "99999999999999", "--1"] {
            assert!(MicroUsd::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn m8_a_share_is_rounded_towards_the_ceiling() {
        assert_eq!(MicroUsd(100).share(1, 3), MicroUsd(34));
        assert_eq!(MicroUsd(100).share(3, 3), MicroUsd(100));
        assert_eq!(MicroUsd(100).share(0, 3), MicroUsd(0));
        assert_eq!(MicroUsd(i64::MAX).share(1, 2), MicroUsd(i64::MAX / 2 + 1));
    }
}
