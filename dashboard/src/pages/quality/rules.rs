//! Which rules the open rows break.

use jiff::Timestamp;
use queries::panel;
use serde::Deserialize;

use super::asked;
use super::picked::Picked;
use crate::error::HttpError;
use crate::format;
use crate::frame::Context;
use crate::i18n::Lang;
use crate::sheet::{Cell, Column};

/// Stands in the address for rows that no table has, since the record could not be read.
const WHOLE: &str = "RECORD";

/// One row of panel `rule_failures`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RuleRow {
    source_system: String,
    mapping: String,
    table_name: Option<String>,
    pub(super) rule: String,
    pub(super) refused: i64,
    last_seen_at: Timestamp,
}

/// A rule as the page shows it.
pub(super) struct View {
    pub(super) rule: String,
    pub(super) code: String,
    pub(super) table: String,
    pub(super) mapping: String,
    pub(super) source: String,
    pub(super) refused: String,
    pub(super) last_seen: String,
    /// The rows.
    pub(super) href: String,
}

impl RuleRow {
    pub(super) fn view(&self, context: &Context) -> View {
        let t = context.lang();
        let table = self.table_name.as_deref().unwrap_or(WHOLE);
        let (source, mapping, rule) = (self.source_system.as_str(), self.mapping.as_str(), self.rule.as_str());
        let rows = [("source", source), ("mapping", mapping), ("table", table), ("rule", rule)];
        View {
            rule: t.code("rule", &self.rule),
            code: self.rule.clone(),
            table: name(t, self.table_name.as_deref()),
            mapping: self.mapping.clone(),
            source: self.source_system.clone(),
            refused: format::count(t, self.refused),
            last_seen: format::stamp(context.zone(), self.last_seen_at),
            href: context.ask.link("/quality/rows", &rows),
        }
    }
}

/// The table, or that there is none.
pub(super) fn name(t: Lang, table: Option<&str>) -> String {
    table.map_or_else(|| t.say("whole-record"), str::to_owned)
}

/// Those that most rows break first.
pub(super) async fn read(context: &Context, picked: &Picked) -> Result<Vec<RuleRow>, HttpError> {
    let mut rows: Vec<RuleRow> = asked(context, panel::RULE_FAILURES, &picked.params()).await?;
    rows.sort_by(|left, right| {
        let name =
            |row: &RuleRow| (row.rule.clone(), row.table_name.clone(), row.mapping.clone(), row.source_system.clone());
        right.refused.cmp(&left.refused).then_with(|| name(left).cmp(&name(right)))
    });
    Ok(rows)
}

/// Of the file.
pub(super) fn columns() -> Vec<Column<RuleRow>> {
    vec![
        Column::new("rule", "col-rule", "", |context, row: &RuleRow| {
            Cell::Text(context.lang().code("rule", &row.rule))
        }),
        Column::new("code", "col-code", "", |_, row: &RuleRow| Cell::Text(row.rule.clone())),
        Column::new("table", "col-table", "", |context, row: &RuleRow| {
            Cell::Text(name(context.lang(), row.table_name.as_deref()))
        }),
        Column::new("mapping", "col-mapping", "", |_, row: &RuleRow| Cell::Text(row.mapping.clone())),
        Column::new("source", "col-source", "", |_, row: &RuleRow| Cell::Text(row.source_system.clone())),
        // Without a sum: a row may break several rules.
        Column::new("refused", "col-open-rows", "r", |_, row: &RuleRow| Cell::Count(row.refused)),
        Column::new("last_seen", "col-last-seen", "r", |_, row: &RuleRow| Cell::Instant(row.last_seen_at)),
    ]
}
