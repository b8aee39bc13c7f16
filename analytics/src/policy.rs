//! Who may see what, in one place (design §2.10, docs/decisions/0023-policy.md): which columns a role is given
//! ([`sees`]), whose rows are whose ([`list`]), and the catalog in which both are so ([`tables`]).

mod exec;
mod leak_proof;
pub(crate) mod list;
mod scope;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::Result;
use datafusion::execution::SessionState;

use crate::{Principal, Role, Scope};
use list::{Class, Rows};
use scope::Seen;
use table::PolicyTable;

/// Which columns a role is given: the one table.
fn sees(role: Role) -> &'static [Class] {
    match role {
        Role::Operator => &[Class::Open, Class::Words, Class::Staff, Class::Source, Class::Personal],
        Role::Local | Role::ControlCentre | Role::Auditor => &[Class::Open, Class::Words, Class::Staff, Class::Source],
        Role::Leader | Role::Agent => &[Class::Open, Class::Words, Class::Staff],
        Role::Analyst | Role::Admin => &[Class::Open],
    }
}

/// The same for roles that are given the same columns.
pub(crate) fn class(role: Role) -> String {
    sees(role).iter().map(|class| format!("{class:?}")).collect::<Vec<_>>().join("+").to_lowercase()
}

/// For whose text a catalog is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    /// Our own: all columns of the rows that the principal sees. Some metrics count people by their hashes, and none
    /// shows one.
    Ours,
    /// The principal's: what the role is not given is not there.
    Theirs,
}

/// The tables of `public` as a principal has them, over the whole ones and planned by `whole`.
pub(crate) async fn tables(
    whole: &Arc<SessionState>,
    public: &Arc<dyn SchemaProvider>,
    principal: &Principal,
    text: Text,
) -> Result<Vec<(String, Arc<dyn TableProvider>)>> {
    let mut tables = Vec::new();
    for name in public.table_names() {
        let Some(inner) = public.table(&name).await? else { continue };
        if let Some(table) = one(whole, public, principal, text, &name, inner).await? {
            tables.push((name, table));
        }
    }
    Ok(tables)
}

async fn one(
    whole: &Arc<SessionState>,
    public: &Arc<dyn SchemaProvider>,
    principal: &Principal,
    text: Text,
    name: &str,
    inner: Arc<dyn TableProvider>,
) -> Result<Option<Arc<dyn TableProvider>>> {
    let schema = inner.schema();
    let all = 0..schema.fields().len();
    if principal.role == Role::Operator && principal.sees_all() {
        return Ok(Some(barrier(name, whole.clone(), inner, all.collect(), Seen::All)?));
    }
    let Some(listed) = list::table(name) else { return Ok(None) };
    if listed.rows == Rows::Nobody && text == Text::Theirs && !principal.sees_all() {
        return Ok(None);
    }
    let given = sees(principal.role);
    let is_given =
        |column: &str| listed.class(column).is_some_and(|class| text == Text::Ours || given.contains(&class));
    let columns = all.filter(|at| is_given(schema.field(*at).name())).collect();
    let rows = scope::rows(listed.rows, &principal.scope, public).await?;
    Ok(Some(barrier(name, whole.clone(), inner, columns, rows)?))
}

fn barrier(
    name: &str,
    whole: Arc<SessionState>,
    inner: Arc<dyn TableProvider>,
    columns: Vec<usize>,
    rows: Seen,
) -> Result<Arc<dyn TableProvider>> {
    Ok(Arc::new(PolicyTable::new(name, whole, inner, columns, rows)?))
}

/// A table that is planned by `whole` and not by whoever asks: its joins are ours, and nothing that they ask gets in.
pub(crate) fn closed(
    name: &str,
    whole: Arc<SessionState>,
    inner: Arc<dyn TableProvider>,
) -> Result<Arc<dyn TableProvider>> {
    let columns = (0..inner.schema().fields().len()).collect();
    barrier(name, whole, inner, columns, Seen::All)
}

/// What a page's texts ask of the lake itself, by its rows as those of a table of the list.
const BELOW: [(&str, &str); 2] = [("village_day", "village_day"), ("folded_batch", "ingest_batch")];

/// The same for `lake`: no more of it than our own texts ask of a principal who does not see all.
pub(crate) async fn below(
    whole: &Arc<SessionState>,
    lake: &Arc<dyn SchemaProvider>,
    public: &Arc<dyn SchemaProvider>,
    scope: &Scope,
) -> Result<Vec<(String, Arc<dyn TableProvider>)>> {
    let mut tables = Vec::new();
    for (name, as_listed) in BELOW {
        let (Some(inner), Some(listed)) = (lake.table(name).await?, list::table(as_listed)) else { continue };
        let columns = (0..inner.schema().fields().len()).collect();
        let rows = scope::rows(listed.rows, scope, public).await?;
        tables.push((name.to_owned(), barrier(name, whole.clone(), inner, columns, rows)?));
    }
    Ok(tables)
}
