//! Aligned tables for the terminal.

/// A table: a head, and rows of as many cells.
pub struct Table {
    rows: Vec<Vec<String>>,
    /// The place of the column whose cells are numbers, which are set to the right.
    right: Vec<usize>,
}

impl Table {
    /// A table with these columns.
    pub fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|&word| word.to_owned()).collect()], right: Vec::new() }
    }

    /// Sets a column to the right.
    pub fn right(mut self, column: usize) -> Self {
        self.right.push(column);
        self
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// The text, each line indented, without blanks at line ends.
    pub fn text(&self, indent: &str) -> String {
        let columns = self.rows[0].len();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::from(indent);
            for (column, cell) in row.iter().enumerate() {
                let width = widths[column];
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
}
