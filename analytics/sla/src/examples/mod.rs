//! The 30 worked examples of domain §4.1, each one test with its dates written out. All of them
//! agree with the calendar files, which are the authority.

mod days;
mod limits;
mod others;
mod stops;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::testing::{TestCalendar, at, case, end_of, event, step, stop, wd, zone};
use crate::{
    Card, CaseClock, Event, EventKind, ItemRules, Limit, ObjectType, Policy, StopKind, Unit, WorkCalendar, judge,
};

/// A case as an example tells it.
#[derive(Default)]
pub(crate) struct Example {
    pub(crate) events: Vec<Event>,
    pub(crate) promised: Option<Limit>,
    pub(crate) statutory: Option<Limit>,
    pub(crate) item: ItemRules,
    pub(crate) is_backfill: bool,
}

impl Example {
    /// Its item suspends for public notices.
    pub(crate) fn new(promised: Option<Limit>, events: &[Event]) -> Self {
        let item = ItemRules { allowed_stop_kinds: vec![StopKind::PublicNotice], ..ItemRules::default() };
        Self { events: events.to_vec(), promised, item, ..Self::default() }
    }

    /// With one more event.
    pub(crate) fn and(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// As it was known then.
    pub(crate) fn known_by(mut self, when: &str) -> Self {
        self.events.retain(|event| event.known_at <= at(when));
        self
    }

    /// In Guangxi, under the values of `BEIHAI_2`.
    pub(crate) fn told(&self) -> (CaseClock, Vec<Card>) {
        self.told_by(&TestCalendar::gx(), &Policy::for_testing())
    }

    pub(crate) fn told_by(&self, calendar: &dyn WorkCalendar, policy: &Policy) -> (CaseClock, Vec<Card>) {
        let mut input = case(&self.events, self.promised);
        input.statutory = self.statutory;
        input.item = &self.item;
        input.is_backfill = self.is_backfill;
        let judged = judge(&input, calendar, &zone(), policy).unwrap();
        (judged.clock, judged.cards)
    }
}

/// Accepted then, with a promise of `n` workdays.
pub(crate) fn accepted(when: &str, n: u32) -> Example {
    Example::new(wd(n), &[event(EventKind::Accept, when)])
}

/// A public notice from then on: based, approved and told to the applicant at once.
pub(crate) fn notice(id: &str, n: u32, unit: Unit, when: &str) -> Event {
    let mut event = stop(id, StopKind::PublicNotice, n, when);
    let terms = event.stop.as_mut().unwrap();
    terms.approved = Some(Limit { n, unit });
    event
}

/// The start of a step with a limit of `n` workdays.
pub(crate) fn step_start(seq: i64, n: u32, when: &str) -> Event {
    let mut start = step(EventKind::StepStart, seq, when);
    start.step_limit = Some(n);
    start
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Dates of one year, written `03-28 03-29`.
pub(crate) fn dates(year: &str, days: &str) -> Vec<Date> {
    days.split_whitespace().map(|day| date(&format!("{year}-{day}"))).collect()
}

/// The deducted spans, all together.
fn pauses(clock: &CaseClock) -> Vec<(Timestamp, Timestamp)> {
    clock.pauses.iter().map(|pause| (pause.from, pause.until)).collect()
}

/// YELLOW then, in time until 24:00 of that day, RED from then on.
fn assert_due(clock: &CaseClock, yellow: Option<&str>, due_on: &str) {
    let promise = &clock.promise;
    assert_eq!(promise.yellow_at, yellow.map(at), "YELLOW");
    assert_eq!(promise.due_on, Some(date(due_on)));
    assert_eq!(promise.due_at, Some(end_of(due_on)));
    assert_eq!(promise.red_at, Some(end_of(due_on) + SignedDuration::from_micros(1)), "RED");
}

/// The cards about one kind of object in the order of issue: whose, level and cycle, when the rule
/// was met, when it was issued if that was later, and what became of it.
pub(crate) fn about(cards: &[Card], object: ObjectType) -> Vec<String> {
    let mut cards: Vec<&Card> = cards.iter().filter(|card| card.object_type == object).collect();
    cards.sort_by_key(|card| (card.issued_at, card.condition_at, card.level));
    cards.into_iter().map(line).collect()
}

fn line(card: &Card) -> String {
    let mut line = card.object_id.as_ref().map_or_else(String::new, |id| format!("{id} "));
    line += &format!("{}/{} {}", card.level, card.cycle, local(card.condition_at));
    let issued = Some(card.issued_at).filter(|issued| *issued != card.condition_at);
    let fates = [
        ("issued", issued),
        ("superseded", card.superseded_at),
        ("lapsed", card.lapsed_at),
        ("cancelled", card.cancelled_at),
    ];
    for (fate, when) in fates {
        if let Some(when) = when {
            line += &format!(", {fate} {}", local(when));
        }
    }
    line
}

/// `2018-03-12T08:00`, with seconds only where there are some.
fn local(instant: Timestamp) -> String {
    let text = zone().to_datetime(instant).to_string();
    text.strip_suffix(":00").unwrap_or(&text).to_owned()
}

/// Days off of Guangxi alone, and weekend days worked there alone, in the years of the examples.
const REGIONAL: &str = "2017-03-30 2017-03-31 2017-04-08 2018-04-15 2018-04-18 2018-04-19 2018-04-20 \
                        2018-12-10 2018-12-11 2023-04-21";
/// Weekend days that the rest of the country works.
const NATIONAL: &str = "2017-04-01 2023-04-23";

/// The calendar of the rest of the country.
fn national() -> TestCalendar {
    let mut calendar = TestCalendar::gx();
    for day in REGIONAL.split_whitespace() {
        assert!(calendar.turned.remove(&date(day)), "{day}");
    }
    for day in NATIONAL.split_whitespace() {
        assert!(calendar.turned.insert(date(day)), "{day}");
    }
    calendar
}

#[test]
fn calendars_are_those_of_the_files() {
    let country = include_str!("../../../../datasets/reference/calendar_national.csv");
    let region = include_str!("../../../../datasets/reference/calendar_guangxi.csv");
    let off = |files: &[&str]| -> BTreeMap<Date, bool> {
        let rows = files.iter().flat_map(|file| file.lines().skip(1));
        let day = |row: &str| {
            let cells: Vec<&str> = row.split(',').collect();
            (date(cells[0]), cells[2] == "true")
        };
        rows.map(day).collect()
    };
    for (calendar, off) in [(national(), off(&[country])), (TestCalendar::gx(), off(&[country, region]))] {
        // Of 2023 the examples need April only.
        for (first, last) in [("2017-01-01", "2018-12-31"), ("2023-04-08", "2023-04-28")] {
            let mut day = date(first);
            while day <= date(last) {
                let is_weekend = day.weekday().to_monday_zero_offset() >= 5;
                let is_off = off.get(&day).copied().unwrap_or(is_weekend);
                assert_eq!(calendar.is_workday(day), !is_off, "{day}");
                day = day.tomorrow().unwrap();
            }
        }
    }
}
