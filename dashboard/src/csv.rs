//! CSV as spreadsheet programs read it: UTF-8 with a byte-order mark, CRLF, and no cell that the
//! program would take for a formula.

/// Lines of text, begun with the byte-order mark.
#[derive(Debug)]
pub(crate) struct Csv {
    text: String,
}

impl Csv {
    /// A table with its head.
    pub(crate) fn new(head: &[&str]) -> Self {
        let mut csv = Self { text: String::from("\u{feff}") };
        csv.row(head);
        csv
    }

    /// Adds one row.
    pub(crate) fn row<S: AsRef<str>>(&mut self, cells: &[S]) {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            push_cell(&mut self.text, cell.as_ref());
        }
        self.text.push_str("\r\n");
    }

    /// The whole text.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}

fn push_cell(text: &mut String, cell: &str) {
    let is_number = cell.parse::<f64>().is_ok();
    let is_formula = !is_number && cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !is_formula && !cell.contains([',', '"', '\n', '\r']) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    if is_formula {
        text.push('\'');
    }
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_made_harmless() {
        let mut csv = Csv::new(&["a", "b"]);
        csv.row(&["=HYPERLINK(\"x\")", "-3.5"]);
        csv.row(&["one, two", "@SUM"]);
        assert_eq!(csv.finish(), "\u{feff}a,b\r\n\"'=HYPERLINK(\"\"x\"\")\",-3.5\r\n\"one, two\",\"'@SUM\"\r\n");
    }
}
