//! Conditions and rows that several texts have in common. Each is told once, in `sql/shared`, and `{name}`
//! stands for it; a view could not take the period.

/// Token and text of each; one that has a token in it stands before that.
const SHARED: [(&str, &str); 12] = [
    ("{supervised}", include_str!("../sql/shared/supervised.sql")),
    ("{carded}", include_str!("../sql/shared/carded.sql")),
    ("{decided}", include_str!("../sql/shared/decided.sql")),
    ("{months}", include_str!("../sql/shared/months.sql")),
    ("{items}", include_str!("../sql/shared/items.sql")),
    ("{message_due}", include_str!("../sql/shared/message_due.sql")),
    ("{message}", include_str!("../sql/shared/message.sql")),
    ("{disclosure}", include_str!("../sql/shared/disclosure.sql")),
    ("{offer}", include_str!("../sql/shared/offer.sql")),
    ("{numbers}", include_str!("../sql/shared/numbers.sql")),
    ("{parameters}", include_str!("../sql/shared/parameters.sql")),
    ("{place}", include_str!("../sql/shared/place.sql")),
];

/// The text with the conditions in their places.
pub(crate) fn fill(sql: &str) -> String {
    SHARED.iter().fold(sql.to_owned(), |text, (token, condition)| text.replace(token, condition.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_stand_where_their_tokens_stood() {
        let sql = fill("select coalesce({supervised}, false) from t where {carded}\n    and is_net");
        assert!(sql.contains("coalesce(-- shared: ") && sql.contains("or closed_on >= $from), false) from t"), "{sql}");
        assert!(sql.ends_with("case_state.is_excluded)\n    and is_net") && !sql.contains('{'), "{sql}");
    }
}
