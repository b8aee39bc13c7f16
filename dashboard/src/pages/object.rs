//! What cards are about: a case, or something within one.

use std::collections::{BTreeSet, HashMap};

use analytics::Param;
use queries::panel;
use serde::Deserialize;

use super::queue::CardRow;
use crate::error::HttpError;
use crate::frame::Context;
use crate::i18n::Lang;

/// What the cards of a page can be about; the first is the default.
pub(super) const OBJECTS: [&str; 6] = [CASE, "step", "pre_acceptance", "suspension", "delivery", ALL];
pub(super) const CASE: &str = "case";
pub(super) const ALL: &str = "all";

/// One row of panel `card_steps`.
#[derive(Debug, Deserialize)]
struct StepRow {
    case_no: String,
    step_seq: i64,
    step_name: String,
}

/// One of [`OBJECTS`] as records write it.
pub(super) fn code(object: &str) -> String {
    object.to_ascii_uppercase()
}

/// `$object` of the panels.
pub(super) fn param(object: &str) -> Param {
    Param::Text(code(object))
}

/// Whether one of [`OBJECTS`] takes in an object type.
pub(super) fn holds(object: &str, object_type: &str) -> bool {
    object == ALL || code(object) == object_type
}

/// Tells the numbered steps that cards are about by their names too.
pub(super) async fn name_steps(context: &Context, rows: &mut [CardRow]) -> Result<(), HttpError> {
    let cases = with_steps(rows);
    if cases.is_empty() {
        return Ok(());
    }
    let steps: Vec<StepRow> = context.session.rows(panel::CARD_STEPS, &[("cases", Param::Text(cases))]).await?;
    let names = steps.into_iter().map(|step| (format!("{}/{}", step.case_no, step.step_seq), step.step_name));
    let names: HashMap<String, String> = names.collect();
    for row in rows.iter_mut().filter(|row| is_step(row)) {
        row.step_name = names.get(&row.object_id).cloned();
    }
    Ok(())
}

/// The cases with a card about a step, each once, one a line.
fn with_steps(rows: &[CardRow]) -> String {
    let cases: BTreeSet<&str> = rows.iter().filter(|row| is_step(row)).map(|row| row.case_no.as_str()).collect();
    cases.into_iter().collect::<Vec<_>>().join("\n")
}

fn is_step(row: &CardRow) -> bool {
    row.object_type == "STEP"
}

impl CardRow {
    /// The number of a step (its name where it has none), or the id of a suspension.
    pub(super) fn part(&self) -> Option<&str> {
        self.object_id.strip_prefix(self.case_no.as_str())?.strip_prefix('/')
    }

    /// What it is about, and the name or id of that: 环节 3, 县级审批.
    pub(super) fn about(&self, t: Lang) -> (String, String) {
        let word = t.code("object", &self.object_type);
        match (self.part(), &self.step_name) {
            (Some(number), Some(name)) => (t.tell("row-step", &[("n", number)]), name.clone()),
            (Some(part), None) => (word, part.to_owned()),
            (None, _) => (word, String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(object_type: &str, object_id: &str, step_name: Option<&str>) -> CardRow {
        let row = serde_json::json!({
            "place": 1, "total": 1, "level": "RED", "shown": "OPEN", "case_no": "A/1", "object_type": object_type,
            "object_id": object_id, "step_name": step_name, "condition_at": "2018-05-16T00:00:00+08:00",
            "issued_at": "2018-05-16T00:00:00+08:00", "due_at": "2018-05-15T23:59:59.999999+08:00",
        });
        serde_json::from_value(row).expect("a row")
    }

    #[test]
    fn words_tell_the_object_and_its_part() {
        let about = |object_type: &str, object_id: &str, name: Option<&str>| {
            let (word, part) = row(object_type, object_id, name).about(Lang::Zh);
            format!("{word}|{part}")
        };
        assert_eq!(about("CASE", "A/1", None), "办件|");
        assert_eq!(about("STEP", "A/1/3", Some("县级审批")), "环节 3|县级审批");
        assert_eq!(about("STEP", "A/1/3", None), "环节|3");
        assert_eq!(about("STEP", "A/1/县级审批", None), "环节|县级审批");
        assert_eq!(about("SUSPENSION", "A/1/A/1-S1", None), "挂起|A/1-S1");
        assert_eq!(about("DELIVERY", "A/1", None), "送达|");
    }

    #[test]
    fn steps_alone_are_looked_up_and_each_case_once() {
        let rows = [row("CASE", "A/1", None), row("STEP", "A/1/1", None), row("STEP", "A/1/2", None)];
        assert_eq!(with_steps(&rows), "A/1");
        assert_eq!(with_steps(&rows[..1]), "");
    }

    #[test]
    fn every_type_of_object_can_be_asked_for() {
        for object in analytics::sla::ObjectType::ALL {
            let word = OBJECTS.iter().find(|word| code(word) == object.as_str());
            assert!(word.is_some_and(|word| holds(word, object.as_str()) && holds(ALL, object.as_str())), "{object}");
        }
        assert!(!holds(CASE, "STEP"));
    }
}
