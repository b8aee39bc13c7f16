//! Whether a file has the columns that its mapping needs, and none that it may not have.

use crate::mapping::Rule;
use crate::record::Header;
use crate::{Mapping, ReadError};

/// The column of a corrected file that says which refused record a row corrects.
pub const LINE_COLUMN: &str = "quarantine_line";

/// Whether the mapping asks for the values of a column, or a corrected file says by it what it corrects.
pub(super) fn reads(mapping: &Mapping, column: &str) -> bool {
    mapping.uses(column) || column == LINE_COLUMN
}

/// A header has every column that the mapping names, and no new one where that refuses the file.
pub(super) fn check_header(header: &Header, mapping: &Mapping, file: &str, line: u64) -> Result<(), ReadError> {
    match mapping.needed_columns().find(|column| header.find(column).is_none()) {
        Some(column) => Err(missing(column.to_owned(), header, mapping, file, line)),
        None => check_new(header, 0, mapping, file, line),
    }
}

/// Refuses names that the mapping does not know, if it freezes its columns. Those before `from` have
/// been looked at: a file without a header tells its names as its records come.
pub(super) fn check_new(
    header: &Header,
    from: usize,
    mapping: &Mapping,
    file: &str,
    line: u64,
) -> Result<(), ReadError> {
    match mapping.refused_names(header, from) {
        Some(columns) => {
            let (file, mapping) = (file.to_owned(), mapping.name.clone());
            Err(ReadError::NewColumns { file, line, columns, mapping })
        }
        None => Ok(()),
    }
}

/// A file without a header has told its names at its end: without one that every row of an output
/// needs, the mapping is that of another file. `told`: whether its records could have had the name.
pub(super) fn check_seen(
    header: &Header,
    mapping: &Mapping,
    file: &str,
    line: u64,
    told: impl Fn(&str) -> bool,
) -> Result<(), ReadError> {
    let lacks = |rule: &Rule| {
        let spared = rule.optional || rule.default.is_some() || rule.columns.is_empty();
        !spared && rule.columns.iter().all(|column| told(column) && header.find(column).is_none())
    };
    for output in &mapping.outputs {
        let rules = output.contract.fields.iter().zip(&output.rules);
        let mut needed = rules.filter(|(field, _)| !field.nullable).filter_map(|(_, rule)| rule.as_ref());
        if let Some(rule) = needed.find(|rule| lacks(rule)) {
            return Err(missing(rule.columns.join(" or "), header, mapping, file, line));
        }
    }
    Ok(())
}

/// Rule and reason for a row that is the header once more.
pub(super) fn repeated_header() -> (&'static str, String) {
    ("repeated_header", "the header stands here once more; take it out where tables are put together".to_owned())
}

fn missing(column: String, header: &Header, mapping: &Mapping, file: &str, line: u64) -> ReadError {
    let (file, mapping) = (file.to_owned(), mapping.name.clone());
    ReadError::MissingColumn { file, line, column, mapping, present: header.summary() }
}
