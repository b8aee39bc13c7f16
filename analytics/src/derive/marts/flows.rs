//! What a case counts for in the marts by item: the measures of `contract::flows`.

use jiff::civil::Date;

use super::counted::Counted;

/// The measures, in the contracts' order.
#[derive(Debug, Clone, Copy)]
enum Flow {
    Received,
    Accepted,
    Closed,
    Ended,
    Clo,
    CloOnTime,
    CloNotInstant,
    CloEarly,
    Due,
    DueOnTime,
    DueNotInstant,
    DueNotInstantOnTime,
    DueMoved,
    Decided,
    DecidedInstant,
    StatutoryN,
    StatutoryWd,
    UsedWd,
    Supervised,
    SupervisedEnded,
    OverdueBegan,
    OverdueEnded,
}

/// How many they are.
pub(super) const FLOWS: usize = Flow::OverdueEnded as usize + 1;

/// What counts in which day; the days of a case are few.
#[derive(Default)]
struct Days(Vec<(Date, [i64; FLOWS])>);

impl Days {
    fn add(&mut self, day: Date, flow: Flow, n: i64) {
        let at = match self.0.iter().position(|(held, _)| *held == day) {
            Some(at) => at,
            None => {
                self.0.push((day, [0; FLOWS]));
                self.0.len() - 1
            }
        };
        self.0[at].1[flow as usize] += n;
    }

    fn count(&mut self, day: Date, flow: Flow, counts: bool) {
        if counts {
            self.add(day, flow, 1);
        }
    }
}

/// The days that a case counts in. Who is where follows the metrics that the contract names.
pub(super) fn of(case: &Counted) -> Vec<(Date, [i64; FLOWS])> {
    let mut days = Days::default();
    let is_open = case.closed_on.is_none();
    if let Some(day) = case.received_on {
        days.add(day, Flow::Received, 1);
    }
    if let Some(day) = case.started_on {
        days.add(day, Flow::Accepted, 1);
        days.count(day, Flow::Supervised, case.is_judged);
    }
    if let Some(day) = case.closed_on {
        closed(&mut days, day, case);
    }
    if let Some(day) = case.due_on.filter(|_| case.is_judged && (is_open || case.is_decided || case.is_late)) {
        let on_time = case.is_decided && case.is_in_time;
        days.add(day, Flow::Due, 1);
        days.count(day, Flow::DueOnTime, on_time);
        days.count(day, Flow::DueNotInstant, !case.is_instant);
        days.count(day, Flow::DueNotInstantOnTime, on_time && !case.is_instant);
        days.count(day, Flow::DueMoved, case.is_stopped || case.is_extended);
    }
    if let (true, Some(started), Some(due)) = (case.is_judged, case.started_on, case.due_on) {
        // An explicit due day may lie before the start. Closed by then, a case is in no backlog.
        let over = started.max(due);
        match case.closed_on {
            None => days.add(over, Flow::OverdueBegan, 1),
            Some(closed) if closed > over => {
                days.add(over, Flow::OverdueBegan, 1);
                days.add(closed, Flow::OverdueEnded, 1);
            }
            Some(_) => {}
        }
    }
    days.0
}

fn closed(days: &mut Days, day: Date, case: &Counted) {
    days.add(day, if case.is_decided { Flow::Closed } else { Flow::Ended }, 1);
    if !case.is_judged {
        return;
    }
    if let Some(started) = case.started_on {
        days.add(started.max(day), Flow::SupervisedEnded, 1);
    }
    if case.is_decided || case.is_late {
        days.add(day, Flow::Clo, 1);
        days.count(day, Flow::CloOnTime, case.is_in_time);
        days.count(day, Flow::CloNotInstant, !case.is_instant);
        days.count(day, Flow::CloEarly, !case.is_instant && case.due_on.is_some_and(|due| day < due));
    }
    if case.is_decided {
        days.add(day, Flow::Decided, 1);
        days.count(day, Flow::DecidedInstant, case.is_instant && !case.is_extended && !case.is_late);
        if let (false, Some(statutory), Some(used)) = (case.is_instant, case.statutory_wd, case.used_wd) {
            days.add(day, Flow::StatutoryN, 1);
            days.add(day, Flow::StatutoryWd, statutory);
            days.add(day, Flow::UsedWd, used);
        }
    }
}
