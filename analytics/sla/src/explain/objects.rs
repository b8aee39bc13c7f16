//! What cards are about besides the case and its steps: the time to accept, each suspension, the time
//! to deliver (domain §3).

use jiff::civil::Date;
use jiff::{Error, Timestamp};

use super::days::{Course, cut, unknown_year};
use super::marks::Instants;
use super::{DayLine, DayRole, Mark};
use crate::calendar::{DAY_END, MICROSECOND, end_of_day, instant, local, office_seconds, workdays_after};
use crate::due::{Counter, just_after};
use crate::history::{Closing, History};
use crate::rules::Book;
use crate::stop::Excluded;
use crate::{Card, CaseClock, CaseInput, CloseResult, Limit, ObjectType, Policy, Suspension, Unit, WorkCalendar, Zone};

/// One of them, day by day. Stops of the case take nothing out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectDays {
    pub object_type: ObjectType,
    /// Of a suspension: the id of its STOP.
    pub object_key: Option<String>,
    /// Of a suspension: as [`super::StopTold`] has it.
    pub label: Option<String>,
    pub limit: Option<Limit>,
    /// Its local date is day 0.
    pub started_at: Timestamp,
    /// When it was answered, ended or delivered.
    pub ended_at: Option<Timestamp>,
    /// Of a suspension: the end of its approved length.
    pub cap_at: Option<Timestamp>,
    /// Last day in time; of a suspension the day of its cap.
    pub due_on: Date,
    pub due_at: Timestamp,
    /// Of a suspension: the workday after that; open past it, it is RED.
    pub next_on: Option<Date>,
    pub yellow_at: Option<Timestamp>,
    pub red_at: Option<Timestamp>,
    pub days: Vec<DayLine>,
    /// The list is cut: it went on in the same way to this day.
    pub cut: Option<Date>,
    /// As [`super::Explanation::unknown_year`].
    pub unknown_year: Option<i16>,
}

/// What they are told with.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) case: &'a CaseInput<'a>,
    pub(super) clock: &'a CaseClock,
    pub(super) history: &'a History<'a>,
    pub(super) cards: &'a [Card],
    pub(super) labels: &'a [String],
    pub(super) counter: Counter<'a>,
    pub(super) policy: &'a Policy,
    pub(super) book: &'a Book<'a>,
    pub(super) until: Timestamp,
}

impl<'a> Asked<'a> {
    pub(super) fn objects(&self) -> Result<Vec<ObjectDays>, Error> {
        let mut objects = Vec::new();
        objects.extend(self.pre_acceptance()?);
        for (stop, label) in self.clock.suspensions.iter().zip(self.labels) {
            objects.extend(self.suspension(stop, label)?);
        }
        objects.extend(self.delivery()?);
        Ok(objects)
    }

    fn calendar(&self) -> &'a dyn WorkCalendar {
        self.counter.excluded.calendar
    }

    fn zone(&self) -> &'a Zone {
        self.counter.excluded.zone
    }

    /// From the receipt: workdays to accept, refuse or notify (art 32).
    fn pre_acceptance(&self) -> Result<Option<ObjectDays>, Error> {
        let Some(answer) = &self.history.answer else { return Ok(None) };
        let Some(due_on) = answer.days.last().copied() else { return Ok(None) };
        let sec: u64 = answer.days.iter().map(|day| office_seconds(self.calendar().windows(*day), DAY_END)).sum();
        let n = self.policy.accept_within_wd;
        let mut told = self.object(ObjectType::PreAcceptance, answer.received_at, due_on)?;
        told.limit = Some(Limit { n, unit: Unit::Wd });
        told.ended_at = answer.answered_at.map(|at| at.max(answer.received_at));
        told.yellow_at = self.counter.in_office(&answer.days, (sec * 4).div_ceil(5))?;
        told.red_at = Some(answer.until);
        self.count(told, answer.provisional, |date, number| self.workday(date, number)).map(Some)
    }

    /// From its start to its cap; one without an approved length has no clock.
    fn suspension(&self, stop: &Suspension, label: &str) -> Result<Option<ObjectDays>, Error> {
        let Some(cap_at) = stop.cap_at else { return Ok(None) };
        // A cap at midnight is the end of the day before.
        let (cap_on, _) = local(cap_at.checked_sub(MICROSECOND)?, self.zone());
        let next = workdays_after(self.calendar(), cap_on, 1)?;
        let terms = self.history.stops.iter().find(|open| open.event_id == stop.event_id).and_then(|open| open.terms);
        let approved = terms.and_then(|terms| terms.approved);
        let mut told = self.object(ObjectType::Suspension, stop.started_at, cap_on)?;
        (told.object_key, told.label) = (Some(stop.event_id.clone()), Some(label.to_owned()));
        told.limit = approved;
        told.ended_at = stop.ended_at.map(|end| end.max(stop.started_at));
        (told.cap_at, told.next_on) = (Some(cap_at), Some(next.last));
        told.yellow_at = Some(just_after(told.due_at)?);
        told.red_at = Some(instant(next.last, DAY_END, self.zone())?);
        let role = |date: Date, number: u32| {
            let is_workday = self.calendar().is_workday(date);
            match approved.map(|length| length.unit) {
                _ if date > cap_on && is_workday => DayRole::AfterCap,
                _ if date > cap_on => DayRole::NotWorked,
                Some(Unit::Cd | Unit::Month) => DayRole::Counted(number),
                Some(Unit::Hour | Unit::Min) => DayRole::Running,
                Some(Unit::Wd) | None => self.workday(date, number),
            }
        };
        self.count(told, next.provisional, role).map(Some)
    }

    /// From a decision to grant with a certificate: workdays to deliver it (art 44).
    fn delivery(&self) -> Result<Option<ObjectDays>, Error> {
        let granted = self.history.closing().filter(|closing| closing.result == CloseResult::Granted);
        let Some(closing) = granted.filter(|_| self.case.has_certificate) else { return Ok(None) };
        let delivered = self.history.delivered_after(closing);
        // It comes after the end of the case, and is counted by what was known until it was made.
        let by = delivered.map_or(self.until, |at| at.min(self.until));
        let calendar = self.book.known(by, self.until).calendar;
        let excluded = Excluded { calendar, ..self.counter.excluded };
        Self { counter: Counter { excluded, ..self.counter }, ..*self }.delivery_of(closing, delivered).map(Some)
    }

    fn delivery_of(&self, closing: &Closing<'_>, delivered: Option<Timestamp>) -> Result<ObjectDays, Error> {
        let n = self.policy.deliver_within_wd;
        let counted = workdays_after(self.calendar(), local(closing.at, self.zone()).0, n)?;
        let mut told = self.object(ObjectType::Delivery, closing.at, counted.last)?;
        told.limit = Some(Limit { n, unit: Unit::Wd });
        told.ended_at = delivered.map(|at| at.max(closing.at));
        told.yellow_at = Some(just_after(told.due_at)?);
        self.count(told, counted.provisional, |date, number| self.workday(date, number))
    }

    fn workday(&self, date: Date, number: u32) -> DayRole {
        if self.calendar().is_workday(date) { DayRole::Counted(number) } else { DayRole::NotWorked }
    }

    fn object(&self, object_type: ObjectType, started_at: Timestamp, due_on: Date) -> Result<ObjectDays, Error> {
        Ok(ObjectDays {
            object_type,
            object_key: None,
            label: None,
            limit: None,
            started_at,
            ended_at: None,
            cap_at: None,
            due_on,
            due_at: end_of_day(due_on, self.zone())?,
            next_on: None,
            yellow_at: None,
            red_at: None,
            days: Vec::new(),
            cut: None,
            unknown_year: None,
        })
    }

    /// Lists the days: up to the due date, and on to whatever makes a card.
    fn count(
        &self,
        mut told: ObjectDays,
        provisional: bool,
        role: impl Fn(Date, u32) -> DayRole,
    ) -> Result<ObjectDays, Error> {
        let (calendar, zone) = (self.calendar(), self.zone());
        let on = |at: Timestamp| local(at, zone).0;
        let started_on = on(told.started_at);
        let ended_on = told.ended_at.map(on);
        let instants = Instants {
            yellow_at: told.yellow_at,
            due_on: Some(told.due_on),
            red_at: told.red_at,
            ended_at: told.ended_at,
            provisional,
        };
        let key = told.object_key.as_deref();
        let own = |card: &&Card| card.object_type == told.object_type && card.object_key.as_deref() == key;
        let mut marks = instants.marks(self.cards.iter().filter(own), zone);
        let levels = marks.iter().filter(|(mark, _)| *mark != Mark::Closed).map(|(_, day)| *day);
        let last = levels.max().unwrap_or(told.due_on);
        if let Some(next_on) = told.next_on.filter(|next_on| *next_on <= last) {
            marks.push((Mark::NextWorkday, next_on));
        }
        if told.cap_at.is_some() {
            marks.push((Mark::Cap, told.due_on));
        }
        marks.sort();
        let excluded = Excluded { pauses: &[], calendar, zone };
        let course = Course { started_on, ended_on, marks, stops: &[], excluded, office: None, is_natural: false };
        told.days = course.lines(last, role);
        let went_on = told.ended_at.unwrap_or(self.until);
        told.cut = cut(last, went_on, excluded);
        told.unknown_year =
            provisional.then(|| unknown_year(calendar, started_on, told.next_on.unwrap_or(told.due_on)));
        Ok(told)
    }
}
