//! How far a pull has come, as the lake's own ledger tells it: there is no file beside the lake
//! that could say otherwise.

use std::cmp::Reverse;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use datasets::contract::INGEST_BATCH;
use datasets::lake::{Lake, LakeError, LiveFile, standing};
use jiff::{SignedDuration, Timestamp};

/// Where a pull stands.
#[derive(Debug, Default)]
pub(super) struct Stand {
    /// Every row up to here is in the lake.
    pub(super) cursor: Option<String>,
    /// When its last batch landed.
    pub(super) landed_at: Option<Timestamp>,
}

/// The stand of the pull's newest batch that was not withdrawn. A batch's cursor is never below that
/// of the one before, so the newest has the largest, and older files need not be read: a withdrawal
/// has the times of what it takes back.
pub(super) async fn read(lake: &Lake, pull: &str) -> Result<Stand, LakeError> {
    let ledger = lake.table(&INGEST_BATCH).snapshot().await?;
    let mut files: Vec<(Timestamp, &str)> =
        ledger.files.iter().map(|file| (newest(file), file.name.as_str())).collect();
    files.sort_unstable_by_key(|(newest, _)| Reverse(*newest));
    let mut pages: Vec<RecordBatch> = Vec::new();
    let mut stand = Stand::default();
    for (newest, name) in files {
        if stand.landed_at.is_some_and(|landed| newest < landed) {
            break;
        }
        let file = ledger.filtered(|file| file.name == name);
        for rows in file.read(&["pull_name", "pull_cursor", "ingested_at", "batch_id", "attempt", "state"]).await? {
            let names = rows.column(0).as_string::<i32>();
            let of_pull = (0..rows.num_rows()).filter(|at| names.is_valid(*at) && names.value(*at) == pull);
            pages.extend(of_pull.map(|at| rows.slice(at, 1)));
        }
        stand = of(&pages);
    }
    Ok(stand)
}

/// The stand by these rows of the pull.
fn of(pages: &[RecordBatch]) -> Stand {
    let mut stand = Stand::default();
    for (rows, places) in pages.iter().zip(standing(pages)) {
        let (cursors, landed) = (rows.column(1).as_string::<i32>(), rows.column(2));
        let landed = landed.as_primitive::<TimestampMicrosecondType>();
        for at in places {
            let landed = Timestamp::from_microsecond(landed.value(at)).unwrap_or(Timestamp::MIN);
            if stand.landed_at.is_none_or(|held| landed >= held) {
                let cursor = cursors.is_valid(at).then(|| cursors.value(at).to_owned());
                stand = Stand { cursor: cursor.or(stand.cursor), landed_at: Some(landed) };
            }
        }
    }
    stand
}

/// No row of the file is newer. The log tells it in whole milliseconds, or not at all.
fn newest(file: &LiveFile) -> Timestamp {
    let told = file.max("ingested_at").and_then(|max| max.as_str()?.parse::<Timestamp>().ok());
    told.and_then(|told| told.checked_add(SignedDuration::from_millis(1)).ok()).unwrap_or(Timestamp::MAX)
}
