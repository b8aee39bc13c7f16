//! For tests of readers: what they hand on, in words.

use super::Sink;
use crate::record::{Header, Item};
use crate::{Mapping, ReadError};

/// Tells what it is given.
#[derive(Default)]
pub(super) struct Told {
    pub(super) lines: Vec<String>,
    /// So many bytes of a refusal's reason are told, too.
    pub(super) reason: usize,
}

impl Sink for Told {
    fn take(&mut self, header: &Header, item: Item<'_>) -> Result<(), ReadError> {
        self.lines.push(match item {
            Item::Record { line, record } => {
                let pairs = header.names().iter().enumerate();
                let pairs = pairs.filter_map(|(at, name)| Some(format!("{name}={}", record.get(at)?)));
                format!("{line}: {}", pairs.collect::<Vec<_>>().join(" "))
            }
            Item::Refused { line, rule, reason, .. } => {
                format!("{line}: {rule} {}", &reason[..self.reason]).trim_end().to_owned()
            }
        });
        Ok(())
    }

    fn part(&mut self, name: &str) {
        self.lines.push(name.to_owned());
    }

    fn left_out(&mut self, sheet: &str) {
        self.lines.push(format!("left out: {sheet}"));
    }
}

/// A mapping that reads the number of a case and the time of its acceptance from these columns;
/// `output` is more of its output, `sections` what follows.
pub(super) fn mapping(case_no: &str, occurred_at: &str, output: &str, sections: &str) -> Mapping {
    let text = format!(
        "[source]\nsystem = \"x\"\ntime_zone = \"Asia/Shanghai\"\n[[output]]\ntable = \"workflow_event\"\n{output}\n\
         [output.fields]\ncase_no = \"{case_no}\"\nevent_type = {{ value = \"ACCEPT\" }}\n\
         occurred_at = \"{occurred_at}\"\n{sections}\n"
    );
    Mapping::parse("m", &text).expect("mapping")
}
