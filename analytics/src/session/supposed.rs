//! Parameters of a metric that a question supposes to be other than the lake has them: in one session, and told with
//! the answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, RecordBatch, StringArray};
use datafusion::datasource::MemTable;
use datasets::contract::METRIC_PARAMETER;
use datasets::lake::LakeError;
use datasets::reference::parameter;
use jiff::civil::Date;
use queries::Metric;

use super::Session;
use crate::AnalyticsError;

/// Since when it holds: before anything that a lake has.
const SINCE: Date = Date::constant(1900, 1, 1);
/// Where it is laid down.
const SOURCE: &str = "supposed by the question";

/// Values by the keys of their parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Supposed(BTreeMap<String, String>);

impl Supposed {
    /// Values of parameters that the metric takes.
    ///
    /// # Errors
    ///
    /// [`AnalyticsError::Shape`] if it takes no such parameter, or cannot read the value.
    pub fn of(metric: &Metric, values: BTreeMap<String, String>) -> Result<Self, AnalyticsError> {
        let refused = |what: String, reason| AnalyticsError::Shape { what, reason };
        if let Some(key) = values.keys().find(|key| !metric.takes(key)) {
            let shipped = parameter::metric_parameters().map_err(LakeError::from)?;
            let mut known: Vec<String> = shipped.into_iter().map(|row| row.key).collect();
            known.retain(|key| metric.takes(key));
            let choice = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(refused(format!("parameter {key:?}"), format!("{} takes {choice}", metric.id)));
        }
        let supposed = Self(values);
        parameter::check(&supposed.rows()?).map_err(|reason| refused("what is supposed".to_owned(), reason))?;
        Ok(supposed)
    }

    /// The values by their keys.
    pub fn values(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Rows of `metric_parameter`.
    fn rows(&self) -> Result<RecordBatch, AnalyticsError> {
        let count = self.0.len();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(self.0.keys())),
            Arc::new(StringArray::from_iter_values(self.0.values())),
            Arc::new(Date32Array::from(vec![datasets::days_since_epoch(SINCE); count])),
            Arc::new(StringArray::from(vec![SOURCE; count])),
        ];
        RecordBatch::try_new(METRIC_PARAMETER.schema(), columns).map_err(AnalyticsError::arrow("what is supposed"))
    }
}

impl Session {
    /// Lets what this session is asked take these values in the place of the lake's.
    pub async fn suppose(&mut self, supposed: &Supposed) -> Result<(), AnalyticsError> {
        if supposed.0.is_empty() {
            return Ok(());
        }
        let rows = supposed.rows()?;
        let table = MemTable::try_new(rows.schema(), vec![vec![rows]])?;
        self.context.register_table("overlay.supposed_parameter", Arc::new(table))?;
        let view = self.context.sql(queries::view::SUPPOSED).await?.into_view();
        self.context.deregister_table(METRIC_PARAMETER.table)?;
        self.context.register_table(METRIC_PARAMETER.table, view)?;
        self.supposed = supposed.clone();
        Ok(())
    }

    /// What is supposed in this session.
    pub fn supposed(&self) -> &Supposed {
        &self.supposed
    }
}
