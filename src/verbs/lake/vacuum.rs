use anyhow::Result;
use datasets::clock::{Clock, SystemClock};
use datasets::contract::Contract;
use jiff::tz::TimeZone;

use super::sized;
use crate::output::{counted, say};
use crate::verbs::Shared;
use crate::verbs::explain::local;

/// Files that are shown to people; `--json` gives all.
const SHOWN: usize = 50;

pub async fn run(shared: &Shared, only: Option<&'static Contract>, keep_days: u32, dry_run: bool) -> Result<()> {
    let lake = shared.lake().await?;
    let (now, keep_days) = (SystemClock::default().now(), i64::from(keep_days));
    let plan = match dry_run {
        true => lake.plan_vacuum(only, keep_days, now).await?,
        false => lake.vacuum(only, keep_days, now).await?,
    };
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
