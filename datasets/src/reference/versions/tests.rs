use super::*;
use crate::reference::edit;

/// 2024-06-01.
const TODAY: i32 = 19_875;

/// `merged` of rows of a table, as CSV without what nobody asks for.
fn told(table: &str, columns: &[&str], held: &[&str], offered: &[&str]) -> (Vec<String>, u64) {
    let table = edit::table(table).expect("a table");
    let read = |lines: &[&str]| {
        let text = [columns.join(",")].into_iter().chain(lines.iter().map(|line| (*line).to_owned()));
        edit::rows(table, text.collect::<Vec<_>>().join("\n").as_bytes()).expect("rows")
    };
    let Versioned { rows, fresh, .. } = merged(table, &[read(held)], &[read(offered)], TODAY).expect("merged");
    let places: Vec<usize> = columns.iter().filter_map(|name| rows.schema().index_of(name).ok()).collect();
    let text = edit::csv(&[rows.project(&places).expect("columns")]).expect("csv");
    let text = String::from_utf8(text).expect("text");
    (text.lines().skip(1).map(str::to_owned).collect(), fresh)
}

/// The same of `policy_item`: id, version, title, first and last day.
fn land(held: &[&str], offered: &[&str]) -> (Vec<String>, u64) {
    told("policy_item", &["policy_id", "version", "title", "valid_from", "valid_to"], held, offered)
}

#[test]
fn rows_without_a_number_become_versions() {
    let first = "A,1,old,2020-01-01,";
    assert_eq!(land(&[], &["A,0,old,2020-01-01,"]), (vec![first.to_owned()], 1));
    assert_eq!(land(&[first], &["A,0,old,2023-01-01,"]), (vec![first.to_owned()], 0), "nothing new");
    let both = ["A,1,old,2020-01-01,2023-01-01", "A,2,new,2023-01-01,"].map(str::to_owned).to_vec();
    assert_eq!(land(&[first], &["A,0,new,2023-01-01,"]), (both.clone(), 1));
    assert_eq!(land(&[&both[0], &both[1]], &["A,0,new,2024-01-01,"]), (both.clone(), 0));
    let corrected = vec!["A,1,right,2020-01-01,".to_owned()];
    assert_eq!(land(&[first], &["A,0,right,2020-01-01,"]), (corrected, 1), "the same first day");
    let between = land(&[&both[0], &both[1]], &["A,0,mid,2021-01-01,"]).0;
    assert_eq!(
        between,
        ["A,1,old,2020-01-01,2021-01-01", "A,2,new,2023-01-01,", "A,3,mid,2021-01-01,2023-01-01"].map(str::to_owned)
    );
}

#[test]
fn what_has_ended_may_come_again_and_numbers_are_heeded() {
    let ended = "A,1,old,2020-01-01,2021-01-01";
    let again = land(&[ended], &["A,0,old,2022-01-01,"]);
    assert_eq!(again, (vec![ended.to_owned(), "A,2,old,2022-01-01,".to_owned()], 1));
    assert_eq!(land(&[ended], &[ended]), (vec![ended.to_owned()], 0));
    let renamed = land(&[ended], &["A,1,other,2020-01-01,2021-01-01", "B,1,b,2020-01-01,"]);
    assert_eq!(renamed.1, 2);
    assert_eq!(renamed.0, ["A,1,other,2020-01-01,2021-01-01", "B,1,b,2020-01-01,"].map(str::to_owned));
}

#[test]
fn what_is_taken_back_ends_and_may_come_again() {
    let columns = ["policy_id", "version", "title", "valid_from", "valid_to", "is_deleted"];
    let land = |held: &[&str], offered: &[&str]| told("policy_item", &columns, held, offered);
    let first = "A,1,a,2020-01-01,,";
    assert_eq!(land(&[first], &["A,0,a,2020-01-01,,false"]), (vec![first.to_owned()], 0), "it is not");
    let ended = ["A,1,a,2020-01-01,2023-05-01,", "A,2,a,2023-05-01,,true"];
    assert_eq!(land(&[first], &["A,0,a,2023-05-01,,true"]), (ended.map(str::to_owned).to_vec(), 1));
    assert_eq!(land(&ended, &["A,0,a,2023-06-01,,true"]), (ended.map(str::to_owned).to_vec(), 0), "once");
    let back = ["A,1,a,2020-01-01,2023-05-01,", "A,2,a,2023-05-01,2024-01-01,true", "A,3,a,2024-01-01,,false"];
    assert_eq!(land(&ended, &["A,0,a,2024-01-01,,false"]), (back.map(str::to_owned).to_vec(), 1));
    // Told to have ended before its last version began: nothing comes after.
    let later = land(&["A,1,a,2020-01-01,2022-01-01,", "A,2,b,2022-01-01,,"], &["A,0,b,2021-01-01,,true"]);
    assert_eq!(later.0, ["A,1,a,2020-01-01,2022-01-01,", "A,2,b,2022-01-01,,true"].map(str::to_owned));
}

#[test]
fn a_row_that_was_in_force_before_its_record_was_taken_back_brings_it_back() {
    let columns = ["policy_id", "version", "title", "valid_from", "valid_to", "is_deleted"];
    let land = |held: &[&str], offered: &[&str]| told("policy_item", &columns, held, offered);
    let (first, gone) = ("A,1,a,2020-01-01,2023-05-01,", "A,2,a,2023-05-01,,true");
    for title in ["a", "other"] {
        let row = format!("A,0,{title},2020-01-01,,");
        let third = format!("A,3,{title},2024-06-01,,");
        let back = [first, "A,2,a,2023-05-01,2024-06-01,true", third.as_str()];
        assert_eq!(land(&[first, gone], &[&row]), (back.map(str::to_owned).to_vec(), 1));
    }
    // Once: what says the same again is known.
    let back = [first, "A,2,a,2023-05-01,2024-06-01,true", "A,3,a,2024-06-01,,"];
    assert_eq!(land(&back, &["A,0,a,2020-01-01,,"]), (back.map(str::to_owned).to_vec(), 0));
    // Taken back from a later day on, it comes back on that day.
    let later = land(&["A,1,a,2020-01-01,2025-01-01,", "A,2,a,2025-01-01,,true"], &["A,0,a,2020-01-01,,"]);
    assert_eq!(later.0, ["A,1,a,2020-01-01,2025-01-01,", "A,2,a,2025-01-01,,"].map(str::to_owned));
    // Of a record that was told first when it was taken back.
    assert_eq!(land(&[gone], &["A,0,a,2020-01-01,,"]), (vec!["A,2,a,2020-01-01,,".to_owned()], 1));
    // There, taken back and there again, in one go.
    let rows = ["A,0,a,2020-01-01,,", "A,0,a,2023-05-01,,true", "A,0,a,2020-01-01,,"];
    assert_eq!(land(&[], &rows), (back.map(str::to_owned).to_vec(), 3));
    // A version that had ended by then does not; nor does what stands before its deletion in a file.
    assert_eq!(land(&[first, gone], &["A,0,a,2020-01-01,2021-01-01,"]).1, 0);
    assert_eq!(land(&[first, gone], &["A,0,a,2020-01-01,,", "A,0,a,2023-05-01,,true"]).1, 0);
    // With numbers of its own it stands where it stood.
    let numbered = land(&[first, gone], &["A,1,a,2020-01-01,,"]);
    assert_eq!(numbered, (vec!["A,1,a,2020-01-01,,".to_owned()], 1));
}

#[test]
fn a_row_without_versions_ends_in_its_place() {
    let columns = ["edition", "code", "name", "level", "valid_from", "valid_to", "is_deleted"];
    let land = |held: &[&str], offered: &[&str]| told("region", &columns, held, offered);
    let ended = "2023,1,a,village,2023-01-01,2024-05-01,true".to_owned();
    let taken_back = ["2023,1,a,village,2026-01-01,2024-05-01,true"];
    assert_eq!(land(&["2023,1,a,village,2023-01-01,,"], &taken_back), (vec![ended.clone()], 1));
    assert_eq!(land(&[&ended], &["2023,1,a,village,2026-02-01,2026-02-01,true"]), (vec![ended], 0), "once");
    let old = "2022,1,a,village,2022-01-01,2023-01-01,";
    let told = land(&[old], &["2022,1,a,village,2026-01-01,2024-05-01,true"]).0;
    assert_eq!(told, ["2022,1,a,village,2022-01-01,2023-01-01,true"], "its edition had ended before");
}
