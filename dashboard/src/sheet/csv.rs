//! CSV as spreadsheet programs read it: UTF-8 with a byte-order mark, CRLF, and no cell that the
//! program would take for a formula.

use super::{Cell, Sheet};

/// What a formula can begin with; programs set to Chinese take the wide signs too.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// The whole table, and before it, if asked for, the lines about it and an empty one.
pub(super) fn write(sheet: &Sheet, with_about: bool) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    if with_about {
        sheet
            .about
            .lines
            .iter()
            .for_each(|(name, value)| push_row(&mut text, [name.as_str(), value.as_str()].into_iter()));
        text.push_str("\r\n");
    }
    push_row(&mut text, sheet.heads.iter().map(|head| head.title.as_str()));
    for row in &sheet.rows {
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            let value = cell.plain(sheet.lang, &sheet.zone);
            // A number of ours is none of what people wrote.
            push_cell(&mut text, &value, matches!(cell, Cell::Text(_) | Cell::Told(..)));
        }
        text.push_str("\r\n");
    }
    text.into_bytes()
}

/// A line of texts.
pub(crate) fn push_row<'c>(text: &mut String, cells: impl Iterator<Item = &'c str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        push_cell(text, cell, true);
    }
    text.push_str("\r\n");
}

/// A value; one that people wrote is never a formula.
pub(crate) fn push_cell(text: &mut String, cell: &str, is_text: bool) {
    let is_formula = is_text && cell.starts_with(FORMULA) && cell.parse::<f64>().is_err();
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
