use std::io::{BufRead, Write};

use anyhow::{Result, bail};
use datasets::calendar::{Calendar, CalendarRegion, WorkdayAnswer};
use jiff::civil::Date;

use super::Shared;
use crate::cli::{CalendarArgs, CalendarVerb, Misuse};
use crate::output::say;

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
        CalendarVerb::Add { batch: true, .. } => batch(&calendar)?,
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

/// `date,n` lines in, `date,n,deadline` lines out; a header line is answered with one. A deadline
/// that rests on a year whose calendar is not known ends in `,provisional`.
fn batch(calendar: &Calendar) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for (at, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line?;
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let wrong = |reason: &str| anyhow::anyhow!("standard input, line {}: {reason}; write 2018-05-16,5", at + 1);
        let (date, n) = line.split_once(',').ok_or_else(|| wrong("no comma"))?;
        if at == 0 && date.trim().parse::<Date>().is_err() && n.trim().parse::<i64>().is_err() {
            writeln!(out, "date,n,deadline")?;
            continue;
        }
        let start: Date = date.trim().parse().map_err(|_| wrong("the first field is no date"))?;
        let n: i64 = n.trim().parse().map_err(|_| wrong("the second field is no whole number"))?;
        let answer = calendar.add_workdays(start, n)?;
        writeln!(out, "{start},{n},{}{}", answer.date, if answer.provisional { ",provisional" } else { "" })?;
    }
    out.flush()?;
    Ok(())
}

fn read(text: &str) -> Result<Date> {
    text.parse().map_err(|_| Misuse(format!("{text:?} is no date that exists; write 2018-05-16")).into())
}

fn told(answer: WorkdayAnswer) -> String {
    format!("{}{}", answer.date, note(answer.provisional))
}

fn note(provisional: bool) -> &'static str {
    if provisional { " provisional (the calendar of that year is not known yet; weekdays were counted)" } else { "" }
}
