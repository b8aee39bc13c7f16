//! What the checks found when they were last run, whatever time the page shows.

use std::sync::Arc;

use analytics::{CheckResult, CheckRun};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use queries::check::{Check, MOST_ROWS};

use crate::format;
use crate::frame::Context;
use crate::i18n::Lang;
use crate::sheet::{Cell, Column};

/// Rows of a check that are named; the CSV names all.
const NAMED: usize = 3;

/// The section as the page shows it.
#[derive(Debug)]
pub(super) struct View {
    /// When they were run, or what they are.
    pub(super) sub: String,
    /// The table versions that they stand on; empty before the first run.
    pub(super) versions: String,
    /// Said in the place of a table.
    pub(super) none: String,
    pub(super) rows: Vec<Row>,
}

/// A check as the page shows it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) class: &'static str,
    pub(super) result: String,
    /// The first things that are wrong: what, and how.
    pub(super) first: Vec<(String, String)>,
    pub(super) has_more: bool,
}

pub(super) fn view(context: &Context) -> View {
    let t = context.lang();
    match &context.app.options.checks {
        None => none(t, "checks-not-here"),
        Some(latest) => shown(t, context.zone(), latest.borrow().clone()),
    }
}

fn none(t: Lang, key: &str) -> View {
    View { sub: t.say("quality-checks-sub"), versions: String::new(), none: t.say(key), rows: Vec::new() }
}

fn shown(t: Lang, zone: &TimeZone, run: Option<Arc<CheckRun>>) -> View {
    let Some(run) = run else { return none(t, "checks-none-yet") };
    let mut versions: Vec<String> = run.versions.iter().map(|(table, version)| format!("{table} {version}")).collect();
    versions.sort();
    View {
        sub: t.tell("quality-checks-at", &[("at", &format::stamp(zone, run.as_of))]),
        versions: t.tell("checks-versions", &[("versions", &versions.join(" · "))]),
        none: String::new(),
        rows: run.results.iter().map(|result| row(t, result)).collect(),
    }
}

fn row(t: Lang, CheckResult { check, found }: &CheckResult) -> Row {
    let (class, first, has_more) = match found {
        Ok(rows) => {
            let first = rows.iter().take(NAMED).map(|row| (row.key.clone(), row.detail.clone()));
            (if rows.is_empty() { "lamp good" } else { "lamp stale" }, first.collect(), rows.len() > NAMED)
        }
        Err(error) => ("lamp stale", vec![(String::new(), error.to_string())], false),
    };
    Row {
        id: check.id,
        title: title(t, check),
        class,
        result: result(t, found.as_ref().ok().map(Vec::len)),
        first,
        has_more,
    }
}

fn title(t: Lang, check: &Check) -> &'static str {
    match t {
        Lang::Zh => check.header().title_zh,
        Lang::En => check.header().title_en,
    }
}

/// Of so many rows; none if they could not be looked for.
fn result(t: Lang, rows: Option<usize>) -> String {
    match rows {
        None => t.say("check-failed"),
        Some(0) => t.say("check-passed"),
        Some(rows) => {
            let key = if rows < MOST_ROWS { "check-rows" } else { "check-rows-at-least" };
            t.tell(key, &[("n", &format::count(t, rows as i64))])
        }
    }
}

/// A line of the file.
pub(super) struct Line {
    id: &'static str,
    title: &'static str,
    result: String,
    at: Timestamp,
    key: String,
    detail: String,
}

/// A line for each thing that is wrong, and one for each check without any.
pub(super) fn lines(context: &Context) -> Vec<Line> {
    let t = context.lang();
    let run = context.app.options.checks.as_ref().and_then(|latest| latest.borrow().clone());
    let Some(run) = run else { return Vec::new() };
    let mut lines = Vec::new();
    for CheckResult { check, found } in &run.results {
        let told = result(t, found.as_ref().ok().map(Vec::len));
        let mut line = |key: &str, detail: &str| {
            lines.push(Line {
                id: check.id,
                title: title(t, check),
                result: told.clone(),
                at: run.as_of,
                key: key.to_owned(),
                detail: detail.to_owned(),
            });
        };
        match found {
            Ok(rows) if rows.is_empty() => line("", ""),
            Ok(rows) => rows.iter().for_each(|row| line(&row.key, &row.detail)),
            Err(error) => line("", &error.to_string()),
        }
    }
    lines
}

/// Of the file.
pub(super) fn columns() -> Vec<Column<Line>> {
    vec![
        Column::new("id", "col-check-id", "", |_, line: &Line| Cell::Text(line.id.to_owned())),
        Column::new("title", "col-check-title", "", |_, line: &Line| Cell::Text(line.title.to_owned())),
        Column::new("result", "col-check-result", "", |_, line: &Line| Cell::Text(line.result.clone())),
        Column::new("at", "col-check-at", "r", |_, line: &Line| Cell::Instant(line.at)),
        Column::new("key", "col-key", "", |_, line: &Line| Cell::text(Some(line.key.as_str()))),
        Column::new("detail", "col-detail", "", |_, line: &Line| Cell::text(Some(line.detail.as_str()))),
    ]
}

#[cfg(test)]
mod tests {
    use analytics::{AnalyticsError, CheckRow};
    use queries::check::CHECKS;

    use super::*;

    fn run() -> Option<Arc<CheckRun>> {
        let rows = |n: usize| -> Result<Vec<CheckRow>, AnalyticsError> {
            let row = |at| CheckRow { key: format!("case {at}"), detail: "2 rows".into() };
            Ok((0..n).map(row).collect())
        };
        let found = [rows(0), rows(4), rows(MOST_ROWS), Err(AnalyticsError::NotAllowed("a reason".into()))];
        let results = CHECKS.iter().zip(found).map(|(check, found)| CheckResult { check, found });
        let as_of: Timestamp = "2018-05-19T16:00:00Z".parse().unwrap();
        Some(Arc::new(CheckRun { as_of, versions: vec![("village_day", 4), ("card", 7)], results: results.collect() }))
    }

    #[test]
    fn each_check_has_its_result_with_the_first_rows() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let view = shown(Lang::En, &zone, run());
        assert!(view.versions.contains("card 7 · village_day 4") && view.none.is_empty(), "{view:?}");
        assert!(view.sub.contains("2018-05-20 00:00"), "{}", view.sub);
        let [good, bad, many, failed] = view.rows.as_slice() else { panic!("{view:?}") };
        assert_eq!((good.class, good.result.as_str(), good.first.len()), ("lamp good", "passed", 0));
        assert_eq!((bad.class, bad.result.as_str(), bad.has_more), ("lamp stale", "4 rows", true));
        assert_eq!(bad.first.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["case 0", "case 1", "case 2"]);
        assert!(many.result.contains("1\u{202f}000") && many.result.contains("or more"), "{}", many.result);
        assert!(failed.class == "lamp stale" && failed.first[0].1.contains("a reason"), "{failed:?}");
        assert_eq!(shown(Lang::Zh, &zone, run()).rows[0].title, CHECKS[0].header().title_zh);
    }

    #[test]
    fn before_the_first_run_that_is_said() {
        let view = shown(Lang::Zh, &TimeZone::UTC, None);
        assert!(view.rows.is_empty() && view.versions.is_empty());
        assert_eq!(view.none, Lang::Zh.say("checks-none-yet"));
    }
}
