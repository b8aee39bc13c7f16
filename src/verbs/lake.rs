use anyhow::Result;
use datasets::contract;

use super::Shared;
use crate::cli::LakeVerb;
use crate::output::say;

pub async fn run(shared: &Shared, verb: &LakeVerb) -> Result<()> {
    match verb {
        LakeVerb::Status => status(shared).await,
    }
}

async fn status(shared: &Shared) -> Result<()> {
    let lake = shared.lake().await?;
    let snapshot = lake.snapshot().await?;
    let (url, meta) = (lake.url().to_string(), lake.meta().clone());
    if shared.global.json {
        let tables: Vec<_> = contract::ALL
            .iter()
            .map(|contract| {
                let table = snapshot.table(contract);
                let (version, files) = (table.version, table.files.len());
                serde_json::json!({ "table": contract.table, "version": version, "files": files, "rows": table.rows(), "bytes": table.bytes() })
            })
            .collect();
        let (zone, format) = (meta.time_zone, meta.format_version);
        say!(
            "{}",
            serde_json::json!({ "lake": url, "format_version": format, "time_zone": zone, "region": meta.region, "tables": tables })
        );
        return Ok(());
    }
    say!("{url}: format {}, zone {}, region {}", meta.format_version, meta.time_zone, meta.region);
    say!("{:<16} {:>8} {:>6} {:>12} {:>14}", "table", "version", "files", "rows", "bytes");
    for contract in contract::ALL {
        let table = snapshot.table(contract);
        let (version, files) = (table.version, table.files.len());
        say!("{:<16} {version:>8} {files:>6} {:>12} {:>14}", contract.table, table.rows(), table.bytes());
    }
    Ok(())
}
