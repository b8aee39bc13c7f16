//! Rows of `case_state`.

use arrow::array::{ArrayRef, RecordBatch};
use datasets::contract::CASE_STATE;
use sla::Unit;

use super::columns::Columns;
use super::nested;
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
        of.instant(Folded::received_at),
        of.instant(|case| case.clock.promise.started_at),
        of.date(|case| case.clock.promise.started_on),
        of.text(|case| case.clock.start.map(|start| start.kind.as_str())),
        of.instant(|case| case.clock.start.map(|start| start.from)),
        of.text(|case| Some(if case.gone_since.is_some() { "EXCLUDED" } else { case.clock.promise.basis.as_str() })),
        of.int(|case| case.clock.promise.limit.map(|limit| i64::from(limit.n))),
        of.text(|case| case.clock.promise.limit.map(|limit| limit.unit.as_str())),
        of.int(|case| case.clock.extension.map(|extension| i64::from(extension.days))),
        of.int(|case| work_days(case.registration.statutory)),
        of.int(|case| work_days(case.registration.promised)),
        of.date(|case| case.clock.promise.due_on),
        of.instant(|case| case.clock.promise.due_at),
        of.instant(|case| case.clock.promise.yellow_at),
        of.instant(|case| case.clock.promise.red_at),
        of.date(|case| case.clock.statutory.due_on),
        of.instant(|case| case.clock.statutory.due_at),
        of.instant(|case| case.clock.village.started_at),
        of.date(|case| case.clock.village.due_on),
        of.instant(|case| case.clock.village.due_at),
        of.instant(|case| case.clock.village.ended_at),
        of.instant(|case| case.clock.pauses.last().map(|pause| pause.from)),
        of.instant(|case| case.clock.pauses.last().map(|pause| pause.until)),
        of.int(|case| i64::try_from(case.clock.promise.excluded_on.len()).ok()),
        of.instant(|case| case.clock.closed_at),
        of.date(|case| case.clock.closed_on),
        of.instant(|case| case.clock.closed_known_at),
        of.text(|case| case.clock.close_result.map(|result| result.as_str())),
        of.flag(|case| case.clock.decided),
        of.int(|case| case.clock.used_at_end.map(|used| i64::from(used.used_wd))),
        of.int(|case| case.clock.used_at_end.map(|used| i64::from(used.used_days_tenths))),
        of.int(|case| case.clock.used_at_end.map(|used| used.used_office_sec)),
        of.flag(|case| case.clock.promise.provisional),
        of.int(|case| i64::try_from(case.events).ok()),
        of.instant(|case| Some(case.first_known_at())),
        of.instant(|case| Some(case.last_known_at())),
        of.texts(reasons),
        nested::steps(cases),
        nested::suspensions(cases),
    ];
    RecordBatch::try_new(CASE_STATE.schema(), columns).map_err(AnalyticsError::arrow("case_state"))
}

/// What the clock and the fold noticed.
pub(crate) fn reasons(case: &Folded) -> Vec<&'static str> {
    let of_clock = case.clock.reasons.iter().map(|reason| reason.as_str());
    of_clock.chain(case.remarks.iter().copied()).collect()
}
