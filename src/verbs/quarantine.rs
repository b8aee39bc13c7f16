use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use datasets::clock::{Clock, SystemClock};
use ingest::{
    Correction, IngestError, IngestOptions, Input, LINE_COLUMN, Mapping, OpenRefusal, PersonKey, RawRecord, ReadError,
    Replayed, find_batch, open_refusals,
};

use super::{Shared, derive_after};
use crate::cli::{Misuse, QuarantineVerb};
use crate::output::{counted, say};
use crate::progress::RowBar;

/// Places of a batch id that are shown to people.
const SHORT: usize = 12;

pub async fn run(shared: &Shared, verb: &QuarantineVerb) -> Result<()> {
    match verb {
        QuarantineVerb::List => list(shared).await,
        QuarantineVerb::Show { batch, raw, csv } => show(shared, batch, *raw, *csv).await,
        QuarantineVerb::Replay { batch, mapping, from, dry_run, no_derive } => {
            let how = How { mapping: mapping.as_deref(), from: from.as_deref(), dry_run: *dry_run, derive: !no_derive };
            replay(shared, batch, &how).await
        }
    }
}

/// Batch, table and rule.
type Key = (String, Option<String>, String);

/// Refusals of one batch, table and rule.
#[derive(serde::Serialize)]
struct Group {
    batch_id: String,
    source_system: String,
    file_name: String,
    table: Option<String>,
    rule: String,
    /// Records, and refused fields of them.
    records: usize,
    refusals: usize,
}

async fn list(shared: &Shared) -> Result<()> {
    let mut groups: BTreeMap<Key, (Group, HashSet<(u64, String)>)> = BTreeMap::new();
    for refusal in open_refusals(&*shared.lake().await?, None).await? {
        let OpenRefusal { batch_id, source_system, file_name, table, rule, line, row_hash, .. } = refusal;
        let key: Key = (batch_id.clone(), table.clone(), rule.clone());
        let empty =
            || (Group { batch_id, source_system, file_name, table, rule, records: 0, refusals: 0 }, HashSet::new());
        let (group, records) = groups.entry(key).or_insert_with(empty);
        records.insert((line, row_hash));
        group.records = records.len();
        group.refusals += 1;
    }
    let groups: Vec<Group> = groups.into_values().map(|(group, _)| group).collect();
    if shared.global.json {
        say!("{}", serde_json::to_string_pretty(&groups)?);
        return Ok(());
    }
    if groups.is_empty() {
        say!("nothing is open: every row has landed or was known");
        return Ok(());
    }
    say!("{:<SHORT$} {:<20} {:<24} {:>8} {:>8}  file", "batch", "table", "rule", "records", "refusals");
    for Group { batch_id, file_name, table, rule, records, refusals, .. } in &groups {
        let table = table.as_deref().unwrap_or("(whole record)");
        say!("{:<SHORT$} {table:<20} {rule:<24} {records:>8} {refusals:>8}  {file_name}", short(batch_id));
    }
    Ok(())
}

async fn show(shared: &Shared, batch: &str, raw: bool, csv: bool) -> Result<()> {
    let lake = shared.lake().await?;
    let (batch, _) = find_batch(&lake, batch).await?;
    let refusals = open_refusals(&lake, Some(&batch)).await?;
    let (names, records) = if raw || csv { texts(shared, &batch, &refusals).await? } else { Default::default() };
    if csv {
        return write_csv(&refusals, &names, &records);
    }
    let text = |refusal: &OpenRefusal| records.get(&(refusal.line, refusal.row_hash.clone()));
    if shared.global.json {
        let rows: Vec<serde_json::Value> =
            refusals.iter().map(|refusal| serde_json::json!({ "refusal": refusal, "record": text(refusal) })).collect();
        say!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    if refusals.is_empty() {
        say!("nothing of {} is open", short(&batch));
    }
    let mut last = None;
    for refusal in &refusals {
        let field = refusal.field.as_deref().unwrap_or("record");
        let table = refusal.table.as_deref().map(|table| format!("{table}.")).unwrap_or_default();
        say!("line {}, {table}{field}: {} - {}", refusal.line, refusal.rule, refusal.reason);
        if raw && last.replace((refusal.line, &refusal.row_hash)) != Some((refusal.line, &refusal.row_hash)) {
            match text(refusal) {
                Some(RawRecord { text: Some(text), .. }) => say!("    {text}"),
                Some(record) => {
                    for (name, value) in record.values.iter().filter(|(_, value)| !value.is_empty()) {
                        say!("    {name} = {value}");
                    }
                }
                None => say!("    (not in the vault: it has expired, or was not to be kept)"),
            }
        }
    }
    Ok(())
}

/// Records by line and fingerprint.
type Records = HashMap<(u64, String), RawRecord>;

/// The texts of these refusals that the vault has, and all names that the batch's have: an empty value
/// stands in the first record with its name alone.
async fn texts(shared: &Shared, batch: &str, refusals: &[OpenRefusal]) -> Result<(Vec<String>, Records)> {
    let Some(vault) = shared.find_vault()? else { return Ok((Vec::new(), HashMap::new())) };
    let batch = batch.to_owned();
    let wanted: HashSet<(u64, String)> =
        refusals.iter().map(|refusal| (refusal.line, refusal.row_hash.clone())).collect();
    let reading = tokio::task::spawn_blocking(move || {
        let (mut names, mut known, mut found) = (Vec::new(), HashSet::new(), HashMap::new());
        vault.refused(&batch, |record| {
            for (name, _) in &record.values {
                if known.insert(name.clone()) {
                    names.push(name.clone());
                }
            }
            let key = (record.line, record.row_hash.clone());
            if wanted.contains(&key) {
                found.insert(key, record);
            }
            Ok(())
        })?;
        Ok::<_, IngestError>((names, found))
    });
    Ok(reading.await??)
}

/// The records as CSV, each with its line; of one that could not be read as a record the line alone.
fn write_csv(refusals: &[OpenRefusal], names: &[String], records: &Records) -> Result<()> {
    let keys: Vec<(u64, String)> = refusals.iter().map(|refusal| (refusal.line, refusal.row_hash.clone())).collect();
    let places: HashMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(std::iter::once(LINE_COLUMN).chain(names.iter().map(String::as_str)))?;
    let mut missing = 0;
    let mut seen = HashSet::new();
    for key in keys.iter().filter(|key| seen.insert(*key)) {
        let mut row = vec![String::new(); names.len() + 1];
        row[0] = key.0.to_string();
        let values = records.get(key).map(|record| record.values.as_slice()).unwrap_or_default();
        missing += usize::from(values.is_empty());
        for (name, value) in values {
            if let Some(place) = places.get(name.as_str()) {
                row[place + 1].clone_from(value);
            }
        }
        writer.write_record(&row)?;
    }
    std::io::stdout().lock().write_all(&writer.into_inner().context("CSV")?)?;
    if missing > 0 {
        let records = counted(missing, "record", "records");
        eprintln!("sunlake: of {records} the vault has no values; fill them in by hand, or remove their rows");
    }
    Ok(())
}

/// How to replay.
struct How<'a> {
    mapping: Option<&'a str>,
    from: Option<&'a Path>,
    dry_run: bool,
    derive: bool,
}

async fn replay(shared: &Shared, batch: &str, how: &How<'_>) -> Result<()> {
    let lake = shared.lake().await?;
    let (batch, landed_through) = find_batch(&lake, batch).await?;
    let mapping = Mapping::find(how.mapping.unwrap_or(&landed_through)).map_err(|error| match error {
        ReadError::UnknownMapping { .. } => anyhow::Error::from(Misuse(format!(
            "{error}. The batch was read through mapping {landed_through:?}; name its file with --mapping"
        ))),
        other => other.into(),
    })?;
    let person = if how.dry_run {
        PersonKey::from_bytes(b"a dry run hashes nothing that stays")
    } else {
        shared.person_key(&lake).await?
    };
    let clock = SystemClock::default();
    let vault = shared.find_vault()?;
    let bar = RowBar::shared("replay", shared.global.json);
    let options = IngestOptions { dry_run: how.dry_run, now: clock.now(), person, progress: Some(bar.clone()), vault };
    let from = how.from.map(|file| Correction::File(Input::file(file)));
    let replayed = ingest::replay(&lake, &mapping, &batch, from.as_ref(), &options).await;
    bar.finish();
    let replayed = replayed?;
    if !how.dry_run && how.derive {
        let done = format!("the replay of batch {} is done and in the books", short(&batch));
        derive_after(&lake, clock.now(), &done, shared.global.json).await?;
    }
    print(&replayed, shared.global.json)
}

fn print(replayed: &Replayed, json: bool) -> Result<()> {
    if json {
        say!("{}", serde_json::to_string(replayed)?);
        return Ok(());
    }
    let Replayed { batch_id, outcome, attempt, open_before, open_after, rows_in, landed, quarantined, known, .. } =
        replayed;
    say!("{}: {outcome}, attempt {attempt} (open rows {open_before} -> {open_after})", short(batch_id));
    say!("  moved: rows {rows_in} = landed {landed} + quarantined {quarantined} + known {known}");
    if let Some(new) = &replayed.new_columns {
        say!("  {new}");
    }
    if replayed.resolved_before > 0 {
        say!("  rows of the file left out, since what they correct was resolved before: {}", replayed.resolved_before);
    }
    for refusal in &replayed.refusals {
        let field = refusal.field.as_deref().unwrap_or("record");
        say!("  line {}, {field}: {} - {}", refusal.line, refusal.rule, refusal.reason);
    }
    Ok(())
}

fn short(batch: &str) -> &str {
    batch.get(..SHORT).unwrap_or(batch)
}
