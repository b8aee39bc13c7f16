//! Rows of `card`.

use arrow::array::{ArrayRef, RecordBatch};
use datasets::contract::CARD;
use sla::Card;

use super::columns::Columns;
use crate::fold::{Folded, PolicyCards};
use crate::{AnalyticsError, Rules};

struct Row<'c> {
    case: &'c Folded,
    policy: &'c PolicyCards,
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
        for policy in &case.cards {
            cards.extend(policy.cards.iter().map(|card| Row { case, policy, card, township, county }));
        }
    }
    let of = Columns { rows: &cards };
    let columns: Vec<ArrayRef> = vec![
        of.owned(|row| Some(id(row))),
        of.same(part),
        of.int(|_| Some(run)),
        of.int(|_| Some(i64::from(sla::ENGINE_VERSION))),
        of.text(|row| Some(row.card.object_type.as_str())),
        of.owned(|row| Some(object(row))),
        of.text(|row| Some(&row.case.case_no)),
        of.text(|row| Some(row.card.clock.as_str())),
        of.text(|row| Some(row.card.level.as_str())),
        of.text(|row| Some(&row.card.policy)),
        of.int(|row| Some(i64::from(row.card.policy_version))),
        of.flag(|row| row.policy.is_official),
        of.int(|row| Some(i64::from(row.card.cycle))),
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
        of.date(|row| Some(row.card.due_on)),
        of.instant(|row| row.card.over_statutory_at),
        of.instant(|row| row.card.superseded_at),
        of.instant(|row| row.card.lapsed_at),
        of.instant(|row| row.card.cancelled_at),
        of.text(|row| row.card.cancelled_by.map(|cause| cause.as_str())),
        of.instant(|row| row.card.ended_at),
        of.texts(|row| reasons(row)),
    ];
    RecordBatch::try_new(CARD.schema(), columns).map_err(AnalyticsError::arrow("card"))
}

/// The case, and of a step or a suspension its name behind that.
fn object(row: &Row<'_>) -> String {
    match &row.card.object_id {
        Some(part) => format!("{}/{part}", row.case.case_no),
        None => row.case.case_no.clone(),
    }
}

/// Object, clock, level, policy and cycle: one card each (design §2.3).
fn id(row: &Row<'_>) -> String {
    let card = row.card;
    let part = card.object_key.as_ref().map(|key| format!("/{key}")).unwrap_or_default();
    let key = format!("{}{part}", row.case.case_no);
    format!(
        "{}/{}/{}/{}/{}.{}/{}",
        card.object_type, key, card.clock, card.level, card.policy, card.policy_version, card.cycle
    )
}

/// What the clock noticed when it raised the card, and the fold besides.
fn reasons(row: &Row<'_>) -> Vec<&'static str> {
    let of_clock = row.card.reasons.iter().map(|reason| reason.as_str());
    of_clock.chain(row.case.remarks.iter().copied()).collect()
}
