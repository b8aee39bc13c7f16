//! Reads the events of a case in order: its start, its stops and extensions, its ends.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::calendar::{DAY_END, instant, local, workdays_after};
use crate::effect::Effects;
use crate::reason::note;
use crate::stop::OpenStop;
use crate::term::Extend;
use crate::{CloseResult, Event, EventKind, Reason, WorkCalendar, Zone};

named_enum! {
    /// How a case came to be accepted (domain §4 point 1).
    StartKind {
        Accepted = "ACCEPTED",
        /// The file became complete after a notice to correct.
        Corrected = "CORRECTED",
        /// 视为受理: nobody answered the receipt in time.
        Deemed = "DEEMED",
    }
}

/// The acceptance that starts the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    pub kind: StartKind,
    pub at: Timestamp,
    /// Local date: day 0.
    pub on: Date,
    /// When it took effect: of a deemed acceptance the midnight that made it one, else `at`.
    pub from: Timestamp,
}

/// One end of the case.
pub(crate) struct Closing<'a> {
    pub(crate) event: &'a Event,
    /// When it takes effect: a late entry only when it was recorded (domain §4 point 10).
    pub(crate) at: Timestamp,
    pub(crate) result: CloseResult,
    /// The REOPEN that undid it.
    pub(crate) reopened: Option<&'a Event>,
}

/// The time to accept, refuse or ask for corrections (domain §4 point 1).
pub(crate) struct Answer {
    pub(crate) received_at: Timestamp,
    pub(crate) days: Vec<Date>,
    /// The midnight after the last of them.
    pub(crate) until: Timestamp,
    /// When the first answer, or an end of the case, took effect.
    pub(crate) answered_at: Option<Timestamp>,
    /// Nothing kept the case from being deemed accepted.
    pub(crate) is_missing: bool,
    pub(crate) provisional: bool,
}

/// What the events say.
#[derive(Default)]
pub(crate) struct History<'a> {
    pub(crate) applied_at: Option<Timestamp>,
    pub(crate) received_at: Option<Timestamp>,
    pub(crate) answer: Option<Answer>,
    pub(crate) start: Option<Start>,
    pub(crate) told_due: Option<Timestamp>,
    pub(crate) closings: Vec<Closing<'a>>,
    pub(crate) stops: Vec<OpenStop<'a>>,
    /// EXTEND events in the order in which they took effect.
    pub(crate) extensions: Vec<Extend<'a>>,
    pub(crate) transferred_at: Option<Timestamp>,
    /// DELIVER events' effects.
    pub(crate) delivered: Vec<Timestamp>,
    /// The events that count, in order.
    pub(crate) taken: Vec<&'a Event>,
    pub(crate) reasons: Vec<Reason>,
    noticed: bool,
    has_accept: bool,
    village_receipt: Option<Timestamp>,
    village_application: Option<Timestamp>,
}

impl<'a> History<'a> {
    pub(crate) fn read(
        events: &[&'a Event],
        effects: Effects<'_>,
        calendar: &dyn WorkCalendar,
        zone: &Zone,
    ) -> Result<Self, jiff::Error> {
        let mut ordered = events.to_vec();
        ordered.sort_by(|a, b| a.order().cmp(&b.order()));
        let mut history = Self { answer: answer(&ordered, effects, calendar, zone)?, ..Self::default() };
        if let Some(answer) = history.answer.as_ref().filter(|answer| answer.is_missing) {
            let (on, _) = local(answer.received_at, zone);
            history.start = Some(Start { kind: StartKind::Deemed, at: answer.received_at, on, from: answer.until });
            note(&mut history.reasons, Reason::DeemedAccepted);
        }
        for event in ordered {
            if history.admits(event) {
                history.take(event, effects, zone);
            } else {
                note(&mut history.reasons, Reason::EventAfterFinal);
            }
        }
        // Of several extensions the first that took effect counts.
        history.extensions.sort_by_key(|(_, at)| *at);
        Ok(history)
    }

    /// When the decision was delivered.
    pub(crate) fn delivered_after(&self, closing: &Closing<'_>) -> Option<Timestamp> {
        self.delivered.iter().copied().filter(|at| *at >= closing.event.occurred_at).min()
    }

    /// The closing in force, if the case is closed.
    pub(crate) fn closing(&self) -> Option<&Closing<'a>> {
        self.closings.last().filter(|closing| closing.reopened.is_none())
    }

    /// First handling by the village agent: the start of the village clock (domain §4 point 15).
    pub(crate) fn handled_at(&self) -> Option<Timestamp> {
        self.village_receipt.or(self.village_application)
    }

    /// Who held the case at an instant (domain §4 point 8).
    pub(crate) fn holder_at(&self, at: Timestamp) -> Option<String> {
        let held = self.taken.iter().rev().filter(|event| event.occurred_at <= at);
        held.filter_map(|event| if event.to_org.is_some() { event.to_org.clone() } else { event.org_code.clone() })
            .next()
    }

    /// The spans in which the case is open from an instant on; the last may have no end.
    pub(crate) fn open_spans(&self, from: Timestamp) -> Vec<(Timestamp, Option<Timestamp>)> {
        let mut spans = Vec::with_capacity(1);
        let mut begin = Some(from);
        for closing in &self.closings {
            if let Some(begin) = begin.take() {
                // An end that took effect after its reopening was none.
                let reopened_at = closing.reopened.map_or(closing.at, |event| event.occurred_at);
                spans.push((begin, Some(closing.at.min(reopened_at).max(begin))));
            }
            begin = closing.reopened.map(|event| event.occurred_at.max(from));
        }
        if let Some(begin) = begin {
            spans.push((begin, None));
        }
        spans
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

    fn take(&mut self, event: &'a Event, effects: Effects<'_>, zone: &Zone) {
        self.taken.push(event);
        self.take_due(event);
        let at = effects.of(event);
        if at != event.occurred_at && effects.late(event) == Some(at) {
            note(&mut self.reasons, Reason::LateEntry);
        }
        match event.kind {
            EventKind::Apply => {
                self.applied_at.get_or_insert(event.occurred_at);
            }
            EventKind::Receive => {
                self.received_at.get_or_insert(event.occurred_at);
            }
            EventKind::Accept => self.accept(event, zone),
            EventKind::CorrectionNotice => self.notice(),
            EventKind::CorrectionComplete => self.complete(event, zone),
            EventKind::NotAccept => match self.start.map(|start| start.kind) {
                Some(StartKind::Deemed) | Some(StartKind::Corrected) if !self.has_accept => {
                    note(&mut self.reasons, Reason::LateNotAccept);
                    self.close(event, at, CloseResult::Refused);
                }
                Some(_) => note(&mut self.reasons, Reason::NotAcceptAfterAccept),
                None => self.close(event, at, CloseResult::Refused),
            },
            EventKind::Close => {
                if event.close_result.is_none() {
                    note(&mut self.reasons, Reason::ClosedWithoutResult);
                }
                self.close(event, at, event.close_result.unwrap_or(CloseResult::Granted));
            }
            EventKind::Withdraw => self.close(event, at, CloseResult::Withdrawn),
            EventKind::Void => self.close(event, at, CloseResult::Voided),
            EventKind::Reopen => match self.closings.last_mut() {
                Some(closing) if closing.reopened.is_none() => closing.reopened = Some(event),
                _ => note(&mut self.reasons, Reason::ReopenWithoutClose),
            },
            EventKind::Stop => self.stop(event, at),
            EventKind::Resume => self.resume(event),
            EventKind::Extend => self.extensions.push((event, at)),
            EventKind::Transfer => {
                self.transferred_at.get_or_insert(event.occurred_at);
            }
            EventKind::Deliver => self.delivered.push(at),
            EventKind::StepStart | EventKind::StepEnd | EventKind::ReturnStep | EventKind::Decide => {}
        }
        self.take_handling(event);
    }

    fn accept(&mut self, event: &Event, zone: &Zone) {
        self.has_accept = true;
        match self.start.map(|start| start.kind) {
            None => self.begin(StartKind::Accepted, event, zone),
            Some(StartKind::Accepted) => note(&mut self.reasons, Reason::SecondAccept),
            Some(StartKind::Deemed) => note(&mut self.reasons, Reason::LateAccept),
            Some(StartKind::Corrected) => {}
        }
    }

    fn notice(&mut self) {
        if self.start.is_some() {
            note(&mut self.reasons, Reason::CorrectionAfterStart);
        } else if self.noticed {
            note(&mut self.reasons, Reason::RepeatedCorrection);
        }
        self.noticed = true;
    }

    fn complete(&mut self, event: &Event, zone: &Zone) {
        if !self.noticed {
            note(&mut self.reasons, Reason::CompleteWithoutNotice);
        } else if self.start.is_none() {
            self.begin(StartKind::Corrected, event, zone);
        }
    }

    fn begin(&mut self, kind: StartKind, event: &Event, zone: &Zone) {
        let at = event.occurred_at;
        self.start = Some(Start { kind, at, on: local(at, zone).0, from: at });
    }

    /// The village clock starts with the receipt by the village agent, else the application.
    fn take_handling(&mut self, event: &Event) {
        let by_agent = event.actor_role.as_deref().is_none_or(is_village_agent);
        match event.kind {
            EventKind::Receive if by_agent => self.village_receipt = self.village_receipt.or(Some(event.occurred_at)),
            EventKind::Apply if by_agent => {
                self.village_application = self.village_application.or(Some(event.occurred_at));
            }
            _ => {}
        }
    }

    fn stop(&mut self, event: &'a Event, at: Timestamp) {
        let terms = event.stop.as_deref();
        let id = terms.and_then(|terms| terms.stop_id.as_deref()).unwrap_or(&event.event_id);
        self.stops.push(OpenStop { id, event_id: &event.event_id, terms, started_at: at, ended_at: None });
    }

    fn resume(&mut self, event: &Event) {
        let id = event.stop.as_ref().and_then(|terms| terms.stop_id.as_deref());
        let mut found = false;
        for stop in self.stops.iter_mut().filter(|stop| stop.ended_at.is_none()) {
            if id.is_none_or(|id| stop.id == id) {
                stop.ended_at = Some(event.occurred_at);
                found = true;
            }
        }
        if !found {
            note(&mut self.reasons, Reason::ResumeWithoutStop);
        }
    }

    fn take_due(&mut self, event: &Event) {
        let Some(at) = event.case_due() else {
            return;
        };
        match self.told_due {
            None => self.told_due = Some(at),
            Some(first) if first != at => note(&mut self.reasons, Reason::DueMoved),
            Some(_) => {}
        }
    }

    fn close(&mut self, event: &'a Event, at: Timestamp, result: CloseResult) {
        for stop in self.stops.iter_mut().filter(|stop| stop.ended_at.is_none()) {
            stop.ended_at = Some(at);
        }
        self.closings.push(Closing { event, at, result, reopened: None });
    }
}

fn is_village_agent(role: &str) -> bool {
    ["agent", "village_agent", "代办员", "村级代办员"].iter().any(|name| name.eq_ignore_ascii_case(role))
}

/// Whether it is an answer to the receipt, or an end of the wait for one.
pub(crate) fn is_answer(event: &Event) -> bool {
    matches!(
        event.kind,
        EventKind::Accept
            | EventKind::CorrectionNotice
            | EventKind::NotAccept
            | EventKind::Close
            | EventKind::Withdraw
            | EventKind::Void
    )
}

/// Whether it keeps a case from being deemed accepted, if it comes in time. Who decides a case without
/// having accepted it is judged from the receipt on (domain §4 point 1).
fn averts(event: &Event) -> bool {
    let decides = matches!(event.close_result, None | Some(CloseResult::Granted | CloseResult::Refused));
    is_answer(event) && !(event.kind == EventKind::Close && decides)
}

/// The time to answer the first receipt, and the first answer to it.
fn answer(
    ordered: &[&Event],
    effects: Effects<'_>,
    calendar: &dyn WorkCalendar,
    zone: &Zone,
) -> Result<Option<Answer>, jiff::Error> {
    let Some(receipt) = ordered.iter().find(|event| event.kind == EventKind::Receive) else {
        return Ok(None);
    };
    let received_at = receipt.occurred_at;
    let counted = workdays_after(calendar, local(received_at, zone).0, effects.policy.accept_within_wd)?;
    let until = instant(counted.last, DAY_END, zone)?;
    let answers = ordered.iter().filter(|event| is_answer(event));
    let mut averting = ordered.iter().filter(|event| averts(event)).map(|event| effects.of_answer(event));
    Ok(Some(Answer {
        received_at,
        until,
        days: counted.days,
        answered_at: answers.map(|event| effects.of_answer(event)).min(),
        is_missing: averting.all(|at| at >= until),
        provisional: counted.provisional,
    }))
}

#[cfg(test)]
mod tests;
