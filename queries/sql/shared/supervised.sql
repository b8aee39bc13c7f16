-- shared: a row of case_state that was supervised in the period: accepted in it, or open at its start
        is_judged
        and now()::date >= $from
        and started_on < $to
        and (started_on >= $from or is_open or closed_on >= $from)
