//! Whether a file has the columns that its mapping needs.

use crate::mapping::Rule;
use crate::record::Header;
use crate::{IngestError, Mapping};

/// A header has every column that the mapping names.
pub(super) fn check_header(header: &Header, mapping: &Mapping, file: &str, line: u64) -> Result<(), IngestError> {
    match mapping.needed_columns().find(|column| header.find(column).is_none()) {
        Some(column) => Err(missing(column.to_owned(), header, mapping, file, line)),
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
) -> Result<(), IngestError> {
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

fn missing(column: String, header: &Header, mapping: &Mapping, file: &str, line: u64) -> IngestError {
    let (file, mapping) = (file.to_owned(), mapping.name.clone());
    IngestError::MissingColumn { file, line, column, mapping, present: header.summary() }
}
