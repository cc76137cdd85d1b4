//! The prices of a model for people and programs.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::param::{Kind, Param};
use super::price::{Row, Sale};
use super::proof;
use super::quantity::Quantity;
use super::rule::Rule;
use crate::money::MicroUsd;

/// All prices of one output of a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PriceTable {
    /// Always `USD`.
    pub currency: String,
    /// One row for each combination of the parameters that matter.
    pub rows: Vec<PriceRow>,
}

/// One row: a fixed price, or a price per unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PriceRow {
    /// The parameters it holds for; null is "not given", `{"given": true}` is any value. Empty: always.
    pub when: IndexMap<String, Value>,
    /// `second` or `thousand_characters` (started thousands); none for a fixed price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
    /// US dollars, of one output or of one unit.
    pub usd: String,
    /// US dollars that are added once to a price per unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// If the charge follows the provider's bill: in hundredths of it, and `usd` is the most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed_percent: Option<u64>,
    /// US dollars that are charged then if the provider does not say what it billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<String>,
}

/// The least and the most that one output costs, or one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceSpan {
    /// The least.
    pub from: MicroUsd,
    /// The most.
    pub to: MicroUsd,
    /// `second`, `megapixel` or `thousand_characters`; none for a whole output.
    pub per: Option<String>,
}

impl PriceTable {
    /// The span of the prices in the unit of the first row: other units cannot be compared with it.
    pub fn span(&self) -> Option<PriceSpan> {
        let per = &self.rows.first()?.per;
        let alike = self.rows.iter().filter(|row| row.per == *per);
        let amounts: Vec<MicroUsd> = alike.filter_map(|row| MicroUsd::parse(&row.usd).ok()).collect();
        let (from, to) = (amounts.iter().min()?, amounts.iter().max()?);
        Some(PriceSpan { from: *from, to: *to, per: per.clone() })
    }
}
const CURRENCY: &str = "USD";

/// A duration with more values is shown as a price per second rather than row by row.
const SPELLED_OUT_MAX: usize = 16;

impl PriceTable {
    /// One price for everything.
    pub(super) fn of_one(price: MicroUsd) -> Self {
        let row = PriceRow {
            when: IndexMap::new(),
            per: None,
            usd: price.to_string(),
            base: None,
            billed_percent: None,
            otherwise: None,
        };
        Self { currency: CURRENCY.to_owned(), rows: vec![row] }
    }
}

pub(super) fn build(
    rows: &[Row],
    sale: Sale,
    params: &IndexMap<String, Param>,
    rules: &[Rule],
) -> PriceTable {
    let mut names: Vec<&str> = rows.iter().flat_map(|row| row.when.names()).collect();
    let spelled = spelled_out(rows, params);
    names.extend(spelled);
    // The same call succeeded when the rows were proved complete; only the durations are new, and they are few.
    let combinations = proof::combinations(params, rules, &names).unwrap_or_default();
    let mut found = Vec::new();
    for values in combinations {
        let Some(row) = rows.iter().find(|row| row.when.holds(&values)) else { continue };
        let mut when = IndexMap::new();
        for (name, param) in params.iter().filter(|(name, _)| names.contains(&name.as_str())) {
            let shown = match (values.get(name), &param.kind) {
                (None, _) => Value::Null,
                (
                    Some(_),
                    Kind::Text { .. } | Kind::Media { .. } | Kind::List { .. } | Kind::Objects { .. },
                ) => {
                    json!({ "given": true })
                }
                (Some(value), _) => value.clone(),
            };
            when.insert(name.clone(), shown);
        }
        let fixed = row
            .rates
            .iter()
            .all(|(quantity, _)| matches!(quantity, Quantity::Seconds(_)) && spelled.is_some());
        if fixed {
            let billed_percent = row.metered.map(|metered| sale.percent(metered.billed_percent));
            let otherwise = row.metered.map(|metered| sale.of(metered.otherwise).to_string());
            let usd = sale.of(row.price(&values)).to_string();
            found.push(PriceRow { when, per: None, usd, base: None, billed_percent, otherwise });
            continue;
        }
        // A base is charged once, so it stands in the first line only.
        let mut base = (row.base.0 > 0).then(|| sale.of(row.base).to_string());
        for (quantity, rate) in &row.rates {
            let per = Some(quantity.word().to_owned());
            let usd = sale.of(*rate).to_string();
            let (when, base) = (when.clone(), base.take());
            found.push(PriceRow { when, per, usd, base, billed_percent: None, otherwise: None });
        }
    }
    PriceTable { currency: CURRENCY.to_owned(), rows: found }
}

/// The duration that prices count by, if it has few values.
fn spelled_out<'a>(rows: &'a [Row], params: &IndexMap<String, Param>) -> Option<&'a str> {
    let mut seconds = rows.iter().flat_map(|row| &row.rates).filter_map(|(quantity, _)| match quantity {
        Quantity::Seconds(name) => Some(name.as_str()),
        _ => None,
    });
    let name = seconds.next()?;
    let few = match &params.get(name)?.kind {
        Kind::Int { one_of, .. } if !one_of.is_empty() => one_of.len() <= SPELLED_OUT_MAX,
        Kind::Int { min: Some(min), max: Some(max), .. } => max.saturating_sub(*min) < SPELLED_OUT_MAX as i64,
        _ => false,
    };
    few.then_some(name)
}
