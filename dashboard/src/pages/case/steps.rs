//! The clocks of the steps, each day by day.

use analytics::sla::{DayLine, StepClock};

use super::Case;
use super::days::{Table, Told, time};
use crate::format;

/// A table a step, in the order in which they began; none of one that was never started.
pub(super) fn tables(case: &Case<'_>) -> Vec<Table> {
    let explained = &case.known.explanation;
    let steps = explained.clock.steps.iter().zip(&explained.step_days);
    steps.filter(|(_, days)| !days.is_empty()).map(|(step, days)| table(case, step, days)).collect()
}

fn table(case: &Case<'_>, step: &StepClock, days: &[DayLine]) -> Table {
    let ended = step.ended_at.map(|at| case.lang().tell("mark-step-end", &[("time", &time(case, at))]));
    let told = Told {
        days,
        first_day: "day-start-step",
        limit: step.limit,
        due_on: step.due_on,
        due_at: step.due_at,
        yellow_at: step.yellow_at,
        red_at: step.red_at,
        ended,
        cards: case.step_cards(step),
    };
    told.table(case, title(case, step))
}

/// Which step, its limit, what of it is used, and when it is due.
fn title(case: &Case<'_>, step: &StepClock) -> String {
    let t = case.lang();
    let limit = step.limit.map(|limit| {
        let unit = t.code("unit", limit.unit.as_str());
        t.tell("fact-limit-value", &[("n", &limit.n.to_string()), ("unit", &unit)])
    });
    let limit = match limit {
        Some(limit) => t.tell("step-limit", &[("limit", &limit)]),
        None if step.due_at.is_some() => t.say("step-told"),
        None => t.say("step-no-limit"),
    };
    let used = if step.ended_at.is_some() { "step-used" } else { "step-used-open" };
    let used = t.tell(used, &[("n", &step.used_wd.to_string())]);
    let due = step.due_at.map(|at| t.tell("step-due", &[("at", &format::stamp(case.context.zone(), at))]));
    let parts = [Some(case.step_name(step)), Some(limit), Some(used), due];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
