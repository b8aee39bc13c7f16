(
        -- shared: cards with what is told of their cases alone
        select card.*, case_kind, apply_channel
        from card
        left join (select case_no as of_case, case_kind, apply_channel from case_state) on of_case = card.case_no
    ) as card
