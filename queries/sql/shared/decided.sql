-- shared: a row of case_state that was decided in the period: CLO without what merely ended in it overdue
        closed_on >= $from
        and closed_on < $to
        and not is_open
        and is_decided
        and is_judged
