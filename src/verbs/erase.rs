use std::collections::BTreeSet;
use std::io::BufRead;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use datasets::audit::{AuditEntry, AuditLog};
use datasets::clock::{Clock, SystemClock};
use datasets::lake::Lake;
use ingest::{EraseWatch, Erasure, PersonKey, Subject, SubjectError, Vault};
use serde_json::{Map, Value};

use super::Shared;
use super::audit::actor;
use crate::cli::{EraseArgs, Misuse};
use crate::output::{counted, say};
use crate::progress::Stages;

/// Action of the audit log.
const ERASE: &str = "erase";
/// Field of its entries: the batches that had brought the rows.
const BATCHES: &str = "batches";
/// What no erasure can reach.
const BEYOND: &str = "Not reached: backups, exports, copies of the vault, and files outside it, such as those in the done \
                      and failed folders of a watch. Run `sunlake backup FOLDER` again into each backup of this lake, \
                      which then drops the files that are gone here; restore any other backup and run this command on \
                      the restored lake.";
const BY_HASH: &str = "Only a hash was given, so originals that repeat what was known already are not found: give the \
                       identifier, too.";

pub async fn run(shared: &Shared, args: &EraseArgs) -> Result<()> {
    let subject = Arc::new(subject(shared, &args.subject)?);
    if subject.is_in(&args.order) {
        bail!(Misuse("the identifier stands in the number of the order, which is kept; give another number".into()));
    }
    let lake = shared.lake().await?;
    let vault = vault(shared)?;
    let _locks = if args.dry_run { Vec::new() } else { lake.lock_all().await? };
    let bar = Stages::shared(shared.global.json);
    let shown = bar.clone();
    let watch: EraseWatch = Arc::new(move |come| shown.come(come));
    let done = async {
        let erasure = ingest::plan_erase(&lake, vault.as_ref(), &subject, &watch).await?;
        if !args.dry_run {
            let log = AuditLog::at(shared.config.audit_file());
            let (vault, order, watch) = (vault.as_ref(), &args.order, &watch);
            Job { lake: &lake, vault, subject: &subject, order, log, watch }.run(&erasure).await?;
        }
        anyhow::Ok(erasure)
    };
    let erasure = done.await;
    bar.finish();
    let erasure = erasure?;
    print(shared, args, &subject, &erasure)
}

/// Whom it is about.
fn subject(shared: &Shared, typed: &str) -> Result<Subject> {
    let misuse = |error: SubjectError| Misuse(format!("--subject: {error}"));
    let (kind, value) = typed.split_once(':').ok_or_else(|| misuse(SubjectError::Kind))?;
    let mut read = String::new();
    if value == "-" {
        std::io::stdin().lock().read_line(&mut read).context("standard input")?;
    } else {
        read.push_str(value);
    }
    let file = shared.config.person_key_file();
    let keys = PersonKey::load_all(&file)?;
    Ok(Subject::new(kind, &read, keys, &file.display().to_string()).map_err(misuse)?)
}

/// The vault, if there is one.
fn vault(shared: &Shared) -> Result<Option<Arc<Vault>>> {
    let is_there = shared.config.vault().folder.is_dir();
    is_there.then(|| shared.vault()).transpose()
}

struct Job<'a> {
    lake: &'a Lake,
    vault: Option<&'a Arc<Vault>>,
    subject: &'a Subject,
    order: &'a str,
    log: AuditLog,
    watch: &'a EraseWatch,
}

impl Job<'_> {
    /// Says that it begins, does it, and says that it is done. A run that was killed leaves an entry
    /// that it began; the one that goes on says that it is done, even if nothing was left to do.
    async fn run(&self, erasure: &Erasure) -> Result<()> {
        let clock = SystemClock::default();
        let entries = self.log.entries()?;
        let last = entries.iter().rfind(|entry| self.is_of(entry));
        let last = last.and_then(|entry| entry.fields.get("state")).and_then(Value::as_str);
        if erasure.is_empty() && last == Some("done") {
            return Ok(());
        }
        if !erasure.is_empty() {
            self.note("begun", erasure, &clock)?;
            ingest::erase(self.lake, self.vault, erasure, self.order, clock.now(), self.watch).await?;
        }
        self.note("done", erasure, &clock)
    }

    /// Whether an entry is about the same person and order in this lake.
    fn is_of(&self, entry: &AuditEntry) -> bool {
        let field = |name: &str| entry.fields.get(name);
        let is_named =
            |name: &Value| name.as_str().is_some_and(|name| self.subject.names().iter().any(|is| is == name));
        entry.action == ERASE
            && field("order").and_then(Value::as_str) == Some(self.order)
            && field("lake").and_then(Value::as_str) == Some(self.lake.url().to_string().as_str())
            && field("subject").and_then(Value::as_array).is_some_and(|names| names.iter().any(is_named))
    }

    fn note(&self, state: &str, erasure: &Erasure, clock: &SystemClock) -> Result<()> {
        let mut fields = Map::new();
        fields.insert("order".to_owned(), self.order.into());
        fields.insert("subject".to_owned(), self.subject.names().into());
        fields.insert("lake".to_owned(), self.lake.url().to_string().into());
        fields.insert("state".to_owned(), state.into());
        fields.insert("found".to_owned(), serde_json::to_value(erasure)?);
        fields.insert(BATCHES.to_owned(), serde_json::to_value(&erasure.lake.batches)?);
        self.log.append(clock.now(), &actor(), ERASE, &fields)?;
        Ok(())
    }
}

/// Orders by which people were erased from rows of a batch, as far as the audit log tells.
pub fn orders(shared: &Shared, lake: &Lake, batch_id: &str) -> Result<BTreeSet<String>> {
    let entries = AuditLog::at(shared.config.audit_file()).entries()?;
    let url = lake.url().to_string();
    let field = |entry: &AuditEntry, name: &str| entry.fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let is_of_batch = |entry: &&AuditEntry| {
        let batches = entry.fields.get(BATCHES).and_then(Value::as_array);
        entry.action == ERASE
            && field(entry, "lake").as_deref() == Some(url.as_str())
            && batches.is_some_and(|batches| batches.iter().any(|id| id.as_str() == Some(batch_id)))
    };
    Ok(entries.iter().filter(is_of_batch).filter_map(|entry| field(entry, "order")).collect())
}

fn print(shared: &Shared, args: &EraseArgs, subject: &Subject, erasure: &Erasure) -> Result<()> {
    let mut beyond = vec![BEYOND.to_owned()];
    if !erasure.lake.other_keys.is_empty() {
        let keys = erasure.lake.other_keys.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let file = shared.config.person_key_file();
        beyond.push(format!(
            "Rows that are hashed under other keys ({keys}) could not be looked for: put those keys beside {} under \
             names such as person-2022.key, and run this again.",
            file.display()
        ));
    }
    beyond.extend(subject.is_hash().then(|| BY_HASH.to_owned()));
    let outcome = match (erasure.is_empty(), args.dry_run) {
        (true, _) => "nothing_found",
        (false, true) => "dry_run",
        (false, false) => "erased",
    };
    if shared.global.json {
        let told = serde_json::json!({
            "outcome": outcome, "order": args.order, "found": erasure, "not_reached": beyond,
        });
        say!("{told}");
        return Ok(());
    }
    match outcome {
        "nothing_found" => say!("nothing of this person was found; nothing is changed"),
        "dry_run" => say!("by order {} would be erased:", args.order),
        _ => say!("erased by order {}:", args.order),
    }
    for part in &erasure.lake.tables {
        say!(
            "  {}: {} of the person, {} that may quote; {} written anew, {} removed",
            part.table,
            counted(part.rows, "row", "rows"),
            part.quotes,
            counted(part.files, "file", "files"),
            counted(part.old_files, "old file", "old files")
        );
    }
    if !erasure.vault.is_empty() {
        let records: usize = erasure.vault.refused.values().sum();
        let originals = counted(erasure.vault.originals.len(), "original", "originals");
        say!("  vault: {originals}, {}", counted(records, "refused record", "refused records"));
    }
    if erasure.refusals > 0 {
        say!("  quarantine: {} closed", counted(erasure.refusals, "refusal", "refusals"));
    }
    for sentence in &beyond {
        say!("{sentence}");
    }
    Ok(())
}
