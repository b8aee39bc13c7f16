//! What other rules, or another clock, would change of what is held: due dates and cards.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datasets::contract::CASE_STATE;
use datasets::lake::LakeSnapshot;
use jiff::Timestamp;
use serde::Serialize;

use super::chunks::pieces;
use super::{card_rows, kept};
use crate::fold::fold_all;
use crate::{AnalyticsError, Rules, facts};

/// Lines of each list that are kept; all are counted.
const MOST: usize = 10_000;

/// What would change.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Changes {
    /// Cases that were folded to find out.
    pub cases: u64,
    pub due_dates: u64,
    pub cards_appear: u64,
    pub cards_vanish: u64,
    pub cards_move: u64,
    /// The first of the due dates that move.
    pub due: Vec<DueChange>,
    /// The first of the cards.
    pub cards: Vec<CardChange>,
}

/// A due date that moves.
#[derive(Debug, Clone, Serialize)]
pub struct DueChange {
    pub case_no: String,
    pub before: Option<Timestamp>,
    pub after: Option<Timestamp>,
}

/// A card that appears (`before` is missing), vanishes (`after` is missing) or moves.
#[derive(Debug, Clone, Serialize)]
pub struct CardChange {
    pub case_no: String,
    pub card_id: String,
    /// When its rule is met.
    pub before: Option<Timestamp>,
    pub after: Option<Timestamp>,
    /// Whether it has been issued.
    pub is_issued: bool,
}

/// Folds the cases by these rules and compares with what is held.
pub(crate) async fn compare(
    snapshot: &LakeSnapshot,
    cases: &[Box<str>],
    rules: &Rules,
    now: Timestamp,
) -> Result<Changes, AnalyticsError> {
    let mut changes = Changes::default();
    for chunk in pieces(cases) {
        let folded = fold_all(&facts::load(snapshot, &chunk, None).await?, rules, None);
        changes.cases += folded.len() as u64;
        let mut held = held_due(snapshot, &chunk).await?;
        for case in &folded {
            let (_, before) = held.remove(&case.case_no).unwrap_or_default();
            let after = case.clock.promise.due_at.map(Timestamp::as_microsecond);
            if before != after {
                changes.due_dates += 1;
                if changes.due.len() < MOST {
                    let case_no = case.case_no.clone();
                    changes.due.push(DueChange { case_no, before: instant(before), after: instant(after) });
                }
            }
        }
        let new = cards(&card_rows::rows(&folded, rules, "hot", 0)?);
        changes.take_cards(cards(&kept::held_cards(snapshot, &chunk).await?), new, now);
    }
    changes.cards.sort_by(|left, right| (&left.case_no, &left.card_id).cmp(&(&right.case_no, &right.card_id)));
    changes.due.sort_by(|left, right| left.case_no.cmp(&right.case_no));
    Ok(changes)
}

/// An official card that is not cancelled.
struct Held {
    case_no: String,
    condition_at: i64,
    issued_at: i64,
}

impl Changes {
    fn take_cards(&mut self, mut before: HashMap<String, Held>, after: HashMap<String, Held>, now: Timestamp) {
        let is_issued = |card: &Held| card.issued_at <= now.as_microsecond();
        for (card_id, card) in after {
            let was = before.remove(&card_id);
            let instants = |card: &Held| (card.condition_at, card.issued_at);
            if was.as_ref().is_some_and(|was| instants(was) == instants(&card)) {
                continue;
            }
            *(if was.is_some() { &mut self.cards_move } else { &mut self.cards_appear }) += 1;
            let is_issued = is_issued(was.as_ref().unwrap_or(&card));
            let before = instant(was.map(|was| was.condition_at));
            self.note(CardChange {
                case_no: card.case_no,
                card_id,
                before,
                after: instant(Some(card.condition_at)),
                is_issued,
            });
        }
        for (card_id, card) in before {
            self.cards_vanish += 1;
            let is_issued = is_issued(&card);
            let before = instant(Some(card.condition_at));
            self.note(CardChange { case_no: card.case_no, card_id, before, after: None, is_issued });
        }
    }

    fn note(&mut self, change: CardChange) {
        if self.cards.len() < MOST {
            self.cards.push(change);
        }
    }
}

fn cards(rows: &arrow::array::RecordBatch) -> HashMap<String, Held> {
    let text = |name: &str| rows.column(kept::place(name)).as_string::<i32>().clone();
    let (ids, cases) = (text("card_id"), text("case_no"));
    let official = rows.column(kept::place("is_official")).as_boolean();
    let instants = |name: &str| kept::instants(rows, name);
    let (conditions, issues, cancelled) = (instants("condition_at"), instants("issued_at"), instants("cancelled_at"));
    let counts = (0..rows.num_rows()).filter(|at| official.value(*at) && cancelled.is_null(*at));
    let held = counts.map(|at| {
        let (condition_at, issued_at) = (conditions.value(at), issues.value(at));
        (ids.value(at).to_owned(), Held { case_no: cases.value(at).to_owned(), condition_at, issued_at })
    });
    held.collect()
}

/// Latest fold and due instant of each case.
async fn held_due(
    snapshot: &LakeSnapshot,
    cases: &HashSet<String>,
) -> Result<HashMap<String, (i64, Option<i64>)>, AnalyticsError> {
    let mut held: HashMap<String, (i64, Option<i64>)> = HashMap::new();
    for batch in
        snapshot.table(&CASE_STATE).read_where("case_no", cases, &["case_no", "fold_version", "due_at"]).await?
    {
        let runs = batch.column(1).as_primitive::<Int64Type>();
        let due = batch.column(2).as_primitive::<TimestampMicrosecondType>();
        for (at, case) in batch.column(0).as_string::<i32>().iter().enumerate() {
            let row = (runs.value(at), due.is_valid(at).then(|| due.value(at)));
            let latest = held.entry(case.unwrap_or_default().to_owned()).or_insert(row);
            if row.0 > latest.0 {
                *latest = row;
            }
        }
    }
    Ok(held)
}

fn instant(micros: Option<i64>) -> Option<Timestamp> {
    micros.and_then(|micros| Timestamp::from_microsecond(micros).ok())
}
