//! The lists of records inside a case's state.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ListArray, StructArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{Field, Fields};
use datasets::contract::{step_fields, suspension_fields};

use super::columns::Columns;
use crate::fold::Folded;

pub(super) fn steps(cases: &[Folded]) -> ArrayRef {
    let steps: Vec<_> = cases.iter().flat_map(|case| &case.clock.steps).collect();
    let of = Columns { rows: &steps };
    let columns = vec![
        of.int(|step| step.step_seq),
        of.text(|step| step.step_name.as_deref()),
        of.text(|step| step.org_code.as_deref()),
        of.instant(|step| step.started_at),
        of.instant(|step| step.ended_at),
        of.int(|step| step.limit.map(|limit| i64::from(limit.n))),
        of.text(|step| step.limit.map(|limit| limit.unit.as_str())),
        of.date(|step| step.due_on),
        of.instant(|step| step.due_at),
        of.int(|step| Some(i64::from(step.used_wd))),
    ];
    lists(step_fields("UTC"), columns, cases.iter().map(|case| case.clock.steps.len()))
}

pub(super) fn suspensions(cases: &[Folded]) -> ArrayRef {
    let stops: Vec<_> = cases.iter().flat_map(|case| &case.clock.suspensions).collect();
    let of = Columns { rows: &stops };
    let columns = vec![
        of.text(|stop| Some(&stop.id)),
        of.text(|stop| stop.kind.map(|kind| kind.as_str())),
        of.instant(|stop| Some(stop.started_at)),
        of.instant(|stop| stop.ended_at),
        of.instant(|stop| stop.cap_at),
        of.instant(|stop| stop.deducted.map(|span| span.from)),
        of.instant(|stop| stop.deducted.map(|span| span.until)),
    ];
    lists(suspension_fields("UTC"), columns, cases.iter().map(|case| case.clock.suspensions.len()))
}

/// A list of so many records for each case.
fn lists(fields: Fields, columns: Vec<ArrayRef>, lengths: impl Iterator<Item = usize>) -> ArrayRef {
    let records = StructArray::new(fields, columns, None);
    let element = Arc::new(Field::new("element", records.data_type().clone(), true));
    Arc::new(ListArray::new(element, OffsetBuffer::from_lengths(lengths), Arc::new(records), None))
}
