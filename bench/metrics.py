"""Times each metric, straight from the states and the facts, and DuckDB with the same text in its dialect, in turn.

The period is the year up to the newest moment of the lake; `by` is a breakdown (`all`, `county`, …), and metrics that
do not know it are left out. Before anything is timed the answers are compared.
"""

import datetime
import os
import sys

from warm import Peer, Warm, geometric_mean, in_turn, line, peaks

from compare import Question, differences, metrics  # of tests/duck, whose place warm.py knows

BIN, EXAMPLE, LAKE, RUNS, BY = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]
MEAN_MOST, WORST_MOST = 0.9, 1.5


def main():
    import duckdb

    peer = Peer(LAKE)
    tomorrow = peer.today + datetime.timedelta(days=1)
    period = (tomorrow - datetime.timedelta(days=365), tomorrow)
    params = {name: ("date", day.isoformat()) for name, day in zip(("from", "to"), period)}
    warm = Warm(EXAMPLE, LAKE, peer.as_of)
    print(f"{os.cpu_count()} cores, DuckDB {duckdb.__version__}, {RUNS} runs each in turn, by {BY}, as of {peer.as_of}")
    ratios, wrong = {}, []
    for metric, choices in metrics():
        if BY not in choices:
            continue
        question = Question(metric, BY, period, peer.as_of)
        told = question.of_program([BIN, "--lake", LAKE])
        theirs = peer.tables.translated(told["sql"], period)
        columns, rows = question.of_duckdb(peer.tables, told["sql"])
        wrong += [f"{question}: {found}" for found in differences(question, told["rows"], columns, rows)][:1]
        mine, other = in_turn(RUNS, lambda _: warm.ask(told["sql"], params), lambda _: peer.ask(theirs))
        ratios[metric] = mine / other
        print(line(metric, mine, other), flush=True)
    if not ratios:
        sys.exit(f"no metric is told apart by {BY!r}")
    peaks(warm.end())
    mean, worst = geometric_mean(ratios.values()), max(ratios, key=ratios.get)
    print(f"{len(ratios)} metrics: geometric mean of the ratios {mean:.2f}, aim {MEAN_MOST}", end="; ")
    print(f"worst {worst} {ratios[worst]:.2f}, aim {WORST_MOST}")
    if wrong:
        sys.exit("\n".join(["the answers differ:", *wrong]))


main()
