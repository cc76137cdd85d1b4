//! What a tool costs with one of its models.

use serde_json::Value;

use super::super::price_table::{PriceRow, PriceSpan, PriceTable};
use super::{Service, Way};

impl Service {
    /// The prices that a call of the tool can have with this model: rows that its constants exclude, and those of
    /// parameters that the tool has no word for, do not count.
    pub fn price_span(&self) -> Option<PriceSpan> {
        let mut table = self.model.price_table();
        table.rows.retain(|row| self.can_be(row));
        PriceTable::span(&table)
    }

    fn can_be(&self, row: &PriceRow) -> bool {
        row.when.iter().all(|(name, value)| {
            if let Some(set) = self.set.get(name) {
                return set == value || value.get("given").is_some();
            }
            let Some(slot) = self.model.params.get_index_of(name) else { return true };
            let place = self.ways.iter().position(|way| way.slots().contains(&slot));
            let reached = place.filter(|place| !matches!(self.ways[*place], Way::Nowhere { .. }));
            match reached.and_then(|place| self.params.get_index(place)) {
                Some((_, param)) => !(value.is_null() && param.required),
                // Nobody can say it: it is what it is by itself.
                None => {
                    let theirs = &self.model.params[slot];
                    match theirs.assume.as_ref().or(theirs.default.as_ref()) {
                        Some(default) => default == value || value.get("given").is_some(),
                        None => matches!(value, Value::Null | Value::Bool(false)),
                    }
                }
            }
        })
    }
}
