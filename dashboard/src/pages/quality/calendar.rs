//! How far the calendar of each region reaches.

use jiff::civil::Date;
use queries::panel;
use serde::Deserialize;

use super::asked;
use crate::error::HttpError;
use crate::format;
use crate::frame::Context;
use crate::sheet::{Cell, Column};

/// One row of panel `calendar_coverage`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct CoverageRow {
    pub(super) region: String,
    first_day: Date,
    pub(super) last_day: Date,
    days: i64,
    workdays: i64,
    years: i64,
    version: Option<String>,
    known_from: Option<Date>,
}

/// A region as the page shows it.
pub(super) struct View {
    pub(super) region: String,
    /// The cases of this lake are judged by it.
    pub(super) is_own: bool,
    pub(super) first: String,
    pub(super) last: String,
    /// Years in between without a day, in words; empty if there is none.
    pub(super) gaps: String,
    pub(super) days: String,
    pub(super) workdays: String,
    pub(super) version: String,
    pub(super) known_from: String,
}

impl CoverageRow {
    /// Years between the first and the last that have no day.
    fn gaps(&self) -> i64 {
        i64::from(self.last_day.year()) - i64::from(self.first_day.year()) + 1 - self.years
    }

    pub(super) fn view(&self, context: &Context) -> View {
        let t = context.lang();
        let gaps = self.gaps();
        View {
            is_own: self.region == context.app.engine.lake_meta().region,
            region: self.region.clone(),
            first: self.first_day.to_string(),
            last: self.last_day.to_string(),
            gaps: if gaps > 0 { t.tell("calendar-gaps", &[("n", &gaps.to_string())]) } else { String::new() },
            days: format::count(t, self.days),
            workdays: format::count(t, self.workdays),
            version: self.version.clone().unwrap_or_else(|| format::NONE.to_owned()),
            known_from: self.known_from.map_or_else(|| format::NONE.to_owned(), |day| day.to_string()),
        }
    }
}

/// All regions, by name.
pub(super) async fn read(context: &Context) -> Result<Vec<CoverageRow>, HttpError> {
    let mut rows: Vec<CoverageRow> = asked(context, panel::CALENDAR_COVERAGE, &[]).await?;
    rows.sort_by(|left, right| left.region.cmp(&right.region));
    Ok(rows)
}

/// Of the file.
pub(super) fn columns() -> Vec<Column<CoverageRow>> {
    vec![
        Column::new("region", "col-region", "", |_, row: &CoverageRow| Cell::Text(row.region.clone())),
        Column::new("first_day", "col-first-day", "r", |_, row: &CoverageRow| Cell::Day(row.first_day)),
        Column::new("last_day", "col-last-day", "r", |_, row: &CoverageRow| Cell::Day(row.last_day)),
        Column::new("days", "col-days", "r", |_, row: &CoverageRow| Cell::Count(row.days)),
        Column::new("workdays", "col-workdays", "r", |_, row: &CoverageRow| Cell::Count(row.workdays)),
        Column::new("gaps", "col-missing-years", "r", |_, row: &CoverageRow| Cell::Count(row.gaps())),
        Column::new("version", "col-version", "", |_, row: &CoverageRow| Cell::text(row.version.as_deref())),
        Column::new("known_from", "col-known-from", "r", |_, row: &CoverageRow| Cell::day(row.known_from)),
    ]
}
