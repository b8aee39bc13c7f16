//! The clocks of the steps, each day by day.

use analytics::sla::{DayLine, Mark, StepClock};
use jiff::civil::Date;

use super::Case;
use super::days::{Table, Told, time};
use crate::format;

/// A table a step, in the order in which they began; none of one that was never started.
pub(super) fn tables(case: &Case<'_>) -> Vec<Table> {
    let explained = &case.known.explanation;
    let steps = explained.clock.steps.iter().zip(&explained.steps).filter(|(_, told)| !told.days.is_empty());
    steps.map(|(step, told)| table(case, step, &told.days, told.used_wd, told.cut, told.unknown_year)).collect()
}

fn table(
    case: &Case<'_>,
    step: &StepClock,
    days: &[DayLine],
    used_wd: u32,
    cut: Option<Date>,
    unknown_year: Option<i16>,
) -> Table {
    let ended = |at| (Mark::Closed, at, case.lang().tell("mark-step-end", &[("time", &time(case, at))]));
    let told = Told {
        days,
        first_day: "day-start-step",
        limit: step.limit,
        due_on: step.due_on,
        due_at: step.due_at,
        yellow_at: step.yellow_at,
        yellow_key: "mark-yellow",
        red_at: step.red_at,
        ends: step.ended_at.map(ended).into_iter().collect(),
        cards: case.step_cards(step),
        cut,
        cut_why: "days-cut-why",
        unknown_year,
    };
    told.table(case, title(case, step, used_wd))
}

/// Which step, its limit, what of it is used, and when it is due.
fn title(case: &Case<'_>, step: &StepClock, used_wd: u32) -> String {
    let t = case.lang();
    let limit = match step.limit {
        Some(limit) => t.tell("step-limit", &[("limit", &format::limit(t, limit.n, limit.unit))]),
        None if step.due_at.is_some() => t.say("step-told"),
        None => t.say("step-no-limit"),
    };
    let n = used_wd.to_string();
    let used = match step.ended_at {
        Some(_) => t.tell("step-used", &[("n", &n)]),
        None => {
            let as_of = format::stamp(case.context.zone(), case.context.session.as_of());
            t.tell("step-used-open", &[("n", &n), ("at", &as_of)])
        }
    };
    let due = step.due_at.map(|at| t.tell("step-due", &[("at", &format::stamp(case.context.zone(), at))]));
    let parts = [Some(case.step_name(step)), Some(limit), Some(used), due];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
