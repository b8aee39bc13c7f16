//! What a principal can ask about: tables and columns with what they mean.

use arrow::datatypes::DataType;
use datafusion::logical_expr::TableType;
use datasets::contract::{self, Contract};
use jiff::Timestamp;

use super::AskLimits;
use crate::session::contexts::schema;
use crate::{AnalyticsError, Engine, Principal};

/// A table or view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDoc {
    pub schema: String,
    pub name: String,
    pub is_view: bool,
    /// What one row is.
    pub about: String,
    pub columns: Vec<ColumnDoc>,
}

/// A column of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDoc {
    pub name: String,
    pub data_type: DataType,
    pub nullable: bool,
    /// What it means; empty where nothing says so.
    pub about: String,
}

impl Engine {
    /// The tables and columns that a principal sees, by name.
    pub async fn catalog(
        &self,
        principal: &Principal,
        as_of: Option<Timestamp>,
    ) -> Result<Vec<TableDoc>, AnalyticsError> {
        let session = self.asking(principal, as_of, &AskLimits::default()).await?;
        let public = schema(&session.asked().await?, "public")?;
        let mut names = public.table_names();
        names.sort_unstable();
        let mut tables = Vec::with_capacity(names.len());
        for name in names {
            let Some(table) = public.table(&name).await? else { continue };
            let held = table.schema();
            let columns = held.fields().iter().map(|field| ColumnDoc {
                name: field.name().clone(),
                data_type: field.data_type().clone(),
                nullable: field.is_nullable(),
                about: column(&name, field.name()),
            });
            let (columns, is_view) = (columns.collect(), table.table_type() == TableType::View);
            tables.push(TableDoc { schema: "public".into(), about: table_of(&name), is_view, columns, name });
        }
        Ok(tables)
    }
}

/// What one row is.
fn table_of(name: &str) -> String {
    let said = queries::view::about(name).map(|about| about.grain).filter(|grain| !grain.is_empty());
    said.or_else(|| contract_of(name).map(|contract| contract.grain.to_owned())).unwrap_or_default()
}

/// What a view says of its column, or the contract of the same name, or any that has such a field.
fn column(table: &str, name: &str) -> String {
    let said =
        queries::view::about(table).and_then(|about| about.columns.into_iter().find(|(column, _)| *column == name));
    if let Some((_, meaning)) = said {
        return meaning;
    }
    let own = contract_of(table).and_then(|contract| contract.field(name));
    let any = || contract::ALL.iter().find_map(|contract| contract.field(name));
    own.or_else(any).map_or(String::new(), |field| field.doc.to_owned())
}

fn contract_of(name: &str) -> Option<&'static Contract> {
    let table = name.strip_suffix("_history").unwrap_or(name);
    contract::ALL.iter().find(|contract| contract.table == table).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_columns_tell_what_they_are() {
        assert_eq!(table_of("rating_history"), "one version of one rating");
        assert!(table_of("case_state").starts_with("one case"), "{}", table_of("case_state"));
        assert!(table_of("case_step").starts_with("one step"), "{}", table_of("case_step"));
        assert!(!column("card", "case_no").is_empty());
        assert!(!column("case_state", "status").is_empty() && !column("card_shadow", "is_net").is_empty());
        assert_eq!(column("case_state", "nothing"), "");
    }
}
