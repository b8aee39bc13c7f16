//! Reads the events of a case in order: its start, its closings, its told due instant.

use jiff::Timestamp;

use crate::reason::note;
use crate::{CloseResult, Event, EventKind, Policy, Reason};

/// One end of the case.
pub(crate) struct Closing<'a> {
    pub event: &'a Event,
    /// When it takes effect: a late entry only when it was recorded (domain §4 point 10).
    pub at: Timestamp,
    pub late: bool,
    pub result: CloseResult,
    /// The REOPEN that undid it.
    pub reopened: Option<&'a Event>,
}

/// Explicit due instant of the source.
#[derive(Clone, Copy)]
pub(crate) struct ToldDue {
    pub at: Timestamp,
    pub known_at: Timestamp,
}

/// What the events say, before any calendar.
#[derive(Default)]
pub(crate) struct History<'a> {
    applied_at: Option<Timestamp>,
    received_at: Option<Timestamp>,
    /// The acceptance that starts the clock.
    pub start: Option<&'a Event>,
    pub told_due: Option<ToldDue>,
    pub closings: Vec<Closing<'a>>,
    /// The events that count, in order.
    pub taken: Vec<&'a Event>,
    pub reasons: Vec<Reason>,
}

impl<'a> History<'a> {
    pub(crate) fn read(events: &'a [Event], policy: &Policy) -> Self {
        let mut ordered: Vec<&'a Event> = events.iter().collect();
        ordered.sort_by(|a, b| a.order().cmp(&b.order()));
        let mut history = Self::default();
        for event in ordered {
            if history.admits(event) {
                history.take(event, policy);
            } else {
                note(&mut history.reasons, Reason::EventAfterFinal);
            }
        }
        history
    }

    /// The closing in force, if the case is closed.
    pub(crate) fn closing(&self) -> Option<&Closing<'a>> {
        self.closings.last().filter(|closing| closing.reopened.is_none())
    }

    /// Receipt, else application.
    pub(crate) fn received_at(&self) -> Option<Timestamp> {
        self.received_at.or(self.applied_at)
    }

    /// Who held the case at an instant (domain §4 point 8).
    pub(crate) fn holder_at(&self, at: Timestamp) -> Option<String> {
        self.taken.iter().rev().filter(|event| event.occurred_at <= at).find_map(|event| event.org_code.clone())
    }

    /// After a final state only REOPEN, the delivery that follows a closing, and the acceptance
    /// of a case whose CLOSE came before it (domain §4 point 11).
    fn admits(&self, event: &Event) -> bool {
        let Some(closing) = self.closing() else {
            return true;
        };
        match event.kind {
            EventKind::Reopen | EventKind::Deliver => true,
            EventKind::Accept => self.start.is_none() && closing.event.kind == EventKind::Close,
            _ => false,
        }
    }

    fn take(&mut self, event: &'a Event, policy: &Policy) {
        self.taken.push(event);
        self.take_due(event);
        match event.kind {
            EventKind::Apply => {
                self.applied_at.get_or_insert(event.occurred_at);
            }
            EventKind::Receive => {
                self.received_at.get_or_insert(event.occurred_at);
            }
            EventKind::Accept if self.start.is_none() => self.start = Some(event),
            EventKind::Accept => note(&mut self.reasons, Reason::SecondAccept),
            EventKind::NotAccept if self.start.is_some() => {
                note(&mut self.reasons, Reason::NotAcceptAfterAccept);
            }
            EventKind::NotAccept => self.close(event, CloseResult::Refused, policy),
            EventKind::Close => {
                let result = event.close_result.unwrap_or(CloseResult::Granted);
                self.close(event, result, policy);
            }
            EventKind::Withdraw => self.close(event, CloseResult::Withdrawn, policy),
            EventKind::Void => self.close(event, CloseResult::Voided, policy),
            EventKind::Reopen => match self.closings.last_mut() {
                Some(closing) if closing.reopened.is_none() => closing.reopened = Some(event),
                _ => note(&mut self.reasons, Reason::ReopenWithoutClose),
            },
            _ => {}
        }
    }

    fn take_due(&mut self, event: &Event) {
        let Some(at) = event.case_due() else {
            return;
        };
        match self.told_due {
            None => {
                self.told_due = Some(ToldDue { at, known_at: event.known_at });
            }
            Some(first) if first.at != at => note(&mut self.reasons, Reason::DueMoved),
            Some(_) => {}
        }
    }

    fn close(&mut self, event: &'a Event, result: CloseResult, policy: &Policy) {
        let late = event.late_entry(policy.late_entry());
        self.closings.push(Closing {
            event,
            at: late.unwrap_or(event.occurred_at),
            late: late.is_some(),
            result,
            reopened: None,
        });
    }
}

#[cfg(test)]
mod tests;
