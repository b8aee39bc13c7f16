//! Random cases: most of them plausible, some of them not. They shrink to few, prompt events of
//! small limits.

mod assemble;
mod ending;
mod frame;
mod moments;
mod opening;
mod running;

use std::fmt;

use proptest::prelude::*;

use super::Ladder;
use super::calendar::Calendar;
use super::time::{Us, show};
use crate::{CaseInput, Event, ItemRules, Limit};

pub use self::assemble::blank;

/// One case with everything that the clock is given.
#[derive(Clone)]
pub struct Case {
    pub events: Vec<Event>,
    pub promised: Option<Limit>,
    pub statutory: Option<Limit>,
    pub item: ItemRules,
    pub due_binding: bool,
    pub is_escalated: bool,
    pub has_certificate: bool,
    pub is_backfill: bool,
    pub calendar: &'static Calendar,
    /// Instants at which the case is looked at.
    pub as_of: Vec<Us>,
    /// In order.
    pub changes: Vec<Change>,
}

/// Other rules for the case, from an instant on.
#[derive(Debug, Clone)]
pub struct Change {
    pub at: Us,
    pub is_first: bool,
    pub promised: Option<Limit>,
    pub statutory: Option<Limit>,
    pub item: ItemRules,
    pub has_other_hours: bool,
    /// YELLOW at half of the limit.
    pub is_early: bool,
}

impl Case {
    pub fn input(&self) -> CaseInput<'_> {
        CaseInput {
            events: &self.events,
            promised: self.promised,
            statutory: self.statutory,
            item: &self.item,
            due_binding: self.due_binding,
            is_escalated: self.is_escalated,
            has_certificate: self.has_certificate,
            is_backfill: self.is_backfill,
            changes: &[],
        }
    }
}

/// Cases as the policy can judge them.
pub fn cases(ladder: Ladder) -> impl Strategy<Value = Case> {
    (
        frame::frames(ladder),
        opening::openings(),
        running::stops(),
        running::extends(),
        running::steps(),
        running::transfers(),
        ending::endings(),
        ending::strays(),
        ending::taken_back(),
    )
        .prop_map(assemble::assemble)
}

/// As one reads a case: in local time, what is missing left out.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        let limit =
            |limit: Option<Limit>| limit.map_or("none".to_owned(), |limit| format!("{} {}", limit.n, limit.unit));
        let [promised, statutory, village] = [self.promised, self.statutory, self.item.village].map(limit);
        writeln!(f, "promised {promised}, statutory {statutory}, village {village}")?;
        let item = &self.item;
        writeln!(
            f,
            "item: stops {:?}, extension {:?}, steps {:?}",
            item.allowed_stop_kinds, item.max_extension_days, item.steps
        )?;
        let flags = [
            ("due binding", self.due_binding),
            ("escalated", self.is_escalated),
            ("certificate", self.has_certificate),
            ("backfill", self.is_backfill),
        ];
        writeln!(f, "{:?}", flags.iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect::<Vec<_>>())?;
        for change in &self.changes {
            writeln!(f, "from {} on: {change:?}", show(super::time::instant(change.at)))?;
        }
        let mut events: Vec<&Event> = self.events.iter().collect();
        events.sort_by_key(|event| event.occurred_at);
        events.into_iter().try_for_each(|event| line(f, event))
    }
}

fn line(f: &mut fmt::Formatter<'_>, event: &Event) -> fmt::Result {
    write!(f, "{} {}", show(event.occurred_at), event.kind)?;
    let instants = [
        ("recorded", event.recorded_at),
        ("known", (event.known_at != event.occurred_at).then_some(event.known_at)),
        ("due", event.due_at),
        ("approved", event.approved_at),
    ];
    for (name, instant) in instants {
        instant.map_or(Ok(()), |instant| write!(f, " {name} {}", show(instant)))?;
    }
    let numbers = [
        ("seq", event.seq),
        ("step", event.step_seq),
        ("limit", event.step_limit.map(i64::from)),
        ("days", event.extension_days.map(i64::from)),
    ];
    for (name, number) in numbers {
        number.map_or(Ok(()), |number| write!(f, " {name} {number}"))?;
    }
    if event.is_deleted {
        write!(f, " taken back")?;
    }
    for text in [&event.step_name, &event.actor_role].into_iter().flatten() {
        write!(f, " {text}")?;
    }
    event.close_result.map_or(Ok(()), |result| write!(f, " {result}"))?;
    if let Some(terms) = &event.stop {
        let length = terms.approved.map(|length| format!("{} {}", length.n, length.unit)).unwrap_or_default();
        write!(f, " {:?} {:?} {:?} {length}", terms.stop_id, terms.kind.map(|kind| kind.as_str()), terms.basis)?;
        for (name, instant) in [("approved", terms.approved_at), ("told", terms.notified_at)] {
            instant.map_or(Ok(()), |instant| write!(f, " {name} {}", show(instant)))?;
        }
    }
    writeln!(f)
}
