//! `/savings` 省时省钱: what has it saved, and how sure are we? The estimate with its parameter, the same with
//! parameters of the address, and the published claims beside what the records say.

use analytics::records;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use queries::Breakdown;
use serde::Deserialize;

use super::desk::{self, Desk};
use super::figures::{self, Field, Head, Table};
use crate::error::HttpError;
use crate::frame::Context;
use crate::i18n::Lang;
use crate::request::Ask;
use crate::sheet::Cell;
use crate::state::App;

/// What a case that is counted may have saved, and the heads of the columns that follow from it.
const PARAMETERS: [(&str, &str); 3] = [("per_case", "saved-yuan"), ("hours", "saved-hours"), ("trips", "saved-trips")];
/// The largest that is taken for any of them.
const MOST: f64 = 100_000.0;

/// One row of the claims, with what the records say (`analytics::claims`).
#[derive(Debug, Deserialize)]
struct Claim {
    claim: String,
    /// Key of the parameter that holds what was claimed.
    parameter: String,
    claimed: Option<f64>,
    unit: String,
    metric: Option<String>,
    figure: Option<String>,
    recorded: Option<f64>,
    recorded_unit: Option<String>,
}

#[derive(Template)]
#[template(path = "savings.html")]
struct Above {
    t: Lang,
    /// Name, label and value of each field.
    fields: Vec<(&'static str, String, String)>,
    keep: Vec<(&'static str, String)>,
    /// The estimate by these parameters; none without any.
    estimate: Option<String>,
    claims: String,
}

/// The page.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let desk = Desk::find(ask.path())?;
    let level = desk::level(&ask)?;
    let mut asked = Vec::new();
    for (name, head) in PARAMETERS {
        asked.extend(parameter(name, ask.value(name))?.map(|value| (head, value)));
    }
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    let estimate = match asked.as_slice() {
        [] => None,
        asked => Some(estimate(&context, level, asked).await?.html(t, context.zone())?),
    };
    let value = |name: &str| context.ask.value(name).unwrap_or_default().to_owned();
    let mut keep = context.ask.filters.pairs();
    keep.push(("level", value("level")));
    keep.retain(|(_, value)| !value.is_empty());
    let above = Above {
        t,
        fields: PARAMETERS.iter().map(|&(name, _)| (name, t.code("parameter", name), value(name))).collect(),
        keep,
        estimate,
        claims: claims(&context).await?.html(t, context.zone())?,
    };
    desk::render(&context, desk, level, above.render()?).await
}

/// A parameter of the address.
fn parameter(name: &'static str, text: Option<&str>) -> Result<Option<f64>, HttpError> {
    let Some(text) = text else { return Ok(None) };
    let value: Option<f64> = text.parse().ok().filter(|value: &f64| (0.0..=MOST).contains(value));
    value.map(Some).ok_or_else(|| HttpError::bad_value(name, text))
}

/// What the counted cases come to by the parameters of the address.
async fn estimate(context: &Context, level: Breakdown, asked: &[(&'static str, f64)]) -> Result<Table, HttpError> {
    let t = context.lang();
    let Some(shown) = figures::shown("M31", &["eligible_n"]) else {
        return Err(HttpError::missing("metric", "M31"));
    };
    let mut table = figures::table(context, t.say("saved-estimate"), level, &[shown]).await?;
    let counted = table.heads.len() - 1;
    for (head, value) in asked {
        table.heads.push(Head { text: t.say(head), class: "r", ..Head::default() });
        for row in &mut table.rows {
            let product = row.get(counted).and_then(|field| field.order).map(|n| n * value);
            row.push(product.map_or_else(Field::none, |n| Field::number(Cell::Measure(n))));
        }
    }
    Ok(table)
}

/// The claims, each with what the records of the period say.
async fn claims(context: &Context) -> Result<Table, HttpError> {
    let t = context.lang();
    let rows: Vec<Claim> = records(&analytics::claims(&context.session, figures::period(context)).await?)?;
    let head = |key: &str, class: &'static str| Head { text: t.say(key), class, ..Head::default() };
    let heads = vec![
        head("claim-id", ""),
        head("claim-text", ""),
        head("claim-claimed", "r"),
        head("claim-metric", ""),
        head("claim-records", "r"),
        head("claim-note", ""),
    ];
    let rows = rows.iter().map(|row| row.fields(context)).collect();
    Ok(Table { caption: t.say("claims-title"), heads, rows })
}

impl Claim {
    fn fields(&self, context: &Context) -> Vec<Field> {
        let t = context.lang();
        let beside = self.metric.as_deref().zip(self.figure.as_deref());
        let shown = beside.and_then(|(metric, figure)| figures::shown(metric, &[figure]));
        let metric = shown.map_or_else(Field::none, |(metric, columns)| {
            let labels: Vec<String> = columns.iter().map(|column| figures::label(t, metric, column.name)).collect();
            let href = context.ask.link(&format!("/metrics/{}", metric.id), &[]);
            Field::text(format!("{} {}", metric.id, labels.join(" "))).linked(Some(href))
        });
        let recorded = self.recorded.zip(self.recorded_unit.as_deref());
        vec![
            Field::text(&self.claim),
            Field { class: "name", ..Field::text(t.code("claim", &self.claim)) },
            self.claimed.map_or_else(Field::none, |value| told(context, &self.unit, value)),
            Field { class: "", ..metric },
            recorded.map_or_else(Field::none, |(value, unit)| told(context, unit, value)),
            Field { class: "name", ..Field::text(t.code("claim-note", &self.note())) },
        ]
    }

    /// Key of what has to be known of the two.
    fn note(&self) -> String {
        self.metric.iter().fold(self.parameter.clone(), |key, metric| format!("{key}-{metric}"))
    }
}

/// A number with its unit.
fn told(context: &Context, unit: &str, value: f64) -> Field {
    let t = context.lang();
    let number = figures::measured(unit, value).shown(t, context.zone());
    let text = if unit == "ratio" { number } else { format!("{number} {}", figures::unit(t, unit)) };
    Field { class: "r", ..Field::text(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands between quotes in the list of the claims: number, parameter, unit and, if any, metric and column.
    fn listed() -> Vec<Vec<&'static str>> {
        let lines = queries::panel::CLAIMS.lines().filter(|line| line.contains(", 'C"));
        lines.map(|line| line.split('\'').skip(1).step_by(2).collect()).collect()
    }

    #[test]
    fn every_claim_has_its_words_and_its_unit() {
        assert_eq!(listed().len(), 13);
        for claim in listed() {
            let [id, parameter, unit, beside @ ..] = claim.as_slice() else { panic!("{claim:?}") };
            let metric = beside.first().filter(|_| beside.len() == 3);
            let note = metric.map_or((*parameter).to_owned(), |metric| format!("{parameter}-{metric}"));
            for t in [Lang::Zh, Lang::En] {
                assert_ne!(t.code("claim", id), *id);
                assert_ne!(t.code("claim-note", &note), note);
            }
            assert!(*unit == "ratio" || !figures::unit(Lang::Zh, unit).is_ascii(), "{unit}");
            if let [metric, figure, _] = beside {
                assert!(figures::shown(metric, &[*figure]).is_some(), "{claim:?}");
            }
        }
    }

    #[test]
    fn parameters_are_numbers_that_make_sense() {
        assert_eq!(parameter("hours", Some("2.5")).ok(), Some(Some(2.5)));
        assert_eq!(parameter("hours", None).ok(), Some(None));
        for wrong in ["-1", "NaN", "inf", "many", "1e9"] {
            assert!(parameter("hours", Some(wrong)).is_err(), "{wrong}");
        }
        for (name, _) in PARAMETERS {
            assert_ne!(Lang::Zh.code("parameter", name), name);
            assert_ne!(Lang::En.code("expect", name), name);
        }
    }
}
