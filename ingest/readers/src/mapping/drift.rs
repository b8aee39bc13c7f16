//! Columns that a mapping does not know: what it says becomes of them, and which they are.

use serde::Deserialize;

use super::Mapping;
use crate::record::{Header, in_short};

/// `[drift]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// What becomes of them.
    #[serde(default)]
    pub mode: DriftMode,
    /// Columns that the mapping leaves out knowingly.
    #[serde(default)]
    pub ignore: Vec<String>,
}

/// What becomes of a new column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DriftMode {
    /// Nothing lands.
    Freeze,
    /// It is left out, and the receipt says so.
    #[default]
    Discard,
    /// Its values are kept in `attributes`, and the receipt says so.
    Evolve,
}

impl Mapping {
    /// Whether this name of the header is one that the mapping says nothing of. Columns without a
    /// name are passed over, as in workbooks.
    pub fn is_new(&self, name: &str, header: &Header) -> bool {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // The second of them is called `#2`.
        let is_repeat = name.strip_prefix('#').is_some_and(is_number) && header.find("").is_some();
        let is_nameless = name.is_empty() || is_repeat;
        !is_nameless && !self.uses(name) && !self.drift.ignore.iter().any(|known| known == name)
    }

    /// The new names from that place of the header on, as a message shows them, if there are any
    /// and the mapping refuses them.
    pub fn refused_names(&self, header: &Header, from: usize) -> Option<String> {
        if self.drift.mode != DriftMode::Freeze {
            return None;
        }
        let names = header.names().iter().skip(from).map(String::as_str);
        let new: Vec<&str> = names.filter(|name| self.is_new(name, header)).collect();
        (!new.is_empty()).then(|| in_short(new.iter().copied(), new.len()))
    }

    /// The same mapping, with a column that is known for another reason.
    pub fn knowing(&self, column: &str) -> Self {
        let mut mapping = self.clone();
        mapping.drift.ignore.push(column.to_owned());
        mapping
    }

    pub(super) fn check_drift(&self) -> Result<(), String> {
        if let Some(name) = self.drift.ignore.iter().find(|name| self.uses(name)) {
            return Err(format!("drift.ignore names {name:?}, which the mapping reads; take it out of the list"));
        }
        let mut outputs = self.outputs.iter();
        if self.drift.mode == DriftMode::Evolve && outputs.all(|output| output.contract.field("attributes").is_none()) {
            let reason = "keeps new columns in the field attributes, which none of its tables has";
            return Err(format!("drift.mode = \"evolve\" {reason}; use \"discard\" or \"freeze\""));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads columns a, t, u and w.
    const MAPPING: &str = r#"
[source]
system = "x"
time_zone = "Asia/Shanghai"
case_key = "k"
[drift]
mode = "freeze"
ignore = ["i"]
[[output]]
table = "listing"
when_present = "w"
attributes = ["n"]
[output.fields]
listing_id = "a"
direction = { value = "SUPPLY" }
product = { value = "x" }
posted_at = "t"
qty_kg = { column = "q", scale_by = { column = "u", map = {} } }
"#;

    fn header(names: &[&str]) -> Header {
        let mut header = Header::default();
        names.iter().for_each(|name| header.add_column(name));
        header
    }

    #[test]
    fn what_the_mapping_names_in_any_way_is_not_new() {
        let mapping = Mapping::parse("m", MAPPING).expect("mapping");
        let known = header(&["k", "i", "w", "n", "a", "t", "q", "u", "", ""]);
        assert_eq!(mapping.refused_names(&known, 0), None);
        let new = header(&["a", "a", "A", "i.j"]);
        assert_eq!(mapping.refused_names(&new, 0).as_deref(), Some("a#2, A, i.j"));
        assert_eq!(mapping.refused_names(&new, 3).as_deref(), Some("i.j"), "those before have been looked at");
        assert_eq!(mapping.knowing("i.j").refused_names(&new, 3), None);
        assert!(mapping.is_new("#2", &header(&["#2"])), "a name like any other, where none is missing");
        let discard = Mapping::parse("m", &MAPPING.replace("freeze", "discard")).expect("mapping");
        assert_eq!(discard.refused_names(&new, 0), None);
    }

    #[test]
    fn sections_that_make_no_sense_are_refused() {
        const POLICIES: &str = "[source]\nsystem = \"x\"\ntime_zone = \"Asia/Shanghai\"\n[drift]\nmode = \"evolve\"\n\
                             [[output]]\ntable = \"policy_item\"\n[output.fields]\npolicy_id = \"a\"\ntitle = \"b\"\n";
        for (text, says) in [
            (MAPPING.replace("freeze", "melt"), "melt"),
            (MAPPING.replace("[\"i\"]", "[\"i\", \"u\"]"), "drift.ignore names \"u\""),
            (MAPPING.replace("ignore", "ignored"), "ignored"),
            (POLICIES.to_owned(), "which none of its tables has"),
        ] {
            let message = Mapping::parse("m", &text).expect_err(says).to_string();
            assert!(message.contains(says), "{says:?} not in {message:?}");
        }
    }
}
