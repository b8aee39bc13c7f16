use analytics::{Base, Period, Provenance, Question, Session};
use anyhow::{Context, Result};
use jiff::civil::Date;

use super::Shared;
use crate::cli::{Compare, MetricArgs, Misuse, TextFormat};
use crate::{output, time};

pub async fn run(shared: &Shared, args: &MetricArgs) -> Result<()> {
    let metric = queries::find(&args.id).ok_or_else(|| {
        let known: Vec<&str> = queries::METRICS.iter().map(|metric| metric.id).collect();
        Misuse(format!("there is no metric {:?}; there are {}", args.id, known.join(", ")))
    })?;
    let by = args.by.parse().map_err(|error: queries::UnknownBreakdown| Misuse(error.to_string()))?;
    let count = args.rows.as_deref().filter(|count| !count.is_empty());
    if args.rows.is_some() {
        metric.rows_by(by, count).map_err(|error| Misuse(error.to_string()))?;
    }
    Question::check(metric, by, args.rank.as_deref()).map_err(|error| Misuse(error.to_string()))?;
    let days = days(args.from.as_deref(), args.to.as_deref())?;
    let session = shared.session().await?;
    let period = period(days, &session)?;
    let question = Question {
        metric,
        period,
        by,
        compare: args.compare.map(Base::from),
        intervals: args.intervals,
        rank: args.rank.clone(),
    };
    let rows = match args.rows {
        Some(_) => analytics::metric_cases(&session, metric, period, by, count).await?,
        None => analytics::measure(&session, &question).await?,
    };
    if shared.global.json || args.format == TextFormat::Json {
        let provenance = Provenance::new(&session, &question, args.rows.is_some().then_some(count))?;
        output::say!("{}", provenance.told(&rows)?);
        return Ok(());
    }
    output::write(&rows, args.format.into(), false, None)
}

/// The first day and the day after the last, as they were typed.
pub(super) fn days(from: Option<&str>, to: Option<&str>) -> Result<[Option<Date>; 2]> {
    let date = |text: Option<&str>, name: &str| -> Result<Option<Date>> {
        let read = text.map(|text| {
            time::date(text)
                .ok_or_else(|| Misuse(format!("--{name} {text:?} is no date that exists; write 2018-05-16")))
        });
        Ok(read.transpose()?)
    };
    Ok([date(from, "from")?, date(to, "to")?])
}

/// The period from the first of the month of --as-of to that day, but for what was typed.
pub(super) fn period([from, to]: [Option<Date>; 2], session: &Session) -> Result<Period> {
    let today = session.zone().to_datetime(session.as_of()).date();
    let to = match to {
        Some(to) => to,
        None => today.tomorrow().context("the day after --as-of lies too far ahead")?,
    };
    let period = Period { from: from.unwrap_or_else(|| today.first_of_month()), to };
    if period.from >= period.to {
        return Err(Misuse(format!("the period from {} to {} (exclusive) is empty", period.from, period.to)).into());
    }
    Ok(period)
}

impl From<Compare> for Base {
    fn from(compare: Compare) -> Self {
        match compare {
            Compare::Previous => Self::Previous,
            Compare::LastYear => Self::LastYear,
        }
    }
}
