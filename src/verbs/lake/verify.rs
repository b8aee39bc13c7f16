use anyhow::{Result, bail};
use datasets::contract::Contract;
use datasets::lake::Finding;

use super::sized;
use crate::output::{counted, say};
use crate::progress::Stages;
use crate::verbs::Shared;

pub async fn run(shared: &Shared, table: Option<&'static Contract>) -> Result<()> {
    let lake = shared.lake().await?;
    let bar = Stages::shared(shared.global.json);
    let verified = lake.verify_watched(table, &|come| bar.come(come)).await;
    bar.finish();
    let report = verified?;
    if shared.global.json {
        say!("{}", serde_json::to_string(&report)?);
    } else {
        say!("{:<20} {:>7} {:>6} {:>12} {:>14}  orphans", "table", "version", "files", "rows", "bytes");
        for table in &report.tables {
            let (name, version, files, rows) = (table.table, table.version, table.files, table.rows);
            let orphans = match table.orphans {
                0 => String::new(),
                orphans => format!("{}, {}; harmless", counted(orphans, "file", "files"), sized(table.orphan_bytes)),
            };
            say!("{name:<20} {version:>7} {files:>6} {rows:>12} {:>14}  {orphans}", table.bytes);
        }
        for Finding { table, file, what } in &report.findings {
            match file {
                Some(file) => say!("{table}/{file} {what}"),
                None => say!("{table} {what}"),
            }
        }
    }
    if report.without_digest > 0 && !shared.global.json {
        say!(
            "files without a digest to be checked by, since an older sunlake wrote them: {}. What is in them was read; \
             `sunlake lake compact` and `sunlake derive --full` give a digest to the files that they write anew",
            report.without_digest
        );
    }
    match report.wrong {
        0 if shared.global.json => Ok(()),
        0 => {
            say!("nothing is wrong");
            Ok(())
        }
        wrong => bail!("things that are wrong with this lake: {wrong}"),
    }
}
