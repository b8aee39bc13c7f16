//! What the unit tests share: a calendar, and short ways to write events.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{TimeZone, offset};

use crate::{
    Card, CaseClock, CaseInput, CloseResult, DayKind, DayTable, Event, EventKind, ItemRules, Limit, OfficeWindow,
    Policy, StopKind, StopTerms, Unit, WorkCalendar, Zone, fold, judge,
};

/// Weekdays off and weekend days worked of Guangxi (domain §4.2), written year: MMDD.
const OFF: &[(i16, &str)] = &[
    (2017, "0102 0127 0130 0131 0201 0202 0330 0331 0403 0404 0501 0529 0530 1002 1003 1004 1005 1006"),
    (
        2018,
        "0101 0215 0216 0219 0220 0221 0405 0406 0418 0419 0420 0430 0501 0618 0924 \
         1001 1002 1003 1004 1005 1210 1211 1231",
    ),
    (2023, "0421"),
];
const WORKED: &[(i16, &str)] = &[(2017, "0122 0204 0408 0527 0930"), (2018, "0211 0224 0408 0415 0428 0929 0930 1229")];

/// Weekdays are worked, but for the days turned.
#[derive(Debug)]
pub(crate) struct TestCalendar {
    pub turned: BTreeSet<Date>,
    pub windows: Vec<OfficeWindow>,
    pub last_known_year: i16,
}

impl TestCalendar {
    /// Office 08-12 and 15-18.
    pub(crate) fn gx() -> Self {
        let mut turned = BTreeSet::new();
        for (year, days) in OFF.iter().chain(WORKED) {
            for day in days.split_whitespace() {
                let (month, day) = (day[..2].parse().unwrap(), day[2..].parse().unwrap());
                turned.insert(Date::new(*year, month, day).unwrap());
            }
        }
        Self { turned, windows: vec![window(8, 12), window(15, 18)], last_known_year: 2023 }
    }
}

impl WorkCalendar for TestCalendar {
    fn is_workday(&self, date: Date) -> bool {
        is_weekend(date) == self.turned.contains(&date)
    }

    fn day_name(&self, date: Date) -> Option<&str> {
        self.turned.contains(&date).then_some("turned")
    }

    fn kind(&self, date: Date) -> DayKind {
        match (self.turned.contains(&date), is_weekend(date)) {
            (true, true) => DayKind::AdjustedWorkday,
            (true, false) => DayKind::Holiday,
            (false, true) => DayKind::Weekend,
            (false, false) => DayKind::Normal,
        }
    }

    fn is_provisional(&self, date: Date) -> bool {
        date.year() > self.last_known_year
    }

    fn windows(&self, _: Date) -> &[OfficeWindow] {
        &self.windows
    }

    fn version(&self) -> &str {
        "test"
    }
}

/// The same calendar with its days counted beforehand.
#[derive(Debug)]
pub(crate) struct TabledCalendar {
    plain: TestCalendar,
    table: DayTable,
}

impl TabledCalendar {
    pub(crate) fn of(plain: TestCalendar, years: std::ops::RangeInclusive<i16>) -> Self {
        let table = DayTable::of(&plain, years);
        Self { plain, table }
    }
}

impl WorkCalendar for TabledCalendar {
    fn is_workday(&self, date: Date) -> bool {
        self.plain.is_workday(date)
    }

    fn day_name(&self, date: Date) -> Option<&str> {
        self.plain.day_name(date)
    }

    fn kind(&self, date: Date) -> DayKind {
        self.plain.kind(date)
    }

    fn is_provisional(&self, date: Date) -> bool {
        self.plain.is_provisional(date)
    }

    fn windows(&self, date: Date) -> &[OfficeWindow] {
        self.plain.windows(date)
    }

    fn version(&self) -> &str {
        self.plain.version()
    }

    fn table(&self) -> Option<&DayTable> {
        Some(&self.table)
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn window(open: u32, close: u32) -> OfficeWindow {
    OfficeWindow { open: open * 3600, close: close * 3600 }
}

/// China has had one offset all through these tests.
pub(crate) fn zone() -> Zone {
    Zone::new(TimeZone::fixed(offset(8)))
}

/// An instant in local words, e.g. `2018-03-05T10:00`.
pub(crate) fn at(text: &str) -> Timestamp {
    let local: DateTime = text.parse().unwrap();
    zone().to_timestamp(local).unwrap()
}

/// The end of a local day, as `due_at` has it.
pub(crate) fn end_of(day: &str) -> Timestamp {
    at(&format!("{day}T23:59:59.999999"))
}

pub(crate) fn event(kind: EventKind, when: &str) -> Event {
    Event {
        event_id: format!("{kind} {when}"),
        seq: None,
        kind,
        occurred_at: at(when),
        recorded_at: None,
        known_at: at(when),
        due_at: None,
        step_seq: None,
        step_name: None,
        step_limit: None,
        actor_role: None,
        org_code: None,
        close_result: (kind == EventKind::Close).then_some(CloseResult::Granted),
        stop: None,
        extension_days: None,
        approved_at: None,
        to_org: None,
        is_deleted: false,
    }
}

/// The event, entered and known only then.
pub(crate) fn recorded(mut event: Event, when: &str) -> Event {
    event.recorded_at = Some(at(when));
    event.known_at = at(when);
    event
}

pub(crate) fn by(mut event: Event, org: &str) -> Event {
    event.org_code = Some(org.to_owned());
    event
}

pub(crate) fn due(mut event: Event, when: &str) -> Event {
    event.due_at = Some(at(when));
    event
}

pub(crate) fn wd(n: u32) -> Option<Limit> {
    let unit = Unit::Wd;
    Some(Limit { n, unit })
}

pub(crate) fn case(events: &[Event], promised: Option<Limit>) -> CaseInput<'_> {
    CaseInput {
        events,
        promised,
        statutory: None,
        item: &ITEM,
        due_binding: false,
        is_escalated: false,
        has_certificate: false,
        is_backfill: false,
        changes: &[],
    }
}

/// An item that allows every kind of stop.
pub(crate) static ITEM: LazyLock<ItemRules> =
    LazyLock::new(|| ItemRules { allowed_stop_kinds: StopKind::ALL.to_vec(), ..ItemRules::default() });

/// A stop with basis and notice, approved for so many natural days.
pub(crate) fn stop(id: &str, kind: StopKind, days: u32, when: &str) -> Event {
    let terms = StopTerms {
        stop_id: Some(id.to_owned()),
        kind: Some(kind),
        basis: Some("basis".to_owned()),
        approved: Some(Limit { n: days, unit: Unit::Cd }),
        approved_at: Some(at(when)),
        notified_at: Some(at(when)),
    };
    Event { event_id: format!("STOP {id}"), stop: Some(Box::new(terms)), ..event(EventKind::Stop, when) }
}

pub(crate) fn resume(id: &str, when: &str) -> Event {
    let terms = StopTerms { stop_id: Some(id.to_owned()), ..StopTerms::default() };
    Event { event_id: format!("RESUME {id} {when}"), stop: Some(Box::new(terms)), ..event(EventKind::Resume, when) }
}

pub(crate) fn extend(days: u32, when: &str) -> Event {
    Event { extension_days: Some(days), approved_at: Some(at(when)), ..event(EventKind::Extend, when) }
}

pub(crate) fn step(kind: EventKind, seq: i64, when: &str) -> Event {
    Event { event_id: format!("{kind} {seq} {when}"), step_seq: Some(seq), ..event(kind, when) }
}

/// The cards under the values of `BEIHAI_2`.
pub(crate) fn cards(case: &CaseInput<'_>) -> Vec<Card> {
    judge(case, &TestCalendar::gx(), &zone(), &Policy::for_testing()).unwrap().cards
}

/// Folds on the Guangxi calendar under the values of `BEIHAI_2`.
pub(crate) fn clock(case: &CaseInput<'_>) -> CaseClock {
    fold(case, &TestCalendar::gx(), &zone(), &Policy::for_testing()).unwrap()
}

/// The clock of these events with a promise of `n` workdays.
pub(crate) fn promise(events: &[Event], n: u32) -> CaseClock {
    clock(&case(events, wd(n)))
}
