//! Rows of record batches as values.

use arrow::array::RecordBatch;
use arrow::json::writer::{JsonArray, WriterBuilder};
use serde::de::DeserializeOwned;

use crate::AnalyticsError;

/// The rows of some batches, whose columns are the fields of `T`.
///
/// # Errors
///
/// [`AnalyticsError::Shape`] if they are not.
pub fn records<T: DeserializeOwned>(batches: &[RecordBatch]) -> Result<Vec<T>, AnalyticsError> {
    let mut text = Vec::new();
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, JsonArray>(&mut text);
    for batch in batches {
        writer.write(batch).map_err(AnalyticsError::arrow("rows as JSON"))?;
    }
    writer.finish().map_err(AnalyticsError::arrow("rows as JSON"))?;
    drop(writer);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_slice(&text)
        .map_err(|error| AnalyticsError::Shape { what: "rows of a query".into(), reason: error.to_string() })
}
