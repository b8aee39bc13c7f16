//! Which conditions may be looked at before it is known whether a row is the asker's: those that can neither fail nor
//! tell anything but their answer.

use arrow::datatypes::Schema;
use datafusion::logical_expr::{Expr, Operator};

/// Whether it compares columns with values of their own type, or puts such comparisons together.
pub(super) fn is_leak_proof(expr: &Expr, schema: &Schema) -> bool {
    match expr {
        Expr::Column(column) => schema
            .field_with_name(&column.name)
            .is_ok_and(|field| *field.data_type() == arrow::datatypes::DataType::Boolean),
        Expr::Not(inner) => is_leak_proof(inner, schema),
        Expr::IsNull(inner) | Expr::IsNotNull(inner) => matches!(inner.as_ref(), Expr::Column(_)),
        Expr::BinaryExpr(both) => match both.op {
            Operator::And | Operator::Or => is_leak_proof(&both.left, schema) && is_leak_proof(&both.right, schema),
            Operator::Eq | Operator::NotEq | Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq => {
                compares(&both.left, &both.right, schema) || compares(&both.right, &both.left, schema)
            }
            _ => false,
        },
        Expr::Between(range) => compares(&range.expr, &range.low, schema) && compares(&range.expr, &range.high, schema),
        Expr::InList(list) => list.list.iter().all(|value| compares(&list.expr, value, schema)),
        _ => false,
    }
}

fn compares(column: &Expr, value: &Expr, schema: &Schema) -> bool {
    let (Expr::Column(column), Expr::Literal(value, _)) = (column, value) else { return false };
    schema.field_with_name(&column.name).is_ok_and(|field| {
        let kind = field.data_type();
        !kind.is_nested() && *kind == value.data_type()
    })
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field};
    use datafusion::logical_expr::{cast, col, lit};
    use datafusion::prelude::in_list;

    use super::*;

    #[test]
    fn only_what_cannot_fail_goes_below() {
        let fields = [("text", DataType::Utf8), ("number", DataType::Int64), ("is_open", DataType::Boolean)];
        let schema = Schema::new(fields.map(|(name, kind)| Field::new(name, kind, true)).to_vec());
        let is = |expr: &Expr| is_leak_proof(expr, &schema);
        let good = [
            col("text").eq(lit("a")),
            lit(3_i64).lt(col("number")),
            col("text").is_null().or(col("number").gt_eq(lit(3_i64)).and(!col("is_open"))),
            col("number").between(lit(1_i64), lit(2_i64)),
            in_list(col("text"), vec![lit("a"), lit("b")], true),
        ];
        for expr in &good {
            assert!(is(expr), "{expr}");
        }
        let bad = [
            (lit(1_i64) / col("number")).eq(lit(1_i64)),
            cast(col("text"), DataType::Int64).eq(lit(1_i64)),
            col("text").eq(col("text")),
            col("text").eq(lit(1_i64)),
            col("number").between(lit(1_i64), lit(1_i64) / col("number")),
            in_list(col("number"), vec![lit(1_i64), lit(1_i64) / col("number")], false),
            col("other").eq(lit("a")),
            col("text").like(lit("a%")),
            good[0].clone().and(cast(col("text"), DataType::Boolean)),
        ];
        for expr in &bad {
            assert!(!is(expr), "{expr}");
        }
    }
}
