//! The table that is published: the city, then each county with its townships and villages, in the order of
//! their codes, which says nothing of their numbers.

use std::collections::HashMap;

use jiff::civil::Date;

use super::withhold::{Counts, LEAST, Share, Shown};
use crate::format;
use crate::i18n::Lang;
use crate::pages::figures::{Field, Head, Table};
use crate::place::Places;
use crate::request::Region;
use crate::sheet::Cell;

/// One row: a village, or the villages of a place together.
#[derive(Debug)]
pub(super) struct Line {
    level: &'static str,
    /// As `?region=` takes it; empty for the city.
    code: String,
    shown: Shown,
}

/// Every village that an edition had in the month, or after it, has its row, whatever is known of it.
pub(super) fn lines(places: &Places, month: Date, counts: &HashMap<String, Counts>) -> Vec<Line> {
    let villages: Vec<(&str, Shown)> = places
        .all()
        .iter()
        .filter(|village| village.gone_on.is_none_or(|gone| gone > month))
        .map(|village| village.village_code.as_str())
        .map(|code| (code, Shown::of(counts.get(code).copied().unwrap_or_default())))
        .collect();
    let total = |level: &'static str, begin: &str| Line {
        level,
        code: begin.to_owned(),
        shown: Shown::total(villages.iter().filter(|(code, _)| code.starts_with(begin)).map(|(_, shown)| shown)),
    };
    let mut lines = Vec::new();
    let (mut county, mut township) = ("", "");
    for (code, shown) in &villages {
        if lines.is_empty() {
            lines.push(total("city", ""));
        }
        let (own_county, own_township) = (code.get(..6).unwrap_or(code), code.get(..9).unwrap_or(code));
        if own_county != county {
            lines.push(total("county", own_county));
            county = own_county;
        }
        if own_township != township {
            lines.push(total("township", own_township));
            township = own_township;
        }
        lines.push(Line { level: "village", code: (*code).to_owned(), shown: *shown });
    }
    lines
}

pub(super) fn table(lines: &[Line], places: &Places, t: Lang, caption: &str) -> Table {
    let head = |key: &str, class: &'static str| Head { text: t.say(key), class, ..Head::default() };
    let heads = vec![
        head("sunshine-level", ""),
        head("col-place", ""),
        head("col-code", "wide"),
        head("sunshine-received", "r"),
        head("sunshine-decided", "r"),
        head("sunshine-due", "r"),
        head("sunshine-on-time", "r"),
        head("sunshine-rated", "r"),
        head("sunshine-satisfied", "r"),
    ];
    let row = |line: &Line| {
        let region = Region::parse(&line.code).unwrap_or_default();
        let Shown { received, decided, on_time, satisfied } = line.shown;
        let is_village = line.level == "village";
        let whole = |share: Option<Share>| share.map(|share| share.n);
        vec![
            Field::text(t.code("sunshine-level", line.level)),
            Field { class: "name", ..Field::text(places.name(&region, t)) },
            Field { class: "wide", ..Field::text(region.digits()) },
            count(received, is_village),
            count(decided, is_village),
            count(whole(on_time), false),
            rate(on_time),
            count(whole(satisfied), false),
            rate(satisfied),
        ]
    };
    Table { caption: caption.to_owned(), heads, rows: lines.iter().map(row).collect() }
}

/// A number, or that it is small; of several villages together, that none of them shows any.
fn count(n: Option<i64>, is_small: bool) -> Field {
    match n {
        Some(n) => Field::number(Cell::Count(n)),
        None if is_small => Field { class: "r faint", ..Field::text(format!("<{LEAST}")) },
        None => Field::none(),
    }
}

/// A share in percent, or between which it lies.
fn rate(share: Option<Share>) -> Field {
    let Some(Share { n, low, high }) = share else {
        return Field::none();
    };
    let (least, most) = (format::rate(low, n), format::rate(high, n));
    let text = match (low == high, low, high == n) {
        (true, _, _) => least,
        (_, 0, _) => format!("≤{most}"),
        (_, _, true) => format!("≥{least}"),
        _ => format!("{least}–{most}"),
    };
    Field { class: "r", ..Field::text(text) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::place::Village;

    fn places() -> Places {
        let village = |code: &str| Village {
            village_code: code.into(),
            village_name: format!("{code}村委会"),
            township_code: format!("{}000", &code[..9]),
            township_name: "石康镇".into(),
            county_code: format!("{}000000", &code[..6]),
            county_name: "合浦县".into(),
            first_day: date(2009, 1, 1),
            gone_on: code.ends_with("99").then(|| date(2018, 8, 1)),
        };
        Places::new(
            ["450502001099", "450521111201", "450521111202", "450521101201", "450502001001"].map(village).to_vec(),
        )
    }

    #[test]
    fn totals_stand_above_their_villages_and_add_up_to_what_is_shown() {
        let counts = [("450521111201", 40), ("450521111202", 4), ("450521101201", 12)];
        let counts = counts.map(|(code, received)| (code.to_owned(), Counts { received, ..Counts::default() }));
        let lines = lines(&places(), date(2018, 8, 1), &HashMap::from(counts));
        let told: Vec<(&str, Option<i64>)> =
            lines.iter().map(|line| (line.code.as_str(), line.shown.received)).collect();
        let wanted = [
            ("", Some(52)),
            ("450502", None),
            ("450502001", None),
            ("450502001001", None),
            ("450521", Some(52)),
            ("450521101", Some(12)),
            ("450521101201", Some(12)),
            ("450521111", Some(40)),
            ("450521111201", Some(40)),
            ("450521111202", None),
        ];
        assert_eq!(told, wanted);
        let table = table(&lines, &places(), Lang::En, "");
        let small = table.rows.last().expect("row").iter().map(|field| field.cell.clone()).collect::<Vec<_>>();
        let few = Cell::Text("<10".into());
        assert_eq!(small[2..6], [Cell::Text("450521111202".into()), few.clone(), few, Cell::None]);
    }

    #[test]
    fn a_share_is_told_as_closely_as_may_be() {
        let told = |low, high| rate(Some(Share { n: 100, low, high })).cell;
        assert_eq!(
            [told(60, 60), told(91, 100), told(0, 9), told(20, 30)],
            ["60.0%", "≥91.0%", "≤9.0%", "20.0%–30.0%"].map(|text| Cell::Text(text.into()))
        );
        assert_eq!(rate(None).cell, Cell::None);
    }
}
