//! Status and used time at an instant (domain §4 points 12, 13).

use super::World;
use super::time::{Day, SECOND, Us, day_of};
use super::view::View;
use super::walk::{Walk, all_of, part_before};
use crate::{CloseResult, Deadline, Unit};

/// In the words of `Status`.
pub fn status(world: &World<'_>, view: &View, as_of: Us) -> &'static str {
    let term = &view.promise;
    let case = world.case;
    if has_no_limit(world, view) {
        return "NO_LIMIT";
    }
    let (Some(start), Some(due_at), Some(due_on)) = (view.story.start, term.due_at, term.due_on) else {
        return "NOT_STARTED";
    };
    if as_of < start.from {
        return "NOT_STARTED";
    }
    if let Some((closed, result)) = view.story.closed {
        let is_decided = match result {
            CloseResult::Granted | CloseResult::Refused => true,
            CloseResult::Transferred => case.is_escalated,
            _ => false,
        };
        return if closed > due_at {
            "CLOSED_OVERDUE"
        } else if !is_decided {
            "ENDED"
        } else if term.limit.is_some_and(|limit| limit.n == 0) {
            "CLOSED_INSTANT"
        } else if day_of(closed) < due_on {
            "CLOSED_EARLY"
        } else {
            "CLOSED_ON_TIME"
        };
    }
    if as_of > due_at {
        "OVERDUE_OPEN"
    } else if view.deductions.iter().any(|(from, until)| *from <= as_of && as_of < *until) {
        "SUSPENDED"
    } else if term.yellow.is_some_and(|yellow| yellow <= as_of) {
        "NEAR_LIMIT"
    } else {
        "RUNNING"
    }
}

fn has_no_limit(world: &World<'_>, view: &View) -> bool {
    world.case.promised.is_none() && world.case.statutory.is_none() && view.story.explicit_due.is_none()
}

/// `None` where the rules do not define the measure.
pub struct Used {
    pub wd: Option<i64>,
    pub office_sec: i64,
    pub ratio_ppm: Option<i64>,
}

pub fn used(world: &World<'_>, view: &View, until: Us) -> Option<Used> {
    let start = view.story.start?.at;
    let term = &view.promise;
    let walk = view.walk(world);
    let days: Vec<Day> = (day_of(start) + 1..=day_of(until)).collect();
    let office_sec = office_us(walk, start, until) / SECOND;
    let unit = term.limit.map(|limit| limit.unit);
    let is_to_the_hour = world.policy.deadline == Deadline::HourExact;
    let is_counted = |day: &&Day| {
        let is_excluded = walk.is_excluded(**day) || term.excluded.contains(*day);
        walk.calendar.works(**day) && !is_excluded
    };
    let counted: Vec<Day> = days.iter().filter(is_counted).copied().collect();
    let wd = (unit == Some(Unit::Wd) && !is_to_the_hour).then_some(i64::try_from(counted.len()).unwrap());
    let passed = match unit {
        _ if is_to_the_hour => None,
        None => term.due_at.map(|_| until - start),
        Some(Unit::Wd) => Some(sum(walk.office_of(&counted), until)),
        Some(Unit::Cd | Unit::Month) => {
            let natural: Vec<Day> = days.iter().copied().filter(|day| !walk.is_excluded_naturally(*day)).collect();
            Some(sum(all_of(&natural), until))
        }
        Some(Unit::Hour | Unit::Min) => Some(office_sec * SECOND),
    };
    // Microseconds over seconds are millionths.
    let ratio_ppm = passed.filter(|_| term.total > 0).map(|passed| passed / term.total);
    Some(Used { wd, office_sec, ratio_ppm })
}

fn sum(minutes: impl Iterator<Item = Us>, until: Us) -> Us {
    minutes.map(|minute| part_before(minute, until)).sum()
}

/// Running office time between two instants.
fn office_us(walk: Walk<'_>, start: Us, until: Us) -> Us {
    let days = (day_of(start)..=day_of(until)).filter(|day| walk.calendar.works(*day));
    let minutes = days.flat_map(|day| walk.calendar.minutes_of(day));
    minutes.filter(|minute| *minute >= start && !walk.is_paused(*minute)).map(|minute| part_before(minute, until)).sum()
}
