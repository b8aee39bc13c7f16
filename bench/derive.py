"""Times a full derive and DuckDB on the same lake, in turn, and prints medians and the ratio.

Landing is timed once and apart (`--no-derive`). Each derive then starts from a copy of that lake, so
that it always is a first one: it reads `workflow_event` and `workflow_case`, runs the clock with the
official policy and those beside it, and writes `case_state`, `card` and the marts, synced and
committed. DuckDB reads the same files, groups the events into cases (first and last instant by
type, counts), joins the latest registrations and writes one zstd Parquet file: no clock, no cards,
no sort, no fsync, and no look for corrected events, of which a sample has none.
"""

import json
import os
import shutil
import subprocess
import sys

from measure import has_verb, median, one_row, only, timed, told

BIN, SAMPLE, RUNS, WORK = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
LANDED, LAKE, OUT = f"{WORK}/landed", f"{WORK}/lake", f"{WORK}/duck.parquet"
EVENTS, CASES = only(SAMPLE, "workflow_event"), only(SAMPLE, "workflow_case")
MIB_MOST, RATIO_MOST = 2048, 2.0

TYPES = """APPLY RECEIVE CORRECTION_NOTICE CORRECTION_COMPLETE ACCEPT NOT_ACCEPT STEP_START STEP_END RETURN_STEP
STOP RESUME EXTEND TRANSFER DECIDE CLOSE WITHDRAW VOID DELIVER REOPEN""".split()


def live(table):
    """The files of a table of the lake, by its log."""
    log, files = f"{LANDED}/{table}/_delta_log", set()
    for name in sorted(name for name in os.listdir(log) if name.endswith(".json")):
        for line in open(f"{log}/{name}", encoding="utf-8"):
            action = json.loads(line)
            if "add" in action:
                files.add(action["add"]["path"])
            if "remove" in action:
                files.discard(action["remove"]["path"])
    return [f"{LANDED}/{table}/{path}" for path in sorted(files)]


def grouping():
    spans = ",\n            ".join(
        f"min(occurred_at) filter (event_type = '{kind}') as first_{kind.lower()}_at, "
        f"max(occurred_at) filter (event_type = '{kind}') as last_{kind.lower()}_at"
        for kind in TYPES
    )
    return f"""copy (
    with event as (
        select * from read_parquet({live('workflow_event')!r}, hive_partitioning = false)
    ),
    grouped as (
        select
            case_no,
            count(*) as events,
            count(*) filter (event_type = 'STOP') as stops,
            count(*) filter (event_type = 'STEP_START') as steps,
            min(known_at) as first_known_at,
            max(known_at) as last_known_at,
            arg_max(org_code, (occurred_at, seq)) as holder_org,
            arg_max(close_result, occurred_at) filter (event_type = 'CLOSE') as close_result,
            {spans}
        from event
        group by case_no
    ),
    registration as (
        select distinct on (case_no)
            case_no, source_system, item_id, case_kind, village_code, org_code, apply_channel,
            statutory_limit, statutory_unit, promised_limit, promised_unit
        from read_parquet({live('workflow_case')!r}, hive_partitioning = false)
        order by case_no, data_version desc
    )
    select * from registration full join grouped using (case_no)
) to '{OUT}' (format parquet, compression zstd, row_group_size 131072)"""


def duck(sql):
    script = (
        f"import duckdb; c = duckdb.connect(); c.execute(\"set temp_directory='{WORK}/spill'\"); c.execute({sql!r})"
    )
    return timed([sys.executable, "-c", script])


def derive_command():
    if has_verb(BIN, "derive"):
        return [BIN, "derive", "--lake", LAKE]
    # A program without the verb derives at the end of every ingest, so a file that has landed is
    # landed again: nothing lands, and all is derived.
    return [BIN, "ingest", "workflow_event", f"{WORK}/one/{os.path.basename(EVENTS)}", "--lake", LAKE]


def land():
    one = one_row(EVENTS, f"{WORK}/one")
    for mapping, file in [("workflow_event", one), ("workflow_case", CASES), ("workflow_event", EVENTS)]:
        run = timed([BIN, "ingest", mapping, file, "--lake", LANDED, "--no-derive"])
        if file != one:
            size = os.path.getsize(file) / 1e6
            print(told(f"land {mapping}, {size:.0f} MB", [run]), flush=True)
            os.remove(file)


def main():
    import duckdb

    verb = " ".join(derive_command()[1:2])
    print(f"{os.cpu_count()} cores, DuckDB {duckdb.__version__}, {RUNS} runs each in turn, derived by `{verb}`")
    land()
    connection = duckdb.connect()
    count = lambda files: connection.execute(f"select count(*) from read_parquet({files!r})").fetchone()[0]
    events = count(live("workflow_event"))
    sql = grouping()
    results = {"sunlake derive": [], "duckdb join and group": []}
    for _ in range(RUNS):
        shutil.rmtree(LAKE, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", LANDED, LAKE], check=True)
        os.sync()
        results["sunlake derive"].append(timed(derive_command()))
        results["duckdb join and group"].append(duck(sql))
    status = subprocess.run([BIN, "lake", "status", "--json", "--lake", LAKE], capture_output=True, check=True)
    cases = json.loads(status.stdout)["cases"]
    print(f"{events} events; cases: sunlake {cases}, duckdb {count([OUT])}")
    for name, runs in results.items():
        print(told(name, runs))
    ours, theirs = results.values()
    ratios = sorted(mine[0] / other[0] for mine, other in zip(ours, theirs))
    peak = max(mib for _, mib in ours)
    ratio = median(ours) / median(theirs)
    print(f"ratio of medians {ratio:.2f} (runs {ratios[0]:.2f} to {ratios[-1]:.2f}), aim {RATIO_MOST}")
    print(f"peak {peak:.0f} MiB, aim {MIB_MOST}; {cases / median(ours):.0f} cases a second")


main()
