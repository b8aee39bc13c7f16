use analytics::DeriveOptions;
use anyhow::{Context, Result, bail};
use datasets::clock::{Clock, SystemClock};
use datasets::reference::edit::{self, EditError};
use jiff::tz::TimeZone;

use super::Shared;
use super::derive::show;
use crate::cli::{Misuse, ReferenceVerb};
use crate::output::{counted, say};

pub async fn run(shared: &Shared, verb: &ReferenceVerb) -> Result<()> {
    match verb {
        ReferenceVerb::Export { table } => export(shared, table).await,
        ReferenceVerb::Put { table, file, dry_run } => put(shared, table, file, *dry_run).await,
    }
}

async fn export(shared: &Shared, table: &str) -> Result<()> {
    let table = edit::table(table).map_err(misuse)?;
    let rows = analytics::held(&*shared.lake().await?, table).await?;
    say!("{}", String::from_utf8(edit::csv(&rows)?)?.trim_end());
    Ok(())
}

async fn put(shared: &Shared, table: &str, file: &std::path::Path, dry_run: bool) -> Result<()> {
    let table = edit::table(table).map_err(misuse)?;
    let text = std::fs::read(file).with_context(|| file.display().to_string())?;
    let rows = edit::rows(table, &text).with_context(|| file.display().to_string())?;
    if rows.num_rows() == 0 {
        bail!("{}: no rows below the header; nothing has changed", file.display());
    }
    let lake = shared.lake().await?;
    let zone = TimeZone::get(&lake.meta().time_zone)?;
    let now = SystemClock::default().now();
    if dry_run {
        return show(shared, &analytics::plan_reference(&lake, table, &rows, now).await?, &zone);
    }
    let changes = analytics::put_reference(&lake, table, &rows, now).await?;
    let report = analytics::derive(&lake, DeriveOptions::at(now)).await?;
    show(shared, &changes, &zone)?;
    if !shared.global.json {
        let (put, cases) = (counted(rows.num_rows(), "row", "rows"), counted(report.cases, "case", "cases"));
        say!("{put} put into {}; {cases} folded again", table.table);
    }
    Ok(())
}

fn misuse(error: EditError) -> anyhow::Error {
    Misuse(error.to_string()).into()
}
