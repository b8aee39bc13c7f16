-- shared: a row of message that had to be answered in the period, and by as_of
        reply_due_on >= $from
        and reply_due_on < $to
        and coalesce(reply_due_at <= now(), reply_due_on < now()::date)
