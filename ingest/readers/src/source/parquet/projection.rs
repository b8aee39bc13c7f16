//! Which columns are decoded, and as what.

use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef, Fields, Schema};

/// The file's columns of values under the names that are read; a list of structures has several.
/// `read`: by the places of the names, as [`super::name`] gives them.
pub(super) fn leaves(fields: &Fields, read: &[bool]) -> Vec<usize> {
    let mut leaves = Vec::new();
    collect(fields, &mut read.iter().copied(), &mut 0, &mut leaves);
    leaves
}

fn collect(fields: &Fields, read: &mut dyn Iterator<Item = bool>, next: &mut usize, leaves: &mut Vec<usize>) {
    for field in fields {
        if let DataType::Struct(inner) = field.data_type() {
            collect(inner, read, next, leaves);
            continue;
        }
        let end = *next + count(field.data_type());
        if read.next().unwrap_or_default() {
            leaves.extend(*next..end);
        }
        *next = end;
    }
}

/// How many columns of values a type takes.
fn count(kind: &DataType) -> usize {
    match kind {
        DataType::Struct(fields) => fields.iter().map(|field| count(field.data_type())).sum(),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => count(item.data_type()),
        DataType::Map(entries, _) => count(entries.data_type()),
        _ => 1,
    }
}

/// The same columns, but a text stands in memory once however many rows have it.
pub(super) fn shared(schema: &Schema) -> Schema {
    let fields: Fields = schema.fields().iter().map(shared_field).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

fn shared_field(field: &FieldRef) -> FieldRef {
    Arc::new(field.as_ref().clone().with_data_type(shared_type(field.data_type())))
}

fn shared_type(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(shared_field).collect()),
        DataType::List(item) => DataType::List(shared_field(item)),
        DataType::Map(entries, is_sorted) => DataType::Map(shared_field(entries), *is_sorted),
        _ => kind.clone(),
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::Field;

    use super::*;

    #[test]
    fn names_and_columns_of_values_are_counted_alike() {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let pair = DataType::Struct(Fields::from(vec![text("x"), text("y")]));
        let pairs = DataType::List(Arc::new(Field::new("element", pair.clone(), true)));
        let fields =
            Fields::from(vec![text("a"), Field::new("b", pair, true), Field::new("c", pairs, true), text("d")]);
        // Names: a, b.x, b.y, c, d.
        assert_eq!(leaves(&fields, &[true, false, true, false, true]), [0, 2, 5]);
        assert_eq!(leaves(&fields, &[false, false, false, true, false]), [3, 4]);
        let shared = shared(&Schema::new(fields));
        assert_eq!(shared.field(0).data_type(), &DataType::Utf8View);
        assert!(!format!("{:?}", shared.field(2).data_type()).contains("Utf8,"), "inside a list, too");
    }
}
