//! When each step of a case was begun and ended. Step limits come with step clocks.

use jiff::Timestamp;

use crate::{Event, EventKind};

/// A step from its first start to its last end; returns to it are one span (domain §4 point 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepSpan {
    /// Steps are told apart by it, or by name where the source has none.
    pub step_seq: Option<i64>,
    pub step_name: Option<String>,
    /// Who handled it last.
    pub org_code: Option<String>,
    /// Missing: it was ended but never started (a step of no length, domain §4 point 11).
    pub started_at: Option<Timestamp>,
    /// Missing: it is open.
    pub ended_at: Option<Timestamp>,
}

impl StepSpan {
    fn is_of(&self, event: &Event) -> bool {
        self.step_seq == event.step_seq && (event.step_seq.is_some() || self.step_name == event.step_name)
    }

    fn take(&mut self, event: &Event) {
        if event.kind == EventKind::StepStart {
            self.started_at = self.started_at.or(Some(event.occurred_at));
            // An end of the same instant sorts before its start and stays.
            self.ended_at = self.ended_at.filter(|ended| *ended >= event.occurred_at);
        } else {
            self.ended_at = Some(event.occurred_at);
        }
        if event.org_code.is_some() {
            self.org_code.clone_from(&event.org_code);
        }
        if self.step_name.is_none() {
            self.step_name.clone_from(&event.step_name);
        }
    }
}

/// The steps in the order in which they first appear. `events` are in order; RETURN_STEP ends the
/// step that it names.
pub(crate) fn spans(events: &[&Event]) -> Vec<StepSpan> {
    let mut spans: Vec<StepSpan> = Vec::new();
    for event in events {
        let of_step = matches!(event.kind, EventKind::StepStart | EventKind::StepEnd | EventKind::ReturnStep);
        if !of_step || (event.step_seq.is_none() && event.step_name.is_none()) {
            continue;
        }
        if let Some(span) = spans.iter_mut().find(|span| span.is_of(event)) {
            span.take(event);
            continue;
        }
        let mut span =
            StepSpan { step_seq: event.step_seq, step_name: None, org_code: None, started_at: None, ended_at: None };
        span.take(event);
        spans.push(span);
    }
    spans
}
