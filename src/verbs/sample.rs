use anyhow::Result;

use super::Shared;
use crate::cli::SampleArgs;
use crate::output::{counted, say};
use crate::progress::Bar;
use crate::sample::{Sample, SampleConfig, write_files};

pub fn run(shared: &Shared, args: &SampleArgs) -> Result<()> {
    let config = SampleConfig {
        villages: args.villages,
        years: args.years,
        scale: args.scale,
        seed: args.seed,
        ..SampleConfig::default()
    };
    let sample = Sample::new(config)?;
    std::fs::create_dir_all(&args.out)?;
    let bar = Bar::counting(sample.estimated_cases(), "sample", "cases", shared.global.json);
    let written = write_files(&sample, &args.out, &mut |cases| bar.at(cases))?;
    bar.finish();
    if shared.global.json {
        let others = written.others.iter().map(|other| &other.file);
        let files = [&written.case_file, &written.event_file].into_iter().chain(others);
        let files: Vec<String> = files.map(|file| file.display().to_string()).collect();
        say!("{}", serde_json::json!({ "files": files, "cases": written.cases, "events": written.events }));
    } else {
        say!("{} {}", counted(written.cases, "case", "cases"), written.case_file.display());
        say!("{} {}", counted(written.events, "event", "events"), written.event_file.display());
        for other in &written.others {
            say!("{} {} {}", other.rows, other.table, other.file.display());
        }
    }
    Ok(())
}
