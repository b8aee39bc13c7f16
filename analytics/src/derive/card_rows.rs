//! Rows of `card`.

use arrow::array::{ArrayRef, RecordBatch};
use datasets::contract::CARD;
use sla::Card;

use super::columns::Columns;
use super::state_rows::reasons;
use crate::fold::Folded;
use crate::{AnalyticsError, Rules};

struct Row<'c> {
    case: &'c Folded,
    card: &'c Card,
    township: Option<&'c str>,
    county: Option<&'c str>,
}

/// The cards of folded cases, issued or still ahead.
pub(crate) fn rows(cases: &[Folded], rules: &Rules, part: &str, run: i64) -> Result<RecordBatch, AnalyticsError> {
    let mut cards = Vec::new();
    for case in cases {
        let (township, county) =
            case.registration.village_code.as_ref().map_or((None, None), |village| rules.above(village));
        cards.extend(case.clock.cards.iter().map(|card| Row { case, card, township, county }));
    }
    let of = Columns { rows: &cards };
    let columns: Vec<ArrayRef> = vec![
        of.owned(|row| Some(id(row))),
        of.same(part),
        of.int(|_| Some(run)),
        of.int(|_| Some(i64::from(sla::ENGINE_VERSION))),
        of.same("CASE"),
        of.text(|row| Some(&row.case.case_no)),
        of.text(|row| Some(&row.case.case_no)),
        of.same("PROMISE"),
        of.text(|row| Some(row.card.level.as_str())),
        of.text(|row| Some(&row.case.policy.0)),
        of.int(|row| Some(i64::from(row.case.policy.1))),
        of.int(|_| Some(1)),
        of.text(|row| Some(&row.case.source_system)),
        of.text(|row| row.case.registration.item_id.as_deref()),
        of.text(|row| row.case.registration.item_name.as_deref()),
        of.text(|row| row.case.registration.village_code.as_deref()),
        of.text(|row| row.township),
        of.text(|row| row.county),
        of.text(|row| row.card.responsible.as_deref().or(row.case.registration.org_code.as_deref())),
        of.instant(|row| Some(row.card.condition_at)),
        of.instant(|row| Some(row.card.issued_at)),
        of.instant(|row| Some(row.card.due_at)),
        of.date(|row| row.case.clock.due_on),
        of.instant(|row| row.card.superseded_at),
        of.instant(|row| row.card.lapsed_at),
        of.instant(|row| row.card.cancelled_at),
        of.instant(|row| row.case.clock.closed_known_at),
        of.texts(|row| reasons(row.case)),
    ];
    RecordBatch::try_new(CARD.schema(), columns).map_err(AnalyticsError::arrow("card"))
}

/// Object, clock, level, policy and cycle: one card each (design §2.3).
fn id(row: &Row<'_>) -> String {
    let (policy, version) = &row.case.policy;
    format!("CASE/{}/PROMISE/{}/{policy}.{version}/1", row.case.case_no, row.card.level.as_str())
}
