//! Conditions and rows that several texts have in common. Each is told once, in `sql/shared`, and `{name}`
//! stands for it; a view could not take the period.

/// Token and text of each.
const SHARED: [(&str, &str); 5] = [
    ("{supervised}", include_str!("../sql/shared/supervised.sql")),
    ("{carded}", include_str!("../sql/shared/carded.sql")),
    ("{decided}", include_str!("../sql/shared/decided.sql")),
    ("{items}", include_str!("../sql/shared/items.sql")),
    ("{parameters}", include_str!("../sql/shared/parameters.sql")),
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
