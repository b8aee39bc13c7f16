//! What must not matter to a metric does not, and what must does, and nothing else with it: the figures of a lake
//! beside those of the same records cut into other batches, with cases more, with other names, or closed again. All
//! lakes are fed by `sunlake ingest`. `SUNLAKE_SEED=n` repeats a run.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use analytics::{Engine, Param, Principal, Session};
use datasets::clock::SystemClock;
use datasets::lake::{Lake, LakeUrl};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use queries::{Breakdown, METRICS};
use serde_json::{Map, Value};

use crate::feeds::{Random, lines, seeded, write};
use crate::support::{Place, text};

/// The present of the sample.
const AS_OF: &str = "2023-09-13T15:42:00+08:00";
/// First day, and the day after the last.
const APRIL: [&str; 2] = ["2023-04-01", "2023-05-01"];
const MAY: [&str; 2] = ["2023-05-01", "2023-06-01"];
/// What of the sample lands, the cases first.
const FEEDS: [&str; 4] = ["workflow_case", "workflow_event", "rating", "listing"];

/// The rows of every metric, by its number and the bucket.
type Figures = BTreeMap<(&'static str, String), Map<String, Value>>;

/// One file of the sample.
struct Feed {
    mapping: &'static str,
    name: String,
    header: String,
    lines: Vec<String>,
}

impl Feed {
    fn place(&self, column: &str) -> usize {
        self.header.split(',').position(|name| name == column).expect("a column of the sample")
    }

    fn field<'a>(&self, line: &'a str, column: &str) -> &'a str {
        line.split(',').nth(self.place(column)).expect("a field")
    }

    /// Lands these lines of it, if there are any; [`figures`] has the cases worked out.
    fn land(&self, place: &Place, folder: &str, lines: &[String]) {
        if !lines.is_empty() {
            let file = write(place, &format!("{folder}-{}", self.mapping), &self.name, &self.header, lines);
            place.run(&["ingest", self.mapping, text(&file), "--no-derive"]);
        }
    }
}

/// The files of a sample of three villages.
fn sample(place: &Place, random: &mut Random) -> Vec<Feed> {
    let out = place.dir.path().join("exports");
    let seed = random.below(1000).to_string();
    place.run(&["sample", "--out", text(&out), "--villages", "3", "--scale", "0.05", "--seed", &seed]);
    let feed = |mapping| {
        let (name, header, lines) = lines(&out, mapping);
        Feed { mapping, name, header, lines }
    };
    FEEDS.map(feed).into()
}

/// Every metric over the days, by `by` or together where it cannot be told apart so.
async fn told(session: &Session, days: [&str; 2], by: Breakdown) -> Figures {
    let [from, to] = days.map(|day| Param::Date(day.parse::<Date>().expect("a day")));
    let params = [("from", from), ("to", to)];
    let mut figures = Figures::new();
    for metric in &METRICS {
        let by = if metric.header().breakdowns.contains(&by) { by } else { Breakdown::All };
        let sql = metric.sql_by(by).expect("one of its breakdowns");
        let rows: Vec<Map<String, Value>> = session.rows(&sql, &params).await.expect("rows");
        for row in rows {
            let bucket = row["bucket"].as_str().unwrap_or("nobody").to_owned();
            figures.insert((metric.id, bucket), row);
        }
    }
    figures
}

/// What a lake says now of each of these questions.
fn figures<const N: usize>(place: &Place, questions: [([&str; 2], Breakdown); N]) -> [Figures; N] {
    place.run(&["derive"]);
    let url = LakeUrl::parse(text(&place.dir.path().join("lake"))).expect("url");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("runtime");
    runtime.block_on(async {
        let lake = Arc::new(Lake::open(&url).await.expect("lake"));
        let engine = Engine::open(lake, Arc::new(SystemClock::default())).await.expect("engine");
        let as_of = AS_OF.parse().expect("an instant");
        let session = engine.session(&Principal::operator(), Some(as_of)).await.expect("session");
        let mut answers = Vec::new();
        for (days, by) in questions {
            answers.push(told(&session, days, by).await);
        }
        answers.try_into().unwrap_or_else(|_| panic!("an answer a question"))
    })
}

/// Sums may be added up in another order.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => (left - right).abs() <= 1e-9 * left.abs().max(right.abs()),
        _ => left == right,
    }
}

#[track_caller]
fn assert_same(seed: u64, left: &Figures, right: &Figures) {
    let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    let differs = keys.into_iter().filter(|key| match (left.get(*key), right.get(*key)) {
        (Some(left), Some(right)) => {
            left.len() != right.len() || left.iter().any(|(name, value)| !is_same(value, &right[name]))
        }
        _ => true,
    });
    let differs: Vec<_> = differs.map(|key| (key, left.get(key), right.get(key))).take(3).collect();
    assert!(differs.is_empty(), "seed {seed}: {differs:#?}");
}

/// A count of M01 or another metric in a village; 0 where it has no row.
fn count(figures: &Figures, metric: &'static str, village: &str, column: &str) -> i64 {
    let row = figures.get(&(metric, village.to_owned()));
    row.map_or(0, |row| row[column].as_i64().expect("a count"))
}

#[test]
fn a_batch_in_pieces_gives_the_same_figures() {
    let (seed, mut random) = seeded();
    let (whole, pieces) = (Place::new(), Place::new());
    for feed in sample(&whole, &mut random) {
        feed.land(&whole, "whole", &feed.lines);
        let mut hands = [Vec::new(), Vec::new()];
        feed.lines.iter().for_each(|line| hands[random.below(2)].push(line.clone()));
        for (hand, folder) in hands.iter().zip(["one", "other"]) {
            feed.land(&pieces, folder, hand);
        }
    }
    let questions = [(APRIL, Breakdown::Village), (MAY, Breakdown::Item)];
    let (left, right) = (figures(&whole, questions), figures(&pieces, questions));
    assert!(left[0].len() > 40, "seed {seed}: {:?}", left[0].keys());
    left.iter().zip(&right).for_each(|(left, right)| assert_same(seed, left, right));
}

/// Cases that were closed long before April, or came in after it, by what is told of their events.
fn outside(events: &Feed) -> BTreeSet<String> {
    let mut spans: HashMap<&str, (Vec<&str>, bool)> = HashMap::new();
    for line in &events.lines {
        let (instants, is_closed) = spans.entry(events.field(line, "case_no")).or_default();
        instants.extend(["occurred_at", "recorded_at"].map(|column| events.field(line, column)));
        *is_closed |= events.field(line, "event_type") == "CLOSE";
    }
    spans.retain(|_, (instants, is_closed)| {
        let is_before = *is_closed && instants.iter().all(|at| *at < "2022-12-15");
        is_before || instants.iter().all(|at| *at >= APRIL[1])
    });
    spans.into_keys().map(str::to_owned).collect()
}

#[test]
fn cases_outside_the_period_change_nothing_in_it() {
    let (seed, mut random) = seeded();
    let place = Place::new();
    let feeds = sample(&place, &mut random);
    let outside = outside(&feeds[1]);
    let of_cases = || feeds.iter().take(3);
    let mut asked = Vec::new();
    for is_added in [false, true] {
        for feed in of_cases() {
            let lines = feed.lines.iter().filter(|line| outside.contains(feed.field(line, "case_no")) == is_added);
            feed.land(&place, if is_added { "outside" } else { "inside" }, &lines.cloned().collect::<Vec<_>>());
        }
        let [mut figures] = figures(&place, [(APRIL, Breakdown::Village)]);
        // M33 sets the period beside those before it.
        let own = ["bucket", "items_n", "volume_n", "per_workday"];
        let looks_back = figures.iter_mut().filter(|((metric, _), _)| *metric == "M33");
        looks_back.for_each(|(_, row)| row.retain(|name, _| own.contains(&name.as_str())));
        asked.push((figures, place.number("select count(*) from case_state")));
    }
    let [(before, cases_before), (after, cases_after)] = [&asked[0], &asked[1]];
    assert!(cases_after - cases_before > 20 && *cases_before > 20, "seed {seed}: {cases_before}, then {cases_after}");
    assert_same(seed, before, after);
}

#[test]
fn villages_that_change_names_change_rows_and_nothing_else() {
    let (seed, mut random) = seeded();
    let (plain, renamed) = (Place::new(), Place::new());
    let feeds = sample(&plain, &mut random);
    let cases = &feeds[0];
    let villages: BTreeSet<&str> = cases.lines.iter().map(|line| cases.field(line, "village_code")).collect();
    let mut villages: Vec<&str> = villages.into_iter().filter(|code| code.len() == 12).collect();
    random.shuffle(&mut villages);
    let (one, other) = (villages[0], villages[1]);
    let swapped = |text: &str| text.replace(one, "<one>").replace(other, one).replace("<one>", other);
    for feed in &feeds {
        feed.land(&plain, "plain", &feed.lines);
        feed.land(&renamed, "renamed", &feed.lines.iter().map(|line| swapped(line)).collect::<Vec<_>>());
    }
    let questions = [(APRIL, Breakdown::Village), (APRIL, Breakdown::Kind)];
    let ([villages, kinds], [renamed, same]) = (figures(&plain, questions), figures(&renamed, questions));
    assert_same(seed, &kinds, &same);
    let back = renamed.into_iter().map(|((metric, bucket), mut row)| {
        let bucket = swapped(&bucket);
        let name = row["bucket"].as_str().map(swapped);
        row.insert("bucket".to_owned(), name.into());
        ((metric, bucket), row)
    });
    assert_same(seed, &villages, &back.collect::<Figures>());
    let received = [one, other].map(|village| count(&villages, "M01", village, "received_n"));
    assert!(received.iter().sum::<i64>() > 0, "seed {seed}: nothing was received in {one} and {other}");
}

/// The line of a closing as another event at another time.
fn another(events: &Feed, closing: &str, kind: &str, at: DateTime) -> String {
    let mut fields: Vec<String> = closing.split(',').map(str::to_owned).collect();
    let mut set = |column: &str, value: String| fields[events.place(column)] = value;
    let written = |at: DateTime| at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    set("event_id", format!("{}-{kind}-{}", events.field(closing, "event_id"), at.strftime("%m%d%H%M%S")));
    set("seq", "90".to_owned());
    set("event_type", kind.to_owned());
    set("occurred_at", written(at));
    set("recorded_at", written(at.saturating_add(2.minutes())));
    if kind == "REOPEN" {
        set("close_result", String::new());
    }
    fields.join(",")
}

#[test]
fn a_case_closed_again_counts_once_by_its_last_closing() {
    let (seed, mut random) = seeded();
    let place = Place::new();
    let feeds = sample(&place, &mut random);
    feeds.iter().take(3).for_each(|feed| feed.land(&place, "first", &feed.lines));
    let questions = [(APRIL, Breakdown::Village), (MAY, Breakdown::Village)];
    let before = figures(&place, questions);
    // Closed early, before any card, and nothing came after it.
    let sql = "select case_no, village_code from case_state where status = 'CLOSED_EARLY' and yellow_at > closed_at
        and closed_on >= date '2023-04-01' and closed_on < date '2023-05-01' and village_code is not null
        and case_no not in (select case_no from workflow_event where event_type = 'DELIVER')
        order by case_no";
    let found = place.json(&["query", sql, "--as-of", AS_OF]);
    let found =
        found.as_array().filter(|found| !found.is_empty()).unwrap_or_else(|| panic!("seed {seed}: no such case"));
    let case = &found[random.below(found.len())];
    let [case_no, village] = ["case_no", "village_code"].map(|name| case[name].as_str().expect("text"));
    let events = &feeds[1];
    let of_case = events.lines.iter().filter(|line| events.field(line, "case_no") == case_no);
    let mut closings = of_case.filter(|line| events.field(line, "event_type") == "CLOSE");
    let closing = closings.next().expect("a closing");
    let closed: DateTime = events.field(closing, "occurred_at").parse().expect("a time");
    let again = |kind, at| another(events, closing, kind, at);

    // Within the minute: as if it had not been.
    let [reopened, reclosed] = [10, 20].map(|seconds: i64| closed.saturating_add(seconds.seconds()));
    events.land(&place, "minute", &[again("REOPEN", reopened), again("CLOSE", reclosed)]);
    let after = figures(&place, questions);
    before.iter().zip(&after).for_each(|(before, after)| assert_same(seed, before, after));

    // And again, until May: it moves there, and only its village does.
    let in_may: DateTime = "2023-05-10T10:00:40".parse().expect("a time");
    let reopened = closed.saturating_add(30.seconds());
    events.land(&place, "may", &[again("REOPEN", reopened), again("CLOSE", in_may)]);
    let later = figures(&place, questions);
    let moved = |month: usize, metric, column| {
        count(&later[month], metric, village, column) - count(&before[month], metric, village, column)
    };
    assert_eq!((moved(0, "M01", "closed_n"), moved(1, "M01", "closed_n")), (-1, 1), "seed {seed}: {case_no}");
    for column in ["received_n", "accepted_n", "ended_n"] {
        assert_eq!((moved(0, "M01", column), moved(1, "M01", column)), (0, 0), "seed {seed}: {case_no}: {column}");
    }
    assert_eq!((moved(0, "M10", "open_n"), moved(1, "M10", "open_n")), (1, 0), "seed {seed}: {case_no}");
    let others = |figures: &Figures| -> Figures {
        let of_others = figures.iter().filter(|((_, bucket), _)| bucket != village && bucket != "all");
        of_others.map(|(key, row)| (key.clone(), row.clone())).collect()
    };
    before.iter().zip(&later).for_each(|(before, later)| assert_same(seed, &others(before), &others(later)));
}
