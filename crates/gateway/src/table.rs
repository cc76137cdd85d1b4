//! Aligned tables for the terminal.

/// A table: a head, and rows of as many cells.
pub struct Table {
    rows: Vec<Vec<String>>,
    /// The place of the column whose cells are numbers, which are set to the right.
    right: Vec<usize>,
    /// The columns that may be cut, where the terminal is narrower.
    elastic: Vec<usize>,
}

/// No column is cut to less, characters.
const CUT_MIN: usize = 12;

impl Table {
    /// A table with these columns.
    pub fn new(head: &[&str]) -> Self {
        Self {
            rows: vec![head.iter().map(|&word| word.to_owned()).collect()],
            right: Vec::new(),
            elastic: Vec::new(),
        }
    }

    /// Sets a column to the right.
    pub fn right(mut self, column: usize) -> Self {
        self.right.push(column);
        self
    }

    /// Lets columns be cut to fit the terminal.
    pub fn elastic(mut self, columns: &[usize]) -> Self {
        self.elastic.extend(columns);
        self
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// The text, each line indented, without blanks at line ends.
    pub fn text(&self, indent: &str) -> String {
        self.fitted(indent, None)
    }

    /// The same in so many characters a line, if cutting the elastic columns makes that possible.
    pub fn fitted(&self, indent: &str, width: Option<usize>) -> String {
        let columns = self.rows[0].len();
        let column_width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..columns).map(column_width).collect();
        let gaps = indent.chars().count() + 2 * columns.saturating_sub(1);
        while width.is_some_and(|width| widths.iter().sum::<usize>() + gaps > width) {
            let wide = self.elastic.iter().copied().filter(|&column| widths[column] > CUT_MIN);
            let Some(widest) = wide.max_by_key(|&column| widths[column]) else { break };
            widths[widest] -= 1;
        }
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::from(indent);
            for (column, cell) in row.iter().enumerate() {
                let width = widths[column];
                let cell = cut(cell, width);
                if self.right.contains(&column) {
                    line.push_str(&format!("{cell:>width$}  "));
                } else {
                    line.push_str(&format!("{cell:<width$}  "));
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// A cell of so many characters at most; what is missing is a sign for itself.
fn cut(cell: &str, width: usize) -> String {
    if cell.chars().count() <= width {
        return cell.to_owned();
    }
    let kept: String = cell.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end_matches([' ', ',']))
}

/// How wide the terminal is, characters: what `COLUMNS` says, else what it says itself. None where the text goes
/// elsewhere, which has no width.
pub fn terminal() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    said.or_else(|| console::Term::stdout().size_checked().map(|(_, columns)| columns.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["ID", "USD", "NAME"]).right(1);
        table.row(["a".into(), "10.00".into(), "x".into()]);
        table.row(["long-id".into(), "0.5".into(), String::new()]);
        assert_eq!(table.text(" "), " ID         USD  NAME\n a        10.00  x\n long-id    0.5\n");
    }

    #[test]
    fn elastic_columns_are_cut_to_the_terminal_and_no_further() {
        let mut table = Table::new(&["ID", "GOOD FOR", "USD"]).elastic(&[1]);
        table.row(["some-model".into(), "text-to-image, image-to-image".into(), "0.04".into()]);
        let plain = table.fitted("", None);
        assert!(plain.contains("text-to-image, image-to-image  0.04"), "{plain}");
        let fitted = table.fitted("", Some(36));
        assert!(fitted.contains("some-model  text-to-image, im…  0.04"), "{fitted}");
        assert!(fitted.lines().all(|line| line.chars().count() <= 36), "{fitted}");
        let narrow = table.fitted("", Some(10));
        assert!(narrow.contains("some-model  text-to-ima…  0.04"), "{narrow}");
    }
}
