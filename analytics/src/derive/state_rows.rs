//! Rows of `case_state`.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Int64Builder, ListBuilder, RecordBatch, StringBuilder, StructBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::Field;
use datasets::contract::{CASE_STATE, step_fields};
use jiff::Timestamp;
use sla::Unit;

use super::columns::Columns;
use crate::fold::Folded;
use crate::{AnalyticsError, Rules};

/// The rows of folded cases.
pub(crate) fn rows(cases: &[Folded], rules: &Rules, part: &str, run: i64) -> Result<RecordBatch, AnalyticsError> {
    let of = Columns { rows: cases };
    let village = |case: &Folded| case.registration.village_code.clone();
    let above = |case: &Folded| {
        village(case).map(|village| {
            let (township, county) = rules.above(&village);
            (township.map(str::to_owned), county.map(str::to_owned))
        })
    };
    let work_days =
        |limit: Option<sla::Limit>| limit.filter(|limit| limit.unit == Unit::Wd).map(|limit| i64::from(limit.n));
    let columns: Vec<ArrayRef> = vec![
        of.text(|case| Some(&case.case_no)),
        of.same(part),
        of.int(|_| Some(run)),
        of.int(|_| Some(i64::from(sla::ENGINE_VERSION))),
        of.text(|case| Some(&case.source_system)),
        of.text(|case| case.registration.item_id.as_deref()),
        of.text(|case| case.registration.item_name.as_deref()),
        of.text(|case| case.registration.case_kind.as_deref()),
        of.text(|case| case.registration.village_code.as_deref()),
        of.owned(|case| above(case).and_then(|(township, _)| township)),
        of.owned(|case| above(case).and_then(|(_, county)| county)),
        of.text(|case| case.registration.org_code.as_deref()),
        of.text(|case| case.clock.holder.as_deref()),
        of.text(|case| case.registration.apply_channel.as_deref()),
        of.instant(|case| case.clock.received_at),
        of.instant(|case| case.clock.started_at),
        of.date(|case| case.clock.started_on),
        of.text(|case| Some(case.clock.due.as_str())),
        of.int(|case| case.clock.limit.map(|limit| i64::from(limit.n))),
        of.text(|case| case.clock.limit.map(|limit| limit.unit.as_str())),
        of.int(|case| work_days(case.registration.statutory)),
        of.int(|case| work_days(case.registration.promised)),
        of.date(|case| case.clock.due_on),
        of.instant(|case| case.clock.due_at),
        of.instant(|case| case.clock.yellow_at),
        of.instant(|case| case.clock.red_at),
        of.instant(|case| case.clock.closed_at),
        of.date(|case| case.clock.closed_on),
        of.instant(|case| case.clock.closed_known_at),
        of.text(|case| case.clock.close_result.map(|result| result.as_str())),
        of.flag(|case| case.clock.decided),
        of.int(|case| case.clock.used_at_end.map(|used| i64::from(used.used_wd))),
        of.int(|case| case.clock.used_at_end.map(|used| i64::from(used.used_days_tenths))),
        of.int(|case| case.clock.used_at_end.map(|used| used.used_office_sec)),
        of.flag(|case| case.clock.provisional),
        of.int(|case| i64::try_from(case.events).ok()),
        of.instant(|case| Some(case.clock.first_known_at)),
        of.instant(|case| Some(case.last_known_at())),
        of.texts(reasons),
        steps(cases),
    ];
    RecordBatch::try_new(CASE_STATE.schema(), columns).map_err(AnalyticsError::arrow("case_state"))
}

/// What the clock and the fold noticed.
pub(crate) fn reasons(case: &Folded) -> Vec<&'static str> {
    let of_clock = case.clock.reasons.iter().map(|reason| reason.as_str());
    of_clock.chain(case.remarks.iter().copied()).collect()
}

fn steps(cases: &[Folded]) -> ArrayRef {
    let fields = step_fields("UTC");
    let instants = || TimestampMicrosecondBuilder::new().with_timezone("UTC");
    let item = StructBuilder::new(
        fields.clone(),
        vec![
            Box::new(Int64Builder::new()),
            Box::new(StringBuilder::new()),
            Box::new(StringBuilder::new()),
            Box::new(instants()),
            Box::new(instants()),
        ],
    );
    let element = Field::new("element", arrow::datatypes::DataType::Struct(fields), true);
    let mut list = ListBuilder::new(item).with_field(element);
    for case in cases {
        for step in &case.clock.steps {
            let item = list.values();
            if let Some(column) = item.field_builder::<Int64Builder>(0) {
                column.append_option(step.step_seq);
            }
            for (at, text) in [(1, &step.step_name), (2, &step.org_code)] {
                if let Some(column) = item.field_builder::<StringBuilder>(at) {
                    column.append_option(text.as_deref());
                }
            }
            for (at, instant) in [(3, step.started_at), (4, step.ended_at)] {
                if let Some(column) = item.field_builder::<TimestampMicrosecondBuilder>(at) {
                    column.append_option(instant.map(Timestamp::as_microsecond));
                }
            }
            item.append(true);
        }
        list.append(true);
    }
    Arc::new(list.finish())
}
