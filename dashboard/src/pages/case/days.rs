//! The day-by-day explanation: which day counted as which, and why the others did not.

use analytics::sla::{ClockKind, CloseResult, DayKind, DayLine, DayRole, Level, Limit, Mark, OfficeDay};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{CardRow, Case, office};
use crate::format;

/// The days of one clock.
pub(super) struct Table {
    /// Of a step: which, with its figures.
    pub(super) title: String,
    /// Each day's office time is told, for the limit is in hours or minutes.
    pub(super) by_office: bool,
    /// What is to be known before the lines.
    pub(super) notes: Vec<String>,
    pub(super) lines: Vec<Line>,
}

/// A row: one day, or several days in a row that are not worked.
pub(super) struct Line {
    pub(super) days: String,
    pub(super) role: String,
    /// Office time of the day that counts, and all of it so far.
    pub(super) time: String,
    pub(super) sum: String,
    pub(super) note: String,
    /// `start`, `counted`, `off`, with `due`, `over` and `ahead`.
    pub(super) class: String,
}

/// A clock as its table needs it.
pub(super) struct Told<'a> {
    pub(super) days: &'a [DayLine],
    /// Key of the words for its first day.
    pub(super) first_day: &'static str,
    pub(super) limit: Option<Limit>,
    pub(super) due_on: Option<Date>,
    pub(super) due_at: Option<Timestamp>,
    pub(super) yellow_at: Option<Timestamp>,
    /// Key of the words for what YELLOW means of it.
    pub(super) yellow_key: &'static str,
    pub(super) red_at: Option<Timestamp>,
    /// What is said of its end; of a case that was reopened, of each closing and reopening.
    pub(super) ends: Vec<(Mark, Timestamp, String)>,
    pub(super) cards: Vec<&'a CardRow>,
    /// The list is cut: it goes on in the same way to this day.
    pub(super) cut: Option<Date>,
    /// Key of the words for why it is.
    pub(super) cut_why: &'static str,
    /// The year whose calendar is not known, so that there is no card.
    pub(super) unknown_year: Option<i16>,
}

/// All days of the clock of the case.
pub(super) fn table(case: &Case<'_>) -> Table {
    let t = case.lang();
    let clock = &case.known.explanation.clock;
    let promise = &clock.promise;
    let closed = |at: Timestamp, result: Option<CloseResult>| {
        let result = result.map(|result| t.code("result", result.as_str())).unwrap_or_default();
        (Mark::Closed, at, t.tell("mark-closed", &[("time", &time(case, at)), ("result", &result)]))
    };
    let undone = case.known.explanation.reopenings.iter().flat_map(|undone| {
        let words = t.tell("mark-reopened", &[("time", &time(case, undone.reopened_at))]);
        [closed(undone.closed_at, Some(undone.close_result)), (Mark::Reopened, undone.reopened_at, words)]
    });
    let ends = undone.chain(clock.closed_at.map(|at| closed(at, clock.close_result))).collect();
    let told = Told {
        days: &case.known.explanation.days,
        first_day: "day-start",
        limit: promise.limit,
        due_on: promise.due_on,
        due_at: promise.due_at,
        yellow_at: promise.yellow_at,
        yellow_key: "mark-yellow",
        red_at: promise.red_at,
        ends,
        cards: case.case_cards().collect(),
        cut: case.known.explanation.days_cut,
        cut_why: "days-cut-why",
        unknown_year: case.known.explanation.unknown_year(ClockKind::Promise),
    };
    told.table(case, String::new())
}

impl Told<'_> {
    /// Days off in a row are one line.
    pub(super) fn table(&self, case: &Case<'_>, title: String) -> Table {
        let t = case.lang();
        let mut lines = Vec::new();
        let mut rest = self.days;
        let mut is_over = false;
        while let Some(first) = rest.first() {
            if first.is_after_end && !is_over {
                lines.push(Line::between(t.say("days-after-end"), t.say("days-after-end-why")));
            }
            is_over = first.is_after_end;
            let is_off = |day: &DayLine| {
                day.role == DayRole::NotWorked && day.marks.is_empty() && day.is_after_end == first.is_after_end
            };
            let length = if is_off(first) { rest.iter().take_while(|day| is_off(day)).count() } else { 1 };
            let (run, after) = rest.split_at(length.clamp(1, rest.len()));
            lines.extend(run.last().map(|last| self.line(case, first, last, run)));
            rest = after;
        }
        if let Some(day) = self.cut {
            let days = t.tell("days-cut", &[("day", &format::day_short(t, day))]);
            lines.push(Line::between(days, t.say(self.cut_why)));
        }
        let year = self.unknown_year.map(|year| t.tell("calendar-unknown", &[("year", &year.to_string())]));
        let notes = year.into_iter().collect();
        Table { title, by_office: self.days.iter().any(|day| day.office.is_some()), notes, lines }
    }

    fn line(&self, case: &Case<'_>, first: &DayLine, last: &DayLine, run: &[DayLine]) -> Line {
        let t = case.lang();
        let days = if first.date == last.date {
            format::day_short(t, first.date)
        } else {
            format!("{} – {}", format::day_short(t, first.date), format::day_short(t, last.date))
        };
        let is_due = self.due_on == Some(first.date);
        let is_over = !first.is_after_end && self.due_on.is_some_and(|due_on| first.date > due_on);
        let (mut role, mut class) = match first.role {
            DayRole::Start if first.office.is_some() => (t.say("day-start-office"), "start".to_owned()),
            DayRole::Start => (t.say(self.first_day), "start".to_owned()),
            DayRole::Counted(k) if first.is_after_end => {
                (t.tell("day-would-be", &[("k", &k.to_string())]), "off".to_owned())
            }
            DayRole::Counted(k) => (t.tell("day-counted", &[("k", &k.to_string())]), "counted".to_owned()),
            DayRole::Excluded => (t.say("day-excluded"), "off stopped".to_owned()),
            DayRole::NotOpen => (t.say("day-not-open"), "off".to_owned()),
            DayRole::NotWorked => (t.say("day-off"), "off".to_owned()),
            DayRole::Running => (t.say("day-running"), "counted".to_owned()),
            DayRole::RolledOn => (t.say("day-rolled"), "counted".to_owned()),
            DayRole::AfterCap => (t.say("day-after-cap"), "counted".to_owned()),
        };
        if is_due && self.limit.map(|limit| limit.n) != Some(0) {
            role = format!("{role} · {}", t.say("day-due"));
        }
        for (holds, word) in [(is_due, " due"), (is_over, " over"), (first.date > case.context.today, " ahead")] {
            if holds {
                class.push_str(word);
            }
        }
        let mut notes = reasons(case, run);
        if first.role == DayRole::RolledOn {
            notes.push(t.say("day-rolled-why"));
        }
        notes.extend(first.office.iter().flat_map(|day| office::parts(case, day)));
        if !first.stops.is_empty() {
            notes.push(t.tell("day-stops", &[("stops", &first.stops.join(t.say("list-mark").as_str()))]));
        }
        notes.extend(first.marks.iter().filter_map(|mark| self.mark_note(case, *mark, first.date)));
        if run.iter().any(|day| day.provisional) {
            notes.push(t.say("day-provisional"));
        }
        let hours = |seconds: fn(&OfficeDay) -> u64| {
            last.office.as_ref().map(|day| office::length(seconds(day))).unwrap_or_default()
        };
        Line {
            days,
            role,
            time: hours(|day| day.counted_sec),
            sum: hours(|day| day.sum_sec),
            note: notes.join(t.say("list-mark").as_str()),
            class,
        }
    }

    /// What happened on the day by the clock, with its card if there is one.
    fn mark_note(&self, case: &Case<'_>, mark: Mark, date: Date) -> Option<String> {
        let t = case.lang();
        let is_here = |at: Timestamp| format::local(case.context.zone(), at).0 == date;
        let card = |level: Level, key: &str, at: Option<Timestamp>| {
            let mut cards = self.cards.iter().filter(|card| card.level == level.as_str() && card.state != "CANCELLED");
            let Some(card) = cards.find(|card| is_here(card.condition_at)) else {
                return at.map(|at| t.tell(key, &[("time", &time(case, at))]));
            };
            let words = t.tell(key, &[("time", &time(case, card.condition_at))]);
            let name = t.code("card", &card.level);
            let end = if matches!(card.state.as_str(), "FORECAST" | "UNCONFIRMED") {
                format!("{name}（{}）", t.code("shown", &card.state))
            } else {
                name
            };
            Some(format!("{words} → {end}"))
        };
        match mark {
            Mark::Yellow => card(Level::Yellow, self.yellow_key, self.yellow_at),
            Mark::Due => self.due_at.map(|at| t.tell("mark-due", &[("time", &time(case, at))])),
            Mark::Red => card(Level::Red, "mark-red", self.red_at),
            Mark::Closed | Mark::Reopened => {
                let here = self.ends.iter().filter(|(held, at, _)| *held == mark && is_here(*at));
                let words: Vec<&str> = here.map(|(_, _, words)| words.as_str()).collect();
                Some(words.join(t.say("list-mark").as_str())).filter(|words| !words.is_empty())
            }
            Mark::Cap => Some(t.say("mark-cap")),
            Mark::NextWorkday => Some(t.say("mark-next-workday")),
        }
    }
}

impl Line {
    /// A row that is no day.
    fn between(days: String, note: String) -> Self {
        let (role, time, sum) = (String::new(), String::new(), String::new());
        Self { days, role, time, sum, note, class: "off".to_owned() }
    }
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

/// Local time of day.
pub(super) fn time(case: &Case<'_>, at: Timestamp) -> String {
    format::clock(format::local(case.context.zone(), at).1)
}

/// How many days lie between two dates.
pub(super) fn apart(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}
