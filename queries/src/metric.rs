//! The metrics of domain §5. One metric is one SQL file in `sql/metrics` and one line in
//! [`METRICS`].

use std::sync::OnceLock;

use crate::{Breakdown, Header, RefusedBreakdown, Rows, shared};

/// Every metric.
pub static METRICS: [Metric; 33] = [
    Metric::new("M01", include_str!("../sql/metrics/M01.sql")),
    Metric::new("M02", include_str!("../sql/metrics/M02.sql")),
    Metric::new("M03", include_str!("../sql/metrics/M03.sql")),
    Metric::new("M04", include_str!("../sql/metrics/M04.sql")),
    Metric::new("M05", include_str!("../sql/metrics/M05.sql")),
    Metric::new("M06", include_str!("../sql/metrics/M06.sql")),
    Metric::new("M07", include_str!("../sql/metrics/M07.sql")),
    Metric::new("M08", include_str!("../sql/metrics/M08.sql")),
    Metric::new("M09", include_str!("../sql/metrics/M09.sql")),
    Metric::new("M10", include_str!("../sql/metrics/M10.sql")),
    Metric::new("M11", include_str!("../sql/metrics/M11.sql")),
    Metric::new("M12", include_str!("../sql/metrics/M12.sql")),
    Metric::new("M13", include_str!("../sql/metrics/M13.sql")),
    Metric::new("M14", include_str!("../sql/metrics/M14.sql")),
    Metric::new("M15", include_str!("../sql/metrics/M15.sql")),
    Metric::new("M16", include_str!("../sql/metrics/M16.sql")),
    Metric::new("M17", include_str!("../sql/metrics/M17.sql")),
    Metric::new("M18", include_str!("../sql/metrics/M18.sql")),
    Metric::new("M19", include_str!("../sql/metrics/M19.sql")),
    Metric::new("M20", include_str!("../sql/metrics/M20.sql")),
    Metric::new("M21", include_str!("../sql/metrics/M21.sql")),
    Metric::new("M22", include_str!("../sql/metrics/M22.sql")),
    Metric::new("M23", include_str!("../sql/metrics/M23.sql")),
    Metric::new("M24", include_str!("../sql/metrics/M24.sql")),
    Metric::new("M25", include_str!("../sql/metrics/M25.sql")),
    Metric::new("M26", include_str!("../sql/metrics/M26.sql")),
    Metric::new("M27", include_str!("../sql/metrics/M27.sql")),
    Metric::new("M28", include_str!("../sql/metrics/M28.sql")),
    Metric::new("M29", include_str!("../sql/metrics/M29.sql")),
    Metric::new("M30", include_str!("../sql/metrics/M30.sql")),
    Metric::new("M31", include_str!("../sql/metrics/M31.sql")),
    Metric::new("M32", include_str!("../sql/metrics/M32.sql")),
    Metric::new("M33", include_str!("../sql/metrics/M33.sql")),
];

/// The metric with that number, in capitals or not.
pub fn find(id: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.id.eq_ignore_ascii_case(id))
}

/// One number, or a few that belong together, with its only definition.
#[derive(Debug)]
pub struct Metric {
    /// Number in domain §5, e.g. `M03`.
    pub id: &'static str,
    /// The file as it is written, with its tokens; to run it, ask [`Metric::sql_by`].
    pub sql: &'static str,
    header: OnceLock<Header>,
}

impl Metric {
    const fn new(id: &'static str, sql: &'static str) -> Self {
        Self { id, sql, header: OnceLock::new() }
    }

    /// What the file says about itself: titles, units, columns, formula, caveat.
    pub fn header(&self) -> &Header {
        self.header.get_or_init(|| Header::parse(self.sql))
    }

    /// Name in identifiers, e.g. `due_on_time_rate`.
    pub fn name(&self) -> &'static str {
        self.header().name
    }

    /// Title in Chinese.
    pub fn title_zh(&self) -> &'static str {
        self.header().title_zh
    }

    /// Title in English.
    pub fn title_en(&self) -> &'static str {
        self.header().title_en
    }

    /// The SQL that tells the metric apart by `breakdown`: `bucket` first, then the columns of
    /// the header. It reads `case_state` and `card`, takes `$from` and `$to` (dates of the lake's
    /// zone, the second exclusive), and cuts the period at `now()`. A breakdown of time is
    /// [`Breakdown::All`], to be run once for each piece of the period.
    ///
    /// A bucket that has nothing in the period has no row; `All` and pieces of time always have
    /// theirs, with zero counts and null rates.
    ///
    /// # Errors
    ///
    /// [`RefusedBreakdown`] if the rows of the metric do not have what the breakdown asks for, as
    /// items have no village (`breakdowns` of the header).
    pub fn sql_by(&'static self, breakdown: Breakdown) -> Result<String, RefusedBreakdown> {
        let choices = self.header().breakdowns.as_slice();
        if !choices.contains(&breakdown) {
            return Err(RefusedBreakdown { metric: self.id, breakdown, choices });
        }
        // Text from this crate alone: nothing that a user typed gets into the SQL.
        let (key, group) = match breakdown.case_column() {
            Some(_) => ("bucket", "\n    group by bucket"),
            None => ("'all'", ""),
        };
        Ok(shared::fill(self.sql)
            .replace("{bucket}", breakdown.case_column().unwrap_or("'all'"))
            .replace("{cards}", breakdown.cards())
            .replace("{card_bucket}", breakdown.card_column().unwrap_or("'all'"))
            .replace("{item_bucket}", breakdown.item_column())
            .replace("{key}", key)
            .replace("\n    {group}", group))
    }

    /// The text by which the metric is known again: with what it shares with others, whatever it is told apart by.
    pub fn definition(&self) -> String {
        shared::fill(self.sql)
    }

    /// Whether it takes that parameter of `metric_parameter`: of a family such as `reply_limit_wd.HELP` it names all
    /// at once.
    pub fn takes(&self, key: &str) -> bool {
        let definition = self.definition();
        let family = key.split_once('.').map(|(family, _)| format!("'{family}."));
        definition.contains(&format!("'{key}'")) || family.is_some_and(|family| definition.contains(&family))
    }

    /// The SQL of the rows behind a count, or behind the first of the header: `bucket`, the key and what the
    /// metric looks at, one row for each of the count. Parameters and breakdown as in [`Metric::sql_by`].
    ///
    /// # Errors
    ///
    /// [`RefusedRows`] if the metric has no such count.
    pub fn rows_by(&'static self, breakdown: Breakdown, count: Option<&str>) -> Result<String, RefusedRows> {
        let sql = self.sql_by(breakdown)?;
        let rows = self.rows_of(count)?;
        // What is counted stands before the counting.
        let queries = sql.split_once(",\n\ntotals as (").map_or(sql.as_str(), |(before, _)| before);
        let condition = rows.condition.map(|condition| format!(" where {condition}")).unwrap_or_default();
        Ok(format!("{queries}\n\nselect * from {}{condition}\n", rows.query))
    }

    /// What the header says of the rows behind a count, or behind the first.
    ///
    /// # Errors
    ///
    /// [`RefusedRows`] if the metric has no such count.
    pub fn rows_of(&self, count: Option<&str>) -> Result<Rows, RefusedRows> {
        let header = self.header();
        let rows = match count {
            None => header.rows.first(),
            Some(count) => header.rows.iter().find(|rows| rows.count == count),
        };
        rows.copied().ok_or_else(|| self.refused_rows(count.unwrap_or_default()))
    }

    fn refused_rows(&self, column: &str) -> RefusedRows {
        let header = self.header();
        let choices = header.rows.iter().map(|rows| rows.count).collect::<Vec<_>>().join(", ");
        let (metric, column) = (self.id, column.to_owned());
        if header.columns.iter().any(|known| known.name == column) {
            RefusedRows::NoCount { metric, column, choices }
        } else {
            RefusedRows::Unknown { metric, column, choices }
        }
    }
}

/// Rows that a metric cannot show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefusedRows {
    /// It is a sum, a mean or a quotient.
    #[error("{column} of {metric} is made of counts and counts no rows itself; choose {choices}")]
    NoCount { metric: &'static str, column: String, choices: String },
    /// There is no such column.
    #[error("{metric} has no rows behind {column:?}; choose {choices}")]
    Unknown { metric: &'static str, column: String, choices: String },
    #[error(transparent)]
    Breakdown(#[from] RefusedBreakdown),
}

#[cfg(test)]
mod tests;
