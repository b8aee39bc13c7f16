//! When the source made the extract.

use std::collections::HashMap;

use arrow::array::AsArray;
use arrow::datatypes::TimestampMicrosecondType;
use datasets::contract::INGEST_BATCH;
use datasets::lake::Lake;
use jiff::Timestamp;
use jiff::fmt::strtime;
use readers::mapping::Mapping;

use super::{Job, reader};
use crate::IngestError;
use crate::rows::Common;

/// As the file's name or the database tells; else the latest time in the rows; else unknown.
/// Never later than now: a source cannot have extracted what is still to come.
pub(super) fn time(told: Option<Timestamp>, latest: Option<i64>, now: Timestamp) -> Option<Timestamp> {
    let by_rows = || latest.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    told.or_else(by_rows).map(|time| time.min(now))
}

/// The time that the file's name tells, if the mapping says how and the name fits. A file with
/// such a name may be without records: it says that nothing has happened up to then.
pub(crate) fn by_name(mapping: &Mapping, file: &str) -> Option<Timestamp> {
    let pattern = mapping.source.extract_time.file_name.as_ref()?;
    // Of an object of a store the books have the whole address.
    let file = file.rsplit('/').next().unwrap_or(file);
    let name = file.strip_suffix(".gz").or_else(|| file.strip_suffix(".zip")).unwrap_or(file);
    let time = strtime::parse(pattern, name).ok()?.to_datetime().ok()?;
    mapping.zone.to_ambiguous_timestamp(time).compatible().ok()
}

/// A batch's extract time, worked out when it is first asked for: a batch that corrects nothing
/// need not know it before its end.
pub(super) struct Extract<'a> {
    pub(super) lake: &'a Lake,
    pub(super) job: &'a Job<'a>,
    pub(super) common: Common,
    pub(super) found: Option<Extracted>,
}

impl Extract<'_> {
    pub(super) async fn find(&mut self) -> Result<&Extracted, IngestError> {
        let found = match self.found.take() {
            Some(found) => found,
            None => {
                let told = self.job.told();
                // The rows are read a second time, rather than kept until the last is known.
                let latest = match told {
                    Some(_) => None,
                    None => reader::latest(self.job, self.common.clone()).await?,
                };
                let at = time(told, latest, self.job.options.now);
                Extracted::find(self.lake, self.job.mapping, told.is_some(), at).await?
            }
        };
        Ok(self.found.insert(found))
    }
}

/// The extract time of a batch, beside those of the batches before it.
pub(super) struct Extracted {
    live: bool,
    at: Option<i64>,
    /// By the instant of their landing, if this one's is told: the latest time in the rows says
    /// too little to order two extracts by.
    others: HashMap<i64, i64>,
}

impl Extracted {
    pub(super) async fn find(
        lake: &Lake,
        mapping: &Mapping,
        is_told: bool,
        at: Option<Timestamp>,
    ) -> Result<Self, IngestError> {
        let mut others = HashMap::new();
        if is_told {
            let ledger = lake.table(&INGEST_BATCH).snapshot().await?;
            for batch in ledger.read(&["ingested_at", "extract_time"]).await? {
                let column = |at: usize| batch.column(at).as_primitive::<TimestampMicrosecondType>();
                others.extend((0..batch.num_rows()).map(|at| (column(0).value(at), column(1).value(at))));
            }
        }
        Ok(Self { live: mapping.source.live, at: at.map(Timestamp::as_microsecond), others })
    }

    /// Of a batch whose time no name tells: the latest time in its rows.
    pub(super) fn by_rows(mapping: &Mapping, latest: Option<i64>, now: Timestamp) -> Self {
        let at = latest.map(|latest| latest.min(now.as_microsecond()));
        Self { live: mapping.source.live, at, others: HashMap::new() }
    }

    /// Whether it was made before the extract that landed at that instant.
    pub(super) fn is_older_than(&self, landed_at: i64) -> bool {
        !self.live && matches!((self.at, self.others.get(&landed_at)), (Some(at), Some(other)) if at < *other)
    }

    /// From when on a row can be known whose time is that of its extract.
    pub(super) fn known_at(&self, ingested_at: i64) -> i64 {
        if self.live { ingested_at } else { self.at.unwrap_or(ingested_at) }
    }
}
