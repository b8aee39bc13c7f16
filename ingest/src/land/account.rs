//! What the books say of a batch: how it is called, and the account of its rows.

use datasets::contract::QUARANTINE;
use jiff::Timestamp;
use readers::mapping::Mapping;

use super::Summary;
use crate::IngestError;
use crate::page::Pulled;
use crate::receipt::{Receipt, TableCount};

/// A batch as the books call it, whichever way it came.
pub(crate) struct Named<'a> {
    pub(super) mapping: &'a Mapping,
    /// Stands as `file_name`.
    pub(super) file: &'a str,
    pub(super) batch_id: &'a str,
    /// 1: its landing; then its replays.
    pub(super) attempt: i64,
    pub(super) bytes: u64,
    pub(super) now: Timestamp,
    /// Of a pull.
    pub(super) page: Option<&'a Pulled>,
    /// Of a push.
    pub(super) idempotency_key: Option<&'a str>,
}

/// The account of a batch that is to land, before any of it is committed. An error if it does not
/// add up, or if there are fewer `refusals` than rows refused.
pub(super) fn account(
    named: &Named<'_>,
    summary: &Summary,
    tables: Vec<TableCount>,
    extract_time: Option<Timestamp>,
    refusals: u64,
) -> Result<Receipt, IngestError> {
    let sum = |of: fn(&TableCount) -> u64| tables.iter().map(of).sum::<u64>();
    let receipt = Receipt {
        file: named.file.to_owned(),
        mapping: named.mapping.name.clone(),
        source_system: named.mapping.source.system.clone(),
        batch_id: named.batch_id.to_owned(),
        outcome: "landed",
        encoding: Some(summary.encoding),
        records: summary.records,
        rows_in: sum(|table| table.rows_in) + summary.unreadable,
        landed: sum(|table| table.landed),
        quarantined: sum(|table| table.quarantined) + summary.unreadable,
        known: sum(|table| table.known),
        repeated: sum(|table| table.repeated),
        masked: sum(|table| table.masked),
        extract_time,
        kept: None,
        new_columns: summary.new_columns.clone(),
        sheets_left_out: summary.sheets_left_out.clone(),
        before: None,
        tables,
        refusals: Vec::new(),
    };
    receipt.check()?;
    if refusals < receipt.quarantined {
        let (rows_in, landed, known) = (receipt.rows_in, receipt.landed, receipt.known);
        let (file, table) = (receipt.file, QUARANTINE.table.to_owned());
        return Err(IngestError::Unbalanced { file, table, rows_in, landed, quarantined: refusals, known });
    }
    Ok(receipt)
}
