//! How many cases a second the clock judges, on all cores (`bench/clock.sh`, docs/BENCHMARKS.md).
//!
//! The cases are made up and rest in memory, so nothing is read or written: each is received,
//! accepted, taken through three steps, decided and closed within its promise. Of a hundred, ten are
//! suspended for some days, three end late and five are still open. Every record is entered, and
//! known, half a minute after it happened.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use sla::{
    CaseInput, ClockError, CloseResult, DayKind, DayTable, Event, EventKind, ItemRules, Limit, OfficeWindow, Policy,
    StopKind, StopTerms, Unit, WorkCalendar, Zone, fold, judge,
};

const NATIONAL: &str = include_str!("../../../datasets/reference/calendar_national.csv");
const GUANGXI: &str = include_str!("../../../datasets/reference/calendar_guangxi.csv");
/// First and last year whose days are known (`calendar_year.csv`, GX).
const KNOWN: (i16, i16) = (2004, 2026);
/// Years of the table, so that no due date leaves it.
const YEARS: (i16, i16) = (2004, 2029);
/// Places of a year in the table: twelve months of 31 days, so that a date is its own place.
const YEAR: usize = 12 * 31;
const WINDOWS: [OfficeWindow; 2] =
    [OfficeWindow { open: 8 * 3600, close: 12 * 3600 }, OfficeWindow { open: 15 * 3600, close: 18 * 3600 }];

/// Cases that differ; they are judged again and again, or their events would not fit into memory.
const DISTINCT: usize = 20_000;
const RUNS: usize = 5;

type Anything<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Anything<()> {
    let judged: usize = std::env::args().nth(1).map_or(Ok(200_000), |count| count.parse())?;
    let calendar = Calendar::new()?;
    let zone = Zone::new(TimeZone::get("Asia/Shanghai")?);
    let cases = Maker { days: calendar.workdays(2021, 2025), zone: zone.clone(), rng: 2018 }.cases(DISTINCT)?;
    let events: usize = cases.iter().map(Vec::len).sum();
    let cores = std::thread::available_parallelism()?.get();
    println!("{judged} cases ({DISTINCT} different ones, {events} events) on {cores} cores, {RUNS} runs");
    let bench = Bench { cases: &cases, item: item(), cores, rounds: judged.div_ceil(DISTINCT).max(1) };
    let policy = Policy::for_testing();
    bench.run("judge: clock and cards", |case| {
        judge(case, &calendar, &zone, &policy).map(|judged| black_box(judged).cards.len())
    })?;
    bench.run("fold: the clock without cards", |case| {
        fold(case, &calendar, &zone, &policy).map(|clock| black_box(clock).steps.len())
    })
}

struct Bench<'b> {
    cases: &'b [Vec<Event>],
    item: ItemRules,
    cores: usize,
    rounds: usize,
}

impl Bench<'_> {
    /// Does the work with every case, all cores at once, and prints the median and the best run.
    fn run(&self, name: &str, work: impl Fn(&CaseInput<'_>) -> Result<usize, ClockError> + Sync) -> Anything<()> {
        let mut found = self.once(1, &work)?.1;
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let (time, count) = self.once(self.rounds, &work)?;
            times.push(time);
            found = count / self.rounds;
        }
        times.sort();
        let judged = (self.cases.len() * self.rounds) as f64;
        let rate = |time: &Duration| judged / time.as_secs_f64();
        let (median, best) = (times.get(RUNS / 2).map_or(0.0, rate), times.first().map_or(0.0, rate));
        println!("{name}: {median:.0} cases a second (best {best:.0}); {found} found in {} cases", self.cases.len());
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "a benchmark measures the machine's time")]
    fn once(
        &self,
        rounds: usize,
        work: &(impl Fn(&CaseInput<'_>) -> Result<usize, ClockError> + Sync),
    ) -> Anything<(Duration, usize)> {
        let begun = Instant::now();
        let found = std::thread::scope(|scope| {
            let shares = self.cases.chunks(self.cases.len().div_ceil(self.cores).max(1));
            let shares: Vec<_> = shares
                .map(|share| {
                    scope.spawn(move || -> Result<usize, ClockError> {
                        let mut found = 0;
                        for _ in 0..rounds {
                            for events in share {
                                found += work(&black_box(self.input(events)))?;
                            }
                        }
                        Ok(found)
                    })
                })
                .collect();
            let mut found = 0;
            for share in shares {
                found += share.join().map_err(|_| "a thread ended early")??;
            }
            Ok::<usize, Box<dyn Error + Send + Sync>>(found)
        })?;
        Ok((begun.elapsed(), found))
    }

    fn input<'e>(&'e self, events: &'e [Event]) -> CaseInput<'e> {
        CaseInput {
            events,
            promised: Some(Limit { n: 15, unit: Unit::Wd }),
            statutory: Some(Limit { n: 25, unit: Unit::Wd }),
            item: &self.item,
            due_binding: false,
            is_escalated: false,
            has_certificate: true,
            is_backfill: false,
            changes: &[],
        }
    }
}

fn item() -> ItemRules {
    let village = Some(Limit { n: 3, unit: Unit::Wd });
    ItemRules { allowed_stop_kinds: vec![StopKind::SiteSurvey], village, ..ItemRules::default() }
}

/// The calendar of Guangxi, with a table of its days.
struct Calendar {
    days: Vec<Day>,
    table: DayTable,
}

#[derive(Clone, Copy, Default)]
struct Day {
    is_workday: bool,
    is_provisional: bool,
}

impl Calendar {
    fn new() -> Anything<Self> {
        let count = usize::try_from(YEARS.1 - YEARS.0 + 1)?;
        let mut calendar = Self { days: vec![Day::default(); count * YEAR], table: DayTable::default() };
        let all = Date::new(YEARS.0, 1, 1)?.series(1.day()).take_while(|date| date.year() <= YEARS.1);
        for date in all {
            let is_workday = !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            calendar.set(date, is_workday);
        }
        // date,name,is_off_day,…; no name holds a comma.
        for row in NATIONAL.lines().skip(1).chain(GUANGXI.lines().skip(1)) {
            let mut fields = row.split(',');
            let (Some(date), Some(is_off)) = (fields.next(), fields.nth(1)) else {
                return Err(format!("{row:?} is not date,name,is_off_day").into());
            };
            calendar.set(date.parse()?, is_off == "false");
        }
        calendar.table = DayTable::of(&calendar, YEARS.0..=YEARS.1);
        Ok(calendar)
    }

    fn set(&mut self, date: Date, is_workday: bool) {
        let is_provisional = date.year() < KNOWN.0 || date.year() > KNOWN.1;
        if let Some(day) = place(date).and_then(|place| self.days.get_mut(place)) {
            *day = Day { is_workday, is_provisional };
        }
    }

    fn day(&self, date: Date) -> Day {
        place(date).and_then(|place| self.days.get(place)).copied().unwrap_or_default()
    }

    fn workdays(&self, first: i16, last: i16) -> Vec<Date> {
        let begin = Date::new(first, 1, 1).unwrap_or(Date::MAX);
        let all = begin.series(1.day()).take_while(|date| date.year() <= last);
        all.filter(|date| self.is_workday(*date)).collect()
    }
}

/// Place of a date in the table; none before its first year.
fn place(date: Date) -> Option<usize> {
    let year = usize::try_from(date.year() - YEARS.0).ok()?;
    let [month, day] = [date.month(), date.day()].map(|part| usize::from(part.unsigned_abs()) - 1);
    Some(year * YEAR + month * 31 + day)
}

impl WorkCalendar for Calendar {
    fn is_workday(&self, date: Date) -> bool {
        self.day(date).is_workday
    }

    fn day_name(&self, _: Date) -> Option<&str> {
        None
    }

    fn kind(&self, _: Date) -> DayKind {
        DayKind::Normal
    }

    fn is_provisional(&self, date: Date) -> bool {
        self.day(date).is_provisional
    }

    fn windows(&self, _: Date) -> &[OfficeWindow] {
        &WINDOWS
    }

    fn version(&self) -> &str {
        "GX 2004-2026"
    }

    fn table(&self) -> Option<&DayTable> {
        Some(&self.table)
    }
}

/// Makes up cases, the same each time.
struct Maker {
    days: Vec<Date>,
    zone: Zone,
    rng: u64,
}

/// A case as far as it has been made.
struct Life {
    number: usize,
    /// Place of the present day among the workdays, and the time of day in seconds.
    day: usize,
    second: i64,
    events: Vec<Event>,
}

impl Maker {
    fn cases(mut self, count: usize) -> Anything<Vec<Vec<Event>>> {
        (0..count).map(|number| self.case(number)).collect()
    }

    fn case(&mut self, number: usize) -> Anything<Vec<Event>> {
        let (is_stopped, is_late, is_open) =
            (number % 100 < 10, (10..13).contains(&(number % 100)), (13..18).contains(&(number % 100)));
        let last = self.days.len() - 60;
        let (day, second) = (self.below(last), 8 * 3600 + 60 * self.minutes(170));
        let mut life = Life { number, day, second, events: Vec::with_capacity(12) };
        self.add(&mut life, EventKind::Receive)?;
        life.second += 60 * (2 + self.minutes(20));
        self.add(&mut life, EventKind::Accept)?;
        for seq in 1..=3 {
            life.second += 60 * (3 + self.minutes(20));
            self.add_step(&mut life, EventKind::StepStart, seq)?;
            if is_open && seq == 2 {
                return Ok(life.events);
            }
            if is_stopped && seq == 3 {
                self.next_day(&mut life, 1);
                self.add_stop(&mut life, EventKind::Stop)?;
                self.next_day(&mut life, 4);
                self.add_stop(&mut life, EventKind::Resume)?;
            }
            match seq {
                1 => life.second += 60 * (30 + self.minutes(60)),
                2 => self.next_day(&mut life, 3),
                _ => self.next_day(&mut life, if is_late { 30 } else { 4 }),
            }
            self.add_step(&mut life, EventKind::StepEnd, seq)?;
        }
        life.second += 60 * (2 + self.minutes(20));
        self.add(&mut life, EventKind::Decide)?;
        life.second += 60 * (2 + self.minutes(20));
        self.add(&mut life, EventKind::Close)?.close_result = Some(CloseResult::Granted);
        life.second += 60 * (2 + self.minutes(20));
        self.add(&mut life, EventKind::Deliver)?;
        Ok(life.events)
    }

    /// Some morning 1 to `most` workdays on; where a case is to be late, 20 at least.
    fn next_day(&mut self, life: &mut Life, most: usize) {
        let days = 1 + self.below(most);
        life.day += if most > 20 { days.max(20) } else { days };
        life.second = 8 * 3600 + 60 * self.minutes(120);
    }

    fn add<'l>(&self, life: &'l mut Life, kind: EventKind) -> Anything<&'l mut Event> {
        let date = *self.days.get(life.day).ok_or("the workdays end")?;
        let midnight = self.zone.to_timestamp(date.at(0, 0, 0, 0))?;
        let occurred_at: Timestamp = midnight.checked_add(SignedDuration::from_secs(life.second))?;
        let recorded_at = occurred_at.checked_add(SignedDuration::from_secs(30))?;
        let place = life.events.len();
        life.events.push(Event {
            event_id: format!("TEST-450502001003-{:07}-{place:02}", life.number),
            seq: i64::try_from(place).ok(),
            kind,
            occurred_at,
            recorded_at: Some(recorded_at),
            known_at: recorded_at,
            due_at: None,
            step_seq: None,
            step_name: None,
            step_limit: None,
            actor_role: Some("VILLAGE_AGENT".to_owned()),
            org_code: Some("450502001003-DB".to_owned()),
            close_result: None,
            stop: None,
            extension_days: None,
            approved_at: None,
            to_org: None,
            is_deleted: false,
        });
        life.events.last_mut().ok_or_else(|| "no event".into())
    }

    fn add_step(&self, life: &mut Life, kind: EventKind, seq: i64) -> Anything<()> {
        let event = self.add(life, kind)?;
        let (name, limit) = match seq {
            1 => ("村级受理", 1),
            2 => ("镇级初审", 5),
            _ => ("县级审批", 6),
        };
        (event.step_seq, event.step_name, event.step_limit) = (Some(seq), Some(name.to_owned()), Some(limit));
        Ok(())
    }

    fn add_stop(&self, life: &mut Life, kind: EventKind) -> Anything<()> {
        let event = self.add(life, kind)?;
        event.stop = Some(Box::new(StopTerms {
            stop_id: Some("S1".to_owned()),
            kind: Some(StopKind::SiteSurvey),
            basis: Some("事项办事指南：现场核查".to_owned()),
            approved: Some(Limit { n: 15, unit: Unit::Cd }),
            approved_at: Some(event.occurred_at),
            notified_at: Some(event.occurred_at),
        }));
        Ok(())
    }

    fn minutes(&mut self, below: i64) -> i64 {
        i64::try_from(self.draw() % below.unsigned_abs().max(1)).unwrap_or_default()
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.draw() % (count as u64).max(1)).unwrap_or_default()
    }

    /// SplitMix64.
    fn draw(&mut self) -> u64 {
        self.rng = self.rng.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.rng;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
