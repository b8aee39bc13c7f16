//! Whether a log is what it was: finds the first entry that was changed, removed or moved.

use serde::Serialize;
use thiserror::Error;

use super::{DIGITS, entry};

/// What was found in a log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuditVerified {
    /// Entries that are what they were, up to the first that is not.
    pub entries: u64,
    /// Hash of the last of them.
    pub last: Option<String>,
    /// Bytes behind them that an append left that was broken off. It was never acknowledged, and the
    /// next append cuts it off.
    pub torn: usize,
    pub fault: Option<AuditFault>,
}

/// The first entry that is not what it was, and its line in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AuditFault {
    #[error("line {line}: entry {seq} was changed")]
    Changed { line: usize, seq: u64 },
    #[error("line {line}: entry {seq} is missing")]
    Missing { line: usize, seq: u64 },
    #[error("line {line}: entry {found} stands in the place of entry {seq}: they were reordered")]
    Moved { line: usize, seq: u64, found: u64 },
    /// Both are sound by themselves.
    #[error("line {line}: entry {seq} does not follow the entry before it: one of the two was replaced")]
    Replaced { line: usize, seq: u64 },
}

/// The whole lines, and what stands behind the last line end.
pub(super) fn split(bytes: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(end) => (bytes[..end].split(|byte| *byte == b'\n').collect(), &bytes[end + 1..]),
        None => (Vec::new(), bytes),
    }
}

/// Whether a whole entry is followed by something else than a line end: an append that was broken off
/// leaves the beginning of a line, never more.
pub(super) fn is_changed_end(tail: &[u8]) -> bool {
    tail.split_last().is_some_and(|(_, before)| entry(before).is_some())
}

/// All lines that were acknowledged or are whole, and the bytes that a torn append has left.
pub(super) fn lines(bytes: &[u8]) -> (Vec<&[u8]>, usize) {
    let (mut lines, tail) = split(bytes);
    if is_changed_end(tail) || entry(tail).is_some() {
        lines.push(tail);
        return (lines, 0);
    }
    (lines, tail.len())
}

pub(super) fn check(bytes: &[u8]) -> AuditVerified {
    let (lines, torn) = lines(bytes);
    let mut found = AuditVerified { torn, ..AuditVerified::default() };
    let mut before = "0".repeat(DIGITS);
    for (at, text) in lines.iter().enumerate() {
        let (line, seq) = (at + 1, found.entries + 1);
        let is_later = || lines[at..].iter().filter_map(|later| entry(later)).any(|later| later.seq == seq);
        found.fault = match entry(text) {
            None => Some(AuditFault::Changed { line, seq }),
            Some(held) if held.seq < seq || (held.seq > seq && is_later()) => {
                Some(AuditFault::Moved { line, seq, found: held.seq })
            }
            Some(held) if held.seq > seq => Some(AuditFault::Missing { line, seq }),
            Some(held) if held.before != before => Some(AuditFault::Replaced { line, seq }),
            Some(held) => {
                before = held.hash;
                found.entries = seq;
                None
            }
        };
        if found.fault.is_some() {
            break;
        }
    }
    found.last = (found.entries > 0).then_some(before);
    found
}
