//! One JSON object: the columns, the rows as objects, and at the end how many they are and whether that is all.

use arrow::array::RecordBatch;
use arrow::json::writer::{JsonArray, Writer, WriterBuilder};
use serde_json::{Value, json};

use super::{Encoder, End, unwritten};
use crate::api::Problem;
use crate::sql::Trouble;
use crate::sql::cells::type_name;
use crate::sql::run::Head;

pub(super) struct Json {
    /// What stands before the rows, until it is written.
    head: String,
    writer: Writer<Vec<u8>, JsonArray>,
}

impl Json {
    pub(super) fn new(head: &Head) -> Self {
        let columns = head.schema.fields().iter().map(|field| {
            json!({ "name": field.name(), "type": type_name(field.data_type()), "nullable": field.is_nullable() })
        });
        let columns: Vec<Value> = columns.collect();
        let tables: serde_json::Map<String, Value> =
            head.versions.iter().map(|(table, version)| ((*table).to_owned(), json!(version))).collect();
        let told = json!({
            "as_of": head.as_of.to_string(),
            "time_zone": head.zone_name,
            "tables": tables,
            "columns": columns,
        });
        let told = told.to_string();
        let told = told.strip_suffix('}').unwrap_or(&told);
        let writer = WriterBuilder::new().with_explicit_nulls(true).build(Vec::new());
        Self { head: format!("{told},\"rows\":"), writer }
    }

    fn taken(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.head).into_bytes();
        bytes.append(self.writer.get_mut());
        bytes
    }
}

impl Encoder for Json {
    fn rows(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, Trouble> {
        self.writer.write(batch).map_err(|error| unwritten(&error))?;
        Ok(self.taken())
    }

    fn end(mut self: Box<Self>, end: &End) -> Result<Vec<u8>, Trouble> {
        self.writer.finish().map_err(|error| unwritten(&error))?;
        let mut bytes = self.taken();
        let mut told = json!({ "row_count": end.rows, "truncated": end.truncated, "elapsed_ms": end.millis });
        if let (Some(trouble), Some(told)) = (&end.trouble, told.as_object_mut()) {
            let problem = Problem::from(trouble.clone());
            told.insert("problem".to_owned(), serde_json::to_value(&problem).unwrap_or_default());
        }
        let told = told.to_string();
        bytes.push(b',');
        bytes.extend_from_slice(told.strip_prefix('{').unwrap_or(&told).as_bytes());
        Ok(bytes)
    }
}
