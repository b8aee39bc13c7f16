use std::io::{BufRead, Write};

use anyhow::{Result, anyhow, bail};
use datasets::calendar::{Calendar, CalendarRegion, WorkdayAnswer};
use jiff::civil::Date;

use super::Shared;
use crate::cli::{CalendarArgs, CalendarVerb, Misuse};
use crate::output::say;
use crate::time;

/// What a line of a batch looks like.
const LINE: &str = "expected a date, a comma and a whole number of working days, such as 2018-05-16,5";
/// Characters of a wrong line that are shown.
const SHOWN: usize = 60;

pub fn run(shared: &Shared, args: &CalendarArgs) -> Result<()> {
    let region: CalendarRegion = args.region.parse().map_err(|error| Misuse(format!("{error}")))?;
    let calendar = Calendar::shipped(region)?;
    let json = shared.global.json;
    match &args.verb {
        CalendarVerb::IsWorkday { date } => {
            let day = calendar.day(read(date)?);
            if json {
                let (kind, name) = (day.kind.as_str(), day.name);
                say!(
                    "{}",
                    serde_json::json!({ "date": day.date.to_string(), "is_workday": day.is_workday, "kind": kind,
                        "name": name, "provisional": day.provisional, "region": region.as_str() })
                );
            } else {
                let answer = if day.is_workday { "yes" } else { "no" };
                let name = day.name.map(|name| format!(" {name}")).unwrap_or_default();
                say!("{answer} {}{name}{}", day.kind.as_str(), note(day.provisional));
            }
        }
        CalendarVerb::Add { batch: true, .. } => batch(&calendar, json)?,
        CalendarVerb::Add { date, n, .. } => {
            let (Some(date), Some(n)) = (date, n) else { bail!(Misuse("give DATE and N, or --batch".into())) };
            let answer = calendar.add_workdays(read(date)?, *n)?;
            if json {
                say!(
                    "{}",
                    serde_json::json!({ "deadline": answer.date.to_string(), "provisional": answer.provisional })
                );
            } else {
                say!("{}", told(answer));
            }
        }
        CalendarVerb::Between { a, b } => {
            let (count, provisional) = calendar.workdays_between(read(a)?, read(b)?);
            if json {
                say!("{}", serde_json::json!({ "workdays": count, "provisional": provisional }));
            } else {
                say!("{count}{}", note(provisional));
            }
        }
    }
    Ok(())
}

/// `date,n` lines in, `date,n,deadline` lines out, or one object a line; a header line is answered with one.
fn batch(calendar: &Calendar, json: bool) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut answers, mut provisional) = (0_u64, 0_u64);
    for (number, line) in (1_u64..).zip(std::io::stdin().lock().lines()) {
        let line = line.map_err(|error| anyhow!("standard input, line {number}: {error}; {LINE}"))?;
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        let wrong = |reason: &str| {
            let end = if line.chars().nth(SHOWN).is_some() { "…" } else { "" };
            let shown: String = line.chars().take(SHOWN).collect();
            anyhow!("standard input, line {number}: {reason}: \"{}{end}\"; {LINE}", shown.escape_debug())
        };
        let (date, n) = line.split_once(',').ok_or_else(|| wrong("no comma"))?;
        let (start, count) = (time::date(date.trim()), n.trim().parse::<i64>());
        if number == 1 && start.is_none() && count.is_err() {
            if !json {
                writeln!(out, "date,n,deadline")?;
            }
            continue;
        }
        let start = start.ok_or_else(|| wrong("the first field is no date that exists"))?;
        let n = count.map_err(|_| wrong("the second field is no whole number"))?;
        let answer = calendar.add_workdays(start, n).map_err(|error| wrong(&error.to_string()))?;
        answers += 1;
        provisional += u64::from(answer.provisional);
        if json {
            let (date, deadline) = (start.to_string(), answer.date.to_string());
            let object =
                serde_json::json!({ "date": date, "n": n, "deadline": deadline, "provisional": answer.provisional });
            writeln!(out, "{object}")?;
        } else {
            writeln!(out, "{start},{n},{}", answer.date)?;
        }
    }
    out.flush()?;
    if provisional > 0 && !json {
        let (first, last) = calendar.known_years();
        eprintln!(
            "sunlake: deadlines that are provisional: {provisional} of {answers}; the calendar is known from {first} to \
             {last}, beyond that weekdays were counted; --json marks them"
        );
    }
    Ok(())
}

fn read(text: &str) -> Result<Date> {
    time::date(text).ok_or_else(|| Misuse(format!("{text:?} is no date that exists; write 2018-05-16")).into())
}

fn told(answer: WorkdayAnswer) -> String {
    format!("{}{}", answer.date, note(answer.provisional))
}

fn note(provisional: bool) -> &'static str {
    if provisional { " provisional (the calendar of that year is not known yet; weekdays were counted)" } else { "" }
}
