use super::*;
use crate::source::told::{Told, mapping};

fn ndjson(bytes: &[u8]) -> Result<Vec<String>, String> {
    let mut told = Told::default();
    let mapping = mapping("id", "at.day", "", "");
    lines(bytes, "f", &mapping, &mut told).map_err(|error| error.to_string())?;
    Ok(told.lines)
}

fn json(records: &str, text: &str) -> Result<Vec<String>, String> {
    let mut told = Told::default();
    let mapping = mapping("id", "at.day", "", &format!("[json]\n{records}"));
    array(text.as_bytes(), "f", &mapping, &mut told).map_err(|error| error.to_string())?;
    Ok(told.lines)
}

#[test]
fn bad_lines_are_told_and_the_others_read() {
    let text = "\u{feff}{\"id\":1,\"at\":{\"day\":\"d\"}}\r\n\n{\"at\":{\"day\":\"e\"},\"id\":2}\n{\"id\":\n[]\n\
                {\"id\":3,\"id\":4}\n{\"id\": \"\u{3000}5 \",\"x\":null}\n";
    let mut bytes = text.as_bytes().to_vec();
    bytes.extend(b"{\"id\":\"\xff\"}\n{\"id\":6}");
    let told = ["1: id=1 at.day=d", "3: id=2 at.day=e", "4: not_json", "5: not_json", "6: repeated_name", "7: id=5"];
    let more = ["8: encoding", "9: id=6"];
    assert_eq!(ndjson(&bytes).expect("read"), [&told[..], &more].concat());
}

#[test]
fn lines_that_break_off_or_never_end_fail_the_file() {
    assert!(ndjson(b"{\"id\":1}\n{\"id\":").expect_err("cut").contains("f, line 2: the file ends in the middle"));
    assert!(ndjson(b"{\"id\":1}\n").expect_err("columns").contains("\"at.day\""));
    let long = format!("{{\"id\":\"{}", "x".repeat(17 * 1024 * 1024));
    assert!(ndjson(long.as_bytes()).expect_err("long").contains("more than 16 MiB"));
}

#[test]
fn arrays_are_found_where_they_are() {
    let rows = "[\n{\"id\":1,\"at\":{\"day\":\"d\"}},\n 7, {\"id\":\n2}\n]";
    let told = ["2: id=1 at.day=d", "3: not_json", "3: id=2"];
    let inside = format!("{{\"n\":[1],\"data\":{{\"s\":\"]\\\"}}\",\"rows\":{rows},\"end\":{{}}}}}}\n");
    let alone = format!("{{\"n\":{{\"x\":[]}},\"rows\":{rows},\"end\":\"\"}}");
    for (records, text) in [("", rows), ("", alone.as_str()), ("records = \"data.rows\"", inside.as_str())] {
        assert_eq!(json(records, text).expect(text), told);
    }
}

#[test]
fn what_cannot_be_the_records_is_said() {
    for (records, text, says) in [
        ("", "{\"a\":[],\"b\":[]}", "several arrays"),
        ("", "{\"a\":{\"b\":[]}}", "there is no array of records in it"),
        ("records = \"a.c\"", "{\"a\":{\"b\":[]}}", "no array of records at \"a.c\""),
        ("", "[{\"id\":1}", "f, line 1: the file ends before its JSON does"),
        ("", "[{\"id\":1", "the file ends before its JSON does"),
        ("", "[{\"id\":1}\n{\"id\":2}]", "f, line 2: no JSON: a comma"),
        ("", "[] []", "something stands behind"),
        ("", "[{\"id\":1},]", "a value is missing"),
    ] {
        let message = json(records, text).expect_err(text);
        assert!(message.contains(says), "{text}: {message}");
    }
    let deep = format!("[{}1{}]", "[".repeat(1_000_000), "]".repeat(1_000_000));
    assert_eq!(json("", &deep).expect("deep"), ["1: not_json"]);
}

#[test]
fn names_are_bounded_before_they_are_kept() {
    let long = format!("{{\"{}\":{{\"a\":1,\"b\":2}}}}\n{{\"id\":1,\"at.day\":2}}\n", "k".repeat(3000));
    assert_eq!(ndjson(long.as_bytes()).expect("read"), ["1: not_json", "2: id=1 at.day=2"]);
    let many: Vec<String> = (0..20_000).map(|at| format!("\"n{at}\":1")).collect();
    let message = ndjson(format!("{{{}}}\n", many.join(",")).as_bytes()).expect_err("too many");
    assert!(message.contains("more than 16384 columns"), "{message}");
}
