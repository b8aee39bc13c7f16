use anyhow::Result;
use datasets::contract::Contract;
use datasets::lake::VersionRows;
use jiff::tz::TimeZone;

use super::each;
use crate::output::{counted, say};
use crate::verbs::Shared;
use crate::verbs::explain::local;

/// Of a batch's id, as much as people need to tell batches apart.
const ID_SHOWN: usize = 12;

pub async fn run(shared: &Shared, only: Option<&'static Contract>, limit: usize) -> Result<()> {
    let lake = shared.lake().await?;
    let mut versions = Vec::new();
    for table in each(only) {
        versions.extend(lake.history(table, limit).await?);
    }
    if shared.global.json {
        say!("{}", serde_json::json!({ "versions": versions }));
        return Ok(());
    }
    let zone = TimeZone::get(&lake.meta().time_zone)?;
    say!(
        "{:<20} {:>7} {:<19} {:<10} {:<12} {:>20} {:>20}",
        "table",
        "version",
        "at",
        "did",
        "batch, order",
        "added",
        "removed"
    );
    for version in &versions {
        let at = version.at.map_or("-".to_owned(), |at| local(at, &zone));
        let batch = version.batch.as_deref().map_or("", |id| id.get(..ID_SHOWN).unwrap_or(id));
        let batch = version.order.as_deref().unwrap_or(batch);
        let (added, removed) = (change(&version.added), change(&version.removed));
        let (table, number, operation) = (version.table, version.version, &version.operation);
        say!("{table:<20} {number:>7} {at:<19} {operation:<10} {batch:<12} {added:>20} {removed:>20}");
    }
    Ok(())
}

fn change(of: &VersionRows) -> String {
    match (of.files, of.rows) {
        (0, _) => "-".to_owned(),
        (files, Some(rows)) => format!("{} in {files}", counted(rows, "row", "rows")),
        (files, None) => format!("? rows in {files}"),
    }
}
