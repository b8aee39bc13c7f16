"""Times what the pages ask, the look-up of one case, and which step follows which, against DuckDB, in turn.

Ours is what a page runs, with the parameters that the page has without any filter. DuckDB answers the same figure from
the cases, cards and events: the same text in its dialect, over views of the same Parquet files, with `village_day`
worked out from the cases. Where it needs more than 100 ms our share of its time is to be at most a tenth.
"""

import datetime
import os
import sys
import zoneinfo

from warm import ROOT, Peer, Warm, in_turn, line, peaks

from steps import STEPS, WAITS

EXAMPLE, LAKE, RUNS = sys.argv[1], sys.argv[2], int(sys.argv[3])
MS_MOST, SHARE_MOST, WHERE_MS, LOOK_UP_MOST, FLOW_MOST = 20, 0.1, 100, 15, 0.2
TREND, QUEUE, LIST = 90, 12, 50
PLACES = ("village_code", "village_name", "township_code", "township_name", "county_code", "county_name")
LITERALS = {
    "text": lambda value: "'" + value.replace("'", "''") + "'",
    "int": str,
    "date": lambda value: f"(date '{value}')",
    "instant": lambda value: f"(timestamptz '{value}')",
}


def panel(name):
    return (ROOT / f"queries/sql/panels/{name}.sql").read_text()


def village_table(level):
    """As queries/src/village_table.rs fills it."""
    text = (ROOT / "queries/sql/village_table.sql").read_text()
    for file in sorted((ROOT / "queries/sql/shared").glob("*.sql")):
        text = text.replace("{" + file.stem + "}", file.read_text().rstrip())
    first = {"village": 0, "township": 2, "county": 4}[level]
    return text.replace("{level}", level).replace("{places}", ", ".join(PLACES[first:]))


def from_cases():
    """`village_day` from the cases, as the check of its sums counts it."""
    text = (ROOT / "queries/sql/checks/village_day_sums.sql").read_text()
    counted, mark, _ = text.partition("    union all\n    select village_code, day, -received")
    if not mark:
        sys.exit("the check village_day_sums is not what it was: mend bench/panels.py")
    return f"""{counted})
        select village_code, day, sum(received) as received, sum(accepted) as accepted, sum(closed) as closed,
            sum(on_time) as closed_on_time, sum(due) as due, sum(due_ok) as due_on_time
        from days group by village_code, day"""


def asked(peer, case_no, cases):
    """Name, text and parameters (kind and value) of what the pages ask."""
    zone = zoneinfo.ZoneInfo(peer.tables.zone)
    as_of = datetime.datetime.fromisoformat(peer.as_of)
    days = lambda count: datetime.timedelta(days=count)
    day = lambda date: ("date", date.isoformat())
    instant = lambda at: ("instant", at.isoformat())
    midnight = lambda date: instant(datetime.datetime.combine(date, datetime.time(), zone))
    today = peer.today
    first, tomorrow = today - days(TREND - 1), today + days(1)
    month = today.replace(day=1)
    city, ever = ("text", "%"), instant(datetime.datetime.fromtimestamp(0, datetime.timezone.utc))
    everything = {"issued_from": ever, "issued_to": instant(as_of + datetime.timedelta(seconds=1))}
    trend = {"region": city, "from": day(first), "to": day(tomorrow)}
    with_instants = {**trend, "from_at": midnight(first), "to_at": midnight(tomorrow)}
    flow = {"region": city, "as_of": instant(as_of), "day_start": midnight(today)}
    flow |= {"week_start": midnight(today - days(7)), "week_at": instant(as_of - days(7))}
    cards = {"region": city, "level": ("text", "%"), "shown": ("text", "OPEN"), **everything}
    totals = {"region": city, "day_start": midnight(today), **everything}
    whole = {"from": day(month), "to": day(tomorrow)}
    calendar = {"calendar": ("text", peer.tables.one("select value from lake.lake_meta where key = 'region'"))}
    calendar |= {"from": day(today - days(400)), "to": day(today + days(90))}
    seen = {name: ("text", "") for name in ("source", "mapping", "table", "batch")}
    seen |= {"seen_from": ever, "seen_to": everything["issued_to"]}
    of_cases, first_page = {"object": ("text", "CASE")}, {"after": ("int", 0), "until": ("int", LIST)}
    of_all, queue = {"object": ("text", "ALL")}, {"after": ("int", 0), "until": ("int", QUEUE)}
    one = {"case_no": ("text", case_no)}
    yield from (
        # Every page.
        ("lamp", panel("lamp"), {"today": day(today)}),
        ("regions", panel("regions"), {}),
        # The overview.
        ("villages, by county", village_table("county"), whole),
        ("villages, by village", village_table("village"), whole),
        ("calendar_days", panel("calendar_days"), calendar),
        ("flow_days", panel("flow_days"), with_instants),
        ("card_days", panel("card_days"), with_instants),
        ("closing_days", panel("closing_days"), trend),
        ("overview_flow", panel("overview_flow"), flow),
        ("card_totals, cases", panel("card_totals"), totals | of_cases),
        ("cards, queue", panel("cards"), cards | of_cases | queue),
        ("sources", panel("sources"), {}),
        ("data_incidents", panel("data_incidents"), {}),
        # The list of cards.
        ("card_totals, all", panel("card_totals"), totals | of_all),
        ("cards, all", panel("cards"), cards | of_all | first_page),
        ("card_steps", panel("card_steps"), {"cases": ("text", "\n".join(cases))}),
        # A case.
        ("case_row", panel("case_row"), one),
        ("case_cards", panel("case_cards"), one),
        ("organizations", panel("organizations"), {}),
        # The quality of the data.
        ("calendar_coverage", panel("calendar_coverage"), {}),
        ("quality_sources", panel("quality_sources"), {}),
        ("rule_failures", panel("rule_failures"), seen),
        ("refused_rows", panel("refused_rows"), seen | {"rule": ("text", "")} | first_page),
    )


def in_duckdb(peer, sql, params):
    given = {name: LITERALS[kind](value) for name, (kind, value) in params.items()}
    return peer.tables.translated(sql, given=given)


def compared(warm, peer, name, sql, params):
    """Both medians; the answers have as many rows."""
    # What rests in the mart is to be counted too.
    theirs = in_duckdb(peer, sql.replace("lake.village_day", "village_day"), params)
    mine, other = len(warm.ask(sql, params)[1]), len(peer.ask(theirs)[1])
    if mine != other:
        sys.exit(f"{name}: {mine} rows of Sunlake, {other} of DuckDB")
    times = in_turn(RUNS, lambda _: warm.ask(sql, params), lambda _: peer.ask(theirs))
    print(line(name, *times), flush=True)
    return times


def verdict(kept):
    return "kept" if kept else "missed"


def main():
    import duckdb

    peer = Peer(LAKE)
    print(f"{os.cpu_count()} cores, DuckDB {duckdb.__version__}, {RUNS} runs each in turn, as of {peer.as_of}")
    some = f"select distinct case_no from lake.workflow_case order by hash(case_no) limit {RUNS + LIST}"
    numbers = [case_no for (case_no,) in peer.ask(some)[1]]
    peer.tables.engine.execute("create or replace view village_day as " + peer.tables.translated(from_cases()))
    warm = Warm(EXAMPLE, LAKE, peer.as_of)

    print("\npanels of the pages")
    late, dear = [], []
    for name, sql, params in asked(peer, numbers[0], numbers[:LIST]):
        mine, other = compared(warm, peer, name, sql, params)
        late += [name] if mine > MS_MOST else []
        dear += [name] if other > WHERE_MS and mine > SHARE_MOST * other else []
    print(f"over {MS_MOST} ms: {', '.join(late) or 'none'}: {verdict(not late)}")
    print(f"over {SHARE_MOST} of DuckDB where it needs {WHERE_MS} ms: {', '.join(dear) or 'none'}: {verdict(not dear)}")

    print("\none case by its number, each time another")
    whole = "select * exclude (steps, suspensions, reasons) from case_state where case_no = $case_no"
    param = lambda run: {"case_no": ("text", numbers[run])}
    mine, other = in_turn(
        RUNS, lambda run: warm.ask(whole, param(run)), lambda run: peer.ask(in_duckdb(peer, whole, param(run)))
    )
    print(line("look-up", mine, other) + f"  aim {LOOK_UP_MOST} ms: {verdict(mine <= LOOK_UP_MOST)}")

    print("\nwhich step follows which, all cases")
    flow = {"item": ("text", ""), "region": ("text", "")}
    peer.tables.engine.execute(WAITS)
    mine, other = in_turn(RUNS, lambda _: warm.ask(panel("step_flow"), flow), lambda _: peer.ask(STEPS))
    print(line("step_flow", mine, other) + f"  aim {FLOW_MOST}: {verdict(mine <= FLOW_MOST * other)}")
    peaks(warm.end())


main()
