use anyhow::Result;
use datasets::clock::{Clock, SystemClock};
use datasets::contract::Contract;
use datasets::lake::{CompactOptions, CompactReport};

use super::sized;
use crate::output::{counted, say};
use crate::progress::Stages;
use crate::verbs::Shared;

pub async fn run(shared: &Shared, only: Option<&'static Contract>, dry_run: bool) -> Result<()> {
    let lake = shared.lake().await?;
    let options = CompactOptions { dry_run, ..CompactOptions::at(SystemClock::default().now()) };
    let mut reports = Vec::new();
    let chosen: Vec<&'static Contract> =
        lake.compactable().filter(|table| only.is_none_or(|only| only.table == table.table)).collect();
    let bar = Stages::shared(shared.global.json);
    for table in chosen {
        reports.push(lake.compact_watched(table, &options, &|come| bar.come(come)).await?);
    }
    bar.finish();
    if shared.global.json {
        say!("{}", serde_json::json!({ "dry_run": dry_run, "tables": reports }));
        return Ok(());
    }
    let does = if dry_run { "would become" } else { "became" };
    for CompactReport { table, files_before, files_after, rows, bytes_before, .. } in
        reports.iter().filter(|report| report.files_before > 0)
    {
        let (files, rows) = (counted(*files_before, "file", "files"), counted(*rows, "row", "rows"));
        say!("{table}: {files} of {rows}, {}, {does} {files_after}", sized(*bytes_before));
    }
    if reports.iter().all(|report| report.files_before == 0) {
        say!("nothing to merge; derived tables have their own compaction, and what is not derived yet waits for it");
    }
    Ok(())
}
