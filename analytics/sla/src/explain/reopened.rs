//! Closings that were undone (domain §4 point 8).

use jiff::Timestamp;

use crate::CloseResult;
use crate::history::History;

/// A closing with the REOPEN that undid it: the clock went on as if the case had been open in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reopening {
    /// When the closing took effect.
    pub closed_at: Timestamp,
    pub close_result: CloseResult,
    pub reopened_at: Timestamp,
}

/// In order. An end that would take effect after its reopening was none.
pub(super) fn reopenings(history: &History<'_>) -> Vec<Reopening> {
    let undone = history.closings.iter().filter_map(|closing| {
        let reopened_at = closing.reopened?.occurred_at;
        Some(Reopening { closed_at: closing.at, close_result: closing.result, reopened_at })
    });
    undone.filter(|reopening| reopening.closed_at <= reopening.reopened_at).collect()
}
