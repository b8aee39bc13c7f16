use analytics::Principal;
use anyhow::{Result, bail};
use datasets::contract::{self, Contract};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::cli::{LakeVerb, Misuse};
use crate::output::{counted, say};

mod compact;
mod history;
mod migrate;
mod rollback;
mod vacuum;
mod verify;

/// A row of panel `sources`.
#[derive(Deserialize, Serialize)]
struct Source {
    source_system: String,
    watermark: Option<String>,
    last_batch_at: Option<String>,
    batches: i64,
    rows_landed: i64,
    rows_quarantined: i64,
    rows_known: i64,
}

/// The row of panel `lake_totals`.
#[derive(Default, Deserialize, Serialize)]
struct Totals {
    cases: i64,
    cards: i64,
    batches_waiting: i64,
}

/// A row of panel `data_incidents`.
#[derive(Deserialize, Serialize)]
struct Incident {
    kind: String,
    region: String,
    year: i64,
    cases: i64,
    open_cases: i64,
}

/// A table as it rests.
#[derive(Serialize)]
struct Table {
    table: &'static str,
    version: u64,
    files: usize,
    /// All rows in the files: every version, and what newer rows have replaced.
    stored_rows: u64,
    bytes: u64,
}

pub async fn run(shared: &Shared, verb: &LakeVerb) -> Result<()> {
    match verb {
        LakeVerb::Status => status(shared).await,
        LakeVerb::Verify { table } => verify::run(shared, named(table.as_deref())?).await,
        LakeVerb::Compact { table, dry_run } => compact::run(shared, named(table.as_deref())?, *dry_run).await,
        LakeVerb::Vacuum { table, keep_days, dry_run } => {
            vacuum::run(shared, named(table.as_deref())?, *keep_days, *dry_run).await
        }
        LakeVerb::History { table, limit } => history::run(shared, named(table.as_deref())?, *limit).await,
        LakeVerb::Rollback { batch, dry_run } => rollback::run(shared, batch, *dry_run).await,
        LakeVerb::Migrate { dry_run } => migrate::run(shared, *dry_run).await,
    }
}

/// The table that was named, if any was.
fn named(table: Option<&str>) -> Result<Option<&'static Contract>> {
    let Some(table) = table else { return Ok(None) };
    let known = || contract::ALL.iter().map(|contract| contract.table).collect::<Vec<_>>().join(", ");
    match contract::find(table) {
        Some(contract) => Ok(Some(contract)),
        None => bail!(Misuse(format!("there is no table {table:?}; there are {}", known()))),
    }
}

/// The one table, or all.
fn each(table: Option<&'static Contract>) -> impl Iterator<Item = &'static Contract> {
    contract::ALL.iter().copied().filter(move |contract| table.is_none_or(|table| table.table == contract.table))
}

/// Bytes for people.
pub fn sized(bytes: u64) -> String {
    let mib = bytes as f64 / (1024.0 * 1024.0);
    if bytes < 1024 * 1024 { counted(bytes, "byte", "bytes") } else { format!("{mib:.1} MiB") }
}

async fn status(shared: &Shared) -> Result<()> {
    let engine = shared.engine().await?;
    let session = engine.session(&Principal::operator(), shared.as_of(engine.zone())?).await?;
    let mut sources: Vec<Source> = session.rows(queries::panel::SOURCES, &[]).await?;
    sources.sort_by_cached_key(|source| source.source_system.clone());
    let totals: Vec<Totals> = session.rows(queries::panel::LAKE_TOTALS, &[]).await?;
    let totals = totals.into_iter().next().unwrap_or_default();
    let mut incidents: Vec<Incident> = session.rows(queries::panel::DATA_INCIDENTS, &[]).await?;
    incidents.sort_by_cached_key(|incident| (incident.kind.clone(), incident.region.clone(), incident.year));
    let snapshot = engine.lake().snapshot().await?;
    let tables = contract::ALL.iter().map(|contract| {
        let table = snapshot.table(contract);
        let (version, files, stored_rows) = (table.version, table.files.len(), table.rows());
        Table { table: contract.table, version, files, stored_rows, bytes: table.bytes() }
    });
    let tables: Vec<Table> = tables.collect();
    let (url, meta, as_of) = (engine.lake().url(), engine.lake_meta(), session.as_of());
    if shared.global.json {
        let status = serde_json::json!({
            "lake": url.to_string(), "format_version": meta.format_version, "time_zone": meta.time_zone,
            "region": meta.region, "as_of": as_of, "cases": totals.cases, "cards": totals.cards,
            "batches_waiting": totals.batches_waiting, "incidents": incidents, "sources": sources, "tables": tables,
        });
        say!("{status}");
        return Ok(());
    }
    let now = session.zone().to_datetime(as_of).strftime("%Y-%m-%d %H:%M:%S").to_string();
    say!("{url}: format {}, zone {}, region {}", meta.format_version, meta.time_zone, meta.region);
    let (cases, cards) = (counted(totals.cases, "case", "cases"), counted(totals.cards, "card", "cards"));
    say!("as of {now}: {cases}, {cards} issued");
    say!("");
    print(&sources, &tables)?;
    for Incident { kind, region, year, cases, open_cases } in &incidents {
        say!("");
        say!(
            "{kind} {region} {year}: {}, {open_cases} of them open, with limits that count days of a year whose \
             calendar is not known, and no cards for it; put its days into calendar_day",
            counted(*cases, "case", "cases")
        );
    }
    if totals.batches_waiting > 0 {
        say!("");
        say!(
            "batches landed since cards were worked out: {}; the next `sunlake ingest` or `sunlake serve` works them in",
            totals.batches_waiting
        );
    }
    Ok(())
}

fn print(sources: &[Source], tables: &[Table]) -> Result<()> {
    say!("{:<20} {:<25} {:>8} {:>12} {:>12}", "source", "complete up to", "batches", "rows landed", "quarantined");
    for source in sources {
        let (system, batches) = (&source.source_system, source.batches);
        let complete = source.watermark.as_deref().unwrap_or("-");
        let (landed, quarantined) = (source.rows_landed, source.rows_quarantined);
        say!("{system:<20} {complete:<25} {batches:>8} {landed:>12} {quarantined:>12}");
    }
    if sources.is_empty() {
        say!("none yet; `sunlake ingest` takes files in");
    }
    say!("");
    say!("{:<20} {:>7} {:>6} {:>12} {:>14}", "table", "version", "files", "stored rows", "bytes");
    for Table { table, version, files, stored_rows, bytes } in tables {
        say!("{table:<20} {version:>7} {files:>6} {stored_rows:>12} {bytes:>14}");
    }
    Ok(())
}
