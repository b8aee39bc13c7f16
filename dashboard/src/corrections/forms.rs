//! The forms that are out: each may be sent once, for the row that it was given out for. What came
//! of them is told to whoever follows the answer. Both are gone with the server.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use ingest::push::new_secret;

/// Forms and outcomes that are remembered; the oldest go first.
const MOST: usize = 1024;

/// What came of a correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Rows that landed, and rows that the lake had.
    pub(crate) landed: i64,
    pub(crate) known: i64,
    /// What is wrong with it still.
    pub(crate) refused: Vec<Refused>,
}

/// Why a row is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) table: Option<&'static str>,
    /// None: the whole record.
    pub(crate) field: Option<String>,
    pub(crate) rule: String,
    pub(crate) reason: String,
}

/// Cheap to ask; shared by all requests.
#[derive(Debug, Default)]
pub(crate) struct Forms {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// Token and row of each form.
    out: VecDeque<(String, String)>,
    /// Name and outcome of each answer.
    told: VecDeque<(String, Outcome)>,
}

impl Forms {
    /// A token for a form of that row.
    pub(crate) fn give_out(&self, row: &str) -> String {
        let (token, _) = new_secret();
        let mut held = self.held();
        push(&mut held.out, (token.clone(), row.to_owned()));
        token
    }

    /// Whether that form of that row is out; it no longer is afterwards.
    pub(crate) fn take_back(&self, token: &str, row: &str) -> bool {
        let mut held = self.held();
        let place = held.out.iter().position(|(known, of)| known == token && of == row);
        place.and_then(|place| held.out.remove(place)).is_some()
    }

    /// Remembers what came of a form. The name to ask for it by.
    pub(crate) fn tell(&self, outcome: Outcome) -> String {
        let (name, _) = new_secret();
        push(&mut self.held().told, (name.clone(), outcome));
        name
    }

    /// What came of the form that has this answer.
    pub(crate) fn told(&self, name: &str) -> Option<Outcome> {
        self.held().told.iter().find(|(known, _)| known == name).map(|(_, outcome)| outcome.clone())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn push<T>(queue: &mut VecDeque<T>, one: T) {
    if queue.len() >= MOST {
        queue.pop_front();
    }
    queue.push_back(one);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_sent_once_and_for_its_own_row() {
        let forms = Forms::default();
        let token = forms.give_out("a");
        assert!(!forms.take_back(&token, "b") && !forms.take_back("", "a"));
        assert!(forms.take_back(&token, "a") && !forms.take_back(&token, "a"));
        assert_ne!(forms.give_out("a"), forms.give_out("a"));
    }

    #[test]
    fn the_oldest_are_forgotten_and_outcomes_are_told_by_name() {
        let forms = Forms::default();
        let first = forms.give_out("a");
        let mut last = String::new();
        for _ in 0..MOST {
            last = forms.give_out("a");
        }
        assert!(!forms.take_back(&first, "a") && forms.take_back(&last, "a"));
        let outcome = Outcome { landed: 1, known: 0, refused: Vec::new() };
        let name = forms.tell(outcome.clone());
        assert_eq!((forms.told(&name), forms.told("x")), (Some(outcome), None));
    }
}
