//! `GET /api/v1/metrics/{id}`: what `sunlake metric` answers, with the same words for the same things.

use std::collections::BTreeMap;

use analytics::{AnalyticsError, Base, Period, Provenance, Question, Right, Session, measure, metric_cases};
use arrow::array::RecordBatch;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use queries::{Breakdown, Metric};
use serde_json::json;
use tokio::task::spawn_blocking;

use super::Problem;
use super::sql::{accepted, answer};
use crate::accounts::Visitor;
use crate::i18n::Lang;
use crate::sql::asked::as_of;
use crate::sql::run::Head;
use crate::sql::write::{End, encoder};
use crate::sql::{Form, Trouble};
use crate::state::App;

/// The parameters that there are.
const NAMES: [&str; 9] = ["from", "to", "by", "compare", "intervals", "rank", "rows", "as_of", "lang"];
/// Most pieces of time in one answer: the metric is run once for each.
const MOST_PIECES: i32 = 1000;

/// What the address asks for.
struct Asked {
    metric: &'static Metric,
    by: Breakdown,
    days: [Option<Date>; 2],
    compare: Option<Base>,
    intervals: bool,
    rank: Option<String>,
    /// The rows behind a count, or behind the first.
    rows: Option<Option<String>>,
}

type Values = BTreeMap<String, String>;

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let form = accepted(&headers)?;
    let Query(pairs) = query.map_err(|_| Trouble::misasked("the address cannot be read: check its percent signs"))?;
    let values = values(pairs)?;
    let asked = Asked::read(&id, &values)?;
    if form.is_file() && !visitor.principal.may(Right::Export) {
        return Err(Trouble::forbidden("this account may read figures, and may not take them along as files").into());
    }
    let at = as_of(values.get("as_of").map_or("", String::as_str), app.engine.zone(), app.engine.clock().now())?;
    let session = app.engine.session(&visitor.principal, at).await.map_err(Trouble::from)?;
    let period = asked.period(&session)?;
    let question = Question {
        metric: asked.metric,
        period,
        by: asked.by,
        compare: asked.compare,
        intervals: asked.intervals,
        rank: asked.rank.clone(),
    };
    let count = asked.rows.as_ref().map(Option::as_deref);
    let rows = match count {
        Some(count) => metric_cases(&session, asked.metric, period, asked.by, count).await,
        None => measure(&session, &question).await,
    };
    let rows = rows.map_err(Trouble::from)?;
    let provenance = Provenance::new(&session, &question, count).map_err(Trouble::from)?;
    if form.is_file() {
        let n: usize = rows.iter().map(RecordBatch::num_rows).sum();
        let told = json!({ "metric": asked.metric.id, "form": form.ending(), "rows": n, "provenance": provenance });
        app.audit.note(&visitor, "export", told).await.map_err(|error| Trouble::server(&error))?;
    }
    let head = head(&app, &session, &rows, provenance.sql().to_owned());
    let bytes = spawn_blocking(move || match form {
        Form::Json => provenance.told(&rows).map(String::into_bytes).map_err(Trouble::from),
        form => written(form, &head, &rows),
    });
    Ok(answer(form, asked.metric.id, bytes.await.map_err(|error| Trouble::server(&error))??))
}

fn head(app: &App, session: &Session, rows: &[RecordBatch], sql: String) -> Head {
    Head {
        schema: rows.first().map(RecordBatch::schema).unwrap_or_else(|| arrow::datatypes::Schema::empty().into()),
        sql,
        params: Vec::new(),
        versions: session.versions().to_vec(),
        as_of: session.as_of(),
        made: app.engine.clock().now(),
        zone: session.zone().clone(),
        zone_name: session.zone_name().to_owned(),
    }
}

fn written(form: Form, head: &Head, rows: &[RecordBatch]) -> Result<Vec<u8>, Trouble> {
    let mut encoder = encoder(form, head, Lang::En, false)?;
    let mut bytes = Vec::new();
    for batch in rows {
        bytes.extend(encoder.rows(batch)?);
    }
    let n: usize = rows.iter().map(RecordBatch::num_rows).sum();
    bytes.extend(encoder.end(&End { rows: n as u64, truncated: false, millis: 0, trouble: None })?);
    Ok(bytes)
}

/// Each parameter once, and none that nobody knows.
fn values(pairs: Vec<(String, String)>) -> Result<Values, Trouble> {
    let mut values = Values::new();
    for (name, value) in pairs {
        if !NAMES.contains(&name.as_str()) {
            let known = NAMES.join(", ");
            return Err(Trouble::misasked(format!("there is no parameter {name:?}; there are {known}")));
        }
        if values.insert(name.clone(), value).is_some() {
            return Err(Trouble::misasked(format!("{name} is given twice")));
        }
    }
    Ok(values)
}

impl Asked {
    fn read(id: &str, values: &Values) -> Result<Self, Trouble> {
        let value = |name: &str| values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let metric = queries::find(id).ok_or_else(|| {
            let known: Vec<&str> = queries::METRICS.iter().map(|metric| metric.id).collect();
            let detail = format!("there is no such metric; there are {}", known.join(", "));
            Trouble::new(StatusCode::NOT_FOUND, "metric", detail)
        })?;
        let wrong = |error: String| Trouble::misasked(error);
        let by = value("by")
            .unwrap_or("all")
            .parse()
            .map_err(|error: queries::UnknownBreakdown| wrong(error.to_string()))?;
        let compare = match value("compare") {
            None => None,
            Some("previous") => Some(Base::Previous),
            Some("last-year") => Some(Base::LastYear),
            Some(other) => return Err(wrong(format!("compare is {other:?}, and can be previous or last-year"))),
        };
        let intervals = match value("intervals") {
            None | Some("false" | "0") => false,
            Some("true" | "1") => true,
            Some(other) => return Err(wrong(format!("intervals is {other:?}, and can be true or false"))),
        };
        let rank = value("rank").map(str::to_owned);
        let rows = values.get("rows").map(|count| Some(count.trim().to_owned()).filter(|count| !count.is_empty()));
        if rows.is_some() && (compare.is_some() || intervals || rank.is_some()) {
            return Err(wrong("rows does not go with compare, intervals or rank".to_owned()));
        }
        if let Some(count) = &rows {
            metric.rows_by(by, count.as_deref()).map_err(|error| wrong(error.to_string()))?;
        }
        Question::check(metric, by, rank.as_deref()).map_err(|error: AnalyticsError| wrong(error.to_string()))?;
        let day = |name: &str| match value(name) {
            None => Ok(None),
            Some(text) => match text.parse::<Date>() {
                Ok(day) if text.len() == 10 => Ok(Some(day)),
                _ => Err(wrong(format!("{name} is {text:?}, which is no date that exists; write 2018-05-16"))),
            },
        };
        Ok(Self { metric, by, days: [day("from")?, day("to")?], compare, intervals, rank, rows })
    }

    /// As on the command line: from the first of the month of `as_of` to that day, but for what is given.
    fn period(&self, session: &Session) -> Result<Period, Trouble> {
        let today = session.zone().to_datetime(session.as_of()).date();
        let [from, to] = self.days;
        let to = to.or_else(|| today.tomorrow().ok());
        let to = to.ok_or_else(|| Trouble::misasked("the day after as_of lies too far ahead"))?;
        let from = from.unwrap_or_else(|| today.first_of_month());
        if from >= to {
            return Err(Trouble::misasked(format!("the period from {from} to {to} (exclusive) is empty")));
        }
        let days = from.until(to).map_or(i32::MAX, |span| span.get_days());
        let piece = match self.by {
            Breakdown::Day => 1,
            Breakdown::Month => 28,
            Breakdown::Quarter => 90,
            Breakdown::Year => 365,
            _ => i32::MAX,
        };
        if days / piece > MOST_PIECES {
            return Err(Trouble::misasked(format!(
                "there are more than {MOST_PIECES} pieces by {}; ask for a shorter period",
                self.by
            )));
        }
        Ok(Period { from, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(id: &str, pairs: &[(&str, &str)]) -> Result<Asked, Trouble> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Asked::read(id, &values(pairs)?)
    }

    #[test]
    fn the_words_are_those_of_the_command_line() {
        let asked = read("m03", &[("by", "county"), ("compare", "last-year"), ("intervals", "true")]).expect("asked");
        assert_eq!((asked.metric.id, asked.by, asked.intervals), ("M03", Breakdown::County, true));
        let rows = read("M01", &[("rows", ""), ("from", "2018-03-01"), ("to", "2018-04-01")]).expect("asked");
        assert_eq!(rows.rows, Some(None));
        assert!(read("M99", &[]).is_err_and(|trouble| trouble.status == StatusCode::NOT_FOUND));
        for wrong in [
            &[("by", "moon")][..],
            &[("compare", "tomorrow")],
            &[("from", "2018-02-30")],
            &[("rows", ""), ("intervals", "1")],
            &[("rows", "moon")],
            &[("rank", "moon")],
            &[("moon", "1")],
            &[("by", "day"), ("by", "month")],
        ] {
            assert!(read("M01", wrong).is_err_and(|trouble| trouble.status == StatusCode::BAD_REQUEST), "{wrong:?}");
        }
    }
}
