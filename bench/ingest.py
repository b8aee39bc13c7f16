"""Times `sunlake` and DuckDB on the same event file, in turn, and prints medians and ratios.

(a) parsing, types and Parquet only: `sunlake ingest` of rows that need no sort against
    `COPY (SELECT … FROM read_csv) TO parquet`;
(b) everything: ingest against read_csv, sha256 of the personal column, distinct on the event id,
    order by (case_no, occurred_at) and COPY.
Both of ours are the same command: landing always checks, hashes, sorts and commits.
"""

import os
import shutil
import statistics
import subprocess
import sys

BIN, FILE, RUNS, WORK = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]

COLUMNS = """{'event_id':'VARCHAR','case_no':'VARCHAR','seq':'BIGINT','event_type':'VARCHAR','step_seq':'BIGINT',
'step_name':'VARCHAR','step_limit':'BIGINT','actor_id':'VARCHAR','actor_role':'VARCHAR','org_code':'VARCHAR',
'decision':'VARCHAR','close_result':'VARCHAR','occurred_at':'TIMESTAMP','recorded_at':'TIMESTAMP',
'stop_id':'VARCHAR','stop_kind':'VARCHAR','basis':'VARCHAR','approved_length':'BIGINT','approved_unit':'VARCHAR',
'approved_at':'TIMESTAMP','applicant_notified_at':'TIMESTAMP','extension_wd':'BIGINT','to_village':'VARCHAR',
'to_org':'VARCHAR'}"""
READ = f"read_csv('{FILE}', header=true, columns={COLUMNS})"
PARQUET = f"(format parquet, compression zstd, row_group_size 131072)"
PLAIN = f"copy (select * from {READ}) to '{WORK}/duck.parquet' {PARQUET}"
FULL = f"""copy (
    select * replace (sha256(actor_id) as actor_id) from (select distinct on (event_id) * from {READ})
    order by case_no, occurred_at
) to '{WORK}/duck.parquet' {PARQUET}"""


def timed(command):
    """Wall seconds and peak memory (MiB) of a process."""
    before = os.times()
    pid = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(pid.pid, 0)
    pid.returncode = os.waitstatus_to_exitcode(status)
    if pid.returncode != 0:
        sys.exit(f"{command[0]} ended with {pid.returncode}")
    return os.times().elapsed - before.elapsed, usage.ru_maxrss / 1024


def ours():
    lake = f"{WORK}/lake"
    shutil.rmtree(lake, ignore_errors=True)
    return timed([BIN, "ingest", "workflow_event", FILE, "--lake", lake, "--no-derive"])


def duck(sql):
    script = f"import duckdb; c = duckdb.connect(); c.execute(\"set temp_directory='{WORK}/spill'\"); c.execute({sql!r})"
    return timed([sys.executable, "-c", script])


def main():
    import duckdb

    rows = sum(1 for _ in open(FILE, "rb")) - 1
    print(f"{rows} rows, {os.path.getsize(FILE) / 1e6:.0f} MB, {os.cpu_count()} cores, DuckDB {duckdb.__version__}, {RUNS} runs each in turn")
    results = {"sunlake": [], "duckdb (a) plain": [], "duckdb (b) full": []}
    for _ in range(RUNS):
        results["sunlake"].append(ours())
        results["duckdb (a) plain"].append(duck(PLAIN))
        results["duckdb (b) full"].append(duck(FULL))
    for name, runs in results.items():
        times = [seconds for seconds, _ in runs]
        print(f"{name:18} median {statistics.median(times):6.2f} s  min {min(times):6.2f}  max {max(times):6.2f}  peak {max(mib for _, mib in runs):6.0f} MiB")
    for name in ["duckdb (a) plain", "duckdb (b) full"]:
        ratios = [ours[0] / theirs[0] for ours, theirs in zip(results["sunlake"], results[name])]
        print(f"ratio sunlake / {name}: median {statistics.median(ratios):.2f} (min {min(ratios):.2f}, max {max(ratios):.2f})")


main()
