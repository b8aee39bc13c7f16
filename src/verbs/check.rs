use analytics::{CheckResult, CheckRun};
use anyhow::{Result, bail};
use queries::check::{CHECKS, Check, MOST_ROWS, find};
use serde_json::{Value, json};

use super::Shared;
use crate::cli::{CheckArgs, Misuse};
use crate::output::say;
use crate::progress::Bar;

pub async fn run(shared: &Shared, args: &CheckArgs) -> Result<()> {
    if shared.global.as_of.is_some() {
        bail!(Misuse("checks look at the lake as it is now; leave --as-of out".into()));
    }
    let checks = chosen(&args.ids)?;
    let session = shared.session().await?;
    let bar = Bar::counting(checks.len() as u64, "check", "checks", shared.global.json);
    let run = analytics::run_checks_watched(&session, checks, &|done, of| bar.at_of(done, of)).await;
    bar.finish();
    if shared.global.json {
        say!("{}", told(&run));
    } else {
        table(&run)?;
    }
    let failed = run.results.iter().filter(|result| !matches!(&result.found, Ok(rows) if rows.is_empty())).count();
    if failed > 0 {
        bail!("checks that did not pass: {failed} of {}", run.results.len());
    }
    Ok(())
}

/// Those that are named, each once; all without names.
fn chosen(ids: &[String]) -> Result<Vec<&'static Check>> {
    let mut checks: Vec<&'static Check> = Vec::new();
    for id in ids {
        let check = find(id).ok_or_else(|| {
            let known: Vec<&str> = CHECKS.iter().map(|check| check.id).collect();
            Misuse(format!("there is no check {id:?}; there are {}", known.join(", ")))
        })?;
        if !checks.iter().any(|chosen| chosen.id == check.id) {
            checks.push(check);
        }
    }
    Ok(if checks.is_empty() { CHECKS.iter().collect() } else { checks })
}

fn table(run: &CheckRun) -> Result<()> {
    say!("{:<25} {:>6}  {:<60}  first", "check", "rows", "title");
    for CheckResult { check, found } in &run.results {
        let (rows, first) = match found {
            Ok(rows) => (count(rows.len()), rows.first().map(|row| format!("{}: {}", row.key, row.detail))),
            Err(error) => ("?".to_owned(), Some(format!("could not be run: {error}"))),
        };
        let line =
            format!("{:<25} {rows:>6}  {:<60}  {}", check.id, check.header().title_en, first.unwrap_or_default());
        say!("{}", line.trim_end());
    }
    Ok(())
}

/// Beyond the limit nobody has counted.
fn count(rows: usize) -> String {
    if rows < MOST_ROWS { rows.to_string() } else { format!("{rows}+") }
}

fn told(run: &CheckRun) -> Value {
    let result = |CheckResult { check, found }: &CheckResult| {
        let header = check.header();
        let mut told = json!({
            "check": check.id,
            "title_zh": header.title_zh,
            "title_en": header.title_en,
            "row": header.row,
        });
        match found {
            Ok(rows) => {
                told["rows"] = json!(rows.len());
                told["is_all"] = json!(rows.len() < MOST_ROWS);
                told["found"] = json!(rows);
            }
            Err(error) => told["error"] = json!(error.to_string()),
        }
        told
    };
    let versions: serde_json::Map<String, Value> =
        run.versions.iter().map(|(table, version)| ((*table).to_owned(), json!(version))).collect();
    json!({
        "as_of": run.as_of.to_string(),
        "versions": versions,
        "checks": run.results.iter().map(result).collect::<Vec<_>>(),
    })
}
