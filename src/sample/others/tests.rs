use std::collections::{BTreeMap, BTreeSet};

use super::super::SampleConfig;
use super::*;

fn small() -> Sample {
    let config = SampleConfig { villages: Some(5), scale: 0.3, ..SampleConfig::default() };
    Sample::new(config).unwrap()
}

fn all(sample: &Sample) -> Vec<OtherRow> {
    let mut rows = Vec::new();
    for day in sample.exported_days() {
        of_city(sample, day, &mut rows);
        for village in 0..sample.villages() {
            of_village(sample, village, day, &sample.cases_on(village, day), &mut rows);
        }
    }
    rows
}

fn column(row: &OtherRow, name: &str) -> String {
    let (_, columns) = TABLES.iter().find(|(table, _)| *table == row.table).unwrap();
    row.fields[columns.split(',').position(|column| column == name).unwrap()].clone()
}

#[test]
fn rows_have_all_their_columns_and_come_once() {
    let (rows, again) = (all(&small()), all(&small()));
    assert!(rows == again, "the same configuration gives the same rows");
    let mut seen = BTreeSet::new();
    for row in &rows {
        let (_, columns) = TABLES.iter().find(|(table, _)| *table == row.table).unwrap();
        assert_eq!(row.fields.len(), columns.split(',').count(), "{}", row.table);
        let id = if row.table == "market_price" { format!("{:?}", row.fields) } else { row.fields[0].clone() };
        assert!(seen.insert((row.table, id, row.recorded_at)), "{row:?} twice");
    }
    let tables: BTreeSet<&str> = rows.iter().map(|row| row.table).collect();
    assert_eq!(tables.len(), TABLES.len(), "{tables:?}");
}

#[test]
fn what_refers_to_a_row_finds_it() {
    let sample = small();
    let rows = all(&sample);
    let mut ids: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for row in &rows {
        ids.entry(row.table).or_default().insert(row.fields[0].clone());
    }
    let cases = sample.exported_days().flat_map(|day| (0..sample.villages()).map(move |village| (village, day)));
    let cases = cases.flat_map(|(village, day)| sample.cases_on(village, day)).map(|case| case.case_no);
    ids.insert("workflow_case", cases.collect());
    for (table, field, of) in [
        ("rating", "case_no", "workflow_case"),
        ("feedback_reply", "msg_id", "feedback_message"),
        ("deal", "listing_id", "listing"),
        ("disclosure_publication", "obligation_id", "disclosure_obligation"),
    ] {
        for row in rows.iter().filter(|row| row.table == table) {
            assert!(ids[of].contains(&column(row, field)), "{row:?}");
        }
    }
}

#[test]
fn the_figures_are_about_right() {
    let rows = all(&small());
    let of = |table: &str| rows.iter().filter(|row| row.table == table).collect::<Vec<_>>();
    let ids = |table: &str| of(table).iter().map(|row| row.fields[0].clone()).collect::<BTreeSet<String>>();
    let deals = ids("deal").len() as f64 / ids("listing").len() as f64;
    assert!((0.5..1.1).contains(&deals), "{deals} deals a listing");
    let systems: BTreeSet<String> = of("rating").iter().map(|row| column(row, "code_system")).collect();
    assert_eq!(systems.len(), 2, "codes run both ways: {systems:?}");
    // 12 months, 4 quarters of three items, a year of four.
    assert_eq!(ids("disclosure_obligation").len(), 5 * (12 + 4 * 3 + 4));
    let tables = reference::tables(&small()).unwrap().map(|(table, columns, rows)| {
        assert!(rows.iter().all(|row| row.len() == columns.split(',').count()), "{table}");
        rows.len()
    });
    assert_eq!(tables, [472, 78, 74, 5, 72, 87]);
}

#[test]
fn the_feed_goes_on_where_the_files_stop() {
    let sample = small();
    let until = jiff::civil::DateTime::constant(2023, 10, 20, 0, 0, 0, 0);
    let rows = feed(&sample, until);
    assert!(rows.is_sorted_by_key(|row| row.recorded_at) && rows.iter().all(|row| row.recorded_at > sample.present));
    let known = all(&sample);
    let known = known.iter().filter(|row| row.recorded_at > sample.present && row.recorded_at <= days::seconds(until));
    let fed: BTreeSet<String> = rows.iter().map(|row| format!("{row:?}")).collect();
    assert!(known.clone().count() > 0 && known.into_iter().all(|row| fed.contains(&format!("{row:?}"))));
    let files = feed_csv(&rows).unwrap();
    assert!(files.iter().any(|(table, _)| *table == "rating"));
}
