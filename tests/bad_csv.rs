//! CSV files that break off or whose quotes do not pair: nothing vanishes, and lines are exact.

use crate::bad_input::{HEADER, refused, row};
use crate::support::{Place, text};

const NINE: &str = "2018-05-16 09:00:00";

/// What the receipt of a dry run says: rows that would land, and line, rule and reason of refusals.
fn planned(bytes: impl AsRef<[u8]>) -> (i64, Vec<(i64, String, String)>) {
    let place = Place::new();
    let file = place.file("events.csv", bytes);
    let receipt = place.json(&["ingest", "workflow_event", text(&file), "--dry-run"]);
    let part = |refusal: &serde_json::Value, name: &str| refusal[name].as_str().expect("text").to_owned();
    let refusals = receipt["refusals"].as_array().expect("refusals").iter();
    let refusals =
        refusals.map(|told| (told["line"].as_i64().expect("line"), part(told, "rule"), part(told, "reason")));
    (receipt["landed"].as_i64().expect("count"), refusals.collect())
}

/// A row with this text as its step's name, which is field 6 of 14.
fn named(number: u32, step: &str) -> String {
    row(number, NINE).replace("ACCEPT,,", &format!("ACCEPT,,{step}"))
}

#[test]
fn a_quote_that_never_closes_fails_the_file() {
    let sound = row(8, NINE) + &row(9, NINE);
    let open = HEADER.to_owned() + &row(1, NINE) + &named(2, "\"village") + &sound;
    refused("open.csv", open, &["open.csv, line 3", "\"step_name\"", "never closes", "Nothing of the file"]);
    // The record begins on line 2, the field that stays open on line 3.
    let later = HEADER.to_owned() + "E1,TEST-1,1,ACCEPT,,\"two\nlines\",\"5,,,,,,,\n" + &sound;
    refused("later.csv", later, &["later.csv, line 3", "\"step_limit\"", "never closes"]);
    refused("head.csv", HEADER.replacen("seq,", "\"seq,", 1), &["head.csv, line 1", "field 3", "never closes"]);
}

#[test]
fn rows_between_two_stray_quotes_are_told_and_the_others_land() {
    for (closing, rule) in
        [(row(4, NINE).replace("ACCEPT,,,", "ACCEPT,,,\"x\""), "too_few_fields"), (named(4, "\"x\""), "unclosed_quote")]
    {
        let rows = row(1, NINE) + &named(2, "\"x") + &row(3, NINE) + &closing + &row(5, NINE);
        let (landed, refusals) = planned(HEADER.to_owned() + &rows);
        assert_eq!((landed, refusals.len()), (2, 1), "{refusals:?}");
        let (line, told, reason) = &refusals[0];
        assert_eq!((*line, told.as_str()), (3, rule));
        assert!(reason.contains("lines 3–5") && reason.contains("unclosed quote on line 3"), "{reason}");
    }
}

#[test]
fn a_text_over_several_lines_is_sound() {
    let noted = |row: String, note: &str| row.trim_end().to_owned() + note + "\n";
    let rows = noted(row(1, NINE), ",\"one, two,\nthree\r\n\"\"four\"\"\"") + "short\n" + &noted(row(2, NINE), ",");
    let (landed, refusals) = planned(noted(HEADER.to_owned(), ",note") + &rows);
    let lines: Vec<(i64, &str)> = refusals.iter().map(|(line, rule, _)| (*line, rule.as_str())).collect();
    assert_eq!((landed, lines), (2, vec![(5, "too_few_fields")]));
}

#[test]
fn a_file_cut_off_in_the_middle_fails_whole() {
    let cut = HEADER.to_owned() + &row(1, NINE) + "E2,TEST-2,1,ACC";
    refused("cut.csv", &cut, &["cut.csv, line 3", "ends in the middle of a record", "\"event_type\" (4 of 14)"]);
    // The same row with its line end is one bad row; a whole row may lack its line end.
    let (landed, refusals) = planned(cut + "\n");
    assert_eq!((landed, refusals.len()), (1, 1));
    for end in ["", "\r", "\r\n", "\n\n", "\r\n\r\n", "\n\u{1a}", "\r\n\u{1a}"] {
        let whole = HEADER.to_owned() + &row(1, NINE) + row(2, NINE).trim_end() + end;
        assert_eq!(planned(&whole), (2, Vec::new()), "{end:?}");
    }
}

#[test]
fn lines_are_exact_whatever_ends_them() {
    let rows = HEADER.to_owned() + &row(1, NINE) + "\n\nshort\n" + &row(2, NINE) + "short\n";
    for end in ["\n", "\r\n", "\r"] {
        let (landed, refusals) = planned(rows.replace('\n', end));
        let lines: Vec<i64> = refusals.iter().map(|(line, ..)| *line).collect();
        assert_eq!((landed, lines), (2, vec![5, 7]), "{end:?}");
    }
}

#[test]
fn headers_of_very_many_columns_are_answered_shortly() {
    refused("wide.csv", "a,".repeat(20_000) + "\n", &["wide.csv, line 1", "more than 16384 columns"]);
    let names = format!("{}\n", vec!["same"; 16_000].join(","));
    refused("same.csv", names, &["\"event_id\"", "same, same#2, ", "same#20 and 15980 more"]);
    let long = format!("{},b\n", "名".repeat(5000));
    refused("long.csv", long, &[format!("the file has: {}…, b", "名".repeat(40)).as_str()]);
}

#[test]
fn bytes_that_are_no_text_of_the_encoding_are_refused_row_by_row() {
    let latin = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<u8>>();
    let (landed, refusals) = planned(latin(&(HEADER.to_owned() + &row(1, NINE) + &named(2, "café"))));
    assert_eq!((landed, refusals.len()), (1, 1));
    assert_eq!((refusals[0].0, refusals[0].1.as_str()), (3, "encoding"));
}
