//! The table: one row for each thing that is measured.

use std::fmt::Write;
use std::path::Path;

use crate::Result;

const BEGIN: &str = "<!-- written by `make bench`: begin -->";
const END: &str = "<!-- written by `make bench`: end -->";

/// One row.
pub(crate) struct Row {
    /// What was measured.
    pub(crate) what: String,
    pub(crate) spool: String,
    pub(crate) floor: String,
    pub(crate) ratio: String,
    pub(crate) target: String,
    /// Whether the target is met; none for a row that stands there to be compared with.
    pub(crate) met: Option<bool>,
}

impl Row {
    /// Answers a second beside a floor's; `least` is the ratio wanted.
    pub(crate) fn rates(what: &str, spool: f64, floor: f64, ratio: f64, least: Option<f64>) -> Self {
        Self {
            what: what.to_owned(),
            spool: format!("{spool:.0}/s"),
            floor: format!("{floor:.0}/s"),
            ratio: format!("{ratio:.3}"),
            target: least.map_or_else(String::new, |least| format!("≥ {least}")),
            met: least.map(|least| ratio >= least),
        }
    }

    /// Times of one thing beside a floor's; `most` is the ratio wanted.
    pub(crate) fn times(what: &str, spool_ms: f64, floor_ms: f64, ratio: f64, most: f64) -> Self {
        Self {
            what: what.to_owned(),
            spool: format!("{spool_ms:.3} ms"),
            floor: format!("{floor_ms:.3} ms"),
            ratio: format!("{ratio:.3}"),
            target: format!("≤ {most}"),
            met: Some(ratio <= most),
        }
    }

    /// A value that must not exceed a bound that stands by itself.
    pub(crate) fn bound(what: &str, spool: f64, unit: &str, most: f64) -> Self {
        Self {
            what: what.to_owned(),
            spool: format!("{spool:.1} {unit}"),
            floor: String::new(),
            ratio: String::new(),
            target: format!("≤ {most} {unit}"),
            met: Some(spool <= most),
        }
    }

    fn cells(&self) -> [&str; 6] {
        let met = match self.met {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "",
        };
        [&self.what, &self.spool, &self.floor, &self.ratio, &self.target, met]
    }
}

/// The rows as a table of Markdown with aligned columns.
pub(crate) fn markdown(rows: &[Row]) -> String {
    let head = ["what", "Spool", "floor", "ratio", "target", "met"];
    let mut widths = head.map(|title| title.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row.cells()) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; 6]| {
        let mut line = String::from("|");
        for (cell, width) in cells.iter().zip(widths) {
            let pad = width - cell.chars().count();
            let _ = write!(line, " {cell}{} |", " ".repeat(pad));
        }
        line + "\n"
    };
    let mut table = line(head);
    let rule = widths.map(|width| "-".repeat(width));
    table.push_str(&line(rule.each_ref().map(String::as_str)));
    rows.iter().for_each(|row| table.push_str(&line(row.cells())));
    table
}

/// Replaces what stands between the page's markers.
pub(crate) fn write_into(page: &Path, text: &str) -> Result<()> {
    let old = std::fs::read_to_string(page).map_err(|error| format!("{}: {error}", page.display()))?;
    let (before, rest) = old.split_once(BEGIN).ok_or("the page has no first marker")?;
    let (_, after) = rest.split_once(END).ok_or("the page has no second marker")?;
    std::fs::write(page, format!("{before}{BEGIN}\n{text}{END}{after}"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_markers_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let page = dir.path().join("page.md");
        std::fs::write(&page, format!("above\n{BEGIN}\nold\n{END}\nbelow\n")).unwrap();
        write_into(&page, "new\n").unwrap();
        let text = std::fs::read_to_string(&page).unwrap();
        assert_eq!(text, format!("above\n{BEGIN}\nnew\n{END}\nbelow\n"));
    }

    #[test]
    fn a_missed_target_says_no() {
        let rows = [Row::rates("a", 29.0, 100.0, 0.29, Some(0.3)), Row::bound("b", 30.0, "MB", 30.0)];
        let table = markdown(&rows);
        assert!(table.lines().nth(2).unwrap().contains("| NO  |"), "{table}");
        assert!(table.lines().nth(3).unwrap().contains("| yes |"), "{table}");
    }
}
