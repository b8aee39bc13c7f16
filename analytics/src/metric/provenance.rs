//! Where a figure comes from: enough to ask the same again, by hand or by [`Provenance::question`].

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::json::writer::{JsonArray, WriterBuilder};
use jiff::Timestamp;
use jiff::civil::Date;
use queries::{Breakdown, Metric};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::measure::Question;
use super::period::{Base, Period};
use crate::session::Supposed;
use crate::{AnalyticsError, Session};

/// What was asked, of what, and by which definition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Provenance {
    /// Number of the metric.
    metric: String,
    name: String,
    /// As [`metric_version`] tells it.
    version: String,
    /// What was run; of a breakdown of time once for each piece.
    sql: String,
    parameters: Parameters,
    as_of: Timestamp,
    time_zone: String,
    /// Name and version of the official policies of the period; answers of older programs do not tell them.
    #[serde(default)]
    policies: Vec<String>,
    /// The version of each table that stood behind it.
    tables: BTreeMap<String, u64>,
}

/// The days are half-open.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Parameters {
    from: Date,
    to: Date,
    by: Breakdown,
    /// What it was set beside; of a breakdown of time each piece has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compared_with: Option<Compared>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    intervals: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rank: Option<String>,
    /// The count whose rows these are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rows_of: Option<String>,
    /// Parameters of the metric that were supposed to be other than the lake has them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    supposed: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Compared {
    base: Base,
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
        let parameters = Parameters {
            from: period.from,
            to: period.to,
            by,
            compared_with,
            intervals: question.intervals,
            rank: question.rank.clone(),
            rows_of,
            supposed: session.supposed().values().clone(),
        };
        Ok(Self {
            metric: metric.id.to_owned(),
            name: metric.name().to_owned(),
            version: metric_version(metric),
            sql,
            parameters,
            as_of: session.as_of(),
            time_zone: session.zone_name().to_owned(),
            policies: session.rules.policies_of(period.from, period.to, session.as_of()),
            tables: session.versions().iter().map(|(table, version)| ((*table).to_owned(), *version)).collect(),
        })
    }

    /// What was asked, of the metric as this program defines it.
    ///
    /// # Errors
    ///
    /// [`AnalyticsError::Shape`] if there is no such metric, or it does not answer that.
    pub fn question(&self) -> Result<Question, AnalyticsError> {
        let unknown = || AnalyticsError::Shape { what: "the answer".into(), reason: "it is of no known metric".into() };
        let metric = queries::find(&self.metric).ok_or_else(unknown)?;
        let Parameters { from, to, by, compared_with, intervals, rank, .. } = &self.parameters;
        Question::check(metric, *by, rank.as_deref())?;
        Ok(Question {
            metric,
            period: Period { from: *from, to: *to },
            by: *by,
            compare: compared_with.as_ref().map(|compared| compared.base),
            intervals: *intervals,
            rank: rank.clone(),
        })
    }

    /// The count whose rows were asked for, if rows were.
    pub fn rows_of(&self) -> Option<&str> {
        self.parameters.rows_of.as_deref()
    }

    /// The parameters that were supposed.
    ///
    /// # Errors
    ///
    /// As [`Supposed::of`].
    pub fn supposed(&self) -> Result<Supposed, AnalyticsError> {
        Supposed::of(self.question()?.metric, self.parameters.supposed.clone())
    }

    /// The instant as of which it was asked.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// The version of each table that stood behind it.
    pub fn tables(&self) -> &BTreeMap<String, u64> {
        &self.tables
    }

    /// Whether this program defines the metric as it was defined then.
    pub fn is_defined_alike(&self) -> bool {
        queries::find(&self.metric).is_some_and(|metric| metric_version(metric) == self.version)
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
    Ok(Compared { base, from, to })
}
