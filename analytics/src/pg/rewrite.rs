//! What PostgreSQL's clients write, as DataFusion reads it: casts to names of things, operators and functions with
//! their schema, lists in texts, collations.

use std::collections::HashSet;
use std::mem::replace;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Array, ArrayElemTypeDef, BinaryOperator, CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentList, FunctionArguments, Ident, ObjectName, Query, SelectItem, SelectItemQualifiedWildcardKind,
    SetExpr, TableFactor, UnaryOperator, Value, VisitMut, VisitorMut,
};

use super::empty;
use super::known::{Known, type_number};

/// Words that stand for a function without parentheses.
const REGISTERS: [&str; 6] =
    ["current_user", "session_user", "current_role", "current_catalog", "current_schema", "user"];
/// Types whose values are numbers of things that have names.
const REFERENCES: [&str; 7] = ["regclass", "regtype", "regnamespace", "regproc", "regprocedure", "regrole", "regoper"];

/// Makes a question readable; `known` tells the numbers of names.
pub(super) fn rewrite(query: &mut Query, known: &Known) {
    name_columns(query);
    let ControlFlow::Continue(()) = query.visit(&mut Rewrite { known });
}

struct Rewrite<'a> {
    known: &'a Known,
}

/// What a cast means here.
enum Meant {
    /// Another expression.
    Other(Expr),
    /// A cast of this, like any other.
    Cast(Expr),
}

impl VisitorMut for Rewrite<'_> {
    type Break = std::convert::Infallible;

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        empty::empty(query);
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Self::Break> {
        if let TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } = factor {
            *name = bare(name);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        let taken = replace(expr, null());
        *expr = self.rewritten(taken);
        ControlFlow::Continue(())
    }
}

impl Rewrite<'_> {
    fn rewritten(&self, expr: Expr) -> Expr {
        match expr {
            Expr::Collate { expr, .. } => *expr,
            Expr::BinaryOp { left, op: BinaryOperator::PGCustomBinaryOperator(parts), right } => {
                let op = parts.last().and_then(|name| operator(name));
                Expr::BinaryOp { left, op: op.unwrap_or(BinaryOperator::PGCustomBinaryOperator(parts)), right }
            }
            // array(select ...), which is not read otherwise: what clients gather so (options of storage, members of
            // roles, rights) is nothing here.
            Expr::Function(Function { args: FunctionArguments::Subquery(_), .. }) => no_text(),
            Expr::Function(function) => Expr::Function(called(function)),
            // A function that there is none of: 0 as a number, "-" as the name that is shown of it.
            Expr::BinaryOp { left, op, right } if is_function_column(&left) && is_zero(&right) => {
                let right = Box::new(Expr::value(Value::SingleQuotedString("-".to_owned())));
                Expr::BinaryOp { left, op, right }
            }
            Expr::Identifier(name) if name.quote_style.is_none() && REGISTERS.contains(&lower(&name).as_str()) => {
                call(&lower(&name), Vec::new())
            }
            Expr::Cast { kind, expr, data_type, array, format } => match self.cast(*expr, &data_type) {
                Meant::Other(told) => told,
                Meant::Cast(expr) => {
                    Expr::Cast { kind, expr: Box::new(expr), data_type: plain_type(data_type), array, format }
                }
            },
            Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => member(left, *right, false),
            Expr::AllOp { left, compare_op: BinaryOperator::NotEq, right } => member(left, *right, true),
            Expr::Subquery(query) if empty::is_empty(&query) => null(),
            Expr::Exists { subquery, negated } if empty::is_empty(&subquery) => boolean(negated),
            Expr::InSubquery { subquery, negated, .. } if empty::is_empty(&subquery) => boolean(negated),
            other => other,
        }
    }

    fn cast(&self, expr: Expr, data_type: &DataType) -> Meant {
        if matches!(data_type, DataType::Array(ArrayElemTypeDef::SquareBracket(..))) {
            return match literal(&expr).map(list) {
                Some(list) => Meant::Other(list),
                None => Meant::Other(expr),
            };
        }
        let name = type_name(data_type);
        if name == "oid" {
            return Meant::Cast(match expr {
                // The number of a thing that was going to be named.
                Expr::Function(function) if REFERENCES.iter().any(|of| is_naming(&function, of)) => {
                    first_argument(&function).unwrap_or(Expr::Function(function))
                }
                other => other,
            });
        }
        if !REFERENCES.contains(&name.as_str()) {
            return Meant::Cast(expr);
        }
        if matches!(&expr, Expr::Value(value) if matches!(value.value, Value::Number(..))) {
            return Meant::Other(expr);
        }
        let Some(text) = literal(&expr) else { return Meant::Other(call(&naming(&name), vec![expr])) };
        let number = text.parse().ok().or_else(|| match name.as_str() {
            "regclass" => self.known.relation(text),
            "regtype" => type_number(text),
            "regnamespace" => self.known.namespace(text),
            _ => None,
        });
        Meant::Other(number.map_or_else(null, |number: i32| Expr::value(Value::Number(number.to_string(), false))))
    }
}

/// Whether a column of `pg_type` names a function.
fn is_function_column(expr: &Expr) -> bool {
    let name = match expr {
        Expr::Identifier(name) => Some(name),
        Expr::CompoundIdentifier(parts) => parts.last(),
        _ => None,
    };
    name.is_some_and(|name| ["typinput", "typoutput", "typreceive", "typsend"].contains(&lower(name).as_str()))
}

fn is_zero(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if value.value == Value::Number("0".to_owned(), false))
}

/// The function that tells the name of a thing; those of the rarer kinds have none.
fn naming(kind: &str) -> String {
    match kind {
        "regclass" | "regtype" | "regnamespace" | "regrole" => format!("{kind}_name"),
        _ => "regproc_name".to_owned(),
    }
}

fn is_naming(function: &Function, kind: &str) -> bool {
    last(&function.name).is_some_and(|name| name.value == naming(kind))
}

fn first_argument(function: &Function) -> Option<Expr> {
    let FunctionArguments::List(list) = &function.args else { return None };
    match list.args.first()? {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
        _ => None,
    }
}

/// A function without its schema, and with parentheses.
fn called(mut function: Function) -> Function {
    function.name = bare(&function.name);
    if function.args == FunctionArguments::None {
        function.args = arguments(Vec::new());
    }
    function
}

fn bare(name: &ObjectName) -> ObjectName {
    match last(name) {
        Some(ident) => ObjectName::from(Ident::new(lower(ident))),
        None => name.clone(),
    }
}

fn last(name: &ObjectName) -> Option<&Ident> {
    name.0.last().and_then(|part| part.as_ident())
}

fn lower(ident: &Ident) -> String {
    ident.value.to_ascii_lowercase()
}

fn operator(name: &str) -> Option<BinaryOperator> {
    Some(match name {
        "~" => BinaryOperator::PGRegexMatch,
        "~*" => BinaryOperator::PGRegexIMatch,
        "!~" => BinaryOperator::PGRegexNotMatch,
        "!~*" => BinaryOperator::PGRegexNotIMatch,
        "=" => BinaryOperator::Eq,
        "<>" => BinaryOperator::NotEq,
        "||" => BinaryOperator::StringConcat,
        _ => return None,
    })
}

fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Regclass => "regclass".to_owned(),
        DataType::Custom(name, _) => last(name).map(lower).unwrap_or_default(),
        _ => String::new(),
    }
}

/// Types of PostgreSQL's own, and those named with their schema.
fn plain_type(data_type: DataType) -> DataType {
    match type_name(&data_type).as_str() {
        "" if matches!(data_type, DataType::JSON | DataType::JSONB) => DataType::Text,
        "" => data_type,
        "bool" => DataType::Boolean,
        "int2" => DataType::SmallInt(None),
        "int4" => DataType::Integer(None),
        "oid" | "int8" | "xid" => DataType::BigInt(None),
        "float8" => DataType::Double(datafusion::sql::sqlparser::ast::ExactNumberInfo::None),
        _ => DataType::Text,
    }
}

/// `x = any (...)` and `x <> all (...)`.
fn member(left: Box<Expr>, right: Expr, negated: bool) -> Expr {
    match right {
        Expr::Nested(inner) => member(left, *inner, negated),
        Expr::Subquery(subquery) => Expr::InSubquery { expr: left, subquery, negated },
        Expr::Array(Array { elem, .. }) if elem.is_empty() => boolean(negated),
        Expr::Array(Array { elem, .. }) => Expr::InList { expr: left, list: elem, negated },
        other => match literal(&other).map(list) {
            Some(list) => member(left, list, negated),
            None => {
                let has = call("array_has", vec![other, *left]);
                if negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(has) } } else { has }
            }
        },
    }
}

fn literal(expr: &Expr) -> Option<&str> {
    let Expr::Value(value) = expr else { return None };
    match &value.value {
        Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => Some(text),
        _ => None,
    }
}

/// `{a,b}` as a list; quoted elements with commas are what no client sends.
fn list(text: &str) -> Expr {
    let inner = text.trim().trim_start_matches('{').trim_end_matches('}');
    let elements = inner.split(',').map(|one| one.trim().trim_matches('"')).filter(|one| !one.is_empty());
    let elem = elements.map(|one| Expr::value(Value::SingleQuotedString(one.to_owned()))).collect();
    Expr::Array(Array { elem, named: true })
}

fn arguments(args: Vec<Expr>) -> FunctionArguments {
    let args = args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))).collect();
    FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args, clauses: Vec::new() })
}

fn call(name: &str, args: Vec<Expr>) -> Expr {
    Expr::Function(Function {
        name: ObjectName::from(Ident::new(name)),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: arguments(args),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

pub(super) fn null() -> Expr {
    Expr::value(Value::Null)
}

pub(super) fn boolean(value: bool) -> Expr {
    Expr::value(Value::Boolean(value))
}

/// A null text.
pub(super) fn no_text() -> Expr {
    let (expr, data_type) = (Box::new(null()), DataType::Text);
    Expr::Cast { kind: CastKind::Cast, expr, data_type, array: false, format: None }
}

/// Gives the columns of the answer the names that PostgreSQL would give them, and leaves out those that stand in a
/// `t.*` beside them.
fn name_columns(query: &mut Query) {
    let SetExpr::Select(select) = query.body.as_mut() else { return };
    let starred: Vec<String> = select.projection.iter().filter_map(star).collect();
    select.projection.retain(|item| match item {
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
            let of = parts.len().checked_sub(2).and_then(|at| parts.get(at));
            !of.is_some_and(|of| starred.contains(&of.value))
        }
        _ => true,
    });
    let mut names = HashSet::new();
    for item in &mut select.projection {
        if let SelectItem::UnnamedExpr(expr) = item
            && !matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
        {
            let name = column_name(expr);
            let mut told = (1..).map(|n| if n == 1 { name.clone() } else { format!("{name}_{n}") });
            let alias = told.find(|name| names.insert(name.clone())).unwrap_or_default();
            *item = SelectItem::ExprWithAlias { expr: replace(expr, null()), alias: Ident::with_quote('"', alias) };
        }
    }
}

fn star(item: &SelectItem) -> Option<String> {
    match item {
        SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
            last(name).map(|ident| ident.value.clone())
        }
        _ => None,
    }
}

/// What PostgreSQL calls a column that has no name.
pub(super) fn column_name(expr: &Expr) -> String {
    match expr {
        Expr::Identifier(name) => name.value.clone(),
        Expr::CompoundIdentifier(parts) => parts.last().map(|part| part.value.clone()).unwrap_or_default(),
        Expr::Function(function) => last(&function.name).map(lower).unwrap_or_default(),
        Expr::Nested(expr) | Expr::Collate { expr, .. } => column_name(expr),
        Expr::Cast { expr, data_type, .. } => match column_name(expr) {
            name if name == "?column?" => data_type.to_string().to_ascii_lowercase(),
            name => name,
        },
        Expr::CompoundFieldAccess { root, .. } => column_name(root),
        Expr::Case { .. } => "case".to_owned(),
        Expr::Exists { .. } => "exists".to_owned(),
        Expr::Array(_) => "array".to_owned(),
        Expr::Value(value) if matches!(value.value, Value::Boolean(_)) => "bool".to_owned(),
        _ => "?column?".to_owned(),
    }
}
