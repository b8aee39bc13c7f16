//! Why a case and its steps are due when they are: each clock, day by day.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::due::Counter;
use crate::effect::Effects;
use crate::history::History;
use crate::rules::{Book, InForce};
use crate::stop::Excluded;
use crate::version::latest;
use crate::{
    Card, CaseClock, CaseInput, ClockError, ClockKind, DayKind, ENGINE_VERSION, Event, EventKind, Judged, Limit,
    Policy, Used, WorkCalendar, Zone, judge,
};

mod days;
mod marks;
mod objects;
mod office;
mod reopened;
mod rule;
mod step;
mod stops;

pub use objects::ObjectDays;
pub use office::{OfficeDay, OfficePart, OfficeRole};
pub use reopened::Reopening;
pub use step::StepDays;
pub use stops::StopTold;

/// A clock with the days that it counted and what it was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub clock: CaseClock,
    pub cards: Vec<Card>,
    /// The time used by then.
    pub used: Used,
    /// The limits of the rules in force.
    pub promised_limit: Option<Limit>,
    pub statutory_limit: Option<Limit>,
    /// One line per calendar day of the promise clock from the start date on; empty without one.
    pub days: Vec<DayLine>,
    /// The list is cut: it goes on in the same way to this day.
    pub days_cut: Option<Date>,
    /// The steps of the clock, in their order.
    pub steps: Vec<StepDays>,
    /// The time to accept, each suspension with an approved length, the time to deliver.
    pub objects: Vec<ObjectDays>,
    /// The suspensions of the clock, in their order.
    pub stops: Vec<StopTold>,
    /// Closings that were undone, in order; their days are marked too.
    pub reopenings: Vec<Reopening>,
    /// A notice to correct holds the clock since then (domain §4 point 1).
    pub waits_since: Option<Timestamp>,
    pub calendar_version: String,
    pub policy_name: String,
    pub policy_version: u32,
    pub engine_version: u32,
    unknown_years: Vec<(ClockKind, i16)>,
}

impl Explanation {
    /// The first year with a day on the way to the due date whose calendar is not known, so that there
    /// is no card (domain §3).
    pub fn unknown_year(&self, kind: ClockKind) -> Option<i16> {
        self.unknown_years.iter().find(|(held, _)| *held == kind).map(|(_, year)| *year)
    }

    /// What a suspension is called, by its STOP: its id, numbered if there are several of it.
    pub fn stop_label(&self, event_id: &str) -> Option<&str> {
        let place = self.clock.suspensions.iter().position(|stop| stop.event_id == event_id)?;
        self.stops.get(place).map(|stop| stop.label.as_str())
    }
}

/// One calendar day of a case, or of a step of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLine {
    pub date: Date,
    pub role: DayRole,
    pub kind: DayKind,
    /// Why the day is or is not worked.
    pub name: Option<String>,
    pub provisional: bool,
    /// It comes after the end of what is counted, and is told so that the due date can be followed.
    pub is_after_end: bool,
    /// Suspensions that deduct some of the day, by label.
    pub stops: Vec<String>,
    /// Instants of the clock on this day, in the order of [`Mark`].
    pub marks: Vec<Mark>,
    /// Of a limit in hours or minutes: what of the day's office time is counted, day 0 included.
    pub office: Option<OfficeDay>,
}

/// What a day is to the clock (domain §4 points 2, 3, 6 and 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayRole {
    /// Day 0, worked or not.
    Start,
    /// The k-th counted day after the start date, also past the due date; after the end the one that
    /// it would be.
    Counted(u32),
    /// A stop takes it out.
    Excluded,
    /// A workday on which the step was not open.
    NotOpen,
    /// Not a workday, where workdays are counted, or where the last day rolls on from.
    NotWorked,
    /// Of a suspension approved in hours or minutes: natural time runs.
    Running,
    /// The due date, where the last natural day is no workday and the limit ends on the next one (point 3).
    RolledOn,
    /// A workday after the cap of a suspension.
    AfterCap,
}

named_enum! {
    /// An instant of the clock. YELLOW and RED are where the cards of the level have their condition;
    /// without a card, when what is open would turn so. Of a step CLOSED is its last end.
    Mark {
        Yellow = "YELLOW",
        /// The last approved day of a suspension.
        Cap = "CAP",
        /// The workday after it: a suspension that is open past it is RED.
        NextWorkday = "NEXT_WORKDAY",
        Due = "DUE",
        Red = "RED",
        Closed = "CLOSED",
        /// A closing before it was undone.
        Reopened = "REOPENED",
    }
}

/// Judges a case and lists its days from the start date to the last of: the due date, the closing,
/// and while it is open `until`, this one cut at 30 days after the due date (without one, after the
/// start). Those of a step go to the last of: its due date, and its end or while it is open `until`,
/// cut likewise. The days of a case that has ended are those of the calendar that it was judged by.
///
/// # Errors
///
/// As [`crate::fold`].
pub fn explain(
    case: &CaseInput<'_>,
    calendar: &dyn WorkCalendar,
    zone: &Zone,
    policy: &Policy,
    until: Timestamp,
) -> Result<Explanation, ClockError> {
    let Judged { clock, cards, known_by, .. } = judge(case, calendar, zone, policy)?;
    let book = Book { case, calendar, policy };
    let InForce { case, calendar, policy } = book.known(known_by, until);
    let case = &case;
    let events: Vec<&Event> = case.events.iter().collect();
    let effects = Effects { policy, is_backfill: case.is_backfill };
    let out_of_range = |source| ClockError::OutOfRange { source };
    let history = History::read(&latest(&events), effects, calendar, zone).map_err(out_of_range)?;
    let excluded = Excluded { pauses: &clock.pauses, calendar, zone };
    let counter = Counter { excluded, deadline: policy.deadline };

    let labels = stops::labels(&clock.suspensions);
    let deducted = stops::deducted(&clock.suspensions, &labels);
    let reopenings = reopened::reopenings(&history);
    let days = days::of_case(&clock, &cards, &reopenings, &deducted, excluded, until);
    let told = step::Told { cards: &cards, stops: &deducted, counter, until };
    let steps = clock.steps.iter().map(|step| told.step(step)).collect::<Result<_, _>>().map_err(out_of_range)?;
    let asked = objects::Asked {
        case,
        clock: &clock,
        history: &history,
        cards: &cards,
        labels: &labels,
        counter,
        policy,
        book: &book,
        until,
    };
    let objects = if policy.is_official { asked.objects().map_err(out_of_range)? } else { Vec::new() };
    let stops = stops::told(&clock, &history, labels, &days.lines);
    let notice = history.taken.iter().find(|event| event.kind == EventKind::CorrectionNotice);
    let waits = clock.start.is_none() && clock.closed_at.is_none();
    let unknown = [&clock.promise, &clock.statutory, &clock.village].map(|clock| {
        let span = clock.started_on.zip(clock.due_on).filter(|_| clock.provisional);
        span.map(|(from, to)| (clock.kind, days::unknown_year(calendar, from, to)))
    });
    Ok(Explanation {
        used: clock.used(until, calendar, zone),
        promised_limit: case.promised,
        statutory_limit: case.statutory,
        waits_since: notice.filter(|_| waits).map(|event| effects.of(event)),
        unknown_years: unknown.into_iter().flatten().collect(),
        days: days.lines,
        days_cut: days.cut,
        steps,
        objects,
        stops,
        reopenings,
        clock,
        cards,
        calendar_version: calendar.version().to_owned(),
        policy_name: policy.name.clone(),
        policy_version: policy.version,
        engine_version: ENGINE_VERSION,
    })
}

#[cfg(test)]
mod ending_tests;
#[cfg(test)]
mod tests;
