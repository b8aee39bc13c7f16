//! A scope as conditions on rows.

use std::sync::Arc;

use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, ident, lit};

use super::list::{self, Rows};
use crate::Scope;

/// Which rows of a table are the principal's.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    All,
    None,
    /// Those for which this holds.
    Where(Expr),
    /// Those whose key a row of that table has for which this holds.
    With {
        key: &'static str,
        table: &'static str,
        other: Arc<dyn TableProvider>,
        condition: Expr,
    },
}

/// What of a table's rows a scope leaves.
pub(super) async fn rows(rows: Rows, scope: &Scope, public: &Arc<dyn SchemaProvider>) -> Result<Seen> {
    if *scope == Scope::All || rows == Rows::Everyone {
        return Ok(Seen::All);
    }
    let Rows::Through { key, table } = rows else { return Ok(condition(rows, scope).map_or(Seen::None, Seen::Where)) };
    let condition = list::table(table).and_then(|listed| condition(listed.rows, scope));
    let Some(condition) = condition else { return Ok(Seen::None) };
    let other = public.table(table).await?;
    let other = other.ok_or_else(|| DataFusionError::Plan(format!("the session has no table {table}")))?;
    Ok(Seen::With { key, table, other, condition })
}

/// None: no row.
fn condition(rows: Rows, scope: &Scope) -> Option<Expr> {
    let Rows::Of { place, organization } = rows else { return None };
    match scope {
        Scope::All => Some(lit(true)),
        Scope::Region(code) => {
            let (column, beyond) = (ident(place?), beyond(code)?);
            Some(column.clone().gt_eq(lit(code.as_str())).and(column.lt(lit(beyond))))
        }
        Scope::Organization(id) => {
            organization.iter().map(|column| ident(*column).eq(lit(id.as_str()))).reduce(Expr::or)
        }
    }
}

/// The first text after all that begin with these digits.
fn beyond(code: &str) -> Option<String> {
    let (head, last) = code.split_at_checked(code.len().checked_sub(1)?)?;
    let last = last.bytes().next().filter(u8::is_ascii_digit)?;
    Some(format!("{head}{}", char::from(last + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_all_codes_that_begin_so() {
        for (code, after) in [("450502", "450503"), ("450509", "45050:"), ("4", "5")] {
            let beyond = beyond(code).expect("digits");
            assert_eq!(beyond, after);
            for inside in [code.to_owned(), format!("{code}999999")] {
                assert!(code <= inside.as_str() && inside < beyond, "{inside}");
            }
            assert!(format!("{beyond}000") >= beyond);
        }
        assert_eq!((beyond(""), beyond("45x")), (None, None));
    }

    #[test]
    fn a_scope_without_its_column_has_no_row() {
        let (region, office) = (Scope::Region("4505".into()), Scope::Organization("450502-MZ".into()));
        let of_place = Rows::Of { place: Some("village_code"), organization: &[] };
        let of_office = Rows::Of { place: None, organization: &["org_code", "holder_org"] };
        assert!(condition(of_place, &region).is_some() && condition(of_place, &office).is_none());
        assert!(condition(of_office, &region).is_none() && condition(Rows::Nobody, &region).is_none());
        let told = condition(of_office, &office).expect("a condition").to_string();
        assert!(told.contains("org_code") && told.contains("holder_org") && told.contains(" OR "), "{told}");
    }
}
