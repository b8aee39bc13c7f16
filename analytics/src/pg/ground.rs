//! The tables of `sys`: what the views of `pg_catalog` and `information_schema` are made of.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use super::known::Known;
use super::types::{self, ALL};

/// Name and rows of each.
pub(super) fn tables(known: &Known) -> Result<Vec<(&'static str, RecordBatch)>, ArrowError> {
    let client = &known.client;
    let one = |name: &str| RecordBatch::try_from_iter([("name", texts([name]))]);
    let settings = client.settings.iter();
    Ok(vec![
        ("relation", relations(known)?),
        ("attribute", attributes(known)?),
        ("type", type_rows()?),
        (
            "namespace",
            RecordBatch::try_from_iter([
                ("oid", numbers(known.namespaces.iter().map(|(oid, _)| *oid))),
                ("name", texts(known.namespaces.iter().map(|(_, name)| name.as_str()))),
            ])?,
        ),
        ("database", one(&client.database)?),
        ("person", one(&client.user)?),
        (
            "setting",
            RecordBatch::try_from_iter([
                ("name", texts(settings.clone().map(|(name, _)| name.as_str()))),
                ("setting", texts(settings.map(|(_, value)| value.as_str()))),
            ])?,
        ),
    ])
}

fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.into_iter().map(Some).collect::<StringArray>())
}

fn numbers(values: impl IntoIterator<Item = i32>) -> ArrayRef {
    Arc::new(values.into_iter().map(Some).collect::<Int32Array>())
}

fn relations(known: &Known) -> Result<RecordBatch, ArrowError> {
    let held = &known.relations;
    let count = |columns: usize| i32::try_from(columns).unwrap_or(i32::MAX);
    RecordBatch::try_from_iter([
        ("oid", numbers(held.iter().map(|relation| relation.oid))),
        ("namespace", numbers(held.iter().map(|relation| relation.namespace))),
        ("database_name", texts(held.iter().map(|_| known.client.database.as_str()))),
        ("schema_name", texts(held.iter().map(|relation| relation.doc.schema.as_str()))),
        ("name", texts(held.iter().map(|relation| relation.doc.name.as_str()))),
        ("kind", texts(held.iter().map(|relation| if relation.doc.is_view { "v" } else { "r" }))),
        ("columns", numbers(held.iter().map(|relation| count(relation.doc.columns.len())))),
        ("about", texts(held.iter().map(|relation| relation.doc.about.as_str()))),
    ])
}

fn attributes(known: &Known) -> Result<RecordBatch, ArrowError> {
    let held = || {
        known.relations.iter().flat_map(|relation| {
            (1_i32..).zip(&relation.doc.columns).map(move |(number, column)| (relation.oid, number, column))
        })
    };
    let shown = || held().map(|(_, _, column)| types::shown(&column.data_type));
    let digits = |arrow: &DataType| match arrow {
        DataType::Decimal128(digits, scale) | DataType::Decimal256(digits, scale) => {
            Some((i32::from(*digits), i32::from(*scale)))
        }
        _ => None,
    };
    let digits = || held().map(|(_, _, column)| digits(&column.data_type));
    let required: BooleanArray = held().map(|(_, _, column)| Some(!column.nullable)).collect();
    let precision: Int32Array = digits().map(|held| held.map(|(digits, _)| digits)).collect();
    let scale: Int32Array = digits().map(|held| held.map(|(_, scale)| scale)).collect();
    RecordBatch::try_from_iter([
        ("relation", numbers(held().map(|(relation, _, _)| relation))),
        ("number", numbers(held().map(|(_, number, _)| number))),
        ("name", texts(held().map(|(_, _, column)| column.name.as_str()))),
        ("type", numbers(shown().map(|shown| signed(shown.oid)))),
        ("type_name", texts(shown().map(|shown| shown.name))),
        ("sql_type", texts(shown().map(|shown| shown.sql))),
        ("length", numbers(shown().map(|shown| i32::from(shown.length)))),
        ("modifier", numbers(held().map(|(_, _, column)| types::modifier(&column.data_type)))),
        ("digits", Arc::new(precision) as ArrayRef),
        ("scale", Arc::new(scale) as ArrayRef),
        ("is_required", Arc::new(required) as ArrayRef),
        ("about", texts(held().map(|(_, _, column)| column.about.as_str()))),
    ])
}

/// Every type, and that of its arrays.
fn type_rows() -> Result<RecordBatch, ArrowError> {
    struct Row {
        oid: u32,
        name: String,
        length: i16,
        category: &'static str,
        element: u32,
        array: u32,
    }
    let plain = ALL.iter().map(|held| Row {
        oid: held.oid,
        name: held.name.to_owned(),
        length: held.length,
        category: held.category,
        element: 0,
        array: held.array,
    });
    let arrays = ALL.iter().filter(|held| held.array > 0).map(|held| Row {
        oid: held.array,
        name: format!("_{}", held.name),
        length: -1,
        category: "A",
        element: held.oid,
        array: 0,
    });
    let rows: Vec<Row> = plain.chain(arrays).collect();
    RecordBatch::try_from_iter([
        ("oid", numbers(rows.iter().map(|row| signed(row.oid)))),
        ("name", texts(rows.iter().map(|row| row.name.as_str()))),
        ("length", numbers(rows.iter().map(|row| i32::from(row.length)))),
        ("category", texts(rows.iter().map(|row| row.category))),
        ("element", numbers(rows.iter().map(|row| signed(row.element)))),
        ("array_type", numbers(rows.iter().map(|row| signed(row.array)))),
    ])
}

/// Numbers of types are small; arrow's whole numbers are what SQL compares with literals.
fn signed(oid: u32) -> i32 {
    i32::try_from(oid).unwrap_or(0)
}
