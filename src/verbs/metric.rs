use std::path::Path;

use analytics::{Base, Period, Principal, Provenance, Question, Session, Supposed};
use anyhow::{Context, Result};
use jiff::civil::Date;

use super::Shared;
use crate::cli::{Compare, MetricArgs, Misuse, TextFormat};
use crate::{output, time};

pub async fn run(shared: &Shared, args: &MetricArgs) -> Result<()> {
    if let Some(file) = &args.again {
        return again(shared, args, file).await;
    }
    let id = args.id.as_deref().unwrap_or_default();
    let metric = queries::find(id).ok_or_else(|| {
        let known: Vec<&str> = queries::METRICS.iter().map(|metric| metric.id).collect();
        Misuse(format!("there is no metric {id:?}; there are {}", known.join(", ")))
    })?;
    let by = args.by.parse().map_err(|error: queries::UnknownBreakdown| Misuse(error.to_string()))?;
    let count = args.rows.as_deref().filter(|count| !count.is_empty());
    if args.rows.is_some() {
        metric.rows_by(by, count).map_err(|error| Misuse(error.to_string()))?;
    }
    Question::check(metric, by, args.rank.as_deref()).map_err(|error| Misuse(error.to_string()))?;
    let supposed = args.set.iter().cloned().collect();
    let supposed = Supposed::of(metric, supposed).map_err(|error| Misuse(error.to_string()))?;
    let days = days(args.from.as_deref(), args.to.as_deref())?;
    let mut session = shared.session().await?;
    session.suppose(&supposed).await?;
    let question = Question {
        metric,
        period: period(days, &session)?,
        by,
        compare: args.compare.map(Base::from),
        intervals: args.intervals,
        rank: args.rank.clone(),
    };
    answer(shared, args, &session, &question, args.rows.is_some().then_some(count)).await
}

/// What an answer asked, of the versions that it stood on.
async fn again(shared: &Shared, args: &MetricArgs, file: &Path) -> Result<()> {
    if shared.global.as_of.is_some() {
        return Err(Misuse("--again asks as of the instant that the answer tells; leave --as-of out".into()).into());
    }
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let asked: Provenance = serde_json::from_str(&text).map_err(|error| {
        let wanted = "give what `sunlake metric ... --json` has printed";
        Misuse(format!("{} is no answer of a metric ({error}); {wanted}", file.display()))
    })?;
    let question = asked.question()?;
    let supposed = asked.supposed()?;
    if !asked.is_defined_alike() {
        let id = question.metric.id;
        eprintln!(
            "sunlake: warning: {id} was defined otherwise when this was told; this is by its definition of today"
        );
    }
    let engine = shared.engine().await?;
    let mut session = engine.session_again(&Principal::operator(), asked.as_of(), asked.tables()).await?;
    session.suppose(&supposed).await?;
    answer(shared, args, &session, &question, asked.rows_of().map(Some)).await
}

/// Writes the rows of a question, or those of a count: `Some(None)` is the first of the metric.
async fn answer(
    shared: &Shared,
    args: &MetricArgs,
    session: &Session,
    question: &Question,
    count: Option<Option<&str>>,
) -> Result<()> {
    let rows = match count {
        Some(count) => analytics::metric_cases(session, question.metric, question.period, question.by, count).await?,
        None => analytics::measure(session, question).await?,
    };
    if shared.global.json || args.format == TextFormat::Json {
        output::say!("{}", Provenance::new(session, question, count)?.told(&rows)?);
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
