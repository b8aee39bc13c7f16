//! What is wrong with the data that cases are judged by: its rows, and all of it in one line.

use serde::Deserialize;

use crate::format;
use crate::i18n::Lang;

/// Incidents that are named; `sunlake lake status` names all.
const NAMED: usize = 3;

/// One row of panel `data_incidents`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct IncidentRow {
    pub(super) kind: String,
    pub(super) region: String,
    pub(super) year: i64,
    pub(super) cases: i64,
    pub(super) open_cases: i64,
}

/// The line; none without incidents.
pub(super) fn line(t: Lang, mut rows: Vec<IncidentRow>) -> Option<String> {
    if rows.is_empty() {
        return None;
    }
    sort(&mut rows);
    let named = rows.iter().take(NAMED);
    let mut names: Vec<String> =
        named.map(|row| format!("{} {} {}", t.code("incident", &row.kind), row.region, row.year)).collect();
    if rows.len() > NAMED {
        names.push("…".to_owned());
    }
    let n = format::count(t, rows.len() as i64);
    let cases = format::count(t, rows.iter().map(|row| row.cases).sum());
    let open = format::count(t, rows.iter().map(|row| row.open_cases).sum());
    let which = names.join(t.say("list-mark").as_str());
    Some(t.tell("incidents", &[("n", &n), ("which", &which), ("cases", &cases), ("open", &open)]))
}

/// In the order of kind, region and year.
pub(super) fn sort(rows: &mut [IncidentRow]) {
    rows.sort_by(|left, right| (&left.kind, &left.region, left.year).cmp(&(&right.kind, &right.region, right.year)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(year: i64) -> IncidentRow {
        IncidentRow { kind: "CALENDAR_UNKNOWN".into(), region: "GX".into(), year, cases: 500, open_cases: 1 }
    }

    #[test]
    fn incidents_are_one_line_and_none_is_no_line() {
        assert_eq!(line(Lang::En, Vec::new()), None);
        let told = line(Lang::En, vec![row(2027)]).unwrap_or_default();
        assert!(told.contains("GX 2027") && told.contains("500 cases, 1 of them open"), "{told}");
        let told = line(Lang::Zh, [2030, 2003, 2029, 2027].map(row).to_vec()).unwrap_or_default();
        assert!(told.contains("4 项") && told.contains("2,000 件") && told.contains("4 件"), "{told}");
        assert!(told.contains("GX 2003") && told.contains('…') && !told.contains("2030"), "{told}");
    }
}
