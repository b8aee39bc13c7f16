//! Whose rows are whose and who is given which columns, written down a second time.

use analytics::{Role, Scope};

/// The condition under which a row of a table is theirs; none: every row is.
pub fn of_them(table: &str, scope: &Scope) -> Option<String> {
    let through = |key: &str, other: &str| {
        let condition = of_them(other, scope)?;
        Some(format!("{key} in (select {key} from {other} where {condition})"))
    };
    if *scope == Scope::All {
        return None;
    }
    let (place, offices): (&str, &[&str]) = match table.strip_suffix("_history").unwrap_or(table) {
        "workflow_case" | "workflow_event" | "rating" | "case_step" | "case_suspension" => {
            return through("case_no", "case_state");
        }
        "feedback_reply" => return through("msg_id", "feedback_message"),
        "deal" => return through("listing_id", "listing"),
        "case_state" => ("village_code", &["org_code", "holder_org"]),
        "card" | "card_all" | "card_forecast" | "card_shadow" => ("village_code", &["responsible_org"]),
        "feedback_message" => ("village_code", &["assigned_org"]),
        "agent" | "handling_hist" => ("village_code", &["org_code"]),
        "org_item_day" => ("", &["org_code"]),
        "parcel" => ("from_village", &[]),
        "listing" | "disclosure_obligation" | "disclosure_publication" | "village_day" | "village_item_month" => {
            ("village_code", &[])
        }
        _ => return None,
    };
    Some(match scope {
        Scope::Region(code) if !place.is_empty() => format!("starts_with({place}, '{code}')"),
        Scope::Organization(id) if !offices.is_empty() => {
            let id = id.replace('\'', "''");
            let each: Vec<String> = offices.iter().map(|column| format!("{column} = '{id}'")).collect();
            format!("({})", each.join(" or "))
        }
        _ => "false".into(),
    })
}

/// Whether a role is not to have a column.
pub fn is_masked(role: Role, table: &str, column: &str) -> bool {
    let is_personal =
        (column.ends_with("_hash") && column != "row_hash") || ["hash_key_id", "geo", "device_id"].contains(&column);
    let is_source = ["attributes", "source_pk", "source_prev_digest", "doc_uri", "row_hash", "result_cert_no"];
    let is_written = ["opinion", "comment", "refuse_reason", "actor_id", "approver_id", "author_id", "reviewer_id"];
    let is_name = table == "agent" && column == "name";
    match role {
        Role::Operator => false,
        Role::Local | Role::ControlCentre | Role::Auditor => is_personal,
        Role::Leader | Role::Agent => is_personal || is_source.contains(&column),
        Role::Analyst | Role::Admin => {
            is_personal || is_source.contains(&column) || is_written.contains(&column) || is_name
        }
    }
}
