//! `/savings` 省时省钱: what has it saved, and how sure are we? The estimate with its parameter, the same with
//! parameters of the address, and the published claims beside what the records say.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use futures::future::try_join_all;
use queries::Breakdown;

use super::desk::{self, Desk};
use super::figures::{self, Cell, Head, Sheet};
use crate::error::HttpError;
use crate::format;
use crate::frame::Context;
use crate::i18n::Lang;
use crate::request::Ask;
use crate::state::App;

/// What a case that is counted may have saved, and the heads of the columns that follow from it.
const PARAMETERS: [(&str, &str); 3] = [("per_case", "saved-yuan"), ("hours", "saved-hours"), ("trips", "saved-trips")];
/// The largest that is taken for any of them.
const MOST: f64 = 100_000.0;

/// The published claims (domain §0), each with the figure that can be set beside it.
const CLAIMS: [(&str, &str, &str); 9] = [
    ("C1", "M25", "villages_n"),
    ("C2", "M25", "consistent_n"),
    ("C3", "M06", "yellow_net_n"),
    ("C4", "M07", "promise_cut"),
    ("C4", "M08", "actual_speedup"),
    ("C4", "M09", "vs_baseline_cut"),
    ("C5", "M31", "saved_yuan"),
    ("C6", "M28", "like_gmv_yoy"),
    ("C7", "M23", "on_time_rate"),
];

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
    let estimate = if asked.is_empty() { None } else { Some(estimate(&context, level, &asked).await?.html()?) };
    let value = |name: &str| context.ask.value(name).unwrap_or_default().to_owned();
    let mut keep = context.ask.filters.pairs();
    keep.push(("level", value("level")));
    keep.retain(|(_, value)| !value.is_empty());
    let above = Above {
        t,
        fields: PARAMETERS.iter().map(|&(name, _)| (name, t.code("parameter", name), value(name))).collect(),
        keep,
        estimate,
        claims: claims(&context).await?.html()?,
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
async fn estimate(context: &Context, level: Breakdown, asked: &[(&'static str, f64)]) -> Result<Sheet, HttpError> {
    let t = context.lang();
    let Some(shown) = figures::shown("M31", &["eligible_n"]) else {
        return Err(HttpError::missing("metric", "M31"));
    };
    let mut sheet = figures::sheet(context, t.say("saved-estimate"), level, &[shown]).await?;
    let counted = sheet.heads.len() - 1;
    for (head, value) in asked {
        sheet.heads.push(Head { text: t.say(head), class: "r", ..Head::default() });
        for row in &mut sheet.rows {
            let product = row.get(counted).and_then(|cell| cell.order).map(|n| n * value);
            row.push(product.map_or_else(Cell::none, |n| Cell::number(format::measure(t, n), n.to_string(), n)));
        }
    }
    Ok(sheet)
}

/// The claims, each with what the records of the period say.
async fn claims(context: &Context) -> Result<Sheet, HttpError> {
    let t = context.lang();
    let rows: Vec<_> = CLAIMS.iter().map(|&(id, metric, column)| claim(context, id, metric, column)).collect();
    let head = |key: &str, class: &'static str| Head { text: t.say(key), class, ..Head::default() };
    let heads =
        vec![head("claim-id", ""), head("claim-text", ""), head("claim-metric", ""), head("claim-records", "r")];
    Ok(Sheet { caption: t.say("claims-title"), heads, rows: try_join_all(rows).await? })
}

async fn claim(context: &Context, id: &'static str, metric: &str, column: &str) -> Result<Vec<Cell>, HttpError> {
    let t = context.lang();
    let mut cells = vec![Cell::text(id), Cell { class: "name", ..Cell::text(t.code("claim", id)) }];
    if let Some((metric, columns)) = figures::shown(metric, &[column]) {
        for column in columns {
            let name = format!("{} {}", metric.id, figures::label(t, metric, column.name));
            let href = context.ask.link(&format!("/metrics/{}", metric.id), &[]);
            cells.push(Cell::text(name).linked(Some(href)));
            cells.push(figures::one(context, metric, column).await?);
        }
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_has_its_words_and_a_figure() {
        for (id, metric, column) in CLAIMS {
            assert!([Lang::Zh, Lang::En].iter().all(|t| t.code("claim", id) != id), "{id}");
            assert_eq!(figures::shown(metric, &[column]).map(|(_, columns)| columns.len()), Some(1), "{id}");
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
