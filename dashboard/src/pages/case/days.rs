//! The day-by-day explanation: which day counted as which, and why the others did not.

use analytics::sla::{DayKind, DayLine, DayRole, Level, Mark};
use jiff::civil::Date;

use super::Case;
use crate::format;

/// A row: one day, or several days in a row that are not worked.
pub(super) struct Line {
    pub(super) days: String,
    pub(super) role: String,
    pub(super) note: String,
    /// `start`, `counted`, `off`, with `due`, `over` and `ahead`.
    pub(super) class: String,
}

/// All days of the clock; days off in a row are one line.
pub(super) fn lines(case: &Case<'_>) -> Vec<Line> {
    let days = &case.known.explanation.days;
    let mut lines = Vec::new();
    let mut rest = days.as_slice();
    while let Some(first) = rest.first() {
        let is_off = |day: &DayLine| day.role == DayRole::NotWorked && day.marks.is_empty();
        let length = if is_off(first) { rest.iter().take_while(|day| is_off(day)).count() } else { 1 };
        let (run, after) = rest.split_at(length.clamp(1, rest.len()));
        lines.push(line(case, run));
        rest = after;
    }
    lines
}

fn line(case: &Case<'_>, run: &[DayLine]) -> Line {
    let t = case.lang();
    let (Some(first), Some(last)) = (run.first(), run.last()) else {
        return Line { days: String::new(), role: String::new(), note: String::new(), class: String::new() };
    };
    let days = if first.date == last.date {
        format::day_short(t, first.date)
    } else {
        format!("{} – {}", format::day_short(t, first.date), format::day_short(t, last.date))
    };
    let clock = &case.known.explanation.clock;
    let limit = clock.promise.limit.map(|limit| limit.n);
    let is_due = clock.promise.due_on == Some(first.date);
    let is_over = clock.promise.due_on.is_some_and(|due_on| first.date > due_on);
    let (role, mut class) = match first.role {
        DayRole::Start => (t.say("day-start"), "start".to_owned()),
        DayRole::Counted(k) => (t.tell("day-counted", &[("k", &k.to_string())]), "counted".to_owned()),
        DayRole::Excluded => (t.say("day-excluded"), "off stopped".to_owned()),
        DayRole::NotWorked => (t.say("day-off"), "off".to_owned()),
    };
    let mut role = role;
    if is_due && limit != Some(0) {
        role = format!("{role} · {}", t.say("day-due"));
    }
    for (holds, word) in [(is_due, " due"), (is_over, " over"), (first.date > case.context.today, " ahead")] {
        if holds {
            class.push_str(word);
        }
    }
    let mut notes = reasons(case, run);
    if !first.stops.is_empty() {
        notes.push(t.tell("day-stops", &[("stops", &first.stops.join(t.say("list-mark").as_str()))]));
    }
    notes.extend(first.marks.iter().filter_map(|mark| mark_note(case, *mark)));
    if run.iter().any(|day| day.provisional) {
        notes.push(t.say("day-provisional"));
    }
    Line { days, role, note: notes.join(t.say("list-mark").as_str()), class }
}

/// Why the days are or are not worked; each reason once.
fn reasons(case: &Case<'_>, run: &[DayLine]) -> Vec<String> {
    let t = case.lang();
    let mut notes: Vec<String> = Vec::new();
    for day in run {
        let kind = match day.kind {
            DayKind::Normal => continue,
            kind => t.code("day", kind.as_str()),
        };
        let note = match day.name.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => t.tell("day-named", &[("kind", &kind), ("name", name)]),
            None => kind,
        };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

/// What happened on the day by the clock, with its card if there is one.
fn mark_note(case: &Case<'_>, mark: Mark) -> Option<String> {
    let t = case.lang();
    let clock = &case.known.explanation.clock;
    let time = |at: jiff::Timestamp| format::clock(format::local(case.context.zone(), at).1);
    let card = |level: Level, key: &str, at: jiff::Timestamp| {
        let words = t.tell(key, &[("time", &time(at))]);
        let card = case.case_cards().find(|card| card.level == level.as_str());
        let Some(card) = card else {
            return words;
        };
        let name = t.code("card", &card.level);
        let end = if matches!(card.state.as_str(), "FORECAST" | "UNCONFIRMED") {
            format!("{name}（{}）", t.code("shown", &card.state))
        } else {
            name
        };
        format!("{words} → {end}")
    };
    match mark {
        Mark::Yellow => clock.promise.yellow_at.map(|at| card(Level::Yellow, "mark-yellow", at)),
        Mark::Due => clock.promise.due_at.map(|at| t.tell("mark-due", &[("time", &time(at))])),
        Mark::Red => clock.promise.red_at.map(|at| card(Level::Red, "mark-red", at)),
        Mark::Closed => clock.closed_at.map(|at| {
            let result = clock.close_result.map(|result| t.code("result", result.as_str())).unwrap_or_default();
            t.tell("mark-closed", &[("time", &time(at)), ("result", &result)])
        }),
    }
}

/// How many days lie between two dates.
pub(super) fn apart(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}
