//! Where a figure comes from: enough to ask the same again.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::json::writer::{JsonArray, WriterBuilder};
use jiff::Timestamp;
use jiff::civil::Date;
use queries::{Breakdown, Metric};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::measure::Question;
use super::period::{Base, Period};
use crate::{AnalyticsError, Session};

/// What was asked, of what, and by which definition.
#[derive(Debug, Clone, Serialize)]
pub struct Provenance {
    /// Number of the metric.
    metric: &'static str,
    name: &'static str,
    /// As [`metric_version`] tells it.
    version: String,
    /// What was run; of a breakdown of time once for each piece.
    sql: String,
    parameters: Parameters,
    as_of: Timestamp,
    time_zone: String,
    /// The version of each table that stood behind it.
    tables: BTreeMap<&'static str, u64>,
}

/// The days are half-open.
#[derive(Debug, Clone, Serialize)]
struct Parameters {
    from: Date,
    to: Date,
    by: Breakdown,
    /// What it was set beside; of a breakdown of time each piece has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared_with: Option<Compared>,
    /// The count whose rows these are.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_of: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Compared {
    base: &'static str,
    from: Date,
    to: Date,
}

impl Provenance {
    /// Of the answer to a question, or of the rows of a count: `Some(None)` is the first of the metric.
    ///
    /// # Errors
    ///
    /// As the question itself.
    pub fn new(session: &Session, question: &Question, rows: Option<Option<&str>>) -> Result<Self, AnalyticsError> {
        let Question { metric, period, by, .. } = *question;
        let sql = match rows {
            None => metric.sql_by(by)?,
            Some(count) => metric.rows_by(by, count)?,
        };
        let first = || metric.header().rows.first().map(|rows| rows.count);
        let rows_of = rows.and_then(|count| count.or_else(first)).map(str::to_owned);
        let today = session.zone().to_datetime(session.as_of()).date();
        let compared_with = question.compare.map(|base| compared(period, base, today)).transpose()?;
        Ok(Self {
            metric: metric.id,
            name: metric.name(),
            version: metric_version(metric),
            sql,
            parameters: Parameters { from: period.from, to: period.to, by, compared_with, rows_of },
            as_of: session.as_of(),
            time_zone: session.zone_name().to_owned(),
            tables: session.versions().iter().copied().collect(),
        })
    }
}

impl Provenance {
    /// What was run.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The rows as JSON, with where they come from. They stand as they were written: numbers keep every digit,
    /// columns their order.
    ///
    /// # Errors
    ///
    /// [`AnalyticsError::Shape`] if they cannot be told so.
    pub fn told(&self, rows: &[RecordBatch]) -> Result<String, AnalyticsError> {
        let mut text = Vec::new();
        let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, JsonArray>(&mut text);
        for batch in rows {
            writer.write(batch).map_err(AnalyticsError::arrow("rows as JSON"))?;
        }
        writer.finish().map_err(AnalyticsError::arrow("rows as JSON"))?;
        drop(writer);
        let untold = |reason: String| AnalyticsError::Shape { what: "where a figure comes from".into(), reason };
        let rows = String::from_utf8(text).map_err(|error| untold(error.to_string()))?;
        let told = serde_json::to_string(self).map_err(|error| untold(error.to_string()))?;
        let head = told.strip_suffix('}').unwrap_or(&told);
        Ok(format!("{head},\"rows\":{rows}}}"))
    }
}

/// What tells whether a figure still means the same: SHA-256 of the metric's definition, with what it shares
/// with others.
pub fn metric_version(metric: &Metric) -> String {
    Sha256::digest(metric.definition()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn compared(period: Period, base: Base, today: Date) -> Result<Compared, AnalyticsError> {
    let Period { from, to } = period.base(base, today)?;
    let base = match base {
        Base::Previous => "previous",
        Base::LastYear => "last-year",
    };
    Ok(Compared { base, from, to })
}
