use anyhow::Result;
use datasets::clock::{Clock, SystemClock};
use datasets::contract::Contract;
use datasets::lake::VacuumPlan;
use jiff::tz::TimeZone;

use super::{each, sized};
use crate::output::{counted, say};
use crate::progress::Bar;
use crate::verbs::Shared;
use crate::verbs::explain::local;

/// Files that are shown to people; `--json` gives all.
const SHOWN: usize = 50;

pub async fn run(shared: &Shared, only: Option<&'static Contract>, keep_days: u32, dry_run: bool) -> Result<()> {
    let lake = shared.lake().await?;
    let (now, keep_days) = (SystemClock::default().now(), i64::from(keep_days));
    let tables: Vec<&'static Contract> = each(only).collect();
    let bar = Bar::counting(tables.len() as u64, "vacuum", "tables", shared.global.json);
    let mut plan = VacuumPlan::default();
    for (done, table) in (1..).zip(tables) {
        let of_table = match dry_run {
            true => lake.plan_vacuum(Some(table), keep_days, now).await?,
            false => lake.vacuum(Some(table), keep_days, now).await?,
        };
        plan.bytes += of_table.bytes;
        plan.files.extend(of_table.files);
        bar.at(done);
    }
    bar.finish();
    if shared.global.json {
        say!("{}", serde_json::json!({ "dry_run": dry_run, "files": plan.files, "bytes": plan.bytes }));
        return Ok(());
    }
    let zone = TimeZone::get(&lake.meta().time_zone)?;
    for file in plan.files.iter().take(SHOWN) {
        let why = match file.removed_at {
            Some(at) => format!("not needed since {}", local(at, &zone)),
            None => "named by no version".to_owned(),
        };
        say!("{}/{}  {}, {why}", file.table, file.file, sized(file.bytes));
    }
    if plan.files.len() > SHOWN {
        say!("… more with --json");
    }
    let does = if dry_run { "would be removed" } else { "removed" };
    say!("{}, {} {does}", counted(plan.files.len(), "file", "files"), sized(plan.bytes));
    Ok(())
}
