//! Columns that the mapping does not know: told in the receipt and, where it says `evolve`, kept in
//! `attributes`. Nobody has looked at what they hold, so the numbers of people in them are masked, as
//! in free text.

use std::borrow::Cow;

use readers::mapping::{DriftMode, Mapping};
use readers::record::{Header, Record, shorten};

use super::value::{LONGEST, Problem, Value, too_long};
use crate::NewColumns;

/// Names that a receipt and the ledger tell.
const TOLD: usize = 100;

/// The new columns of a header that may grow.
pub(super) struct Newcomers<'a> {
    mapping: &'a Mapping,
    /// Names of the header that have been looked at.
    looked_at: usize,
    /// Names that are taken in `attributes`.
    keys: Header,
    /// What is kept: name in `attributes` and place in the record. In the order of the names, so that
    /// columns in another order are the same row.
    kept: Vec<(String, usize)>,
    count: usize,
    told: Vec<String>,
}

impl<'a> Newcomers<'a> {
    pub(super) fn new(mapping: &'a Mapping) -> Self {
        let mut keys = Header::default();
        for name in mapping.outputs.iter().flat_map(|output| &output.attributes) {
            keys.place(name.trim_start_matches("case:"));
        }
        Self { mapping, looked_at: 0, keys, kept: Vec::new(), count: 0, told: Vec::new() }
    }

    /// Looks at the names that the header has got since.
    pub(super) fn look(&mut self, header: &Header) {
        for (place, name) in header.names().iter().enumerate().skip(self.looked_at) {
            if self.mapping.is_new(name, header) {
                self.take(name, place);
            }
        }
        self.looked_at = header.len();
    }

    fn take(&mut self, name: &str, place: usize) {
        self.count += 1;
        // A source may name its values by what they are about.
        let name = readers::privacy::mask(name).text;
        if self.told.len() < TOLD {
            self.told.push(shorten(&name));
        }
        if self.mapping.drift.mode == DriftMode::Evolve {
            self.keys.add_column(&name);
            let key = self.keys.names().last().cloned().unwrap_or_default();
            let at = self.kept.partition_point(|(held, _)| *held < key);
            self.kept.insert(at, (key, place));
        }
    }

    /// Names in `attributes`, each with its place in the record.
    pub(super) fn kept(&self) -> &[(String, usize)] {
        &self.kept
    }

    /// What a receipt tells.
    pub(super) fn told(&self) -> Option<NewColumns> {
        let kept = self.mapping.drift.mode == DriftMode::Evolve;
        (self.count > 0).then(|| NewColumns { kept, count: self.count, names: self.told.clone() })
    }
}

/// The map of a row: columns that the mapping lists, then new ones that are kept. Nothing is known of
/// their values, so each is scanned for the numbers of people.
pub(super) fn attributes<'r>(
    listed: &'r [(String, usize)],
    new: &'r [(String, usize)],
    record: &'r Record,
    masked: &mut u64,
) -> Result<Value<'r>, Problem> {
    let mut pairs: Vec<(&str, Cow<'_, str>)> = Vec::new();
    for (name, place) in listed.iter().chain(new) {
        let Some(value) = record.get(*place) else { continue };
        if name.len().max(value.len()) > LONGEST {
            return Err(too_long(&format!("column {}, or its name,", shorten(name))));
        }
        let scanned = readers::privacy::mask_value(value);
        *masked += u64::from(scanned.found);
        pairs.push((name.as_str(), scanned.text));
    }
    Ok(if pairs.is_empty() { Value::Null } else { Value::Pairs(pairs) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = r#"
[source]
system = "x"
time_zone = "Asia/Shanghai"
[drift]
mode = "evolve"
[[output]]
table = "workflow_event"
attributes = ["case:days"]
[output.fields]
case_no = "a"
event_type = { value = "ACCEPT" }
occurred_at = "t"
"#;

    fn of(columns: &[(&str, &str)]) -> (Header, Record) {
        let (mut header, mut record) = (Header::default(), Record::default());
        for (name, value) in columns {
            header.add_column(name);
            record.push(value);
        }
        (header, record)
    }

    #[test]
    fn columns_are_kept_under_names_of_their_own_in_any_order() {
        let mapping = Mapping::parse("m", MAPPING).expect("mapping");
        let mut told = Vec::new();
        for columns in [
            [("a", "1"), ("t", "2"), ("z", "打13800138000"), ("days", "5"), ("empty", ""), ("13800138000", "x")],
            [("13800138000", "x"), ("empty", ""), ("z", "打13800138000"), ("t", "2"), ("a", "1"), ("days", "5")],
        ] {
            let (header, record) = of(&columns);
            let mut newcomers = Newcomers::new(&mapping);
            newcomers.look(&header);
            newcomers.look(&header);
            let mut masked = 0;
            let value = attributes(&[], newcomers.kept(), &record, &mut masked).expect("in bounds");
            assert_eq!((masked, newcomers.told().map(|new| (new.kept, new.count))), (1, Some((true, 4))));
            told.push(format!("{value:?}"));
        }
        let [first, second] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(first, second);
        // `days` is the name in `attributes` of a column that is listed.
        for part in ["138****8000\", \"x", "days#2\", \"5", "z\", \"打138****8000"] {
            assert!(first.contains(part), "{part:?} not in {first}");
        }
        assert!(!first.contains("empty"), "{first}");
    }

    #[test]
    fn names_come_as_the_header_grows_and_a_hundred_are_told() {
        let mapping = Mapping::parse("m", &MAPPING.replace("evolve", "discard")).expect("mapping");
        let mut newcomers = Newcomers::new(&mapping);
        let mut header = Header::default();
        header.add_column("a");
        newcomers.look(&header);
        assert_eq!(newcomers.told(), None);
        for number in 0..120 {
            header.add_column(&format!("c{number}"));
            newcomers.look(&header);
        }
        let told = newcomers.told().expect("new columns");
        assert_eq!((told.kept, told.count, told.names.len()), (false, 120, 100));
        assert!(newcomers.kept().is_empty());
    }

    #[test]
    fn what_is_too_long_refuses_the_row() {
        let mapping = Mapping::parse("m", MAPPING).expect("mapping");
        let long = "x".repeat(LONGEST + 1);
        for column in [("z", long.as_str()), (long.as_str(), "z")] {
            let (header, record) = of(&[column]);
            let mut newcomers = Newcomers::new(&mapping);
            newcomers.look(&header);
            let problem = attributes(&[], newcomers.kept(), &record, &mut 0).expect_err("refused");
            assert_eq!((problem.rule, problem.reason.len() < 200), ("too_long", true));
        }
    }
}
