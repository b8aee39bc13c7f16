use analytics::DeriveOptions;
use anyhow::Result;
use datasets::clock::{Clock, SystemClock};

use crate::output::say;
use crate::verbs::Shared;

pub async fn run(shared: &Shared, batch: &str, dry_run: bool) -> Result<()> {
    let lake = shared.lake().await?;
    let now = SystemClock::default().now();
    let plan = match dry_run {
        true => lake.plan_rollback(batch).await?,
        false => lake.rollback(batch, now).await?,
    };
    let derived = match dry_run {
        true => None,
        false => Some(analytics::derive(&lake, DeriveOptions::at(now)).await?),
    };
    if shared.global.json {
        say!("{}", serde_json::json!({ "dry_run": dry_run, "withdrawn": plan, "derived": derived }));
        return Ok(());
    }
    let does = if dry_run { "would be withdrawn" } else { "withdrawn" };
    say!("batch {} ({} of {}) {does}:", plan.batch_id, plan.file_name, plan.source_system);
    for part in &plan.tables {
        say!("  {}: {} rows, {} files written anew or removed", part.table, part.rows, part.files);
    }
    if !plan.later.is_empty() {
        say!(
            "{} later batches of this source had rows that were known by then; if from this batch, they are gone with \
             it. Withdraw and land these too if they are to bring them:",
            plan.later.len()
        );
        for id in &plan.later {
            say!("  {id}");
        }
    }
    if let Some(report) = derived {
        eprintln!("derived {} cases, {} cards", report.cases, report.cards);
    }
    Ok(())
}
