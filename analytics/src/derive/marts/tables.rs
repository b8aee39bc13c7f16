//! The tables of the marts: added to, made anew, compacted.

use std::collections::HashMap;

use datasets::lake::{Lake, LakeSnapshot, Once, TableSnapshot, WrittenFiles};

use super::cell::{Codes, Keys};
use super::sums::CellSums;
use super::{MARTS, Mart, Sums, counted};
use crate::cells::Int;
use crate::derive::{RUN, stands};
use crate::{AnalyticsError, Rules};

impl Mart {
    /// Writes these sums into the part, for the caller to commit.
    pub(in crate::derive) async fn write(
        &self,
        lake: &Lake,
        sums: &CellSums,
        part: &str,
        run: i64,
    ) -> Result<WrittenFiles, AnalyticsError> {
        let mut writer = lake.table(self.contract).writer();
        writer.write(&sums.rows(self, part, run)?).await?;
        Ok(writer.finish().await?)
    }

    /// The sums of all rows.
    async fn sums(&self, table: &TableSnapshot) -> Result<CellSums, AnalyticsError> {
        let fields = self.fields();
        let measures = &fields[self.key.len()..];
        let (mut sums, mut codes) = (CellSums::default(), Codes::default());
        let mut row = vec![0; measures.len()];
        for batch in table.read(&fields).await? {
            let keys = Keys::of(&batch);
            let columns: Vec<Int<'_>> = measures.iter().map(|name| Int::of(&batch, name)).collect();
            for at in 0..batch.num_rows() {
                let Some(cell) = keys.cell(at, &mut codes) else { continue };
                for (measure, column) in row.iter_mut().zip(&columns) {
                    *measure = column.get(at).unwrap_or_default();
                }
                sums.add(cell, &row, 1);
            }
        }
        Ok(sums)
    }
}

/// What the states say of the marts as they rest.
pub(in crate::derive) async fn versions(lake: &Lake) -> Result<Vec<Once>, AnalyticsError> {
    let mut versions = Vec::with_capacity(MARTS.len());
    for mart in MARTS {
        versions.push(stands::at(mart.contract, lake.table(mart.contract).refresh().await?.version()));
    }
    Ok(versions)
}

/// Makes all marts again from `case_state`.
pub(in crate::derive) async fn rebuild(lake: &Lake, rules: &Rules, run: i64) -> Result<(), AnalyticsError> {
    let snapshot = lake.snapshot().await?;
    let mut sums = Sums::new();
    for case in counted::all(&snapshot, &rules.zone).await? {
        sums.count(&case, 1);
    }
    let done = [Once { app_id: RUN.to_owned(), attempt: run }];
    for (mart, sums) in sums.of_each() {
        let table = lake.table(mart.contract);
        let _lock = lake.lock(table.name()).await?;
        let old = table.snapshot().await?;
        let files = mart.write(lake, &sums, "cold", run).await?;
        table.commit_files(files, Some(&old), &done, HashMap::new()).await?;
    }
    Ok(())
}

/// Sums the changes of each cell into one row; what the states are to say of it.
pub(in crate::derive) async fn compact(
    lake: &Lake,
    snapshot: &LakeSnapshot,
    done: &[Once],
    run: i64,
) -> Result<Vec<Once>, AnalyticsError> {
    let mut stands = Vec::with_capacity(MARTS.len());
    for mart in MARTS {
        let pinned = snapshot.table(mart.contract);
        let sums = mart.sums(pinned).await?;
        let table = lake.table(mart.contract);
        let _lock = lake.lock(table.name()).await?;
        let files = mart.write(lake, &sums, "cold", run).await?;
        let version = table.commit_files(files, Some(pinned), done, HashMap::new()).await?;
        stands.push(stands::at(mart.contract, version));
    }
    Ok(stands)
}
