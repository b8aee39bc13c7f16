"""The SQL of a session as DuckDB writes it: the same meaning, word by word, with nothing left out or added."""

import re

SETTINGS = (
    # Two whole numbers divide to a whole number, cut towards zero.
    "set integer_division = true",
    # Unknown values stand behind the others, and before them in a descending order.
    "set default_null_order = 'nulls_last_on_asc_first_on_desc'",
    # Results are compared one by one: the order within a group of equals may be any.
    "set preserve_insertion_order = false",
)

# The second names have no macro of the first in DuckDB; `worked` is made by lake.py from calendar_day.
MACROS = (
    # DuckDB has the groups of a match one by one, and '' where there is no match.
    """create or replace macro regexp_match(told, pattern) as
        case when regexp_matches(told, pattern) then [regexp_extract(told, pattern, 1)] end""",
    """create or replace macro workdays_between(a, b) as
        (select up_to from worked where day = b) - (select up_to from worked where day = a)""",
    """create or replace macro add_workdays(from_day, n) as case when n = 0 then from_day else (
        select found.day
        from worked as base
        join worked as found
            on found.is_workday and found.up_to = case when n > 0 then base.up_to + n else base.before + n + 1 end
        where base.day = from_day
    ) end""",
)

RULES = (
    (r"\bleft anti join\b", "anti join"),
    # As an aggregate with an order DuckDB calls it first and last; over a window the names are the same.
    (r"\b(first|last)_value\((?=[\w.]+ order by)", r"\1("),
    # 10.0 is a double to a session, a decimal to DuckDB.
    (r"(?<![\w.])\d+\.\d+\b", r"\g<0>e0"),
    # A day and a number of days: DuckDB adds INTEGER to a date, not BIGINT. What is subtracted may also be a day
    # (..._on, ...::date), and stays.
    (
        r"((?:_on|::date|\)) [+-] )(cast\([\w.]+ as bigint\)|(?!interval\b|\w+_on\b)[a-z_]+\b(?!\(|::|\.))",
        r"\1(\2)::integer",
    ),
)

TEXT_OR_COMMENT = re.compile(r"('(?:[^']|'')*'|--[^\n]*)")


def translated(sql, as_of, today, period=None, given=None):
    """`as_of` is an instant, `today` its day in the lake's zone, `period` the values of $from and $to, `given` those of
    other parameters, as SQL."""
    values = [(r"\bnow\(\)", f"(timestamptz '{as_of}')"), (r"\bcurrent_date\(\)", f"(date '{today}')")]
    if period:
        values += [(rf"\${name}\b", f"(date '{day}')") for name, day in zip(("from", "to"), period)]
    values += [(rf"\${name}\b", value) for name, value in (given or {}).items()]
    pieces = TEXT_OR_COMMENT.split(sql)
    for at in range(0, len(pieces), 2):
        for pattern, words in (*RULES, *values):
            pieces[at] = re.sub(pattern, words, pieces[at])
    return "".join("" if piece.startswith("--") else piece for piece in pieces)
