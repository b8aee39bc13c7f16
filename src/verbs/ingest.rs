use std::path::Path;
use std::sync::Arc;

use analytics::DeriveReport;
use anyhow::{Context, Result, bail};
use datasets::clock::{Clock, SystemClock};
use datasets::lake::{Lake, LakeError, LakeMeta};
use ingest::{Earlier, IngestOptions, Input, Mapping, PersonKey, ReadError, Receipt, Vault};

use super::derive::summary;
use super::{Shared, derive_landed, tidy};
use crate::cli::{IngestArgs, Misuse};
use crate::output::{counted, say};
use crate::progress::ReadBar;
use crate::spool;

pub async fn run(shared: &Shared, args: &IngestArgs) -> Result<()> {
    let mapping = find_mapping(&args.mapping)?;
    spool::check(&args.files)?;
    let url = shared.lake_url()?;
    if url.is_volatile() && !args.dry_run {
        bail!(Misuse(format!(
            "{url}: a lake in memory ends with this command, and what has landed with it; name a folder with --lake, or \
             add --dry-run"
        )));
    }
    let lake = if args.dry_run {
        match Lake::open(&url).await {
            Ok(lake) => Some(lake),
            Err(LakeError::NoLake(_)) => None,
            Err(error) => return Err(error.into()),
        }
    } else {
        Some(Lake::open_or_create(&url, LakeMeta::default()).await?)
    };
    let person = match &lake {
        Some(lake) if !args.dry_run => shared.person_key(lake).await?,
        _ => PersonKey::from_bytes(b"a dry run hashes nothing that stays"),
    };
    let vault = if args.dry_run { None } else { Some(shared.vault()?) };
    let clock = SystemClock::default();
    let mut failed = 0;
    let mut printed = Ok(());
    for file in &args.files {
        let (input, _spool) = match spool::input(file, shared.global.json).await {
            Ok(found) => found,
            Err(error) => {
                let error = format!("{error:#}");
                let typed = file.to_string_lossy();
                // What follows an address's question mark may be a signature.
                let name = if typed.contains("://") { typed.split('?').next().unwrap_or_default() } else { &*typed };
                printed = printed.and(fail(name, &error, shared.global.json));
                failed += 1;
                continue;
            }
        };
        let bar = ReadBar::shared(&input.name, shared.global.json);
        let options = IngestOptions {
            dry_run: args.dry_run,
            now: clock.now(),
            person: person.clone(),
            progress: Some(bar.clone()),
            vault: vault.clone(),
        };
        let landed = ingest::ingest(lake.as_ref(), &mapping, &input, &options).await;
        bar.finish();
        match landed {
            // Nobody may be reading; landing goes on all the same.
            Ok(receipt) => printed = printed.and(print(&receipt, shared.global.json)),
            Err(error) => {
                printed = printed.and(fail(&input.name, &error.to_string(), shared.global.json));
                failed += 1;
            }
        }
    }
    if let Some(vault) = vault {
        swept(vault, clock.now()).await;
    }
    if let Some(lake) = lake.filter(|_| !args.dry_run && !args.no_derive) {
        let report = derive_landed(&lake, clock.now(), shared.global.json).await?;
        if report != DeriveReport::default() && !shared.global.json {
            eprintln!("{}", summary(&report));
        }
        tidy::after_landing(&lake).await;
    }
    if failed > 0 {
        bail!("{failed} of {} did not land", counted(args.files.len(), "file", "files"));
    }
    printed
}

/// The mapping of that name; one that is not known was typed wrongly.
pub fn find_mapping(name: &str) -> Result<Mapping> {
    Mapping::find(name).map_err(|error| match error {
        ReadError::UnknownMapping { .. } => anyhow::Error::from(Misuse(error.to_string())),
        other => other.into(),
    })
}

/// Removes what has expired in the vault; what cannot be removed is no reason to fail.
pub async fn swept(vault: Arc<Vault>, now: jiff::Timestamp) {
    match tokio::task::spawn_blocking(move || vault.sweep(now)).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!("what has expired in the vault stays: {error}"),
        Err(error) => tracing::warn!("what has expired in the vault stays: {error}"),
    }
}

/// Of a file of which nothing landed: why, and for programs a receipt that says so.
fn fail(file: &str, error: &str, json: bool) -> Result<()> {
    eprintln!("sunlake: {error}");
    if json {
        say!("{}", serde_json::json!({ "file": file, "outcome": "failed", "error": error }));
    }
    Ok(())
}

/// One receipt: a line of JSON, or a few lines for people.
fn print(receipt: &Receipt, json: bool) -> Result<()> {
    if json {
        say!("{}", serde_json::to_string(receipt)?);
        return Ok(());
    }
    let encoding = receipt.encoding.map(|encoding| format!(" in {encoding}")).unwrap_or_default();
    say!(
        "{}: {} ({}{encoding}; rows {} = landed {} + quarantined {} + known {})",
        receipt.file,
        receipt.outcome,
        counted(receipt.records, "record", "records"),
        receipt.rows_in,
        receipt.landed,
        receipt.quarantined,
        receipt.known
    );
    if let Some(Earlier { file, at, landed, quarantined, known }) = &receipt.before {
        let rows = receipt.rows_in;
        say!(
            "  it landed as {file} at {at:.0}: rows {rows} = landed {landed} + quarantined {quarantined} + known {known}"
        );
    }
    for table in &receipt.tables {
        let told = |what: &str, count: u64| if count > 0 { format!(", {what} {count}") } else { String::new() };
        let more = told("repeated in the file", table.repeated) + &told("masked", table.masked);
        let (landed, quarantined, known) = (table.landed, table.quarantined, table.known);
        say!("  {}: {} = {landed} + {quarantined} + {known}{more}", table.table, table.rows_in);
    }
    if let Some(new) = &receipt.new_columns {
        say!("  {new}");
    }
    if !receipt.sheets_left_out.is_empty() {
        let sheets = receipt.sheets_left_out.join(", ");
        say!("  not read: {sheets}; name in the mapping the sheets to read ([xlsx] sheet, or sheets)");
    }
    for refusal in &receipt.refusals {
        let field = refusal.field.as_deref().unwrap_or("record");
        say!("  line {}, {field}: {} - {}", refusal.line, refusal.rule, refusal.reason);
    }
    if receipt.quarantined > receipt.refusals.len() as u64 {
        say!(
            "  … more in quarantine: sunlake quarantine show {}",
            receipt.batch_id.get(..12).unwrap_or(&receipt.batch_id)
        );
    }
    Ok(())
}

/// For the demonstration: lands bytes as a file of that name.
pub async fn land_bytes(
    lake: &Lake,
    mapping: &Mapping,
    folder: &Path,
    name: &str,
    bytes: &[u8],
    options: &IngestOptions,
) -> Result<Receipt> {
    let path = folder.join(name);
    std::fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    let receipt = ingest::ingest(Some(lake), mapping, &Input::file(&path), options).await;
    std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
    Ok(receipt?)
}

/// Options without a progress bar.
pub fn quiet(clock: &Arc<dyn Clock>, person: &PersonKey) -> IngestOptions {
    IngestOptions { dry_run: false, now: clock.now(), person: person.clone(), progress: None, vault: None }
}
