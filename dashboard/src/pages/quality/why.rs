//! Why a row was refused, in the language of the page. The lake tells it in English, with what it met;
//! another language goes by the rule, and by what the contract says of the field.

use datasets::contract::{self, Field, Kind, STOP_KINDS};

use crate::i18n::Lang;

/// The sentence of a rule; what the lake `told`, if the rule has none.
pub(super) fn why(t: Lang, rule: &str, table: Option<&str>, field: Option<&str>, told: &str) -> String {
    let fields = table.and_then(contract::find).map(|table| table.fields).unwrap_or_default();
    let field = fields.iter().find(|known| Some(known.name) == field);
    let allowed = field.map(allowed).unwrap_or_default().join(t.say("name-mark").as_str());
    let key = match (rule, field.map(|field| field.kind)) {
        ("not_allowed", _) if !allowed.is_empty() => "why-not_allowed-of".to_owned(),
        ("out_of_range", Some(Kind::Date | Kind::Instant)) => "why-out_of_range-time".to_owned(),
        _ => format!("why-{rule}"),
    };
    let text = t.tell(&key, &[("reason", told), ("allowed", &allowed)]);
    if text == key { told.to_owned() } else { text }
}

/// What a field can hold, where that is a list.
fn allowed(field: &Field) -> Vec<&'static str> {
    match field.name {
        "raw_code" => vec!["1", "2", "3", "4", "5"],
        "allowed_stop_kinds" => STOP_KINDS.to_vec(),
        _ => field.values.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use ingest::RULES;

    use super::*;

    #[test]
    fn every_rule_is_told_in_chinese_and_in_the_words_of_the_lake_in_english() {
        let places = [(None, None), (Some("workflow_event"), Some("event_type")), (Some("rating"), Some("rated_at"))];
        for rule in RULES {
            for (table, field) in places {
                assert_eq!(why(Lang::En, rule, table, field, "what it met"), "what it met", "{rule}");
                let told = why(Lang::Zh, rule, table, field, "what it met");
                assert!(
                    told.chars().any(|c| ('一'..='龥').contains(&c)) && !told.contains("what it met"),
                    "{rule}: {told}"
                );
            }
        }
        assert_eq!(why(Lang::Zh, "a_rule_of_later", None, None, "what it met"), "what it met");
    }

    #[test]
    fn what_a_field_can_hold_is_told_with_it() {
        let told = |rule, table, field| why(Lang::Zh, rule, Some(table), Some(field), "");
        assert!(told("not_allowed", "workflow_event", "event_type").contains("APPLY、RECEIVE、"));
        assert!(told("not_allowed", "rating", "raw_code").contains("1、2、3、4、5"));
        assert!(told("out_of_range", "workflow_event", "occurred_at").contains("1949-10-01"));
        assert!(!told("out_of_range", "workflow_case", "fee_due").contains("1949-10-01"));
    }
}
