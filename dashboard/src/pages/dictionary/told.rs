//! Where a figure comes from, as the page shows it.

use analytics::{Provenance, Question};
use serde_json::Value;

use crate::error::HttpError;
use crate::frame::Context;

/// Names and values, in order.
pub(super) type Told = Vec<(String, String)>;

/// Metric and version, parameters, as_of, official policies, versions of the tables.
pub(super) fn told(context: &Context, question: &Question, rows: Option<Option<&str>>) -> Result<Told, HttpError> {
    let t = context.lang();
    let provenance = Provenance::new(&context.session, question, rows)?;
    let told = serde_json::to_value(&provenance).map_err(HttpError::Json)?;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = |value: &Value| {
        let pairs = value.as_object().into_iter().flatten();
        pairs.map(|(name, value)| format!("{name} {}", text(value))).collect::<Vec<_>>().join(" · ")
    };
    let policies = told["policies"].as_array().into_iter().flatten().map(text);
    Ok(vec![
        (t.say("told-metric"), format!("{} {}", text(&told["metric"]), text(&told["name"]))),
        (t.say("metric-version"), text(&told["version"])),
        (t.say("told-parameters"), pairs(&told["parameters"])),
        (t.say("told-as-of"), format!("{} ({})", text(&told["as_of"]), text(&told["time_zone"]))),
        (t.say("told-policies"), policies.collect::<Vec<_>>().join(" · ")),
        (t.say("foot-versions"), pairs(&told["tables"])),
    ])
}
