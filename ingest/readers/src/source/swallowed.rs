//! Records over several lines: a text with line breaks, or rows that stray quotes made one value.

use contract::Kind;
use csv::ByteRecord;
use jiff::civil::Date;
use jiff::fmt::strtime;

use crate::Mapping;
use crate::record::Header;

/// A column of times: its place, and the forms that its rule reads.
pub(super) type TimeColumn<'m> = (usize, &'m [String]);

/// The columns in which the mapping reads times.
pub(super) fn time_columns<'m>(header: &Header, mapping: &'m Mapping) -> Vec<TimeColumn<'m>> {
    let mut columns = Vec::new();
    for output in &mapping.outputs {
        for (field, rule) in output.contract.fields.iter().zip(&output.rules) {
            if let (Kind::Instant | Kind::Date, Some(rule)) = (field.kind, rule) {
                let places = rule.columns.iter().filter_map(|column| header.find(column));
                columns.extend(places.map(|place| (place, rule.formats.as_slice())));
            }
        }
    }
    columns
}

/// Whether a value with line breaks holds rows of this very file: a line in it has as many fields as
/// the header, and a time where a time belongs. Texts have commas, but no time just there.
pub(super) fn took_rows(raw: &ByteRecord, delimiter: u8, times: &[TimeColumn<'_>]) -> bool {
    let mut broken = raw.iter().enumerate().filter(|(_, field)| field.contains(&b'\n'));
    broken.any(|(place, field)| {
        let mut lines = field.split(|byte| *byte == b'\n').enumerate().peekable();
        while let Some((at, line)) = lines.next() {
            // The record's own fields stand before the first line and behind the last one.
            let (is_first, is_last) = (at == 0, lines.peek().is_none());
            let before = if is_first { place } else { 0 };
            let behind = if is_last { raw.len() - place - 1 } else { 0 };
            let parts: Vec<&[u8]> = line.split(|byte| *byte == delimiter).collect();
            let own = (is_first || is_last).then_some(place);
            if before + parts.len() + behind >= raw.len() && has_time(&parts, before, own, times) {
                return true;
            }
        }
        false
    })
}

/// Whether all columns of times that these parts have hold one, and any does. `before`: place of the
/// first part; `own`: the place of the value itself, which proves nothing.
fn has_time(parts: &[&[u8]], before: usize, own: Option<usize>, times: &[TimeColumn<'_>]) -> bool {
    let mut any = false;
    for (place, formats) in times.iter().filter(|(place, _)| own != Some(*place)) {
        let part = place.checked_sub(before).and_then(|at| parts.get(at)).copied().unwrap_or_default();
        let Ok(text) = std::str::from_utf8(part) else { return false };
        let text = text.trim().trim_matches('"');
        if text.is_empty() {
            continue;
        }
        if !formats.iter().any(|format| is_time(text, format)) {
            return false;
        }
        any = true;
    }
    any
}

/// Whether a text looks like a time of that form. Numbers count only where no shorter one would do.
fn is_time(text: &str, format: &str) -> bool {
    let digits = |least: usize| text.len() >= least && text.bytes().all(|byte| byte.is_ascii_digit());
    match format {
        "iso" => text.get(..10).is_some_and(|day| day.parse::<Date>().is_ok()),
        "excel" => text.parse::<f64>().is_ok_and(|days| (10_000.0..100_000.0).contains(&days)),
        "unix" => digits(9),
        "unix_ms" => digits(12),
        "period" => text.len() >= 4 && text.bytes().take(4).all(|byte| byte.is_ascii_digit()),
        format => strtime::parse(format, text).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::told::mapping;

    fn took(names: &[&str], fields: &[&str]) -> bool {
        let mut header = Header::default();
        names.iter().for_each(|name| header.add_column(name));
        let mapping = mapping("case", "at", "", "");
        took_rows(&ByteRecord::from(fields.to_vec()), b',', &time_columns(&header, &mapping))
    }

    #[test]
    fn texts_with_as_many_commas_as_rows_are_texts() {
        let names = ["id", "case", "at", "text"];
        for text in [
            "您好,请问,办理进度,\n谢谢",
            "您好,请问,办理进度,\n谢谢,,,\n.",
            "姓名\n电话,地址,日期,备注",
            "一,二,三,四\n一,二,三,四\n一,二,三,四",
            "\n2018-05-16 09:00:00",
            "2018-05-16 09:00:00\n",
        ] {
            assert!(!took(&names, &["1", "C1", "2018-05-16 09:00:00", text]), "{text}");
            assert!(!took(&["text", "id", "case", "at"], &[text, "1", "C1", "2018-05-16 09:00:00"]), "{text}");
        }
        assert!(!took(&["case", "at"], &["C1", "2018-05-16\n"]));
        assert!(!took(&["at", "case"], &["\n2018-05-16", "C1"]));
    }

    #[test]
    fn rows_inside_a_value_are_found_on_any_of_its_lines() {
        let names = ["id", "case", "at", "text"];
        let two = "x\n2,C2,2018-05-16 09:00:00,y";
        assert!(took(&names, &["1", "C1", "2018-05-16 09:00:00", two]), "the last line");
        let three = format!("{two}\nend");
        assert!(took(&names, &["1", "C1", "2018-05-16 09:00:00", &three]), "one between");
        let ahead = ["id", "text", "case", "at"];
        assert!(took(&ahead, &["1", "x,C1,2018-05-16 09:00:00\n2,y", "C2", "2018-05-16 09:00:00"]), "the first line");
    }

    #[test]
    fn times_are_told_by_their_form() {
        for (text, format, is) in [
            ("2018-05-16T09:00:00Z", "iso", true),
            ("办理进度办理进度", "iso", false),
            ("43236.375", "excel", true),
            ("20", "excel", false),
            ("1526432400", "unix", true),
            ("5", "unix", false),
            ("2018年5月6日 9:05", "%Y年%m月%d日 %H:%M", true),
            ("地址", "%Y年%m月%d日", false),
        ] {
            assert_eq!(is_time(text, format), is, "{text} {format}");
        }
    }
}
