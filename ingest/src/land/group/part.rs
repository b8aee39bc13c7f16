//! One table's part of a group: which rows of each batch are new.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datasets::contract::{Contract, Role};
use datasets::lake::{Lake, Once, Table, TableSnapshot};
use jiff::tz::TimeZone;
use readers::mapping::Mapping;

use super::Pushed;
use crate::IngestError;
use crate::land::extract::Extracted;
use crate::land::lake_zone;
use crate::land::recent::{Recent, mark};
use crate::land::reference::{Merged, Merging};
use crate::land::versions::{Verdict, offered, without_known};
use crate::receipt::TableCount;
use crate::rows::Made;

/// One table's part of a group.
pub(super) struct Part {
    contract: &'static Contract,
    pub(super) table: Arc<Table>,
    new: New,
    /// By batch.
    pub(super) counts: Vec<Count>,
}

/// What is to be written.
enum New {
    /// Rows of a fact table, with the place of their batch in the group.
    Facts(Vec<(usize, RecordBatch)>),
    /// A reference table with all that it has then.
    Reference(Merging),
}

/// Rows of one batch.
#[derive(Default)]
pub(super) struct Count {
    /// All that were made.
    taken: u64,
    pub(super) fresh: u64,
    /// Brought by a try that was killed before its end.
    pub(super) before: u64,
}

impl Count {
    fn landed(&self) -> u64 {
        self.fresh + self.before
    }
}

impl Part {
    /// What is new, batch by batch: what an earlier one of the group says is held for the next. Of a
    /// reference table no batch may be among them that the ledger has.
    pub(super) async fn plan(
        lake: &Lake,
        contract: &'static Contract,
        place: usize,
        mapping: &Mapping,
        pushed: &[&Pushed],
        recent: &mut Recent,
    ) -> Result<Self, IngestError> {
        let table = lake.table(contract);
        let (new, counts) = match contract.role {
            Role::Reference => reference(&table, &lake_zone(Some(lake))?, place, pushed).await?,
            _ => facts(&table, place, mapping, pushed, recent).await?,
        };
        Ok(Self { contract, table, new, counts })
    }

    /// Leaves the rows of the batches out that are not wanted.
    pub(super) fn retain(&mut self, wanted: impl Fn(usize) -> bool) {
        if let New::Facts(fresh) = &mut self.new {
            fresh.retain(|(at, _)| wanted(*at));
        }
    }

    /// Whether anything is to be committed.
    pub(super) fn has_news(&self) -> bool {
        match &self.new {
            New::Facts(fresh) => !fresh.is_empty(),
            New::Reference(_) => self.counts.iter().any(|count| count.fresh > 0),
        }
    }

    /// The rows to write.
    pub(super) fn rows(&self) -> Result<Vec<RecordBatch>, IngestError> {
        match &self.new {
            New::Facts(fresh) => Ok(fresh.iter().map(|(_, rows)| rows.clone()).collect()),
            New::Reference(merging) if self.has_news() => merging.rows(),
            New::Reference(_) => Ok(Vec::new()),
        }
    }

    /// What they take the place of.
    pub(super) fn replaced(&self) -> Option<&TableSnapshot> {
        match &self.new {
            New::Facts(_) => None,
            New::Reference(merging) => merging.before.as_ref(),
        }
    }

    /// What becomes of the rows of the batch at that place.
    pub(super) fn account(&self, at: usize, made: &Made, file: &str) -> Result<TableCount, IngestError> {
        let landed = self.counts[at].landed();
        let count = TableCount {
            table: self.contract.table.to_owned(),
            rows_in: made.rows_in,
            landed,
            quarantined: made.refused,
            known: made.repeated + self.counts[at].taken.saturating_sub(landed),
            repeated: made.repeated,
            masked: made.masked,
        };
        count.check(file)?;
        Ok(count)
    }

    /// The transactions that are new to the table: a commit whose answer was lost counts as done if
    /// the log has the first of them, so none may be there from a try that was killed.
    pub(super) fn onces(&self, pushed: &[&Pushed]) -> Vec<Once> {
        let new = pushed.iter().zip(&self.counts).filter(|(_, count)| count.fresh > 0 && count.before == 0);
        new.map(|(one, _)| one.once()).collect()
    }
}

/// Which rows are new to a fact table.
async fn facts(
    table: &Table,
    place: usize,
    mapping: &Mapping,
    pushed: &[&Pushed],
    recent: &mut Recent,
) -> Result<(New, Vec<Count>), IngestError> {
    let contract = table.contract();
    let before = table.snapshot().await?;
    let all: Vec<&RecordBatch> = pushed.iter().flat_map(|one| of_table(one, place)).collect();
    let (mut held, brought) = recent.held(&before, contract, &all).await?;
    let mut fresh = Vec::new();
    let mut counts = Vec::with_capacity(pushed.len());
    for (at, one) in pushed.iter().enumerate() {
        let mut count = Count::default();
        let own = mark(&one.batch_id);
        let extracted = Extracted::by_rows(mapping, one.summary.latest, one.now);
        for rows in of_table(one, place) {
            let offered = offered(contract, rows)?;
            count.taken += offered.len() as u64;
            let mut verdicts = Vec::with_capacity(offered.len());
            for row in &offered {
                let is_brought = brought.contains(&(row.row_hash, own));
                count.before += u64::from(is_brought);
                verdicts.push(if is_brought { Verdict::Known } else { held.judge(row, Some(&extracted)) });
            }
            for (row, verdict) in offered.iter().zip(&verdicts) {
                match verdict {
                    Verdict::Fresh => held.take(row.key, row.version()),
                    Verdict::Corrected(known_at) => held.take(row.key, row.version_known(*known_at)),
                    Verdict::Known => {}
                }
            }
            let new = without_known(contract, rows, &verdicts)?;
            if new.num_rows() > 0 {
                count.fresh += new.num_rows() as u64;
                fresh.push((at, new));
            }
        }
        counts.push(count);
    }
    Ok((New::Facts(fresh), counts))
}

/// A reference table with the rows of each batch in it, under the lock that editing takes.
async fn reference(
    table: &Table,
    zone: &TimeZone,
    place: usize,
    pushed: &[&Pushed],
) -> Result<(New, Vec<Count>), IngestError> {
    let now = pushed.iter().map(|one| one.now).max().unwrap_or_default();
    let mut merging = Merging::begin(table.contract(), Some(table), now, zone).await?;
    let mut counts = Vec::with_capacity(pushed.len());
    for one in pushed {
        let rows: Vec<RecordBatch> = of_table(one, place).cloned().collect();
        let has_landed = table.has_landed(&one.once()).await?;
        let Merged { fresh, before } = merging.take(&rows, has_landed)?;
        let taken = rows.iter().map(|rows| rows.num_rows() as u64).sum();
        counts.push(Count { taken, fresh, before });
    }
    Ok((New::Reference(merging), counts))
}

fn of_table(one: &Pushed, place: usize) -> impl Iterator<Item = &RecordBatch> {
    one.rows.iter().filter(move |(table, _)| *table == place).map(|(_, rows)| rows)
}
