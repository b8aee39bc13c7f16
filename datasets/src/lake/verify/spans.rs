//! The smallest and the largest value that a field was seen with, against what statistics claim.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use arrow::compute::{filter, is_not_null};
use arrow::row::OwnedRow;
use serde_json::Value;

use crate::contract::{Contract, Field, Kind};
use crate::lake::LakeError;
use crate::lake::merge::Order;

/// Of one field.
pub(super) struct Span {
    pub(super) field: &'static Field,
    order: Order,
    low: Option<(OwnedRow, ArrayRef)>,
    high: Option<(OwnedRow, ArrayRef)>,
}

/// Fields whose statistics are relied upon.
pub(super) fn fields(contract: &'static Contract) -> Vec<&'static Field> {
    let relied = |field: &&'static Field| {
        let named = [contract.stats, contract.sort, contract.bloom].concat().contains(&field.name);
        named && !field.kind.is_nested() && !contract.partition.contains(&field.name)
    };
    contract.fields.iter().filter(relied).collect()
}

impl Span {
    pub(super) fn new(contract: &'static Contract, field: &'static Field) -> Result<Self, LakeError> {
        Ok(Self { field, order: Order::by(contract, &[field.name])?, low: None, high: None })
    }

    /// Takes values in the contract's type.
    pub(super) fn take(&mut self, values: &ArrayRef) -> Result<(), LakeError> {
        let wrong = |error| LakeError::arrow(self.field.name)(error);
        let known = if values.null_count() > 0 {
            filter(values, &is_not_null(values).map_err(wrong)?).map_err(wrong)?
        } else {
            values.clone()
        };
        let keys = self.order.keys(std::slice::from_ref(&known))?;
        let smallest = (0..keys.num_rows()).min_by(|left, right| keys.row(*left).cmp(&keys.row(*right)));
        let largest = (0..keys.num_rows()).max_by(|left, right| keys.row(*left).cmp(&keys.row(*right)));
        if let Some(at) = smallest
            && self.low.as_ref().is_none_or(|(low, _)| keys.row(at) < low.row())
        {
            self.low = Some((keys.row(at).owned(), known.slice(at, 1)));
        }
        if let Some(at) = largest
            && self.high.as_ref().is_none_or(|(high, _)| keys.row(at) > high.row())
        {
            self.high = Some((keys.row(at).owned(), known.slice(at, 1)));
        }
        Ok(())
    }

    /// Widens by what another span of the field has seen.
    pub(super) fn join(&mut self, other: &Self) -> Result<(), LakeError> {
        for (_, values) in other.low.iter().chain(&other.high) {
            self.take(values)?;
        }
        Ok(())
    }

    /// Whether all that was seen lies within; bounds of one value each, null where nothing is claimed.
    pub(super) fn lies_in(&self, low: Option<&ArrayRef>, high: Option<&ArrayRef>) -> Result<bool, LakeError> {
        let claimed = |bound: Option<&ArrayRef>| bound.filter(|bound| bound.len() == 1 && bound.is_valid(0)).cloned();
        if let (Some((seen, _)), Some(low)) = (&self.low, claimed(low))
            && seen.row() < self.order.keys(&[low])?.row(0)
        {
            return Ok(false);
        }
        if let (Some((seen, value)), Some(high)) = (&self.high, claimed(high))
            && seen.row() > self.order.keys(std::slice::from_ref(&high))?.row(0)
        {
            // A text may have been cut short.
            let is_cut = self.field.kind == Kind::Text
                && value.as_string::<i32>().value(0).starts_with(high.as_string::<i32>().value(0));
            return Ok(is_cut);
        }
        Ok(true)
    }
}

/// A bound as the log has it, as a value; instants are cut to milliseconds there.
pub(super) fn bound(field: &Field, value: Option<&Value>, is_high: bool) -> Option<ArrayRef> {
    let value = value?;
    let bound: ArrayRef = match field.kind {
        Kind::Text => Arc::new(StringArray::from(vec![value.as_str()?])),
        Kind::Int => Arc::new(Int64Array::from(vec![value.as_i64()?])),
        Kind::Date => {
            let date = value.as_str()?.parse::<jiff::civil::Date>().ok()?;
            Arc::new(Date32Array::from(vec![crate::days_since_epoch(date)]))
        }
        Kind::Instant => {
            let instant = value.as_str()?.parse::<jiff::Timestamp>().ok()?;
            let micros = instant.as_microsecond() + if is_high { 999 } else { 0 };
            Arc::new(TimestampMicrosecondArray::from(vec![micros]).with_timezone("UTC"))
        }
        _ => return None,
    };
    Some(bound)
}
