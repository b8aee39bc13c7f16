//! The header of an SQL file: the comment lines at its top, `-- key: value`, a value going on in
//! lines indented below it (style.md, habit 7).

use std::fmt;

use serde::Serialize;

use crate::Breakdown;

/// What the header of a metric says. Text that the header does not have is empty; a test reads
/// the headers of all metrics and finds none empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Header {
    /// Number of the metric (domain §5), e.g. `M03`.
    pub id: &'static str,
    /// Name in identifiers, e.g. `due_on_time_rate`.
    pub name: &'static str,
    pub title_zh: &'static str,
    pub title_en: &'static str,
    /// Unit of the metric, by letter if it has several numbers.
    pub unit: String,
    /// What one row is.
    pub grain: String,
    /// The columns that name a row.
    pub key: String,
    pub params: String,
    /// By what it can be told apart: everything, unless its rows have no place or department.
    pub breakdowns: Vec<Breakdown>,
    /// The columns of the result, in order.
    pub columns: Vec<Column>,
    /// The counts with their rows, the whole first: every column whose name ends in `_n`, and no other. What is no
    /// count (a sum, a mean, a quotient, a parameter) is made of these and has no rows of its own.
    pub rows: Vec<Rows>,
    /// The definition in words.
    pub formula: String,
    /// What the number does not say.
    pub caveat: String,
    /// Where the definition is laid down.
    pub source: String,
}

/// One column of a metric's result: `a on_time_rate (ratio of on_time_n / due_n): of these, ...`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Which of the metric's numbers it belongs to: M06 a, M06 b ...; none for the bucket and for
    /// what all numbers share.
    pub letter: Option<char>,
    pub name: &'static str,
    pub unit: &'static str,
    /// What it is made of, where it is a share of things that were counted.
    pub share: Option<Share>,
    pub meaning: &'static str,
}

/// The rows behind a count: `on_time_n: due where is_on_time`, under `rows: case_no`. A metric that counts rows of
/// several kinds has a `rows` for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// The column that names one of them.
    pub key: &'static str,
    /// The column that tells how many.
    pub count: &'static str,
    /// The named query that has a row for each.
    pub query: &'static str,
    /// Which of its rows.
    pub condition: Option<&'static str>,
}

/// A share: so many of so many, each the name of a column, or some with `+` and `-` between them. Ratios of
/// sums of days, yuan or fields are none: what was counted there is not independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Share {
    part: &'static str,
    whole: &'static str,
}

impl Share {
    /// The columns that make up the part, each with its sign.
    pub fn part(self) -> impl Iterator<Item = (f64, &'static str)> {
        terms(self.part)
    }

    /// The columns that make up the whole, each with its sign.
    pub fn whole(self) -> impl Iterator<Item = (f64, &'static str)> {
        terms(self.whole)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.part, self.whole)
    }
}

fn terms(sum: &'static str) -> impl Iterator<Item = (f64, &'static str)> {
    let mut sign = 1.0;
    sum.split_whitespace().filter_map(move |word| match word {
        "+" => None,
        "-" => {
            sign = -1.0;
            None
        }
        name => Some((std::mem::replace(&mut sign, 1.0), name)),
    })
}

impl Header {
    /// Reads the header of an SQL text.
    pub(crate) fn parse(sql: &'static str) -> Self {
        let mut header = Self { breakdowns: Breakdown::ALL.to_vec(), ..Self::default() };
        for (key, lines) in entries(sql) {
            let first = lines.first().copied().unwrap_or_default();
            match key {
                "metric" => (header.id, header.name) = first.split_once(' ').unwrap_or((first, "")),
                "title_zh" => header.title_zh = first,
                "title_en" => header.title_en = first,
                "unit" => header.unit = joined(&lines),
                "grain" => header.grain = joined(&lines),
                "key" => header.key = joined(&lines),
                "params" => header.params = joined(&lines),
                "breakdowns" => header.breakdowns = breakdowns(&lines),
                "columns" => header.columns = lines.iter().filter_map(|line| Column::parse(line)).collect(),
                "rows" => {
                    header.rows.extend(lines.iter().skip(1).filter_map(|line| Rows::parse(first, line)));
                }
                "formula" => header.formula = joined(&lines),
                "caveat" => header.caveat = joined(&lines),
                "source" => header.source = joined(&lines),
                _ => {}
            }
        }
        header
    }
}

impl Rows {
    fn parse(key: &'static str, line: &'static str) -> Option<Self> {
        let (count, rows) = line.split_once(": ")?;
        let (query, condition) = match rows.split_once(" where ") {
            Some((query, condition)) => (query, Some(condition)),
            None => (rows, None),
        };
        Some(Self { key, count, query, condition })
    }
}

impl Column {
    /// What its number is multiplied by, so that a share is told in its unit.
    pub fn scale(&self) -> f64 {
        if self.unit.starts_with("per 1,000") { 1000.0 } else { 1.0 }
    }

    fn parse(line: &'static str) -> Option<Self> {
        let (head, meaning) = line.split_once("): ")?;
        let (head, unit) = head.split_once(" (")?;
        let share = unit.split_once(" of ").and_then(|(unit, share)| Some((unit, share.split_once(" / ")?)));
        let (unit, share) = match share {
            Some((unit, (part, whole))) => (unit, Some(Share { part, whole })),
            None => (unit, None),
        };
        let (letter, name) = match head.split_once(' ') {
            Some((letter, name)) => (letter.chars().next(), name),
            None => (None, head),
        };
        Some(Self { letter, name, unit, share, meaning })
    }
}

/// The keys of the header with the lines of their values, trimmed; no empty lines.
pub(crate) fn entries(sql: &'static str) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut entries: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in sql.lines().map_while(|line| line.strip_prefix("--")) {
        let goes_on = line.starts_with("  ");
        let value = match line.trim().split_once(':') {
            Some((key, value)) if !goes_on => {
                entries.push((key, Vec::new()));
                value.trim()
            }
            _ => line.trim(),
        };
        if let Some((_, lines)) = entries.last_mut()
            && !value.is_empty()
        {
            lines.push(value);
        }
    }
    entries
}

/// `breakdowns: all, item, month`. A name that means nothing is left out; a test finds it.
fn breakdowns(lines: &[&str]) -> Vec<Breakdown> {
    let names = lines.iter().flat_map(|line| line.split(','));
    names.filter_map(|name| name.trim().parse().ok()).collect()
}

pub(crate) fn joined(lines: &[&str]) -> String {
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_ends_at_the_first_line_of_sql() {
        let header = Header::parse(
            "-- metric: M99 some_rate\n-- columns:\n--     bucket (code): what: it is\n--     b n (per 1,000 of c / c + d - e): half\n\
             -- caveat: one line\n--     and another: this\nwith x as (\n-- unit: not this\nselect 1",
        );
        assert_eq!((header.id, header.name), ("M99", "some_rate"));
        assert_eq!(header.caveat, "one line and another: this");
        assert_eq!(header.unit, "");
        let bucket = Column { letter: None, name: "bucket", unit: "code", share: None, meaning: "what: it is" };
        let share = Share { part: "c", whole: "c + d - e" };
        let half = Column { letter: Some('b'), name: "n", unit: "per 1,000", share: Some(share), meaning: "half" };
        assert_eq!(header.columns, [bucket, half]);
        assert_eq!(share.whole().collect::<Vec<_>>(), [(1.0, "c"), (1.0, "d"), (-1.0, "e")]);
        assert_eq!((half.scale(), share.to_string().as_str()), (1000.0, "c / c + d - e"));
        assert_eq!(header.breakdowns, Breakdown::ALL);
    }

    #[test]
    fn a_header_tells_the_rows_behind_its_counts() {
        let header = Header::parse(
            "-- rows: case_no\n--     due_n: due\n--     late_n: due where not is_on_time\n\
             -- rows: item_id\n--     item_n: items\nselect 1",
        );
        let due = Rows { key: "case_no", count: "due_n", query: "due", condition: None };
        let late = Rows { count: "late_n", condition: Some("not is_on_time"), ..due };
        let items = Rows { key: "item_id", count: "item_n", query: "items", condition: None };
        assert_eq!(header.rows, [due, late, items]);
    }

    #[test]
    fn a_header_may_name_its_breakdowns() {
        let header = Header::parse("-- metric: M99 some_rate\n-- breakdowns: all, item,\n--     month\nselect 1");
        assert_eq!(header.breakdowns, [Breakdown::All, Breakdown::Item, Breakdown::Month]);
    }
}
