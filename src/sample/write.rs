//! The two files of an export: cases and events, as CSV.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Sample;
use super::table::{Tables, push_time};

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub case_file: PathBuf,
    pub event_file: PathBuf,
    pub cases: u64,
    pub events: u64,
}

/// Writes what was recorded by the present into two files in `out`, named after that time; they
/// have their names only when they are complete. `progress` hears, after each day, how many
/// cases there are so far.
pub fn write_files(sample: &Sample, out: &Path, progress: &mut dyn FnMut(u64)) -> anyhow::Result<Written> {
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let mut stamp = Vec::new();
    push_time(&mut stamp, sample.present);
    stamp.retain(|byte| *byte != b'-' && *byte != b':');
    let stamp = String::from_utf8_lossy(&stamp).replace(' ', "T");
    let file = |table: &str, end: &str| out.join(format!("{table}_{stamp}.csv{end}"));
    let parts = (file("workflow_case", ".part"), file("workflow_event", ".part"));
    let mut tables = Tables::new(create(&parts.0)?, create(&parts.1)?)?;
    let (cases, events) = write_history(sample, &mut tables, progress)?;
    tables.finish().context("cannot finish the sample files")?;
    let (case_file, event_file) = (file("workflow_case", ""), file("workflow_event", ""));
    for (part, whole) in [(&parts.0, &case_file), (&parts.1, &event_file)] {
        fs::rename(part, whole).with_context(|| format!("cannot write {}", whole.display()))?;
    }
    Ok(Written { case_file, event_file, cases, events })
}

/// Writes what was recorded by the present; returns the numbers of cases and events.
pub(super) fn write_history<W: Write>(
    sample: &Sample,
    tables: &mut Tables<W>,
    progress: &mut dyn FnMut(u64),
) -> anyhow::Result<(u64, u64)> {
    let (mut cases, mut events) = (0, 0);
    for day in sample.exported_days() {
        for village in 0..sample.villages() {
            for case in sample.cases_on(village, day) {
                if case.recorded_at > sample.present {
                    continue;
                }
                tables.case(&case)?;
                cases += 1;
                for event in &case.events {
                    if event.recorded_at <= sample.present {
                        tables.event(&case, event)?;
                        events += 1;
                    }
                }
                if case.certified_at.is_some_and(|at| at <= sample.present) {
                    tables.certificate(&case)?;
                }
            }
        }
        progress(cases);
    }
    Ok((cases, events))
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot write {}", path.display()))
}
