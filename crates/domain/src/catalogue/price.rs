//! What one output costs.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::condition::{self, Condition};
use super::param::Param;
use super::price_table::{self, PriceTable};
use super::problem::Notes;
use super::proof;
use super::quantity::{NANO, Quantity};
use super::rule::Rule;
use super::toml_walk::Table;
use crate::money::MicroUsd;

/// The price rows of a model. The first that matches counts; the loader proved that one always does.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    pub(super) rows: Vec<Row>,
    pub(super) table: PriceTable,
    sale: Sale,
}

/// What the operator asks for a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Sale {
    /// What the stanza says.
    #[default]
    List,
    /// This many hundredths more, rounded up.
    Markup(u32),
    /// One price whatever the parameters.
    Fixed(MicroUsd),
}

impl Sale {
    pub(super) fn of(self, list: MicroUsd) -> MicroUsd {
        match self {
            Self::List => list,
            Self::Markup(percent) => percent_of(list, u64::from(percent) + 100),
            Self::Fixed(price) => price,
        }
    }

    /// Hundredths of a bill, with the markup on them.
    pub(super) fn percent(self, percent: u64) -> u64 {
        match self {
            Self::Markup(more) => percent.saturating_mul(u64::from(more) + 100).div_ceil(100),
            Self::List | Self::Fixed(_) => percent,
        }
    }
}

/// So many hundredths of an amount, rounded up.
fn percent_of(amount: MicroUsd, percent: u64) -> MicroUsd {
    let hundredths = i128::from(amount.0) * i128::from(percent);
    let whole = hundredths / 100 + i128::from(hundredths % 100 > 0);
    MicroUsd(i64::try_from(whole).unwrap_or(i64::MAX))
}

/// How a run is charged whose cost only the provider knows. Its price is held as the most; kept with the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metered {
    /// The charge, in hundredths of what the provider billed.
    pub billed_percent: u64,
    /// Charged for one output where the provider does not say what it billed.
    pub otherwise: MicroUsd,
}

impl Metered {
    /// The charge for `count` outputs, never more than was held (M5).
    pub fn charge(self, billed: Option<MicroUsd>, count: u32, held: MicroUsd) -> MicroUsd {
        let charge = match billed {
            Some(billed) => percent_of(billed, self.billed_percent),
            None => self.otherwise.times(count).unwrap_or(held),
        };
        charge.min(held)
    }
}

/// `base` plus each rate times its quantity.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) when: Condition,
    pub(super) base: MicroUsd,
    pub(super) rates: Vec<(Quantity, MicroUsd)>,
    pub(super) metered: Option<Metered>,
}

impl Prices {
    /// The price of one output, rounded up to the micro-USD. Should no row match, because the set was checked
    /// against an older stanza, the dearest row counts.
    pub(super) fn of(&self, values: &IndexMap<String, Value>) -> MicroUsd {
        self.sale.of(self.list(values))
    }

    /// The same before the operator's markup.
    pub(super) fn list(&self, values: &IndexMap<String, Value>) -> MicroUsd {
        let matching = self.rows.iter().find(|row| row.when.holds(values)).map(|row| row.price(values));
        let dearest = || self.rows.iter().map(|row| row.price(values)).max();
        matching.or_else(dearest).unwrap_or(MicroUsd::ZERO)
    }

    /// The place of the row that holds.
    pub(super) fn row(&self, values: &IndexMap<String, Value>) -> Option<usize> {
        self.rows.iter().position(|row| row.when.holds(values))
    }

    pub(super) fn metered(&self, values: &IndexMap<String, Value>) -> Option<Metered> {
        let metered = self.rows.iter().find(|row| row.when.holds(values))?.metered?;
        Some(match self.sale {
            Sale::List => metered,
            Sale::Markup(_) => Metered {
                billed_percent: self.sale.percent(metered.billed_percent),
                otherwise: self.sale.of(metered.otherwise),
            },
            Sale::Fixed(_) => return None,
        })
    }

    /// Sells at other prices than the stanza's; the table shows them.
    pub(super) fn sell(&mut self, sale: Sale, params: &IndexMap<String, Param>, rules: &[Rule]) {
        self.sale = sale;
        self.table = match sale {
            Sale::Fixed(price) => PriceTable::of_one(price),
            _ => price_table::build(&self.rows, sale, params, rules),
        };
    }
}

impl Row {
    pub(super) fn price(&self, values: &IndexMap<String, Value>) -> MicroUsd {
        let nano: i128 = self
            .rates
            .iter()
            .map(|(quantity, rate)| quantity.of(values).saturating_mul(i128::from(rate.0)))
            .fold(0, i128::saturating_add);
        let rates = nano / NANO + i128::from(nano % NANO > 0);
        let sum = rates.saturating_add(i128::from(self.base.0));
        MicroUsd(i64::try_from(sum).unwrap_or(i64::MAX))
    }
}

/// Reads `prices` and proves that every combination has one.
pub(super) fn read(
    tables: Vec<Table>,
    params: &IndexMap<String, Param>,
    rules: &[Rule],
    (model, at): (&str, &std::ops::Range<usize>),
    notes: &mut Notes,
) -> Prices {
    let before = notes.count();
    let mut rows = Vec::new();
    let mut places = Vec::new();
    if tables.is_empty() {
        notes.add(
            at,
            format!("{model} has no price"),
            "add [[model.prices]] with usd = \"0.04\" (or \"0\" for a free model)",
        );
    }
    for table in tables {
        places.push(table.at.clone());
        rows.push(read_row(table, params, notes));
    }
    if notes.count() > before {
        return Prices::default();
    }
    let names: Vec<&str> = rows.iter().flat_map(|row: &Row| row.when.names()).collect();
    match proof::combinations(params, rules, &names) {
        Err(why) => notes.add(
            at,
            format!("the prices of {model} cannot be proved complete: {why}"),
            "let them depend on fewer or smaller parameters",
        ),
        Ok(combinations) => {
            let mut used = vec![false; rows.len()];
            for values in &combinations {
                match rows.iter().position(|row| row.when.holds(values)) {
                    Some(row) => used[row] = true,
                    None => {
                        let shown = proof::show(values, &names);
                        notes.add(
                            at,
                            format!("{model} has no price for {shown}"),
                            "add a row for it, or a last row without `when`",
                        );
                    }
                }
            }
            for (place, _) in places.iter().zip(used).filter(|(_, used)| !used) {
                let fix = "remove it, or move it before the row that takes its combinations";
                notes.add(place, format!("a price row of {model} can never match"), fix);
            }
        }
    }
    if notes.count() > before {
        return Prices::default();
    }
    let table = price_table::build(&rows, Sale::List, params, rules);
    Prices { rows, table, sale: Sale::List }
}

fn read_row(mut table: Table, params: &IndexMap<String, Param>, notes: &mut Notes) -> Row {
    let (at, what) = (table.at.clone(), table.what.clone());
    let when =
        table.table("when", notes).map(|when| condition::read(when, params, notes)).unwrap_or_default();
    let usd = amount(&mut table, "usd", notes);
    let base = amount(&mut table, "base", notes);
    let ceiling = amount(&mut table, "ceiling", notes);
    let percent = table.size("billed_percent", notes);
    let counted = table.text("counted", notes);
    let mut rates = Vec::new();
    if let Some(per) = table.table("usd_per", notes) {
        for entry in per.into_entries() {
            let rate = entry.value.get_ref().as_str().and_then(parse_amount);
            if rate.is_none() {
                notes.add(&entry.at, format!("`{}` of {what} is not an amount", entry.key), AMOUNT);
            }
            let quantity = Quantity::read(entry.key, counted.as_deref(), params, (&what, &entry.at), notes);
            rates.extend(quantity.zip(rate));
        }
        if usd.is_some() {
            notes.add(&at, format!("{what} has both `usd` and `usd_per`"), "call the fixed part `base`");
        }
    } else if base.is_some() || counted.is_some() {
        notes.add(
            &at,
            format!("{what} has `base` or `counted` without `usd_per`"),
            "write a fixed price as `usd`",
        );
    } else if usd.is_none() {
        notes.add(&at, format!("{what} has no amount"), AMOUNT);
    }
    table.finish(notes);
    let metered = match (ceiling, percent, usd) {
        (None, None, _) => None,
        (Some(ceiling), Some(percent), Some(otherwise)) if otherwise <= ceiling => {
            let metered = Metered { billed_percent: percent as u64, otherwise };
            return Row { when, base: ceiling, rates, metered: Some(metered) };
        }
        _ => {
            let fix =
                "write ceiling, billed_percent, and usd for when the provider does not say what it billed";
            notes.add(&at, format!("{what} does not say how a metered run is charged"), fix);
            None
        }
    };
    Row { when, base: usd.or(base).unwrap_or(MicroUsd::ZERO), rates, metered }
}

pub(super) const AMOUNT: &str = "write US dollars in quotes with at most six decimals, such as \"0.04\"";

/// An amount of US dollars in quotes; a TOML number would pass through a float.
pub(super) fn amount(table: &mut Table, key: &'static str, notes: &mut Notes) -> Option<MicroUsd> {
    let (at, node) = table.take(key)?;
    let amount = node.get_ref().as_str().and_then(parse_amount);
    if amount.is_none() {
        notes.add(&at, format!("`{key}` of {} is not an amount", table.what), AMOUNT);
        return Some(MicroUsd::ZERO);
    }
    amount
}

/// Reads US dollars that are not negative and small enough that sums of them cannot overflow.
pub(super) fn parse_amount(text: &str) -> Option<MicroUsd> {
    MicroUsd::parse(text).ok().filter(|amount| (0..=1_000_000_000_000).contains(&amount.0))
}
