//! The measures that `village_item_month` and `org_item_day` have in common.

/// The key fields of such a mart, and behind them the measures. Each is a count of cases, or a sum over them, in
/// the day or month of what happened to them, so that longer periods and wider places are sums. By the letters of
/// domain §5: CLO is `clo`, DUE `due`. What is open at the end of a day is a sum too, over all days up to it: cases
/// under supervision are `supervised - supervised_ended`, the backlog OO is `overdue_began - overdue_ended`.
///
/// Left to the cases: what only the calendar of today tells (workdays from receipt to closing, M08b), and what
/// `case_state` does not hold (deliveries, visits, cards).
macro_rules! with_flows {
    ($($key:expr),+ $(,)?) => {
        &[
            $($key,)+
            $crate::must("received", $crate::Kind::Int, "cases received then, as M01a counts them: the receipt is known").unit("cases"),
            $crate::must("accepted", $crate::Kind::Int, "cases whose clock started then (M01b)").unit("cases"),
            $crate::must("closed", $crate::Kind::Int, "cases decided then, also those without a limit (M01c)").unit("cases"),
            $crate::must("ended", $crate::Kind::Int, "cases that ended then without a decision (M01d)").unit("cases"),
            $crate::must("clo", $crate::Kind::Int, "CLO: cases with a clock decided then, or ended then overdue (M02)").unit("cases"),
            $crate::must("clo_on_time", $crate::Kind::Int, "of clo, at or before due_at").unit("cases"),
            $crate::must("clo_not_instant", $crate::Kind::Int, "of clo, those whose limit is not 0 (M04)").unit("cases"),
            $crate::must("clo_early", $crate::Kind::Int, "of clo_not_instant, closed on a day before due_on").unit("cases"),
            $crate::must("due", $crate::Kind::Int, "DUE: cases due then, but those that ended in time undecided (M03a)").unit("cases"),
            $crate::must("due_on_time", $crate::Kind::Int, "of due, closed at or before due_at").unit("cases"),
            $crate::must("due_not_instant", $crate::Kind::Int, "of due, those whose limit is not 0 (M03b)").unit("cases"),
            $crate::must("due_not_instant_on_time", $crate::Kind::Int, "of due_not_instant, closed at or before due_at").unit("cases"),
            $crate::must("due_moved", $crate::Kind::Int, "of due, a stop took a day out, or an extension is in force (M03c)").unit("cases"),
            $crate::must("decided", $crate::Kind::Int, "cases with a clock decided then (M11b)").unit("cases"),
            $crate::must("decided_instant", $crate::Kind::Int, "of decided, CLOSED_INSTANT: limit 0, not extended, in time").unit("cases"),
            $crate::must(
                "statutory_n",
                $crate::Kind::Int,
                "of decided, those with a statutory limit in workdays whose limit is not 0 (M08a)"
            ).unit("cases"),
            $crate::must("statutory_wd", $crate::Kind::Int, "workdays: sum of their statutory limits").unit("WD"),
            $crate::must("used_wd", $crate::Kind::Int, "workdays: sum of their used_wd").unit("WD"),
            $crate::must("supervised", $crate::Kind::Int, "cases with a clock that started then (M06)").unit("cases"),
            $crate::must("supervised_ended", $crate::Kind::Int, "cases with a clock that ended then, or started, if that is later").unit("cases"),
            $crate::must("overdue_began", $crate::Kind::Int, "cases due then that were open when that day was over (M05)").unit("cases"),
            $crate::must("overdue_ended", $crate::Kind::Int, "of cases that overdue_began counts, those that ended then").unit("cases"),
        ]
    };
}
pub(crate) use with_flows;
