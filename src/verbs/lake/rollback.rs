use std::collections::BTreeSet;

use anyhow::Result;
use datasets::clock::{Clock, SystemClock};
use datasets::contract::INGEST_BATCH;
use datasets::lake::{Lake, RollbackPlan, accounts};
use jiff::Timestamp;

use crate::output::{counted, say};
use crate::progress::Stages;
use crate::verbs::derive::summary;
use crate::verbs::{Shared, derive_after, erase};

pub async fn run(shared: &Shared, batch: &str, dry_run: bool) -> Result<()> {
    let lake = shared.lake().await?;
    let now = SystemClock::default().now();
    if let Some(id) = withdrawn(&lake, batch).await? {
        return go_on(shared, &lake, &id, now, dry_run).await;
    }
    let bar = Stages::shared(shared.global.json);
    let watch = |come| bar.come(come);
    let planned = match dry_run {
        true => lake.plan_rollback(batch, &watch).await,
        false => lake.rollback_watched(batch, now, &watch).await,
    };
    bar.finish();
    let plan = planned?;
    let derived = match dry_run {
        true => None,
        false => {
            let done = format!("batch {} is withdrawn", plan.batch_id);
            Some(derive_after(&lake, now, &done, shared.global.json).await?)
        }
    };
    let erased_by = erased_by(shared, &lake, &plan.batch_id);
    if shared.global.json {
        let told =
            serde_json::json!({ "dry_run": dry_run, "withdrawn": plan, "erased_by": erased_by, "derived": derived });
        say!("{told}");
        return Ok(());
    }
    print(&plan, dry_run)?;
    for order in &erased_by {
        say!(
            "by order {order} a person was erased from its rows: the same file brings the person back when it lands \
             again; have the source erase first, or run `sunlake erase` again after that"
        );
    }
    if let Some(report) = derived {
        eprintln!("{}", summary(&report));
    }
    Ok(())
}

/// Orders that have erased people from the batch's rows. What is done is no failure if nobody can tell.
fn erased_by(shared: &Shared, lake: &Lake, batch_id: &str) -> BTreeSet<String> {
    erase::orders(shared, lake, batch_id).unwrap_or_else(|error| {
        tracing::warn!("whether people were erased from rows of the batch cannot be told: {error:#}");
        BTreeSet::new()
    })
}

/// The whole id of the one batch that begins so, if it has been withdrawn and has not landed since.
async fn withdrawn(lake: &Lake, batch: &str) -> Result<Option<String>> {
    let held = accounts(&lake.table(&INGEST_BATCH).snapshot().await?).await?;
    let mut named = held.into_iter().filter(|(id, _)| !batch.is_empty() && id.starts_with(batch));
    Ok(match (named.next(), named.next()) {
        (Some((id, account)), None) if !account.is_landed => Some(id),
        _ => None,
    })
}

/// A rollback that was broken off behind its last commit lacks states and cards alone.
async fn go_on(shared: &Shared, lake: &Lake, id: &str, now: Timestamp, dry_run: bool) -> Result<()> {
    let done = format!("batch {id} has been withdrawn already");
    let derived = match dry_run {
        true => None,
        false => Some(derive_after(lake, now, &done, shared.global.json).await?),
    };
    if shared.global.json {
        let told =
            serde_json::json!({ "dry_run": dry_run, "withdrawn": null, "withdrawn_before": id, "derived": derived });
        say!("{told}");
    } else if dry_run {
        say!("{done}; nothing would be changed but states and cards, if they are behind");
    } else {
        say!("{done}; states and cards stand on what is left");
    }
    Ok(())
}

fn print(plan: &RollbackPlan, dry_run: bool) -> Result<()> {
    let does = if dry_run { "would be withdrawn" } else { "withdrawn" };
    say!("batch {} ({} of {}) {does}:", plan.batch_id, plan.file_name, plan.source_system);
    for part in &plan.tables {
        let (rows, files) = (counted(part.rows, "row", "rows"), counted(part.files, "file", "files"));
        say!("  {}: {rows}, {files} written anew or removed", part.table);
    }
    if plan.cases > 0 {
        let go = if dry_run { "would go" } else { "went" };
        let cases = counted(plan.cases, "case", "cases");
        say!(
            "facts of {cases} {go} with it; a case of which nothing else tells vanishes with its cards, and all others \
             are folded anew"
        );
    }
    if plan.is_pushed {
        say!("it came by a push: the same body under the same key lands again");
    }
    if !plan.later.is_empty() {
        say!(
            "{} of this source had rows that were known by then; if from this batch, they are gone with it. Withdraw \
             and land again what is to bring them:",
            counted(plan.later.len(), "later batch", "later batches")
        );
        for id in &plan.later {
            say!("  {id}");
        }
    }
    Ok(())
}
