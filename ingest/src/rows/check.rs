//! What has to hold between the fields of a row, and what follows from them.

use datasets::contract::{Contract, STOP_KINDS};
use datasets::reference::{flow_steps, limits_fit};

use super::value::{Problem, Value};

/// Fills in what follows from other fields, and tells what contradicts.
pub(super) fn between(contract: &Contract, values: &mut [Value<'_>]) -> Option<(&'static str, Problem)> {
    if let Some(below) = below_zero(contract, values) {
        return Some(below);
    }
    match contract.table {
        "rating" => stars(contract, values),
        "market_price" => prices(contract, values),
        "service_item" => item(contract, values),
        _ => None,
    }
}

/// The prices of a quote.
const PRICES: [&str; 6] = ["low", "average", "high", "low_per_kg", "average_per_kg", "high_per_kg"];

/// What a row lacks of which no field alone is needed: told beside what is wrong with its fields.
pub(super) fn absent(
    contract: &Contract,
    values: &[Value<'_>],
    problems: &[(&'static str, Problem)],
) -> Option<(&'static str, Problem)> {
    let is_told = |name: &str| value(contract, values, name).is_some_and(|value| *value != Value::Null);
    let is_refused = |name: &str| problems.iter().any(|(field, _)| *field == name);
    // One that is taken back may have no price any more.
    let is_gone = || value(contract, values, "is_deleted") == Some(&Value::Bool(true));
    if contract.table != "market_price" || PRICES.iter().any(|name| is_told(name) || is_refused(name)) || is_gone() {
        return None;
    }
    let reason = "a quote needs a price: low, average or high; fill one in at the source";
    Some(("average", Problem::new("missing", reason)))
}

/// GB/T 39046 A.8 counts from 1 = best, many interfaces from 5 = best: the stars follow from the
/// code and what it is counted in, and stars that say otherwise are refused (domain §6).
fn stars(contract: &Contract, values: &mut [Value<'_>]) -> Option<(&'static str, Problem)> {
    let place = contract.fields.iter().position(|field| field.name == "stars")?;
    let code = text(contract, values, "raw_code").and_then(|code| code.parse::<i64>().ok());
    let code = code.filter(|code| (1..=5).contains(code));
    let meant = match text(contract, values, "code_system") {
        Some("GBT39046_A8") => Some(code.map(|code| 6 - code)),
        Some("STARS5") => Some(code),
        _ => None,
    };
    let told = match &values[place] {
        Value::Int(stars) => Some(*stars),
        _ => None,
    };
    match (meant, told) {
        (Some(None), _) => {
            let reason = "the code system counts from 1 to 5, and this is none of them; correct it at the source";
            Some(("raw_code", Problem::new("not_allowed", reason)))
        }
        (Some(Some(stars)), None) => {
            values[place] = Value::Int(stars);
            None
        }
        (Some(Some(stars)), Some(told)) if told != stars => {
            let reason = "the stars are not those that raw_code means in its code_system (GBT39046_A8: 1 is best; \
                          STARS5: 5 is best); correct the mapping";
            Some(("stars", Problem::new("code_direction", reason)))
        }
        (None, None) => {
            let reason = "give raw_code with code_system GBT39046_A8 or STARS5, or the stars themselves";
            Some(("stars", Problem::new("missing", reason)))
        }
        _ => None,
    }
}

/// Fields by table that are 0 or more. What was paid back is no fee; how far fees deviate is told, not
/// refused (domain §8 R17). A deal that is off is cancelled.
const FROM_ZERO: [(&str, &[&str]); 4] = [
    ("workflow_case", &["fee_due", "fee_paid", "visits_count"]),
    ("listing", &["qty", "qty_kg", "price", "shelf_life_d", "views", "inquiries", "photos"]),
    ("deal", &["qty_kg", "unit_price", "amount"]),
    ("market_price", &PRICES),
];

fn below_zero(contract: &Contract, values: &[Value<'_>]) -> Option<(&'static str, Problem)> {
    let is_below = |name: &str| match value(contract, values, name) {
        Some(Value::Decimal(units)) => *units < 0,
        Some(Value::Int(count)) => *count < 0,
        _ => false,
    };
    let (_, fields) = FROM_ZERO.into_iter().find(|(table, _)| *table == contract.table)?;
    let wrong = fields.iter().copied().find(|name| is_below(name))?;
    let reason = "it is 0 or more; correct it at the source, or map what stands for unknown to null";
    Some((wrong, Problem::new("out_of_range", reason)))
}

fn prices(contract: &Contract, values: &[Value<'_>]) -> Option<(&'static str, Problem)> {
    let [low, average, high] = ["low", "average", "high"].map(|name| match value(contract, values, name) {
        Some(Value::Decimal(units)) => Some(*units),
        _ => None,
    });
    let above =
        |left: Option<i128>, right: Option<i128>| matches!((left, right), (Some(left), Some(right)) if left > right);
    let wrong = above(low, average) || above(average, high) || above(low, high);
    let reason = "low <= average <= high does not hold; correct the prices at the source";
    wrong.then(|| ("average", Problem::new("price_order", reason)))
}

/// What the program asks of an item before it is published; a case cannot be judged by another.
fn item(contract: &Contract, values: &[Value<'_>]) -> Option<(&'static str, Problem)> {
    let steps = text(contract, values, "flow_steps").unwrap_or_default();
    let Some(steps) = flow_steps(steps) else {
        let reason = "steps are written like V|村级受理:1;T|镇级初审:6; correct them, or leave the field out";
        return Some(("flow_steps", Problem::new("not_steps", reason)));
    };
    let kinds = text(contract, values, "allowed_stop_kinds").unwrap_or_default();
    let mut kinds = kinds.split(';').map(str::trim).filter(|kind| !kind.is_empty());
    if kinds.any(|kind| !STOP_KINDS.contains(&kind)) {
        let reason = format!("allowed are {}, separated by semicolons", STOP_KINDS.join(", "));
        return Some(("allowed_stop_kinds", Problem::new("not_allowed", reason)));
    }
    let limit = |limit: &str, unit: &str| {
        let Some(Value::Int(number)) = value(contract, values, limit) else { return None };
        Some((*number, text(contract, values, unit).unwrap_or("WD")))
    };
    let fit = limits_fit(limit("promised_limit", "promised_unit"), limit("statutory_limit", "statutory_unit"), &steps);
    fit.err().map(|reason| ("promised_limit", Problem::new("limits", format!("{reason}; correct the item"))))
}

fn value<'v, 'r>(contract: &Contract, values: &'v [Value<'r>], name: &str) -> Option<&'v Value<'r>> {
    values.get(contract.fields.iter().position(|field| field.name == name)?)
}

fn text<'v>(contract: &Contract, values: &'v [Value<'_>], name: &str) -> Option<&'v str> {
    match value(contract, values, name)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use datasets::contract::{DEAL, Kind, LISTING, MARKET_PRICE, RATING, SERVICE_ITEM, WORKFLOW_CASE};

    use super::*;

    fn row(contract: &Contract, told: &[(&str, Value<'static>)]) -> Vec<Value<'static>> {
        let value = |name: &str| told.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone());
        contract.fields.iter().map(|field| value(field.name).unwrap_or(Value::Null)).collect()
    }

    #[test]
    fn stars_follow_from_the_code_in_both_directions() {
        let code = |code: &'static str, system: &'static str, stars: Value<'static>| {
            let mut values = row(
                &RATING,
                &[
                    ("raw_code", Value::Text(code.into())),
                    ("code_system", Value::Text(system.into())),
                    ("stars", stars),
                ],
            );
            match between(&RATING, &mut values) {
                Some((_, problem)) => Err(problem.rule),
                None => Ok(value(&RATING, &values, "stars").cloned()),
            }
        };
        assert_eq!(code("1", "GBT39046_A8", Value::Null), Ok(Some(Value::Int(5))));
        assert_eq!(code("5", "GBT39046_A8", Value::Null), Ok(Some(Value::Int(1))));
        assert_eq!(code("5", "STARS5", Value::Null), Ok(Some(Value::Int(5))));
        assert_eq!(code("5", "STARS5", Value::Int(5)), Ok(Some(Value::Int(5))));
        assert_eq!(code("5", "GBT39046_A8", Value::Int(5)), Err("code_direction"));
        assert_eq!(code("6", "STARS5", Value::Null), Err("not_allowed"));
        assert_eq!(code("满意", "OTHER", Value::Int(4)), Ok(Some(Value::Int(4))));
        assert_eq!(code("满意", "OTHER", Value::Null), Err("missing"));
    }

    #[test]
    fn fees_are_not_negative() {
        let fees = |due, paid| {
            let told = [("fee_due", due), ("fee_paid", paid)].map(|(name, units)| (name, Value::Decimal(units)));
            between(&WORKFLOW_CASE, &mut row(&WORKFLOW_CASE, &told)).map(|(field, problem)| (field, problem.rule))
        };
        assert_eq!((fees(0, 0), fees(1_000, 1_250)), (None, None));
        assert_eq!(fees(-1, 0), Some(("fee_due", "out_of_range")));
        assert_eq!(fees(0, -1), Some(("fee_paid", "out_of_range")));
        assert_eq!(between(&WORKFLOW_CASE, &mut row(&WORKFLOW_CASE, &[])), None, "unknown fees");
    }

    #[test]
    fn amounts_and_counts_begin_at_zero() {
        let tables = [&WORKFLOW_CASE, &LISTING, &DEAL, &MARKET_PRICE];
        for (contract, (table, fields)) in tables.into_iter().zip(FROM_ZERO) {
            assert_eq!(contract.table, table);
            for name in fields.iter().copied() {
                let kind = contract.field(name).expect("a field").kind;
                let of = |number: i64| match kind {
                    Kind::Int => Value::Int(number),
                    _ => Value::Decimal(number.into()),
                };
                let told = |number| between(contract, &mut row(contract, &[(name, of(number))]));
                assert_eq!(told(0), None, "{table}.{name}");
                assert_eq!(told(-1).map(|(field, problem)| (field, problem.rule)), Some((name, "out_of_range")));
            }
        }
    }

    #[test]
    fn prices_are_in_order_and_items_fit() {
        let price = |low, average, high| {
            let told =
                [("low", low), ("average", average), ("high", high)].map(|(name, units)| (name, Value::Decimal(units)));
            between(&MARKET_PRICE, &mut row(&MARKET_PRICE, &told)).map(|(_, problem)| problem.rule)
        };
        assert_eq!((price(1, 2, 3), price(2, 2, 2)), (None, None));
        assert_eq!((price(-1, 2, 3), price(0, 0, 0)), (Some("out_of_range"), None));
        for (low, average, high) in [(3, 2, 4), (1, 4, 3), (3, 3, 2)] {
            assert_eq!(price(low, average, high), Some("price_order"));
        }
        assert_eq!(between(&MARKET_PRICE, &mut row(&MARKET_PRICE, &[])), None, "unknown prices are in no order");
        let lacks = |told: &[(&str, Value<'static>)], problems: &[(&'static str, Problem)]| {
            absent(&MARKET_PRICE, &row(&MARKET_PRICE, told), problems).map(|(field, problem)| (field, problem.rule))
        };
        assert_eq!(lacks(&[], &[]), Some(("average", "missing")));
        assert_eq!(lacks(&[], &[("product", Problem::new("missing", ""))]), Some(("average", "missing")));
        assert_eq!(lacks(&[], &[("low", Problem::new("not_a_number", ""))]), None, "that is told already");
        assert_eq!(lacks(&[("high", Value::Decimal(3))], &[]), None);
        assert_eq!(lacks(&[("is_deleted", Value::Bool(true))], &[]), None);
        assert_eq!(absent(&RATING, &row(&RATING, &[]), &[]), None);
        let limits = [("promised_limit", Value::Int(9)), ("statutory_limit", Value::Int(5))];
        let rule = |told: &[(&str, Value<'static>)]| {
            between(&SERVICE_ITEM, &mut row(&SERVICE_ITEM, told)).map(|(_, problem)| problem.rule)
        };
        assert_eq!((rule(&[]), rule(&limits)), (None, Some("limits")));
        assert_eq!(rule(&[("flow_steps", Value::Text("受理".into()))]), Some("not_steps"));
    }
}
