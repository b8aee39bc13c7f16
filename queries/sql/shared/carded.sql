-- shared: a row of card that counts in the period, net or not
        object_type = 'CASE'
        and level in ('YELLOW', 'RED')
        and state <> 'UNCONFIRMED'
        and condition_at::date >= $from
        and condition_at::date < $to
        and condition_at <= now()
        and not exists (select 1 from case_state where case_state.case_no = card.case_no and case_state.is_excluded)
