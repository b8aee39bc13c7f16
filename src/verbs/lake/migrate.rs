use anyhow::Result;
use datasets::lake::{Lake, Migration};

use crate::output::say;
use crate::verbs::Shared;

pub async fn run(shared: &Shared, dry_run: bool) -> Result<()> {
    let lake = Lake::open_older(&shared.lake_url()?).await?;
    let Migration { from_format, to_format, added } = match dry_run {
        true => lake.plan_migration().await?,
        false => lake.migrate().await?,
    };
    if shared.global.json {
        let told = serde_json::json!({
            "dry_run": dry_run, "from_format": from_format, "to_format": to_format, "added": added,
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
    if from_format < to_format {
        say!("format {from_format} {} format {to_format}", if dry_run { "would become" } else { "became" });
    } else if added.is_empty() {
        say!("nothing to do: the lake has all that this program knows");
    }
    Ok(())
}
