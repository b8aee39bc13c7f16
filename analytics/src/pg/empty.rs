//! Questions that can only have the answer "none", since a relation that they stand on never has rows here. Clients
//! ask them in words that DataFusion does not read (policies, statistics, publications, foreign keys); what is known
//! to be empty need not be read.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, GroupByExpr, Ident, JoinOperator, ObjectName, Query, Select, SelectItem, SetExpr, SetOperator, TableFactor,
    TableWithJoins, Value, visit_expressions,
};

use super::rewrite::{boolean, column_name, no_text};

/// Functions that make one row out of none.
const AGGREGATES: [&str; 12] = [
    "count",
    "sum",
    "min",
    "max",
    "avg",
    "array_agg",
    "string_agg",
    "json_agg",
    "jsonb_agg",
    "bool_or",
    "bool_and",
    "every",
];

/// Replaces what is empty, from the inside outwards.
pub(super) fn empty(query: &mut Query) {
    if set(query.body.as_mut()) {
        // It may order by what is no more.
        query.order_by = None;
    }
}

/// Whether a query has been replaced.
pub(super) fn is_empty(query: &Query) -> bool {
    is_replaced(&query.body)
}

fn is_replaced(set: &SetExpr) -> bool {
    match set {
        SetExpr::Select(select) => {
            select.from.is_empty()
                && matches!(&select.selection, Some(Expr::Value(value)) if value.value == Value::Boolean(false))
        }
        SetExpr::Query(query) => is_empty(query),
        SetExpr::SetOperation { op: SetOperator::Union, left, right, .. } => is_replaced(left) && is_replaced(right),
        _ => false,
    }
}

fn set(body: &mut SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => select_nothing(select),
        SetExpr::Query(query) => is_empty(query),
        SetExpr::SetOperation { op: SetOperator::Union, left, right, .. } => {
            let (left_empty, right_empty) = (set(left), set(right));
            if left_empty && right_empty {
                return true;
            }
            // Texts that stand for nothing would have to fit the other side's types.
            let kept = if left_empty {
                right
            } else if right_empty {
                left
            } else {
                return false;
            };
            let nothing = SetExpr::Values(datafusion::sql::sqlparser::ast::Values {
                explicit_row: false,
                value_keyword: false,
                rows: Vec::new(),
            });
            *body = std::mem::replace(kept.as_mut(), nothing);
            false
        }
        _ => false,
    }
}

fn select_nothing(select: &mut Select) -> bool {
    let is_one_row = matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty()) && aggregates(select);
    if is_one_row || !select.from.iter().any(from_nothing) {
        return false;
    }
    let names = select.projection.iter().map(|item| match item {
        SelectItem::UnnamedExpr(expr) => Some(Ident::with_quote('"', column_name(expr))),
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.clone()),
        _ => None,
    });
    let Some(names) = names.collect::<Option<Vec<Ident>>>() else { return false };
    let mut seen = std::collections::HashSet::new();
    let unique = names.into_iter().enumerate().map(|(at, name)| {
        let is_new = seen.insert(name.value.clone());
        if is_new { name } else { Ident::with_quote('"', format!("{}_{at}", name.value)) }
    });
    select.projection = unique.map(|alias| SelectItem::ExprWithAlias { expr: no_text(), alias }).collect();
    select.from.clear();
    select.selection = Some(boolean(false));
    select.group_by = GroupByExpr::Expressions(Vec::new(), Vec::new());
    select.distinct = None;
    select.having = None;
    select.qualify = None;
    select.named_window.clear();
    true
}

fn aggregates(select: &Select) -> bool {
    let found = visit_expressions(&select.projection, |expr| match expr {
        Expr::Function(function) if function.over.is_none() && is_aggregate(&function.name) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

fn is_aggregate(name: &ObjectName) -> bool {
    let name = name.0.last().and_then(|part| part.as_ident());
    name.is_some_and(|name| AGGREGATES.contains(&name.value.to_ascii_lowercase().as_str()))
}

fn from_nothing(from: &TableWithJoins) -> bool {
    let mut empty = factor(&from.relation);
    for join in &from.joins {
        let other = factor(&join.relation);
        empty = match &join.join_operator {
            JoinOperator::Join(_) | JoinOperator::Inner(_) | JoinOperator::CrossJoin(_) => empty || other,
            JoinOperator::Left(_) | JoinOperator::LeftOuter(_) => empty,
            JoinOperator::Right(_) | JoinOperator::RightOuter(_) => other,
            JoinOperator::FullOuter(_) => empty && other,
            _ => return false,
        };
    }
    empty
}

fn factor(factor: &TableFactor) -> bool {
    match factor {
        TableFactor::Table { name, args: None, .. } => is_always_empty(name),
        TableFactor::Derived { subquery, .. } => is_empty(subquery),
        TableFactor::NestedJoin { table_with_joins, .. } => from_nothing(table_with_joins),
        _ => false,
    }
}

fn is_always_empty(name: &ObjectName) -> bool {
    let parts: Vec<String> =
        name.0.iter().filter_map(|part| part.as_ident()).map(|part| part.value.to_ascii_lowercase()).collect();
    let Some((name, schemas)) = parts.split_last() else { return false };
    let holds = |list: &[(&str, &str)]| list.iter().any(|(held, _)| held == name);
    match schemas.last().map(String::as_str) {
        None | Some("pg_catalog") => holds(&queries::pg::PG_EMPTY),
        Some("information_schema") => holds(&queries::pg::INFORMATION_EMPTY),
        Some(_) => false,
    }
}
