use analytics::{AnalyticsError, DeriveOptions};
use anyhow::Result;
use datasets::clock::{Clock, SystemClock};
use datasets::lake::{Lake, Migration};

use crate::output::say;
use crate::verbs::{Shared, not_derived};

pub async fn run(shared: &Shared, dry_run: bool) -> Result<()> {
    let lake = Lake::open_older(&shared.lake_url()?).await?;
    let Migration { from_format, to_format, added, parameters } = match dry_run {
        true => lake.plan_migration().await?,
        false => lake.migrate().await?,
    };
    let is_changed = !dry_run && (from_format < to_format || !added.is_empty());
    let next = if is_changed { derived(shared).await? } else { None };
    if shared.global.json {
        let told = serde_json::json!({
            "dry_run": dry_run, "from_format": from_format, "to_format": to_format, "added": added,
            "parameters": parameters, "next": next,
        });
        say!("{told}");
        return Ok(());
    }
    let does = if dry_run { "would be added" } else { "added" };
    for lack in &added {
        match &lack.fields {
            None => say!("table {} {does}", lack.table),
            Some(fields) if fields.is_empty() => {}
            Some(fields) => say!("{}: {} {does}", lack.table, fields.join(", ")),
        }
        if !lack.eased.is_empty() {
            let may = if dry_run { "would be allowed" } else { "are allowed" };
            say!("{}: rows without {} {may} from then on", lack.table, lack.eased.join(", "));
        }
    }
    if !parameters.is_empty() {
        say!("parameters {} {does}", parameters.join(", "));
    }
    if from_format < to_format {
        say!("format {from_format} {} format {to_format}", if dry_run { "would become" } else { "became" });
    } else if added.is_empty() && parameters.is_empty() {
        say!("nothing to do: the lake has all that this program knows");
    }
    if let Some(next) = next {
        say!("next: {next}");
    }
    Ok(())
}

/// Brings states and cards up to the new tables; what is left to do if they wait for consent to another clock.
async fn derived(shared: &Shared) -> Result<Option<String>> {
    match analytics::derive(&*shared.lake().await?, DeriveOptions::at(SystemClock::default().now())).await {
        Ok(_) => Ok(None),
        Err(error @ AnalyticsError::OtherEngine { .. }) => Ok(Some(error.to_string())),
        Err(error) => Err(not_derived("the lake is migrated", &error)),
    }
}
