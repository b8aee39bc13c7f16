//! From a limit and a start to the due instant and to yellow (domain §3, §4 points 2, 3, 6).

use super::World;
use super::time::{Day, MINUTE, SECOND, Us, day_of, midnight, months_after};
use super::walk::{Counted, Walk, all_of, first_reaching, minutes};
use crate::{Deadline, Limit, Rule, Unit};

pub struct Reckoned {
    /// Days 1 to N; none for hours and minutes.
    pub days: Vec<Day>,
    pub excluded: Vec<Day>,
    pub due_on: Day,
    /// The last instant in time.
    pub due_at: Us,
    pub doubt: Option<&'static str>,
}

/// A limit with `extra` days from an extension, counted from `start`.
pub fn reckon(world: &World<'_>, walk: Walk<'_>, start: Us, limit: Limit, extra: u32) -> Reckoned {
    let days = (limit.n + extra) as usize;
    match limit.unit {
        _ if limit.n == 0 => instant_item(walk, start),
        Unit::Wd if world.policy.deadline == Deadline::HourExact => hour_exact(walk, start, days),
        Unit::Wd => whole_days(walk.count_workdays(day_of(start), days)),
        Unit::Cd => naturally(world, walk, start, days),
        Unit::Month => {
            let month = months_after(day_of(start), limit.n) - day_of(start);
            naturally(world, walk, start, usize::try_from(month).unwrap() + extra as usize)
        }
        Unit::Hour => office_time(walk, start, 60 * limit.n as usize),
        Unit::Min => office_time(walk, start, limit.n as usize),
    }
}

fn end_of(day: Day) -> Us {
    midnight(day + 1) - 1
}

fn whole_days(counted: Counted) -> Reckoned {
    let due_on = *counted.days.last().unwrap();
    Reckoned { due_on, due_at: end_of(due_on), days: counted.days, excluded: counted.excluded, doubt: None }
}

/// The same clock time on the N-th day; a start outside the office moves to the next opening.
fn hour_exact(walk: Walk<'_>, start: Us, n: usize) -> Reckoned {
    let opened = minutes(start, Us::MAX).find(|minute| walk.calendar.is_office_minute(*minute)).unwrap();
    let mut reckoned = whole_days(walk.count_workdays(day_of(opened), n));
    let of_the_day = opened - midnight(day_of(opened));
    reckoned.due_at = midnight(reckoned.due_on) + of_the_day;
    let begins_after = |day: &Day| {
        let due = midnight(*day) + of_the_day;
        walk.deductions.iter().any(|(from, _)| day_of(*from) == *day && *from >= due)
    };
    let in_doubt = reckoned.excluded.iter().chain([&reckoned.due_on]).any(begins_after);
    if in_doubt {
        reckoned.doubt = Some("a stop begins on day N after its due hour");
    }
    if opened != start && walk.is_paused(opened) {
        reckoned.doubt = Some("the opening that a start moves to is suspended");
    }
    reckoned
}

/// Due on the day itself, or on the next workday when the office is over; treated as day N.
fn instant_item(walk: Walk<'_>, start: Us) -> Reckoned {
    let accepted = day_of(start);
    let is_over = !walk.calendar.works(accepted) || walk.calendar.closing(accepted) <= start;
    let mut due_on = if is_over { walk.workday_after(accepted) } else { accepted };
    let mut excluded = Vec::new();
    while walk.is_excluded(due_on) || walk.loses_as_last(due_on) {
        excluded.push(due_on);
        due_on = walk.workday_after(due_on);
    }
    Reckoned { days: Vec::new(), excluded, due_on, due_at: end_of(due_on), doubt: None }
}

/// Natural days; the due date rolls to a workday.
fn naturally(world: &World<'_>, walk: Walk<'_>, start: Us, n: usize) -> Reckoned {
    let mut reckoned = whole_days(walk.count_naturally(day_of(start), n));
    if !walk.calendar.works(reckoned.due_on) {
        reckoned.due_on = walk.workday_after(reckoned.due_on);
        reckoned.due_at = end_of(reckoned.due_on);
    }
    if world.policy.deadline == Deadline::HourExact {
        reckoned.doubt = Some("natural days to the hour");
    }
    reckoned
}

/// The end of the minute in which the office time is used up.
fn office_time(walk: Walk<'_>, start: Us, n: usize) -> Reckoned {
    let last = walk.running_from(start).nth(n - 1).unwrap();
    let due_at = last + MINUTE;
    let is_at_an_edge = !walk.is_running(due_at);
    let doubt = is_at_an_edge.then_some("the office time is used up right at a closing or at a stop");
    Reckoned { days: Vec::new(), excluded: Vec::new(), due_on: day_of(due_at), due_at, doubt }
}

/// The minutes that a limit counts, from the start on, for as long as anyone asks.
fn counted<'a>(walk: Walk<'a>, start: Us, limit: Limit, days: &'a [Day]) -> Box<dyn Iterator<Item = Us> + 'a> {
    match limit.unit {
        Unit::Wd => Box::new(walk.office_of(days)),
        Unit::Cd | Unit::Month => Box::new(all_of(days)),
        Unit::Hour | Unit::Min => Box::new(walk.running_from(start)),
    }
}

/// Seconds of the whole limit.
pub fn total(walk: Walk<'_>, limit: Limit, days: &[Day]) -> i64 {
    let minutes = match limit.unit {
        Unit::Wd => walk.office_of(days).count(),
        Unit::Cd | Unit::Month => all_of(days).count(),
        Unit::Hour => 60 * limit.n as usize,
        Unit::Min => limit.n as usize,
    };
    60 * i64::try_from(minutes).unwrap()
}

/// The share of a limit after which it is near, where the policy has one.
pub fn ratio(world: &World<'_>) -> (i64, i64) {
    let mut ratios = world.policy.ladder.iter().filter_map(|(_, rule)| match rule {
        Rule::UsedRatio { num, den } => Some((i64::from(*num), i64::from(*den))),
        _ => None,
    });
    ratios.next_back().unwrap_or((4, 5))
}

/// When that share of the limit is used; of an instant item, so many office minutes before the end.
pub fn yellow(world: &World<'_>, walk: Walk<'_>, start: Us, limit: Limit, reckoned: &Reckoned) -> Option<Us> {
    if limit.n == 0 {
        let before = world.policy.instant_yellow_office_min as usize;
        let last_hour = walk.calendar.minutes_of(reckoned.due_on).rev().nth(before - 1);
        return last_hour.filter(|yellow| start <= *yellow);
    }
    let total = total(walk, limit, &reckoned.days);
    first_reaching(counted(walk, start, limit, &reckoned.days), total, ratio(world))
}

/// That share of the natural time to an explicit due instant; none if that does not lie ahead.
pub fn yellow_before(world: &World<'_>, start: Us, due: Us) -> Option<Us> {
    let total = (due - start) / SECOND;
    if total <= 0 { None } else { first_reaching(minutes(start, due), total, ratio(world)) }
}
