//! The functions that people's own texts may use: those of this list, so that one that a later engine brings is closed
//! until somebody has looked at it. Left out: what makes large values of small ones (repeat, array_repeat, range), what
//! tells of files, and what takes the longer the square of a text's length is.

use std::sync::Arc;

use datafusion::catalog::{TableFunction, TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::Expr;
use datafusion::prelude::SessionContext;

/// Functions whose second argument is a length that they make.
pub(super) const PADDED: [&str; 2] = ["lpad", "rpad"];

/// Most rows of a series of numbers.
const MOST_ROWS: u128 = 10_000_000;

const SCALAR: &str = "abs acos acosh add_workdays array_any_value array_append array_avg array_compact array_concat \
    array_dims array_distance array_distinct array_element array_empty array_except array_has array_has_all \
    array_has_any array_intersect array_length array_max array_min array_ndims array_pop_back array_pop_front \
    array_position array_positions array_prepend array_remove array_remove_all array_remove_n array_replace \
    array_replace_all array_replace_n array_reverse array_slice array_sort array_sum array_to_string array_union \
    arrays_overlap arrays_zip arrow_cast arrow_typeof ascii asin asinh atan atan2 atanh bit_length btrim cardinality \
    cbrt ceil character_length char_length chr coalesce concat concat_ws contains cos cosh cot current_date \
    current_time date_format date_part date_trunc decode degrees empty encode ends_with exp factorial find_in_set \
    flatten floor from_unixtime gcd get_field greatest ifnull initcap is_workday isnan iszero lcm least left length \
    ln log log10 log2 lower lpad ltrim make_array make_date make_time map map_entries map_extract map_keys map_values \
    named_struct nanvl now nullif nvl nvl2 octet_length office_seconds overlay pi position power radians random \
    regexp_count regexp_instr regexp_like regexp_match regexp_replace replace reverse right round row rpad rtrim \
    signum sin sinh split_part sqrt starts_with string_to_array strpos struct substr substr_index substring \
    substring_index tan tanh to_char to_date to_hex to_local_time to_time to_timestamp to_timestamp_micros \
    to_timestamp_millis to_timestamp_nanos to_timestamp_seconds to_unixtime translate trim trunc upper uuid \
    workdays_between";

const AGGREGATE: &str = "any_value approx_distinct approx_median approx_percentile_cont \
    approx_percentile_cont_with_weight array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar \
    covar_pop covar_samp first_value grouping last_value max mean median min nth_value percentile_cont quantile_cont \
    regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop \
    stddev_samp string_agg sum var var_pop var_population var_samp var_sample";

const WINDOW: &str =
    "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number";

/// Tables that are made by a function; a series is bounded beside.
const TABLE: [&str; 2] = ["metric", "generate_series"];

/// Takes from a context what is not listed.
pub(crate) fn restrict(context: &SessionContext) {
    let state = context.state();
    for (name, function) in state.scalar_functions() {
        if !is_listed(SCALAR, function.name()) {
            context.deregister_udf(name);
        }
    }
    for name in state.higher_order_functions().keys() {
        context.deregister_higher_order_function(name);
    }
    for (name, function) in state.aggregate_functions() {
        if !is_listed(AGGREGATE, function.name()) {
            context.deregister_udaf(name);
        }
    }
    for (name, function) in state.window_functions() {
        if !is_listed(WINDOW, function.name()) {
            context.deregister_udwf(name);
        }
    }
    for (name, function) in state.table_functions() {
        match name.as_str() {
            "generate_series" => context.register_udtf(name, Arc::new(Series { unbounded: function.clone() })),
            name if !TABLE.contains(&name) => context.deregister_udtf(name),
            _ => {}
        }
    }
}

fn is_listed(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|listed| listed == name)
}

/// `generate_series` of numbers, with an end. Days and instants come one by one, as long as the query may take.
#[derive(Debug)]
struct Series {
    unbounded: Arc<TableFunction>,
}

impl TableFunctionImpl for Series {
    fn call_with_args(&self, args: TableFunctionArgs) -> Result<Arc<dyn TableProvider>> {
        let numbers: Vec<i64> = args.exprs().iter().filter_map(number).collect();
        let (from, to, step) = match numbers.as_slice() {
            [to] => (0, *to, 1),
            [from, to] => (*from, *to, 1),
            [from, to, step, ..] => (*from, *to, *step),
            [] => (0, 0, 1),
        };
        let rows = u128::from(from.abs_diff(to)) / u128::from(step.unsigned_abs().max(1));
        if rows > MOST_ROWS {
            return Err(DataFusionError::Plan(format!(
                "generate_series gives at most {MOST_ROWS} rows, and this is more"
            )));
        }
        self.unbounded.create_table_provider_with_args(args)
    }
}

fn number(arg: &Expr) -> Option<i64> {
    match arg {
        Expr::Literal(ScalarValue::Int64(number), _) => *number,
        _ => None,
    }
}
