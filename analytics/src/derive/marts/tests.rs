use arrow::array::RecordBatch;
use jiff::civil::{Date, date};

use super::*;
use crate::cells::{Day, Flag, Int, Text};

/// Of May 2018: N = 5, received and started on the 2nd, due on the 9th, decided on the 7th.
fn decided() -> Counted {
    let day = |day: i8| Some(date(2018, 5, day));
    Counted {
        village_code: Some("v1".into()),
        org_code: Some("o1".into()),
        item_id: Some("SI001".into()),
        received_on: day(2),
        begun_on: day(2),
        started_on: day(2),
        due_on: day(9),
        closed_on: day(7),
        is_decided: true,
        is_judged: true,
        is_in_time: true,
        statutory_wd: Some(20),
        used_wd: Some(3),
        used_tenths: Some(25),
        ..Counted::default()
    }
}

/// Rows of each mart, when these cases are added and those taken away.
fn rows(added: &[Counted], taken: &[Counted]) -> Vec<RecordBatch> {
    let mut sums = Sums::new();
    added.iter().for_each(|case| sums.count(case, 1));
    let mut others = Sums::new();
    taken.iter().for_each(|case| others.count(case, -1));
    sums.merge(others);
    sums.of_each().map(|(mart, sums)| sums.rows(mart, "hot", 7).expect("rows")).collect()
}

/// Sum of a measure, on a day or over all.
fn sum(rows: &RecordBatch, measure: &str, on: Option<Date>) -> i64 {
    let (days, measures) = (Day::of(rows, "day"), Int::of(rows, measure));
    let counts = (0..rows.num_rows()).filter(|at| on.is_none() || days.get(*at) == on);
    counts.map(|at| measures.get(at).expect("a measure")).sum()
}

#[test]
fn the_list_is_that_of_the_contracts_and_so_are_the_keys() {
    for (mart, contract) in MARTS.iter().zip(contract::MARTS) {
        assert_eq!(mart.contract.table, contract.table);
        let key: Vec<&str> = mart.key.iter().map(|part| part.name()).collect();
        assert_eq!(key, &contract.key[..contract.key.len() - 1], "{}", contract.table);
    }
    for mart in &MARTS[1..3] {
        assert_eq!(mart.fields().len(), mart.key.len() + flows::FLOWS, "{}", mart.contract.table);
    }
}

#[test]
fn what_is_taken_away_leaves_no_row() {
    let late = Counted { closed_on: Some(date(2018, 5, 11)), is_in_time: false, is_late: true, ..decided() };
    let open = Counted { closed_on: None, is_decided: false, is_in_time: false, used_tenths: None, ..decided() };
    let cases = [decided(), late, open, Counted::default()];
    for (mart, rows) in MARTS.iter().zip(rows(&cases, &cases)) {
        assert_eq!(rows.num_rows(), 0, "{}", mart.contract.table);
    }
}

#[test]
fn a_case_counts_where_its_metrics_count_it() {
    let rows = rows(&[decided()], &[]);
    let [village, month, day, hist] = &rows[..] else { panic!("four marts") };
    assert_eq!(
        ["received", "accepted", "closed", "closed_on_time", "due", "due_on_time"].map(|name| sum(village, name, None)),
        [1; 6]
    );
    assert_eq!((village.num_rows(), month.num_rows(), day.num_rows(), hist.num_rows()), (3, 1, 3, 2));
    assert_eq!(Day::of(month, "month").get(0), Some(date(2018, 5, 1)));
    let counted = [
        "received",
        "accepted",
        "closed",
        "clo",
        "clo_on_time",
        "clo_not_instant",
        "clo_early",
        "due",
        "due_on_time",
        "due_not_instant",
        "due_not_instant_on_time",
        "decided",
        "statutory_n",
        "supervised",
        "supervised_ended",
    ];
    for rows in [month, day] {
        for field in contract::VILLAGE_ITEM_MONTH.fields.iter().skip(5) {
            let expected = match field.name {
                "statutory_wd" => 20,
                "used_wd" => 3,
                name => i64::from(counted.contains(&name)),
            };
            assert_eq!(sum(rows, field.name, None), expected, "{}", field.name);
        }
    }
    assert_eq!((sum(day, "due", Some(date(2018, 5, 9))), sum(day, "clo", Some(date(2018, 5, 7)))), (1, 1));
}

#[test]
fn the_backlog_is_what_began_less_what_ended() {
    let late = Counted { closed_on: Some(date(2018, 5, 11)), is_in_time: false, is_late: true, ..decided() };
    let voided = Counted { is_decided: false, ..late.clone() };
    let left = Counted { is_decided: false, ..decided() };
    let rows = rows(&[decided(), late, voided, left], &[]);
    let on = |measure: &str, day: i8| sum(&rows[2], measure, Some(date(2018, 5, day)));
    assert_eq!((on("overdue_began", 9), on("overdue_ended", 11), sum(&rows[2], "overdue_ended", None)), (2, 2, 2));
    assert_eq!((on("due", 9), on("due_on_time", 9)), (3, 1), "who left in time undecided is not among those due");
    assert_eq!((on("clo", 11), on("clo_on_time", 11), on("decided", 11), on("ended", 11)), (2, 0, 1, 1));
}

#[test]
fn what_has_no_clock_is_in_the_volumes_alone() {
    let unlimited = Counted { due_on: None, is_judged: false, is_in_time: false, ..decided() };
    let rows = rows(&[unlimited], &[]);
    let told = ["received", "accepted", "closed", "clo", "decided", "supervised", "supervised_ended"];
    assert_eq!(told.map(|name| sum(&rows[1], name, None)), [1, 1, 1, 0, 0, 0, 0]);
    assert_eq!(rows[3].num_rows(), 0);
}

#[test]
fn each_handling_time_has_its_bucket_by_village_and_by_department() {
    let instant = Counted { is_instant: true, used_tenths: Some(0), used_wd: Some(0), ..decided() };
    let long = Counted { used_tenths: Some(12_345), village_code: None, ..decided() };
    let rows = rows(&[decided(), decided(), instant, long], &[]);
    let hist = &rows[3];
    let (grains, villages) = (Text::of(hist, "grain"), Text::of(hist, "village_code"));
    let (items, instants) = (Text::of(hist, "item_id"), Flag::of(hist, "is_instant"));
    let (tenths, n, zero) = (Int::of(hist, "used_days_tenths"), Int::of(hist, "n"), Int::of(hist, "zero_day"));
    let mut told: Vec<_> = (0..hist.num_rows())
        .map(|at| {
            let of = villages.get(at).or(items.get(at));
            (grains.get(at), of, instants.get(at), tenths.get(at), n.get(at), zero.get(at))
        })
        .collect();
    told.sort_unstable();
    let row = |grain, of, instant, tenths, n, zero| (Some(grain), of, instant, Some(tenths), Some(n), Some(zero));
    let expected = [
        row("ORG_ITEM", Some("SI001"), false, 25, 2, 0),
        row("ORG_ITEM", Some("SI001"), false, 12_345, 1, 0),
        row("ORG_ITEM", Some("SI001"), true, 0, 1, 1),
        row("VILLAGE", None, false, 12_345, 1, 0),
        row("VILLAGE", Some("v1"), false, 25, 2, 0),
        row("VILLAGE", Some("v1"), true, 0, 1, 1),
    ];
    assert_eq!(told, expected);
}
