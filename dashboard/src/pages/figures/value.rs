//! One number of a metric as people read it.

use queries::{Column, Metric};
use serde_json::{Map, Value};

use super::table::Field;
use crate::format;
use crate::i18n::Lang;
use crate::sheet::Cell;

/// One row of a metric's result, by column.
pub(crate) type Record = Map<String, Value>;

/// What a column of a metric is called: by its metric where the same name means something else there.
pub(crate) fn label(t: Lang, metric: &Metric, column: &str) -> String {
    let own = format!("{}-{column}", metric.id);
    let text = t.code("figure", &own);
    if text == own { t.code("figure", column) } else { text }
}

/// What a column is measured in.
pub(crate) fn unit(t: Lang, unit: &str) -> String {
    let words = unit.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    t.code("measure", &words.collect::<Vec<_>>().join("-"))
}

/// The value of a column.
pub(crate) fn field(t: Lang, column: &Column, value: &Value) -> Field {
    match value {
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(n), _) => Field::number(Cell::Count(n)),
            (None, Some(value)) => Field::number(measured(column.unit, value)),
            _ => Field::none(),
        },
        Value::String(text) if column.name == "reason" => {
            Field { cell: Cell::Told(t.code("uncomputed", text), text.clone()), ..Field::text("") }
        }
        Value::String(text) => Field::text(text),
        Value::Bool(is_so) => Field { cell: Cell::Flag(*is_so), ..Field::text("") },
        _ => Field::none(),
    }
}

/// The interval of a share in the unit of its column.
pub(crate) fn interval(column: &Column, row: &Record) -> Field {
    let end = |name: &str| row.get(&format!("{}_{name}", column.name)).and_then(Value::as_f64);
    let (Some(low), Some(high)) = (end("lower"), end("upper")) else {
        return Field::none();
    };
    let cell = if column.unit == "ratio" {
        Cell::Between(low, high)
    } else {
        Cell::Told(format!("{}–{}", format::tenths(low), format::tenths(high)), format!("{low:.6}–{high:.6}"))
    };
    Field { cell, order: Some(low), class: "r faint", href: None }
}

/// How many a share was counted of.
pub(crate) fn whole(column: &Column, row: &Record) -> Option<f64> {
    let share = column.share?;
    share.whole().map(|(sign, name)| row.get(name).and_then(Value::as_f64).map(|n| sign * n)).sum()
}

/// A number by its unit.
pub(crate) fn measured(unit: &str, value: f64) -> Cell {
    match unit {
        "ratio" => Cell::Ratio(value),
        "yuan" | "kg" => Cell::Amount(value),
        unit if unit.starts_with("per 1,000") => Cell::PerMille(value),
        _ => Cell::Measure(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(metric: &str, name: &str) -> &'static Column {
        let metric = queries::find(metric).expect("metric");
        metric.header().columns.iter().find(|column| column.name == name).expect("column")
    }

    #[test]
    fn every_column_unit_and_formula_has_words_in_both_languages() {
        for metric in &queries::METRICS {
            for t in [Lang::Zh, Lang::En] {
                for column in metric.header().columns.iter().filter(|column| column.name != "bucket") {
                    assert_ne!(label(t, metric, column.name), column.name, "{} {t:?}", metric.id);
                    let told = unit(t, column.unit);
                    assert!(t == Lang::En || !told.is_ascii(), "{} {}: {told}", metric.id, column.unit);
                }
            }
            assert_eq!(Lang::En.code("formula", metric.id), metric.header().formula);
            assert_ne!(Lang::Zh.code("formula", metric.id), metric.id);
        }
    }

    #[test]
    fn a_name_that_means_something_else_has_words_of_its_own() {
        let said = |id: &str, name: &str| label(Lang::En, queries::find(id).expect("metric"), name);
        assert_eq!((said("M29", "open_n"), said("M26", "open_n")), ("On offer".to_owned(), "Undecided".to_owned()));
    }

    #[test]
    fn values_are_told_by_their_unit_and_nothing_is_not_zero() {
        let told = |metric, name, value: Value| {
            let field = field(Lang::En, column(metric, name), &value);
            field.cell.shown(Lang::En, &jiff::tz::TimeZone::UTC)
        };
        assert_eq!(told("M03", "due_n", 1206.into()), "1\u{202f}206");
        assert_eq!(told("M03", "on_time_rate", 0.975.into()), "97.5%");
        assert_eq!(told("M06", "red_net_per_1000", 1.94.into()), "1.9‰");
        assert_eq!(told("M31", "saved_yuan", 1200.0.into()), "1\u{202f}200");
        assert_eq!([told("M03", "due_n", 0.into()), told("M03", "on_time_rate", Value::Null)], ["0", format::NONE]);
        assert_ne!(told("M09", "reason", "NO_BASELINE".into()), "NO_BASELINE");
    }

    #[test]
    fn the_whole_of_a_share_is_a_sum() {
        let row: Record =
            [("solved_n", 20), ("explained_n", 12)].map(|(name, n)| (name.to_owned(), n.into())).into_iter().collect();
        assert_eq!(whole(column("M20", "solved_rate"), &row), Some(32.0));
        assert_eq!(whole(column("M20", "confirmed_rate"), &row), None);
        assert_eq!(whole(column("M20", "solved_n"), &row), None);
    }
}
