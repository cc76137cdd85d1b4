//! What a provider billed, where it tells it in credits of its own. Decimals are read as text: no floats near money.

use serde_json::Value;
use spool_domain::money::MicroUsd;

/// An amount of credits, as a JSON number or text, at so many micro-USD each; rounded up. Nothing if it is none.
pub(super) fn billed(credits: &Value, micro_usd_each: i64) -> Option<MicroUsd> {
    let text = match credits {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    // Amounts are read to a millionth of a credit; what a float left behind that counts as one more.
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let millionths = match decimals.get(6..) {
        None | Some("") => MicroUsd::parse(&text).ok()?,
        Some(_) => MicroUsd::parse(&format!("{whole}.{}", &decimals[..6])).ok()?.plus(MicroUsd(1))?,
    };
    let micro_usd = (i128::from(millionths.0) * i128::from(micro_usd_each) + 999_999).div_euclid(1_000_000);
    let amount = MicroUsd(i64::try_from(micro_usd).ok()?);
    (millionths >= MicroUsd::ZERO).then_some(amount)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn m8_credits_become_micro_usd_rounded_up() {
        for (credits, each, micro_usd) in [
            (json!(3.0), 10_000, 30_000),
            (json!(3), 10_000, 30_000),
            (json!("1.4"), 10_000, 14_000),
            (json!(0.00001), 10_000, 1),
            (json!(4.499999999999999), 10_000, 45_000),
            (json!(35), 1_000, 35_000),
            (json!(0), 1_000, 0),
        ] {
            assert_eq!(billed(&credits, each), Some(MicroUsd(micro_usd)), "{credits}");
        }
    }

    #[test]
    fn what_is_no_amount_is_not_guessed() {
        for credits in [json!(null), json!("many"), json!(-1), json!(1e30), json!({}), json!("1e3")] {
            assert_eq!(billed(&credits, 10_000), None, "{credits}");
        }
    }
}
